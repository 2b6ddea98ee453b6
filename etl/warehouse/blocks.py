"""The exports of a version, written from those of the version before: rows are computed of documents that changed.

    csv/events.csv                   one file; the rows of a block stand together, and in it those of a document
    parquet/events.parquet           one file, or where there are several blocks a folder:
    parquet/events.parquet/000004.parquet
    exports.json                     which block stands where, and the fingerprint of its documents
    exports/documents.parquet        the block and the fingerprints of each document
    exports/sizes.parquet            how much of the CSV file of a mart each document has

A block is a stretch of documents in the order they came, of BLOCK_CHARS characters; only the last one grows. A mart
whose rows are each of one document, or called after an event of one (`meta: {document: …}`), is written by block, in
order of all its columns within one: that is by document, for what it is ordered by first is an id that begins with
the document's. A block of which a document changed is put together of the rows of that document and of what stands in
the block before. Every other mart is written whole, as it was computed with the views (`wholes.py`).

What belongs here: which rows are computed and where they go. What does not: computing them (`slices.py`,
`gathered.py`), and what a file of rows looks like (`export.py`).
"""

import hashlib
import json
import os
import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import duckdb
import numpy as np
import polars as pl

from etl.schema.ddl import sql_literal
from etl.warehouse import export, fingerprints, gathered, slices, wholes
from etl.warehouse.connection import beside, n_threads
from etl.warehouse.export import FORMATS, write_frame, write_rows
from etl.warehouse.fingerprints import document_in, document_of
from etl.warehouse.models import Model, Project

MANIFEST = "exports.json"
DETAILS = "exports"
BLOCK_CHARS = 250_000
"""Characters of documents that a block holds: its Parquet file is written again because one of them changed."""
_GATHERED_CHARS = 2 * slices.SLICE_CHARS
"""Characters of documents whose gathered rows are computed at a time, and files of other blocks read for it."""


class Block(NamedTuple):
    """A stretch of documents."""

    label: str
    fingerprint: str
    documents: list[str]
    """In order of their names."""
    fresh: list[str]
    """Those of them whose rows are not in the block before."""
    fresh_chars: int
    gone: list[str]
    """Documents whose rows in the block before are no longer so."""


class Place(NamedTuple):
    """Where a block stands in the exports of a version."""

    label: str
    fingerprint: str
    offset: int
    """In the CSV file, in bytes."""
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
        return _parquet(self.folder, mart.name, label, len(self.places[mart.name]))


Fill = Callable[[Sequence[Block]], None]
"""Computes the rows of the fresh documents of some blocks."""
Another = Callable[[], duckdb.DuckDBPyConnection]
"""Gives a connection on the database where they are."""


def write(file: Path, project: Project, folder: Path, before: Path | None) -> None:
    """Write the exports of a published file.

    Args:
        file: the published file, with its fingerprints beside it or not; only read.
        project: the models.
        folder: where to: it gets `csv`, `parquet`, `exports` and the manifest.
        before: the folder of an earlier version, or none; its files are read and linked to, never written.
    """
    for form in (*FORMATS, DETAILS):
        (folder / form).mkdir()
    with beside(file) as con:
        names = export.marts(con)
        marts = [model for model in project.models if model.document and model.name in names]
        rules = _rules(project)
        known = _known(before, rules, marts)
        places: dict[str, list[Place]] = {}
        if marts:
            _stand(con, file, known)
            writer = _Writer(con, project, folder, known)
            own = [mart for mart in marts if mart.grain != gathered.GRAIN]
            places |= _write_own(writer, own, project)
            for mart in marts:
                if mart not in own:
                    places |= _write_gathered(writer, mart)
            for table in ("documents", "sizes"):
                target = sql_literal(str(folder / DETAILS / f"{table}.parquet"))
                con.execute(f"COPY (FROM {table} ORDER BY ALL) TO {target} (FORMAT parquet)")
        names |= wholes.kept(con, file.with_name(wholes.FILE))
        _write_whole(con, {name: table for name, table in names.items() if name not in places}, folder)
    manifest = {"rules": rules, "marts": places}
    (folder / MANIFEST).write_text(json.dumps(manifest, separators=(",", ":")), encoding="utf-8")


def _rules(project: Project) -> str:
    """A hash of what else but the documents says how a row is written."""
    writers = (
        Path(str(module)).read_text(encoding="utf-8") for module in (__file__, export.__file__, gathered.__file__)
    )
    texts = [*writers, *(model.sql for model in project.models), duckdb.__version__, pl.__version__]
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=8).hexdigest()


def _known(before: Path | None, rules: str, marts: Sequence[Model]) -> Before | None:
    """The exports of an earlier version, if the same rules wrote all of these marts there."""
    if before is None or not (before / MANIFEST).is_file():
        return None
    manifest: dict[str, Any] = json.loads((before / MANIFEST).read_text(encoding="utf-8"))
    if manifest["rules"] != rules or any(mart.name not in manifest["marts"] for mart in marts):
        return None
    places = {name: {place[0]: Place(*place) for place in found} for name, found in manifest["marts"].items()}
    return Before(before, places)


def _stand(con: duckdb.DuckDBPyConnection, file: Path, before: Before | None) -> None:
    """Make the tables that say how the documents stand, and how they stood before.

    documents, held_documents: document_id, label (of its block), n_chars, linked (its fingerprint), gathered (one of
    all events that are called after one of its events); in the order they came. sizes, held_sizes: mart, label,
    document_id, size. members: document_id, member (rowid in core.events of an event that is called after one of its
    events), member_of (its document).
    """
    try:
        fingerprints.read(con, file.parent)
    except FileNotFoundError:
        fingerprints.take(con)
    con.execute(
        f"""
        CREATE TEMP TABLE members AS
        SELECT
            {document_of("cluster_id")} AS document_id,
            e.rowid AS member,
            {document_of("e.article_id")} AS member_of,
            {fingerprints.hashed("event_id", "cluster_id", "f.linked")} AS hashed
        FROM core.events AS e
        LEFT JOIN fingerprints AS f ON f.document_id = {document_of("e.article_id")}
        WHERE cluster_id IS NOT NULL
        """  # noqa: S608 - names of this module
    )
    con.execute(
        f"""
        CREATE TEMP TABLE documents AS
        SELECT
            d.document_id,
            format('{{:06d}}', ((sum(d.n_chars) OVER (ORDER BY d.rowid) - 1) // {BLOCK_CHARS})::BIGINT) AS label,
            d.n_chars,
            f.linked,
            g.gathered
        FROM raw.documents AS d
        LEFT JOIN fingerprints AS f USING (document_id)
        LEFT JOIN (SELECT document_id, bit_xor(hashed) AS gathered FROM members GROUP BY document_id) AS g
            USING (document_id)
        ORDER BY d.rowid
        """  # noqa: S608 - a number of this module
    )
    con.execute("CREATE TEMP TABLE sizes (mart VARCHAR, label VARCHAR, document_id VARCHAR, size BIGINT)")
    for table in ("documents", "sizes"):
        source = before and f"read_parquet({sql_literal(str(before.folder / DETAILS / f'{table}.parquet'))})"
        con.execute(f"CREATE TEMP TABLE held_{table} AS FROM {source or f'{table} LIMIT 0'}")


def _blocks(con: duckdb.DuckDBPyConnection, by: str) -> list[Block]:
    """The blocks, told apart by one of the fingerprints of documents: linked, or gathered."""
    rows = con.execute(
        f"""
        SELECT
            d.label,
            hash(list(hash(d.document_id, d.{by}) ORDER BY d.rowid))::VARCHAR,
            list(d.document_id ORDER BY d.document_id),
            list(d.document_id ORDER BY d.document_id) FILTER (h.document_id IS NULL),
            sum(d.n_chars) FILTER (h.document_id IS NULL),
            any_value(g.documents)
        FROM documents AS d
        LEFT JOIN held_documents AS h
            ON h.document_id = d.document_id AND h.label = d.label AND h.{by} IS NOT DISTINCT FROM d.{by}
        LEFT JOIN (
            SELECT h.label, list(h.document_id ORDER BY h.document_id) AS documents
            FROM held_documents AS h
            ANTI JOIN documents AS d
                ON h.document_id = d.document_id AND h.label = d.label AND h.{by} IS NOT DISTINCT FROM d.{by}
            GROUP BY h.label
        ) AS g ON g.label = d.label
        GROUP BY d.label
        ORDER BY d.label
        """  # noqa: S608 - names of this module
    ).fetchall()
    return [
        Block(label, key, documents, fresh or [], n_chars or 0, gone or [])
        for label, key, documents, fresh, n_chars, gone in rows
    ]


def _write_own(writer: "_Writer", marts: Sequence[Model], project: Project) -> dict[str, list[Place]]:
    """Write marts whose rows are each of one document."""
    blocks = _blocks(writer.con, "linked")
    changed = [mart for mart in marts if writer.is_changed(mart, blocks)]
    places = {mart.name: writer.link(mart) for mart in marts if mart not in changed}
    if changed:
        behind = project.behind([mart.name for mart in changed])
        with slices.sliced(writer.con) as slicer:

            def fill(stretch: Sequence[Block]) -> None:
                slicer.fill([document for block in stretch for document in block.fresh], behind)

            places |= writer.write(changed, blocks, fill, slicer.another, slices.SLICE_CHARS)
    return places


def _write_gathered(writer: "_Writer", mart: Model) -> dict[str, list[Place]]:
    """Write a mart whose rows gather events of several documents."""
    con, blocks = writer.con, _blocks(writer.con, "gathered")
    if not writer.is_changed(mart, blocks):
        return {mart.name: writer.link(mart)}
    if not blocks:
        return writer.write([mart], blocks, lambda _: None, con.cursor, 1)
    current: list[Another] = []
    with_far = sum(block.fresh_chars for block in blocks) > _GATHERED_CHARS

    def files() -> dict[str, list[Path]]:
        """Where the rows of the events in `gathered_events` are."""
        labels = con.execute(
            "SELECT DISTINCT label FROM gathered_events JOIN documents ON document_id = member_of ORDER BY label"
        ).fetchall()
        # no rows where there are no events, but their columns
        wanted = [label for (label,) in labels] or [blocks[0].label]
        return {name: [_parquet(writer.folder, name, one, len(blocks)) for one in wanted] for name in mart.refs}

    with ExitStack() as far, ExitStack() as stack:
        if with_far:
            con.execute(_FAR_MEMBERS)
            con.execute("CREATE OR REPLACE TEMP TABLE gathered_events AS SELECT member, member_of FROM far_members")
            far.enter_context(gathered.collected(con, mart, files()))

        def fill(stretch: Sequence[Block]) -> None:
            stack.close()
            asked = [document for block in stretch for document in block.fresh]
            con.execute(
                f"""
                CREATE OR REPLACE TEMP TABLE gathered_events AS
                SELECT member, member_of
                FROM members
                SEMI JOIN (SELECT unnest(?::VARCHAR[]) AS document_id) USING (document_id)
                WHERE {f"NOT {_IS_FAR}" if with_far else "true"}
                """,  # noqa: S608 - of this module
                [asked],
            )
            if with_far:
                con.execute(
                    """
                    CREATE OR REPLACE TEMP TABLE far_events AS
                    SELECT event_id, article_id, member_of AS document_id
                    FROM far_members
                    WHERE document_id IN (SELECT unnest(?::VARCHAR[]))
                    """,
                    [asked],
                )
            current[:] = [stack.enter_context(gathered.gathering(con, [mart], files(), with_far=with_far))]

        return writer.write([mart], blocks, fill, lambda: current[0](), _GATHERED_CHARS)


_IS_FAR = "(member_of <> document_id)"
"""Of a member: told in another document than the one that its event is called after."""
_FAR_MEMBERS = f"""
    CREATE OR REPLACE TEMP TABLE far_members AS
    SELECT members.*, e.event_id, e.article_id
    FROM members
    JOIN core.events AS e ON e.rowid = members.member
    WHERE {_IS_FAR}
"""  # noqa: S608 - of this module


class _Writer:
    """Writes marts block by block."""

    def __init__(self, con: duckdb.DuckDBPyConnection, project: Project, folder: Path, before: Before | None) -> None:
        self.con, self.folder, self.before = con, folder, before
        self.keys = {model.name: project.unique(model) for model in project.models}
        """Columns with no value twice: what is in their order is in order of all."""

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
        for name in (f"csv/{mart.name}.csv", f"parquet/{mart.name}.parquet"):
            source = self.before.folder / name
            if source.is_dir():
                (self.folder / name).mkdir()
            for file in source.iterdir() if source.is_dir() else [source]:
                _link(file, self.folder / file.relative_to(self.before.folder))
        self.con.execute("INSERT INTO sizes FROM held_sizes WHERE mart = ?", [mart.name])
        return [*self.before.places[mart.name].values()]

    def write(
        self, marts: Sequence[Model], blocks: Sequence[Block], fill: Fill, another: Another, n_chars: int
    ) -> dict[str, list[Place]]:
        """Write marts of the same blocks; give where each block of them stands.

        Args:
            marts: that changed.
            blocks: theirs.
            fill: computes the rows of the fresh documents of some blocks.
            another: gives a connection on the database where they are.
            n_chars: characters of documents whose rows are computed at a time.
        """
        changed = [b for b in blocks if not self.before or not all(self.before.has(mart, b) for mart in marts)]
        with ExitStack() as stack:
            files = [stack.enter_context(_File(self, mart, blocks)) for mart in marts]
            pool = stack.enter_context(ThreadPoolExecutor(n_threads(self.con)))
            for stretch in _stretches(changed, n_chars):
                fill(stretch)
                list(pool.map(lambda file, now=stretch: file.compute(another, now), files))
                for file in files:
                    file.append(blocks.index(stretch[-1]) + 1)
                jobs = [file.write_csv for file in files]
                jobs += [
                    partial(file.write_parquet, another, some)
                    for file in files
                    for some in _stretches(file.mine(stretch), BLOCK_CHARS)
                ]
                list(pool.map(lambda job: job(), jobs))
            for file in files:
                file.append(len(blocks))
            list(pool.map(_File.write_csv, files))
            return {file.mart.name: file.places for file in files}


def _stretches(blocks: Sequence[Block], n_chars: int) -> Iterator[Sequence[Block]]:
    """Divide blocks into such whose fresh documents have so many characters together; each has at least one."""
    while blocks:
        sizes = accumulate(block.fresh_chars for block in blocks)
        n = max(1, sum(size <= n_chars for size in sizes))
        yield blocks[:n]
        blocks = blocks[n:]


class _Piece(NamedTuple):
    """So many bytes of a file."""

    source: Path
    first: int
    size: int


class _File:
    """A mart that is being written."""

    def __init__(self, writer: _Writer, mart: Model, blocks: Sequence[Block]) -> None:
        self.mart, self.places = mart, list[Place]()
        self._writer, self._blocks = writer, blocks
        self._csv = writer.folder / "csv" / f"{mart.name}.csv"
        self._rows = self._csv.with_suffix(".rows")
        self._fresh: deque[tuple[str, int]] = deque()
        """Documents whose rows stand in the file of rows, and bytes of them, in order."""
        self._n_taken = 0
        """Bytes of that file that are."""
        self._pieces: list[_Piece] = []
        """What comes next in the CSV."""
        self._fresh_rows = f"SELECT * EXCLUDE (block_label, block_document) FROM main.fresh_{mart.name}"  # noqa: S608
        self._files = ExitStack()

    def __enter__(self) -> "_File":
        con, mart, before = self._writer.con, self.mart, self._writer.before
        con.execute(f"CREATE OR REPLACE TEMP TABLE header AS FROM marts.{mart.name} LIMIT 0")
        first = con.table("header").columns[0]
        self._order = f'"{first}"' if first in self._writer.keys[mart.name] else "ALL"
        write_rows(con, "header", self._csv, "csv", is_ordered=True)
        if len(self._blocks) != 1:
            (self._writer.folder / "parquet" / f"{mart.name}.parquet").mkdir()
        self._out = self._files.enter_context(self._csv.open("r+b", buffering=0))
        self._end = self._out.seek(0, os.SEEK_END)
        self._old = before and before.folder / "csv" / self._csv.name
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()
        self._rows.unlink(missing_ok=True)

    def mine(self, stretch: Sequence[Block]) -> list[Block]:
        """Those of some blocks that do not stand in the exports before as they are."""
        before = self._writer.before
        return [block for block in stretch if not before or not before.has(self.mart, block)]

    def compute(self, another: Another, stretch: Sequence[Block]) -> None:
        """Put the fresh rows of some blocks in a table, and write them to a file of CSV."""
        mine = self.mine(stretch)
        document = document_of(str(self.mart.document))
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
                [[one for b in mine for one in b.fresh], [b.label for b in mine for _ in b.fresh]],
            )
            con.execute(f"CREATE TEMP VIEW fresh_rows AS {self._fresh_rows}")
            write_rows(con, "fresh_rows", self._rows, "rows", is_ordered=True)
            counted = con.execute(
                f"""
                SELECT block_document, count(*) FROM main.fresh_{self.mart.name}
                GROUP BY block_label, block_document ORDER BY block_label, block_document
                """  # noqa: S608 - names of our own files
            ).fetchall()
            sizes = _sizes(self._rows, [n for _, n in counted])
            self._fresh.extend((name, size) for (name, _), size in zip(counted, sizes, strict=True))
            self._n_taken = 0

    def write_parquet(self, another: Another, blocks: Sequence[Block]) -> None:
        """Write the rows of blocks: those that are fresh, and of the blocks before those of their other documents."""
        labels = [block.label for block in blocks]
        query = f"FROM main.fresh_{self.mart.name} WHERE block_label IN (SELECT unnest($1::VARCHAR[]))"
        with closing(another()) as con:
            rows = con.sql(query, params=[labels]).pl()
        for block in blocks:
            fresh = rows.filter(pl.col("block_label") == block.label)
            self._write_block(block, fresh.drop("block_label", "block_document"))

    def _write_block(self, block: Block, rows: pl.DataFrame) -> None:
        """Write fresh rows of a block, and what stands in the block before of its other documents."""
        before = self._writer.before
        if before and before.place(self.mart, block):
            old = pl.read_parquet(before.parquet(self.mart, block.label))
            is_gone = document_in(str(self.mart.document)).is_in(block.gone)
            rows = pl.concat([old.filter(~is_gone) if block.gone else old, rows])
        order = rows.columns if self._order == "ALL" else rows.columns[0]
        target = _parquet(self._writer.folder, self.mart.name, block.label, len(self._blocks))
        write_frame(rows.sort(order, nulls_last=True), target)

    def append(self, n: int) -> None:
        """Let the CSV of the next blocks come next, until these are so many of all; link what stands as it was."""
        blocks, before, con = self._blocks[len(self.places) : n], self._writer.before, self._writer.con
        mine = {block.label for block in self.mine(blocks)}
        held = self._held_sizes(mine)
        sizes: list[tuple[str, str, int]] = []
        for block in blocks:
            start = self._end
            place = before and before.place(self.mart, block)
            if before and place and block.label not in mine:
                self._take(self._old, place.offset, place.size)
                target = _parquet(self._writer.folder, self.mart.name, block.label, len(self._blocks))
                _link(before.parquet(self.mart, block.label), target)
            else:
                found = self._put_together(block, held.get(block.label, {}), place)
                sizes += [(block.label, *size) for size in found]
            self.places.append(Place(block.label, block.fingerprint, start, self._end - start))
        if self._fresh:
            raise RuntimeError(f"rows of {self.mart.name} do not stand in the order of documents")
        con.execute(
            "INSERT INTO sizes FROM held_sizes WHERE mart = ? AND label IN (SELECT unnest(?::VARCHAR[]))",
            [self.mart.name, [block.label for block in blocks if block.label not in mine]],
        )
        if sizes:
            frame = pl.DataFrame(
                sizes, schema={"label": pl.String, "document_id": pl.String, "size": pl.Int64}, orient="row"
            )
            con.register("found_sizes", frame.to_arrow())
            con.execute("INSERT INTO sizes SELECT ?, label, document_id, size FROM found_sizes", [self.mart.name])
            con.unregister("found_sizes")

    def _put_together(self, block: Block, held: Mapping[str, int], place: Place | None) -> list[tuple[str, int]]:
        """Take the rows of a block from where they stand; give its documents that have rows, and bytes of them."""
        fresh, found = set(block.fresh), list[tuple[str, int]]()
        starts = dict(zip(held, accumulate(held.values(), initial=place.offset if place else 0), strict=False))
        for name in block.documents:
            if name in fresh and self._fresh and self._fresh[0][0] == name:
                found.append(self._fresh.popleft())
                self._take(self._rows, self._n_taken, found[-1][1])
                self._n_taken += found[-1][1]
            elif name not in fresh and name in held:
                found.append((name, held[name]))
                self._take(self._old, starts[name], held[name])
        return found

    def _take(self, source: Path | None, first: int, size: int) -> None:
        """Let so many bytes of a file come next; what stands together there, and here, is copied together."""
        if source is None:
            raise ValueError("there are none")
        self._end += size
        if self._pieces and (last := self._pieces[-1]).source == source and last.first + last.size == first:
            first, size = last.first, last.size + size
            self._pieces.pop()
        self._pieces.append(_Piece(source, first, size))

    def write_csv(self) -> None:
        """Write what comes next."""
        with ExitStack() as stack:
            files = {path: stack.enter_context(path.open("rb")) for path in {piece.source for piece in self._pieces}}
            for piece in self._pieces:
                _copy(files[piece.source], piece.first, piece.size, self._out)
        self._pieces.clear()

    def _held_sizes(self, labels: Iterable[str]) -> dict[str, dict[str, int]]:
        """Bytes of the rows of documents in the CSV of the exports before, by block; documents in order."""
        found = self._writer.con.execute(
            """
            SELECT label, list(document_id ORDER BY document_id), list(size ORDER BY document_id)
            FROM held_sizes
            WHERE mart = ? AND label IN (SELECT unnest(?::VARCHAR[]))
            GROUP BY label
            """,
            [self.mart.name, sorted(labels)],
        ).fetchall()
        return {label: dict(zip(names, sizes, strict=True)) for label, names, sizes in found}


_QUOTE, _NEWLINE = b'"\n'


def _sizes(rows: Path, counts: Sequence[int]) -> list[int]:
    """Bytes of so many rows of a CSV file each time."""
    data = np.fromfile(rows, np.uint8)
    is_end = data == _NEWLINE
    if np.count_nonzero(is_end) != sum(counts):  # a newline in quotes ends no row
        is_end &= (np.cumsum(data == _QUOTE, dtype=np.uint8) & 1) == 0
    ends = np.flatnonzero(is_end) + 1
    of_documents = ends[np.cumsum(counts, dtype=np.int64) - 1] if counts else ends
    return [int(size) for size in np.diff(of_documents, prepend=0)]


def _parquet(folder: Path, mart: str, label: str, n_blocks: int) -> Path:
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


def _write_whole(con: duckdb.DuckDBPyConnection, tables: Mapping[str, str], folder: Path) -> None:
    """Write the marts whose rows are not each of one document, each computed once."""
    for name, table in tables.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE whole AS FROM {table} ORDER BY ALL")
        for form in FORMATS:
            write_rows(con, "whole", folder / form / f"{name}.{form}", form, is_ordered=True)
    con.execute("DROP TABLE IF EXISTS whole")
