"""The folder sql/ is a dbt project: dbt builds the same views from it, with the same test results, as our loader."""

import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest

from etl.settings import Settings, current
from etl.warehouse.models import load_project

pytestmark = [
    pytest.mark.dbt,
    pytest.mark.skipif(find_spec("dbt") is None, reason="dbt has an environment of its own: make dbt"),
]


class Built(NamedTuple):
    """What dbt made of the sample warehouse."""

    database: Path
    results: dict[str, dict[str, Any]]
    """By the name of the model, seed or test."""


@pytest.fixture(scope="module")
def built(sample: Settings, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """`dbt build` on a copy of the sample warehouse without its views and its reference data."""
    folder = tmp_path_factory.mktemp("dbt")
    database = folder / "dateline.duckdb"
    shutil.copy(sample.published_file, database)
    database.chmod(0o644)
    with duckdb.connect(str(database)) as con:
        for schema in ("marts", "intermediate", "ref"):
            con.execute(f"DROP SCHEMA {schema} CASCADE")
    project = str(current().sql)
    places = ["--project-dir", project, "--profiles-dir", project, "--target-path", str(folder / "target")]
    done = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--log-path", str(folder / "logs"), "build", *places],
        env={**os.environ, "DATELINE_BUILD": str(database), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-4000:]
    found = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    # model.dateline.events, test.dateline.unique_articles_article_id.1234abcd, test.dateline.coverage_adds_up
    return Built(database, {result["unique_id"].split(".")[2]: result for result in found})


def test_dbt_builds_the_same_models(built: Built) -> None:
    views = {name for name, result in built.results.items() if result["unique_id"].startswith("model.")}
    assert views == {model.name for model in load_project(current().sql).models}


@pytest.mark.parametrize("model", [f"{m.schema}.{m.name}" for m in load_project(current().sql).models])
def test_dbt_gives_the_same_rows_and_comments(sample: Settings, built: Built, model: str) -> None:
    def content(path: Path) -> tuple[list[Any], list[Any]]:
        schema, name = model.split(".")
        with duckdb.connect(str(path), read_only=True) as con:
            con.execute("SET TimeZone = 'UTC'")
            comments = con.execute(
                "SELECT column_name, trim(comment) FROM duckdb_columns() WHERE schema_name = ? AND table_name = ?",
                [schema, name],
            ).fetchall()
            return con.execute(f"SELECT * FROM {model} ORDER BY ALL").fetchall(), sorted(comments)

    assert content(built.database) == content(sample.published_file)


def test_dbt_runs_the_same_tests_with_the_same_results(sample: Settings, built: Built) -> None:
    with duckdb.connect(str(sample.published_file), read_only=True) as con:
        ours = dict(con.execute("SELECT check_name, n_failed FROM ops.checks").fetchall())
    names = {test.name for test in load_project(current().sql).tests}
    tests = {r["unique_id"]: r for r in built.results.values() if r["unique_id"].startswith("test.")}
    # dbt adds the accepted values to the names of such tests
    theirs = {
        next(name for name in sorted(names, key=len, reverse=True) if unique_id.split(".")[2].startswith(name)): (
            result["failures"]
        )
        for unique_id, result in tests.items()
    }
    assert theirs == {name: ours[name] for name in names}
