"""A simulated site in a build: the rows that the anchor step reads, and nothing where it reads nothing."""

import datetime as dt
from typing import Any

import duckdb
import polars as pl

from etl.schema import Row, core, raw
from tests.simulator import Site

_EMPTY: dict[type, Any] = {
    str: "",
    int: 1,
    float: 0.0,
    bool: False,
    dt.datetime: dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
}


def load(con: duckdb.DuckDBPyConnection, made: Site, pages: list[str] | None = None) -> None:
    """Insert the pages of a site, or some of them, with the claims on them."""
    for row, frame in (
        (raw.Document, made.documents.with_columns(kind=pl.lit("page"))),
        (raw.Capture, made.captures),
        (
            core.Article,
            made.articles.with_columns(role=pl.lit("teaser"), story_id=pl.coalesce("item_key", "article_id")),
        ),
        (core.Anchor, made.anchors),
    ):
        chosen = frame if pages is None else frame.filter(pl.col("document_id").is_in(pages))
        insert(con, row, chosen)


def insert(con: duckdb.DuckDBPyConnection, row: type[Row], frame: pl.DataFrame) -> None:
    """Insert rows; columns that the frame lacks are NULL, or empty where they cannot be."""
    con.register("made", frame.to_arrow())
    values = {}
    for column in row.columns():
        if column.name in frame.columns:
            values[column.name] = column.name
        elif column.is_nullable:
            values[column.name] = "NULL"
        elif column.is_list:
            values[column.name] = "[]"
        else:
            values[column.name] = repr(str(_EMPTY[column.python_type]))
    con.execute(f"INSERT INTO {row.table} SELECT {', '.join(f'{v} AS {n}' for n, v in values.items())} FROM made")
    con.unregister("made")
