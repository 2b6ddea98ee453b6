select
    event_id,
    zones,
    timezone
from {{ ref('events') }}
where zones[1] is distinct from timezone
