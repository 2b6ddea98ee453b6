"""What the UI shows of a table and of a check."""

import duckdb
import pytest
from dagster import AssetCheckResult, AssetCheckSeverity, MarkdownMetadataValue, TableSchema

from etl.defs.checks import Group, verdict
from etl.defs.metadata import declared_schema, described_schema, figures_metadata, markdown, preview
from etl.schema import TABLES
from etl.warehouse.checked import Found
from etl.warehouse.checks import Check, Severity
from etl.warehouse.figures import of_table


@pytest.mark.parametrize("table", sorted(TABLES))
def test_declared_columns_keep_order_comment_and_rules(table: str) -> None:
    row = TABLES[table]
    shown = declared_schema(row).columns
    assert [(c.name, c.description) for c in shown] == [(c.name, c.comment) for c in row.columns()]
    assert [c.constraints.nullable for c in shown] == [c.is_nullable for c in row.columns()]


def test_a_table_shows_its_columns_as_they_are_with_the_words_that_describe_them() -> None:
    with duckdb.connect() as con:
        con.execute("CREATE TABLE t AS SELECT range AS n, 'a' AS word FROM range(7)")
        metadata = figures_metadata(
            of_table(con, "t"), described_schema({"n": "a number", "gone": "no longer there"})
        )
    assert metadata["dagster/row_count"] == 7
    schema = metadata["dagster/column_schema"]
    assert isinstance(schema, TableSchema)
    assert [(c.name, c.type, c.description) for c in schema.columns] == [
        ("n", "BIGINT", "a number"),
        ("word", "VARCHAR", None),
    ]
    assert isinstance(metadata["preview"], MarkdownMetadataValue)
    assert len((metadata["preview"].md_str or "").splitlines()) == 2 + 5


def test_rows_of_a_wide_table_stand_upright() -> None:
    columns = [f"c{i}" for i in range(20)]
    lines = preview(columns, [list(range(20)), list(range(100, 120))]).splitlines()
    assert lines[0] == "| column | row 1 | row 2 |"
    assert lines[-1] == "| c19 | 19 | 119 |"
    assert preview(columns[:2], [(1, 2)]).splitlines()[-1] == "| 1 | 2 |"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        ("a|b", "a\\|b"),
        ("two\nlines", "two lines"),
        ("<script>", "&lt;script>"),
        ("`code`", "\\`code\\`"),
        ("x" * 100, "x" * 59 + "…"),
        (["nl", "en"], "['nl', 'en']"),
    ],
)
def test_a_cell_is_one_line_and_cannot_break_the_table(value: object, cell: str) -> None:
    assert markdown(["c"], [[value]]).splitlines()[-1] == f"| {cell} |"


def _folded(*found: tuple[str, Severity, int, str | None]) -> AssetCheckResult:
    rules = tuple(Check(name, "core.sentences", "not_null", severity, name, "") for name, severity, _, _ in found)
    group = Group("core.sentences", "not_null", rules)
    return verdict(group, group.results({name: Found(n_failed, example) for name, _, n_failed, example in found}))


def test_a_check_that_holds_passes() -> None:
    folded = _folded(("a", "error", 0, None), ("b", "warn", 0, None))
    assert folded.passed
    assert folded.description is None


@pytest.mark.parametrize(
    ("declared", "severity"), [("error", AssetCheckSeverity.ERROR), ("warn", AssetCheckSeverity.WARN)]
)
def test_a_check_that_fails_names_its_rules_and_an_example(declared: Severity, severity: AssetCheckSeverity) -> None:
    folded = _folded(("a", "error", 0, None), ("b", declared, 3, "row 7"))
    assert not folded.passed
    assert folded.severity is severity
    assert folded.description == "b: 3 rows, such as row 7"
    shown = folded.metadata["result"]
    assert isinstance(shown, MarkdownMetadataValue)
    assert (shown.md_str or "").splitlines()[2] == "| b | 3 | row 7 |"
