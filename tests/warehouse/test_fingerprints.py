"""Fingerprints change with what a document says, what its bounds are, and what these rest on."""

import duckdb
import pytest

from etl.warehouse import fingerprints


def documents(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [name for (name,) in con.execute("SELECT document_id FROM raw.documents ORDER BY rowid").fetchall()]


def test_the_rows_of_a_document_lie_where_it_is_noted(con: duckdb.DuckDBPyConnection) -> None:
    fingerprints.locate(con)
    con.execute(
        "CREATE TEMP VIEW located AS SELECT * FROM stretches JOIN (SELECT rowid AS number, * FROM raw.documents) "
        "USING (number)"
    )
    for row in fingerprints.BY_DOCUMENT:
        document = fingerprints.BY_DOCUMENT[row]
        ((n_rows, n_noted),) = con.execute(
            f"""
            SELECT (SELECT count(*) FROM {row.table}), (
                SELECT count(*) FROM {row.table} AS t JOIN located AS s
                    ON s.document_id = {document.replace("document_id", "t.document_id")}
                        AND t.rowid BETWEEN s.first AND s.last AND s.name = '{row.table}'
            )
            """
        ).fetchall()
        assert n_rows == n_noted, row.table
    ((n,),) = con.execute("SELECT sum(n)::BIGINT FROM stretches").fetchall()
    assert n == sum(con.table(row.table).count("*").fetchall()[0][0] for row in fingerprints.BY_DOCUMENT)


def test_what_is_taken_in_two_steps_is_what_is_taken_at_once(con: duckdb.DuckDBPyConnection) -> None:
    fingerprints.take_symbols(con)
    con.execute("UPDATE core.events SET begin_earliest = NULL")
    fingerprints.take_bounds(con)
    in_two = con.execute("FROM fingerprints ORDER BY document_id").fetchall()
    stretches = con.execute("SELECT name, number, first, last, n FROM stretches ORDER BY ALL").fetchall()
    fingerprints.forget(con)
    fingerprints.take(con)
    assert con.execute("FROM fingerprints ORDER BY document_id").fetchall() == in_two
    assert con.execute("SELECT name, number, first, last, n FROM stretches ORDER BY ALL").fetchall() == stretches


def test_what_is_taken_some_rows_at_a_time_is_what_is_taken_at_once(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken() -> list[list[tuple[object, ...]]]:
        fingerprints.take(con)
        return [con.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in ("stretches", "fingerprints")]

    monkeypatch.setattr(fingerprints, "_PIECE", 4)
    at_once = taken()
    ((n_events,),) = con.execute("SELECT count(*) FROM core.events").fetchall()
    assert n_events > 8
    monkeypatch.setattr(fingerprints, "_AT_ONCE", 8)
    assert taken() == at_once


def test_a_fingerprint_changes_with_the_rows_of_its_document(con: duckdb.DuckDBPyConnection) -> None:
    def taken() -> dict[str, tuple[int, int]]:
        fingerprints.take(con)
        rows = con.execute("SELECT document_id, symbols, linked FROM fingerprints").fetchall()
        return {document: (symbols, linked) for document, symbols, linked in rows}

    before = taken()
    assert before == taken()
    assert set(before) == set(documents(con))
    first = documents(con)[0]
    con.execute("UPDATE core.events SET begin_earliest = NULL WHERE starts_with(event_id, ?)", [first])
    dated = taken()
    assert {name for name in before if before[name] != dated[name]} == {first}
    assert before[first][0] == dated[first][0], "a bound is no symbol"
    con.execute("UPDATE core.events SET trigger = 'x' WHERE starts_with(event_id, ?)", [first])
    assert taken()[first][0] != before[first][0]


def test_the_same_change_of_two_rows_is_seen(con: duckdb.DuckDBPyConnection) -> None:
    fingerprints.take(con)
    first = documents(con)[0]
    query = "SELECT symbols FROM fingerprints WHERE document_id = ?"
    before = con.execute(query, [first]).fetchall()
    two = "SELECT event_id FROM core.events WHERE starts_with(event_id, ?) AND story_id = ? LIMIT 2"
    rows = (
        "SELECT story_id, count(*) AS n FROM core.events WHERE starts_with(event_id, ?) GROUP BY ALL ORDER BY n DESC"
    )
    ((story, n),) = con.execute(f"{rows} LIMIT 1", [first]).fetchall()
    assert n > 1
    con.execute(f"UPDATE core.events SET story_id = 'other' WHERE event_id IN ({two})", [first, story])
    fingerprints.take(con)
    assert con.execute(query, [first]).fetchall() != before


def test_a_fingerprint_changes_with_what_the_bounds_of_a_document_rest_on(con: duckdb.DuckDBPyConnection) -> None:
    one, other = documents(con)[:2]
    con.execute(
        """
        UPDATE core.anchor_evidence SET from_anchor_id = ? WHERE anchor_id = ? AND side = 'latest'
        """,
        [f"{other}-capture", f"{one}-capture"],
    )
    fingerprints.take(con)
    query = "SELECT own, linked FROM fingerprints WHERE document_id = ?"
    ((own, linked),) = con.execute(query, [one]).fetchall()
    con.execute("UPDATE core.anchor_evidence SET words = 'x' WHERE anchor_id = ?", [f"{other}-capture"])
    fingerprints.take(con)
    ((own_after, linked_after),) = con.execute(query, [one]).fetchall()
    assert own == own_after
    assert linked != linked_after
