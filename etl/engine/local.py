"""Batches on this machine, one after the other: each is committed before the next is read.

What belongs here: the loops between reading, transforming and loading, and what they counted. What does not: SQL,
rules about text, and Dagster.
"""

import datetime as dt
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from etl.engine.progress import Progress
from etl.extract import captures, sources
from etl.extract.records import NO_COLUMNS, Columns, Refusal
from etl.schema import ops
from etl.schema.frames import polars_schema
from etl.settings import Settings
from etl.transform import pipeline
from etl.transform.tabulate import Tables
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
    batches = sources.read(paths, ingested_at=now, run_id=run_id, settings=settings, columns=columns)
    for documents, rejects, claims in batches:
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
    """Add the claims of a manifest on documents that are known.

    A manifest that cannot be read, and a claim on what is no document here, become rejects.
    """
    now = dt.datetime.now(dt.UTC)
    try:
        rows = captures.read_manifest(manifest)
    except (captures.ManifestError, OSError) as error:
        load.load_rejects(con, _rejects([Refusal(str(manifest), "manifest", str(error))], "captures"))
        return Claimed(0, 1)
    documents = con.sql("SELECT document_id, source_uri, ingested_at FROM raw.documents ORDER BY document_id").pl()
    strangers = [
        Refusal(uri, "no_document", f"{manifest} speaks of {uri}, which is no document here: {_NO_DOCUMENT}")
        for uri in captures.unmatched(rows, documents)
    ]
    claims = captures.claims(rows, documents, asserted_at=now)
    refused = _impossible(claims, documents)
    load.load_rejects(con, _rejects([*strangers, *refused.values()], "captures"))
    possible = claims.filter(~pl.col("capture_id").is_in(list(refused)))
    return Claimed(load.load_claims(con, possible), len(strangers) + len(refused))


def _impossible(claims: pl.DataFrame, documents: pl.DataFrame) -> dict[str, Refusal]:
    """The claims that cannot be true, by capture_id, with the reason."""
    found = {}
    for row in claims.join(documents, on="document_id", maintain_order="left").iter_rows(named=True):
        if why := captures.impossible(row["captured_earliest"], row["captured_latest"], row["ingested_at"]):
            says = f"{row['asserted_by']} says of {row['source_uri']} what cannot be: {why}: correct the time"
            found[row["capture_id"]] = Refusal(row["source_uri"], "impossible", says)
    return found


class Assertion(NamedTuple):
    """A claim on one document, by whoever runs Dateline."""

    source: str
    """source_uri or document_id."""
    earliest: dt.datetime | None
    latest: dt.datetime | None
    basis: str
    asserted_by: str = "operator"


class ClaimRefusedError(ValueError):
    """A claim that cannot be true."""


class UnknownSourceError(LookupError):
    """No document, or several, are called so."""


def check_assertion(con: duckdb.DuckDBPyConnection, given: Assertion) -> str:
    """The document that a claim speaks of.

    Raises:
        UnknownSourceError: it names no document, or several.
        ClaimRefusedError: it cannot be true.
    """
    documents = con.execute(
        "SELECT document_id, ingested_at FROM raw.documents WHERE document_id = $1 OR source_uri = $1 ORDER BY ALL",
        [given.source],
    ).fetchall()
    if not documents:
        raise UnknownSourceError(
            f"no document comes from {given.source}: name it as raw.documents.source_uri has it, or by document_id"
        )
    if len(documents) > 1:
        names = ", ".join(name for name, _ in documents[:5])
        raise UnknownSourceError(
            f"{len(documents)} documents come from {given.source}: name one by its document_id ({names})"
        )
    ((document_id, ingested_at),) = documents
    if why := captures.impossible(given.earliest, given.latest, ingested_at):
        raise ClaimRefusedError(f"the claim on {given.source} is refused: {why}")
    return str(document_id)


def assert_capture(con: duckdb.DuckDBPyConnection, given: Assertion) -> Claimed:
    """Add the claim; one that was made before and still decides is known.

    Raises:
        UnknownSourceError: it names no document, or several.
        ClaimRefusedError: it cannot be true.
    """
    document_id = check_assertion(con, given)
    # of the claims of one basis the newest decides: the same words again after others are a new claim
    newest = con.execute(
        """
        SELECT captured_earliest, captured_latest FROM raw.captures WHERE document_id = ? AND basis = ?
        ORDER BY asserted_at DESC, capture_id LIMIT 1
        """,
        [document_id, given.basis],
    ).fetchall()
    frame = captures.assertion(
        document_id,
        given.earliest,
        given.latest,
        given.basis,
        asserted_by=given.asserted_by,
        asserted_at=dt.datetime.now(dt.UTC),
        is_renewed=bool(newest) and newest != [(given.earliest, given.latest)],
    )
    return Claimed(load.load_claims(con, frame), 0)


_NO_DOCUMENT = "read it and give the manifest again, or write its name as raw.documents.source_uri has it"


class Transformed(NamedTuple):
    """What transforming gave."""

    n_transformed: int
    """Documents whose text was read."""
    n_rejected: int
    """Of these, documents that gave no article."""


def transform_pending(
    con: duckdb.DuckDBPyConnection, *, run_id: str, settings: Settings, progress: Progress
) -> Transformed:
    """Transform the documents that are new, or whose rows an older version of the rules made."""
    version = pipeline.transform_version()
    n_documents = n_rejected = n_chars = 0
    for documents in load.pending(con, version, settings.batch_chars):
        tables, refusals = transform(documents)
        load.load_batch(con, tables, _rejects(refusals, "transform"), documents, version, run_id)
        n_documents += documents.height
        n_rejected += len(refusals)
        n_chars += int(documents["n_chars"].sum())
        progress("transform", n_documents, n_chars)
    stories.merge(con)
    return Transformed(n_documents, n_rejected)


def transform(documents: pl.DataFrame) -> tuple[Tables, list[Refusal]]:
    """Transform a batch; a document that a rule fails on, or in which no item is found, is refused and named.

    A batch that fails is halved until the document is found: the others of the batch are not lost.
    """
    try:
        tables = pipeline.transform(documents)
    except Exception as error:
        if documents.height == 1:
            return pipeline.transform(documents.clear()), [_fault(documents["source_uri"].item(), error)]
        half = documents.height // 2
        (first, refused), (second, also_refused) = transform(documents[:half]), transform(documents[half:])
        return {name: pl.concat([first[name], second[name]]) for name in first}, refused + also_refused
    bare = documents.join(tables["core.articles"], on="document_id", how="anti", maintain_order="left")
    return tables, [Refusal(uri, "no_item", _NO_ITEM.format(uri)) for uri in bare["source_uri"]]


_NO_ITEM = "{}: no item in it, nothing but headings, stamps or single short lines: check how its text was extracted"


def _fault(source_uri: str, error: Exception) -> Refusal:
    *_, last = traceback.extract_tb(error.__traceback__)
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return Refusal(
        source_uri,
        "transform_failed",
        f"{source_uri}: {type(error).__name__} in {where} ({error}): a fault of the rules, not of the page: "
        "report it with the page; the page is read again when the rules change",
    )


def _rejects(refusals: Sequence[Refusal], stage: str) -> pl.DataFrame:
    now = dt.datetime.now(dt.UTC)
    rows = [sources.reject(refusal, stage, now) for refusal in refusals]
    return pl.DataFrame(rows, schema=polars_schema(ops.Reject))
