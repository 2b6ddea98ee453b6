"""From what was found to rows: ids, spans of the document, zones, and which clock each row hangs on.

What belongs here: turning records into rows of `core`. What does not: finding anything. Ids are made of the
document's hash and a position in it, so that the same input always gives the same ids.
"""

import datetime as dt
import hashlib
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from etl import languages
from etl.schema import core, tables
from etl.settings import current
from etl.transform import agencies, dates, reference
from etl.transform.pages import Furniture
from etl.transform.places import gazetteer
from etl.transform.records import (
    Credit,
    EventMention,
    Item,
    Place,
    PlaceMention,
    SentenceSpan,
    TimeMention,
    Unit,
)
from etl.transform.rows import Rows


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
    """What was found in the units of one language."""

    articles: Sequence[Article]
    units: list[Unit]
    """`Unit.article` is the index among the articles."""
    offsets: list[int]
    """Where each unit starts in its document's text."""
    sentences: list[SentenceSpan]
    times: list[TimeMention]
    places: list[PlaceMention]
    dateline_places: dict[int, list[PlaceMention]]
    """By index of the article; spans in code points of the document's text."""
    events: list[EventMention]
    citations: list[tuple[int, Credit]]


# fmt: off
_EVENT = (
    "event_id", "article_id", "sentence_id", "trigger", "trigger_lemma", "span_start", "span_end", "event_type",
    "mode", "context", "cameo_root", "quad_class", "goldstein", "tense", "polarity", "modality", "attribution",
    "location_id", "location_basis", "relation", "time_basis", "anchor_id", "time_expression_id", "zones",
    "time_precision", "time_status", "confidence", "story_id",
)
# fmt: on
"""Columns of core.events in the order in which `_events` gives them."""
# fmt: off
_PARTICIPANT = (
    "event_id", "ordinal", "role", "span_start", "span_end", "surface", "name", "country_code", "sector",
    "quantity_min", "quantity_max",
)
# fmt: on
"""Columns of core.event_participants, likewise."""

Tables = dict[str, pl.DataFrame]
"""Frames by qualified table name."""


class Tabulator:
    """Turns records into rows, with ids and spans of the document."""

    def __init__(self, transform_versions: Mapping[str, str]) -> None:
        self._versions = transform_versions
        self._rows = {name: Rows(row) for name, row in tables("core").items()}
        self._places: dict[str, Place] = {}
        self._agencies: dict[str, str] = {}
        self._stories: dict[str, int] = defaultdict(int)

    def capture(self, document_id: str, zone: str) -> None:
        """Add the clock of a page, its days counted in a zone.

        The capture time is never on the page itself: its basis is none.
        """
        self._rows["anchors"].add(
            anchor_id=capture_id(document_id),
            document_id=document_id,
            kind="capture",
            basis="none",
            timezone=zone,
            capture_basis="unknown",
        )

    def furniture(self, document_id: str, furniture: Sequence[Furniture]) -> None:
        """Add what of a document is no item."""
        for kind, start, end in furniture:
            self._rows["furniture"].add(
                furniture_id=f"{document_id}-f{start}",
                document_id=document_id,
                kind=kind,
                span_start=start,
                span_end=end,
            )

    def add(self, reading: Reading) -> None:
        """Add the rows of the articles of one language."""
        stories = [_story_id(a) for a in reading.articles]
        where = _Sentences(reading)
        for i, article in enumerate(reading.articles):
            date_symbol = article.item.dateline.date_symbol if article.item.dateline else None
            self._article(article, stories[i], date_symbol)
            self._publication(article, date_symbol)
            self._credits(article)
            self._dateline_places(article, reading.dateline_places.get(i, ()))
        self._sentences(reading)
        self._citations(reading)
        self._mentions(reading, where)
        self._times(reading, where)
        self._events(reading, where, stories)

    def frames(self) -> Tables:
        """Everything added, and the places, agencies and stories it speaks of."""
        self._dimensions()
        return {f"core.{name}": rows.frame() for name, rows in self._rows.items()}

    def _dimensions(self) -> None:
        """Add the places, agencies and stories that the batch speaks of."""
        for place in self._places.values():
            self._rows["locations"].add(**place._asdict())
        facts = agencies.directory().facts
        for agency_id, surface in self._agencies.items():
            known = facts.get(agency_id)
            self._rows["agencies"].add(
                agency_id=agency_id,
                code=known.code if known else surface,
                name=known.name if known else None,
                country_code=known.country_code if known else None,
                languages=(known.languages or "").split() if known else [],
                website=known.website if known else None,
                kind=known.kind if known else "unresolved",
                status=known.status if known else "unknown",
            )
        for story_id, n_articles in self._stories.items():
            self._rows["stories"].add(story_id=story_id, n_articles=n_articles)

    def _article(self, article: Article, story_id: str, date_symbol: str | None) -> None:
        item, text = article.item, article.text
        headline, dateline, stamp = item.headline, item.dateline, item.stamp
        self._stories[story_id] += 1
        body = text[item.body.start : item.body.end]
        self._rows["articles"].add(
            article_id=article.article_id,
            document_id=article.document_id,
            position=article.position,
            role=item.role,
            section=item.section,
            language=article.language,
            headline=text[headline.start : headline.end] if headline else None,
            headline_start=headline.start if headline else None,
            headline_end=headline.end if headline else None,
            item_start=item.item.start,
            item_end=item.item.end,
            body=body,
            body_start=item.body.start,
            body_end=item.body.end,
            dateline_raw=dateline.places_raw if dateline else None,
            dateline_start=dateline.start if dateline else None,
            dateline_end=dateline.end if dateline else None,
            dateline_symbol=date_symbol,
            dateline_date=dates.nearest(date_symbol, *article.published) if date_symbol else None,
            credit_raw=dateline.credit_raw if dateline else None,
            stamp_raw=text[stamp.start : stamp.end] if stamp else None,
            stamp_start=stamp.start if stamp else None,
            stamp_end=stamp.end if stamp else None,
            stamp_symbol=stamp.symbol if stamp else None,
            body_sha256=_folded_sha256(body),
            item_key=_item_key(article, body),
            story_id=story_id,
            transform_version=self._versions[article.language],
        )

    def _publication(self, article: Article, date_symbol: str | None) -> None:
        """Add the clock of the item, on the best evidence it shows; a lead has none and keeps its upper bound."""
        stamp = article.item.stamp
        basis: core.AnchorBasis = "upper_bound"
        symbol = None
        if any(article.published):
            basis = "document"
        elif stamp:
            basis, symbol = ("relative_stamp" if stamp.offset_min_s is not None else "explicit_stamp"), stamp.symbol
        elif date_symbol:
            basis, symbol = "dateline_date", date_symbol
        self._rows["anchors"].add(
            anchor_id=publication_id(article.article_id),
            document_id=article.document_id,
            article_id=article.article_id,
            kind="publication",
            basis=basis,
            parent_anchor_id=capture_id(article.document_id),
            value_symbolic=symbol,
            offset_min_s=stamp.offset_min_s if stamp and basis == "relative_stamp" else None,
            offset_max_s=stamp.offset_max_s if stamp and basis == "relative_stamp" else None,
            timezone=article.zone,
            capture_basis="unknown",
        )
        filed = article.item.dateline
        if filed and filed.date and filed.date_symbol:
            self._rows["time_expressions"].add(
                time_expression_id=f"{article.article_id}-t{filed.date.start}",
                article_id=article.article_id,
                surface=article.text[filed.date.start : filed.date.end],
                span_start=filed.date.start,
                span_end=filed.date.end,
                timex_type="DATE",
                value_symbolic=str(dates.nearest(filed.date_symbol, *article.published) or filed.date_symbol),
                rule="dateline",
                precision="day",
                confidence=1.0,
                anchor_id=publication_id(article.article_id),
                zones=[article.zone],
            )
        if stamp:
            self._rows["time_expressions"].add(
                time_expression_id=f"{article.article_id}-t{stamp.start}",
                article_id=article.article_id,
                surface=article.text[stamp.start : stamp.end],
                span_start=stamp.start,
                span_end=stamp.end,
                timex_type="TIME" if "T" in stamp.symbol else "DATE",
                value_symbolic=stamp.symbol,
                rule="stamp",
                precision="minute" if "T" in stamp.symbol else "day",
                confidence=1.0,
                anchor_id=capture_id(article.document_id),
                zones=[article.zone],
            )

    def _credits(self, article: Article) -> None:
        for ordinal, credit in enumerate(article.item.credits):
            self._agency(article, ordinal, credit)

    def _agency(self, article: Article, ordinal: int, credit: Credit) -> None:
        self._agencies.setdefault(credit.agency_id, credit.surface)
        self._rows["article_agencies"].add(
            article_agency_id=f"{article.article_id}-c{credit.start}",
            article_id=article.article_id,
            ordinal=ordinal,
            agency_id=credit.agency_id,
            role=credit.role,
            credit_raw=credit.surface,
            span_start=credit.start,
            span_end=credit.end,
        )

    def _citations(self, reading: Reading) -> None:
        ordinals: dict[int, int] = defaultdict(int)
        for unit, credit in reading.citations:
            i, at = reading.units[unit].article, reading.offsets[unit]
            first = len(reading.articles[i].item.credits)
            moved = credit._replace(start=credit.start + at, end=credit.end + at)
            self._agency(reading.articles[i], first + ordinals[i], moved)
            ordinals[i] += 1

    def _dateline_places(self, article: Article, mentions: Sequence[PlaceMention]) -> None:
        for mention in mentions:
            self._mention(article, mention, mention.start, None)

    def _sentences(self, reading: Reading) -> None:
        add = self._rows["sentences"].adder(
            "sentence_id",
            "article_id",
            "ordinal",
            "is_headline",
            "span_start",
            "span_end",
        )
        ordinals: dict[int, int] = defaultdict(int)
        for span in reading.sentences:
            unit, at = reading.units[span.unit], reading.offsets[span.unit]
            article_id = reading.articles[unit.article].article_id
            add(
                (
                    f"{article_id}-s{span.start + at}",
                    article_id,
                    ordinals[unit.article],
                    unit.kind == "headline",
                    span.start + at,
                    span.end + at,
                )
            )
            ordinals[unit.article] += 1

    def _mentions(self, reading: Reading, where: "_Sentences") -> None:
        for mention in reading.places:
            article = reading.articles[reading.units[mention.unit].article]
            start = mention.start + reading.offsets[mention.unit]
            self._mention(article, mention, start, where.sentence_id(mention.unit, mention.start))

    def _mention(self, article: Article, mention: PlaceMention, start: int, sentence_id: str | None) -> None:
        if mention.place:
            self._places.setdefault(mention.place.location_id, mention.place)
        self._rows["article_locations"].add(
            mention_id=f"{article.article_id}-p{start}",
            article_id=article.article_id,
            sentence_id=sentence_id,
            surface=mention.surface,
            span_start=start,
            span_end=start + mention.end - mention.start,
            role=mention.role,
            location_id=mention.place.location_id if mention.place else None,
            n_candidates=mention.n_candidates,
            runner_up_ids=list(mention.runners_up),
            confidence=mention.confidence,
        )

    def _times(self, reading: Reading, where: "_Sentences") -> None:
        for mention in reading.times:
            i = reading.units[mention.unit].article
            start = mention.start + reading.offsets[mention.unit]
            self._rows["time_expressions"].add(
                time_expression_id=f"{reading.articles[i].article_id}-t{start}",
                article_id=reading.articles[i].article_id,
                sentence_id=where.sentence_id(mention.unit, mention.start),
                surface=mention.surface,
                span_start=start,
                span_end=start + mention.end - mention.start,
                timex_type=mention.timex_type,
                value_symbolic=mention.value,
                rule=mention.rule,
                direction=mention.direction,
                precision=mention.precision,
                confidence=mention.confidence,
                anchor_id=publication_id(reading.articles[i].article_id),
                zones=_zones(reading.articles[i].zone, None, reading.dateline_places.get(i, ())),
            )

    def _events(self, reading: Reading, where: "_Sentences", stories: list[str]) -> None:
        add_event = self._rows["events"].adder(*_EVENT)
        add_participant = self._rows["event_participants"].adder(*_PARTICIPANT)
        kinds = reference.event_types()
        clocks = [publication_id(a.article_id) for a in reading.articles]
        zones: dict[tuple[int, str | None], list[str]] = {}
        for event in reading.events:
            i, at = reading.units[event.unit].article, reading.offsets[event.unit]
            article = reading.articles[i]
            filed = reading.dateline_places.get(i, ())
            place = reading.places[event.place_mention].place if event.place_mention is not None else None
            basis = event.location_basis
            if filed and basis in ("none", "actor") and (home := next((m.place for m in filed if m.place), None)):
                place, basis = home, "dateline"
            time = reading.times[event.time_mention] if event.time_mention is not None else None
            event_id = f"{article.article_id}-e{event.start + at}"
            attribution = next((p.surface for p in event.participants if p.role == "attribution"), None)
            kind = kinds[event.event_type]
            lived = place if basis in ("stated", "carried") else None
            key = i, lived.location_id if lived else None
            if key not in zones:
                zones[key] = _zones(article.zone, lived, filed)
            if place:
                self._places.setdefault(place.location_id, place)
            add_event(
                (
                    event_id,
                    article.article_id,
                    where.sentence_id(event.unit, event.start),
                    event.trigger,
                    event.lemma,
                    event.start + at,
                    event.end + at,
                    event.event_type,
                    event.mode,
                    event.context,
                    kind.cameo_root,
                    kind.quad_class,
                    kind.goldstein,
                    event.tense,
                    event.polarity,
                    event.modality,
                    attribution,
                    place.location_id if place else None,
                    basis if place else "none",
                    event.relation,
                    event.time_basis,
                    clocks[i],
                    (f"{article.article_id}-t{time.start + reading.offsets[time.unit]}" if time else None),
                    zones[key],
                    time.precision if time else "day" if event.time_basis == "tense_default" else "unbounded",
                    "symbolic",
                    event.confidence,
                    stories[i],
                )
            )
            for ordinal, participant in enumerate(event.participants):
                add_participant(
                    (
                        event_id,
                        ordinal,
                        participant.role,
                        participant.start + at,
                        participant.end + at,
                        participant.surface,
                        participant.name,
                        participant.country_code,
                        participant.sector,
                        participant.quantity_min,
                        participant.quantity_max,
                    )
                )


class _Sentences:
    """Which sentence a position of a unit stands in."""

    def __init__(self, reading: Reading) -> None:
        self._starts: dict[int, list[int]] = defaultdict(list)
        for span in reading.sentences:
            self._starts[span.unit].append(span.start)
        self._reading = reading

    def sentence_id(self, unit: int, start: int) -> str | None:
        """The id of the sentence that holds the position, or None where none begins before it."""
        starts = self._starts[unit]
        i = bisect_right(starts, start) - 1
        if i < 0:
            return None
        article = self._reading.articles[self._reading.units[unit].article]
        return f"{article.article_id}-s{starts[i] + self._reading.offsets[unit]}"


def capture_id(document_id: str) -> str:
    """Name the anchor of a page's capture."""
    return f"{document_id}-capture"


def publication_id(article_id: str) -> str:
    """Name the anchor of an item's publication."""
    return f"{article_id}-publication"


def language_zone(language: str) -> str:
    """The zone of a newsroom that writes in the language, where its agency gives none."""
    known = language if language in languages.available() else current().default_language
    return str(languages.toml(known, "language").get("zone") or current().default_zone)


def _zones(newsroom: str, place: Place | None, filed: Sequence[PlaceMention]) -> list[str]:
    """The zones a civil day of the item may count in.

    The newsroom's always; then the place's own where the text states it. Where it does not, the event may have
    happened anywhere in the country it was filed from ("donderdagavond" in a text from St. Paul may be an evening
    in Los Angeles), so the bounds hold that country's zones.
    """
    zones = [newsroom]
    if place:
        zones += _zones_of(place)
    else:
        for mention in filed:
            if mention.place:
                own = [mention.place.timezone] if mention.place.timezone else []
                country = mention.place.country_code
                zones += [*own, *(gazetteer.load().zones(country) if country else ())]
    return list(dict.fromkeys(zones))


def _zones_of(place: Place) -> Sequence[str]:
    if place.feature_class != "A" and place.timezone:
        return [place.timezone]
    return gazetteer.load().zones(place.country_code) if place.country_code else []


def _story_id(article: Article) -> str:
    """Items with the same words tell one story, on whatever page they stand."""
    item = article.item
    headline = article.text[item.headline.start : item.headline.end] if item.headline else ""
    body = article.text[item.body.start : item.body.end]
    return _folded_sha256(body or headline)[:20]


_LEAST_KEY = 60
"""Characters of an item that no other item of its site shares by chance."""


def _item_key(article: Article, body: str) -> str | None:
    """What tells that an item of another page of the site is this one, published once.

    Another site publishes the same agency's text at a time of its own, and a lead without a stamp may be the same
    text on a page of years later: neither has a key in common.
    """
    item = article.item
    if item.stamp is None and not any(article.published):
        return None
    headline = article.text[item.headline.start : item.headline.end] if item.headline else ""
    # a brief is a title and a clock: the same title at the same time of day
    words = body or (f"{headline} {item.stamp.symbol}" if item.stamp else headline)
    return _folded_sha256(f"{article.site}\0{words}")[:20] if len(words) >= _LEAST_KEY else None


def _folded_sha256(text: str) -> str:
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
