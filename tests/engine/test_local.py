"""The loops between reading, transforming and loading: what one bad document does to the others."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl.engine import local
from etl.engine.progress import silent
from etl.settings import Settings
from etl.transform import pipeline
from etl.transform.tabulate import Tables
from etl.warehouse import load

PAGE = "ASSEN (ANP) - Een brand heeft vrijdag {} loodsen in Assen verwoest."


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'UTC'")
        load.prepare(con)
        yield con


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    for i in range(5):
        (tmp_path / f"{i}.txt").write_text(PAGE.format(i + 2), encoding="utf-8")
    (tmp_path / "leeg.txt").write_bytes(b"")
    return tmp_path


def receive(con: duckdb.DuckDBPyConnection, *paths: Path) -> local.Received:
    return local.receive(con, paths, captured_at=None, run_id="run", settings=Settings(), progress=silent)


def test_what_is_received_is_counted(con: duckdb.DuckDBPyConnection, pages: Path) -> None:
    assert receive(con, pages) == local.Received(5, 5, 0, 1, 0)
    assert receive(con, pages) == local.Received(5, 0, 5, 1, 0)
    assert con.table("ops.rejects").count("*").fetchall() == [(1,)]


def test_the_operator_may_claim_the_capture_of_all(con: duckdb.DuckDBPyConnection, pages: Path) -> None:
    at = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
    received = local.receive(con, [pages], captured_at=at, run_id="run", settings=Settings(), progress=silent)
    assert received.n_claims == 5
    assert con.sql("SELECT DISTINCT basis, captured_earliest FROM raw.captures").fetchall() == [("operator", at)]


def test_progress_is_told_after_every_batch(con: duckdb.DuckDBPyConnection, pages: Path) -> None:
    told: list[tuple[str, int, int]] = []
    settings = Settings(batch_chars=150)
    local.receive(con, [pages], captured_at=None, run_id="run", settings=settings, progress=lambda *s: told.append(s))
    local.transform_pending(con, run_id="run", settings=settings, progress=lambda *s: told.append(s))
    read, transformed = ([n for step, n, _ in told if step == name] for name in ("read", "transform"))
    assert len(read) > 1
    assert read[-1] == transformed[-1] == 5
    assert transformed == sorted(set(transformed))


def test_a_document_that_a_rule_fails_on_is_a_reject_and_the_others_are_read(
    con: duckdb.DuckDBPyConnection, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = pipeline.transform

    def fails_on_one(documents: pl.DataFrame) -> Tables:
        if "3.txt" in documents["source_uri"]:
            raise IndexError("list index out of range")
        return real(documents)

    receive(con, pages)
    monkeypatch.setattr(pipeline, "transform", fails_on_one)
    done = local.transform_pending(con, run_id="run", settings=Settings(), progress=silent)
    assert done == local.Transformed(5, 1)
    assert con.table("core.articles").count("*").fetchall() == [(4,)]
    ((uri, reason, detail),) = con.execute(
        "SELECT source_uri, reason, detail FROM ops.rejects WHERE stage = 'transform'"
    ).fetchall()
    assert (uri, reason) == ("3.txt", "transform_failed")
    assert "IndexError in test_local.py, line" in detail
    # it is not tried again until the rules change
    assert local.transform_pending(con, run_id="run", settings=Settings(), progress=silent) == local.Transformed(0, 0)


def test_a_page_without_an_item_is_a_reject(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "stamps.txt").write_text("3 uur geleden\n4 uur geleden\n", encoding="utf-8")
    receive(con, tmp_path)
    assert local.transform_pending(con, run_id="run", settings=Settings(), progress=silent) == local.Transformed(1, 1)
    assert con.sql("SELECT reason FROM ops.rejects").fetchall() == [("no_item",)]


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
    assert local.claim(con, file) == local.Claimed(0, 1)
    assert con.sql("SELECT reason FROM ops.rejects WHERE stage = 'captures'").fetchall() == [(reason,)]


def test_a_claim_made_twice_counts_once(con: duckdb.DuckDBPyConnection, pages: Path) -> None:
    receive(con, pages)
    file = pages / "captures.csv"
    file.write_text("source_uri,captured_at\n1.txt,2026-01-31T09:15:00+01:00\n", encoding="utf-8")
    assert local.claim(con, file) == local.Claimed(1, 0)
    assert local.claim(con, file) == local.Claimed(0, 0)


def test_a_claim_of_a_manifest_that_cannot_be_is_a_reject(con: duckdb.DuckDBPyConnection, pages: Path) -> None:
    receive(con, pages / "0.txt", pages / "1.txt")
    manifest = pages / "captures.csv"
    manifest.write_text("source_uri,captured_at\n0.txt,2126-01-31T08:15Z\n1.txt,2026-01-31T08:15Z\n")
    assert local.claim(con, manifest) == local.Claimed(1, 1)
    ((uri, detail),) = con.execute(
        "SELECT source_uri, detail FROM ops.rejects WHERE reason = 'impossible'"
    ).fetchall()
    assert uri == "0.txt"
    assert "it was read in before" in detail
