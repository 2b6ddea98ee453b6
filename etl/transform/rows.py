"""Rows on their way into frames: kept as they come and turned into columns of Arrow once a batch."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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
        self._columns: list[tuple[pl.DataFrame, int]] = []
        """What came as columns, and which row of the table is its first."""
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

    def extend(self, **columns: pl.Series) -> None:
        """Add rows that come as columns of the same length; a column that is not given is NULL.

        Raises:
            KeyError: a name is no column of the table.
        """
        self._check(columns)
        n = len(next(iter(columns.values())))
        if n:
            self._columns.append((self._framed(columns, n), self._n))
            self._n += n

    def _of(self, names: tuple[str, ...]) -> tuple[list[tuple[Any, ...]], list[int]]:
        given = self._given.get(names)
        if given is None:
            self._check(names)
            given = self._given[names] = ([], [])
        return given

    def _check(self, names: Iterable[str]) -> None:
        unknown = sorted(set(names) - self._schema.keys())
        if unknown:
            raise KeyError(f"no such columns: {unknown}")

    def frame(self) -> pl.DataFrame:
        """The rows as a frame of the table's declared schema."""
        parts: list[tuple[pl.DataFrame, Sequence[int]]] = [
            (self._part(names, rows), places) for names, (rows, places) in self._given.items() if rows
        ]
        parts += [(frame, range(first, first + frame.height)) for frame, first in self._columns]
        if not parts:
            return pl.DataFrame(schema=self._schema)
        if len(parts) == 1:
            return parts[0][0]
        order = pl.Series([i for _, places in parts for i in places], dtype=pl.Int64)
        together = pl.concat([frame for frame, _ in parts])
        return together if order.is_sorted() else together[order.arg_sort()]

    def _part(self, names: tuple[str, ...], rows: list[tuple[Any, ...]]) -> pl.DataFrame:
        given = zip(names, zip(*rows, strict=True), strict=True)
        return self._framed({name: series(values, self._schema[name]) for name, values in given}, len(rows))

    def _framed(self, columns: Mapping[str, pl.Series], n: int) -> pl.DataFrame:
        """Columns, those that are not given NULL, in the order of the schema."""
        return pl.DataFrame(
            [
                columns[name].alias(name)
                if name in columns
                else pl.repeat(None, n, dtype=kind, eager=True).alias(name)
                for name, kind in self._schema.items()
            ]
        )


def series(values: Sequence[Any], kind: pl.DataType) -> pl.Series:
    """The values of a column; Polars builds a list column one series a row, Arrow builds it in one pass."""
    if kind == pl.List(pl.String):
        return pl.Series(pa.array(values, pa.large_list(pa.large_string())), dtype=kind)
    return pl.Series(values, dtype=kind)
