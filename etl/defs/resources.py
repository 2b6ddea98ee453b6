"""What runs need from outside: the warehouse, and somebody to tell how far they are."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Literal

from dagster import ConfigurableResource, InitResourceContext
from pydantic import Field, PrivateAttr

from etl.schema import ops
from etl.settings import Settings

if TYPE_CHECKING:
    import duckdb

    from etl.warehouse.slices import Slicer

POOL = "duckdb"
"""The pool of every step that writes the warehouse: DuckDB has one writer."""


class Warehouse(ConfigurableResource["Warehouse"]):
    """The build database: one connection a run, opened by the first step and closed after the last."""

    folder: str = Field(description="the warehouse folder")
    _settings: Settings | None = PrivateAttr(None)
    _connection: "duckdb.DuckDBPyConnection | None" = PrivateAttr(None)
    _fingerprints: Literal["symbols", "linked"] | None = PrivateAttr(None)
    _slicers: "dict[str, Slicer]" = PrivateAttr(default_factory=dict)
    _tally: Counter[str] = PrivateAttr(default_factory=Counter)
    _started_at: dt.datetime = PrivateAttr(default_factory=lambda: dt.datetime.now(dt.UTC))

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator["Warehouse"]:
        """Close what the steps opened, however the run ends: an open connection locks every other process out."""
        self._tally.clear()
        self._started_at = dt.datetime.now(dt.UTC)
        try:
            yield self
        finally:
            if self._connection is not None:
                self._close_slicers()
                self._connection.close()
                self._connection = None
                self._fingerprints = None

    @property
    def connection(self) -> "duckdb.DuckDBPyConnection":
        """The connection, with every declared table in place."""
        if self._connection is None:
            from etl.warehouse.connection import connect
            from etl.warehouse.load import prepare

            self._connection = connect(self.settings.build_file)
            prepare(self._connection)
        return self._connection

    def fingerprinted(self, by: Literal["symbols", "linked"] = "linked") -> "duckdb.DuckDBPyConnection":
        """The connection, with the temporary tables that say how the documents stand.

        Args:
            by: what must be there: fingerprints of symbols, or all.
        """
        from etl.warehouse import fingerprints

        if self._fingerprints is None:
            fingerprints.take_symbols(self.connection)
            self._fingerprints = "symbols"
        if by == "linked" and self._fingerprints == "symbols":
            self._close_slicers()
            fingerprints.take_bounds(self.connection)
            self._fingerprints = "linked"
        return self.connection

    def slicer(self, name: str = "slice") -> "Slicer":
        """A slicer of the documents as they stand; those of two names hold a slice each."""
        from etl.warehouse.slices import Slicer

        con = self.fingerprinted()
        if name not in self._slicers:
            self._slicers[name] = Slicer(con, name)
        return self._slicers[name]

    def changing(self, what: Literal["symbols", "bounds"]) -> "duckdb.DuckDBPyConnection":
        """The connection, for a step that changes rows of documents: all of them, or what the anchor step writes."""
        from etl.warehouse import fingerprints, wholes

        self._close_slicers()
        wholes.forget(self.connection)
        if self._fingerprints is not None and what == "symbols":
            fingerprints.forget(self.connection)
            self._fingerprints = None
        elif self._fingerprints is not None:
            self._fingerprints = "symbols"
        return self.connection

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Leave the memory of the build to a step that reads the published file."""
        from etl.warehouse.connection import at_rest

        self._close_slicers()
        with at_rest(self._connection) if self._connection is not None else nullcontext():
            yield

    def _close_slicers(self) -> None:
        while self._slicers:
            self._slicers.popitem()[1].close()

    @property
    def settings(self) -> Settings:
        """The settings, with this warehouse; read once."""
        self._settings = self._settings or Settings(warehouse=self.folder)
        return self._settings

    def tally(self, **counts: int) -> None:
        """Add to the counts of the run."""
        self._tally.update(counts)

    def record(self, run_id: str) -> None:
        """Write the run and its counts down."""
        from etl.warehouse.load import record_run

        counts = {name: self._tally[name] for name in ops.Run.model_fields if name.startswith(("n_", "moved_"))}
        ended_at = dt.datetime.now(dt.UTC)
        record_run(self.connection, ops.Run(run_id=run_id, started_at=self._started_at, ended_at=ended_at, **counts))
