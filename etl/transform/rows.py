"""Rows on their way into frames: kept as they come and turned into columns of Arrow once a batch."""

from typing import Any

import polars as pl
import pyarrow as pa

from etl.schema import Row
from etl.schema.frames import polars_schema


class Rows:
    """The rows of one table of a batch."""

    def __init__(self, row: type[Row]) -> None:
        self._schema = polars_schema(row)
        self._rows: list[dict[str, Any]] = []

    def add(self, **values: Any) -> None:
        """Add a row; a column that is not given is NULL.

        Raises:
            KeyError: a name is no column of the table.
        """
        if not values.keys() <= self._schema.keys():
            raise KeyError(f"no such columns: {sorted(values.keys() - self._schema.keys())}")
        self._rows.append(values)

    def frame(self) -> pl.DataFrame:
        """The rows as a frame of the table's declared schema."""
        columns = {name: _series([row.get(name) for row in self._rows], kind) for name, kind in self._schema.items()}
        return pl.DataFrame(columns, schema=self._schema)


def _series(values: list[Any], kind: pl.DataType) -> Any:
    """The values of a column; Polars builds a list column one series a row, Arrow builds it in one pass."""
    if kind == pl.List(pl.String):
        return pl.Series(pa.array(values, pa.large_list(pa.large_string())), dtype=kind)
    return values
