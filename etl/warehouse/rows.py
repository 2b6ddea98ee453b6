"""Many rows of a build, some at a time: reading a query as a stream, and putting values into columns."""

from collections.abc import Iterator, Sequence

import duckdb
import polars as pl

from etl.warehouse.connection import transaction

AT_ONCE = 100_000
"""Rows of one transaction: what it changes is held in memory until it is in the file."""


def streamed(con: duckdb.DuckDBPyConnection, sql: str, n_rows: int) -> Iterator[pl.DataFrame]:
    """The rows of a query, so many at a time; the connection is for nothing else until the last."""
    for batch in con.sql(sql).to_arrow_reader(n_rows):
        frame = pl.from_arrow(batch)
        assert isinstance(frame, pl.DataFrame)  # noqa: S101 - for the type checker: a batch has columns
        if frame.height:
            yield frame


def grouped(frames: Iterator[pl.DataFrame], by: str, n_rows: int) -> Iterator[pl.DataFrame]:
    """The same rows in larger frames, none of which parts rows that agree in a column and follow each other."""
    held: list[pl.DataFrame] = []
    n, least = 0, n_rows
    for frame in frames:
        held.append(frame)
        n += frame.height
        if n < least:
            continue
        whole = pl.concat(held)
        is_last = whole[by] == whole[by][-1]
        ended, held = whole.filter(~is_last), [whole.filter(is_last)]
        # what is worked on and what is held, and not both twice
        del whole, frame
        if ended.height:
            yield ended
        n = held[0].height
        least = max(n_rows, 2 * n)
    if n:
        last = pl.concat(held)
        held.clear()
        yield last


def update(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame, names: Sequence[str]) -> None:
    """Write columns.

    Args:
        con: the build.
        table: qualified name.
        frame: number (rowid), and the columns.
        names: of the columns.
    """
    if frame.is_empty():
        return
    con.register("renewed", frame.select("number", *names).to_arrow())
    setters = ", ".join(f"{name} = renewed.{name}" for name in names)
    # the file is looked at in the place of these rows alone
    con.execute(
        f"""
        UPDATE {table} AS t SET {setters} FROM renewed
        WHERE t.rowid = renewed.number AND t.rowid BETWEEN $first AND $last
        """,  # noqa: S608 - declared names only
        {"first": frame["number"].min(), "last": frame["number"].max()},
    )
    con.unregister("renewed")


def update_in_parts(con: duckdb.DuckDBPyConnection, table: str, query: str, names: Sequence[str]) -> None:
    """Write columns of many rows in several transactions, each of which may be done again.

    Args:
        con: the build.
        table: qualified name.
        query: gives number (rowid), and the columns; DuckDB holds what it gives, be it more than fits in memory.
        names: of the columns.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE renewing AS FROM ({query}) ORDER BY number")
    ((n,),) = con.execute("SELECT count(*) FROM renewing").fetchall()
    for first in range(0, n, AT_ONCE):
        part = con.sql(f"FROM renewing WHERE rowid >= {first} AND rowid < {first + AT_ONCE}").pl()
        with transaction(con):
            update(con, table, part, names)
    con.execute("DROP TABLE renewing")
