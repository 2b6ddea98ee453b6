with events as (

    select * from {{ source('core', 'events') }}

),

-- days count in the zone of the newsroom, the first of its zones (tests/events_count_in_the_newsrooms_zone.sql)
-- an upper bound is exclusive: what ends at midnight does not touch the day that begins there
days as (

    select
        events.event_id,
        events.story_id,
        events.event_type,
        events.polarity = 'POS' and events.modality in ('asserted', 'reported') as is_asserted,
        cast(events.begin_earliest at time zone events.zones[1] as date) as first_day,
        case
            when events.begin_earliest is not null and events.end_latest is not null
                then cast(
                    greatest(events.end_latest - interval 1 microsecond, events.begin_earliest)
                    at time zone events.zones[1] as date
                )
        end as last_day
    from events

)

select
    event_id,
    story_id,
    event_type,
    is_asserted,
    first_day,
    last_day,
    last_day - first_day + 1 as n_days,
    coalesce(is_asserted and last_day - first_day < 3, false) as is_on_timeline
from days
