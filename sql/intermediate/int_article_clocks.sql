with articles as (

    select * from {{ source('core', 'articles') }}

),

anchors as (

    select * from {{ source('core', 'anchors') }}

),

publications as (

    select
        article_id,
        anchor_id,
        basis,
        timezone,
        earliest,
        latest,
        earliest_basis,
        latest_basis,
        inferred_earliest,
        inferred_latest,
        inferred_from,
        inferred_confidence,
        -- a month only where both bounds lie in it; the upper one is exclusive
        case
            when earliest is not null and latest is not null
                then cast(date_trunc('month', earliest at time zone timezone) as date)
        end as month_earliest,
        case
            when earliest is not null and latest is not null
                then cast(
                    date_trunc('month', greatest(latest - interval 1 microsecond, earliest) at time zone timezone)
                    as date
                )
        end as month_latest
    from anchors
    where kind = 'publication'

),

captures as (

    select
        document_id,
        capture_basis,
        earliest,
        latest
    from anchors
    where kind = 'capture'

)

select
    articles.article_id,
    publications.anchor_id as publication_anchor_id,
    publications.basis as publication_basis,
    publications.timezone,
    publications.earliest as published_earliest,
    publications.latest as published_latest,
    publications.earliest_basis as published_earliest_basis,
    publications.latest_basis as published_latest_basis,
    publications.inferred_earliest as published_inferred_earliest,
    publications.inferred_latest as published_inferred_latest,
    publications.inferred_from as published_inferred_from,
    publications.inferred_confidence as published_inferred_confidence,
    case
        when publications.month_earliest = publications.month_latest then publications.month_earliest
    end as published_month,
    captures.capture_basis,
    captures.earliest as captured_earliest,
    captures.latest as captured_latest
from articles
left join publications on articles.article_id = publications.article_id
left join captures on articles.document_id = captures.document_id
