"""Batches on this machine, one after the other: each is committed before the next is read.

What belongs here: the loops between reading, transforming and loading, and what they counted. What does not: SQL,
rules about text, and Dagster.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from etl.engine.progress import Progress
from etl.extract import captures, sources
from etl.settings import Settings
from etl.transform import pipeline
from etl.warehouse import export, load


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
    run_id: str,
    settings: Settings,
    progress: Progress,
) -> Received:
    """Read sources; load what is new, what is claimed about its capture, and what could not be taken.

    Args:
        con: the build.
        paths: files and folders.
        captured_at: when these files were captured, where the operator knows.
        run_id: the run.
        settings: limits.
        progress: told after every batch.

    """
    now = dt.datetime.now(dt.UTC)
    total = Received(0, 0, 0, 0, 0)
    n_chars = 0
    for documents, rejects, claims in sources.read(paths, ingested_at=now, run_id=run_id, settings=settings):
        loaded = load.load_documents(con, documents)
        load.load_rejects(con, rejects)
        n_claims = load.load_claims(con, claims)
        if captured_at:
            n_claims += load.load_claims(con, captures.operator_claim(documents, captured_at, asserted_at=now))
        counted = Received(documents.height, loaded.n_new, loaded.n_known, rejects.height, n_claims)
        total = Received(*(a + b for a, b in zip(total, counted, strict=True)))
        n_chars += int(documents["n_chars"].sum())
        progress("read", total.n_read, n_chars)
    return total


def claim(con: duckdb.DuckDBPyConnection, manifest: Path) -> int:
    """Add the claims of a manifest on documents that are known; give how many are new."""
    now = dt.datetime.now(dt.UTC)
    documents = con.sql("SELECT document_id, source_uri FROM raw.documents ORDER BY document_id").pl()
    return load.load_claims(con, captures.claims(captures.read_manifest(manifest), documents, asserted_at=now))


def transform_pending(con: duckdb.DuckDBPyConnection, *, run_id: str, settings: Settings, progress: Progress) -> int:
    """Transform the documents that are new, or whose rows an older version of the rules made; give how many."""
    version = pipeline.transform_version()
    n_documents = n_chars = 0
    for documents in load.pending(con, version, settings.batch_chars):
        load.load_batch(con, pipeline.transform(documents), documents, version, run_id)
        n_documents += documents.height
        n_chars += int(documents["n_chars"].sum())
        progress("transform", n_documents, n_chars)
    return n_documents


def export_marts(con: duckdb.DuckDBPyConnection, settings: Settings) -> list[Path]:
    """Write every mart beside the published file, as CSV and as Parquet."""
    return [path for kind in ("csv", "parquet") for path in export.export(con, settings.published / kind, kind)]
