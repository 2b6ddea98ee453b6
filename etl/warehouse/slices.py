"""Slices: small databases in memory, each with the rows of some documents and every model on them.

What a run does after the anchor step must not grow with what did not change. So its checks look at the documents
that changed since they held, its exports write the blocks whose documents changed, and both see these through slices:
the same tables, and the models of `sql/` as tables, each made once. Memory is that of a slice, however large the
build is.

A slice holds whole documents: those asked for, and those that a bound of theirs rests on. Its models give the rows of
the documents asked for as they are on the whole build, but for those that count or gather over all documents. What
changed is found by content: the fingerprint of a document is a hash of its rows, and costs a scan without the text.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from etl.schema import TABLES, Row, core, ops, raw
from etl.schema.ddl import sql_literal, sql_type
from etl.warehouse import models

SLICE_CHARS = 4_000_000
"""Characters of the documents asked for that a slice holds, and no more documents."""
_KEYS = ("document_id", "article_id", "event_id", "anchor_id")
"""Columns that lead to the document: each of these ids begins with the document's."""
_NOT_OF_DOCUMENTS = (core.Story, core.Agency, core.Location)


def document_of(column: str) -> str:
    """The SQL of the document that an id belongs to."""
    return column if column.endswith("document_id") else f"split_part({column}, '-', 1)"


def _by_document() -> dict[type[Row], str]:
    """The SQL of its document, by table whose every row belongs to one."""
    found = {}
    for row in TABLES.values():
        key = next((name for name in _KEYS if name in row.model_fields), None)
        if key and row not in _NOT_OF_DOCUMENTS:
            found[row] = document_of(key)
    return found


BY_DOCUMENT = _by_document()


def take_fingerprints(con: duckdb.DuckDBPyConnection) -> None:
    """Put a fingerprint of every document into the temporary table `fingerprints`.

    Its columns: document_id; symbols, of what the text says, which hangs on no clock; own, of all its rows, but for
    the clusters of its events, which others may move; linked, of these and of the documents that its bounds rest on.
    """
    rows = " UNION ALL ".join(
        f"""
        SELECT {document} AS document_id, {_symbols(row)} AS symbols, hash({_hashed(row)}) AS own
        FROM {row.table}
        """  # noqa: S608 - declared names only
        for row, document in BY_DOCUMENT.items()
        if row.table.startswith("core.") or row is raw.Document
    )
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE own_fingerprints AS
        SELECT document_id, bit_xor(symbols) AS symbols, bit_xor(own) AS own FROM ({rows}) GROUP BY document_id
        """  # noqa: S608 - declared names only
    )
    con.execute(_LINKED)
    con.execute("DROP TABLE own_fingerprints")


def keep_fingerprints(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Write the fingerprints to a Parquet file, where they have been taken."""
    if not con.execute("FROM duckdb_tables() WHERE temporary AND table_name = 'fingerprints'").fetchall():
        return
    con.execute(f"COPY (FROM fingerprints ORDER BY document_id) TO {sql_literal(str(file))} (FORMAT parquet)")


def read_fingerprints(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Put fingerprints that were kept into the temporary table."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE fingerprints AS FROM read_parquet({sql_literal(str(file))})")


def _hashed(row: type[Row], *filled_by: str) -> str:
    """The columns that say what a row is; a long text has its hash, and a cluster is no document's own."""
    left_out = {"text", "cluster_id"}
    names = [c.name for c in row.columns() if c.name not in left_out and c.filled_by in (filled_by or _STEPS)]
    return ", ".join([f"'{row.table}'", *names])


_STEPS = ("load", "anchor")


def _symbols(row: type[Row]) -> str:
    return "0::UBIGINT" if row is core.AnchorEvidence else f"hash({_hashed(row, 'load')})"


_LINKED = f"""
    CREATE OR REPLACE TEMP TABLE fingerprints AS
    WITH RECURSIVE steps AS (
        SELECT DISTINCT {document_of("anchor_id")} AS document_id, from_anchor_id, side
        FROM core.anchor_evidence
        WHERE from_anchor_id IS NOT NULL

        UNION

        SELECT steps.document_id, e.from_anchor_id, e.side
        FROM steps
        JOIN core.anchor_evidence AS e ON e.anchor_id = steps.from_anchor_id AND e.side = steps.side
        WHERE e.from_anchor_id IS NOT NULL
    ),

    reached AS (
        SELECT DISTINCT document_id, {document_of("from_anchor_id")} AS from_id FROM steps
    ),

    links AS (
        SELECT r.document_id, bit_xor(hash(r.from_id, o.own)) AS linked
        FROM reached AS r
        JOIN own_fingerprints AS o ON o.document_id = r.from_id
        WHERE r.document_id <> r.from_id
        GROUP BY r.document_id
    )

    SELECT o.document_id, o.symbols, o.own, hash(o.own, l.linked) AS linked
    FROM own_fingerprints AS o
    LEFT JOIN links AS l USING (document_id)
"""  # noqa: S608 - declared names only


@contextmanager
def sliced(con: duckdb.DuckDBPyConnection, project: models.Project) -> Iterator["Slicer"]:
    """Open an empty database in memory beside another; what is in it goes with it."""
    ((name,),) = con.execute("SELECT current_database()").fetchall()
    cursor = con.cursor()
    cursor.execute("ATTACH ':memory:' AS slice")
    _use_slice(cursor)
    try:
        yield Slicer(cursor, str(name), project)
    finally:
        cursor.execute(f'USE "{name}"')
        cursor.execute("DETACH slice")
        cursor.close()


def _use_slice(cursor: duckdb.DuckDBPyConnection) -> None:
    cursor.execute("SET TimeZone = 'UTC'")
    cursor.execute("USE slice")


class Slicer:
    """Makes one slice after the other in the same database."""

    def __init__(self, con: duckdb.DuckDBPyConnection, whole: str, project: models.Project) -> None:
        """Make its tables.

        Args:
            con: a connection that uses the slice's database.
            whole: the database that is sliced.
            project: the models.
        """
        self.con = con
        """A slice is read through this: its names are those of the whole."""
        self._whole, self._project = whole, project
        for schema in ("raw", "core", "ref", "ops", *dict.fromkeys(model.schema for model in project.models)):
            con.execute(f"CREATE SCHEMA {schema}")
        present = {
            f"{schema}.{table}"
            for schema, table in con.execute(
                "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ?", [whole]
            ).fetchall()
        }
        for row in TABLES.values():
            if row.table.startswith("ref.") or row in (ops.CheckResult, ops.Run):
                con.execute(f'CREATE TABLE {row.table} AS FROM "{whole}".{row.table}')
            else:
                columns = ", ".join(f"{c.name} {sql_type(c)}" for c in row.columns())
                con.execute(f"CREATE TABLE {row.table} ({columns})")
        self._rows = {row: key for row, key in BY_DOCUMENT.items() if row.table in present}

    def another(self) -> duckdb.DuckDBPyConnection:
        """Another connection to the slice, for another thread; whoever asks closes it."""
        cursor = self.con.cursor()
        _use_slice(cursor)
        return cursor

    def _ask(self, documents: list[str]) -> None:
        """Name documents in `main.asked`."""
        self.con.execute(
            "CREATE OR REPLACE TABLE main.asked AS SELECT unnest(?::VARCHAR[]) AS document_id", [documents]
        )

    def groups(self, documents: list[str]) -> Iterator[list[str]]:
        """Divide documents into such as make a slice each."""
        self._ask(documents)
        rows = self.con.execute(
            f"""
            SELECT list(document_id ORDER BY place)
            FROM (
                SELECT
                    d.document_id,
                    d.rowid AS place,
                    (sum(d.n_chars) OVER (ORDER BY d.rowid) - 1) // {SLICE_CHARS} AS slice
                FROM "{self._whole}".raw.documents AS d
                SEMI JOIN main.asked USING (document_id)
            )
            GROUP BY slice
            ORDER BY slice
            """  # noqa: S608 - names of this module
        ).fetchall()
        return (list(group) for (group,) in rows)

    def fill(self, documents: list[str]) -> None:
        """Put the rows of documents, and of those they hang on, in the place of what the slice holds."""
        self._reach(documents)
        for row, document in self._rows.items():
            self.con.execute(f"DELETE FROM {row.table}")  # noqa: S608 - declared names only
            self.con.execute(
                f"""
                INSERT INTO {row.table} BY NAME FROM "{self._whole}".{row.table}
                WHERE {document} IN (SELECT document_id FROM main.documents)
                """  # noqa: S608 - as above
            )
        for row, speaks in _SPEAKS.items():
            self.con.execute(f"DELETE FROM {row.table}")  # noqa: S608 - as above
            self.con.execute(
                f"""
                INSERT INTO {row.table} BY NAME FROM "{self._whole}".{row.table} WHERE {speaks}
                """
            )
        models.make_tables(self.con, self._project)

    def _reach(self, documents: list[str]) -> None:
        whole = f'"{self._whole}".core'
        self._ask(documents)
        self.con.execute(
            f"""
            CREATE OR REPLACE TABLE main.documents AS
            WITH RECURSIVE reached AS (
                SELECT document_id FROM main.asked
                UNION
                SELECT {document_of("e.from_anchor_id")}
                FROM reached
                JOIN {whole}.anchor_evidence AS e ON {document_of("e.anchor_id")} = reached.document_id
                WHERE e.from_anchor_id IS NOT NULL
            )

            FROM reached
            """  # noqa: S608 - names of this module
        )


_SPEAKS: dict[type[Row], str] = {
    core.Story: "story_id IN (SELECT story_id FROM core.articles)",
    core.Location: (
        "location_id IN (SELECT location_id FROM core.article_locations UNION SELECT location_id FROM core.events)"
    ),
    core.Agency: "agency_id IN (SELECT agency_id FROM core.article_agencies)",
    ops.Reject: "source_uri IN (SELECT source_uri FROM raw.documents)",
}
"""Which rows of the tables that are no document's a slice needs."""
