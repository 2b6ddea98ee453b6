with locations as (

    select * from {{ source('core', 'locations') }}

),

mentions as (

    select
        location_id,
        count(*) as n_mentions,
        count(*) filter (where role = 'dateline') as n_datelines,
        count(distinct article_id) as n_articles
    from {{ source('core', 'article_locations') }}
    where location_id is not null
    group by location_id

),

events as (

    select
        location_id,
        count(*) as n_events
    from {{ source('core', 'events') }}
    where location_id is not null
    group by location_id

)

select
    locations.location_id,
    locations.geonames_id,
    locations.name,
    locations.name_en,
    locations.feature_class,
    locations.feature_code,
    locations.country_code,
    locations.admin1_code,
    locations.admin1_name,
    locations.parent_location_id,
    locations.continent,
    locations.latitude,
    locations.longitude,
    locations.timezone,
    locations.population,
    coalesce(mentions.n_mentions, 0) as n_mentions,
    coalesce(mentions.n_datelines, 0) as n_datelines,
    coalesce(mentions.n_articles, 0) as n_articles,
    coalesce(events.n_events, 0) as n_events
from locations
left join mentions on locations.location_id = mentions.location_id
left join events on locations.location_id = events.location_id
