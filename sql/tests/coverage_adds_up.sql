with splits as (

    select * from (
        values
            ('captures', 'capture_known'),
            ('captures', 'capture_unknown'),
            ('publications', 'publication_bounded'),
            ('publications', 'publication_bounded_one_side'),
            ('publications', 'publication_unknown'),
            ('places', 'place_resolved'),
            ('places', 'place_unresolved'),
            ('expressions', 'expression_bounded'),
            ('expressions', 'expression_bounded_one_side'),
            ('expressions', 'expression_symbolic'),
            ('times', 'time_resolved'),
            ('times', 'time_bounded_one_side'),
            ('times', 'time_symbolic'),
            ('timeline', 'not_asserted'),
            ('timeline', 'on_timeline'),
            ('timeline', 'too_wide_for_timeline'),
            ('timeline', 'not_datable')
    ) as parts(split, measure)

)

select
    splits.split,
    sum(coverage.n) as n,
    max(coverage.n_total) as n_total
from splits
left join {{ ref('coverage') }} as coverage on splits.measure = coverage.measure
group by splits.split
having coalesce(sum(coverage.n), -1) != max(coverage.n_total) or count(coverage.measure) != count(*)
