"""Batches on this machine, one after the other: each is committed before the next is read.

What belongs here: the loops between reading, transforming and loading, and what they counted. What does not: SQL,
rules about text, and Dagster.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from etl.engine.progress import Progress
from etl.extract import captures, sources
from etl.schema import ops
from etl.schema.frames import polars_schema
from etl.settings import Settings
from etl.transform import pipeline
from etl.warehouse import load, stories


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


class Claimed(NamedTuple):
    """What a manifest gave."""

    n_claims: int
    """Claims that are new."""
    n_rejected: int


def claim(con: duckdb.DuckDBPyConnection, manifest: Path) -> Claimed:
    """Add the claims of a manifest on documents that are known; one that cannot be read becomes a reject."""
    now = dt.datetime.now(dt.UTC)
    try:
        rows = captures.read_manifest(manifest)
    except (captures.ManifestError, OSError) as error:
        load.load_rejects(con, _reject(str(manifest), "captures", "manifest", str(error), now))
        return Claimed(0, 1)
    documents = con.sql("SELECT document_id, source_uri FROM raw.documents ORDER BY document_id").pl()
    return Claimed(load.load_claims(con, captures.claims(rows, documents, asserted_at=now)), 0)


def _reject(source_uri: str, stage: str, reason: str, detail: str, at: dt.datetime) -> pl.DataFrame:
    """One row of ops.rejects."""
    digest = hashlib.blake2b("\0".join((source_uri, stage, reason, detail)).encode(), digest_size=16)
    row = ops.Reject(
        reject_id=digest.hexdigest(), source_uri=source_uri, stage=stage, reason=reason, detail=detail, rejected_at=at
    )
    return pl.DataFrame([row.model_dump()], schema=polars_schema(ops.Reject))


def transform_pending(con: duckdb.DuckDBPyConnection, *, run_id: str, settings: Settings, progress: Progress) -> int:
    """Transform the documents that are new, or whose rows an older version of the rules made; give how many."""
    version = pipeline.transform_version()
    n_documents = n_chars = 0
    for documents in load.pending(con, version, settings.batch_chars):
        load.load_batch(con, pipeline.transform(documents), documents, version, run_id)
        n_documents += documents.height
        n_chars += int(documents["n_chars"].sum())
        progress("transform", n_documents, n_chars)
    stories.merge(con)
    return n_documents
