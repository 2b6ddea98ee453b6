select
    cluster_id,
    begin_earliest,
    begin_latest,
    end_earliest,
    end_latest
from {{ ref('story_events') }}
where
    begin_earliest > begin_latest
    or end_earliest > end_latest
    or begin_earliest > end_latest
