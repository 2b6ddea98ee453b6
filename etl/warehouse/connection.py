"""Opening a DuckDB file: one writer or many readers, and errors that say what to do."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from pydantic import ByteSize, TypeAdapter

from etl import heaps
from etl.schema.ddl import sql_literal
from etl.settings import current
from etl.warehouse.disk import disk_full, is_disk_full


class WarehouseBusyError(RuntimeError):
    """Another process writes the build."""


class WarehouseMissingError(FileNotFoundError):
    """There is no such database yet."""


def connect(path: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database; times are shown in UTC, whatever the machine's zone.

    Args:
        path: the file; made, with its folder, unless `read_only`.
        read_only: open for reading; many processes may.

    Raises:
        WarehouseBusyError: another process holds the file's lock.
        WarehouseMissingError: nothing to read.

    """
    if read_only and not path.exists():
        raise WarehouseMissingError(f"no database at {path}: make one with `dateline run --input PATH`")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        con = duckdb.connect(path, read_only=read_only)
    except duckdb.IOException as error:
        if "lock" not in str(error):
            raise
        raise WarehouseBusyError(
            f"{path} is being written by another process: wait for its run to end, or stop it. "
            "Analysts read the published file, which has no lock"
        ) from None
    limit(con, path.parent)
    if not read_only:
        con.execute(f"SET checkpoint_threshold = {sql_literal(_LOG)}")
    return con


_LOG = "64MB"
"""The log that is put into the file when it comes to this: until then it is held in memory. A commit that brings it
to this is written to the file alone."""


@contextmanager
def logged(con: duckdb.DuckDBPyConnection, most: str = "128MB") -> Iterator[None]:
    """Commit to the log and not to the file, which costs less at once: the next commit writes the file.

    What goes to the file writes the last group of rows of every table anew (122,880 rows; of documents of 2 KB each
    240 MB), however few are new.

    Args:
        con: the build.
        most: the log that goes to the file all the same: what is in the log alone stays in memory. The rows of a
            megabyte of text take some 18 MB.
    """
    with _set_for_a_while(con, "checkpoint_threshold", most, _LOG):
        yield


def checkpoint(con: duckdb.DuckDBPyConnection) -> None:
    """Put the log into the file, as what is written from now on will be when the connection is closed.

    DuckDB then puts groups of rows together that are small, and writes up to 122,880 rows of a table anew, with their
    bodies, for the few of a small run. That is left until there are many such groups: see the largest table.
    """
    largest = con.execute(
        """
        SELECT schema_name || '.' || table_name, estimated_size
        FROM duckdb_tables()
        WHERE database_name = current_database() AND NOT temporary AND index_count = 0
        ORDER BY estimated_size DESC
        LIMIT 1
        """
    ).fetchone()
    n_small = 0
    if largest is not None:
        groups = "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info($1)"
        n_small = con.execute(groups, [largest[0]]).fetchall()[0][0] - largest[1] // _GROUP_ROWS
    con.execute(f"SET max_vacuum_tasks = {_VACUUMS if n_small > _SMALL_GROUPS else 0}")
    con.execute("FORCE CHECKPOINT")


_GROUP_ROWS = 122_880
_SMALL_GROUPS = 16
_VACUUMS = 100
"""What DuckDB does at a checkpoint, at most, where nothing is said."""


def limit(con: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Give a connection the zone and the memory of ours: what takes more is put on the disk for the while.

    Args:
        con: a connection that nobody has used.
        folder: where what has no room in memory goes.
    """
    con.execute("SET GLOBAL TimeZone = 'UTC'")  # its cursors have it too
    con.execute(f"SET memory_limit = {sql_literal(current().duckdb_memory)}")
    con.execute(f"SET temp_directory = {sql_literal(str(folder / 'spilled'))}")


@contextmanager
def beside(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file read-only, in a database that may hold tables of its own in memory."""
    with duckdb.connect() as con:
        limit(con, file.parent)
        con.execute(f"ATTACH {sql_literal(str(file))} AS published (READ_ONLY)")
        con.execute("USE published")
        yield con
        con.execute("USE memory")


@contextmanager
def fewer_threads(con: duckdb.DuckDBPyConnection, n_busy: int) -> Iterator[None]:
    """Leave a connection the cores that are not busy with something else, at least one."""
    n = n_threads(con)
    with _set_for_a_while(con, "threads", str(max(1, n - n_busy)), str(n)):
        yield


def n_threads(con: duckdb.DuckDBPyConnection) -> int:
    """How many cores a connection may use."""
    ((n,),) = con.execute("SELECT current_setting('threads')").fetchall()
    return int(n)


@contextmanager
def at_rest(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Give back the memory that a connection holds, while something else needs it: it is in no transaction.

    Rows that are in the log and not in the file have to stay in memory: where they are many, so does everything.
    """
    with _at_most(con, _AT_REST):
        yield


@contextmanager
def at_half(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Give back half of the memory that a connection may hold, to what works on rows as they come: see `at_rest`."""
    ((most,),) = con.execute("SELECT current_setting('memory_limit')").fetchall()
    with _at_most(con, f"{TypeAdapter(ByteSize).validate_python(most) // 2}B"):
        yield


_AT_REST = "32MB"


@contextmanager
def _at_most(con: duckdb.DuckDBPyConnection, most: str) -> Iterator[None]:
    with suppress(duckdb.OutOfMemoryException):
        con.execute(f"SET memory_limit = {sql_literal(most)}")
    heaps.give_back()
    try:
        yield
    finally:
        con.execute(f"SET memory_limit = {sql_literal(current().duckdb_memory)}")
        heaps.give_back()


@contextmanager
def _set_for_a_while(con: duckdb.DuckDBPyConnection, setting: str, value: str, after: str) -> Iterator[None]:
    """Set one value, and at the end another: what DuckDB tells of a size is rounded, and cannot be set again."""
    con.execute(f"SET {setting} = {sql_literal(value)}")
    try:
        yield
    finally:
        con.execute(f"SET {setting} = {sql_literal(after)}")


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All or nothing.

    Raises:
        DiskFullError: the database cannot be written; nothing of the transaction stands.

    """
    con.begin()
    try:
        yield
        con.commit()
    except BaseException as error:
        with suppress(duckdb.Error):  # a failed commit has undone itself
            con.rollback()
        if is_disk_full(error):
            raise disk_full("the warehouse") from error
        raise
