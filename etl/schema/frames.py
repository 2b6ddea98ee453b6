"""From a declared table to the schema of a Polars frame; apart from `ddl.py`, which needs no Polars."""

import datetime as dt

import polars as pl

from etl.schema.base import Row

_POLARS: dict[type, pl.DataType] = {
    str: pl.String(),
    int: pl.Int64(),
    float: pl.Float64(),
    bool: pl.Boolean(),
    dt.datetime: pl.Datetime("us", "UTC"),
    dt.date: pl.Date(),
}


def polars_schema(row: type[Row]) -> pl.Schema:
    """The schema of a frame that holds such rows."""
    return pl.Schema(
        {c.name: pl.List(_POLARS[c.python_type]) if c.is_list else _POLARS[c.python_type] for c in row.columns()}
    )
