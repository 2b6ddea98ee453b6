select
    kind,
    name,
    count(*) as n_rows
from {{ ref('data_quality') }}
group by kind, name
having count(*) > 1
