with agencies as (

    select * from {{ source('core', 'agencies') }}

),

article_agencies as (

    select * from {{ source('core', 'article_agencies') }}

),

clocks as (

    select * from {{ ref('int_article_clocks') }}

),

activity as (

    select
        article_agencies.agency_id,
        count(distinct article_agencies.article_id) filter (where article_agencies.role = 'credit') as n_credited,
        count(distinct article_agencies.article_id) filter (where article_agencies.role = 'cited') as n_cited,
        min(clocks.published_earliest) as first_published_earliest,
        max(clocks.published_latest) as last_published_latest
    from article_agencies
    left join clocks on article_agencies.article_id = clocks.article_id
    group by article_agencies.agency_id

)

select
    agencies.agency_id,
    agencies.code,
    agencies.name,
    agencies.kind,
    agencies.country_code,
    agencies.languages,
    agencies.website,
    agencies.status,
    agencies.kind != 'unresolved' as is_known,
    coalesce(activity.n_credited, 0) as n_credited,
    coalesce(activity.n_cited, 0) as n_cited,
    activity.first_published_earliest,
    activity.last_published_latest
from agencies
left join activity on agencies.agency_id = activity.agency_id
