"""The exports of a version, written from those of the version before: rows are computed of documents that changed.

    csv/events.csv                   one file; the rows of a block stand together, and in it those of a document
    csv/events.csv/000004.csv        or, of more text than ONE_FILE_CHARS, a folder with a file for each block
    parquet/events.parquet           one file, or where there are several blocks a folder:
    parquet/events.parquet/000004.parquet
    exports.json                     which block stands where, and the fingerprint of its documents
    exports/documents.parquet        how far each document is into all, and its fingerprints
    exports/events.parquet           how many rows of a mart each document has, and bytes of its CSV file

A block is a stretch of documents in the order they came, of so many characters; only the last one grows. A mart
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
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing
from functools import partial
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from etl.schema import TABLES, Row, core
from etl.schema.ddl import sql_literal
from etl.warehouse import export, fingerprints, gathered, pieces, slices, wholes
from etl.warehouse.connection import beside, n_threads
from etl.warehouse.export import FORMATS, write_frame, write_rows
from etl.warehouse.fingerprints import document_of
from etl.warehouse.models import Model, Project

MANIFEST = "exports.json"
DETAILS = "exports"
BLOCK_CHARS = 250_000
"""Characters of documents that a block holds: its Parquet file is written again because one of them changed."""
GATHERED_BLOCK_CHARS = 1_000_000
"""The same of a mart whose rows gather events: few documents change most of its blocks, and larger ones cost less."""
ONE_FILE_CHARS = 64_000_000
"""Characters of documents whose marts are one file of CSV each: some million events, as many rows as a spreadsheet
opens. Of more a run would copy gigabytes for the few rows that are other."""
_FRESH_CHARS = 250_000
"""Characters of fresh documents whose blocks one thread writes to Parquet at a time."""
_GATHERED_CHARS = 2 * slices.SLICE_CHARS
"""Characters of documents whose gathered rows are computed at a time, and files of other blocks read for it."""


class Block(NamedTuple):
    """A stretch of documents."""

    label: str
    fingerprint: str
    fresh_chars: int
    """Of the documents of it whose rows are not in the block before."""
    gone: list[str]
    """Documents whose rows in the block before are no longer so."""


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
        return _parquet(self.folder, mart.name, label, len(self.places[mart.name]))


Fill = Callable[[list[str]], None]
"""Computes the rows of these documents, the fresh ones of some blocks."""
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
        is_divided = bool(marts) and _is_divided(con)
        rules = _rules(project, is_divided=is_divided)
        known = _known(before, rules, marts)
        places: dict[str, list[Place]] = {}
        if marts:
            _stand(con, file, known)
            own = [mart for mart in marts if mart.grain != gathered.GRAIN]
            with _Writer(con, project, folder, known, is_divided=is_divided) as writer:
                places |= _write_own(writer, own, project)
                for mart in marts:
                    if mart not in own:
                        places |= _write_gathered(writer, mart)
            target = sql_literal(str(folder / DETAILS / "documents.parquet"))
            con.execute(f"COPY (SELECT {_HELD} FROM documents ORDER BY ALL) TO {target} (FORMAT parquet)")  # noqa: S608
        names |= wholes.kept(con, file.with_name(wholes.FILE))
        _write_whole(con, {name: table for name, table in names.items() if name not in places}, folder)
    manifest = {"rules": rules, "marts": places}
    (folder / MANIFEST).write_text(json.dumps(manifest, separators=(",", ":")), encoding="utf-8")


def _is_divided(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether there is so much text that CSV goes by block."""
    ((n_chars,),) = con.execute("SELECT coalesce(sum(n_chars), 0) FROM raw.documents").fetchall()
    return bool(n_chars > ONE_FILE_CHARS)


def _rules(project: Project, *, is_divided: bool) -> str:
    """A hash of what else but the documents says how a row is written, and into which files."""
    writers = (
        Path(str(file)).read_text(encoding="utf-8")
        for file in (__file__, export.__file__, gathered.__file__, pieces.__file__)
    )
    texts = [*writers, *(model.sql for model in project.models), duckdb.__version__, pl.__version__, f"{is_divided}"]
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


_HELD = "document_id, n_chars, until, linked, gathered"
"""What is kept of `documents` for the version after."""


def _stand(con: duckdb.DuckDBPyConnection, file: Path, before: Before | None) -> None:
    """Make the tables that say how the documents stand, and how they stood before.

    documents, held_documents: document_id, n_chars, until (characters up to its end), linked (its fingerprint),
    gathered (one of all that `members` has of it too), and in `documents` number (rowid); in the order they came.
    members: number (of a document, in whose order they stand), member (rowid in core.events of an event that is
    called after another, one of this document), member_of (number of its own document).
    """
    try:
        fingerprints.read(con, file.parent)
    except FileNotFoundError:
        fingerprints.take(con)
    con.execute(
        f"""
        CREATE TEMP TABLE members AS
        WITH d AS (
            SELECT document_id, d.rowid AS number, linked
            FROM raw.documents AS d
            LEFT JOIN fingerprints USING (document_id)
        )

        SELECT
            d.number,
            e.rowid AS member,
            o.number AS member_of,
            {fingerprints.hashed("event_id", "cluster_id", "o.linked")} AS hashed
        FROM core.events AS e
        JOIN d AS o ON o.document_id = {document_of("e.article_id")}
        LEFT JOIN d ON d.document_id = {document_of("cluster_id")}
        WHERE cluster_id IS DISTINCT FROM event_id
        ORDER BY number
        """  # noqa: S608 - names of this module
    )
    con.execute(
        f"""
        CREATE TEMP TABLE documents AS
        SELECT
            d.document_id,
            d.rowid AS number,
            d.n_chars,
            (sum(d.n_chars) OVER (ORDER BY d.rowid))::BIGINT AS until,
            f.linked,
            hash(f.linked, g.hashed) AS gathered
        FROM raw.documents AS d
        LEFT JOIN fingerprints AS f USING (document_id)
        LEFT JOIN (
            SELECT number, bit_xor(hashed) AS hashed
            FROM (
                SELECT number, hashed FROM members
                UNION ALL
                SELECT member_of, hashed FROM members WHERE {_IS_FAR}
            )
            GROUP BY number
        ) AS g ON g.number = d.rowid
        ORDER BY d.rowid
        """  # noqa: S608 - names of this module
    )
    source = before and f"read_parquet({sql_literal(str(before.folder / DETAILS / 'documents.parquet'))})"
    nothing = f"SELECT {_HELD} FROM documents LIMIT 0"  # noqa: S608 - names of this module
    con.execute(f"CREATE TEMP TABLE held_documents AS {f'FROM {source}' if source else nothing}")


def _label(n_chars: int) -> str:
    """The SQL of the block of a document, of so many characters each."""
    return f"format('{{:06d}}', (until - 1) // {n_chars})"


def _blocks(con: duckdb.DuckDBPyConnection, by: str, n_chars: int) -> list[Block]:
    """The blocks, of so many characters, told apart by one of the fingerprints of documents: linked, or gathered.

    They leave the temporary table `standing`: label, document_id, number, is_fresh; in order of number.
    """
    rows = con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE standing AS
        SELECT d.label, d.document_id, d.number, h.document_id IS NULL AS is_fresh, d.{by} AS key, d.n_chars
        FROM (SELECT *, {_label(n_chars)} AS label FROM documents) AS d
        LEFT JOIN (SELECT *, {_label(n_chars)} AS label FROM held_documents) AS h
            ON h.document_id = d.document_id AND h.label = d.label AND h.{by} IS NOT DISTINCT FROM d.{by}
        ORDER BY d.number;

        WITH gone AS (
            SELECT {_label(n_chars)} AS label, list(document_id ORDER BY document_id) AS documents
            FROM held_documents ANTI JOIN (FROM standing WHERE NOT is_fresh) USING (document_id)
            GROUP BY label
        )

        SELECT
            s.label,
            hash(list(hash(s.document_id, s.key) ORDER BY s.number))::VARCHAR,
            coalesce(sum(s.n_chars) FILTER (s.is_fresh), 0)::BIGINT,
            coalesce(any_value(gone.documents), [])
        FROM standing AS s
        LEFT JOIN gone ON gone.label = s.label
        GROUP BY s.label
        ORDER BY s.label
        """  # noqa: S608 - names of this module
    ).fetchall()
    return [Block(*row) for row in rows]


def _fresh(con: duckdb.DuckDBPyConnection, stretch: Sequence[Block]) -> pl.DataFrame:
    """The fresh documents of some blocks, in order of these and of their names: label and document_id."""
    found: pl.DataFrame = con.sql(
        """
        SELECT label, document_id FROM standing
        WHERE is_fresh AND label IN (SELECT unnest($labels))
        ORDER BY label, document_id
        """,
        params={"labels": [block.label for block in stretch]},
    ).pl()
    return found


def _write_own(writer: "_Writer", marts: Sequence[Model], project: Project) -> dict[str, list[Place]]:
    """Write marts whose rows are each of one document."""
    blocks = _blocks(writer.con, "linked", BLOCK_CHARS)
    changed = [mart for mart in marts if writer.is_changed(mart, blocks)]
    places = {mart.name: writer.link(mart) for mart in marts if mart not in changed}
    if changed:
        behind = project.behind([mart.name for mart in changed])
        with slices.sliced(writer.con) as slicer:

            def fill(documents: list[str]) -> None:
                slicer.fill(documents, behind)

            places |= writer.write(changed, blocks, fill, slicer.another, slices.SLICE_CHARS)
    return places


def _write_gathered(writer: "_Writer", mart: Model) -> dict[str, list[Place]]:
    """Write a mart whose rows gather events of several documents."""
    con, blocks = writer.con, _blocks(writer.con, "gathered", GATHERED_BLOCK_CHARS)
    if not writer.is_changed(mart, blocks):
        return {mart.name: writer.link(mart)}
    if not blocks:
        return writer.write([mart], blocks, lambda _: None, con.cursor, 1)
    current: list[Another] = []
    with_far = sum(block.fresh_chars for block in blocks) > _GATHERED_CHARS
    label = _label(BLOCK_CHARS)
    ((first, n),) = con.execute(f"SELECT min({label}), count(DISTINCT {label}) FROM documents").fetchall()  # noqa: S608

    def files(documents: str) -> dict[str, list[Path]]:
        """Where the rows of the events are that these documents tell: the SQL of a table with their names."""
        labels = con.execute(f"SELECT DISTINCT {label} FROM documents SEMI JOIN {documents} ORDER BY ALL").fetchall()  # noqa: S608
        # no rows where there are no events, but their columns
        wanted = [label for (label,) in labels] or [first]
        return {name: [_parquet(writer.folder, name, one, n) for one in wanted] for name in mart.refs}

    with ExitStack() as far, ExitStack() as stack:
        if with_far:
            con.execute(_FAR_MEMBERS)
            far.enter_context(gathered.collected(con, mart, files("far_members USING (document_id)")))

        def fill(documents: list[str]) -> None:
            stack.close()
            _ask(con, documents)
            tables = dict.fromkeys([core.Event.table, *mart.sources])
            rows = [row for row in map(TABLES.__getitem__, tables) if row in fingerprints.BY_DOCUMENT]
            lying = {row.table: _lying(con, row) for row in rows}
            con.execute(
                f"""
                CREATE OR REPLACE TEMP TABLE gathered_events AS
                SELECT rowid AS member, number AS member_of
                FROM core.events
                JOIN (SELECT document_id, number FROM asked) AS a ON a.document_id = {document_of("article_id")}
                WHERE cluster_id = event_id AND {lying[core.Event.table]}
                UNION ALL
                SELECT member, member_of
                FROM members
                SEMI JOIN asked USING (number)
                WHERE {f"NOT {_IS_FAR}" if with_far else "true"}
                """  # noqa: S608 - of this module
            )
            if with_far:
                con.execute(_FAR_EVENTS)
            told = files("gathered_events ON documents.number = member_of")
            near = lying if with_far else {}
            current[:] = [stack.enter_context(gathered.gathering(con, [mart], told, with_far=with_far, lying=near))]

        return writer.write([mart], blocks, fill, lambda: current[0](), _GATHERED_CHARS)


def _ask(con: duckdb.DuckDBPyConnection, documents: list[str]) -> None:
    """Make asked: document_id, number (rowid of the document)."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE asked AS
        SELECT document_id, rowid AS number FROM raw.documents WHERE document_id IN (SELECT unnest(?::VARCHAR[]))
        """,
        [documents],
    )


def _lying(con: duckdb.DuckDBPyConnection, row: type[Row]) -> str:
    """The SQL of where in their table the rows of the documents in `asked` lie: anywhere, if it is not as noted."""
    noted = f"FROM temp.stretches SEMI JOIN temp.asked USING (number) WHERE name = {sql_literal(row.table)}"
    ((n, first, last),) = con.execute(
        f"SELECT coalesce(sum(n), 0)::BIGINT, coalesce(min(first), 0), coalesce(max(last), -1) {noted}"
    ).fetchall()
    lying = fingerprints.lying(noted, first, last)
    document = fingerprints.BY_DOCUMENT[row]
    ((n_found,),) = con.execute(
        f"SELECT count(*) FROM {row.table} WHERE {document} IN (SELECT document_id FROM asked) AND {lying}"  # noqa: S608
    ).fetchall()
    return lying if n_found == n else "true"


_IS_FAR = "(member_of IS DISTINCT FROM number)"
"""Of a member: told in another document than the one that its event is called after."""
_FAR_MEMBERS = f"""
    CREATE OR REPLACE TEMP TABLE far_members AS
    SELECT e.event_id, e.article_id, d.document_id, m.number
    FROM (FROM members WHERE {_IS_FAR}) AS m
    JOIN documents AS d ON d.number = m.member_of
    JOIN core.events AS e ON e.rowid = m.member
    WHERE m.number IN (SELECT number FROM standing WHERE is_fresh)
    ORDER BY m.number
"""  # noqa: S608 - of this module
_FAR_EVENTS = "CREATE OR REPLACE TEMP TABLE far_events AS FROM far_members SEMI JOIN asked USING (number)"


class _Writer:
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
                fresh = _fresh(self.con, stretch)
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

    def __init__(self, writer: _Writer, mart: Model, blocks: Sequence[Block]) -> None:
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
        target = _parquet(self._writer.folder, self.mart.name, block.label, len(self._blocks))
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
        target = _parquet(self._writer.folder, self.mart.name, place.label, len(self._blocks))
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
