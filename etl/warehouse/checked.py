"""Running rules on what changed since they held: a check costs what a run brings, not what the build holds.

A rule is local where it holds for all documents if it holds for some and for the rest: a column is not NULL, a span
gives its words. Local rules run on slices of the documents that changed since all of the step's rules held; the
others run on the whole build. What held is written down beside the build by step: the fingerprints of the documents,
under a name made of the rules, so that other rules look at everything.
"""

import hashlib
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb

from etl.schema import TABLES
from etl.schema.ddl import sql_literal
from etl.warehouse import checks, models, slices

NO_MODELS = models.Project((), ())


class Found(NamedTuple):
    """How many rows break a rule, and one of them."""

    n_failed: int
    example: str | None


Rule = checks.Check | models.Test


class Memory(NamedTuple):
    """What is known of a step's rules."""

    folder: Path
    """Where what held is written down."""
    step: str
    by: Literal["symbols", "linked"] = "linked"
    """The fingerprint that says whether a document changed."""

    def file(self, rules: Sequence[Rule], project: models.Project) -> Path:
        """The file of exactly these rules on exactly these models."""
        parts = [*(f"{rule.name}\0{rule.sql}" for rule in rules), *(model.sql for model in project.models)]
        digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=8).hexdigest()
        return self.folder / f"{self.step}-{digest}.parquet"


def run(
    con: duckdb.DuckDBPyConnection,
    rules: Sequence[Rule],
    memory: Memory,
    *,
    project: models.Project = NO_MODELS,
    slicer: slices.Slicer | None = None,
    everything: bool = False,
) -> dict[str, Found]:
    """Run rules: the local ones on what changed since all of these held, the others on everything.

    Args:
        con: the build; its temporary table `fingerprints` says how its documents stand.
        rules: those of a step.
        memory: where it is written down that they held.
        project: the models that the rules speak of.
        slicer: of the build; none: one for the while.
        everything: look at all documents, whatever is written down.

    Returns:
        What was found, by name of the rule.
    """
    local = [rule for rule in rules if rule.is_local]
    file = memory.file(local, project)
    if everything:
        file.unlink(missing_ok=True)
    found = {rule.name: _run(con, rule) for rule in rules if not rule.is_local}
    held = {rule.name: Found(0, None) for rule in local}
    if local and (changed := _changed(con, file, memory.by)):
        read = [table for table in TABLES if any(table in rule.sql for rule in local)]
        with nullcontext(slicer) if slicer else slices.sliced(con) as slicer:
            for documents in slicer.groups(changed):
                slicer.fill(documents, project, read)
                for rule, (n_failed, example) in zip(local, slicer.at_once(_run, local), strict=True):
                    before = held[rule.name]
                    held[rule.name] = Found(before.n_failed + n_failed, before.example or example)
        if not any(n_failed for n_failed, _ in held.values()):
            _remember(con, file, memory)
    return found | held


def _run(con: duckdb.DuckDBPyConnection, rule: Rule) -> Found:
    if isinstance(rule, models.Test):
        tested = models.run_test(con, rule)
        return Found(tested.n_failed, tested.example)
    (checked,) = checks.run(con, [rule])
    return Found(checked.n_failed, checked.example)


def _changed(con: duckdb.DuckDBPyConnection, file: Path, by: str) -> list[str]:
    query = "SELECT document_id FROM fingerprints"
    if file.exists():
        held = f"read_parquet({sql_literal(str(file))}) AS held"
        query += f" AS f ANTI JOIN {held} ON held.document_id = f.document_id AND held.fingerprint = f.{by}"
    rows = con.execute(query).fetchall()
    return [document for (document,) in rows]


def _remember(con: duckdb.DuckDBPyConnection, file: Path, memory: Memory) -> None:
    """Write down how the documents stand, whole or not at all, in the place of what other rules left."""
    memory.folder.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    query = f"SELECT document_id, {memory.by} AS fingerprint FROM fingerprints"  # noqa: S608 - a column of ours
    con.execute(f"COPY ({query}) TO {sql_literal(str(partial))} (FORMAT parquet)")
    partial.replace(file)
    for other in memory.folder.glob(f"{memory.step}-*"):
        if other != file:
            with suppress(FileNotFoundError):
                other.unlink()
