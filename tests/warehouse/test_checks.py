"""The checks that follow from the declared tables: each finds the fault that it is there for."""

from collections.abc import Iterator

import duckdb
import pytest

from etl.settings import Settings
from etl.warehouse.checks import declared, run

FAULTS = {
    "ops.runs.documents_conserved": "UPDATE ops.runs SET n_read = n_read + 1",
    "core.articles.documents_transformed": "DELETE FROM ops.transformed",
    "core.articles.item_in_text": "UPDATE core.articles SET item_end = 10000000",
    "core.articles.body_in_text": "UPDATE core.articles SET body_start = body_start + 1 WHERE position = 0",
    "core.articles.headline_in_text": "UPDATE core.articles SET headline = 'x' WHERE headline IS NOT NULL",
    "core.articles.stamp_in_text": "UPDATE core.articles SET stamp_start = 0 WHERE stamp_start IS NOT NULL",
    "core.sentences.span_in_text": "UPDATE core.sentences SET span_start = span_end + 1",
    "core.article_agencies.span_in_text": "UPDATE core.article_agencies SET credit_raw = 'XYZ'",
    "core.article_locations.span_in_text": "UPDATE core.article_locations SET span_end = span_end + 1",
    "core.time_expressions.span_in_text": "UPDATE core.time_expressions SET surface = surface || '!'",
    "core.events.span_in_text": "UPDATE core.events SET span_start = span_start + 1",
    "core.anchors.bounds_ordered": "UPDATE core.anchors SET earliest = latest + INTERVAL 1 DAY",
    "core.anchors.publication_by_capture": (
        "UPDATE core.anchors SET latest = latest + INTERVAL 9 DAY WHERE kind = 'publication'"
    ),
    "core.anchors.capture_by_ingestion": "UPDATE core.anchors SET latest = NULL WHERE kind = 'capture'",
    "core.anchors.evidence_agrees": (
        "INSERT INTO ops.conflicts BY NAME SELECT anchor_id AS conflict_id, document_id, anchor_id, 'claim' AS kind, "
        "0.9 AS confidence, 'x' AS says, 1.0 AS excess_s, ['x'] AS cycle FROM core.anchors LIMIT 1"
    ),
    "core.anchor_evidence.every_bound_rests_on_evidence": "DELETE FROM core.anchor_evidence WHERE kind = 'claim'",
    "core.anchor_evidence.chains_add_up": "UPDATE core.anchor_evidence SET seconds = seconds + 1",
    "core.furniture.characters_conserved": "UPDATE core.furniture SET span_end = span_end - 1",
    "core.time_expressions.bounds_ordered": "UPDATE core.time_expressions SET earliest = latest + INTERVAL 1 DAY",
    "core.events.bounds_ordered": "UPDATE core.events SET begin_earliest = begin_latest + INTERVAL 1 DAY",
    "core.events.mentions_meet": "UPDATE core.events SET cluster_id = (SELECT min(event_id) FROM core.events)",
}
"""What breaks each check that the project wrote by hand."""


CHECKS = {check.name: check for check in declared()}


@pytest.fixture(scope="module")
def copy(sample: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of the sample warehouse, without the constraints that would keep a fault out."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{sample.published_file}' AS sample (READ_ONLY)")
        for schema, table in con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'sample'"
        ).fetchall():
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            con.execute(f"CREATE TABLE {schema}.{table} AS FROM sample.{schema}.{table}")
        yield con


@pytest.fixture
def con(copy: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The same for each test: what it changes is undone."""
    copy.begin()
    yield copy
    copy.rollback()


def test_the_sample_breaks_no_check(con: duckdb.DuckDBPyConnection) -> None:
    assert [result for result in run(con, CHECKS.values()) if result.n_failed] == []


@pytest.mark.parametrize("check", sorted(FAULTS))
def test_a_fault_is_found_and_an_example_of_it_named(con: duckdb.DuckDBPyConnection, check: str) -> None:
    con.execute(FAULTS[check])
    (found,) = run(con, [CHECKS[check]])
    assert found.n_failed
    assert found.example


@pytest.mark.parametrize(
    "kind", ["key_unique", "_not_null", "_accepted", "_relationship"], ids=["unique", "not_null", "accepted", "fk"]
)
def test_every_derived_check_finds_its_fault(con: duckdb.DuckDBPyConnection, kind: str) -> None:
    """One of each kind, on the first table that has such a rule and rows."""
    breaks = {
        "key_unique": "INSERT INTO {table} FROM {table} LIMIT 1",
        "_not_null": "UPDATE {table} SET {column} = NULL",
        "_accepted": "UPDATE {table} SET {column} = 'nonsense'",
        "_relationship": "UPDATE {table} SET {column} = 'nobody'",
    }
    check = next(c for c in CHECKS.values() if c.name.endswith(kind) and c.table.startswith("core."))
    column = check.name.removeprefix(check.table + ".").removesuffix(kind)
    con.execute(breaks[kind].format(table=check.table, column=column))
    (found,) = run(con, [check])
    assert found.n_failed


def test_a_key_that_begins_with_the_id_of_another_item_is_found(con: duckdb.DuckDBPyConnection) -> None:
    """Documents are checked apart: a key may not be that of a row of another."""
    assert not run(con, [CHECKS["core.sentences.key_unique"]])[0].n_failed
    con.execute("UPDATE core.sentences SET article_id = (SELECT max(article_id) FROM core.articles)")
    assert run(con, [CHECKS["core.sentences.key_unique"]])[0].n_failed


def test_a_table_that_refers_to_itself_is_looked_up_in_itself(con: duckdb.DuckDBPyConnection) -> None:
    check = CHECKS["core.events.cluster_id_relationship"]
    con.execute("UPDATE core.events SET cluster_id = (SELECT min(event_id) FROM core.events)")
    assert [result.n_failed for result in run(con, [check])] == [0]
    con.execute("UPDATE core.events SET cluster_id = 'nobody' WHERE event_id <> cluster_id")
    assert [(result.n_failed, result.example) for result in run(con, [check])] == [(1, "cluster_id nobody")]


def test_every_hand_written_check_has_a_fault_here() -> None:
    derived = ("unique", "not_null", "accepted_values", "relationships")
    assert {check.name for check in CHECKS.values() if check.kind not in derived} == set(FAULTS)
