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

What belongs here: which rows are computed, and for which mart. What does not: which blocks changed (`standing.py`),
computing rows (`slices.py`, `gathered.py`), and where they go (`block_files.py`).
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from etl.schema import TABLES, Row, core
from etl.schema.ddl import sql_literal
from etl.warehouse import block_files, export, fingerprints, gathered, pieces, slices, standing, wholes
from etl.warehouse.block_files import DETAILS, Another, Before, Place, Writer, parquet_file
from etl.warehouse.connection import beside
from etl.warehouse.export import FORMATS, write_rows
from etl.warehouse.fingerprints import document_of
from etl.warehouse.models import Model, Project
from etl.warehouse.standing import IS_FAR

MANIFEST = "exports.json"
_DOCUMENTS = "documents.parquet"
BLOCK_CHARS = 250_000
"""Characters of documents that a block holds: its Parquet file is written again because one of them changed."""
GATHERED_BLOCK_CHARS = 1_000_000
"""The same of a mart whose rows gather events: few documents change most of its blocks, and larger ones cost less."""
ONE_FILE_CHARS = 64_000_000
"""Characters of documents whose marts are one file of CSV each: some million events, as many rows as a spreadsheet
opens. Of more a run would copy gigabytes for the few rows that are other."""
_GATHERED_CHARS = 2 * slices.SLICE_CHARS
"""Characters of documents whose gathered rows are computed at a time, and files of other blocks read for it."""
_COLLECTED_CHARS = 4 * _GATHERED_CHARS
"""Characters of fresh documents above which events told elsewhere are collected first: few parts had better look at
everything themselves, for they read no columns of it but theirs."""


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
            standing.stand(con, file.parent, known and known.folder / DETAILS / _DOCUMENTS)
            own = [mart for mart in marts if mart.grain != gathered.GRAIN]
            with Writer(con, project, folder, known, is_divided=is_divided) as writer:
                places |= _write_own(writer, own, project)
                for mart in marts:
                    if mart not in own:
                        places |= _write_gathered(writer, mart)
            standing.keep(con, folder / DETAILS / _DOCUMENTS)
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
    modules = (__file__, block_files.__file__, standing.__file__, export.__file__, gathered.__file__, pieces.__file__)
    writers = (Path(str(file)).read_text(encoding="utf-8") for file in modules)
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


def _write_own(writer: Writer, marts: Sequence[Model], project: Project) -> dict[str, list[Place]]:
    """Write marts whose rows are each of one document."""
    blocks = standing.blocks(writer.con, "linked", BLOCK_CHARS)
    changed = [mart for mart in marts if writer.is_changed(mart, blocks)]
    places = {mart.name: writer.link(mart) for mart in marts if mart not in changed}
    if changed:
        behind = project.behind([mart.name for mart in changed])
        with slices.sliced(writer.con) as slicer:

            def fill(documents: list[str]) -> None:
                slicer.fill(documents, behind)

            places |= writer.write(changed, blocks, fill, slicer.another, slices.SLICE_CHARS)
    return places


def _write_gathered(writer: Writer, mart: Model) -> dict[str, list[Place]]:
    """Write a mart whose rows gather events of several documents."""
    con, blocks = writer.con, standing.blocks(writer.con, "gathered", GATHERED_BLOCK_CHARS)
    if not writer.is_changed(mart, blocks):
        return {mart.name: writer.link(mart)}
    current: list[Another] = []
    with_far = sum(block.fresh_chars for block in blocks) > _COLLECTED_CHARS
    label = standing.label(BLOCK_CHARS)
    ((first, n),) = con.execute(f"SELECT min({label}), count(DISTINCT {label}) FROM documents").fetchall()  # noqa: S608

    def files(documents: str) -> dict[str, list[Path]]:
        """Where the rows of the events are that these documents tell: the SQL of a table with their names."""
        labels = con.execute(f"SELECT DISTINCT {label} FROM documents SEMI JOIN {documents} ORDER BY ALL").fetchall()  # noqa: S608
        # no rows where there are no events, but their columns
        wanted = [found for (found,) in labels] or [first]
        return {name: [parquet_file(writer.folder, name, one, n) for one in wanted] for name in mart.refs}

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
                WHERE {f"NOT {IS_FAR}" if with_far else "true"}
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


_FAR_MEMBERS = f"""
    CREATE OR REPLACE TEMP TABLE far_members AS
    SELECT e.event_id, e.article_id, d.document_id, m.number
    FROM (FROM members WHERE {IS_FAR}) AS m
    JOIN documents AS d ON d.number = m.member_of
    JOIN core.events AS e ON e.rowid = m.member
    WHERE m.number IN (SELECT number FROM standing WHERE is_fresh)
    ORDER BY m.number
"""  # noqa: S608 - of this module
_FAR_EVENTS = "CREATE OR REPLACE TEMP TABLE far_events AS FROM far_members SEMI JOIN asked USING (number)"


def _write_whole(con: duckdb.DuckDBPyConnection, tables: Mapping[str, str], folder: Path) -> None:
    """Write the marts whose rows are not each of one document, each computed once."""
    for name, table in tables.items():
        con.execute(f"CREATE OR REPLACE TEMP TABLE whole AS FROM {table} ORDER BY ALL")
        for form in FORMATS:
            write_rows(con, "whole", folder / form / f"{name}.{form}", form, is_ordered=True)
    con.execute("DROP TABLE IF EXISTS whole")
