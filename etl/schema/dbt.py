"""From the declared tables to dbt's view of them: `sql/sources/_sources.yml`."""

from typing import Any

import yaml

from etl.schema.base import Row, tables
from etl.schema.ddl import sql_type

SOURCES = ("raw", "core", "ops")
"""The schemas that the SQL models read as sources; `ref` holds dbt seeds."""

_HEADER = "# Written by `make docs` from etl/schema/; change it there.\n"


def sources_yml() -> str:
    """The declared tables of raw, core and ops as dbt sources, with types and descriptions."""
    sources = [
        {"name": schema, "schema": schema, "tables": [_table(name, row) for name, row in tables(schema).items()]}
        for schema in SOURCES
    ]
    document = {"version": 2, "sources": sources}
    return _HEADER + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=118)


def _table(name: str, row: type[Row]) -> dict[str, Any]:
    columns = [{"name": c.name, "description": c.comment, "data_type": sql_type(c)} for c in row.columns()]
    return {"name": name, "description": row.comment(), "columns": columns}
