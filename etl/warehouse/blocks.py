"""The exports of a version, written from those of the version before: only blocks whose documents changed are new.

    csv/events.csv                   one file; the rows of a block stand together
    parquet/events.parquet           one file, or where there are several blocks a folder:
    parquet/events.parquet/000004.parquet
    exports.json                     which block stands where, and the fingerprint of its documents

A block is a stretch of documents in the order they came, of BLOCK_CHARS characters; only the last one grows. A mart
whose rows are each of one document (`meta: {document: …}`) is written by block, in order of all its columns within
one. Every other mart is written whole.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from etl.schema.ddl import sql_literal
from etl.warehouse import export, slices
from etl.warehouse.export import FORMATS, write_rows
from etl.warehouse.models import Model, Project

MANIFEST = "exports.json"
FINGERPRINTS = "fingerprints.parquet"
"""Beside the published file, as it was published: how its documents stand."""
BLOCK_CHARS = 500_000
"""Characters of documents that a block holds: what a run writes again because the last block grows."""
_SLICE_BLOCKS = slices.SLICE_CHARS // BLOCK_CHARS
"""Blocks that are computed at a time: each time the tables of all documents are read through."""


class Block(NamedTuple):
    """A stretch of documents."""

    label: str
    fingerprint: str
    documents: list[str]

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other, and from what it was before."""
        return self.label, self.fingerprint


class Place(NamedTuple):
    """Where a block stands in the exports of a version."""

    label: str
    fingerprint: str
    offset: int
    """In the CSV file, in bytes."""
    size: int


def write(file: Path, project: Project, folder: Path, before: Path | None) -> None:
    """Write the exports of a published file.

    Args:
        file: the published file, with its fingerprints beside it or not; only read.
        project: the models.
        folder: where to: it gets `csv`, `parquet` and the manifest.
        before: the folder of an earlier version, or none; its files are read and linked to, never written.
    """
    rules = _rules(project)
    known = _known(before, rules)
    for form in FORMATS:
        (folder / form).mkdir()
    with _opened(file) as con:
        places: dict[str, list[Place]] = {}
        names = export.marts(con)
        of_documents = [model for model in project.models if model.document and model.name in names]
        if of_documents:
            kept = file.with_name(FINGERPRINTS)
            if kept.is_file():
                slices.read_fingerprints(con, kept)
            else:
                slices.take_fingerprints(con)
            blocks = _blocks(con)
            keys = [block.key for block in blocks]
            changed = [mart for mart in of_documents if mart.name not in known or [*known[mart.name]] != keys]
            for mart in changed:
                _write_header(con, mart, folder)
            if changed:
                with slices.sliced(con, project.of_documents()) as slicer:
                    places = _write_documents(slicer, changed, blocks, folder, before, known)
            if before is not None:
                for mart in of_documents:
                    if mart not in changed:
                        _link_mart(before, mart, folder)
                        places[mart.name] = [*known[mart.name].values()]
        _write_whole(con, {name: mart for name, mart in names.items() if name not in places}, folder)
    manifest = {"rules": rules, "marts": places}
    (folder / MANIFEST).write_text(json.dumps(manifest, separators=(",", ":")), encoding="utf-8")


@contextmanager
def _opened(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The published file, read-only, in a database that may hold tables of its own in memory."""
    from etl.warehouse.connection import limit

    with duckdb.connect() as con:
        limit(con, file.parent)
        con.execute(f"ATTACH {sql_literal(str(file))} AS published (READ_ONLY)")
        con.execute("USE published")
        yield con
        con.execute("USE memory")


def _rules(project: Project) -> str:
    """A hash of what else but the documents says how a row is written."""
    writers = (Path(str(module)).read_text(encoding="utf-8") for module in (__file__, export.__file__))
    texts = [*writers, *(model.sql for model in project.models), duckdb.__version__]
    return hashlib.blake2b("\0".join(texts).encode(), digest_size=8).hexdigest()


def _known(before: Path | None, rules: str) -> dict[str, dict[tuple[str, str], Place]]:
    """The blocks that stand in the exports of an earlier version, if the same rules wrote them."""
    if before is None or not (before / MANIFEST).is_file():
        return {}
    manifest: dict[str, Any] = json.loads((before / MANIFEST).read_text(encoding="utf-8"))
    if manifest["rules"] != rules:
        return {}
    return {
        mart: {(place[0], place[1]): Place(*place) for place in places} for mart, places in manifest["marts"].items()
    }


def _blocks(con: duckdb.DuckDBPyConnection) -> list[Block]:
    rows = con.execute(
        f"""
        SELECT
            format('{{:06d}}', number),
            hash(list(hash(document_id, linked) ORDER BY place))::VARCHAR,
            list(document_id ORDER BY place)
        FROM (
            SELECT
                d.document_id,
                f.linked,
                d.rowid AS place,
                ((sum(d.n_chars) OVER (ORDER BY d.rowid) - 1) // {BLOCK_CHARS})::BIGINT AS number
            FROM raw.documents AS d
            LEFT JOIN fingerprints AS f USING (document_id)
        )
        GROUP BY number
        ORDER BY number
        """  # noqa: S608 - a number of this module
    ).fetchall()
    return [Block(*row) for row in rows]


def _write_documents(
    slicer: slices.Slicer,
    marts: Sequence[Model],
    blocks: Sequence[Block],
    folder: Path,
    before: Path | None,
    known: Mapping[str, Mapping[tuple[str, str], Place]],
) -> dict[str, list[Place]]:
    """Write the marts whose rows are of documents, block by block; give where each block stands."""
    places: dict[str, list[Place]] = {mart.name: [] for mart in marts}
    changed = [block for block in blocks if any(block.key not in known.get(mart.name, {}) for mart in marts)]
    fresh: set[str] = set()
    with ExitStack() as stack:
        files = {mart.name: stack.enter_context((folder / "csv" / f"{mart.name}.csv").open("ab")) for mart in marts}
        old = {
            mart: stack.enter_context((before / "csv" / f"{mart}.csv").open("rb"))
            for mart in known
            if before is not None
        }
        ((n_threads,),) = slicer.con.execute("SELECT current_setting('threads')").fetchall()
        pool = stack.enter_context(ThreadPoolExecutor(n_threads))
        for mart in marts:
            if len(blocks) != 1:
                (folder / "parquet" / f"{mart.name}.parquet").mkdir()
        for block in blocks:
            if block in changed and block.label not in fresh:
                stretch, changed = changed[:_SLICE_BLOCKS], changed[_SLICE_BLOCKS:]
                fresh = {one.label for one in stretch}
                slicer.fill([document for one in stretch for document in one.documents])
                wanted = [(one, mart) for one in stretch for mart in marts if one.key not in known.get(mart.name, {})]
                paths = [_parquet(folder, mart.name, one, len(blocks)) for one, mart in wanted]
                list(pool.map(partial(_write_block, slicer), *zip(*wanted, strict=True), paths))
            for mart in marts:
                out, parquet = files[mart.name], _parquet(folder, mart.name, block, len(blocks))
                start = out.tell()
                place = known.get(mart.name, {}).get(block.key)
                if place and before is not None:
                    source = old[mart.name]
                    source.seek(place.offset)
                    _copy(source, out, place.size)
                    _link(_parquet(before, mart.name, block, len(known[mart.name])), parquet)
                else:
                    _append(parquet.with_suffix(".rows"), out)
                places[mart.name].append(Place(*block.key, start, out.tell() - start))
    return places


def _write_header(con: duckdb.DuckDBPyConnection, mart: Model, folder: Path) -> None:
    """Begin the CSV file of a mart with the names of its columns."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE header AS FROM marts.{mart.name} LIMIT 0")
    write_rows(con, "header", folder / "csv" / f"{mart.name}.csv", "csv", is_ordered=True)


def _link_mart(before: Path, mart: Model, folder: Path) -> None:
    """Take the exports of a mart over as they are."""
    for name in (f"csv/{mart.name}.csv", f"parquet/{mart.name}.parquet"):
        source = before / name
        if source.is_dir():
            (folder / name).mkdir()
        for file in source.iterdir() if source.is_dir() else [source]:
            _link(file, folder / file.relative_to(before))


def _write_block(slicer: slices.Slicer, block: Block, mart: Model, parquet: Path) -> None:
    """Write the rows of a block to a Parquet file, and to one of CSV beside it."""
    with closing(slicer.another()) as con:
        con.execute(
            f"""
            CREATE TEMP TABLE block AS
            FROM marts.{mart.name}
            WHERE {slices.document_of(str(mart.document))} IN (SELECT unnest(?::VARCHAR[]))
            ORDER BY ALL
            """,
            [block.documents],
        )
        write_rows(con, "block", parquet.with_suffix(".rows"), "rows", is_ordered=True)
        write_rows(con, "block", parquet, "parquet", is_ordered=True)


def _append(rows: Path, out: Any) -> None:
    """Move rows to the end of a CSV file."""
    with rows.open("rb") as source:
        _copy(source, out, rows.stat().st_size)
    rows.unlink()


def _parquet(folder: Path, mart: str, block: Block, n_blocks: int) -> Path:
    file = folder / "parquet" / f"{mart}.parquet"
    return file if n_blocks == 1 else file / f"{block.label}.parquet"


def _copy(source: Any, target: Any, size: int) -> None:
    while size and (chunk := source.read(min(size, 1 << 20))):
        target.write(chunk)
        size -= len(chunk)


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
