"""Claims on captures: which can be made, on what, and which are refused."""

import datetime as dt
from pathlib import Path

import duckdb
import pytest

from etl.engine import claims
from tests.engine.conftest import receive


@pytest.mark.parametrize(
    ("manifest", "reason"),
    [
        ("source_uri,captured_at\n9.txt,2026-01-31T09:15:00+01:00\n", "no_document"),
        ("source_uri,captured_at\n1.txt,yesterday\n", "manifest"),
        ("what,is,this\n1,2,3\n", "manifest"),
    ],
)
def test_a_claim_that_cannot_be_made_is_a_reject(
    con: duckdb.DuckDBPyConnection, pages: Path, manifest: str, reason: str
) -> None:
    receive(con, pages)
    file = pages / "late.csv"
    file.write_text(manifest, encoding="utf-8")
    assert claims.claim(con, file) == claims.Claimed(0, 1)
    assert con.sql("SELECT reason FROM ops.rejects WHERE stage = 'captures'").fetchall() == [(reason,)]


def test_a_claim_made_twice_counts_once(con: duckdb.DuckDBPyConnection, pages: Path) -> None:
    receive(con, pages)
    file = pages / "captures.csv"
    file.write_text("source_uri,captured_at\n1.txt,2026-01-31T09:15:00+01:00\n", encoding="utf-8")
    assert claims.claim(con, file) == claims.Claimed(1, 0)
    assert claims.claim(con, file) == claims.Claimed(0, 0)


def test_a_claim_of_a_manifest_that_cannot_be_is_a_reject(con: duckdb.DuckDBPyConnection, pages: Path) -> None:
    receive(con, pages / "0.txt", pages / "1.txt")
    manifest = pages / "captures.csv"
    manifest.write_text("source_uri,captured_at\n0.txt,2126-01-31T08:15Z\n1.txt,2026-01-31T08:15Z\n")
    assert claims.claim(con, manifest) == claims.Claimed(1, 1)
    ((uri, detail),) = con.execute(
        "SELECT source_uri, detail FROM ops.rejects WHERE reason = 'impossible'"
    ).fetchall()
    assert uri == "0.txt"
    assert "it was read in before" in detail


def test_a_source_may_be_named_by_its_path_or_its_id(con: duckdb.DuckDBPyConnection, pages: Path) -> None:
    receive(con, pages)
    ((known,),) = con.execute("SELECT document_id FROM raw.documents WHERE source_uri = '1.txt'").fetchall()
    at = dt.datetime(2026, 1, 31, 8, 15, tzinfo=dt.UTC)
    for source in ("1.txt", str(pages / "1.txt"), known):
        assert claims.check_assertion(con, claims.Assertion(source, at, at, "operator")) == known
    for source in ("9.txt", "11.txt", ""):
        with pytest.raises(claims.UnknownSourceError, match="no document"):
            claims.check_assertion(con, claims.Assertion(source, at, at, "operator"))
