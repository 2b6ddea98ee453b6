"""Marts to files for those who take CSV or Parquet onward: the same warehouse gives the same bytes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import duckdb

from etl.schema.ddl import sql_literal

Format = Literal["csv", "parquet"]
_OPTIONS = {"csv": "FORMAT csv, HEADER", "parquet": "FORMAT parquet, COMPRESSION zstd"}
# a spreadsheet runs a cell that begins so; OWASP's list for CSV injection
_FORMULA = r"^[=+\-@\t\r]"


class UnknownTableError(ValueError):
    """There is no such mart."""


def export(con: duckdb.DuckDBPyConnection, folder: Path, form: str, names: Sequence[str] | None = None) -> list[Path]:
    """Write marts to `<folder>/<mart>.<form>`, each replaced in one step.

    Rows stand in the order of all their columns. In CSV, times are ISO 8601 in UTC, lists are JSON, and a text that a
    spreadsheet would take for a formula has an apostrophe before it.

    Args:
        con: a database with the marts.
        folder: where to; made where it is missing.
        form: `csv` or `parquet`.
        names: only these marts; default: all.

    Returns:
        The files, by name.

    Raises:
        UnknownTableError: a name is no mart; the message lists those there are.

    """
    marts = _marts(con)
    unknown = sorted(set(names or ()) - set(marts))
    if unknown:
        raise UnknownTableError(f"no mart {', '.join(unknown)}: there are {', '.join(marts)}")
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(con, name, folder / f"{name}.{form}", form) for name in marts if not names or name in names]


def _marts(con: duckdb.DuckDBPyConnection) -> list[str]:
    rows = con.execute(
        """
        SELECT table_name
        FROM information_schema.tables
        WHERE table_schema = 'marts' AND table_catalog = current_database()
        ORDER BY table_name
        """
    ).fetchall()
    return [name for (name,) in rows]


def _write(con: duckdb.DuckDBPyConnection, name: str, path: Path, form: str) -> Path:
    partial = path.with_name(f".{path.name}.partial")
    view = con.table(f"marts.{name}")
    columns = ", ".join(
        _cell(column, str(kind)) if form == "csv" else _quoted(column)
        for column, kind in zip(view.columns, view.types, strict=True)
    )
    query = f"SELECT {columns} FROM marts.{_quoted(name)} ORDER BY ALL"  # noqa: S608 - names of the catalogue, quoted
    con.execute(f"COPY ({query}) TO {sql_literal(str(partial))} ({_OPTIONS[form]})")
    partial.replace(path)
    return path


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _cell(column: str, kind: str) -> str:
    """The column as CSV shows it."""
    name = _quoted(column)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"strftime({name} AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ') AS {name}"
    text = f"to_json({name})::VARCHAR" if kind.endswith("[]") or kind.startswith("STRUCT") else name
    if kind == "VARCHAR" or text != name:
        return f"if(regexp_matches({text}, {sql_literal(_FORMULA)}), '''' || {text}, {text}) AS {name}"
    return name
