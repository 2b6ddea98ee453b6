with articles as (

    select * from {{ source('core', 'articles') }}

),

documents as (

    select * from {{ source('raw', 'documents') }}

),

clocks as (

    select * from {{ ref('int_article_clocks') }}

),

credits as (

    select * from {{ ref('int_article_credits') }}

),

datelines as (

    select * from {{ ref('int_article_datelines') }}

),

events as (

    select
        article_id,
        count(*) as n_events
    from {{ source('core', 'events') }}
    group by article_id

)

select
    articles.article_id,
    articles.document_id,
    documents.source_uri,
    articles.position,
    articles.role,
    articles.section,
    articles.language,
    articles.headline,
    articles.body,
    credits.credit,
    coalesce(credits.credits, []) as credits,
    coalesce(credits.cited, []) as cited,
    articles.credit_raw,
    datelines.dateline_place,
    datelines.dateline_country_code,
    datelines.dateline_location_id,
    coalesce(datelines.dateline_places, []) as dateline_places,
    articles.dateline_raw,
    articles.dateline_date,
    articles.stamp_raw,
    clocks.published_earliest,
    clocks.published_latest,
    clocks.published_earliest_basis,
    clocks.published_latest_basis,
    clocks.published_inferred_earliest,
    clocks.published_inferred_latest,
    clocks.published_inferred_from,
    clocks.published_inferred_confidence,
    clocks.publication_basis,
    clocks.captured_earliest,
    clocks.captured_latest,
    clocks.capture_basis,
    documents.ingested_at,
    clocks.timezone,
    coalesce(events.n_events, 0) as n_events,
    articles.story_id
from articles
inner join documents on articles.document_id = documents.document_id
left join clocks on articles.article_id = clocks.article_id
left join credits on articles.article_id = credits.article_id
left join datelines on articles.article_id = datelines.article_id
left join events on articles.article_id = events.article_id
