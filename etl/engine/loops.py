"""The loops between reading, transforming and loading, and what they counted: every batch is committed by itself.

What does not belong here: SQL, rules about text, who does the work (`hands.py`), and Dagster.
"""

import datetime as dt
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from etl import heaps
from etl.engine import hands
from etl.engine.progress import Progress
from etl.engine.shards import Shards
from etl.extract import captures, sources
from etl.extract.records import NO_COLUMNS, Columns
from etl.settings import Settings
from etl.transform import pipeline
from etl.warehouse import load, stories
from etl.warehouse.connection import connect, fewer_threads, logged

_LOG_OF_TEXTS = "256MB"
"""The log that documents may come to before it is put into the file: texts are long, and transactions small."""

_RECEIVED_TOGETHER = 16
"""Batches that are received as one: for each, the ids of all documents that are known are looked through."""
_MUCH = 50_000_000
"""Characters of text after which what reading takes is not kept for more of it: what follows takes memory by how much
there is."""


class Received(NamedTuple):
    """What reading found."""

    n_read: int
    """Documents read: new and known."""
    n_loaded: int
    n_known: int
    n_rejected: int
    n_claims: int


def receive(
    con: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    *,
    captured_at: dt.datetime | None,
    columns: Columns = NO_COLUMNS,
    run_id: str,
    settings: Settings,
    progress: Progress,
) -> Received:
    """Read sources; load what is new, what is claimed about its capture, and what could not be taken.

    Args:
        con: the build.
        paths: files, folders, patterns, `-` for standard input.
        captured_at: when these files were captured, where the operator knows.
        columns: which columns of a table hold what.
        run_id: the run.
        settings: limits.
        progress: told after every batch.

    """
    now = dt.datetime.now(dt.UTC)
    total = Received(0, 0, 0, 0, 0)
    n_chars = 0
    batches = sources.read(
        paths,
        ingested_at=now,
        run_id=run_id,
        settings=settings.model_copy(update={"batch_chars": _RECEIVED_TOGETHER * settings.batch_chars}),
        columns=columns,
        knows=partial(load.known_documents, con),
        # a claim of the operator is made of every document
        has_read=frozenset() if captured_at else load.files_read(con),
    )
    with logged(con, _LOG_OF_TEXTS):
        for documents, known, refused, claims, files, passed in batches:
            loaded = load.load_documents(con, documents)
            load.load_rejects(con, refused)
            n_claims = load.load_claims(con, claims)
            if captured_at:
                read = pl.concat([documents.select("document_id"), known.select("document_id")])
                n_claims += load.load_claims(con, captures.operator_claim(read, captured_at, asserted_at=now))
            load.load_files(con, files)
            n_passed, n_chars_passed = load.documents_of(con, passed)
            n_known = loaded.n_known + known.height + n_passed
            counted = Received(loaded.n_new + n_known, loaded.n_new, n_known, refused.height, n_claims)
            total = Received(*(a + b for a, b in zip(total, counted, strict=True)))
            n_chars += int(documents["n_chars"].sum()) + int(known["n_chars"].sum()) + n_chars_passed
            progress("read", total.n_read, n_chars, 0)
    return total


class Transformed(NamedTuple):
    """What transforming gave."""

    n_transformed: int
    """Documents whose text was read."""
    n_renewed: int
    """Of these, documents that had been read before, by other rules."""
    n_rejected: int
    """Of these, documents that gave no article."""


def transform_pending(
    con: duckdb.DuckDBPyConnection,
    *,
    run_id: str,
    settings: Settings,
    progress: Progress,
    days: tuple[str, str] | None = None,
) -> Transformed:
    """Transform the documents that are new, or whose rows an older version of the rules made.

    The batches are made into shards by whoever the settings name; this process alone loads them.

    Args:
        con: the build.
        run_id: the run.
        settings: limits, and who does the work.
        progress: told after every batch that is made into rows.
        days: only documents ingested from the first to the last of these days (ISO 8601, UTC), and those that this
            run has read; none: all.
    """
    versions = pipeline.transform_versions()
    found = load.waiting(con, versions, settings.default_language)
    if days:
        first, last = map(pl.lit, days)
        found = found.filter(pl.col("day").is_between(first, last) | (pl.col("run_id") == run_id))
    n_documents = n_rejected = n_chars = 0
    if found.height:
        store = Shards(settings.shards_uri)
        n_all = int(found["n_chars"].sum())
        made = _Made(con, store, run_id, n_all)
        with hands.chosen(settings) as chosen, fewer_threads(con, chosen.n_beside):
            batches = load.batches(con, found, _batch_chars(n_all, chosen.n, settings))
            for documents, shard in hands.hand_out(chosen, batches, settings.shards_uri, versions):
                made.add(documents, shard)
                n_documents += documents.height
                n_chars += int(documents["n_chars"].sum())
                progress("transform", n_documents, n_chars, n_all)
        if n_all > _MUCH:
            pipeline.forget()
        n_rejected = made.load()  # with all cores: nobody is busy beside it any more
        if settings.shards is None:
            store.sweep()
    with logged(con):
        stories.merge(con)
    heaps.give_back()
    return Transformed(n_documents, int(found["is_known"].sum()), n_rejected)


class _Made:
    """Shards that are made and not yet loaded: several are loaded together, which costs less than one by one.

    What is made is loaded when it is as much as is left to make: while one half is loaded the other is made, and so
    on with the halves of what is left, so that little is to be loaded when the last batch is made.
    """

    def __init__(self, con: duckdb.DuckDBPyConnection, store: Shards, run_id: str, n_all: int) -> None:
        self._con, self._store, self._run_id, self._n_left = con, store, run_id, n_all
        self._documents: list[pl.DataFrame] = []
        self._shards: list[str] = []
        self._n_chars = self._n_rejected = 0

    def add(self, documents: pl.DataFrame, shard: str) -> None:
        """Take one, and load what there is where it is enough."""
        self._documents.append(documents.select("document_id", "source_uri"))
        self._shards.append(shard)
        n_chars = int(documents["n_chars"].sum())
        self._n_chars += n_chars
        self._n_left -= n_chars
        if self._n_left and self._n_chars >= min(_LOAD_CHARS, self._n_left):
            self.load()

    def load(self) -> int:
        """Load what is left; say how many documents of all that were loaded gave no article."""
        if self._shards:
            rows = self._store.rows(self._shards)
            with logged(self._con):
                self._n_rejected += load.load_batch(self._con, rows, pl.concat(self._documents), self._run_id)
            for shard in self._shards:
                self._store.drop(shard)
        self._documents, self._shards, self._n_chars = [], [], 0
        return self._n_rejected


def first_day_waiting(settings: Settings) -> str | None:
    """The first day (ISO 8601, UTC) on which a document was ingested that waits to be transformed."""
    with connect(settings.build_file, read_only=True) as con:
        try:
            found = load.waiting(con, pipeline.transform_versions(), settings.default_language)
        except duckdb.CatalogException:  # a build that another version began
            return None
        first = found["day"].min()
        return str(first) if first else None


_LOAD_CHARS = 64_000_000
"""Characters of the documents whose rows are loaded together at most: each time that DuckDB writes its file it writes
the end of every table again. To load 100 MB by 48 took two thirds of the time that it took by 16."""
_BATCHES_EACH = 4
"""Batches for each worker at least, so that none waits long for the last."""
_LEAST_CHARS = 100_000
"""Characters of a batch below which handing it out costs too much."""


def _batch_chars(n_all: int, n_workers: int, settings: Settings) -> int:
    if n_workers == 1:
        return settings.batch_chars
    return min(settings.batch_chars, max(_LEAST_CHARS, n_all // (n_workers * _BATCHES_EACH)))
