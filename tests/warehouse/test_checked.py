"""Checks look at what changed since they held, and at everything when asked, or when the rules are others."""

from pathlib import Path

import duckdb
import pytest

from etl.settings import current
from etl.transform.events.cluster import SIDES
from etl.warehouse import checked, fingerprints, slices
from etl.warehouse.checks import declared
from etl.warehouse.models import load_project

RULES = [check for check in declared() if check.table in ("core.articles", "core.sentences")]
PROJECT = load_project(current().sql)


def failed(
    con: duckdb.DuckDBPyConnection, folder: Path, rules: list[checked.Rule], *, everything: bool = False
) -> set[str]:
    fingerprints.take(con)
    found = checked.run(con, rules, checked.Memory(folder, "step"), project=PROJECT, everything=everything)
    assert set(found) == {rule.name for rule in rules}
    return {name for name, (n_failed, _) in found.items() if n_failed}


def test_what_held_and_did_not_change_is_not_looked_at_again(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rules: list[checked.Rule] = [*RULES]
    assert failed(con, tmp_path, rules) == set()
    # a fault behind the back of the fingerprints, which leave the text out
    con.execute("UPDATE raw.documents SET text = repeat('x', n_chars)")
    assert failed(con, tmp_path, rules) == set()
    assert "core.articles.body_in_text" in failed(con, tmp_path, rules[1:])  # other rules
    assert "core.articles.body_in_text" in failed(con, tmp_path, rules, everything=True)
    assert "core.articles.body_in_text" in failed(con, tmp_path, rules)  # what did not hold is looked at again


def test_a_fault_is_found_where_rows_changed(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rules: list[checked.Rule] = [*RULES]
    assert failed(con, tmp_path, rules) == set()
    con.execute(
        """
        UPDATE core.sentences SET span_start = span_end + 1
        WHERE sentence_id = (SELECT min(sentence_id) FROM core.sentences)
        """
    )
    assert failed(con, tmp_path, rules) == {"core.sentences.span_in_text"}


def test_a_reference_is_looked_up_in_everything(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rules: list[checked.Rule] = [*RULES]
    assert failed(con, tmp_path, rules) == set()
    con.execute("DELETE FROM core.stories")
    assert failed(con, tmp_path, rules) == {"core.articles.story_id_relationship"}


def test_a_reference_to_what_the_document_lost_is_found(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rules: list[checked.Rule] = [check for check in declared() if check.table == "core.events"]
    assert failed(con, tmp_path, rules) == set()
    con.execute("DELETE FROM core.sentences WHERE sentence_id = (SELECT max(sentence_id) FROM core.events)")
    assert failed(con, tmp_path, rules) == {"core.events.sentence_id_relationship"}


def test_an_event_may_be_told_in_several_slices(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some of which have not the mention that it is called after."""
    sides = ", ".join(f"{side} = f.{side}" for side in SIDES)
    con.execute(
        f"""
        UPDATE core.events AS e SET cluster_id = f.event_id, {sides}
        FROM (FROM core.events ORDER BY event_id LIMIT 1) AS f
        WHERE e.event_id = (SELECT max(event_id) FROM core.events)
        """
    )
    monkeypatch.setattr(slices, "SLICE_CHARS", 1)
    assert failed(con, tmp_path, [test for test in PROJECT.tests if test.model == "story_events"]) == set()


def test_the_tests_of_models_run_on_slices(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    rules: list[checked.Rule] = [*PROJECT.tests]
    warnings = {test.name for test in PROJECT.tests if test.severity == "warn"}
    assert failed(con, tmp_path, rules) <= warnings
    con.execute("UPDATE core.events SET begin_earliest = end_latest + INTERVAL 1 DAY WHERE end_latest IS NOT NULL")
    con.execute("UPDATE core.events SET zones = list_prepend('Asia/Tokyo', zones)")
    assert failed(con, tmp_path, rules) >= {"events_bounds_in_order", "events_count_in_the_newsrooms_zone"}
