select
    event_id,
    begin_earliest,
    published_latest
from {{ ref('events') }}
where is_asserted and tense in ('PAST', 'PRESENT_PERFECT', 'PAST_PERFECT') and begin_earliest > published_latest
