"""The SQL models of `sql/`: a dbt project that starts in milliseconds.

The folder is a valid dbt project and dbt gives the same views; this reads the part of dbt that the project uses:
`{{ ref('…') }}`, `{{ source('…', '…') }}` and `{{ config(…) }}` (left to dbt) in one select a file, descriptions and
data tests in yml, singular tests in `tests/`. Anything else of Jinja is an error, so that no model can mean one
thing here and another in dbt. Four words of ours stand under `config: {meta: …}`, which dbt keeps and does not
read: `document` of a model whose rows are each of one document, `grain` of a model that has a row for each value of a
column of a table, `counted_by` of a model of which such a column says how many rows it has, and `local` of a model or
test whose tests may be run on some documents and then on the rest.

The SQL is the project's own text: no name and no value from outside enters it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from etl.schema.ddl import sql_literal

if TYPE_CHECKING:
    import duckdb

_GENERIC = {
    "unique": (
        "select {column} as value, count(*) as n_rows from {table} where {column} is not null\n"
        "group by 1 having count(*) > 1",
        "is unique",
    ),
    "not_null": ("select * from {table} where {column} is null", "is never NULL"),
    "accepted_values": (
        "select {column} as value, count(*) as n_rows from {table} where {column} not in ({values}) group by 1",
        "is one of {values}",
    ),
    "relationships": (
        "select child.{column} as value from {table} as child where child.{column} is not null\n"
        "and not exists (select 1 from {to} as parent where parent.{field} = child.{column})",
        "is in {to}.{field}",
    ),
}
"""dbt's generic data tests: the select of the rows that break it, one row for each that dbt counts; the rule."""

_TAG = re.compile(r"\{\{(?P<call>.*?)\}\}|\{\{|\{%|\{#", re.DOTALL)
_WORD = r"""\s*['"](?P<{}>[a-z_][a-z0-9_]*)['"]\s*"""
_CALL = re.compile(
    rf"\s*(?:ref\({_WORD.format('ref')}\)|source\({_WORD.format('schema')},{_WORD.format('table')}\)|config\([^{{}}]*\))\s*"
)
_EXAMPLE_CHARS = 300


class ProjectError(ValueError):
    """The SQL project is not sound; the message names the file and what to change."""


@dataclass(frozen=True)
class Model:
    """One view."""

    name: str
    schema: str
    """The folder it stands in: intermediate or marts."""
    path: Path
    description: str
    columns: dict[str, str]
    """Description by column."""
    sql: str
    """The select, with the names of tables put in."""
    refs: tuple[str, ...]
    """Models it reads."""
    sources: tuple[str, ...]
    """Tables it reads: `core.events`; a seed is `ref.<seed>`."""
    document: str | None = None
    """The column that leads to the one document that a row is of (`meta: {document: …}`); None: rows of all."""
    grain: tuple[str, str] | None = None
    """A table and its column: a row for each value but NULL, in the column of that name (`meta: {grain: …}`)."""
    counted_by: tuple[str, str] | None = None
    """A table and its column of numbers: as many rows as these come to together (`meta: {counted_by: …}`)."""


@dataclass(frozen=True)
class Test:
    """One data test: a select of the rows that break a rule."""

    name: str
    model: str
    """The model it speaks of."""
    kind: str
    """One of dbt's four generic tests, or singular."""
    severity: str
    """error or warn."""
    description: str
    sql: str
    is_local: bool = False
    """Whether it holds for all documents where it holds for some of them and for the rest (`meta: {local: true}`)."""


@dataclass(frozen=True)
class TestResult:
    """What a test found."""

    n_failed: int
    example: str | None
    """The first row that breaks the rule."""


@dataclass(frozen=True)
class Project:
    """The models, each after those it reads, and their tests."""

    models: tuple[Model, ...]
    tests: tuple[Test, ...]
    layers: tuple[str, ...] = ()
    """The schemas of the models, in order."""

    def until(self, layer: str) -> "Project":
        """The models of the layers up to this one."""
        layers = self.layers[: self.layers.index(layer) + 1]
        return replace(self, models=tuple(model for model in self.models if model.schema in layers), layers=layers)

    def behind(self, names: Iterable[str]) -> "Project":
        """Models of these names, and those they read."""
        wanted = set(names)
        for model in reversed(self.models):
            wanted |= set(model.refs) if model.name in wanted else set()
        return replace(self, models=tuple(model for model in self.models if model.name in wanted))

    def unique(self, model: Model) -> set[str]:
        """The columns of a model that a data test holds to have no value twice."""
        tested = {test.name for test in self.tests if test.model == model.name and test.kind == "unique"}
        return {column for column in model.columns if f"unique_{model.name}_{column}" in tested}


@dataclass(frozen=True)
class _Names:
    """What `ref` and `source` may name."""

    models: dict[str, str]
    """Layer by model."""
    seeds: frozenset[str]
    sources: frozenset[str]


@dataclass(frozen=True)
class _Compiled:
    sql: str
    refs: tuple[str, ...]
    sources: tuple[str, ...]


def load_project(folder: Path) -> Project:
    """Read the dbt project in a folder.

    Raises:
        ProjectError: a file is missing, undescribed, or names what is not there; models read each other in a circle.
    """
    config = _yaml(folder / "dbt_project.yml")
    layers = [folder / name for name in config.get("model-paths", ["models"])]
    tests = [folder / name for name in config.get("test-paths", ["tests"])]
    described = _entries(layers, "models")
    files = _sql_files(layers)
    names = _Names(
        {name: path.parent.name for name, path in files.items()},
        _seeds(folder, config, set(files)),
        frozenset(f"{source['name']}.{table}" for source, table in _source_tables(layers)),
    )
    _same_names(files, described, "model")
    models = {name: _model(path, *described[name], names) for name, path in files.items()}
    order = [layer.name for layer in layers]
    return Project(
        tuple(models[name] for name in _sorted(models, order)),
        (*_generic_tests(described, names), *_singular_tests(tests, names)),
        tuple(order),
    )


def build(con: "duckdb.DuckDBPyConnection", project: Project, layer: str) -> None:
    """Make the views of a layer with their comments, all or none; views of models that are gone go too.

    Args:
        con: a connection outside a transaction.
        project: the models.
        layer: the schema to build; the layers before it stand already.

    Raises:
        ProjectError: the database refuses a model; the message names its file.
    """
    import duckdb

    from etl.warehouse.connection import transaction

    models = [model for model in project.models if model.schema == layer]
    with transaction(con):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {layer}")
        for (view,) in con.execute(
            "SELECT view_name FROM duckdb_views() WHERE schema_name = ? AND database_name = current_database()",
            [layer],
        ).fetchall():
            if view not in {model.name for model in models}:
                con.execute(f'DROP VIEW {layer}."{view}"')
        for model in models:
            try:
                for statement in _statements(model):
                    con.execute(statement)
            except duckdb.Error as error:
                raise ProjectError(f"{_shown(model.path)}: {error}") from error


def run_test(con: "duckdb.DuckDBPyConnection", test: Test) -> TestResult:
    """Count the rows that break a rule and show the first."""
    query = f"SELECT count(*) OVER () AS n_failed, failed.* FROM (\n{test.sql}\n) AS failed LIMIT 1"  # noqa: S608 (our own files)
    rows = con.execute(query).fetchall()
    if not rows:
        return TestResult(0, None)
    (n_failed, *values), columns = rows[0], [column[0] for column in con.description or []][1:]
    shown = ", ".join(f"{name} = {value}" for name, value in zip(columns, values, strict=True))
    return TestResult(int(n_failed), shown[:_EXAMPLE_CHARS])


# --- reading the folder


def _seeds(folder: Path, config: dict[str, Any], models: set[str]) -> frozenset[str]:
    """The seeds that dbt would load: CSV files of the seed paths that the project file does not switch off."""
    settings = config.get("seeds", {}).get(config.get("name"), {})
    found = {path.stem for name in config.get("seed-paths", ["seeds"]) for path in (folder / name).glob("*.csv")}
    enabled = {name for name in found if settings.get(name, {}).get("+enabled", True)}
    if both := enabled & models:
        raise ProjectError(
            f"{_shown(folder / 'dbt_project.yml')}: {', '.join(sorted(both))} is a seed and a model; "
            "dbt takes one of a name: set +enabled: false for the seed"
        )
    return frozenset(enabled)


def _sql_files(folders: Iterable[Path]) -> dict[str, Path]:
    files: dict[str, Path] = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.sql")):
        if not re.fullmatch(r"[a-z_][a-z0-9_]*", path.stem):
            raise ProjectError(f"{_shown(path)}: a model is named in lower case, digits and _")
        if path.stem in files:
            raise ProjectError(f"{_shown(path)}: {_shown(files[path.stem])} has the same name; rename one")
        files[path.stem] = path
    return files


def _entries(folders: Iterable[Path], key: str) -> dict[str, tuple[dict[str, Any], Path]]:
    """What the yml files say, by name, with the file that says it."""
    entries: dict[str, tuple[dict[str, Any], Path]] = {}
    for path in sorted(path for folder in folders for path in folder.glob("*.yml")):
        for entry in _yaml(path).get(key, []):
            if entry["name"] in entries:
                raise ProjectError(f"{_shown(path)}: {entry['name']} is described twice")
            entries[entry["name"]] = entry, path
    return entries


def _source_tables(folders: Iterable[Path]) -> Iterator[tuple[dict[str, Any], str]]:
    for source, _ in _entries(folders, "sources").values():
        for table in source.get("tables", []):
            yield source, table["name"]


def _same_names(files: dict[str, Path], described: dict[str, tuple[dict[str, Any], Path]], what: str) -> None:
    for name, path in files.items():
        if name not in described:
            raise ProjectError(f"{_shown(path)}: no yml beside it describes the {what} {name}")
    for name, (_, path) in described.items():
        if name not in files:
            raise ProjectError(f"{_shown(path)}: describes the {what} {name}, which has no file {name}.sql")


def _yaml(path: Path) -> dict[str, Any]:
    try:
        loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 (the safe loader, in C where there is one)
    except yaml.YAMLError as error:
        raise ProjectError(f"{_shown(path)}: not YAML: {error}") from error
    except OSError as error:
        raise ProjectError(f"{path}: {error.strerror}; a dbt project has this file") from error
    if not isinstance(loaded, dict):
        raise ProjectError(f"{_shown(path)}: expected names and values")
    return loaded


def _shown(path: Path) -> str:
    return "/".join(path.parts[-3:])


# --- compiling


def _model(path: Path, entry: dict[str, Any], yml: Path, names: _Names) -> Model:
    if not entry.get("description"):
        raise ProjectError(f"{_shown(yml)}: {path.stem} has no description")
    compiled = _compile(path.read_text(encoding="utf-8"), path, names)
    return Model(
        path.stem,
        names.models[path.stem],
        path,
        _line(entry["description"]),
        {column["name"]: _line(column.get("description", "")) for column in entry.get("columns", [])},
        compiled.sql,
        compiled.refs,
        compiled.sources,
        _meta(entry).get("document"),
        _grain(entry, yml, names),
        _named(entry, "counted_by", yml, names),
    )


def _grain(entry: dict[str, Any], yml: Path, names: _Names) -> tuple[str, str] | None:
    grain = _named(entry, "grain", yml, names)
    if grain and grain[1] not in {declared["name"] for declared in entry.get("columns", [])}:
        raise ProjectError(f"{_shown(yml)}: {entry['name']}: the column of its grain is none of its own")
    return grain


def _named(entry: dict[str, Any], key: str, yml: Path, names: _Names) -> tuple[str, str] | None:
    """A table and its column that the project names under a key."""
    named = _meta(entry).get(key)
    if named is None:
        return None
    table, _, column = str(named).rpartition(".")
    if table not in names.sources:
        raise ProjectError(f"{_shown(yml)}: {entry['name']}: {key} is schema.table.column")
    return table, column


def _meta(entry: dict[str, Any]) -> dict[str, Any]:
    """What the project says to itself, where dbt leaves room for it."""
    return dict(entry.get("config", {}).get("meta", {}))


def _compile(text: str, path: Path, names: _Names) -> _Compiled:
    refs: dict[str, None] = {}
    sources: dict[str, None] = {}

    def put(tag: re.Match[str]) -> str:
        place = f"{_shown(path)}:{text.count(chr(10), 0, tag.start()) + 1}"
        call = _CALL.fullmatch(tag["call"] or "")
        if not call:
            raise ProjectError(
                f"{place}: {tag[0].splitlines()[0]} is not understood; write ref('model'), source('schema', 'table') "
                "or config(…), nothing else of Jinja"
            )
        if call["ref"] in names.models:
            refs[call["ref"]] = None
            return f"{names.models[call['ref']]}.{call['ref']}"
        if call["ref"]:
            table = f"ref.{call['ref']}"
            if call["ref"] not in names.seeds:
                raise ProjectError(f"{place}: no model or seed is called {call['ref']}")
        elif call["table"]:
            table = f"{call['schema']}.{call['table']}"
            if table not in names.sources:
                raise ProjectError(f"{place}: no yml declares the source {table}")
        else:
            return ""  # config(…)
        sources[table] = None
        return table

    return _Compiled(_TAG.sub(put, text).strip(), tuple(refs), tuple(sources))


def _sorted(models: dict[str, Model], order: list[str]) -> list[str]:
    """The names of the models, each after those it reads."""
    for model in models.values():
        for name in model.refs:
            if order.index(models[name].schema) > order.index(model.schema):
                raise ProjectError(f"{_shown(model.path)}: reads {name} of the later layer {models[name].schema}")
    sorter = TopologicalSorter({name: model.refs for name, model in sorted(models.items())})
    try:
        return list(sorter.static_order())
    except CycleError as error:
        raise ProjectError(f"models read each other in a circle: {' -> '.join(error.args[1])}") from error


def _statements(model: Model) -> Iterator[str]:
    view = f"{model.schema}.{model.name}"
    yield f"CREATE OR REPLACE VIEW {view} AS\n{model.sql}"
    yield f"COMMENT ON VIEW {view} IS {sql_literal(model.description)}"
    for column, description in model.columns.items():
        yield f'COMMENT ON COLUMN {view}."{column}" IS {sql_literal(description)}'


def _line(text: str) -> str:
    return " ".join(text.split())


# --- tests


def _generic_tests(described: dict[str, tuple[dict[str, Any], Path]], names: _Names) -> Iterator[Test]:
    for model, (entry, path) in described.items():
        for column in entry.get("columns", []):
            for declared in column.get("data_tests", []):
                test = _generic_test(model, column["name"], declared, path, names)
                yield replace(test, is_local=bool(_meta(entry).get("local")))


def _generic_test(model: str, column: str, declared: str | dict[str, Any], path: Path, names: _Names) -> Test:
    ((kind, settings),) = declared.items() if isinstance(declared, dict) else [(declared, {})]
    place = f"{_shown(path)}: {model}.{column}"
    if kind not in _GENERIC:
        raise ProjectError(f"{place}: {kind} is no data test; known: {', '.join(_GENERIC)}")
    given = dict(settings.get("arguments", {}))
    if "to" in given:
        given["to"] = _compile("{{ " + given["to"] + " }}", path, names).sql
    if "values" in given:
        given["values"] = ", ".join("'" + str(value).replace("'", "''") + "'" for value in given["values"])
    given |= {"table": f"{names.models[model]}.{model}", "column": column}
    try:
        sql, rule = (template.format_map(given) for template in _GENERIC[kind])
    except KeyError as error:
        raise ProjectError(f"{place}: {kind} needs {error} under arguments:") from error
    description = settings.get("description") or f"{column} {rule}"
    return Test(f"{kind}_{model}_{column}", model, kind, _severity(settings, place), description, sql)


def _singular_tests(folders: list[Path], names: _Names) -> Iterator[Test]:
    files, described = _sql_files(folders), _entries(folders, "data_tests")
    _same_names(files, described, "test")
    for name, path in files.items():
        compiled = _compile(path.read_text(encoding="utf-8"), path, names)
        if not compiled.refs:
            raise ProjectError(
                f"{_shown(path)}: a test belongs to the first model it reads with ref(); it reads none"
            )
        entry, yml = described[name]
        if not entry.get("description"):
            raise ProjectError(f"{_shown(yml)}: {name} has no description")
        severity = _severity(entry, f"{_shown(yml)}: {name}")
        yield Test(
            name,
            compiled.refs[0],
            "singular",
            severity,
            _line(entry["description"]),
            compiled.sql,
            bool(_meta(entry).get("local")),
        )


def _severity(settings: dict[str, Any], place: str) -> str:
    severity = str(settings.get("config", {}).get("severity", "error"))
    if severity not in ("error", "warn"):
        raise ProjectError(f"{place}: severity is error or warn, not {severity}")
    return severity
