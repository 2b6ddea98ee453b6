select
    anchor_id,
    side,
    count(*) as n_steps
from {{ ref('anchor_chains') }}
group by anchor_id, side
having count(*) <> count(distinct ordinal)
    or count(*) <> count(distinct step_anchor_id)
    or count(*) filter (where from_anchor_id is null) <> 1
