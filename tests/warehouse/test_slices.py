"""Slices: what their models say of a document is what they say on the whole build."""

import duckdb
import pytest

from etl.settings import current
from etl.warehouse import fingerprints, slices
from etl.warehouse.models import load_project

PROJECT = load_project(current().sql)


def documents(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [name for (name,) in con.execute("SELECT document_id FROM raw.documents ORDER BY rowid").fetchall()]


@pytest.mark.parametrize(
    "mart", [m for m in PROJECT.models if m.document and m.name != "story_events"], ids=lambda model: model.name
)
def test_rows_of_a_document_are_the_same_in_a_slice(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, mart: object
) -> None:
    monkeypatch.setattr(slices, "SLICE_CHARS", 1)
    name, column = mart.name, fingerprints.document_of(mart.document)  # type: ignore[attr-defined]
    found = []
    with slices.sliced(con) as slicer:
        groups = list(slicer.groups(documents(con)))
        assert groups == [[document] for document in documents(con)]
        for group in groups:
            slicer.fill(group, PROJECT)
            rows = f"SELECT * FROM marts.{name} WHERE {column} IN (SELECT document_id FROM main.asked)"
            found += slicer.con.execute(rows).fetchall()
    assert sorted(found, key=repr) == sorted(con.execute(f"SELECT * FROM marts.{name}").fetchall(), key=repr)
    assert found


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
