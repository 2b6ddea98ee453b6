"""Data checks as asset checks: one check a table and rule, all checks of a layer in one step.

A check costs Dagster some 30 ms of bookkeeping, so rules of one kind on one table are one check, and so are all that
speak of single columns; its metadata names every rule and what breaks it. A check that blocks stops what comes after
its table; publication comes last.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from dagster import (
    AssetCheckExecutionContext,
    AssetCheckResult,
    AssetChecksDefinition,
    AssetCheckSeverity,
    AssetCheckSpec,
    AssetKey,
    Config,
    MetadataValue,
    multi_asset_check,
)
from pydantic import Field

from etl.defs.metadata import markdown
from etl.defs.resources import POOL, Warehouse
from etl.schema import ops

if TYPE_CHECKING:
    from etl.schema import Row
    from etl.warehouse.checked import Found, Rule
    from etl.warehouse.models import Project


class Group(NamedTuple):
    """The rules on one table that are one check."""

    table: str
    name: str
    rules: "tuple[Rule, ...]"

    @property
    def spec(self) -> AssetCheckSpec:
        """The asset check that stands for the rules."""
        return AssetCheckSpec(
            self.name,
            asset=AssetKey(self.table.split(".")),
            description="; ".join(rule.description or rule.name for rule in self.rules),
            blocking=any(rule.severity == "error" for rule in self.rules),
        )

    def results(self, found: "Mapping[str, Found]") -> list[ops.CheckResult]:
        """What running the rules gave, as rows."""
        now = dt.datetime.now(dt.UTC)
        return [
            ops.CheckResult(
                check_name=rule.name,
                table_name=self.table,
                kind=rule.kind,
                is_passed=not found[rule.name].n_failed,
                severity=rule.severity,
                n_failed=found[rule.name].n_failed,
                detail=found[rule.name].example,
                since_at=now,
            )
            for rule in self.rules
        ]


class ChecksConfig(Config):
    """What to look at."""

    everything: bool = Field(
        default=False, description="all documents; else those that changed since the same rules held"
    )


def check_step(
    name: str, groups: list[Group], project: "Project | None" = None, by: Literal["symbols", "linked"] = "linked"
) -> AssetChecksDefinition:
    """One step that runs the checks of a layer; each can be run alone from the UI.

    Args:
        name: of the step.
        groups: its checks.
        project: the models that they speak of.
        by: the fingerprint of a document that they hang on.
    """
    by_key: Mapping[object, Group] = {group.spec.key: group for group in groups}

    @multi_asset_check(name=name, specs=[group.spec for group in groups], can_subset=True, pool=POOL)
    def step(
        context: AssetCheckExecutionContext, config: ChecksConfig, warehouse: Warehouse
    ) -> Iterator[AssetCheckResult]:
        from etl.warehouse import checked
        from etl.warehouse.load import record_checks

        chosen = [by_key[key] for key in by_key if key in context.selected_asset_check_keys]
        rules = [rule for group in chosen for rule in group.rules]
        is_local = any(rule.is_local for rule in rules)
        found = checked.run(
            warehouse.fingerprinted(by) if is_local else warehouse.connection,
            rules,
            checked.Memory(warehouse.settings.checked, name, by),
            project=project or checked.NO_MODELS,
            slicer=warehouse.slicer() if is_local and by == "linked" else None,
            everything=config.everything,
        )
        results = [group.results(found) for group in chosen]
        record_checks(warehouse.connection, [result for of_group in results for result in of_group])
        yield from (verdict(group, of_group) for group, of_group in zip(chosen, results, strict=True))

    return step


def verdict(group: Group, results: list[ops.CheckResult]) -> AssetCheckResult:
    """Fold what the rules of a group found into one asset check, the broken ones first."""
    failed = [r for r in results if not r.is_passed]
    is_error = any(r.severity == "error" for r in failed)
    rows = [(r.check_name, r.n_failed, r.detail) for r in sorted(results, key=lambda r: -r.n_failed)]
    return AssetCheckResult(
        asset_key=group.spec.asset_key,
        check_name=group.name,
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
        check_step(
            f"{name}_checks",
            _grouped((r.table, r) for r in rules if r.table in {row.table for row in rows}),
            by="symbols" if name == "transform" else "linked",
        )
        for name, rows in written.items()
    ]


def _grouped(rules: "Iterable[tuple[str, Rule]]") -> list[Group]:
    """The rules, each with its table, as groups."""
    groups: dict[tuple[str, str], list[Rule]] = {}
    for table, rule in rules:
        groups.setdefault((table, "columns" if rule.kind in _OF_COLUMNS else rule.kind), []).append(rule)
    return [Group(table, name, tuple(members)) for (table, name), members in groups.items()]


_OF_COLUMNS = ("unique", "not_null", "accepted_values", "relationships")


def model_groups(project: "Project", layer: str) -> list[Group]:
    """The data tests of the models of a layer: yml and singular tests, by model."""
    layers = {model.name: model.schema for model in project.models}
    return _grouped((f"{layer}.{test.model}", test) for test in project.tests if layers.get(test.model) == layer)
