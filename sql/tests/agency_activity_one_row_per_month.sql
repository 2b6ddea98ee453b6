select
    agency_id,
    published_month,
    count(*) as n_rows
from {{ ref('agency_activity') }}
group by agency_id, published_month
having count(*) > 1
