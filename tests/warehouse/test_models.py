"""The loader of sql/: what it reads as dbt would, and what it says of a project that is not sound."""

import shutil
from pathlib import Path

import duckdb
import pytest

from etl.settings import current
from etl.warehouse.models import ProjectError, build, load_project, run_test

PROJECT = {
    "dbt_project.yml": """
name: p
model-paths: [sources, intermediate, marts]
test-paths: [tests]
seed-paths: [seeds]
""",
    "seeds/kinds.csv": "kind\na\nb\n",
    "sources/_sources.yml": "sources: [{name: core, tables: [{name: things}]}]\n",
    "intermediate/int_things.sql": "select id, kind, 1 as unused from {{ source('core', 'things') }}\n",
    "intermediate/_int.yml": "models: [{name: int_things, description: Step.}]\n",
    "marts/things.sql": "{{ config(materialized='view') }}\nselect id, kind from {{ ref('int_things') }}\n",
    "marts/_marts.yml": """
models:
  - name: things
    description: One row per thing.
    columns:
      - {name: id, description: the thing's id, data_tests: [unique, not_null]}
      - name: kind
        description: its kind
        data_tests:
          - accepted_values: {arguments: {values: [a, b, it's]}, config: {severity: warn}}
          - relationships: {arguments: {to: "ref('kinds')", field: kind}}
""",
    "tests/things_few.sql": "select * from {{ ref('things') }} where id > 10\n",
    "tests/_tests.yml": "data_tests: [{name: things_few, description: There are few things.}]\n",
}


def write(folder: Path, **changes: str | None) -> Path:
    for name, text in {**PROJECT, **{key.replace("__", "/", 1): value for key, value in changes.items()}}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is not None:
            path.write_text(text, encoding="utf-8")
    return folder


def database(rows: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("CREATE SCHEMA core; CREATE SCHEMA ref; CREATE TABLE ref.kinds AS SELECT unnest(['a', 'b']) AS kind")
    con.execute(f"CREATE TABLE core.things AS SELECT * FROM (VALUES {rows}) AS t (id, kind)")
    return con


def test_models_are_views_in_their_folders_schema_with_comments(tmp_path: Path) -> None:
    project = load_project(write(tmp_path))
    assert [(m.schema, m.name, m.refs, m.sources) for m in project.models] == [
        ("intermediate", "int_things", (), ("core.things",)),
        ("marts", "things", ("int_things",), ()),
    ]
    with database("(1, 'a'), (2, 'b')") as con:
        for layer in ("intermediate", "marts"):
            build(con, project, layer)
        assert con.table("marts.things").fetchall() == [(1, "a"), (2, "b")]
        comments = con.execute(
            """
            SELECT comment FROM duckdb_views() WHERE view_name = 'things'
            UNION ALL SELECT comment FROM duckdb_columns() WHERE schema_name = 'marts' AND column_name = 'id'
            """
        ).fetchall()
        assert comments == [("One row per thing.",), ("the thing's id",)]
        assert {t.name: run_test(con, t).n_failed for t in project.tests} == dict.fromkeys(
            [
                "unique_things_id",
                "not_null_things_id",
                "accepted_values_things_kind",
                "relationships_things_kind",
                "things_few",
            ],
            0,
        )


@pytest.mark.parametrize(
    ("rows", "broken", "example"),
    [
        ("(1, 'a'), (1, 'b')", "unique_things_id", "value = 1"),
        ("(NULL, 'a'), (2, 'b')", "not_null_things_id", "kind = a"),
        ("(1, 'a'), (2, 'c')", "accepted_values_things_kind", "value = c"),
        ("(1, 'a'), (2, 'it''s')", "relationships_things_kind", "value = it's"),
        ("(1, 'a'), (11, 'b')", "things_few", "id = 11"),
    ],
)
def test_a_test_counts_what_breaks_it_and_shows_one(tmp_path: Path, rows: str, broken: str, example: str) -> None:
    project = load_project(write(tmp_path))
    (test,) = (t for t in project.tests if t.name == broken)
    with database(rows) as con:
        for layer in ("intermediate", "marts"):
            build(con, project, layer)
        result = run_test(con, test)
    assert result.n_failed == 1
    assert example in (result.example or "")
    assert test.severity == ("warn" if broken.startswith("accepted") else "error")


def test_a_view_whose_file_is_gone_goes(tmp_path: Path) -> None:
    project = load_project(write(tmp_path))
    with database("(1, 'a')") as con:
        for layer in ("intermediate", "marts"):
            build(con, project, layer)
        con.execute("CREATE VIEW marts.old AS SELECT 1")
        build(con, project, "marts")
        names = con.execute("SELECT view_name FROM duckdb_views() WHERE schema_name = 'marts'").fetchall()
        assert names == [("things",)]


def test_a_layer_is_built_whole_or_not_at_all(tmp_path: Path) -> None:
    good = load_project(write(tmp_path))
    with database("(1, 'a')") as con:
        for layer in ("intermediate", "marts"):
            build(con, good, layer)
        broken = load_project(write(tmp_path, **{"marts__things.sql": "select nothing from {{ ref('int_things') }}"}))
        with pytest.raises(ProjectError, match=r"marts/things\.sql"):
            build(con, broken, "marts")
        assert con.table("marts.things").fetchall() == [(1, "a")]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"marts__things.sql": "select 1 from {{ ref('nothing') }}"},
            r"things\.sql:1: no model or seed is called nothing",
        ),
        (
            {"marts__things.sql": "select 1\nfrom {{ source('core', 'x') }}"},
            r"things\.sql:2: no yml declares .* core\.x",
        ),
        ({"marts__things.sql": "{% if x %} select 1 {% endif %}"}, "nothing else of Jinja"),
        ({"marts__things.sql": "select '{{ env_var(\"HOME\") }}'"}, "nothing else of Jinja"),
        ({"marts__other.sql": "select 1"}, "no yml beside it describes the model other"),
        ({"marts___marts.yml": "models: []"}, "describes the model things"),
        ({"marts___marts.yml": "models: [{name: things}]"}, "things has no description"),
        ({"marts__Bad-Name.sql": "select 1"}, "lower case"),
        ({"marts__int_things.sql": "select 1"}, "same name"),
        (
            {"intermediate__int_things.sql": "select * from {{ ref('things') }}"},
            "reads things of the later layer marts",
        ),
        ({"tests__things_few.sql": "select 1"}, "it reads none"),
        ({"tests___tests.yml": "data_tests: [{name: things_few}]"}, "things_few has no description"),
        ({"marts___marts.yml": ": :"}, "YAML|names and values"),
        ({"dbt_project.yml": None}, "a dbt project has this file"),
    ],
)
def test_a_project_that_is_not_sound_says_where(tmp_path: Path, changes: dict[str, str | None], says: str) -> None:
    with pytest.raises(ProjectError, match=says):
        load_project(write(tmp_path, **changes))


def test_models_that_read_each_other_are_named(tmp_path: Path) -> None:
    write(tmp_path, **{"marts__other.sql": "select * from {{ ref('things') }}"})
    (tmp_path / "marts/things.sql").write_text("select * from {{ ref('other') }}")
    yml = tmp_path / "marts/_marts.yml"
    yml.write_text(yml.read_text() + "  - {name: other, description: Other.}\n")
    with pytest.raises(ProjectError, match=r"in a circle: .*things.*other"):
        load_project(tmp_path)


def test_the_projects_own_models_all_have_a_grain() -> None:
    models = load_project(current().sql).models
    assert [m.name for m in models if "One row per" not in m.description] == []


def test_a_grain_is_a_column_of_a_table_and_of_the_model(tmp_path: Path) -> None:
    project = load_project(current().sql)
    assert {m.name: m.grain for m in project.models}["story_events"] == ("core.events", "cluster_id")
    shutil.copytree(current().sql, tmp_path / "sql")
    shutil.copytree(current().seeds, tmp_path / "seeds")
    yml = tmp_path / "sql/marts/_marts.yml"
    yml.write_text(yml.read_text().replace("core.events.cluster_id", "core.events.story_id"))
    with pytest.raises(ProjectError, match="story_events: the column of its grain is none of its own"):
        load_project(tmp_path / "sql")
    yml.write_text(yml.read_text().replace("core.events.story_id", "events.cluster_id"))
    with pytest.raises(ProjectError, match=r"story_events: grain is schema\.table\.column"):
        load_project(tmp_path / "sql")


def test_a_model_may_be_counted_by_a_column() -> None:
    counted = {m.name: m.counted_by for m in load_project(current().sql).models if m.counted_by}
    assert counted == {"anchor_chains": ("core.anchor_evidence", "n_steps")}
