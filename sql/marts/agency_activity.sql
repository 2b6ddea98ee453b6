with article_agencies as (

    select distinct
        article_id,
        agency_id,
        role
    from {{ source('core', 'article_agencies') }}

),

clocks as (

    select * from {{ ref('int_article_clocks') }}

),

agencies as (

    select * from {{ source('core', 'agencies') }}

),

activity as (

    select
        article_agencies.agency_id,
        clocks.published_month,
        count(distinct article_agencies.article_id) as n_articles,
        count(*) filter (where article_agencies.role = 'credit') as n_credited,
        count(*) filter (where article_agencies.role = 'cited') as n_cited
    from article_agencies
    inner join clocks on article_agencies.article_id = clocks.article_id
    group by article_agencies.agency_id, clocks.published_month

)

select
    activity.agency_id,
    agencies.name as agency_name,
    activity.published_month,
    activity.n_articles,
    activity.n_credited,
    activity.n_cited
from activity
left join agencies on activity.agency_id = agencies.agency_id
