"""What runs need from outside: the warehouse, and somebody to tell how far they are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dagster import ConfigurableResource, InitResourceContext
from pydantic import Field, PrivateAttr

from etl.settings import Settings

if TYPE_CHECKING:
    import duckdb

POOL = "duckdb"
"""The pool of every step that writes the warehouse: DuckDB has one writer."""


class Warehouse(ConfigurableResource):  # type: ignore[type-arg]  # what a step gets is the resource itself
    """The build database: one connection a run, opened by the first step and closed after the last."""

    folder: str = Field(description="the warehouse folder")
    _connection: "duckdb.DuckDBPyConnection | None" = PrivateAttr(None)

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator["Warehouse"]:
        """Close what the steps opened, however the run ends: an open connection locks every other process out."""
        try:
            yield self
        finally:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @property
    def connection(self) -> "duckdb.DuckDBPyConnection":
        """The connection, with every declared table in place."""
        if self._connection is None:
            from etl.warehouse.connection import connect
            from etl.warehouse.load import prepare

            self._connection = connect(self.settings.build_file)
            prepare(self._connection)
        return self._connection

    @property
    def settings(self) -> Settings:
        """The settings, with this warehouse."""
        return Settings(warehouse=self.folder)
