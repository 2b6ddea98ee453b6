with events as (

    select * from {{ source('core', 'events') }}

),

articles as (

    select * from {{ source('core', 'articles') }}

),

sentences as (

    select * from {{ source('core', 'sentences') }}

),

locations as (

    select * from {{ source('core', 'locations') }}

),

anchors as (

    select * from {{ source('core', 'anchors') }}

),

expressions as (

    select * from {{ source('core', 'time_expressions') }}

),

clocks as (

    select * from {{ ref('int_article_clocks') }}

),

participants as (

    select * from {{ ref('int_event_participants') }}

),

days as (

    select * from {{ ref('int_event_days') }}

),

-- spans count in code points from 0, substring() in code points from 1
sentence_texts as (

    select
        sentences.sentence_id,
        case
            when sentences.is_headline then articles.headline
            else substring(
                articles.body, sentences.span_start - articles.body_start + 1, sentences.span_end - sentences.span_start
            )
        end as sentence
    from sentences
    inner join articles on sentences.article_id = articles.article_id

)

select
    events.event_id,
    events.article_id,
    events.story_id,
    events.event_type,
    events.mode,
    events.context,
    events.cameo_root,
    events.quad_class,
    events.goldstein,
    events.trigger,
    events.trigger_lemma,
    sentence_texts.sentence,
    coalesce(participants.actors, []) as actors,
    coalesce(participants.actor_countries, []) as actor_countries,
    coalesce(participants.recipients, []) as recipients,
    coalesce(participants.recipient_countries, []) as recipient_countries,
    coalesce(participants.sources, []) as sources,
    events.attribution,
    events.polarity,
    events.modality,
    days.is_asserted,
    events.tense,
    locations.name as place,
    locations.country_code,
    locations.latitude,
    locations.longitude,
    events.location_id,
    events.location_basis,
    events.begin_earliest,
    events.begin_latest,
    events.end_earliest,
    events.end_latest,
    events.time_edtf,
    events.time_precision,
    events.time_status,
    events.time_basis,
    events.relation,
    expressions.surface as time_expression,
    expressions.value_symbolic as time_expression_value,
    anchors.kind as anchor_kind,
    anchors.basis as anchor_basis,
    anchors.value_symbolic as anchor_value,
    anchors.earliest as anchor_earliest,
    anchors.latest as anchor_latest,
    anchors.timezone,
    events.zones,
    clocks.published_earliest,
    clocks.published_latest,
    clocks.captured_earliest,
    clocks.captured_latest,
    clocks.capture_basis,
    days.is_on_timeline,
    events.confidence
from events
left join sentence_texts on events.sentence_id = sentence_texts.sentence_id
left join locations on events.location_id = locations.location_id
left join anchors on events.anchor_id = anchors.anchor_id
left join expressions on events.time_expression_id = expressions.time_expression_id
left join clocks on events.article_id = clocks.article_id
left join participants on events.event_id = participants.event_id
left join days on events.event_id = days.event_id
