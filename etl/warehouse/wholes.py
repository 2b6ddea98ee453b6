"""Marts that count over all documents, computed once a run: shown with the views, then exported.

The step that makes the views computes them, and leaves them as temporary tables of its connection; publication keeps
these in a small database beside the published file, from which the exports write them. One that reads `ops` is
computed anew, for checks write there after the views.
"""

from pathlib import Path

import duckdb

from etl.schema.ddl import sql_literal
from etl.warehouse.models import Model, Project

FILE = "wholes.duckdb"
"""Beside the published file: its tables have the names of the marts."""
_PREFIX = "whole_of_"


def left_as(project: Project, model: Model) -> str | None:
    """The temporary table in which the rows of a model are left for publication; none where they are not kept."""
    sources = {source for behind in project.behind([model.name]).models for source in behind.sources}
    is_final = model.schema == "marts" and not any(source.startswith("ops.") for source in sources)
    return f"{_PREFIX}{model.name}" if is_final else None


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what was computed: rows change."""
    for name in _computed(con):
        con.execute(f"DROP TABLE temp.{_PREFIX}{name}")


def keep(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Put what was computed into a new database, where anything was."""
    if not (names := _computed(con)):
        return
    con.execute(f"ATTACH {sql_literal(str(file))} AS wholes")
    try:
        for name in names:
            con.execute(f"CREATE TABLE wholes.{name} AS FROM temp.{_PREFIX}{name}")
    finally:
        con.execute("DETACH wholes")


def kept(con: duckdb.DuckDBPyConnection, file: Path) -> dict[str, str]:
    """Attach what was kept; give the table of each mart in it."""
    if not file.is_file():
        return {}
    con.execute(f"ATTACH {sql_literal(str(file))} AS wholes (READ_ONLY)")
    names = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'wholes'").fetchall()
    return {name: f"wholes.{name}" for (name,) in names}


def _computed(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The models whose rows are there."""
    rows = con.execute("SELECT table_name FROM duckdb_tables() WHERE temporary ORDER BY table_name").fetchall()
    return [name.removeprefix(_PREFIX) for (name,) in rows if name.startswith(_PREFIX)]
