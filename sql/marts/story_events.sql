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

-- each mention says between which bounds it was, and all speak of one event: it was where their bounds meet
told as (

    select
        events.cluster_id,
        any_value(details.event_type) filter (where events.event_id = events.cluster_id) as event_type,
        coalesce(
            any_value(details.mode) filter (where events.event_id = events.cluster_id),
            first(details.mode order by events.event_id) filter (where details.mode is not null)
        ) as mode,
        any_value(details.trigger) filter (where events.event_id = events.cluster_id) as trigger,
        any_value(details.sentence) filter (where events.event_id = events.cluster_id) as sentence,
        first(details.actors order by len(details.actors) desc, events.event_id) as actors,
        first(details.recipients order by len(details.recipients) desc, events.event_id) as recipients,
        first(details.location_id order by details.location_basis = 'stated' desc, events.event_id)
            filter (where details.location_id is not null) as location_id,
        first(details.place order by details.location_basis = 'stated' desc, events.event_id)
            filter (where details.location_id is not null) as place,
        first(details.country_code order by details.location_basis = 'stated' desc, events.event_id)
            filter (where details.location_id is not null) as country_code,
        bool_or(details.is_asserted) as is_asserted,
        max(events.begin_earliest) as begin_earliest,
        min(events.begin_latest) as begin_latest,
        max(events.end_earliest) as end_earliest,
        min(events.end_latest) as end_latest,
        count(*) as n_mentions,
        count(distinct events.article_id) as n_articles,
        count(distinct events.story_id) as n_stories,
        list(events.event_id order by events.event_id) as event_ids
    from events
    inner join details on events.event_id = details.event_id
    where events.cluster_id is not null
    group by events.cluster_id

)

select
    told.*,
    coalesce(agencies.agencies, []) as agencies,
    coalesce(len(agencies.agencies), 0) as n_agencies
from told
left join agencies on told.cluster_id = agencies.cluster_id
