with checks as (

    select * from {{ source('ops', 'checks') }}

),

rejects as (

    select * from {{ source('ops', 'rejects') }}

),

reject_reasons as (

    select
        stage,
        reason,
        count(*) as n_rejects,
        arg_max(source_uri || ': ' || detail, rejected_at) as detail,
        max(rejected_at) as rejected_at
    from rejects
    group by stage, reason

)

select
    'check' as kind,
    check_name as name,
    is_passed,
    severity,
    n_failed as n,
    detail,
    since_at as seen_at
from checks

union all

select
    'reject' as kind,
    stage || '.' || reason as name,
    false as is_passed,
    'warn' as severity,
    n_rejects as n,
    detail,
    rejected_at as seen_at
from reject_reasons
