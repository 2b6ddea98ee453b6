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
        self._given: dict[tuple[str, ...], tuple[list[tuple[Any, ...]], list[int]]] = {}
        """By the columns that are given: the rows that give them, and which rows of the table they are."""
        self._n = 0

    def add(self, **values: Any) -> None:
        """Add a row; a column that is not given is NULL.

        Raises:
            KeyError: a name is no column of the table.
        """
        names = tuple(values)
        given = self._given.get(names)
        if given is None:
            if not values.keys() <= self._schema.keys():
                raise KeyError(f"no such columns: {sorted(values.keys() - self._schema.keys())}")
            given = self._given[names] = ([], [])
        given[0].append(tuple(values.values()))
        given[1].append(self._n)
        self._n += 1

    def frame(self) -> pl.DataFrame:
        """The rows as a frame of the table's declared schema."""
        if not self._given:
            return pl.DataFrame(schema=self._schema)
        parts = [self._part(names, rows) for names, (rows, _) in self._given.items()]
        if len(parts) == 1:
            return parts[0]
        order = pl.Series([i for _, places in self._given.values() for i in places])
        return pl.concat(parts)[order.arg_sort()]

    def _part(self, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> pl.DataFrame:
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        absent = (None,) * len(rows)
        return pl.DataFrame([_series(name, columns.get(name, absent), kind) for name, kind in self._schema.items()])


def _series(name: str, values: tuple[Any, ...], kind: pl.DataType) -> pl.Series:
    """The values of a column; Polars builds a list column one series a row, Arrow builds it in one pass."""
    if kind == pl.List(pl.String):
        return pl.Series(name, pa.array(values, pa.large_list(pa.large_string())), dtype=kind)
    return pl.Series(name, values, dtype=kind)
