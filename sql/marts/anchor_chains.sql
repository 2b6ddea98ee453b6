with recursive evidence as (

    select * from {{ source('core', 'anchor_evidence') }}

),

anchors as (

    select * from {{ source('core', 'anchors') }}

),

documents as (

    select * from {{ source('raw', 'documents') }}

),

chain as (

    select
        anchor_id,
        side,
        1 as ordinal,
        anchor_id as step_anchor_id,
        kind,
        words,
        from_anchor_id,
        seconds,
        confidence
    from evidence

    union all

    select
        chain.anchor_id,
        chain.side,
        chain.ordinal + 1 as ordinal,
        evidence.anchor_id as step_anchor_id,
        evidence.kind,
        evidence.words,
        evidence.from_anchor_id,
        evidence.seconds,
        evidence.confidence
    from chain
    inner join evidence on chain.from_anchor_id = evidence.anchor_id and chain.side = evidence.side

),

clocks as (

    select
        anchors.anchor_id,
        anchors.article_id,
        anchors.earliest,
        anchors.latest,
        documents.source_uri
    from anchors
    inner join documents on anchors.document_id = documents.document_id

)

select
    chain.anchor_id,
    own.source_uri,
    own.article_id,
    chain.side,
    case when chain.side = 'latest' then own.latest else own.earliest end as bound_at,
    chain.ordinal,
    chain.step_anchor_id,
    step.source_uri as step_source_uri,
    step.article_id as step_article_id,
    case when chain.side = 'latest' then step.latest else step.earliest end as step_bound_at,
    chain.kind,
    chain.words,
    chain.from_anchor_id,
    chain.seconds,
    chain.confidence
from chain
inner join clocks as own on chain.anchor_id = own.anchor_id
inner join clocks as step on chain.step_anchor_id = step.anchor_id
