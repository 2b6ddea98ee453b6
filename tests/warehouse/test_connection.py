"""Opening a database: one writer, many readers, errors that say what to do."""

import errno
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from etl.settings import Settings
from etl.warehouse import connection
from etl.warehouse.connection import (
    WarehouseBusyError,
    WarehouseMissingError,
    at_half,
    at_rest,
    checkpoint,
    connect,
    fewer_threads,
    logged,
    transaction,
)
from etl.warehouse.disk import DiskFullError, is_disk_full


def test_a_database_is_made_with_its_folder_and_speaks_utc(tmp_path: Path) -> None:
    with connect(tmp_path / "a" / "b.duckdb") as con:
        assert con.sql("SELECT current_setting('TimeZone')").fetchall() == [("UTC",)]


def test_a_connection_leaves_others_their_cores_for_a_while(tmp_path: Path) -> None:
    with connect(tmp_path / "a.duckdb") as con:
        con.execute("SET threads = 3")
        for n_busy, left in [(0, 3), (2, 1), (64, 1)]:
            with fewer_threads(con, n_busy):
                assert con.sql("SELECT current_setting('threads')").fetchall() == [(left,)]
            assert con.sql("SELECT current_setting('threads')").fetchall() == [(3,)]


def test_a_connection_at_rest_holds_next_to_nothing_and_then_as_much_as_before(tmp_path: Path) -> None:
    limit = "SELECT current_setting('memory_limit')"
    with connect(tmp_path / "dateline.duckdb") as con:
        con.execute("CREATE TEMP TABLE kept AS SELECT hash(range)::VARCHAR AS word FROM range(1_000_000)")
        before = con.execute(limit).fetchall()
        with at_rest(con):
            ((held,),) = con.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchall()
            assert held < 40e6
        assert con.execute(limit).fetchall() == before
        assert con.execute("SELECT count(*) FROM kept").fetchall() == [(1_000_000,)]


def test_a_connection_at_half_may_hold_half_of_what_it_might(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "current", lambda: Settings(duckdb_memory="200MB"))
    limit = "SELECT current_setting('memory_limit')"
    with connect(tmp_path / "dateline.duckdb") as con:
        assert con.execute(limit).fetchall() == [("190.7 MiB",)]
        with at_half(con):
            assert con.execute(limit).fetchall() == [("95.3 MiB",)]
        assert con.execute(limit).fetchall() == [("190.7 MiB",)]


def test_a_connection_that_cannot_rest_goes_on(tmp_path: Path) -> None:
    limit = "SELECT current_setting('memory_limit')"
    with connect(tmp_path / "dateline.duckdb") as con, logged(con):
        before = con.execute(limit).fetchall()
        con.execute("CREATE TABLE kept AS SELECT hash(range)::VARCHAR AS word FROM range(1_000_000)")
        con.execute("UPDATE kept SET word = word || 'x'")  # of which nothing is in the file
        with at_rest(con):
            assert con.execute(limit).fetchall() == before
        assert con.execute("SELECT count(*) FROM kept").fetchall() == [(1_000_000,)]


def test_small_groups_of_rows_are_put_together_when_there_are_many(tmp_path: Path) -> None:
    n_groups, groups = [], "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('rows')"
    for _ in range(18):  # runs
        with connect(tmp_path / "dateline.duckdb") as con:
            con.execute("CREATE TABLE IF NOT EXISTS rows (n INT)")
            con.execute("INSERT INTO rows SELECT range FROM range(1000)")
            checkpoint(con)
            con.execute("CREATE OR REPLACE TABLE books (n INT)")
        with connect(tmp_path / "dateline.duckdb", read_only=True) as con:
            n_groups += [con.execute(groups).fetchall()[0][0]]
    assert n_groups[:16] == list(range(1, 17))
    assert n_groups[16] == 1


def test_what_is_logged_is_in_the_file_with_the_next_commit(tmp_path: Path) -> None:
    file, log = tmp_path / "dateline.duckdb", tmp_path / "dateline.duckdb.wal"
    # fewer rows than are written to the file before the commit
    rows = "SELECT hash(range)::VARCHAR || repeat('x', 500) AS word FROM range(100_000)"
    with connect(file) as con:
        con.execute("CREATE TABLE kept (word VARCHAR)")
        with logged(con):
            for _ in range(2):
                con.execute(f"INSERT INTO kept {rows}")
        held = log.stat().st_size
        con.execute("CREATE TABLE other (n INT)")
        assert held > 64e6
        assert not log.exists() or log.stat().st_size < held / 100
    with connect(file, read_only=True) as con:
        assert con.execute("SELECT count(*) FROM kept").fetchall() == [(200_000,)]


def test_a_log_goes_to_the_file_when_it_is_large(tmp_path: Path) -> None:
    """What is in the log alone stays in memory: it may not be more than there is room for."""
    log, sizes = tmp_path / "dateline.duckdb.wal", []
    rows = "SELECT hash(range)::VARCHAR || repeat('x', 500) AS word FROM range(30_000)"
    with connect(tmp_path / "dateline.duckdb") as con:
        con.execute("CREATE TABLE kept (word VARCHAR)")
        with logged(con):
            for _ in range(12):
                con.execute(f"INSERT INTO kept {rows}")
                sizes.append(log.stat().st_size if log.exists() else 0)
    assert 64e6 < max(sizes) < 150e6  # of one commit more than 128 MB
    assert sizes != sorted(sizes)


def test_nothing_to_read_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(WarehouseMissingError, match="dateline run --input"):
        connect(tmp_path / "none.duckdb", read_only=True)
    assert not (tmp_path / "none.duckdb").exists()


def test_a_second_writer_is_told_to_wait(tmp_path: Path) -> None:
    file = tmp_path / "x.duckdb"
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(WarehouseBusyError, match="wait for its run to end"):
            connect(file)
        other.communicate("")
    connect(file).close()


def test_a_transaction_is_all_or_nothing() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t (n INT)")
        with transaction(con):
            con.execute("INSERT INTO t VALUES (1)")
        with pytest.raises(ValueError, match="halfway"), transaction(con):
            con.execute("INSERT INTO t VALUES (2)")
            raise ValueError("halfway")
        assert con.sql("FROM t").fetchall() == [(1,)]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        OSError(errno.EFBIG, "File too large"),
        duckdb.IOException('Could not write file "x": No space left on device'),
    ],
)
def test_a_full_disk_is_known_and_says_what_to_do(error: Exception) -> None:
    assert is_disk_full(error)
    with (
        duckdb.connect() as con,
        pytest.raises(DiskFullError, match="free some space and run again"),
        transaction(con),
    ):
        raise error


def test_other_errors_of_the_disk_are_not_taken_for_a_full_one() -> None:
    assert not is_disk_full(PermissionError(errno.EACCES, "Permission denied"))
    assert not is_disk_full(duckdb.CatalogException("no such table"))


def test_commits_go_to_the_log_only_for_the_while(tmp_path: Path) -> None:
    with connect(tmp_path / "x.duckdb") as con:
        setting = "SELECT current_setting('checkpoint_threshold')"
        before = con.execute(setting).fetchall()
        with pytest.raises(ValueError, match="stop"), logged(con, "256MB"):
            assert con.execute(setting).fetchall() != before
            raise ValueError("stop")
        assert con.execute(setting).fetchall() == before
