"""`core`: the normalised tables, written by Python.

Spans are `*_start`, `*_end` in code points of `raw.documents.text`, end exclusive. Columns filled by `anchor`
are the only ones that change when a capture time is learnt later. A bound that is not known is NULL; NULL
never means now.
"""

import datetime as dt
from typing import Literal

from etl.schema.base import Row, column

ItemRole = Literal["lead", "teaser", "brief"]
FurnitureKind = Literal["heading", "boilerplate", "byline", "stamp"]
CreditRole = Literal["credit", "cited"]
PlaceRole = Literal["dateline", "mention", "demonym", "metonym"]
TimexType = Literal["DATE", "TIME", "DURATION", "SET"]
AnchorKind = Literal["capture", "publication"]
AnchorBasis = Literal[
    "explicit_stamp", "relative_stamp", "dateline_date", "document", "network", "upper_bound", "none"
]
EvidenceKind = Literal[
    "ingestion",
    "by_capture",
    "claim",
    "relative_stamp",
    "explicit_stamp",
    "stated",
    "same_item",
    "same_words",
    "revision",
    "dateline_date",
    "site_habit",
    "order",
    "crawl",
]
Polarity = Literal["POS", "NEG"]
Modality = Literal["asserted", "reported", "alleged", "possible", "future", "hypothetical", "denied"]
Tense = Literal["PAST", "PRESENT", "PRESENT_PERFECT", "PAST_PERFECT", "FUTURE", "INFINITIVE", "NONE"]
Relation = Literal["BEFORE", "AFTER", "IS_INCLUDED", "INCLUDES", "OVERLAP"]
TimeBasis = Literal["expression", "carried", "tense_default", "background", "none"]
TimeStatus = Literal["resolved", "bounded_one_side", "symbolic"]
Precision = Literal["second", "minute", "hour", "part_of_day", "day", "week", "month", "quarter", "year", "unbounded"]
LocationBasis = Literal["stated", "carried", "dateline", "actor", "none"]
ParticipantRole = Literal["actor", "recipient", "attribution"]


class Article(Row, table="core.articles", key=("article_id",)):
    """One row per item on a page: a lead with its headline, a teaser, a brief."""

    article_id: str = column("document_id and position")
    document_id: str = column("the document it stands in", references="raw.documents")
    position: int = column("place on the page, the lead 0", ge=0)
    role: ItemRole = column(
        "lead: the page's own article; teaser: an item of a list; brief: a title and a clock time"
    )
    section: str | None = column("heading of the list it stands in (Buitenland)")
    language: str = column("ISO 639-1 code")
    headline: str | None = column("its title, without the photo credit before it")
    headline_start: int | None = column("span of the headline", ge=0)
    headline_end: int | None = column("span of the headline", ge=0)
    item_start: int = column("span of the item from its dateline to the end of its body, stamp excluded", ge=0)
    item_end: int = column("span of the item", ge=0)
    body: str = column("the text after the dateline")
    body_start: int = column("span of the body", ge=0)
    body_end: int = column("span of the body", ge=0)
    dateline_raw: str | None = column("the place or places before the credit, as written")
    dateline_start: int | None = column("span of the dateline with its credit", ge=0)
    dateline_end: int | None = column("span of the dateline", ge=0)
    dateline_symbol: str | None = column("the date in the dateline as a value that depends on no clock (XXXX-02-26)")
    dateline_date: dt.date | None = column("that date; its year, where not given, is the nearest to a publication")
    credit_raw: str | None = column("the agencies as written (ANP/RTR)")
    stamp_raw: str | None = column("the stamp that belongs to the item, as written")
    stamp_start: int | None = column("span of the stamp", ge=0)
    stamp_end: int | None = column("span of the stamp", ge=0)
    stamp_symbol: str | None = column("the stamp as a value that depends on no clock (TIMEX3 form)")
    body_sha256: str = column("SHA-256 of the body with white space folded: finds the same item elsewhere")
    item_key: str | None = column(
        "site and words of a stamped item: two pages with the same key show one publication; NULL where too few words"
    )
    story_id: str = column(
        "the story it tells; items whose bodies are the same, or nearly, share it", references="core.stories"
    )
    transform_version: str = column("version of the rules and data, for its language, that made the row")


class Furniture(Row, table="core.furniture", key=("furniture_id",)):
    """One row per stretch of a document that is no item: every character is an item's or stands here."""

    furniture_id: str = column("document_id and start of the span")
    document_id: str = column("the document it stands in", references="raw.documents")
    kind: FurnitureKind = column(
        "heading of a list; boilerplate: a headline's other copy, a photo credit, a notice; byline; stamp of no item"
    )
    span_start: int = column("span of the words", ge=0)
    span_end: int = column("span of the words", ge=0)


class Story(Row, table="core.stories", key=("story_id",)):
    """One row per story told by one or several items."""

    story_id: str = column("hash of the body, the first received of those that are nearly the same")
    n_articles: int = column("items that tell it", ge=1)
    first_published_earliest: dt.datetime | None = column("lower bound of its first publication", filled_by="anchor")
    last_published_latest: dt.datetime | None = column("upper bound of its last publication", filled_by="anchor")


class Agency(Row, table="core.agencies", key=("agency_id",)):
    """One row per agency, newspaper or broadcaster; those seen but not known are kept as unresolved."""

    agency_id: str = column("its code in lower case; unresolved ones carry the prefix x-")
    code: str = column("code or credit as written")
    name: str | None = column("full name")
    country_code: str | None = column("ISO 3166-1 alpha-2 of its seat")
    languages: list[str] = column("ISO 639-1 codes it publishes in")
    website: str | None = column("host of its site")
    kind: str = column("general, financial, sport, photo, newspaper, broadcaster …; unresolved where not known")
    status: str = column("active, defunct with the year, or unknown")


class ArticleAgency(Row, table="core.article_agencies", key=("article_agency_id",)):
    """One row per agency on an article: credited in its dateline or at its end, or cited in its prose."""

    article_agency_id: str = column("article_id and start of the span")
    article_id: str = column("the article", references="core.articles")
    ordinal: int = column("order on the article, from 0", ge=0)
    agency_id: str = column("the agency", references="core.agencies")
    role: CreditRole = column("credit: it supplied the text; cited: the text names it as a source")
    credit_raw: str = column("the words")
    span_start: int = column("span of the words", ge=0)
    span_end: int = column("span of the words", ge=0)


class Location(Row, table="core.locations", key=("location_id",)):
    """One row per place that is mentioned, with its place in the hierarchy."""

    location_id: str = column("gn and the GeoNames id, or cc and the ISO code, or a code of our own reference data")
    geonames_id: int | None = column("GeoNames id")
    name: str = column("GeoNames' name")
    name_en: str | None = column("English name")
    feature_class: str = column("GeoNames feature class: A country or division, P place, L region, H water …")
    feature_code: str | None = column("GeoNames feature code: PCLI, ADM1, PPLC …")
    country_code: str | None = column("ISO 3166-1 alpha-2")
    admin1_code: str | None = column("GeoNames first-level division")
    admin1_name: str | None = column("its name")
    iso_3166_2: str | None = column("its ISO 3166-2 code; NULL where GeoNames' and ISO's divisions do not match")
    parent_location_id: str | None = column("the place that holds it (not a row of this table where never mentioned)")
    continent: str | None = column("GeoNames continent code")
    latitude: float | None = column("degrees north, WGS 84", ge=-90, le=90)
    longitude: float | None = column("degrees east, WGS 84", ge=-180, le=180)
    timezone: str | None = column("tz database name")
    population: int | None = column("inhabitants", ge=0)


class ArticleLocation(Row, table="core.article_locations", key=("mention_id",)):
    """One row per mention of a place; an unresolved one keeps its row with a NULL location."""

    mention_id: str = column("article_id and start of the span")
    article_id: str = column("the article", references="core.articles")
    sentence_id: str | None = column("the sentence; NULL in a dateline", references="core.sentences")
    surface: str = column("the words")
    span_start: int = column("span of the words", ge=0)
    span_end: int = column("span of the words", ge=0)
    role: PlaceRole = column("dateline: filed there; mention; demonym: an adjective or a people; metonym: a power")
    location_id: str | None = column("the place; NULL where it could not be told", references="core.locations")
    n_candidates: int = column("places that bear the name", ge=0)
    runner_up_ids: list[str] = column("location_id of the next two candidates, the likelier first")
    confidence: float = column("trust in the choice, 0 to 1", ge=0, le=1)


class Sentence(Row, table="core.sentences", key=("sentence_id",)):
    """One row per sentence of an article's headline and body."""

    sentence_id: str = column("article_id and ordinal")
    article_id: str = column("the article", references="core.articles")
    ordinal: int = column("order in the article, from 0; the headline is the first where there is one", ge=0)
    is_headline: bool = column("whether it is the headline")
    span_start: int = column("span of the sentence", ge=0)
    span_end: int = column("span of the sentence", ge=0)


class Anchor(Row, table="core.anchors", key=("anchor_id",)):
    """One row per clock: the capture of every page and the publication of every item."""

    anchor_id: str = column("document_id or article_id with the kind of clock")
    document_id: str = column("the document", references="raw.documents")
    article_id: str | None = column("the item; NULL for a capture", references="core.articles")
    kind: AnchorKind = column("which clock")
    basis: AnchorBasis = column("what the bounds rest on; upper_bound: only publication <= capture <= ingestion")
    parent_anchor_id: str | None = column("the clock it is measured from")
    value_symbolic: str | None = column("the stamp or date as a value that depends on no clock")
    offset_min_s: float | None = column("seconds from the parent, least")
    offset_max_s: float | None = column("seconds from the parent, most")
    timezone: str = column("zone its civil days count in: the newsroom's")
    earliest: dt.datetime | None = column("lower bound", filled_by="anchor")
    latest: dt.datetime | None = column("upper bound", filled_by="anchor")
    earliest_basis: EvidenceKind | None = column("evidence that makes the lower bound tight", filled_by="anchor")
    latest_basis: EvidenceKind | None = column("evidence that makes the upper bound tight", filled_by="anchor")
    capture_basis: str = column(
        "basis of the capture claim that decides it; network: other pages do; unknown: nothing bounds it from below",
        filled_by="anchor",
    )
    inferred_earliest: dt.datetime | None = column(
        "lower bound that words or events dated elsewhere make likely, within the bounds; it dates nothing else",
        filled_by="anchor",
    )
    inferred_latest: dt.datetime | None = column("upper bound, likewise", filled_by="anchor")
    inferred_from: str | None = column("the weekday words, or the event dated elsewhere", filled_by="anchor")
    inferred_confidence: float | None = column("trust in what is inferred, 0 to 1", ge=0, le=1, filled_by="anchor")


class AnchorEvidence(Row, table="core.anchor_evidence", key=("anchor_id", "side")):
    """One row per bound of a clock: the evidence that makes it tight, and the clock from whose bound it goes on.

    Followed from row to row, from_anchor_id on the same side, this is the chain from a bound to the claims.
    """

    anchor_id: str = column("the clock", references="core.anchors")
    side: Literal["earliest", "latest"] = column("which bound")
    kind: EvidenceKind = column("what says so")
    from_anchor_id: str | None = column(
        "the clock whose bound of the same side it is reckoned from; NULL: the evidence is a time by itself",
        references="core.anchors",
    )
    seconds: float | None = column("this bound minus that one, in seconds")
    words: str | None = column("the stamp, the date, or the basis of the claim, as written")
    n_steps: int = column("steps from here to the claim that the chain ends at", ge=1)
    confidence: float = column("trust in this piece of evidence, 0 to 1", ge=0, le=1)


class TimeExpression(Row, table="core.time_expressions", key=("time_expression_id",)):
    """One row per time expression in a sentence or stamp, with a value that depends on no clock and its bounds."""

    time_expression_id: str = column("article_id and start of the span")
    article_id: str = column("the article", references="core.articles")
    sentence_id: str | None = column("the sentence; NULL for a stamp", references="core.sentences")
    surface: str = column("the words")
    span_start: int = column("span of the words", ge=0)
    span_end: int = column("span of the words", ge=0)
    timex_type: TimexType = column("TIMEX3 type")
    value_symbolic: str = column("TIMEX3 value that depends on no clock (XXXX-WXX-5TEV)")
    rule: str = column("the pattern that found it")
    direction: Literal["past", "future"] | None = column("way a bare day or month looks, where a cue decides it")
    precision: Precision = column("unit the words speak in")
    confidence: float = column("trust in the reading, 0 to 1", ge=0, le=1)
    anchor_id: str = column("the clock it is read against", references="core.anchors")
    zones: list[str] = column(
        "zones its civil days may count in: the newsroom's, then the place's; bounds hold them all"
    )
    earliest: dt.datetime | None = column("lower bound; NULL: not known, or open", filled_by="anchor")
    latest: dt.datetime | None = column("upper bound, exclusive", filled_by="anchor")


class Event(Row, table="core.events", key=("event_id",)):
    """One row per event mention: what happened, who says so, and between which bounds it can have happened."""

    event_id: str = column("article_id and start of the trigger")
    article_id: str = column("the article", references="core.articles")
    sentence_id: str = column("the sentence", references="core.sentences")
    trigger: str = column("the words that name it")
    trigger_lemma: str = column("their lemma")
    span_start: int = column("span of the trigger", ge=0)
    span_end: int = column("span of the trigger", ge=0)
    event_type: str = column("PLOVER type, or STATEMENT or OTHER", references="ref.event_types")
    mode: str | None = column("PLOVER mode")
    context: list[str] = column("PLOVER contexts")
    cameo_root: str | None = column("CAMEO root code of the type")
    quad_class: int | None = column(
        "1 verbal cooperation, 2 material cooperation, 3 verbal conflict, 4 material conflict"
    )
    goldstein: float | None = column("Goldstein scale value of the CAMEO root", ge=-10, le=10)
    tense: Tense = column("TimeML tense and aspect of the trigger; NONE for a noun")
    polarity: Polarity = column("NEG: said not to have happened")
    modality: Modality = column("how sure the text is of it")
    attribution: str | None = column("who says so, as written")
    location_id: str | None = column("where, as location_basis says", references="core.locations")
    location_basis: LocationBasis = column("stated in its clause, carried, the dateline, an actor's country, or none")
    relation: Relation = column("TimeML relation of the event to its anchor or expression")
    time_basis: TimeBasis = column("expression: in its clause; carried; tense_default: tense against the publication")
    anchor_id: str = column("the clock it hangs on", references="core.anchors")
    time_expression_id: str | None = column("the expression it hangs on", references="core.time_expressions")
    zones: list[str] = column(
        "zones its civil days may count in: the newsroom's, then the place's; bounds hold them all"
    )
    time_precision: Precision = column("unit its time is known in")
    begin_earliest: dt.datetime | None = column("it began no earlier", filled_by="anchor")
    begin_latest: dt.datetime | None = column("it began no later", filled_by="anchor")
    end_earliest: dt.datetime | None = column("it ended no earlier", filled_by="anchor")
    end_latest: dt.datetime | None = column("it ended no later", filled_by="anchor")
    time_edtf: str | None = column("the bounds as EDTF (ISO 8601-2), in the anchor's zone", filled_by="anchor")
    time_status: TimeStatus = column(
        "resolved: both sides known; bounded_one_side; symbolic: no clock known yet", filled_by="anchor"
    )
    confidence: float = column("trust in the coding, 0 to 1", ge=0, le=1)
    story_id: str = column("the story it is part of", references="core.stories")
    cluster_id: str | None = column(
        "the mention that those of one event are called after, the one told first; NULL until it is dated",
        references="core.events",
        filled_by="anchor",
    )


class EventParticipant(Row, table="core.event_participants", key=("event_id", "ordinal")):
    """One row per participant in an event mention."""

    event_id: str = column("the event", references="core.events")
    ordinal: int = column("order in the event, from 0", ge=0)
    role: ParticipantRole = column("actor: did it; recipient: underwent it; attribution: says so")
    surface: str = column("the words")
    span_start: int = column("span of the words", ge=0)
    span_end: int = column("span of the words", ge=0)
    name: str | None = column("the name in the words, where they hold one")
    country_code: str | None = column("ISO 3166-1 alpha-2")
    sector: str | None = column("PLOVER sector: GOV, MIL, COP, JUD, LEG, PTY, REB, BUS, MED, IGO, NGO, CVL …")
    quantity_min: int | None = column("least number of people the words speak of", ge=0)
    quantity_max: int | None = column("most; NULL where the words set none", ge=0)
