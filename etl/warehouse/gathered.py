"""Models of some events, with no more than the rows that these have to do with, in one pass over all.

For rows that gather the events of several documents, of which one changed, and for the events that the report shows.
Beside the published file stands a database in memory. It has what the events have to do with, and the models on it as
tables; one that has been written to Parquet already is read from there.

Where the events of all are gathered part by part, most lie together in their part and are read where they lie; those
that lie elsewhere would have each part look at everything. They are collected first, in one pass, in a database of
their own (`collected`), and each part takes its own from there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Literal

import duckdb

from etl.schema import TABLES
from etl.schema.ddl import sql_literal
from etl.warehouse.fingerprints import document_of
from etl.warehouse.models import Model

GRAIN = ("core.events", "cluster_id")
"""The grain of marts whose rows gather events, and are called after one of them."""
_NARROWEST = ("event_id", "article_id", "document_id")
_FAR = "far"
"""The database of what is collected."""
_NEAR = "(FROM named ANTI JOIN temp.far_events USING (event_id))"


@contextmanager
def gathering(
    con: duckdb.DuckDBPyConnection,
    models: Sequence[Model],
    written: Mapping[str, Sequence[Path]],
    *,
    with_far: bool = False,
    lying: Mapping[str, str] | None = None,
) -> Iterator[Callable[[], duckdb.DuckDBPyConnection]]:
    """Make models of the events that the temporary table `gathered_events` names (member: rowid in core.events).

    Args:
        con: uses the published file, and again at the end (`connection.beside`).
        models: what to make, in order: such as give a row of events no more than what has to do with these.
        written: Parquet files with the rows of other models that these read.
        with_far: take those of the temporary table `far_events` (event_id, article_id, document_id, number) too, from
            what is `collected`.
        lying: the SQL of where in a table the rows of the events lie that are not far; it may be anywhere in others.

    Yields:
        What gives a connection on the database with the models; whoever asks closes it.
    """
    with _beside(con, "gathered") as whole:
        sources = dict.fromkeys(table for model in models for table in model.sources)
        # a single model takes of its events the columns it needs; for several they are taken once
        kind: Literal["TABLE", "VIEW"] = "VIEW" if len(models) == 1 else "TABLE"
        _copy(con, whole, sources, lying or {}, with_far=with_far, kind=kind)
        for schema in dict.fromkeys(["marts", *(model.schema for model in models)]):
            con.execute(f"CREATE SCHEMA {schema}")
        for name, files in written.items():
            view = f"CREATE VIEW marts.{name} AS FROM {_read(files)}"
            if with_far:  # some of which are in these files too
                view += f" ANTI JOIN temp.far_events USING (event_id) UNION ALL {_of_part(f'marts.{name}')}"
            con.execute(view)
        for model in models:
            con.execute(f"CREATE TABLE {model.schema}.{model.name} AS\n{model.sql}")
        con.execute(f'USE "{whole}"')
        yield partial(_another, con)


@contextmanager
def collected(con: duckdb.DuckDBPyConnection, model: Model, written: Mapping[str, Sequence[Path]]) -> Iterator[None]:
    """Collect what has to do with the events of `far_members`, for a model of them; it goes at the end.

    Args:
        con: as for `gathering`; its temporary table `far_members` (event_id, article_id, document_id, number) has the
            events, and the number of the document that each is gathered with, by which parts go.
        model: reads tables, and models that have a row for each event.
        written: Parquet files with the rows of these models.
    """
    with _beside(con, _FAR) as whole:
        for table in model.sources:
            if key := _key(table):
                _collect(con, table, f'"{whole}".{table}', key)
        for name, files in written.items():
            _collect(con, f"marts.{name}", _read(files), "event_id")
        con.execute(f'USE "{whole}"')
        yield


def _key(table: str) -> str | None:
    """The column of a table that leads from each row to the fewest events; none where rows are no event's."""
    declared = {column.name for column in TABLES[table].columns() if not column.is_nullable}
    return next((key for key in _NARROWEST if key in declared), None)


def _collect(con: duckdb.DuckDBPyConnection, table: str, source: str, key: str) -> None:
    """Make a table of the rows that have to do with the events, once for each document they are gathered with."""
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {table.partition('.')[0]}")
    con.execute(
        f"""
        CREATE TABLE {table} AS
        SELECT number, s.*
        FROM {source} AS s
        JOIN (SELECT DISTINCT number, {key} FROM temp.far_members) USING ({key})
        ORDER BY number
        """  # noqa: S608 - names of this module
    )


@contextmanager
def _beside(con: duckdb.DuckDBPyConnection, name: str) -> Iterator[str]:
    """Use a database in memory; give the name of the one that is used before, and at the end again."""
    ((whole,),) = con.execute("SELECT current_database()").fetchall()
    con.execute(f"ATTACH ':memory:' AS {name}")
    try:
        con.execute(f"USE {name}")
        yield str(whole)
    finally:
        con.execute(f'USE "{whole}"')
        con.execute(f"DETACH {name}")


def _read(files: Sequence[Path]) -> str:
    return f"read_parquet([{', '.join(sql_literal(str(file)) for file in files)}])"


def _copy(
    con: duckdb.DuckDBPyConnection,
    whole: str,
    tables: Mapping[str, None],
    lying: Mapping[str, str],
    *,
    with_far: bool = False,
    kind: Literal["TABLE", "VIEW"] = "TABLE",
) -> None:
    """Take from the tables what the events have to do with; all of those whose rows are no document's."""
    for schema in dict.fromkeys(["core", *(table.partition(".")[0] for table in tables)]):
        con.execute(f"CREATE SCHEMA {schema}")
    far = f"UNION ALL {_of_part('core.events')}" if with_far else ""
    con.execute(
        f"""
        CREATE {kind} core.events AS
        FROM "{whole}".core.events WHERE rowid IN (SELECT member FROM temp.gathered_events) {far}
        """  # noqa: S608 - names of this module
    )
    document = document_of("article_id")
    con.execute(f"CREATE TABLE named AS SELECT event_id, article_id, {document} AS document_id FROM core.events")  # noqa: S608
    for table in (table for table in tables if table != "core.events"):
        keys = [key for key in _NARROWEST if key in TABLES[table].model_fields]
        found = f'FROM "{whole}".{table} WHERE {_tests(keys, _NEAR if with_far else "named")}'
        if table in lying:
            found += f" AND {lying[table]}"
        if with_far and _key(table):  # an item may have told what lies here and what lies elsewhere
            found += f" UNION {_of_part(table)}"
        con.execute(f"CREATE {'TABLE' if keys else 'VIEW'} {table} AS {found}")


def _of_part(table: str) -> str:
    """The SQL of what is collected for the part: DuckDB reads no more than lies between its least and last number."""
    return f"SELECT * EXCLUDE (number) FROM {_FAR}.{table} SEMI JOIN temp.far_events USING (number)"  # noqa: S608 - as above


def _tests(keys: Sequence[str], names: str) -> str:
    # the clock of a capture is its document's, and of no article
    tests = (f"({key} IS NULL OR {key} IN (SELECT {key} FROM {names}))" for key in keys)  # noqa: S608 - as above
    return " AND ".join(tests) or "true"


def _another(con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    cursor = con.cursor()
    cursor.execute("USE gathered")
    return cursor
