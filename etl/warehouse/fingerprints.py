"""How documents stand: the fingerprint of each, by which what changed is found, and where its rows lie.

What changed is found by content: the fingerprint of a document is a hash of its rows, and costs a scan without the
text. The same scan notes between which rowids the rows of each document lie, so that slices read no others. Symbols
are scanned when the transform is done, bounds when the anchor step is: together everything is read once.

    stretches      name (of a table), number (rowid of a document, in whose order those of a table stand), first, last
                   (rowid), n (rows of the document between them): several where they do not stand together
    links          document_id, from_id: another document that a bound of this one is reckoned from
    fingerprints   document_id; symbols, of what the text says, which hangs on no clock; own, of all its rows, but for
                   the clusters of its events, which others may move; linked, of these and of the documents that its
                   bounds rest on

All are temporary tables of the connection that took them, but that stretches are a view of a table for each name:
they are millions, and of each table they are made, put in order and made anew by themselves.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from etl.schema import TABLES, Row, core, ops, raw
from etl.schema.ddl import sql_literal

if TYPE_CHECKING:
    import duckdb

KEYS = ("document_id", "article_id", "event_id", "anchor_id")
"""Columns that lead to the document: each of these ids begins with the document's."""
_NOT_OF_DOCUMENTS = (core.Story, core.Agency, core.Location)


def document_of(column: str) -> str:
    """The SQL of the document that an id belongs to."""
    return column if column.endswith("document_id") else f"split_part({column}, '-', 1)"


def _by_document() -> dict[type[Row], str]:
    """The SQL of its document, by table whose every row belongs to one."""
    found = {}
    for row in TABLES.values():
        key = next((name for name in KEYS if name in row.model_fields), None)
        if key and row not in _NOT_OF_DOCUMENTS:
            found[row] = document_of(key)
    return found


BY_DOCUMENT = _by_document()
LEFT_OUT = {"text", "body", "cluster_id"}
"""Columns that no fingerprint has: a text has its hash, and so its spans, and a cluster is no document's own."""
_HASHED = tuple(row for row in BY_DOCUMENT if row.table.startswith("core.") or row is raw.Document)
"""The tables that say how a document stands; the others say how it came to that."""
_BOUNDED = tuple(row for row in _HASHED if any(column.filled_by == "anchor" for column in row.columns()))
_ANCHORED: tuple[type[Row], ...] = (*_BOUNDED, core.AnchorEvidence, ops.Anchored, ops.Conflict)
"""The tables that the anchor step writes."""
_TABLES = ("links", "fingerprints")
_PIECE = 256
"""Rows of a table that are looked at by themselves: within each the rows of a document make one stretch."""
_AT_ONCE = 4096 * _PIECE
"""Rows that are looked at together: their stretches are held in memory."""
_CROSSES = f"{document_of('anchor_id')} <> {document_of('from_anchor_id')}"
"""Of a piece of evidence: its bound is reckoned from a clock of another document."""
_STRETCHES = "number, first, last, n"


def take(con: "duckdb.DuckDBPyConnection") -> None:
    """Take everything."""
    take_symbols(con)
    take_bounds(con)


def take_symbols(con: "duckdb.DuckDBPyConnection") -> None:
    """Take what hangs on no clock: `fingerprints` has no other columns yet."""
    _scan(con, BY_DOCUMENT, "load")
    _link(con)
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE fingerprints AS
        WITH taken AS (SELECT number, bit_xor(hashed) AS symbols FROM stretches GROUP BY number)

        SELECT d.document_id, t.symbols FROM raw.documents AS d JOIN taken AS t ON t.number = d.rowid
        """
    )


def take_bounds(con: "duckdb.DuckDBPyConnection") -> None:
    """Take what the anchor step has written since the symbols were taken."""
    _scan(con, _ANCHORED, "anchor")
    names = ", ".join(sql_literal(row.table) for row in _ANCHORED)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE own_fingerprints AS
        WITH taken AS (
            SELECT number, bit_xor(hashed) AS bounds FROM stretches WHERE name IN ({names}) GROUP BY number
        )

        SELECT document_id, f.symbols, hash(f.symbols, t.bounds) AS own
        FROM fingerprints AS f
        JOIN raw.documents AS d USING (document_id)
        LEFT JOIN taken AS t ON t.number = d.rowid
        """  # noqa: S608 - declared names only
    )
    con.execute(_LINKED)
    con.execute("DROP TABLE own_fingerprints")
    _link(con)


def locate(con: "duckdb.DuckDBPyConnection") -> None:
    """Note only where the rows lie, and the links."""
    _scan(con, BY_DOCUMENT, None)
    _link(con)


def is_located(con: "duckdb.DuckDBPyConnection") -> bool:
    """Whether that is noted."""
    return _is_there(con, "links")


def lying(noted: str, first: int, last: int) -> str:
    """The SQL of whether a row lies where that of some documents is noted to lie.

    Args:
        noted: the rest of a select from stretches of one table, from its FROM on.
        first: the least rowid of them; none of a group of rows that lies before it is looked at.
        last: the greatest, likewise.
    """
    return f"rowid IN (SELECT unnest(range(first, last + 1)) {noted}) AND rowid BETWEEN {first} AND {last}"


def forget(con: "duckdb.DuckDBPyConnection") -> None:
    """Drop everything: rows have changed."""
    con.execute("DROP VIEW IF EXISTS temp.stretches")
    for table in (*_TABLES, *map(_stretches_of, BY_DOCUMENT)):
        con.execute(f"DROP TABLE IF EXISTS temp.{table}")


def keep(con: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    """Write everything that `take` makes to Parquet files of a folder, where it has been taken."""
    if _is_there(con, "fingerprints"):
        kept = {table: f"FROM temp.{table}" for table in _TABLES}
        kept["stretches"] = f"SELECT name, {_STRETCHES} FROM temp.stretches"  # noqa: S608 - of this module
        for table, query in kept.items():
            con.execute(f"COPY ({query}) TO {sql_literal(str(_file(folder, table)))} (FORMAT parquet)")


def read(con: "duckdb.DuckDBPyConnection", folder: Path) -> None:
    """Put what was kept into the temporary tables: of a database that is the same, row by row.

    Raises:
        FileNotFoundError: nothing was kept.
    """
    for table in _TABLES:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {_kept(folder, table)}")
    stretches = _kept(folder, "stretches")
    for row in BY_DOCUMENT:
        query = f"SELECT {_STRETCHES} FROM {stretches} WHERE name = {sql_literal(row.table)}"  # noqa: S608 - as above
        con.execute(f"CREATE OR REPLACE TEMP TABLE {_stretches_of(row)} AS {query}")
    _show(con)


def _kept(folder: Path, table: str) -> str:
    """The SQL of a table that was kept."""
    if not (file := _file(folder, table)).is_file():
        raise FileNotFoundError(file)
    return f"read_parquet({sql_literal(str(file))})"


def _file(folder: Path, table: str) -> Path:
    return folder / f"{table}.parquet"


def _is_there(con: "duckdb.DuckDBPyConnection", table: str) -> bool:
    return bool(con.execute("FROM duckdb_tables() WHERE temporary AND table_name = ?", [table]).fetchall())


def _scan(con: "duckdb.DuckDBPyConnection", rows: Iterable[type[Row]], filled_by: str | None) -> None:
    """Make `stretches` of these tables, with a hash of the columns that a step fills; none: with no hash."""
    for row in rows:
        con.execute(
            """
            CREATE OR REPLACE TEMP TABLE scanned
                (document_id VARCHAR, first BIGINT, last BIGINT, n BIGINT, hashed UBIGINT)
            """
        )
        ((last,),) = con.execute(f"SELECT max(rowid) FROM {row.table}").fetchall()  # noqa: S608 - declared names only
        for first in range(0, -1 if last is None else last + 1, _AT_ONCE):
            con.execute(
                f"""
                INSERT INTO scanned
                SELECT
                    {BY_DOCUMENT[row]} AS document_id, min(rowid), max(rowid), count(*),
                    bit_xor({_hashed(row, filled_by)})
                FROM {row.table}
                WHERE rowid BETWEEN {first} AND {first + _AT_ONCE - 1}
                GROUP BY document_id, rowid // {_PIECE}
                """  # noqa: S608 - as above
            )
        con.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE {_stretches_of(row)} AS
            SELECT d.rowid AS number, s.first, s.last, s.n, s.hashed
            FROM scanned AS s
            JOIN raw.documents AS d USING (document_id)
            ORDER BY number
            """  # noqa: S608 - as above
        )
    con.execute("DROP TABLE scanned")
    _show(con)


def _stretches_of(row: type[Row]) -> str:
    return f"stretches_of_{row.table.replace('.', '_')}"


def _show(con: "duckdb.DuckDBPyConnection") -> None:
    """Make the view of all stretches."""
    each = (f"SELECT {sql_literal(row.table)} AS name, * FROM temp.{_stretches_of(row)}" for row in BY_DOCUMENT)  # noqa: S608
    con.execute(f"CREATE OR REPLACE TEMP VIEW stretches AS {' UNION ALL '.join(each)}")


def _hashed(row: type[Row], filled_by: str | None) -> str:
    """A hash of the key and of what a step fills."""
    step = "anchor" if row is core.AnchorEvidence else filled_by  # which writes the whole of it
    if filled_by is None or row not in _HASHED or step != filled_by:
        return "0::UBIGINT"
    names = [
        c.name
        for c in row.columns()
        if c.name not in LEFT_OUT and (c.filled_by == filled_by or c.name in row.key or row is core.AnchorEvidence)
    ]
    return hashed(sql_literal(row.table), *names)


def hashed(*columns: str) -> str:
    """The SQL of a hash of columns that may be put together with others by bit_xor.

    DuckDB's hash of several columns is a sum without carry of those of each: the same change of the last column of
    two rows would take itself away.
    """
    return f"hash(hash({', '.join(columns)}))"


def _link(con: "duckdb.DuckDBPyConnection") -> None:
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE links AS
        SELECT DISTINCT {document_of("anchor_id")} AS document_id, {document_of("from_anchor_id")} AS from_id
        FROM core.anchor_evidence
        WHERE {_CROSSES}
        """  # noqa: S608 - declared names only
    )


_LINKED = f"""
    CREATE OR REPLACE TEMP TABLE fingerprints AS
    WITH RECURSIVE crossings AS (
        SELECT {document_of("anchor_id")} AS document_id, from_anchor_id, side
        FROM core.anchor_evidence
        WHERE {_CROSSES}
    ),

    -- most evidence is of the document itself, and reached from no other: it is not held
    edges AS MATERIALIZED (
        SELECT anchor_id, from_anchor_id, side
        FROM core.anchor_evidence
        WHERE from_anchor_id IS NOT NULL
            AND {document_of("anchor_id")} IN (SELECT {document_of("from_anchor_id")} FROM crossings)
    ),

    steps AS (
        FROM crossings

        UNION

        SELECT steps.document_id, edges.from_anchor_id, edges.side
        FROM steps
        JOIN edges ON edges.anchor_id = steps.from_anchor_id AND edges.side = steps.side
    ),

    reached AS (
        SELECT DISTINCT document_id, {document_of("from_anchor_id")} AS from_id FROM steps
    ),

    others AS (
        SELECT r.document_id, bit_xor({hashed("r.from_id", "o.own")}) AS linked
        FROM reached AS r
        JOIN own_fingerprints AS o ON o.document_id = r.from_id
        WHERE r.document_id <> r.from_id
        GROUP BY r.document_id
    )

    SELECT o.document_id, o.symbols, o.own, hash(o.own, l.linked) AS linked
    FROM own_fingerprints AS o
    LEFT JOIN others AS l USING (document_id)
"""  # noqa: S608 - declared names only
