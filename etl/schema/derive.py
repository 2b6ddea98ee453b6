"""From a declared table to everything that knows its columns: Polars schema, DDL with comments."""

import datetime as dt

import polars as pl

from etl.schema.base import TABLES, Column, Row

_POLARS: dict[type, pl.DataType] = {
    str: pl.String(),
    int: pl.Int64(),
    float: pl.Float64(),
    bool: pl.Boolean(),
    dt.datetime: pl.Datetime("us", "UTC"),
    dt.date: pl.Date(),
}
_DUCKDB: dict[type, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    dt.datetime: "TIMESTAMPTZ",
    dt.date: "DATE",
}


def polars_schema(row: type[Row]) -> pl.Schema:
    """The schema of a frame that holds such rows."""
    return pl.Schema(
        {c.name: pl.List(_POLARS[c.python_type]) if c.is_list else _POLARS[c.python_type] for c in row.columns()}
    )


def empty(row: type[Row]) -> pl.DataFrame:
    """A frame of no rows."""
    return polars_schema(row).to_frame()


def sql_type(column: Column) -> str:
    """The column's type in DuckDB."""
    return _DUCKDB[column.python_type] + ("[]" if column.is_list else "")


def sql_literal(text: str) -> str:
    """A string literal of SQL; only for texts that the project itself declares."""
    return "'" + text.replace("'", "''") + "'"


def ddl(row: type[Row]) -> list[str]:
    """The statements that make the table and its comments, if it is not there.

    NOT NULL, CHECK and PRIMARY KEY stand in the DDL; references are checked as data, because physical foreign
    keys keep a parent table from being loaded again.
    """
    lines = [_column_ddl(c) for c in row.columns()]
    lines.append(f"PRIMARY KEY ({', '.join(row.key)})")
    body = ",\n    ".join(lines)
    statements = [f"CREATE TABLE IF NOT EXISTS {row.table} (\n    {body}\n)"]
    statements.append(f"COMMENT ON TABLE {row.table} IS {sql_literal(row.comment())}")
    statements += [f"COMMENT ON COLUMN {row.table}.{c.name} IS {sql_literal(c.comment)}" for c in row.columns()]
    return statements


def schemas() -> list[str]:
    """The schemas of the declared tables, in order of declaration."""
    return list(dict.fromkeys(name.split(".")[0] for name in TABLES))


def _column_ddl(column: Column) -> str:
    parts = [column.name, sql_type(column)]
    if not column.is_nullable:
        parts.append("NOT NULL")
    rules = []
    if column.accepted:
        rules.append(f"{column.name} IN ({', '.join(map(sql_literal, column.accepted))})")
    if column.minimum is not None:
        rules.append(f"{column.name} >= {column.minimum:g}")
    if column.maximum is not None:
        rules.append(f"{column.name} <= {column.maximum:g}")
    if rules:
        parts.append(f"CHECK ({' AND '.join(rules)})")
    return " ".join(parts)
