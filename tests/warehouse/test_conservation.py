"""The check that every character of a document is an item's or furniture's, on data that breaks it."""

import datetime as dt

import duckdb
import polars as pl
import pytest

from etl.schema.frames import polars_schema
from etl.schema.raw import Document
from etl.transform import pipeline
from etl.warehouse import checks, load

TEXT = """\
zaterdag 31 januari 2026
Editie Noord
Net binnen
- Drenthe 15:44 Wolf gezien in Emmen
Meer uit Binnenland
ANP Brug bij Zwolle dicht
De brug\u00a0is dicht.
5 jaar geleden
"""


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    load.prepare(con)
    now = dt.datetime(2026, 2, 1, tzinfo=dt.UTC)
    row = {
        "document_id": "d1",
        "source_uri": "page.txt",
        "source_kind": "text",
        "kind": "page",
        "media_type": "text/plain",
        "encoding": "utf-8",
        "content_sha256": "",
        "text": TEXT,
        "n_chars": len(TEXT),
        "language": "nl",
        "ingested_at": now,
        "run_id": "r1",
    }
    documents = pl.DataFrame(
        [{name: row.get(name) for name in polars_schema(Document)}], schema=polars_schema(Document)
    )
    load.load_documents(con, documents)
    load.load_batch(con, pipeline.transform(documents), documents, "v1", "r1")
    return con


def n_failed(con: duckdb.DuckDBPyConnection) -> int:
    (check,) = (c for c in checks.declared() if c.name == "core.furniture.characters_conserved")
    (result,) = checks.run(con, [check])
    return result.n_failed


def test_a_page_is_conserved(con: duckdb.DuckDBPyConnection) -> None:
    kinds = con.execute("SELECT kind, count(*) FROM core.furniture GROUP BY ALL ORDER BY ALL").fetchall()
    assert kinds == [("boilerplate", 2), ("heading", 2), ("stamp", 1)]
    assert n_failed(con) == 0


@pytest.mark.parametrize(
    "breakage",
    [
        "DELETE FROM core.furniture WHERE kind = 'stamp'",
        "UPDATE core.furniture SET span_end = span_end + 30 WHERE kind = 'stamp'",
        "UPDATE core.articles SET item_end = item_end - 1 WHERE role <> 'brief'",
        "DELETE FROM core.articles WHERE role = 'brief'",
        "UPDATE core.articles SET stamp_start = NULL WHERE role <> 'brief'",
    ],
)
def test_what_is_lost_or_taken_twice_is_found(con: duckdb.DuckDBPyConnection, breakage: str) -> None:
    con.execute(breakage)
    assert n_failed(con) > 0


def test_a_document_read_again_replaces_its_furniture(con: duckdb.DuckDBPyConnection) -> None:
    before = con.execute("SELECT * FROM core.furniture ORDER BY ALL").fetchall()
    documents = con.sql("FROM raw.documents").pl()
    load.load_batch(con, pipeline.transform(documents), documents, "v2", "r2")
    assert con.execute("SELECT * FROM core.furniture ORDER BY ALL").fetchall() == before
