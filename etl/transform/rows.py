"""Rows on their way into frames: kept as they come and turned into columns of Arrow once a batch."""

from collections.abc import Callable
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
        rows, places = self._of(tuple(values))
        rows.append(tuple(values.values()))
        places.append(self._n)
        self._n += 1

    def adder(self, *names: str) -> Callable[[tuple[Any, ...]], None]:
        """What adds rows that give these columns, in this order: for tables of many rows.

        Raises:
            KeyError: a name is no column of the table.
        """
        rows, places = self._of(names)

        def add(values: tuple[Any, ...]) -> None:
            rows.append(values)
            places.append(self._n)
            self._n += 1

        return add

    def _of(self, names: tuple[str, ...]) -> tuple[list[tuple[Any, ...]], list[int]]:
        given = self._given.get(names)
        if given is None:
            unknown = sorted(set(names) - self._schema.keys())
            if unknown:
                raise KeyError(f"no such columns: {unknown}")
            given = self._given[names] = ([], [])
        return given

    def frame(self) -> pl.DataFrame:
        """The rows as a frame of the table's declared schema."""
        parts = [self._part(names, rows) for names, (rows, _) in self._given.items() if rows]
        if not parts:
            return pl.DataFrame(schema=self._schema)
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
