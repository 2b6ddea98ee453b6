with article_agencies as (

    select * from {{ source('core', 'article_agencies') }}

)

select
    article_id,
    coalesce(list(agency_id order by ordinal) filter (where role = 'credit'), []) as credits,
    string_agg(agency_id, '/' order by ordinal) filter (where role = 'credit') as credit,
    coalesce(list(agency_id order by ordinal) filter (where role = 'cited'), []) as cited
from article_agencies
group by article_id
