select
    event_id,
    begin_earliest
from {{ ref('events') }}
where time_basis = 'tense_default' and published_earliest is null and begin_earliest is not null
