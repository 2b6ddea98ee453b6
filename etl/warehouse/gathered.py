"""Rows that gather the events of several documents, computed anew where one of these changed, in one pass over all.

Beside the published file stands a database in memory. It has what the events to be gathered have to do with, and the
marts by document as they have just been written to Parquet; on these the mart is made, as a table.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb

from etl.schema import TABLES
from etl.schema.ddl import sql_literal
from etl.warehouse.models import Model

GRAIN = ("core.events", "cluster_id")
"""The grain of the marts that this is for."""
_NARROWED = {
    "event_id": "event_id IN (SELECT event_id FROM core.events)",
    "article_id": "article_id IN (SELECT article_id FROM core.events)",
}


@contextmanager
def gathering(
    con: duckdb.DuckDBPyConnection, mart: Model, written: Mapping[str, Path]
) -> Iterator[Callable[[], duckdb.DuckDBPyConnection]]:
    """Compute a mart of the events in the temporary table `gathered_events` (member: rowid in core.events).

    Args:
        con: uses the published file, and again at the end.
        mart: what to compute.
        written: Parquet files, or folders of such, of the marts that it reads.

    Yields:
        What gives a connection on the database with the mart; whoever asks closes it.
    """
    ((whole,),) = con.execute("SELECT current_database()").fetchall()
    con.execute("ATTACH ':memory:' AS gathered")
    con.execute("USE gathered")
    try:
        con.execute("CREATE SCHEMA core; CREATE SCHEMA marts")
        con.execute(
            f"""
            CREATE TABLE core.events AS FROM "{whole}".core.events WHERE rowid IN (SELECT member FROM gathered_events)
            """  # noqa: S608 - names of this module
        )
        for table in (table for table in mart.sources if table != "core.events"):
            key = next(name for name in _NARROWED if name in TABLES[table].model_fields)
            con.execute(f'CREATE TABLE {table} AS FROM "{whole}".{table} WHERE {_NARROWED[key]}')
        for name in mart.refs:
            files = written[name] / "*.parquet" if written[name].is_dir() else written[name]
            con.execute(f"CREATE VIEW marts.{name} AS FROM read_parquet({sql_literal(str(files))})")
        con.execute(f"CREATE TABLE marts.{mart.name} AS\n{mart.sql}")
        con.execute(f'USE "{whole}"')
        yield partial(_another, con)
    finally:
        con.execute(f'USE "{whole}"')
        con.execute("DETACH gathered")


def _another(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    cursor = con.cursor()
    cursor.execute("SET TimeZone = 'UTC'")
    cursor.execute("USE gathered")
    return cursor
