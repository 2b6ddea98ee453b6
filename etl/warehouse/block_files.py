"""The files of marts, written block by block from fresh rows and from the files of the version before.

A block of which a document changed is put together of the rows of that document and of what stands in the block
before; one that did not change is linked to. What belongs here: where the rows of a block stand in the files of a
version, and writing them. What does not: which blocks there are (`standing.py`), which rows are computed
(`blocks.py`), how much of a mart each document has (`pieces.py`), and what a file of rows looks like (`export.py`).
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import partial
from itertools import accumulate, groupby
from pathlib import Path
from typing import BinaryIO, NamedTuple, Self

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from etl.warehouse import pieces, standing
from etl.warehouse.connection import n_threads
from etl.warehouse.export import write_frame, write_rows
from etl.warehouse.fingerprints import document_of
from etl.warehouse.models import Model, Project
from etl.warehouse.standing import Block

DETAILS = "exports"
_FRESH_CHARS = 250_000
"""Characters of fresh documents whose blocks one thread writes to Parquet at a time."""


class Place(NamedTuple):
    """Where a block stands in the exports of a version."""

    label: str
    fingerprint: str
    offset: int
    """In the CSV file, in bytes; 0 where it has one of its own."""
    size: int


class Before(NamedTuple):
    """The exports of an earlier version: read and linked to, never written."""

    folder: Path
    places: Mapping[str, Mapping[str, Place]]
    """By mart, then label."""

    def place(self, mart: Model, block: Block) -> Place | None:
        """Where a block stands, be it as it was."""
        return self.places[mart.name].get(block.label)

    def has(self, mart: Model, block: Block) -> bool:
        """Whether a block stands there as it is."""
        place = self.place(mart, block)
        return place is not None and place.fingerprint == block.fingerprint

    def parquet(self, mart: Model, label: str) -> Path:
        """The file of a block."""
        return parquet_file(self.folder, mart.name, label, len(self.places[mart.name]))


Fill = Callable[[list[str]], None]
"""Computes the rows of these documents, the fresh ones of some blocks."""
Another = Callable[[], duckdb.DuckDBPyConnection]
"""Gives a connection on the database where they are."""


class Writer:
    """Writes marts block by block; files of CSV are copied beside what comes next, until the end."""

    def __init__(
        self,
        con: duckdb.DuckDBPyConnection,
        project: Project,
        folder: Path,
        before: Before | None,
        *,
        is_divided: bool,
    ) -> None:
        self.con, self.folder, self.before = con, folder, before
        self.is_divided = is_divided
        """Whether each block has a file of CSV of its own."""
        self.keys = {model.name: project.unique(model) for model in project.models}
        """Columns with no value twice: what is in their order is in order of all."""
        self._copier = ThreadPoolExecutor(1)
        self._copies: list[Future[None]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._copier.shutdown(cancel_futures=kind is not None)
        if kind is None:
            for copy in self._copies:
                copy.result()

    def is_changed(self, mart: Model, blocks: Sequence[Block]) -> bool:
        """Whether it is not in the exports before as it is."""
        before = self.before
        return (
            before is None
            or len(before.places[mart.name]) != len(blocks)
            or not all(before.has(mart, block) for block in blocks)
        )

    def link(self, mart: Model) -> list[Place]:
        """Take a mart over as it stands in the exports before."""
        if self.before is None:
            raise ValueError("there are none")
        for name in (f"csv/{mart.name}.csv", f"parquet/{mart.name}.parquet", f"{DETAILS}/{mart.name}.parquet"):
            source = self.before.folder / name
            if source.is_dir():
                (self.folder / name).mkdir()
            for file in source.iterdir() if source.is_dir() else [source]:
                _link(file, self.folder / file.relative_to(self.before.folder))
        return [*self.before.places[mart.name].values()]

    def write(
        self, marts: Sequence[Model], blocks: Sequence[Block], fill: Fill, another: Another, n_chars: int
    ) -> dict[str, list[Place]]:
        """Write marts of the same blocks; give where each block of them stands.

        Args:
            marts: that changed.
            blocks: theirs.
            fill: computes the rows of some documents.
            another: gives a connection on the database where they are.
            n_chars: characters of documents whose rows are computed at a time.
        """
        changed = [b for b in blocks if not self.before or not all(self.before.has(mart, b) for mart in marts)]
        files = [_File(self, mart, blocks) for mart in marts]
        with ThreadPoolExecutor(n_threads(self.con)) as pool:
            for stretch in _stretches(changed, n_chars):
                fresh = standing.fresh(self.con, stretch)
                fill(fresh["document_id"].to_list())
                list(pool.map(lambda file, now=stretch, of=fresh: file.compute(another, now, of), files))
                self._copies += [self._copier.submit(file.append(blocks.index(stretch[-1]) + 1)) for file in files]
                jobs = [
                    partial(file.write_parquet, another, some)
                    for file in files
                    for some in _stretches(file.mine(stretch), _FRESH_CHARS)
                ]
                list(pool.map(lambda job: job(), jobs))
        self._copies += [self._copier.submit(file.append(len(blocks))) for file in files]
        for file in files:
            file.write_sizes()
        return {file.mart.name: file.places for file in files}


def _stretches(blocks: Sequence[Block], n_chars: int) -> Iterator[Sequence[Block]]:
    """Divide blocks into such whose fresh documents have so many characters together; each has at least one."""
    while blocks:
        sizes = accumulate(block.fresh_chars for block in blocks)
        n = max(1, sum(size <= n_chars for size in sizes))
        yield blocks[:n]
        blocks = blocks[n:]


class _Piece(NamedTuple):
    """So many bytes of a file, that go to the end of another."""

    target: Path
    source: Path
    first: int
    size: int


class _File:
    """A mart that is being written."""

    def __init__(self, writer: Writer, mart: Model, blocks: Sequence[Block]) -> None:
        self.mart, self.places = mart, list[Place]()
        self._writer, self._blocks = writer, blocks
        self._rows: Path | None = None
        """The fresh rows that come next; it goes when they are copied."""
        self._sizes = f"sizes_of_{mart.name}"
        """The temporary table of how much each document has."""
        self._held, self._fresh = pieces.none(), pieces.none()
        """Where the rows of documents stand in the exports before, and the fresh ones in the file of rows."""
        self._stands: dict[str, list[int]] = {}
        """The first of the fresh rows that come next and how many, by label of their block."""
        self._runs: dict[str, list[pieces.Run]] = {}
        """What blocks whose Parquet comes next are put together of."""
        self._pieces: list[_Piece] = []
        """What comes next in the CSV."""
        self._fresh_rows = f"SELECT * EXCLUDE (block_label, block_document) FROM main.fresh_{mart.name}"  # noqa: S608
        columns = writer.con.table(f"marts.{mart.name}").columns
        self._order = f'"{columns[0]}"' if columns[0] in writer.keys[mart.name] else "ALL"
        self._head = (",".join(columns) + "\n").encode()
        self._end = len(self._head)
        """Where the next byte goes in the file of CSV."""
        before = writer.before
        if before and before.places[mart.name]:
            self._held = pieces.read(_sizes_file(before.folder, mart), self._end, by_label=writer.is_divided)
        if len(blocks) != 1:
            (writer.folder / "parquet" / f"{mart.name}.parquet").mkdir()
        if writer.is_divided:
            (writer.folder / "csv" / f"{mart.name}.csv").mkdir()
        else:
            self._csv(writer.folder, "").write_bytes(self._head)

    def _csv(self, folder: Path, label: str) -> Path:
        """The file of a version that has the rows of a block."""
        file = folder / "csv" / f"{self.mart.name}.csv"
        return file / f"{label}.csv" if self._writer.is_divided else file

    def mine(self, stretch: Sequence[Block]) -> list[Block]:
        """Those of some blocks that do not stand in the exports before as they are."""
        before = self._writer.before
        return [block for block in stretch if not before or not before.has(self.mart, block)]

    def compute(self, another: Another, stretch: Sequence[Block], fresh: pl.DataFrame) -> None:
        """Put the rows of the fresh documents of some blocks in a table, and write them to a file of CSV."""
        mine = fresh.filter(pl.col("label").is_in([block.label for block in self.mine(stretch)]))
        document = document_of(str(self.mart.document))
        self._rows = self._writer.folder / "csv" / f"{self.mart.name}.{len(self.places)}.rows"
        with closing(another()) as con:
            con.execute(
                f"""
                CREATE OR REPLACE TABLE main.fresh_{self.mart.name} AS
                SELECT block_label, block_document, m.*
                FROM marts.{self.mart.name} AS m
                JOIN (SELECT unnest(?::VARCHAR[]) AS block_document, unnest(?::VARCHAR[]) AS block_label)
                    ON block_document = {document}
                ORDER BY {"ALL" if self._order == "ALL" else f"block_label, {self._order}"}
                """,  # noqa: S608 - names of our own files
                [mine["document_id"].to_list(), mine["label"].to_list()],
            )
            con.execute(f"CREATE TEMP VIEW fresh_rows AS {self._fresh_rows}")
            write_rows(con, "fresh_rows", self._rows, "rows", is_ordered=True)
            counted = con.sql(
                f"""
                SELECT block_label AS label, block_document AS document_id, count(*) AS n_rows
                FROM main.fresh_{self.mart.name}
                GROUP BY ALL
                ORDER BY ALL
                """  # noqa: S608 - names of our own files
            ).pl()
            by_block = counted.group_by("label", maintain_order=True).agg(pl.col("n_rows").sum())
            first = pl.col("n_rows").cum_sum() - pl.col("n_rows")
            self._stands = {
                label: at for label, *at in by_block.select("label", first.alias("at"), "n_rows").iter_rows()
            }
            sizes = pl.Series("size", _sizes(self._rows, counted["n_rows"].to_numpy()), pl.Int64)
            self._fresh = pieces.placed(counted.with_columns(sizes), 0)

    def write_parquet(self, another: Another, blocks: Sequence[Block]) -> None:
        """Write the rows of blocks: those that are fresh, and of the blocks before those of their other documents."""
        stands = [self._stands[block.label] for block in blocks if block.label in self._stands]
        start, end = (stands[0][0], sum(stands[-1])) if stands else (0, 0)
        query = f"FROM main.fresh_{self.mart.name} WHERE rowid >= {start} AND rowid < {end}"
        with closing(another()) as con:
            rows = con.sql(query).pl()
        for block in blocks:
            first, n_rows = self._stands.get(block.label, [start, 0])
            fresh = rows.slice(first - start, n_rows)
            if not fresh["block_document"].is_sorted():
                raise RuntimeError(f"rows of {self.mart.name} do not stand in the order of documents")
            self._write_block(block, fresh.drop("block_label", "block_document"))

    def _write_block(self, block: Block, fresh: pl.DataFrame) -> None:
        """Write the runs of a block, of fresh rows and of those of the block before."""
        before, runs = self._writer.before, self._runs.pop(block.label, [])
        sources = {True: fresh}
        if before and not all(run.is_fresh for run in runs):
            sources[False] = pl.read_parquet(before.parquet(self.mart, block.label))
        parts = [sources[run.is_fresh].slice(run.first_row, run.n_rows) for run in runs]
        target = parquet_file(self._writer.folder, self.mart.name, block.label, len(self._blocks))
        write_frame(pl.concat(parts) if parts else fresh, target)

    def append(self, n: int) -> Callable[[], None]:
        """Let the next blocks come next, until these are so many of all; link what stands as it was.

        Returns:
            What copies their CSV.
        """
        blocks, before = self._blocks[len(self.places) : n], self._writer.before
        mine = self.mine(blocks)
        held = self._held.filter(pl.col("label").is_in([block.label for block in blocks]))
        is_mine = pl.col("label").is_in([block.label for block in mine])
        gone = pl.DataFrame(
            [(block.label, name) for block in mine for name in block.gone],
            schema={"label": pl.String, "document_id": pl.String},
            orient="row",
        )
        kept = held.filter(is_mine).join(gone, on=gone.columns, how="anti")
        for run in pieces.runs(kept, self._fresh):
            self._runs.setdefault(run.label, []).append(run)
        self._note(pl.concat([held.filter(~is_mine), kept, self._fresh]))
        self._fresh = pieces.none()
        names = {block.label for block in mine}
        for block in blocks:
            if self._writer.is_divided:
                self._end = len(self._head)
            start = self._end
            place = before and before.place(self.mart, block)
            if before and place and block.label not in names:
                self._take_over(before, place)
            elif self._writer.is_divided:
                self._csv(self._writer.folder, block.label).write_bytes(self._head)
            for run in self._runs.get(block.label, []):
                source = self._rows if run.is_fresh else before and self._csv(before.folder, block.label)
                self._take(block.label, source, run.first, run.size)
            self.places.append(Place(block.label, block.fingerprint, start, self._end - start))
        taken, self._pieces = self._pieces, []
        return partial(self._copy, taken, self._rows)

    def _take_over(self, before: Before, place: Place) -> None:
        """Let a block that stands as it is come next."""
        target = parquet_file(self._writer.folder, self.mart.name, place.label, len(self._blocks))
        _link(before.parquet(self.mart, place.label), target)
        held = self._csv(before.folder, place.label)
        if self._writer.is_divided:
            _link(held, self._csv(self._writer.folder, place.label))
            self._end += place.size
        else:
            self._take(place.label, held, place.offset, place.size)

    def _take(self, label: str, source: Path | None, first: int, size: int) -> None:
        """Let so many bytes of a file come next; what stands together there, and here, is copied together."""
        if source is None:
            raise ValueError("there are none")
        self._end += size
        piece = _Piece(self._csv(self._writer.folder, label), source, first, size)
        last = self._pieces[-1] if self._pieces else None
        if last and last[:2] == piece[:2] and last.first + last.size == first:
            self._pieces[-1] = last._replace(size=last.size + size)
        else:
            self._pieces.append(piece)

    def _copy(self, taken: Sequence[_Piece], rows: Path | None) -> None:
        """Copy what comes next."""
        for target, parts in groupby(taken, key=lambda piece: piece.target):
            with target.open("r+b", buffering=0) as out:
                out.seek(0, os.SEEK_END)
                for part in parts:
                    with part.source.open("rb") as source:
                        _copy(source, part.first, part.size, out)
        if rows:
            rows.unlink(missing_ok=True)

    def write_sizes(self) -> None:
        """Write how much each document has."""
        self._note(pieces.none())  # there may be no blocks
        pieces.write(self._writer.con, self._sizes, _sizes_file(self._writer.folder, self.mart))

    def _note(self, sizes: pl.DataFrame) -> None:
        pieces.note(self._writer.con, self._sizes, sizes)


def _sizes_file(folder: Path, mart: Model) -> Path:
    return folder / DETAILS / f"{mart.name}.parquet"


_QUOTE, _NEWLINE = b'"\n'


def _sizes(rows: Path, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Bytes of so many rows of a CSV file each time."""
    data = np.fromfile(rows, np.uint8)
    is_end = data == _NEWLINE
    if np.count_nonzero(is_end) != counts.sum():  # a newline in quotes ends no row
        is_end &= (np.cumsum(data == _QUOTE, dtype=np.uint8) & 1) == 0
    ends = np.flatnonzero(is_end) + 1
    sizes: npt.NDArray[np.int64] = np.diff(ends[counts.cumsum() - 1], prepend=0)
    return sizes


def parquet_file(folder: Path, mart: str, label: str, n_blocks: int) -> Path:
    """The file of a block of a mart, of so many."""
    file = folder / "parquet" / f"{mart}.parquet"
    return file if n_blocks == 1 else file / f"{label}.parquet"


def _copy(source: BinaryIO, first: int, size: int, target: BinaryIO) -> None:
    """Write so many bytes of a file to another, where that stands; neither has a buffer of what is written."""
    while size:
        try:
            n = os.copy_file_range(source.fileno(), target.fileno(), size, first)
        except (AttributeError, OSError):  # not on every system, nor in every folder
            n = os.write(target.fileno(), os.pread(source.fileno(), min(size, 1 << 20), first))
        if not n:
            raise OSError(f"{source.name} is shorter than it was")
        first, size = first + n, size - n


def _link(source: Path, target: Path) -> None:
    """Give a file that nobody writes another name; where the file system cannot, copy it."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
