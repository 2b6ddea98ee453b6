with participants as (

    select
        event_id,
        ordinal,
        role,
        coalesce(name, surface) as label,
        country_code
    from {{ source('core', 'event_participants') }}

)

select
    event_id,
    coalesce(list(label order by ordinal) filter (where role = 'actor'), []) as actors,
    coalesce(list(label order by ordinal) filter (where role = 'recipient'), []) as recipients,
    coalesce(list(label order by ordinal) filter (where role = 'attribution'), []) as sources,
    coalesce(
        list(distinct country_code order by country_code) filter (where role = 'actor' and country_code is not null), []
    ) as actor_countries,
    coalesce(
        list(distinct country_code order by country_code)
            filter (where role = 'recipient' and country_code is not null),
        []
    ) as recipient_countries
from participants
group by event_id
