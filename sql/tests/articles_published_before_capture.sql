select
    article_id,
    published_earliest,
    captured_latest
from {{ ref('articles') }}
where published_earliest > captured_latest
