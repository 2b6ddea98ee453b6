"""The generated files are fresh, and the README keeps its promises."""

import re

import duckdb
import pytest

from etl import docs
from etl.schema import TABLES
from etl.schema.dbt import sources_yml
from etl.settings import Settings

README = (docs.ROOT / "README.md").read_text(encoding="utf-8")


def test_the_data_dictionary_is_fresh() -> None:
    written = (docs.ROOT / "sql" / "README.md").read_text(encoding="utf-8")
    assert written == docs.dictionary(), "run `make docs`"


def test_the_sources_of_dbt_are_fresh() -> None:
    written = (docs.ROOT / "sql" / "sources" / "_sources.yml").read_text(encoding="utf-8")
    assert written == sources_yml(), "run `make docs`"


def test_the_outputs_of_the_queries_in_the_readme_are_real(sample: Settings) -> None:
    assert docs.readme(README, lambda query: docs.answer(sample, query)) == README, "run `make docs`"
    assert len(re.findall(r"^```sql$", README, re.MULTILINE)) >= 3


def test_the_readme_names_what_is_there() -> None:
    for path in re.findall(r"^\| `((?:etl|sql|seeds|tests)/[\w./]*)`", README, re.MULTILINE):
        assert (docs.ROOT / path).exists(), path


def test_the_sample_run_fills_every_table(sample: Settings) -> None:
    with duckdb.connect(str(sample.published_file), read_only=True) as con:
        views = con.execute(
            "SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal"
        ).fetchall()
        names = [*TABLES, *(name for (name,) in views)]
        # the sample pages are all good: nothing is rejected, no clock contradicts another; they go to no lake, and
        # they are too few to tell what a site does with its ages
        unused = {"ops.rejects", "ops.conflicts", "ops.lake_days", "ops.site_habits"}
        empty = [n for n in names if n not in unused and not con.table(n).limit(1).fetchall()]
    assert empty == []


@pytest.mark.parametrize("status", ["resolved", "bounded_one_side", "symbolic"])
def test_the_sample_run_shows_every_status(sample: Settings, status: str) -> None:
    with duckdb.connect(str(sample.published_file), read_only=True) as con:
        found = con.execute("SELECT count(*) FROM marts.events WHERE time_status = ?", [status]).fetchall()
    assert found[0][0] > 0


def test_every_published_table_and_column_has_a_comment(sample: Settings) -> None:
    with duckdb.connect(str(sample.published_file), read_only=True) as con:
        bare = con.execute(
            """
            SELECT schema_name || '.' || table_name || '.' || column_name
            FROM duckdb_columns()
            WHERE NOT internal AND comment IS NULL AND database_name = current_database()
            UNION ALL
            SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal AND comment IS NULL
            UNION ALL
            SELECT schema_name || '.' || view_name FROM duckdb_views() WHERE NOT internal AND comment IS NULL
            """
        ).fetchall()
    assert bare == []
