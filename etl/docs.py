"""The generated files of the project: `make docs` writes them, a test sees that they are fresh.

    sql/README.md               the data dictionary: declared tables, then the views of sql/
    sql/sources/_sources.yml    the declared tables as dbt sources
    README.md                   the output below each query, from a run on the sample pages

What belongs here: turning declarations into text. What does not: any fact about a table.
"""

import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from etl.schema import TABLES, Row
from etl.schema.dbt import sources_yml
from etl.schema.ddl import schemas, sql_type
from etl.settings import PACKAGE, Settings, current
from etl.warehouse.models import load_project

ROOT = PACKAGE.parent
PAGES = ROOT / "seeds" / "pages"
_QUERY = re.compile(r"(```sql\n(?P<sql>[^`]*)\n```\n\n```text\n)[^`]*(```)")
_SAYS = {
    "raw": "documents as received, and what is claimed about when they were captured",
    "core": "normalised tables, written by the transform and the anchor step",
    "ops": "runs, what they could not take, what the checks found",
    "ref": "reference data from seeds/",
}


def dictionary() -> str:
    """The data dictionary in Markdown."""
    lines = [
        "<!-- Written by `make docs` from etl/schema/ and the yml of this folder; change it there. -->",
        "",
        "# The data dictionary",
        "",
        "Columns in bold are the key. Those marked (clock) hang on one: they change when a capture time is learnt",
        "later, the others never do. Times are TIMESTAMPTZ; an interval's upper bound is exclusive.",
    ]
    for schema in schemas():
        lines += ["", f"## `{schema}`: {_SAYS[schema]}"]
        for name, row in TABLES.items():
            if name.startswith(schema + "."):
                lines += ["", *_declared(name, row)]
    for layer, says in (("intermediate", "steps on the way"), ("marts", "views for analysts")):
        lines += ["", f"## `{layer}`: {says}"]
        for model in load_project(current().sql).models:
            if model.schema == layer:
                rows = ((name, text) for name, text in model.columns.items())
                lines += ["", f"### {layer}.{model.name}", "", model.description.strip(), ""]
                lines += _table(("column", "meaning"), rows)
    return "\n".join(lines) + "\n"


def _declared(name: str, row: type[Row]) -> list[str]:
    rows = []
    for column in row.columns():
        marks = " (clock)" if column.filled_by == "anchor" else ""
        values = f" One of: {', '.join(column.accepted)}." if column.accepted else ""
        points = f" -> {column.references}." if column.references else ""
        shown = f"**{column.name}**" if column.name in row.key else column.name
        null = "" if column.is_nullable else "not null"
        rows.append((shown, sql_type(column), null, f"{column.comment}{marks}.{values}{points}"))
    return [f"### {name}", "", row.comment(), "", *_table(("column", "type", "", "meaning"), rows)]


def _table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    head = list(header)
    cells = [[" ".join(str(cell).split()).replace("|", "\\|") for cell in row] for row in rows]
    return ["| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *cells]]


def readme(text: str, answer: Callable[[str], str]) -> str:
    """The README with the output of every query in it made anew.

    Args:
        text: the README.
        answer: from a query to what `dateline sql` prints.

    """
    return _QUERY.sub(lambda match: match[1] + answer(match["sql"]) + "\n" + match[3], text)


def answer(settings: Settings, query: str) -> str:
    """What `dateline sql` prints for a query, on a terminal 100 columns wide."""
    from typer.testing import CliRunner

    from etl.cli import app

    arguments = ["sql", query, "--warehouse", str(settings.warehouse)]
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "100"}, catch_exceptions=False)
    if result.exit_code:
        raise RuntimeError(f"{query}: {result.output}")
    return "\n".join(line.rstrip() for line in result.stdout.splitlines() if line.strip())


def sample(folder: Path) -> Settings:
    """Run the job on the sample pages, into a folder; give the settings of that warehouse."""
    from etl.defs.launch import run_job

    settings = Settings(warehouse=folder)
    outcome = run_job(settings, paths=[PAGES], captured_at=None, manifest=PAGES / "captures.csv")
    if not outcome.is_success:
        raise RuntimeError(f"the sample run failed: {'; '.join(outcome.failures)}")
    return settings


def main() -> None:
    """Write every generated file."""
    (ROOT / "sql" / "README.md").write_text(dictionary(), encoding="utf-8")
    (ROOT / "sql" / "sources" / "_sources.yml").write_text(sources_yml(), encoding="utf-8")
    path = ROOT / "README.md"
    with tempfile.TemporaryDirectory() as folder:
        settings = sample(Path(folder) / "warehouse")
        fresh = readme(path.read_text(encoding="utf-8"), lambda query: answer(settings, query))
    path.write_text(fresh, encoding="utf-8")


if __name__ == "__main__":
    main()
