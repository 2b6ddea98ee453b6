"""The lake: several writers, no row lost and none doubled, and the same SQL over all of them."""

import datetime as dt
import multiprocessing
from pathlib import Path

import deltalake
import duckdb
import polars as pl
import pytest

from etl.settings import Settings
from etl.warehouse import anchoring, lake, load, stories
from tests.storage import s3  # noqa: F401 - a fixture
from tests.warehouse.documents import add, build, document

PAGE = "ASSEN (ANP) - Een brand heeft vrijdag {} loodsen in Assen verwoest."


def settings(folder: str | Path, writer: str) -> Settings:
    return Settings(lake=str(folder), lake_writer=writer)


def views(given: Settings) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET GLOBAL TimeZone = 'UTC'")
    lake.open_views(con, given)
    return con


def count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    ((n,),) = con.table(table).count("*").fetchall()
    return int(n)


def test_what_was_written_is_read_and_what_has_not_changed_is_not_written_again(tmp_path: Path) -> None:
    con, given = build(), settings(tmp_path / "lake", "one")
    add(con, PAGE.format("twee"), PAGE.format("drie"))
    anchoring.anchor(con)
    assert lake.sync(con, given).n_commits > 10
    assert lake.sync(con, given) == lake.Synced(0, 0)
    seen = views(given)
    for row in lake.shared():
        rows = f"SELECT * FROM {row.table} ORDER BY ALL"
        assert seen.execute(rows).fetchall() == con.execute(rows).fetchall(), row.table
    assert count(seen, "marts.events") == count(con, "core.events") > 0
    ((comment,),) = seen.execute(
        "SELECT comment FROM duckdb_views() WHERE view_name = 'events' AND schema_name = 'core'"
    ).fetchall()
    assert comment.startswith("One row per event mention")


def test_only_the_days_that_changed_are_written(tmp_path: Path) -> None:
    con, given = build(), settings(tmp_path / "lake", "one")
    add(con, PAGE.format("twee"))
    lake.sync(con, given)
    later = document(PAGE.format("drie")).with_columns(ingested_at=pl.lit(dt.datetime(2026, 2, 2, tzinfo=dt.UTC)))
    load.load_documents(con, later)
    # the document alone: nothing has read it yet
    assert lake.sync(con, given) == lake.Synced(1, 1)
    assert count(views(given), "raw.documents") == 2


def test_rows_that_are_gone_here_are_gone_there(tmp_path: Path) -> None:
    con, given = build(), settings(tmp_path / "lake", "one")
    add(con, PAGE.format("twee"))
    lake.sync(con, given)
    con.execute("DELETE FROM core.event_participants")
    con.execute("DELETE FROM core.events")
    lake.sync(con, given)
    seen = views(given)
    assert (count(seen, "core.events"), count(seen, "core.articles")) == (0, 1)


def test_a_document_in_two_warehouses_is_one_and_a_story_counts_the_items_of_both(tmp_path: Path) -> None:
    shared, own = PAGE.format("twee"), [PAGE.format("twee") + "\n", PAGE.format("vier")]
    for writer, text in zip(("one", "two"), own, strict=True):
        con = build()
        add(con, shared, text)
        stories.merge(con)
        lake.sync(con, settings(tmp_path, writer))
    seen = views(settings(tmp_path, "three"))
    assert count(seen, "raw.documents") == count(seen, "core.articles") == 3
    told = dict(seen.sql("SELECT story_id, n_articles FROM core.stories").fetchall())
    assert sorted(told.values()) == [1, 2]
    assert seen.sql("SELECT count(*) FROM core.events GROUP BY event_id HAVING count(*) > 1").fetchall() == []


def write(folder: str, writer: str, n: int) -> None:
    con, given = build(), settings(folder, writer)
    for i in range(n):
        load.load_documents(con, document(f"{writer} {i}"))
        assert lake.sync(con, given).n_commits == 1


def test_four_writers_and_a_hundred_commits_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write, args=(str(tmp_path), f"w{i}", 25)) for i in range(4)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    assert [one.exitcode for one in writers] == [0] * 4
    table = deltalake.DeltaTable(tmp_path / "raw" / "documents")
    assert table.version() >= 100
    rows = duckdb.read_parquet(table.file_uris()).select("text").fetchall()
    assert sorted(rows) == sorted((f"w{w} {i}",) for w in range(4) for i in range(25))


def test_upkeep_puts_small_files_together_and_removes_what_no_version_needs(tmp_path: Path) -> None:
    for writer in ("one", "two"):
        con, given = build(), settings(tmp_path, writer)
        for i in range(3):
            load.load_documents(con, document(f"{writer} {i}"))
            lake.sync(con, given)
    # of a day that was written three times the files of the first two are needed by no version of today
    kept = lake.keep_up(str(tmp_path), 0)
    assert kept.n_removed == 4
    assert len(list((tmp_path / "raw" / "documents").rglob("*.parquet"))) == 2
    assert count(views(given), "raw.documents") == 6


def test_no_lake_is_said(tmp_path: Path) -> None:
    with pytest.raises(lake.LakeError, match="dateline run --lake"):
        views(settings(tmp_path / "none", "one"))
    with pytest.raises(lake.LakeError, match="dateline run --lake"):
        lake.keep_up(str(tmp_path / "none"), 0)


def test_a_lake_on_an_object_store(s3: str) -> None:  # noqa: F811 - the fixture
    con, given = build(), settings(f"{s3}/lake", "one")
    add(con, PAGE.format("twee"))
    lake.sync(con, given)
    assert count(views(given), "core.events") == count(con, "core.events") > 0
