"""Loading: idempotent, all or nothing, and a batch takes the place of what stands there."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from etl.engine.shards import Shards
from etl.schema import TABLES, core, ops, raw
from etl.schema.frames import polars_schema
from etl.warehouse import load, stories
from tests.warehouse.documents import rows_of

NOW = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
TEXT = "UTRECHT (ANP) - De politie heeft vrijdag in Utrecht {} mannen aangehouden, meldt RTV Utrecht."


def documents(*texts: str) -> pl.DataFrame:
    rows = [
        {
            "document_id": f"{i:020d}",
            "source_uri": f"{i}.txt",
            "source_kind": "text",
            "kind": "page",
            "media_type": "text/plain",
            "encoding": "utf-8",
            "content_sha256": "",
            "text": text,
            "n_chars": len(text),
            "language": "nl",
            "ingested_at": NOW,
            "run_id": "run",
        }
        for i, text in enumerate(texts)
    ]
    return pl.DataFrame(rows, schema=polars_schema(raw.Document))


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as con:
        con.execute("SET GLOBAL TimeZone = 'UTC'")
        load.prepare(con)
        yield con


def content(con: duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    return {name: con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for name in TABLES}


def test_preparing_again_changes_nothing(con: duckdb.DuckDBPyConnection) -> None:
    before = content(con)
    load.prepare(con)
    assert content(con) == before
    assert before["ref.event_types"]
    assert before["ref.agencies"]


def test_every_declared_column_is_there_with_its_comment(con: duckdb.DuckDBPyConnection) -> None:
    for name, row in TABLES.items():
        schema, table = name.split(".")
        found = con.execute(
            "SELECT column_name, comment FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? ORDER BY ALL",
            [schema, table],
        ).fetchall()
        assert found == sorted((c.name, c.comment) for c in row.columns())


def test_a_known_document_is_not_loaded_again(con: duckdb.DuckDBPyConnection) -> None:
    assert load.load_documents(con, documents("a", "b")) == load.Loaded(2, 0)
    assert load.load_documents(con, documents("a", "b", "c")) == load.Loaded(1, 2)
    assert con.table("raw.documents").count("*").fetchall() == [(3,)]


def test_files_give_the_rows_of_frames(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    batch = documents(TEXT.format("twee"), TEXT.format("drie"))
    load.load_documents(con, batch)
    store = Shards(str(tmp_path))
    for i, name in enumerate(("one", "two")):
        store.write(name, rows_of(batch[i : i + 1]))
    assert all(isinstance(file, Path) for files in store.rows(["one", "two"]).values() for file in files)
    found = []
    for rows in (rows_of(batch), store.rows(["one", "two"])):
        load.load_batch(con, rows, batch, "run")
        found.append(content(con))
    assert found[0] == found[1]
    assert found[0]["core.events"]
    assert found[0]["ops.body_sketches"]


def test_tables_with_rows_for_every_item_have_no_index(con: duckdb.DuckDBPyConnection) -> None:
    """DuckDB holds indexes in memory whole."""
    indexed = {
        f"{schema}.{table}"
        for schema, table in con.execute(
            "SELECT schema_name, table_name FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
        ).fetchall()
    }
    assert indexed == {name for name in TABLES if not name.startswith(("core.", "ops.body_sketches"))}


def test_a_batch_loaded_again_gives_the_same_rows(con: duckdb.DuckDBPyConnection) -> None:
    batch = documents(TEXT.format("twee"), TEXT.format("drie"))
    load.load_documents(con, batch)
    once = []
    for version in ("1", "2"):
        load.load_batch(con, rows_of(batch, version), batch, "run")
        once.append(content(con))
    assert once[0]["core.events"]
    for name in once[0]:
        if name != "ops.transformed":
            assert once[0][name] == once[1][name], name


def test_rows_of_rules_that_changed_take_the_place_of_the_old(con: duckdb.DuckDBPyConnection) -> None:
    batch = documents(TEXT.format("twee"), TEXT.format("drie"))
    load.load_documents(con, batch)
    rows = rows_of(batch)
    load.load_batch(con, rows, batch, "run")
    fewer = {name: frame.clear() if name in PARTS else frame for name, frame in rows.items()}
    load.load_batch(con, fewer, batch, "run")
    assert {name: con.table(name).count("*").fetchall()[0][0] for name in PARTS} == dict.fromkeys(PARTS, 0)
    # what nothing speaks of any more is gone too
    assert con.table("core.locations").count("*").fetchall() == [(0,)]
    stories.merge(con)
    assert con.table("core.stories").count("*").fetchall() == [(2,)]


PARTS = (
    "core.events",
    "core.event_participants",
    "core.article_locations",
    "core.time_expressions",
    "core.sentences",
)


def test_no_cluster_is_called_after_an_event_that_is_gone(con: duckdb.DuckDBPyConnection) -> None:
    given = documents(TEXT.format("twee"), TEXT.format("acht"))
    load.load_documents(con, given)
    load.load_batch(con, rows_of(given), given, "run")
    con.execute("UPDATE core.events SET cluster_id = (SELECT min(event_id) FROM core.events)")

    read_again = given.head(1)
    load.load_batch(con, rows_of(read_again), read_again, "run")
    assert con.sql("SELECT DISTINCT left(event_id, 20), cluster_id FROM core.events ORDER BY ALL").fetchall() == [
        (document, None) for document in given["document_id"]
    ]


def test_a_load_that_fails_leaves_nothing(con: duckdb.DuckDBPyConnection) -> None:
    batch = documents(TEXT.format("twee"))
    load.load_documents(con, batch)
    before = content(con)
    rows = rows_of(batch)
    rows["core.events"] = rows["core.events"].with_columns(polarity=pl.lit("MAYBE"))
    with pytest.raises(duckdb.ConstraintException):
        load.load_batch(con, rows, batch, "run")
    assert content(con) == before


def test_items_with_the_same_words_share_a_story_whatever_batch_they_come_in(con: duckdb.DuckDBPyConnection) -> None:
    batch = documents(TEXT.format("twee"), TEXT.format("twee"))
    load.load_documents(con, batch)
    for one in (batch[:1], batch[1:]):
        load.load_batch(con, rows_of(one, "1"), one, "run")
    stories.merge(con)
    assert con.sql("SELECT n_articles FROM core.stories").fetchall() == [(2,)]
    load.load_batch(con, {name: frame.clear() for name, frame in rows_of(one).items()}, one, "run")
    stories.merge(con)
    assert con.sql("SELECT n_articles FROM core.stories").fetchall() == [(1,)]


@pytest.mark.parametrize(("batch_chars", "sizes"), [(1, [1, 1, 1, 1]), (250, [3, 1]), (10_000, [4])])
def test_pending_documents_come_in_batches_and_once(
    con: duckdb.DuckDBPyConnection, batch_chars: int, sizes: list[int]
) -> None:
    load.load_documents(con, documents(*(TEXT.format(n) for n in ("een", "twee", "drie", "vier"))))
    found = []
    for batch in load.batches(con, load.waiting(con, {"nl": "1"}, "nl"), batch_chars):
        load.load_batch(con, rows_of(batch, "1"), batch, "run")
        found.append(batch.height)
    assert found == sizes
    assert load.waiting(con, {"nl": "1"}, "nl").is_empty()
    assert load.waiting(con, {"nl": "2"}, "nl")["is_known"].to_list() == [True] * 4


def test_batches_of_what_is_left_are_those_that_were(con: duckdb.DuckDBPyConnection) -> None:
    """A run that was killed leaves shards named by their documents: the next looks for the same."""
    load.load_documents(con, documents(*("x" * n for n in (7, 30, 4, 8, 50, 1, 1, 12, 9))))
    found = load.waiting(con, {"nl": "1"}, "nl")
    sizes = [batch["n_chars"].to_list() for batch in load.batches(con, found, 20)]
    assert sizes == [[7, 30], [4, 8, 50], [1, 1, 12, 9]]
    assert [batch["n_chars"].to_list() for batch in load.batches(con, found[2:], 20)] == sizes[1:]


def test_only_documents_of_the_language_whose_rules_changed_wait(con: duckdb.DuckDBPyConnection) -> None:
    languages = ["nl", "en", "xx", None]
    batch = documents(*(TEXT.format(n) for n in ("een", "twee", "drie", "vier"))).with_columns(
        language=pl.Series(languages, dtype=pl.String)
    )
    load.load_documents(con, batch.with_columns(pl.col("language").fill_null("yy")))
    versions = {"nl": "1", "en": "1"}
    load.load_batch(con, rows_of(batch, "1"), batch, "run")

    def waiting(**changed: str) -> list[int]:
        return load.waiting(con, versions | changed, "nl")["row_number"].to_list()

    assert waiting() == []
    assert waiting(en="2") == [1]
    # a language without data is read as the default one
    assert waiting(nl="2") == [0, 2, 3]


def test_a_reject_of_the_transform_goes_when_the_document_is_read_again(con: duckdb.DuckDBPyConnection) -> None:
    batch = documents(TEXT.format("twee"))
    load.load_documents(con, batch)
    reject = pl.DataFrame(
        [
            {
                "reject_id": "1",
                "source_uri": "0.txt",
                "stage": "transform",
                "reason": "no_item",
                "detail": "x",
                "rejected_at": NOW,
            }
        ],
        schema=polars_schema(ops.Reject),
    )
    rows = rows_of(batch, rejects=reject)
    nothing = {name: frame.clear() if name.startswith("core.") else frame for name, frame in rows.items()}
    load.load_batch(con, nothing, batch, "run")
    assert con.table("ops.rejects").count("*").fetchall() == [(1,)]
    load.load_batch(con, rows_of(batch, "2"), batch, "run")
    assert con.table("ops.rejects").count("*").fetchall() == [(0,)]


def test_derived_tables_of_another_version_are_made_anew(con: duckdb.DuckDBPyConnection) -> None:
    batch = documents(TEXT.format("twee"))
    load.load_documents(con, batch)
    load.load_batch(con, rows_of(batch, "1"), batch, "run")
    con.execute("ALTER TABLE core.events DROP COLUMN time_edtf")
    load.prepare(con)
    assert con.table("core.events").columns == [c.name for c in core.Event.columns()]
    assert load.waiting(con, {"nl": "1"}, "nl").height == 1
    assert con.table("raw.documents").count("*").fetchall() == [(1,)]


def test_documents_of_another_version_are_not_thrown_away(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("ALTER TABLE raw.documents DROP COLUMN encoding")
    with pytest.raises(load.WarehouseOutdatedError, match="read its sources into a new folder"):
        load.prepare(con)


def test_a_check_that_comes_out_as_before_keeps_its_row(con: duckdb.DuckDBPyConnection) -> None:
    def result(name: str, n_failed: int, hour: int) -> ops.CheckResult:
        return ops.CheckResult(
            check_name=name,
            table_name="t",
            kind="unique",
            is_passed=not n_failed,
            severity="error",
            n_failed=n_failed,
            detail=None,
            since_at=NOW.replace(hour=hour),
        )

    load.record_checks(con, [result("a", 0, 1), result("b", 0, 1), result("c", 0, 1)])
    load.record_checks(con, [result("a", 0, 2), result("b", 3, 2)])
    rows = con.sql("SELECT check_name, n_failed, hour(since_at) FROM ops.checks ORDER BY ALL").fetchall()
    assert rows == [("a", 0, 1), ("b", 3, 2)]
