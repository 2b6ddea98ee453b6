select
    event_id,
    begin_earliest,
    begin_latest,
    end_earliest,
    end_latest
from {{ ref('events') }}
where
    begin_earliest > begin_latest
    or end_earliest > end_latest
    or begin_earliest > end_earliest
    or begin_latest > end_latest
    or begin_earliest > end_latest
