"""The loops between reading, transforming and loading: what one bad document does to the others."""

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from etl.engine import loops
from etl.engine.progress import silent
from etl.extract import files, language
from etl.extract.records import Source
from etl.settings import Settings
from etl.transform import pipeline
from etl.transform.places import gazetteer
from etl.transform.tabulate import Tables
from etl.warehouse import load
from etl.warehouse.connection import connect
from tests.engine.conftest import receive


def test_what_is_received_is_counted(con: duckdb.DuckDBPyConnection, pages: Path) -> None:
    assert receive(con, pages) == loops.Received(5, 5, 0, 1, 0)
    assert receive(con, pages) == loops.Received(5, 0, 5, 1, 0)
    assert con.table("ops.rejects").count("*").fetchall() == [(1,)]


def test_files_that_are_loaded_are_opened_for_their_hash_alone(
    con: duckdb.DuckDBPyConnection, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(con, pages)
    read: list[str] = []
    real = files.content

    def content(source: Source, max_bytes: int | None = None) -> bytes:
        read.append(source.uri)
        return real(source, max_bytes)

    monkeypatch.setattr(files, "content", content)
    (pages / "0.txt").write_text("ROME (ANP) - De regering in Rome treedt woensdag af.", encoding="utf-8")
    assert receive(con, pages) == loops.Received(5, 1, 4, 1, 0)
    assert read == ["0.txt", "leeg.txt"]


def test_the_operator_may_claim_the_capture_of_all(con: duckdb.DuckDBPyConnection, pages: Path) -> None:
    at = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
    received = loops.receive(con, [pages], captured_at=at, run_id="run", settings=Settings(), progress=silent)
    assert received.n_claims == 5
    assert con.sql("SELECT DISTINCT basis, captured_earliest FROM raw.captures").fetchall() == [("operator", at)]


def test_what_is_known_may_be_claimed_and_is_read_no_further(
    con: duckdb.DuckDBPyConnection, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive(con, pages)
    before = con.sql("FROM raw.documents ORDER BY document_id").fetchall()
    (pages / "new.txt").write_text("ROME (ANP) - De regering in Rome treedt woensdag af.", encoding="utf-8")
    looked_at: list[str] = []
    real = language.detect

    def detect(texts: list[str]) -> list[str]:
        looked_at.extend(texts)
        return real(texts)

    monkeypatch.setattr(language, "detect", detect)
    at = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
    received = loops.receive(con, [pages], captured_at=at, run_id="run", settings=Settings(), progress=silent)
    assert received == loops.Received(6, 1, 5, 1, 6)
    assert [text[:4] for text in looked_at] == ["ROME"]
    standing = con.sql("FROM raw.documents WHERE source_uri NOT LIKE '%new.txt' ORDER BY document_id").fetchall()
    assert standing == before


@pytest.mark.parametrize("is_much", [True, False])
def test_what_reading_takes_is_let_go_of_where_much_was_read(
    con: duckdb.DuckDBPyConnection, pages: Path, monkeypatch: pytest.MonkeyPatch, *, is_much: bool
) -> None:
    if is_much:
        monkeypatch.setattr(loops, "_MUCH", 100)
    receive(con, pages)
    loops.transform_pending(con, run_id="run", settings=Settings(), progress=silent)
    assert (gazetteer.load.cache_info().currsize == 0) == is_much


def test_progress_is_told_after_every_batch(
    con: duckdb.DuckDBPyConnection, pages: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loops, "_RECEIVED_TOGETHER", 2)
    told: list[tuple[str, int, int, int]] = []
    settings = Settings(batch_chars=40)
    loops.receive(con, [pages], captured_at=None, run_id="run", settings=settings, progress=lambda *s: told.append(s))
    loops.transform_pending(con, run_id="run", settings=settings, progress=lambda *s: told.append(s))
    read, transformed = ([n for step, n, *_ in told if step == name] for name in ("read", "transform"))
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
    done = loops.transform_pending(con, run_id="run", settings=Settings(), progress=silent)
    assert done == loops.Transformed(5, 0, 1)
    assert con.table("core.articles").count("*").fetchall() == [(4,)]
    ((uri, reason, detail),) = con.execute(
        "SELECT source_uri, reason, detail FROM ops.rejects WHERE stage = 'transform'"
    ).fetchall()
    assert (uri, reason) == ("3.txt", "transform_failed")
    assert "IndexError in test_loops.py, line" in detail
    # it is not tried again until the rules change
    assert loops.transform_pending(con, run_id="run", settings=Settings(), progress=silent) == loops.Transformed(
        0, 0, 0
    )


def test_shards_that_a_run_made_and_did_not_load_are_loaded_by_the_next(
    con: duckdb.DuckDBPyConnection, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Several shards are loaded together: what one more load would have brought waits on the disk."""
    settings = Settings(warehouse=tmp_path / "w", batch_chars=1)
    n_made, n_loads = 0, 0
    real_transform, real_load = pipeline.transform, load.load_batch

    def counted(documents: pl.DataFrame) -> Tables:
        nonlocal n_made
        n_made += documents.height > 0
        return real_transform(documents)

    def fails_on_the_second(*given: Any) -> int:
        nonlocal n_loads
        n_loads += 1
        if n_loads == 2:
            raise duckdb.IOException("the cable was pulled")
        return real_load(*given)

    receive(con, pages)
    monkeypatch.setattr(pipeline, "transform", counted)
    monkeypatch.setattr(load, "load_batch", fails_on_the_second)
    with pytest.raises(duckdb.IOException):
        loops.transform_pending(con, run_id="run", settings=settings, progress=silent)
    n_loaded = con.table("ops.transformed").count("*").fetchall()[0][0]
    assert 1 < n_loaded < n_made
    done = loops.transform_pending(con, run_id="run", settings=settings, progress=silent)
    assert done.n_transformed == 5 - n_loaded
    assert n_made == 5
    assert con.table("core.articles").count("*").fetchall() == [(5,)]
    assert not [path for path in (tmp_path / "w").rglob("*") if path.is_file()]


@pytest.mark.parametrize(("most", "sizes"), [(10_000, [4, 2, 1, 1]), (110, [2, 2, 2, 1, 1])])
def test_as_much_is_loaded_together_as_is_left_to_make(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, sizes: list[int]
) -> None:
    found: list[int] = []
    real = load.load_batch

    def counted(con_: duckdb.DuckDBPyConnection, rows: Any, documents: pl.DataFrame, run_id: str) -> int:
        found.append(documents.height)
        return real(con_, rows, documents, run_id)

    for n in range(8):
        (tmp_path / f"{n}.txt").write_text(f"ROME (ANP) - De regering treedt dag {n} af in Rome, zegt men.", "utf-8")
    receive(con, tmp_path)
    monkeypatch.setattr(loops, "_LOAD_CHARS", most)
    monkeypatch.setattr(load, "load_batch", counted)
    settings = Settings(warehouse=tmp_path / "w", batch_chars=1)
    loops.transform_pending(con, run_id="run", settings=settings, progress=silent)
    assert found == sizes
    assert con.table("core.articles").count("*").fetchall() == [(8,)]


def test_only_documents_of_the_days_and_of_the_run_are_transformed(
    con: duckdb.DuckDBPyConnection, pages: Path
) -> None:
    receive(con, pages)
    con.execute(
        "UPDATE raw.documents SET run_id = 'before', ingested_at = '2026-02-01 23:59Z' WHERE source_uri < '2'"
    )
    con.execute(
        "UPDATE raw.documents SET run_id = 'before', ingested_at = '2026-02-03 00:00Z' WHERE source_uri = '2.txt'"
    )

    def transformed(*days: str) -> int:
        first, last = days
        done = loops.transform_pending(con, run_id="run", settings=Settings(), progress=silent, days=(first, last))
        return done.n_transformed

    # two of the day before, one of the day after; the other two are the run's own
    assert [transformed("2026-02-02", "2026-02-02"), transformed("2026-01-01", "2026-02-02")] == [2, 2]
    assert transformed("2026-02-03", "2026-02-03") == 1


def test_the_first_day_that_waits(tmp_path: Path, pages: Path) -> None:
    settings = Settings(warehouse=tmp_path / "w")
    with connect(settings.build_file) as con:
        load.prepare(con)
        receive(con, pages)
        con.execute("UPDATE raw.documents SET ingested_at = '2026-02-01 23:59Z' WHERE source_uri = '2.txt'")
    assert loops.first_day_waiting(settings) == "2026-02-01"
    with connect(settings.build_file) as con:
        loops.transform_pending(con, run_id="run", settings=settings, progress=silent)
    assert loops.first_day_waiting(settings) is None
    with connect(settings.build_file) as con:
        con.execute("DROP TABLE ops.transformed")
    assert loops.first_day_waiting(settings) is None


def test_a_page_without_an_item_is_a_reject(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    (tmp_path / "stamps.txt").write_text("3 uur geleden\n4 uur geleden\n", encoding="utf-8")
    receive(con, tmp_path)
    assert loops.transform_pending(con, run_id="run", settings=Settings(), progress=silent) == loops.Transformed(
        1, 0, 1
    )
    assert con.sql("SELECT reason FROM ops.rejects").fetchall() == [("no_item",)]
