select
    day,
    event_type,
    count(*) as n_rows
from {{ ref('events_timeline') }}
group by day, event_type
having count(*) > 1
