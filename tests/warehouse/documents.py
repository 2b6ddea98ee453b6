"""A build in memory, and documents to load into it."""

import datetime as dt
import hashlib
from typing import Any

import duckdb
import polars as pl

from etl.schema.frames import polars_schema
from etl.schema.ops import Reject
from etl.schema.raw import Document
from etl.transform import pipeline
from etl.transform.tabulate import Tables
from etl.warehouse import load

NO_REJECTS = polars_schema(Reject).to_frame()


def build() -> duckdb.DuckDBPyConnection:
    """An empty build."""
    con = duckdb.connect()
    con.execute("SET GLOBAL TimeZone = 'UTC'")  # as the connection of a run does
    load.prepare(con)
    return con


def document(text: str, kind: str = "page", **values: Any) -> pl.DataFrame:
    """A row of raw.documents; `values` are put in the place of what it would hold."""
    row = {
        "document_id": hashlib.sha256(text.encode()).hexdigest()[:20],
        "source_uri": "page.txt",
        "source_kind": "text",
        "kind": kind,
        "media_type": "text/plain",
        "encoding": "utf-8",
        "content_sha256": "",
        "text": text,
        "n_chars": len(text),
        "language": "nl",
        "ingested_at": dt.datetime(2026, 2, 1, tzinfo=dt.UTC),
        "run_id": "r1",
    } | values
    return pl.DataFrame([{name: row.get(name) for name in polars_schema(Document)}], schema=polars_schema(Document))


def rows_of(documents: pl.DataFrame, version: str = "v1", rejects: pl.DataFrame = NO_REJECTS) -> Tables:
    """What a shard of the documents holds, as if rules of that version had made it."""
    marks = documents.select("document_id", transform_version=pl.lit(version), run_id=pl.lit(""))
    return pipeline.transform(documents) | {"ops.rejects": rejects, "ops.transformed": marks}


def add(con: duckdb.DuckDBPyConnection, *texts: str, kind: str = "page", version: str = "v1", **values: Any) -> None:
    """Load documents and their rows."""
    for text in texts:
        rows = document(text, kind, **values)
        load.load_documents(con, rows)
        load.load_batch(con, rows_of(rows, version), rows, "r1")
