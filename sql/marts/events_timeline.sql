with days as (

    select * from {{ ref('int_event_days') }}

),

-- a row for each of its days, three at most; weights count in sixths, whose sum depends on no order
spread as (

    select
        days.event_type,
        days.story_id,
        days.first_day + cast(offsets.n as integer) as day,
        6 // days.n_days as sixths
    from days
    inner join range(3) as offsets(n) on offsets.n < days.n_days
    where days.is_on_timeline

)

select
    day,
    event_type,
    count(*) as n_events,
    sum(sixths) / 6 as n_expected,
    count(distinct story_id) as n_stories
from spread
group by day, event_type
