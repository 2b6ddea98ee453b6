"""What is shown of a view without reading all of it is what the view says."""

import duckdb
import pytest

from etl.settings import current
from etl.warehouse import figures
from etl.warehouse.models import load_project

PROJECT = load_project(current().sql)


def rows(con: duckdb.DuckDBPyConnection, view: str) -> list[str]:
    return [repr(row) for row in con.execute(f"SELECT * FROM {view}").fetchall()]


@pytest.mark.parametrize("layer", PROJECT.layers)
def test_rows_are_counted_and_the_first_are_of_the_view(con: duckdb.DuckDBPyConnection, layer: str) -> None:
    shown = {model.name: found for model, found in figures.of_layer(con, PROJECT, layer)}
    assert list(shown) == [model.name for model in PROJECT.models if model.schema == layer]
    for name, found in shown.items():
        everything = rows(con, f"{layer}.{name}")
        assert found.n_rows == len(everything), name
        assert len(found.first) == min(figures.PREVIEW_ROWS, len(everything)), name
        assert {repr(row) for row in found.first} <= set(everything), name
        assert list(found.types) == con.table(f"{layer}.{name}").columns


def test_an_event_that_several_pages_tell_is_shown_with_all_of_them(con: duckdb.DuckDBPyConnection) -> None:
    ids = [name for (name,) in con.execute("SELECT event_id FROM core.events ORDER BY event_id").fetchall()]
    con.execute("UPDATE core.events SET cluster_id = ?", [ids[0]])
    ((_, shown),) = [(m, f) for m, f in figures.of_layer(con, PROJECT, "marts") if m.name == "story_events"]
    assert shown.n_rows == 1
    assert list(shown.first[0][list(shown.types).index("event_ids")]) == ids


def test_a_view_of_nothing_has_no_rows(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("DELETE FROM core.event_participants; DELETE FROM core.events")
    shown = {model.name: found for model, found in figures.of_layer(con, PROJECT, "marts")}
    assert (shown["events"].n_rows, list(shown["events"].first)) == (0, [])
