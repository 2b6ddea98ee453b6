"""Slices: what their models say of a document is what they say on the whole build."""

import duckdb
import pytest

from etl.settings import current
from etl.warehouse import fingerprints, slices
from etl.warehouse.models import Model, load_project

PROJECT = load_project(current().sql)


def documents(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [name for (name,) in con.execute("SELECT document_id FROM raw.documents ORDER BY rowid").fetchall()]


@pytest.mark.parametrize(
    "model", [m for m in PROJECT.models if m.document and m.name != "story_events"], ids=lambda model: model.name
)
def test_rows_of_a_document_are_the_same_in_a_slice(
    con: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch, model: Model
) -> None:
    monkeypatch.setattr(slices, "SLICE_CHARS", 1)
    table, column = f"{model.schema}.{model.name}", fingerprints.document_of(str(model.document))
    found = []
    with slices.sliced(con) as slicer:
        groups = list(slicer.groups(documents(con)))
        assert groups == [[document] for document in documents(con)]
        for group in groups:
            slicer.fill(group, PROJECT)
            rows = f"SELECT * FROM {table} WHERE {column} IN (SELECT document_id FROM main.asked)"
            found += slicer.con.execute(rows).fetchall()
    assert sorted(found, key=repr) == sorted(con.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
    assert found


def test_rows_that_have_moved_since_they_were_located_are_found(con: duckdb.DuckDBPyConnection) -> None:
    fingerprints.take(con)
    first = documents(con)[0]
    query = "SELECT count(*) FROM core.events WHERE starts_with(event_id, ?)"
    ((n_events,),) = con.execute(query, [first]).fetchall()
    con.execute("CREATE TEMP TABLE moved AS FROM core.events ORDER BY event_id DESC")
    con.execute("DELETE FROM core.events; INSERT INTO core.events FROM moved")
    with slices.sliced(con) as slicer:
        slicer.fill([first], PROJECT)
        assert slicer.con.execute(query, [first]).fetchall() == [(n_events,)]
    assert n_events


def test_what_is_held_stays_and_models_are_added(con: duckdb.DuckDBPyConnection) -> None:
    with slices.sliced(con) as slicer:
        slicer.fill(documents(con)[:1], PROJECT.until("intermediate"))
        slicer.con.execute("CREATE TABLE main.mine AS SELECT 1; DELETE FROM core.events")
        slicer.fill(documents(con)[:1], PROJECT)
        assert slicer.con.execute("SELECT count(*) FROM marts.events").fetchall() == [(0,)]
        slicer.fill(documents(con)[:2], PROJECT)
        assert slicer.con.execute("SELECT count(*) > 0 FROM marts.events").fetchall() == [(True,)]
