"""What a row is. One Pydantic model a table; everything else about a table is derived from it.

`base` says how a table is declared, `ref`, `raw`, `core`, `ops` declare them, `ddl` and `frames` turn a
declaration into SQL and into a Polars schema, `dbt` into a dbt source. Nobody writes a column a second time.
"""

from etl.schema import core, ops, raw, ref
from etl.schema.base import TABLES, Column, Row, tables

__all__ = ["TABLES", "Column", "Row", "core", "ops", "raw", "ref", "tables"]
