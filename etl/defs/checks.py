"""Data checks as asset checks: one check a table and rule, all checks of a layer in one step.

A check costs Dagster some 30 ms of bookkeeping, so rules of one kind on one table are one check, whose metadata
names every rule and what breaks it. A check that blocks stops what comes after its table; publication comes last.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    MetadataValue,
    multi_asset_check,
)

from etl.defs.metadata import markdown
from etl.defs.resources import POOL, Warehouse
from etl.schema import ops

if TYPE_CHECKING:
    import duckdb

    from etl.schema import Row
    from etl.warehouse.checks import Check
    from etl.warehouse.models import Project, Test


class Group(NamedTuple):
    """The rules of one kind on one table."""

    table: str
    kind: str
    description: str
    is_blocking: bool
    run: "Callable[[duckdb.DuckDBPyConnection], Iterable[tuple[str, str, int, str | None]]]"
    """Gives for each rule its name, its severity, how many rows break it, and one of them."""

    @property
    def spec(self) -> AssetCheckSpec:
        """The asset check that stands for the rules."""
        return AssetCheckSpec(
            self.kind, asset=AssetKey(self.table.split(".")), description=self.description, blocking=self.is_blocking
        )

    def results(self, con: "duckdb.DuckDBPyConnection") -> list[ops.CheckResult]:
        """Run the rules."""
        now = dt.datetime.now(dt.UTC)
        return [
            ops.CheckResult(
                check_name=name,
                table_name=self.table,
                kind=self.kind,
                is_passed=not n_failed,
                severity=severity,
                n_failed=n_failed,
                detail=example,
                since_at=now,
            )
            for name, severity, n_failed, example in self.run(con)
        ]


def check_step(name: str, groups: list[Group]) -> AssetChecksDefinition:
    """One step that runs the checks of a layer; each can be run alone from the UI."""
    by_key: Mapping[object, Group] = {group.spec.key: group for group in groups}

    @multi_asset_check(name=name, specs=[group.spec for group in groups], can_subset=True, pool=POOL)
    def step(context: AssetCheckExecutionContext, warehouse: Warehouse) -> Iterator[AssetCheckResult]:
        from etl.warehouse.load import record_checks

        for key in context.selected_asset_check_keys:
            found = by_key[key].results(warehouse.connection)
            record_checks(warehouse.connection, found)
            yield verdict(by_key[key], found)

    return step


def verdict(group: Group, results: list[ops.CheckResult]) -> AssetCheckResult:
    """Fold what the rules of a group found into one asset check, the broken ones first."""
    failed = [r for r in results if not r.is_passed]
    is_error = any(r.severity == "error" for r in failed)
    rows = [(r.check_name, r.n_failed, r.detail) for r in sorted(results, key=lambda r: -r.n_failed)]
    return AssetCheckResult(
        asset_key=group.spec.asset_key,
        check_name=group.kind,
        passed=not failed,
        severity=AssetCheckSeverity.ERROR if is_error or not failed else AssetCheckSeverity.WARN,
        description="; ".join(f"{r.check_name}: {r.n_failed} rows, such as {r.detail}" for r in failed) or None,
        metadata={
            "rules": len(results),
            "rows_failed": sum(r.n_failed for r in failed),
            "result": MetadataValue.md(markdown(("rule", "rows that break it", "example"), rows)),
        },
    )


def declared_steps() -> list[AssetChecksDefinition]:
    """The checks that the declared tables ask for, a step after each step that writes them."""
    from etl.defs.core import ANCHORED, TRANSFORMED
    from etl.schema import raw
    from etl.warehouse.checks import declared

    written: dict[str, Sequence[type[Row]]] = {
        "documents": [raw.Document],
        "captures": [raw.Capture],
        "transform": TRANSFORMED,
        "anchor": ANCHORED,
    }
    rules = list(declared())
    return [
        check_step(f"{name}_checks", _declared_groups([r for r in rules if r.table in {row.table for row in rows}]))
        for name, rows in written.items()
    ]


def _declared_groups(rules: "list[Check]") -> list[Group]:
    groups: dict[tuple[str, str], list[Check]] = {}
    for rule in rules:
        groups.setdefault((rule.table, rule.kind), []).append(rule)
    return [
        Group(
            table,
            kind,
            "; ".join(rule.description for rule in members),
            any(rule.severity == "error" for rule in members),
            partial(_run_declared, rules=members),
        )
        for (table, kind), members in groups.items()
    ]


def _run_declared(
    con: "duckdb.DuckDBPyConnection", rules: "list[Check]"
) -> Iterator[tuple[str, str, int, str | None]]:
    from etl.warehouse.checks import run

    return ((r.check.name, r.check.severity, r.n_failed, r.example) for r in run(con, rules))


def model_groups(project: "Project", layer: str) -> list[Group]:
    """The data tests of the models of a layer: yml and singular tests, by model and kind."""
    layers = {model.name: model.schema for model in project.models}
    groups: dict[tuple[str, str], list[Test]] = {}
    for test in project.tests:
        if layers.get(test.model) == layer:
            groups.setdefault((test.model, test.kind), []).append(test)
    return [
        Group(
            f"{layer}.{model}",
            kind,
            "; ".join(test.description or test.name for test in members),
            any(test.severity == "error" for test in members),
            partial(_run_tests, tests=members),
        )
        for (model, kind), members in groups.items()
    ]


def _run_tests(con: "duckdb.DuckDBPyConnection", tests: "list[Test]") -> Iterator[tuple[str, str, int, str | None]]:
    from etl.warehouse.models import run_test

    results = ((test, run_test(con, test)) for test in tests)
    return ((test.name, test.severity, result.n_failed, result.example) for test, result in results)
