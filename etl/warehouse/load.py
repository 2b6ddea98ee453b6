"""Rows into the build, idempotent and all or nothing: each function is one transaction.

What belongs here: making the declared tables, and putting frames into them. What does not: what a row is (`schema`),
bounds (`anchoring.py`), views (`models.py`).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import duckdb
import polars as pl

from etl.schema import TABLES, Row, core, ops, raw, tables
from etl.schema.ddl import ddl, schemas, sql_literal
from etl.schema.frames import polars_schema
from etl.settings import Settings, current
from etl.warehouse.connection import transaction

_BY_ARTICLE: tuple[type[Row], ...] = (
    core.ArticleAgency,
    core.Sentence,
    core.ArticleLocation,
    core.TimeExpression,
    core.Event,
)
_DIMENSIONS: tuple[tuple[type[Row], str], ...] = (
    (core.Location, "SELECT location_id FROM core.article_locations UNION SELECT location_id FROM core.events"),
    (core.Agency, "SELECT agency_id FROM core.article_agencies"),
)
"""Tables whose rows several documents share, and what still speaks of a row."""
_OF_BATCH: tuple[type[Row], ...] = (
    *(row for row in tables("core").values() if row not in (core.Story, *(shared for shared, _ in _DIMENSIONS))),
    ops.BodySketch,
)
"""Tables whose rows are those of one batch each; stories are told when all batches are in."""
Given = pl.DataFrame | list[Path]
"""Rows of a table: a frame, or Parquet files that DuckDB reads by itself."""


class WarehouseOutdatedError(RuntimeError):
    """The documents in the build were written by a version of Dateline with other columns."""


class Loaded(NamedTuple):
    """What a load of documents found."""

    n_new: int
    n_known: int


def prepare(con: duckdb.DuckDBPyConnection, settings: Settings | None = None) -> None:
    """Make what is missing of the declared tables, and put the reference data in.

    A derived table whose columns are no longer those declared is made anew, and every document is transformed again.

    Raises:
        WarehouseOutdatedError: the documents themselves have other columns.

    """
    with transaction(con):
        for schema in schemas():
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        present = _present(con)
        drifted = [row for name, row in TABLES.items() if name in present and present[name] != _names(row)]
        if any(row.table.startswith("raw.") for row in drifted):
            raise WarehouseOutdatedError(
                "this warehouse was written by another version of Dateline: read its sources into a new folder with "
                "`dateline run --warehouse DIR --input PATH`"
            )
        if drifted:
            _drop_derived(con)
            present = _present(con)
        for name, row in TABLES.items():
            if name not in present:
                for statement in ddl(row):
                    con.execute(statement)
        _load_seeds(con, settings or current())


def _present(con: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """The columns of every table of the build, by qualified name."""
    rows = con.execute(
        """
        SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_index)
        FROM duckdb_columns()
        WHERE database_name = current_database() AND NOT internal
        GROUP BY ALL
        """
    ).fetchall()
    return dict(rows)


def _names(row: type[Row]) -> list[str]:
    return list(row.model_fields)


def _drop_derived(con: duckdb.DuckDBPyConnection) -> None:
    """Drop what the documents and the claims give again, with the views on it."""
    for schema in ("marts", "intermediate", "core", "ref", "ops"):
        con.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    for schema in schemas():
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")


def _load_seeds(con: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Put the reference data of seeds/ into `ref`, where it differs from what stands there."""
    for name, row in tables("ref").items():
        frame = pl.read_csv(settings.seeds / f"{name}.csv", schema_overrides=polars_schema(row)).select(_names(row))
        before = con.sql(f"SELECT * FROM {row.table}").pl()  # noqa: S608 - declared names only
        if not before.sort(row.key).equals(frame.sort(row.key)):
            con.execute(f"DELETE FROM {row.table}")  # noqa: S608 - declared names only
            _insert(con, row, frame)


def load_documents(con: duckdb.DuckDBPyConnection, documents: pl.DataFrame) -> Loaded:
    """Add the documents that are not known.

    Args:
        con: the build.
        documents: rows of raw.documents.

    """
    n_new = _insert_new(con, raw.Document, documents)
    return Loaded(n_new, documents.height - n_new)


def known_documents(con: duckdb.DuckDBPyConnection, ids: Sequence[str]) -> set[str]:
    """Those of the ids that documents of the build have."""
    rows = con.execute(
        "SELECT document_id FROM raw.documents WHERE document_id IN (SELECT unnest(?::VARCHAR[]))", [list(ids)]
    ).fetchall()
    return {document_id for (document_id,) in rows}


def load_claims(con: duckdb.DuckDBPyConnection, claims: pl.DataFrame) -> int:
    """Add claims about captures; one that was made before in the same words is known. Give how many are new."""
    return _insert_new(con, raw.Capture, claims)


def load_rejects(con: duckdb.DuckDBPyConnection, rejects: pl.DataFrame) -> int:
    """Add what could not be taken; give how many were not refused before."""
    return _insert_new(con, ops.Reject, rejects)


def load_files(con: duckdb.DuckDBPyConnection, files: pl.DataFrame) -> None:
    """Note files whose documents, and what is claimed of them, are all loaded."""
    if files.height:
        _insert_new(con, ops.File, files)


def files_read(con: duckdb.DuckDBPyConnection) -> set[str]:
    """file_id of the files that need not be read again."""
    return {file_id for (file_id,) in con.execute("SELECT file_id FROM ops.files").fetchall()}


def documents_of(con: duckdb.DuckDBPyConnection, files: Sequence[str]) -> tuple[int, int]:
    """How many documents files gave when they were read, and how many characters."""
    query = "SELECT coalesce(sum(n_documents), 0), coalesce(sum(n_chars), 0) FROM ops.files"
    ((n, n_chars),) = con.execute(f"{query} WHERE file_id IN (SELECT unnest(?::VARCHAR[]))", [files]).fetchall()
    return int(n), int(n_chars)


def record_run(con: duckdb.DuckDBPyConnection, run: ops.Run) -> None:
    """Write down what a run did."""
    with transaction(con):
        con.execute("DELETE FROM ops.runs WHERE run_id = ?", [run.run_id])
        _insert(con, ops.Run, pl.DataFrame([run.model_dump()], schema=polars_schema(ops.Run)))


def record_checks(con: duckdb.DuckDBPyConnection, results: Sequence[ops.CheckResult]) -> None:
    """Write down what checks found, in the place of what checks of the same tables and kinds found before.

    A check that came out as before keeps its row, so that a run that changes nothing leaves the same bytes.
    """
    frame = pl.DataFrame([result.model_dump() for result in results], schema=polars_schema(ops.CheckResult))
    with transaction(con):
        con.register("found", frame.to_arrow())
        con.execute(
            """
            DELETE FROM ops.checks AS c
            WHERE (table_name, kind) IN (SELECT (table_name, kind) FROM found)
                AND NOT EXISTS (
                    FROM found AS f
                    WHERE f.check_name = c.check_name AND f.is_passed = c.is_passed AND f.severity = c.severity
                        AND f.n_failed = c.n_failed AND f.detail IS NOT DISTINCT FROM c.detail
                )
            """
        )
        con.execute("INSERT INTO ops.checks SELECT * FROM found ANTI JOIN ops.checks USING (check_name)")
        con.unregister("found")


def waiting(con: duckdb.DuckDBPyConnection, versions: Mapping[str, str], default_language: str) -> pl.DataFrame:
    """The documents whose rows are missing, or made by other rules than those of today.

    Args:
        con: the build.
        versions: of the transform, by language.
        default_language: that a document is read in where its own is none of these.

    Returns:
        row_number, n_chars, run_id (that read it), day (it was ingested on, UTC), is_known (it has rows, by other
        rules); in the order the documents came.
    """
    con.register(
        "versions", pl.DataFrame({"language": [*versions], "transform_version": [*versions.values()]}).to_arrow()
    )
    found: pl.DataFrame = con.sql(
        """
        SELECT
            d.rowid AS row_number,
            d.n_chars,
            d.run_id,
            strftime(d.ingested_at, '%Y-%m-%d') AS day,
            t.document_id IS NOT NULL AS is_known
        FROM raw.documents AS d
        LEFT JOIN versions AS own USING (language)
        LEFT JOIN versions AS fallback ON fallback.language = $default_language
        LEFT JOIN ops.transformed AS t USING (document_id)
        WHERE t.transform_version IS DISTINCT FROM coalesce(own.transform_version, fallback.transform_version)
        ORDER BY d.rowid
        """,
        params={"default_language": default_language},
    ).pl()
    con.unregister("versions")
    return found


def batches(con: duckdb.DuckDBPyConnection, found: pl.DataFrame, batch_chars: int) -> Iterator[pl.DataFrame]:
    """Read the documents that are waiting, in batches of about so many characters.

    Args:
        con: the build; between batches it may be written.
        found: from `waiting`.
        batch_chars: a batch ends with the document that reaches this.

    Yields:
        Rows of raw.documents, in the order they came.
    """
    ends = found["n_chars"].cum_sum()
    first = n_before = 0
    # each begins where the one before ends, so that those left of a run that was killed are the same again
    while first < found.height:
        after = min(int(ends.search_sorted(n_before + batch_chars, side="left")) + 1, found.height)
        batch = found[first:after]
        first, n_before = after, int(ends[after - 1])
        con.register("wanted", batch.select("row_number").to_arrow())
        yield con.sql(
            """
            SELECT * FROM raw.documents
            WHERE rowid BETWEEN $first AND $last AND rowid IN (SELECT row_number FROM wanted)
            ORDER BY rowid
            """,
            params={"first": batch["row_number"].min(), "last": batch["row_number"].max()},
        ).pl()


def load_batch(
    con: duckdb.DuckDBPyConnection, rows: Mapping[str, Given], documents: pl.DataFrame, run_id: str
) -> int:
    """Put the rows of one batch of documents, or several, in the place of those that stand there, in one transaction.

    Stories are told, and one sketch is kept of each body, when `stories.merge` has looked at all of them.

    Args:
        con: the build.
        rows: those of the tables of `core`, by qualified name, of ops.body_sketches, of ops.rejects (documents of the
            batch that gave no article, and why) and of ops.transformed.
        documents: the documents they were made of.
        run_id: the run.

    Returns:
        How many documents gave no article.
    """
    with transaction(con):
        con.register("batch", documents.select("document_id", "source_uri").to_arrow())
        con.execute(
            "DELETE FROM ops.rejects WHERE stage = 'transform' AND source_uri IN (SELECT source_uri FROM batch)"
        )
        had = _clear(con)
        con.unregister("batch")
        for row in _OF_BATCH:
            _insert(con, row, rows[row.table])
        for row, _ in _DIMENSIONS:
            given = rows[row.table]
            frame = given if isinstance(given, pl.DataFrame) else pl.read_parquet(given)
            _insert(con, row, _unique(row, frame), only_new=True)
        n_rejected = _insert(con, ops.Reject, rows[ops.Reject.table])
        if had:
            _sweep(con)
        _insert(con, ops.Transformed, rows[ops.Transformed.table], run_id=run_id)
    return n_rejected


def _clear(con: duckdb.DuckDBPyConnection) -> bool:
    """Remove the rows of the documents in `batch`; say whether there were any."""
    counted = con.execute("SELECT count(*) FROM ops.transformed SEMI JOIN batch USING (document_id)").fetchall()
    if not counted[0][0]:
        return False
    # pages that share an item with these may have lost evidence: the anchor step looks at them again
    con.execute(
        """
        UPDATE ops.anchored SET is_stale = true
        WHERE document_id IN (
            SELECT document_id FROM core.articles
            WHERE item_key IN (SELECT item_key FROM core.articles SEMI JOIN batch USING (document_id))
        )
        """
    )
    con.execute(
        """
        DELETE FROM core.anchor_evidence
        WHERE anchor_id IN (SELECT anchor_id FROM core.anchors SEMI JOIN batch USING (document_id))
        """
    )
    con.execute(
        """
        DELETE FROM ops.body_sketches
        WHERE body_sha256 IN (SELECT body_sha256 FROM core.articles SEMI JOIN batch USING (document_id))
            AND body_sha256 NOT IN (SELECT body_sha256 FROM core.articles ANTI JOIN batch USING (document_id))
        """
    )
    articles = "SELECT article_id FROM core.articles SEMI JOIN batch USING (document_id)"
    # so that the anchor step looks again at the clusters of others that are called after an event of these
    con.execute(
        f"""
        UPDATE core.events SET cluster_id = NULL
        WHERE cluster_id IN (SELECT event_id FROM core.events WHERE article_id IN ({articles}))
            AND article_id NOT IN ({articles})
        """  # noqa: S608 - declared names only
    )
    con.execute(
        f"""
        DELETE FROM core.event_participants
        WHERE event_id IN (SELECT event_id FROM core.events WHERE article_id IN ({articles}))
        """  # noqa: S608 - declared names only
    )
    for row in _BY_ARTICLE:
        con.execute(f"DELETE FROM {row.table} WHERE article_id IN ({articles})")  # noqa: S608 - declared names only
    for row in (core.Anchor, core.Furniture, core.Article, ops.Transformed):
        con.execute(
            f"DELETE FROM {row.table} WHERE document_id IN (SELECT document_id FROM batch)"  # noqa: S608 - as above
        )
    return True


def _sweep(con: duckdb.DuckDBPyConnection) -> None:
    """Remove places and agencies that nothing speaks of any more."""
    for row, speaks in _DIMENSIONS:
        key = row.key[0]
        con.execute(
            f"""
            DELETE FROM {row.table}
            WHERE {key} NOT IN (SELECT {key} FROM ({speaks}) WHERE {key} IS NOT NULL)
            """  # noqa: S608 - declared names only
        )


def _insert_new(con: duckdb.DuckDBPyConnection, row: type[Row], frame: pl.DataFrame) -> int:
    """Add the rows whose key is not there, in a transaction; give how many."""
    with transaction(con):
        return _insert(con, row, _unique(row, frame), only_new=True)


def _unique(row: type[Row], frame: pl.DataFrame) -> pl.DataFrame:
    return frame.unique(row.key, keep="first", maintain_order=True)


def _insert(
    con: duckdb.DuckDBPyConnection, row: type[Row], given: Given, *, only_new: bool = False, **constants: str
) -> int:
    """Add rows, in the columns of their names; give how many.

    Args:
        con: the build.
        row: their table.
        given: the rows.
        only_new: leave out those whose key is there; otherwise the caller knows that none is.
        constants: what stands in a column in the place of what is given.
    """
    if isinstance(given, pl.DataFrame) and given.is_empty():
        return 0
    columns = ", ".join(f"{sql_literal(constants[n])} AS {n}" if n in constants else n for n in _names(row))
    with _named(con, given) as source:
        query = f"SELECT {columns} FROM {source}"  # noqa: S608 - declared names only
        if only_new:
            query += f" ANTI JOIN {row.table} USING ({', '.join(row.key)})"
        ((n,),) = con.execute(f"INSERT INTO {row.table} BY NAME {query}").fetchall()
    return int(n)


@contextmanager
def _named(con: duckdb.DuckDBPyConnection, given: Given) -> Iterator[str]:
    """What rows are called in a query."""
    if not isinstance(given, pl.DataFrame):
        yield f"read_parquet([{', '.join(sql_literal(str(file)) for file in given)}])"
        return
    con.register("given", given.to_arrow())
    yield "given"
    con.unregister("given")
