with events as (

    select * from {{ source('core', 'events') }}

),

details as (

    select * from {{ ref('events') }}

),

credits as (

    select distinct
        article_id,
        agency_id
    from {{ source('core', 'article_agencies') }}
    where role = 'credit'

),

agencies as (

    select
        events.cluster_id,
        list(distinct credits.agency_id order by credits.agency_id) as agencies
    from events
    inner join credits on events.article_id = credits.article_id
    group by events.cluster_id

),

-- the mention that an event is called after comes first
mentions as (

    select
        *,
        case when event_id = cluster_id then '' else event_id end as turn
    from events
    where cluster_id is not null

),

-- each mention says between which bounds it was, and all speak of one event: it was where their bounds meet
told as (

    select
        mentions.cluster_id,
        first(details.event_type order by mentions.turn) as event_type,
        first(details.mode order by mentions.turn) filter (where details.mode is not null) as mode,
        first(details.trigger order by mentions.turn) as trigger,
        first(details.sentence order by mentions.turn) as sentence,
        first(details.actors order by len(details.actors) desc, mentions.event_id) as actors,
        first(details.recipients order by len(details.recipients) desc, mentions.event_id) as recipients,
        first(details.location_id order by details.location_basis = 'stated' desc, mentions.event_id)
            filter (where details.location_id is not null) as location_id,
        first(details.place order by details.location_basis = 'stated' desc, mentions.event_id)
            filter (where details.location_id is not null) as place,
        first(details.country_code order by details.location_basis = 'stated' desc, mentions.event_id)
            filter (where details.location_id is not null) as country_code,
        bool_or(details.is_asserted) as is_asserted,
        max(mentions.begin_earliest) as begin_earliest,
        min(mentions.begin_latest) as begin_latest,
        max(mentions.end_earliest) as end_earliest,
        min(mentions.end_latest) as end_latest,
        count(*) as n_mentions,
        count(distinct mentions.article_id) as n_articles,
        count(distinct mentions.story_id) as n_stories,
        list(mentions.event_id order by mentions.event_id) as event_ids
    from mentions
    inner join details on mentions.event_id = details.event_id
    group by mentions.cluster_id

)

select
    told.*,
    coalesce(agencies.agencies, []) as agencies,
    coalesce(len(agencies.agencies), 0) as n_agencies
from told
left join agencies on told.cluster_id = agencies.cluster_id
