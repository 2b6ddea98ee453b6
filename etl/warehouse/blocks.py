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
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from etl.schema.ddl import sql_literal
from etl.warehouse import export, slices
from etl.warehouse.export import FORMATS, write_rows
from etl.warehouse.models import Model, Project

MANIFEST = "exports.json"
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
        file: the published file; only read.
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
            slices.take_fingerprints(con)
            blocks = _blocks(con)
            with slices.sliced(con, project.of_documents()) as slicer:
                places = _write_documents(slicer, of_documents, blocks, folder, before, known)
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
    with ExitStack() as stack:
        files = {mart.name: stack.enter_context((folder / "csv" / f"{mart.name}.csv").open("wb")) for mart in marts}
        old = {
            mart: stack.enter_context((before / "csv" / f"{mart}.csv").open("rb"))
            for mart in known
            if before is not None
        }
        slicer.fill([])
        for mart in marts:
            header = folder / "header"
            write_rows(slicer.con, f"marts.{mart.name}", header, "csv")
            files[mart.name].write(header.read_bytes())
            header.unlink()
            if len(blocks) != 1:
                (folder / "parquet" / f"{mart.name}.parquet").mkdir()
        for first in range(0, len(blocks), _SLICE_BLOCKS):
            stretch = blocks[first : first + _SLICE_BLOCKS]
            changed = [b for b in stretch if any(b.key not in known.get(m.name, {}) for m in marts)]
            if changed:
                slicer.fill([document for block in changed for document in block.documents])
            for block in stretch:
                if block in changed:
                    slicer.ask(block.documents)
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
                        _write_block(slicer, mart, out, parquet)
                    places[mart.name].append(Place(*block.key, start, out.tell() - start))
    return places


def _write_block(slicer: slices.Slicer, mart: Model, out: Any, parquet: Path) -> None:
    """Write the rows of the documents asked for, to the end of a CSV file and to a Parquet file."""
    slicer.con.execute(
        f"""
        CREATE OR REPLACE TABLE main.block AS
        FROM marts.{mart.name}
        WHERE {slices.document_of(str(mart.document))} IN (SELECT document_id FROM main.asked)
        """  # noqa: S608 - names of our own files
    )
    rows = parquet.with_suffix(".rows")
    write_rows(slicer.con, "main.block", rows, "rows")
    with rows.open("rb") as source:
        _copy(source, out, rows.stat().st_size)
    rows.unlink()
    write_rows(slicer.con, "main.block", parquet, "parquet")


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
        con.execute(f"CREATE OR REPLACE TEMP TABLE whole AS FROM {table}")
        for form in FORMATS:
            write_rows(con, "whole", folder / form / f"{name}.{form}", form)
    con.execute("DROP TABLE IF EXISTS whole")
