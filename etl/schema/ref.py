"""`ref`: reference data. Each table is `seeds/<name>.csv`, a dbt seed; its source stands in seeds/README.md."""

from etl.schema.base import Row, column


class AgencyFacts(Row, table="ref.agencies", key=("code",)):
    """One row per agency, newspaper or broadcaster that a credit or a citation may name."""

    code: str = column("code used in credits")
    name: str = column("full name")
    country_code: str | None = column("ISO 3166-1 alpha-2 of its seat")
    languages: str | None = column("ISO 639-1 codes, separated by spaces; multi: many")
    website: str | None = column("host of its site")
    credit_aliases: str = column("forms seen in credits, separated by |")
    prose_names: str | None = column("forms seen in prose, separated by |")
    kind: str = column("general, financial, sport, photo, newspaper, broadcaster …")
    status: str = column("active, or defunct with the year, renamed, …")
    timezone: str | None = column("newsroom's zone, where it is used to date its texts")


class EventTypeFacts(Row, table="ref.event_types", key=("event_type",)):
    """One row per event type: PLOVER's sixteen, and two that newswire needs."""

    event_type: str = column("name of the type")
    cameo_root: str | None = column("CAMEO root code of the type")
    quad_class: int | None = column(
        "1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict"
    )
    goldstein: float | None = column("Goldstein scale value of the CAMEO root", ge=-10, le=10)
    meaning: str = column("what it means")
