"""From a declared table to the statements that make it in DuckDB, with its comments."""

import datetime as dt
from typing import Literal

from etl.schema.base import TABLES, Column, Row

_DUCKDB: dict[type, str] = {
    str: "VARCHAR",
    int: "BIGINT",
    float: "DOUBLE",
    bool: "BOOLEAN",
    dt.datetime: "TIMESTAMPTZ",
    dt.date: "DATE",
}


_KEYS_AS_DATA = ("core.", "ops.body_sketches")
"""Tables whose key has no index: DuckDB holds an index in memory whole, some 50 bytes a row, and loading took twice
the time with one. At 150 MB of text the indexes of `core` alone took more than a connection may have."""


_PLAIN = "USING COMPRESSION uncompressed"
"""How ids stand that are written again whenever some of them change: DuckDB writes all of a column's group of rows,
and to compress ids of which hardly two are the same takes ten times as long as to write them."""


def sql_type(column: Column) -> str:
    """The column's type in DuckDB."""
    return _DUCKDB[column.python_type] + ("[]" if column.is_list else "")


def sql_literal(text: str) -> str:
    """A string literal of SQL; only for texts that the project itself declares."""
    return "'" + text.replace("'", "''") + "'"


def ddl(row: type[Row]) -> list[str]:
    """The statements that make the table and its comments, if it is not there.

    NOT NULL, CHECK and PRIMARY KEY stand in the DDL; references are checked as data, because physical foreign
    keys keep a parent table from being loaded again. So are keys of tables with rows for every item.
    """
    lines = [_column_ddl(c) for c in row.columns()]
    if not row.table.startswith(_KEYS_AS_DATA):
        lines.append(f"PRIMARY KEY ({', '.join(row.key)})")
    body = ",\n    ".join(lines)
    return [f"CREATE TABLE IF NOT EXISTS {row.table} (\n    {body}\n)", *comments(row)]


def comments(row: type[Row], kind: Literal["TABLE", "VIEW"] = "TABLE") -> list[str]:
    """The statements that put the comments on the table, or on a view of its rows."""
    return [
        f"COMMENT ON {kind} {row.table} IS {sql_literal(row.comment())}",
        *(f"COMMENT ON COLUMN {row.table}.{c.name} IS {sql_literal(c.comment)}" for c in row.columns()),
    ]


def schemas() -> list[str]:
    """The schemas of the declared tables, in order of declaration."""
    return list(dict.fromkeys(name.split(".")[0] for name in TABLES))


def _column_ddl(column: Column) -> str:
    parts = [column.name, sql_type(column)]
    if column.references and column.filled_by == "anchor":
        parts.append(_PLAIN)
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
