"""Opening a DuckDB file: one writer or many readers, and errors that say what to do."""

from pathlib import Path

import duckdb


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
    con.execute("SET TimeZone = 'UTC'")
    return con
