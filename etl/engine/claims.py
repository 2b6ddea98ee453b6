"""Claims about when documents were captured: which can be made, on what, and which are refused."""

import datetime as dt
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from etl.engine.work import rejects
from etl.extract import captures
from etl.extract.records import Refusal
from etl.warehouse import load


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
        load.load_rejects(con, rejects([Refusal(str(manifest), "manifest", str(error))], "captures"))
        return Claimed(0, 1)
    documents = con.sql("SELECT document_id, source_uri, ingested_at FROM raw.documents ORDER BY document_id").pl()
    strangers = [
        Refusal(uri, "no_document", f"{manifest} speaks of {uri}, which is no document here: {_NO_DOCUMENT}")
        for uri in captures.unmatched(rows, documents)
    ]
    claims = captures.claims(rows, documents, asserted_at=now)
    refused = _impossible(claims, documents)
    load.load_rejects(con, rejects([*strangers, *refused.values()], "captures"))
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
        """
        SELECT document_id, ingested_at FROM raw.documents
        WHERE document_id = $source OR source_uri IN (SELECT unnest($ends))
        QUALIFY length(source_uri) = max(length(source_uri)) OVER ()
        ORDER BY ALL
        """,
        {"source": given.source, "ends": captures.path_ends(given.source)},
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
