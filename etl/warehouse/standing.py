"""How the documents of a published file stand for its exports: in which blocks, and which of them are fresh.

What belongs here: the tables that say so, of this version and of the one before, and telling blocks apart by the
fingerprints of their documents. What does not: what is written of a block (`blocks.py`), and taking fingerprints
(`fingerprints.py`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from etl.schema.ddl import sql_literal
from etl.warehouse import fingerprints
from etl.warehouse.fingerprints import document_of


class Block(NamedTuple):
    """A stretch of documents."""

    label: str
    fingerprint: str
    fresh_chars: int
    """Of the documents of it whose rows are not in the block before."""
    gone: list[str]
    """Documents whose rows in the block before are no longer so."""


_HELD = "document_id, n_chars, until, linked, gathered"
"""What is kept of `documents` for the version after."""
IS_FAR = "(member_of IS DISTINCT FROM number)"
"""Of a member: told in another document than the one that its event is called after."""


def stand(con: duckdb.DuckDBPyConnection, folder: Path, before: Path | None) -> None:
    """Make the tables that say how the documents stand, and how they stood before.

    documents, held_documents: document_id, n_chars, until (characters up to its end), linked (its fingerprint),
    gathered (one of all that `members` has of it too), and in `documents` number (rowid); in the order they came.
    members: number (of a document, in whose order they stand), member (rowid in core.events of an event that is
    called after another, one of this document), member_of (number of its own document).

    Args:
        con: uses the published file.
        folder: where its fingerprints may have been kept.
        before: what an earlier version kept of its documents, or none.
    """
    try:
        fingerprints.read(con, folder)
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
                SELECT member_of, hashed FROM members WHERE {IS_FAR}
            )
            GROUP BY number
        ) AS g ON g.number = d.rowid
        ORDER BY d.rowid
        """  # noqa: S608 - names of this module
    )
    source = before and f"read_parquet({sql_literal(str(before))})"
    nothing = f"SELECT {_HELD} FROM documents LIMIT 0"  # noqa: S608 - names of this module
    con.execute(f"CREATE TEMP TABLE held_documents AS {f'FROM {source}' if source else nothing}")


def keep(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Keep for the version after how the documents stand."""
    con.execute(f"COPY (SELECT {_HELD} FROM documents ORDER BY ALL) TO {sql_literal(str(file))} (FORMAT parquet)")  # noqa: S608


def label(n_chars: int) -> str:
    """The SQL of the block of a document, of so many characters each."""
    return f"format('{{:06d}}', (until - 1) // {n_chars})"


def blocks(con: duckdb.DuckDBPyConnection, by: str, n_chars: int) -> list[Block]:
    """The blocks, of so many characters, told apart by one of the fingerprints of documents: linked, or gathered.

    They leave the temporary table `standing`: label, document_id, number, is_fresh; in order of number.
    """
    rows = con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE standing AS
        SELECT d.label, d.document_id, d.number, h.document_id IS NULL AS is_fresh, d.{by} AS key, d.n_chars
        FROM (SELECT *, {label(n_chars)} AS label FROM documents) AS d
        LEFT JOIN (SELECT *, {label(n_chars)} AS label FROM held_documents) AS h
            ON h.document_id = d.document_id AND h.label = d.label AND h.{by} IS NOT DISTINCT FROM d.{by}
        ORDER BY d.number;

        WITH gone AS (
            SELECT {label(n_chars)} AS label, list(document_id ORDER BY document_id) AS documents
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


def fresh(con: duckdb.DuckDBPyConnection, stretch: Sequence[Block]) -> pl.DataFrame:
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
