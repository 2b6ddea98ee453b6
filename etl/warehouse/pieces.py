"""Which rows of a mart come from where, when it is put together of those that stand and those that are fresh.

    label    document_id   n_rows   size          how much of the mart each document has, in this order
    000004   5f0c…             31  22870          rows, and bytes of CSV

The rows of a document stand together, in CSV as in Parquet, and documents in the order of their names within a block.
So one plan serves both: so many bytes of a file of CSV are so many rows of a block.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from etl.schema.ddl import sql_literal

_COLUMNS = {"label": pl.String, "document_id": pl.String, "n_rows": pl.Int64, "size": pl.Int64}
_ORDER = ("label", "document_id")


class Run(NamedTuple):
    """Rows of a block that stand together in one source."""

    label: str
    is_fresh: bool
    first: int
    """Byte of the file of CSV."""
    size: int
    first_row: int
    """Of those of the block in that source."""
    n_rows: int


def none() -> pl.DataFrame:
    """No documents."""
    return placed(pl.DataFrame(schema=_COLUMNS), 0)


def placed(sizes: pl.DataFrame, offset: int, *, by_label: bool = False) -> pl.DataFrame:
    """Say where rows of documents stand.

    Args:
        sizes: how much each document has.
        offset: where the rows begin in a file of CSV.
        by_label: whether each block has a file of its own.

    Returns:
        The same, with `first`, the byte where the rows of a document begin in their file, and `first_row`, in their
        block.
    """
    size, n_rows = pl.col("size"), pl.col("n_rows")
    before = size.cum_sum() - size
    return sizes.with_columns(
        first=offset + (before.over("label") if by_label else before),
        first_row=(n_rows.cum_sum() - n_rows).over("label"),
    )


def read(file: Path, offset: int, *, by_label: bool) -> pl.DataFrame:
    """Read what `write` wrote, and say where the rows stand in CSV."""
    return placed(pl.read_parquet(file), offset, by_label=by_label)


def note(con: duckdb.DuckDBPyConnection, table: str, sizes: pl.DataFrame) -> None:
    """Put how much of a mart some documents have into a temporary table: DuckDB holds all of them in less memory."""
    con.register("noted", sizes.select(list(_COLUMNS)).to_arrow())
    con.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} AS FROM noted LIMIT 0; INSERT INTO {table} FROM noted")
    con.unregister("noted")


def write(con: duckdb.DuckDBPyConnection, table: str, file: Path) -> None:
    """Write what was noted to a file, and forget it."""
    query = f"FROM {table} ORDER BY {', '.join(_ORDER)}"
    con.execute(f"COPY ({query}) TO {sql_literal(str(file))} (FORMAT parquet); DROP TABLE {table}")


def runs(held: pl.DataFrame, fresh: pl.DataFrame) -> Iterator[Run]:
    """Put documents that stand and fresh ones in order; what follows one another in its source is one run."""
    both = pl.concat([held.with_columns(is_fresh=False), fresh.with_columns(is_fresh=True)]).sort(_ORDER)
    first, end = pl.col("first"), pl.col("first") + pl.col("size")
    is_next = (
        (pl.col("label") == pl.col("label").shift())
        & (pl.col("is_fresh") == pl.col("is_fresh").shift())
        & (first == end.shift())
    )
    grouped = both.group_by((~is_next).fill_null(value=True).cum_sum().alias("run"), maintain_order=True).agg(
        pl.col("label", "is_fresh", "first").first(),
        pl.col("size").sum(),
        pl.col("first_row").first(),
        pl.col("n_rows").sum(),
    )
    return (Run(*row) for row in grouped.drop("run").iter_rows())
