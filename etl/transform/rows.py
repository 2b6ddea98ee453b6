"""Rows on their way into frames: columns are filled one value at a time and become Arrow once a batch."""

from typing import Any

import polars as pl

from etl.schema import Row
from etl.schema.frames import polars_schema


class Rows:
    """The rows of one table of a batch."""

    def __init__(self, row: type[Row]) -> None:
        self._schema = polars_schema(row)
        self._columns: dict[str, list[Any]] = {name: [] for name in self._schema}

    def add(self, **values: Any) -> None:
        """Add a row; a column that is not given is NULL.

        Raises:
            KeyError: a name is no column of the table.
        """
        if not values.keys() <= self._columns.keys():
            raise KeyError(f"no such columns: {sorted(values.keys() - self._columns.keys())}")
        for name, column in self._columns.items():
            column.append(values.get(name))

    def frame(self) -> pl.DataFrame:
        """The rows as a frame of the table's declared schema."""
        return pl.DataFrame(self._columns, schema=self._schema)
