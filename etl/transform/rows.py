"""Rows on their way into frames: kept as they come, as tuples or as frames, and put together once a batch."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from etl.schema import Row
from etl.schema.frames import polars_schema

Numbers = npt.NDArray[np.int64]


class Rows:
    """The rows of one table of a batch."""

    def __init__(self, row: type[Row]) -> None:
        self._schema, self._nothing = _table(row)
        self._frames: list[pl.DataFrame] = []
        self._waiting: list[tuple[Any, ...]] = []
        """Rows that no frame holds yet; they come after those that one does."""
        self._names: tuple[str, ...] = ()
        """The columns that the waiting rows give."""

    def add(self, **values: Any) -> None:
        """Add a row; a column that is not given is NULL.

        Raises:
            KeyError: a name is no column of the table.
        """
        self.add_all(tuple(values), [tuple(values.values())])

    def add_all(self, names: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows that give these columns, in this order; the others are NULL.

        Raises:
            KeyError: a name is no column of the table.
        """
        if names != self._names:
            self._check(names)
            self._frame_waiting()
            self._names = names
        self._waiting += rows

    def extend(self, frame: pl.DataFrame) -> None:
        """Add the rows of a frame; a column that it lacks is NULL.

        Raises:
            KeyError: a name is no column of the table.
        """
        self._check(frame.columns)
        self._frame_waiting()
        if frame.height:
            self._frames.append(frame)

    def frame(self) -> pl.DataFrame:
        """The rows as a frame of the table's declared schema."""
        self._frame_waiting()
        return pl.concat([self._nothing, *self._frames], how="diagonal")

    def _check(self, names: Iterable[str]) -> None:
        unknown = sorted(set(names) - self._schema.keys())
        if unknown:
            raise KeyError(f"no such columns: {unknown}")

    def _frame_waiting(self) -> None:
        rows, self._waiting = self._waiting, []
        if rows:
            given = zip(self._names, zip(*rows, strict=True), strict=True)
            self.extend(pl.DataFrame([series(values, self._schema[name], name) for name, values in given]))


@lru_cache
def _table(row: type[Row]) -> tuple[pl.Schema, pl.DataFrame]:
    """The declared schema of a table, and a frame of it with no rows: it takes a quarter of a millisecond to make."""
    schema = polars_schema(row)
    return schema, pl.DataFrame(schema=schema)


def series(values: Sequence[Any], kind: pl.DataType | type[pl.DataType], name: str = "") -> pl.Series:
    """The values of a column; Polars builds a list column one series a row, Arrow builds it in one pass.

    A batch has hundreds, so `kind` is a class where there is one: of pl.String a series is made in two thirds of the
    time that pl.String() takes.
    """
    if isinstance(kind, pl.List):
        return pl.Series(name, pa.array(values, pa.large_list(pa.large_string())), dtype=kind)
    return pl.Series(name, values, dtype=kind)


def columns(kind: type[NamedTuple], records: Sequence[tuple[Any, ...] | None]) -> dict[str, list[Any]]:
    """The values of records by field; all of a record that is None are None."""
    nothing = (None,) * len(kind._fields)
    given = [nothing if record is None else record for record in records]
    return {field: [record[i] for record in given] for i, field in enumerate(kind._fields)}


def numbers(values: Sequence[int | None]) -> Numbers:
    """Integers as an array; None is -1."""
    found = pl.Series(values, dtype=pl.Int64)
    return (found.fill_null(-1) if found.null_count() else found).to_numpy()


def index(at: Numbers) -> pl.Series:
    """Positions of the kind that Polars counts in: those of another kind it looks through at each use."""
    return pl.Series(at.astype(np.uint32))


def picked(values: pl.Series, at: Numbers) -> pl.Series:
    """The values at these positions; NULL where a position is negative."""
    padded = pl.concat([values, pl.Series([None], dtype=values.dtype)], rechunk=True)
    found: pl.Series = padded[index(np.where(at < 0, len(values), at))]
    return found
