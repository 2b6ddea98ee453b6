with timeline as (

    select coalesce(sum(n_expected), 0) as n from {{ ref('events_timeline') }}

),

events as (

    select count(*) as n from {{ ref('events') }} where is_on_timeline

)

select
    timeline.n as n_expected,
    events.n as n_events
from timeline
cross join events
where abs(timeline.n - events.n) > 0.001
