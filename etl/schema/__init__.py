"""What a row is. One Pydantic model a table; everything else about a table is derived from it.

`base` says how a table is declared, `ref`, `raw`, `core`, `ops` declare them, `derive` turns a declaration
into a Polars schema, DDL, comments and checks. Nobody writes a column a second time.
"""

from etl.schema import core, ops, raw, ref
from etl.schema.base import TABLES, Column, Row, tables

__all__ = ["TABLES", "Column", "Row", "core", "ops", "raw", "ref", "tables"]
