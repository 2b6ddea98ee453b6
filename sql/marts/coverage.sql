with clocks as (

    select * from {{ ref('int_article_clocks') }}

),

anchors as (

    select * from {{ source('core', 'anchors') }}

),

datelines as (

    select * from {{ ref('int_article_datelines') }}

),

credits as (

    select article_id
    from {{ source('core', 'article_agencies') }}
    where role = 'credit'

),

mentions as (

    select * from {{ source('core', 'article_locations') }}

),

agencies as (

    select * from {{ source('core', 'agencies') }}

),

expressions as (

    select * from {{ source('core', 'time_expressions') }}

),

events as (

    select * from {{ source('core', 'events') }}

),

-- worked out once, and not for each count
days as materialized (

    select
        is_asserted,
        n_days,
        is_on_timeline
    from {{ ref('int_event_days') }}

),

document_counts as (

    select
        'documents' as subject,
        count(*) as n_total,
        [
            {
                'measure': 'capture_known',
                'n': count(*) filter (where earliest is not null and latest is not null),
                'meaning': 'both bounds of the capture are known'
            },
            {
                'measure': 'capture_unknown',
                'n': count(*) filter (where earliest is null or latest is null),
                'meaning': 'a bound of the capture is not known; it came before the ingestion, and that is all'
            }
        ] as counts
    from anchors
    where kind = 'capture'

),

-- datelines and credits are of one article each: counted there, and joined to none
article_counts as (

    select
        'articles' as subject,
        count(*) as n_total,
        [
            {
                'measure': 'publication_bounded',
                'n': count(*) filter (
                    where clocks.published_earliest is not null and clocks.published_latest is not null
                ),
                'meaning': 'both bounds of the publication are known'
            },
            {
                'measure': 'publication_bounded_one_side',
                'n': count(*) filter (where (clocks.published_earliest is null) != (clocks.published_latest is null)),
                'meaning': 'one bound of the publication is known'
            },
            {
                'measure': 'publication_unknown',
                'n': count(*) filter (where clocks.published_earliest is null and clocks.published_latest is null),
                'meaning': 'no bound of the publication is known'
            },
            {
                'measure': 'publication_month_known',
                'n': count(clocks.published_month),
                'meaning': 'both bounds of the publication lie in one month'
            },
            {
                'measure': 'dateline_place_known',
                'n': (select count(datelines.dateline_location_id) from datelines),
                'meaning': 'the first place of the dateline is known'
            },
            {
                'measure': 'credited',
                'n': (select count(distinct credits.article_id) from credits),
                'meaning': 'at least one agency is credited'
            }
        ] as counts
    from clocks

),

mention_counts as (

    select
        'place mentions' as subject,
        count(*) as n_total,
        [
            {
                'measure': 'place_resolved',
                'n': count(location_id),
                'meaning': 'the place is known'
            },
            {
                'measure': 'place_unresolved',
                'n': count(*) - count(location_id),
                'meaning': 'the words name a place, which one could not be told'
            }
        ] as counts
    from mentions

),

agency_counts as (

    select
        'agencies' as subject,
        count(*) as n_total,
        [
            {
                'measure': 'agency_unresolved',
                'n': count(*) filter (where kind = 'unresolved'),
                'meaning': 'seen as a credit, not in the reference data'
            }
        ] as counts
    from agencies

),

expression_counts as (

    select
        'time expressions' as subject,
        count(*) as n_total,
        [
            {
                'measure': 'expression_bounded',
                'n': count(*) filter (where earliest is not null and latest is not null),
                'meaning': 'both bounds are known'
            },
            {
                'measure': 'expression_bounded_one_side',
                'n': count(*) filter (where (earliest is null) != (latest is null)),
                'meaning': 'one bound is known'
            },
            {
                'measure': 'expression_symbolic',
                'n': count(*) filter (where earliest is null and latest is null),
                'meaning': 'only the value that depends on no clock is known'
            }
        ] as counts
    from expressions

),

event_counts as (

    select
        'events' as subject,
        count(*) as n_total,
        [
            {
                'measure': 'time_resolved',
                'n': count(*) filter (where time_status = 'resolved'),
                'meaning': 'both sides of its time are known'
            },
            {
                'measure': 'time_bounded_one_side',
                'n': count(*) filter (where time_status = 'bounded_one_side'),
                'meaning': 'one side of its time is known'
            },
            {
                'measure': 'time_symbolic',
                'n': count(*) filter (where time_status = 'symbolic' or time_status is null),
                'meaning': 'no bound of its time is known'
            },
            {
                'measure': 'time_stated',
                'n': count(*) filter (where time_basis = 'expression'),
                'meaning': 'an expression of its own clause dates it'
            },
            {
                'measure': 'place_known',
                'n': count(location_id),
                'meaning': 'its place is known, whatever that rests on'
            }
        ] as counts
    from events

),

-- so are the days of an event
day_counts as (

    select
        'events' as subject,
        (select n_total from event_counts) as n_total,
        [
            {
                'measure': 'not_asserted',
                'n': count(*) filter (where not is_asserted),
                'meaning': 'negated, alleged, possible, future, hypothetical or denied: not on the time line'
            },
            {
                'measure': 'on_timeline',
                'n': count(*) filter (where is_on_timeline),
                'meaning': 'asserted or reported, and within three civil days: counted in events_timeline'
            },
            {
                'measure': 'too_wide_for_timeline',
                'n': count(*) filter (where is_asserted and n_days > 3),
                'meaning': 'asserted or reported, but its bounds lie more than three civil days apart'
            },
            {
                'measure': 'not_datable',
                'n': count(*) filter (where is_asserted and n_days is null),
                'meaning': 'asserted or reported, but its first or last bound is not known'
            }
        ] as counts
    from days

),

all_counts as (

    select subject, n_total, unnest(counts) as counted from document_counts
    union all
    select subject, n_total, unnest(counts) as counted from article_counts
    union all
    select subject, n_total, unnest(counts) as counted from mention_counts
    union all
    select subject, n_total, unnest(counts) as counted from agency_counts
    union all
    select subject, n_total, unnest(counts) as counted from expression_counts
    union all
    select subject, n_total, unnest(counts) as counted from event_counts
    union all
    select subject, n_total, unnest(counts) as counted from day_counts

)

select
    counted.measure,
    subject,
    counted.n,
    n_total,
    counted.n / nullif(n_total, 0) as share,
    counted.meaning
from all_counts
