"""Models of some events, with no more than the rows that these have to do with, in one pass over all.

For rows that gather the events of several documents, of which one changed, and for the events that the report shows.
Beside the published file stands a database in memory. It has what the events have to do with, and the models on it as
tables; one that has been written to Parquet already is read from there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import duckdb

from etl.schema import TABLES
from etl.schema.ddl import sql_literal
from etl.warehouse.fingerprints import document_of
from etl.warehouse.models import Model

GRAIN = ("core.events", "cluster_id")
"""The grain of marts whose rows gather events, and are called after one of them."""
_NARROWEST = ("event_id", "article_id", "document_id")


@contextmanager
def gathering(
    con: duckdb.DuckDBPyConnection, models: Sequence[Model], written: Mapping[str, Sequence[Path]]
) -> Iterator[Callable[[], duckdb.DuckDBPyConnection]]:
    """Make models of the events that the temporary table `gathered_events` names (member: rowid in core.events).

    Args:
        con: uses the published file, and again at the end (`connection.beside`).
        models: what to make, in order: such as give a row of events no more than what has to do with these.
        written: Parquet files with the rows of other models that these read.

    Yields:
        What gives a connection on the database with the models; whoever asks closes it.
    """
    ((whole,),) = con.execute("SELECT current_database()").fetchall()
    con.execute("ATTACH ':memory:' AS gathered")
    try:
        con.execute("USE gathered")
        _copy(con, str(whole), dict.fromkeys(table for model in models for table in model.sources))
        for schema in dict.fromkeys(["marts", *(model.schema for model in models)]):
            con.execute(f"CREATE SCHEMA {schema}")
        for name, files in written.items():
            paths = ", ".join(sql_literal(str(file)) for file in files)
            con.execute(f"CREATE VIEW marts.{name} AS FROM read_parquet([{paths}])")
        for model in models:
            con.execute(f"CREATE TABLE {model.schema}.{model.name} AS\n{model.sql}")
        con.execute(f'USE "{whole}"')
        yield partial(_another, con)
    finally:
        con.execute(f'USE "{whole}"')
        con.execute("DETACH gathered")


def _copy(con: duckdb.DuckDBPyConnection, whole: str, tables: Mapping[str, None]) -> None:
    """Take from the tables what the events have to do with; all of those whose rows are no document's."""
    for schema in dict.fromkeys(["core", *(table.partition(".")[0] for table in tables)]):
        con.execute(f"CREATE SCHEMA {schema}")
    con.execute(
        f"""
        CREATE TABLE core.events AS FROM "{whole}".core.events WHERE rowid IN (SELECT member FROM gathered_events)
        """  # noqa: S608 - names of this module
    )
    document = document_of("article_id")
    con.execute(f"CREATE TABLE named AS SELECT event_id, article_id, {document} AS document_id FROM core.events")  # noqa: S608
    for table in (table for table in tables if table != "core.events"):
        keys = [key for key in _NARROWEST if key in TABLES[table].model_fields]
        # the clock of a capture is its document's, and of no article
        tests = [f"({key} IS NULL OR {key} IN (SELECT {key} FROM named))" for key in keys]  # noqa: S608 - as above
        kind = "TABLE" if keys else "VIEW"
        con.execute(f'CREATE {kind} {table} AS FROM "{whole}".{table} WHERE {" AND ".join(tests) or "true"}')


def _another(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    cursor = con.cursor()
    cursor.execute("SET TimeZone = 'UTC'")
    cursor.execute("USE gathered")
    return cursor
