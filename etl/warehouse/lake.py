"""The lake: `raw` and `core` of several warehouses as Delta tables, and one DuckDB file of views over them.

    <uri>/core/events/warehouse=<name>/ingested_day=2026-02-01/….parquet

A warehouse owns the partitions of its name. A sync replaces those days of each table whose rows have changed since
the last one, each in one commit: done twice it changes nothing, and writers never touch each other's rows. A document
that two warehouses hold has the same ids in both, so the views give its rows once.

The package is optional: `pip install 'dateline[lake]'`.
"""

import random
import time
from collections.abc import Iterator
from typing import NamedTuple

import duckdb
import pyarrow as pa

from etl.schema import Row, core, raw, tables
from etl.schema.ddl import comments, sql_literal, sql_type
from etl.settings import Settings
from etl.warehouse import load, models
from etl.warehouse.anchoring import STORY_BOUNDS
from etl.warehouse.connection import transaction

try:
    import deltalake
    from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
except ImportError as error:
    raise ImportError("a lake needs a package that is not installed: pip install 'dateline[lake]'") from error

_TRIES = 20
"""Commits of one partition that may fail because another writer was faster, before it is an error."""
_LONGEST_WAIT = 2.0
"""Seconds between two of them at most."""


class LakeError(RuntimeError):
    """The lake cannot be written or read; the message names the table."""


class Synced(NamedTuple):
    """What a sync wrote."""

    n_commits: int
    """Days of tables that had changed."""
    n_rows: int
    """Rows in them."""


def shared() -> list[type[Row]]:
    """The tables that a lake holds; stories last, for their view reads others."""
    return sorted([*tables("raw").values(), *tables("core").values()], key=lambda row: row is core.Story)


def sync(con: duckdb.DuckDBPyConnection, settings: Settings) -> Synced:
    """Write what has changed since the last sync with this lake.

    Args:
        con: the build.
        settings: `lake`, its path or address, and `lake_writer`, the name of this warehouse in it.

    Raises:
        LakeError: other writers were faster time and again, or the place cannot be written.
    """
    uri, writer = str(settings.lake_uri), settings.lake_writer
    n_commits = n_rows = 0
    for row in shared():
        for day, fingerprint, n in _changed_days(con, row, uri):
            _replace(con, row, _path(uri, row), writer, day)
            key = [uri, row.table, day]
            with transaction(con):
                con.execute("DELETE FROM ops.lake_days WHERE uri = ? AND table_name = ? AND day = ?", key)
                if n:
                    con.execute("INSERT INTO ops.lake_days VALUES (?, ?, ?, ?)", [*key, fingerprint])
            n_commits, n_rows = n_commits + 1, n_rows + n
    return Synced(n_commits, n_rows)


_NO_DAY = "none"
"""The day of rows that belong to no one document: places, agencies, stories."""


_ARTICLE = "JOIN core.articles AS a USING (article_id) JOIN raw.documents AS d ON d.document_id = a.document_id"
_JOINS = {
    "document_id": "JOIN raw.documents AS d USING (document_id)",
    "article_id": _ARTICLE,
    "event_id": f"JOIN (SELECT event_id, article_id FROM core.events) AS e USING (event_id) {_ARTICLE}",  # noqa: S608
}
"""From a row to its document, by the column that leads there."""


def _dated(row: type[Row]) -> str:
    """A select of the rows with the day on which their document was ingested."""
    columns = ", ".join(f"t.{name}" for name in row.model_fields)
    join = next((join for name, join in _JOINS.items() if name in row.model_fields), "")
    day = "strftime(d.ingested_at, '%Y-%m-%d')" if join else sql_literal(_NO_DAY)
    return f"SELECT {columns}, {day} AS day FROM {row.table} AS t {join}"  # noqa: S608 - declared names only


def _changed_days(con: duckdb.DuckDBPyConnection, row: type[Row], uri: str) -> list[tuple[str, str, int]]:
    """The days whose rows differ from those last written: day, fingerprint, number of rows (0: none any more)."""
    found = con.execute(
        f"""
        WITH present AS (
            SELECT day, count(*) AS n, count(*) || ':' || bit_xor(hash(r)) AS fingerprint
            FROM ({_dated(row)}) AS r
            GROUP BY day
        ),

        written AS (
            SELECT day, fingerprint FROM ops.lake_days WHERE uri = $uri AND table_name = $table
        )

        SELECT day, coalesce(present.fingerprint, ''), coalesce(present.n, 0)
        FROM present
        FULL JOIN written USING (day)
        WHERE present.fingerprint IS DISTINCT FROM written.fingerprint
        ORDER BY day
        """,  # noqa: S608 - declared names only
        {"uri": uri, "table": row.table},
    ).fetchall()
    return [(str(day), str(fingerprint), int(n)) for day, fingerprint, n in found]


def _replace(con: duckdb.DuckDBPyConnection, row: type[Row], path: str, writer: str, day: str) -> None:
    """Put the rows of one day in the place of those this warehouse wrote of it before, in one commit."""
    select = (
        f"SELECT {', '.join(row.model_fields)}, {sql_literal(writer)} AS warehouse, day AS ingested_day "  # noqa: S608
        f"FROM ({_dated(row)}) WHERE day = {sql_literal(day)}"
    )
    rows: pa.Table = con.sql(select).to_arrow_table()
    for wait in _waits():
        try:
            if not deltalake.DeltaTable.is_deltatable(path):
                deltalake.DeltaTable.create(
                    path, rows.schema, mode="ignore", partition_by=["warehouse", "ingested_day"]
                )
            deltalake.write_deltalake(
                path,
                rows,
                mode="overwrite",
                schema_mode="merge",  # a later version of Dateline may have more columns
                predicate=f"warehouse = {sql_literal(writer)} AND ingested_day = {sql_literal(day)}",
            )
            return
        except CommitFailedError as error:
            if wait is None:
                raise LakeError(f"{path}: other writers were faster {_TRIES} times: run again") from error
            time.sleep(wait)
        except (DeltaError, OSError) as error:
            raise LakeError(f"{path}: {error}") from error


def _waits() -> Iterator[float | None]:
    """Seconds to wait after each try that failed; None after the last."""
    for i in range(_TRIES - 1):
        yield random.uniform(0, min(_LONGEST_WAIT, 0.05 * 2**i))  # noqa: S311 - no secret hangs on it
    yield None


def open_views(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Make in an empty database what a build has: `raw` and `core` as views over the lake, and the models on them.

    The views name the files of the lake as it stands; a later sync is seen by views that are made anew.

    Raises:
        LakeError: no lake there.
    """
    uri = str(settings.lake_uri)
    _see(con, uri)
    load.prepare(con, settings)
    for row in shared():
        table = _table(uri, row)
        files = table.file_uris() if table else []
        con.execute(f"DROP TABLE {row.table}")
        con.execute(f"CREATE VIEW {row.table} AS {_once(row, files)}")
        for statement in comments(row, "VIEW"):
            con.execute(statement)
    project = models.load_project(settings.sql)
    for layer in ("intermediate", "marts"):
        models.build(con, project, layer)


def _path(uri: str, row: type[Row]) -> str:
    return f"{uri.rstrip('/')}/{row.table.replace('.', '/')}"


def _table(uri: str, row: type[Row]) -> "deltalake.DeltaTable | None":
    """A table of the lake; None where nobody has written any row of it yet.

    Raises:
        LakeError: there is no lake: not even documents.
    """
    try:
        return deltalake.DeltaTable(_path(uri, row))
    except TableNotFoundError as error:
        if row is raw.Document:
            raise LakeError(f"no lake at {uri}: write one with `dateline run --lake {uri}`") from error
        return None


def _see(con: duckdb.DuckDBPyConnection, uri: str) -> None:
    """Let DuckDB read an address that is no folder through fsspec: it would have to download an extension."""
    if "://" in uri and not uri.startswith("file://"):
        from fsspec.core import url_to_fs

        con.register_filesystem(url_to_fs(uri)[0])


def _once(row: type[Row], files: list[str]) -> str:
    """A select of the rows in the files of a lake's table; of rows that two warehouses hold, one."""
    if not files:
        empty = ", ".join(f"NULL::{sql_type(c)} AS {c.name}" for c in row.columns())
        return f"SELECT {empty} WHERE false"
    key = ", ".join(row.key)
    listed = ", ".join(map(sql_literal, sorted(files)))
    names = ", ".join(row.model_fields)
    rows = f"read_parquet([{listed}], hive_partitioning = true, union_by_name = true)"
    first = f"SELECT {names} FROM {rows} QUALIFY row_number() OVER (PARTITION BY {key} ORDER BY warehouse) = 1"  # noqa: S608
    if row is not core.Story:
        return first
    # each warehouse counts its own items of a story
    return f"""
        SELECT
            s.* REPLACE (
                a.n_articles AS n_articles, a.earliest AS first_published_earliest, a.latest AS last_published_latest
            )
        FROM ({first}) AS s
        JOIN ({STORY_BOUNDS.format(which="")}) AS a USING (story_id)
    """  # noqa: S608 - declared names only


class Kept(NamedTuple):
    """What upkeep did."""

    n_merged: int
    """Small files that were put together."""
    n_removed: int
    """Files that no version within the time kept speaks of."""


def keep_up(uri: str, keep_hours: int) -> Kept:
    """Put small files together, and remove those that no version of the last hours needs.

    Args:
        uri: of the lake.
        keep_hours: a reader that opened a version longer ago may lose its files.
    """
    merged = removed = 0
    for row in shared():
        table = _table(uri, row)
        if table is None:
            continue
        merged += int(table.optimize.compact()["numFilesRemoved"])
        removed += len(table.vacuum(retention_hours=keep_hours, dry_run=False, enforce_retention_duration=False))
    return Kept(merged, removed)
