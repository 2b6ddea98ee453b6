with article_locations as (

    select * from {{ source('core', 'article_locations') }}

),

locations as (

    select * from {{ source('core', 'locations') }}

),

datelines as (

    select
        article_locations.article_id,
        article_locations.span_start,
        article_locations.surface,
        locations.location_id,
        locations.name,
        locations.country_code
    from article_locations
    left join locations on article_locations.location_id = locations.location_id
    where article_locations.role = 'dateline'

)

select
    article_id,
    list(coalesce(name, surface) order by span_start) as dateline_places,
    first(location_id order by span_start) as dateline_location_id,
    first(name order by span_start) as dateline_place,
    first(country_code order by span_start) as dateline_country_code
from datelines
group by article_id
