"""The plain records that the steps of the transform hand to each other, inside a batch.

A *unit* is one text to be read: an article's headline or body, or a whole text. Finders take the units of a
batch that are in one language and give back records whose `unit` is the index of the unit and whose `start`
and `end` are code points of that unit's text, end exclusive. `tabulate.py` moves them to the document's text
and into frames. Events, of which there are most, are classes of machine code (`events/records.py`).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from etl.schema.core import (
    CreditRole,
    ItemRole,
    PlaceRole,
    Precision,
    TimexType,
)
from etl.transform.events.records import EventMention


class Span(NamedTuple):
    """A stretch of text in code points, end exclusive."""

    start: int
    end: int


class Unit(NamedTuple):
    """One text to be read, and the article of the batch it belongs to.

    A dateline unit is the place part of a dateline alone (`LONDEN/PARIJS`): it gives evidence on the article's other
    places, and is read with its own rules (capitals folded).
    """

    text: str
    article: int
    kind: Literal["headline", "body", "dateline"]


class Stamp(NamedTuple):
    """A publication stamp of a page, as a value that depends on no clock.

    For an age ("37 minuten geleden") the offsets hold the publication minus the capture, in seconds, both
    negative or 0, wide enough for a site that rounds and for one that cuts. For a clock or a calendar stamp they
    are None and the symbol says it all.
    """

    start: int
    end: int
    symbol: str
    offset_min_s: float | None
    offset_max_s: float | None


class Place(NamedTuple):
    """A place as the gazetteer knows it: a row of core.locations to be."""

    location_id: str
    geonames_id: int | None
    name: str
    name_en: str | None
    feature_class: str
    feature_code: str | None
    country_code: str | None
    admin1_code: str | None
    admin1_name: str | None
    iso_3166_2: str | None
    parent_location_id: str | None
    continent: str | None
    latitude: float | None
    longitude: float | None
    timezone: str | None
    population: int | None


class Credit(NamedTuple):
    """An agency named in a dateline, a sign-off or the prose."""

    start: int
    end: int
    surface: str
    agency_id: str
    role: CreditRole


class Dateline(NamedTuple):
    """The dateline of an item: `LONDEN/PARIJS (ANP/RTR) - `. Spans are code points of the text it was read from."""

    start: int
    end: int
    """End of the dateline with its dash: where the body starts."""
    places: tuple[Span, ...]
    places_raw: str | None
    credit_raw: str | None
    credits: tuple[Credit, ...]
    date: Span | None
    date_symbol: str | None = None
    """The date as a value that depends on no clock: `1987-02-26`, `XXXX-02-26`."""


class Item(NamedTuple):
    """An item on a page. Spans are code points of the document's text."""

    role: ItemRole
    section: str | None
    headline: Span | None
    item: Span
    body: Span
    dateline: Dateline | None
    stamp: Stamp | None
    credits: tuple[Credit, ...] = ()
    """Who is credited, in the order written: in a byline, the dateline, a sign-off."""


class TimeMention(NamedTuple):
    """A time expression found in a unit; `value` depends on no clock."""

    unit: int
    start: int
    end: int
    surface: str
    timex_type: TimexType
    value: str
    rule: str
    direction: str | None
    """`past` or `future` where a cue in the text decides which way a bare day or month looks; else None."""
    precision: Precision
    confidence: float


class PlaceMention(NamedTuple):
    """A mention of a place; `place` is None where it could not be told which."""

    unit: int
    start: int
    end: int
    surface: str
    role: PlaceRole
    place: Place | None
    n_candidates: int
    confidence: float
    runners_up: tuple[str, ...] = ()
    """location_id of the next two candidates, the likelier first."""


class SentenceSpan(NamedTuple):
    """A sentence of a unit."""

    unit: int
    start: int
    end: int


class Article(NamedTuple):
    """An item of a document of the batch, with what the steps need to know of both."""

    article_id: str
    document_id: str
    text: str
    position: int
    item: Item
    language: str
    zone: str
    home: str | None
    published: tuple[dt.datetime | None, dt.datetime | None]
    """What the source states of the publication."""
    site: str
    """The site that the document is of; empty where its source names none."""


class Reading(NamedTuple):
    """What was found in articles of one language, each list in the order of the units."""

    articles: Sequence[Article]
    units: Sequence[Unit]
    """`Unit.article` is the index among the articles."""
    sentences: Sequence[SentenceSpan]
    times: Sequence[TimeMention]
    places: Sequence[PlaceMention]
    dateline_places: Mapping[int, Sequence[PlaceMention]]
    """By index of the article; spans in code points of the document's text."""
    events: Sequence[EventMention]
    citations: Sequence[tuple[int, Credit]]
    """Agencies that the prose names, each with its unit."""
