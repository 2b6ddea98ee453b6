"""The entries of the event log are those that Dagster's own class would write."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from dagster import (
    AssetCheckResult,
    AssetCheckSpec,
    AssetKey,
    DagsterInstance,
    Definitions,
    MaterializeResult,
    Output,
    asset,
    asset_check,
)
from dagster._core.storage.event_log import SqliteEventLogStorage

from etl.defs.entries import EventEntries
from etl.defs.instance import open_instance
from etl.settings import Settings


@asset(check_specs=[AssetCheckSpec("held", asset="thing"), AssetCheckSpec("broken", asset="thing")])
def thing() -> Iterator[Any]:
    yield Output(1, metadata={"n": 3})
    yield AssetCheckResult(check_name="held", passed=True)
    yield AssetCheckResult(check_name="broken", passed=False, metadata={"rows": 2})


@asset(deps=[thing])
def other() -> MaterializeResult[None]:
    return MaterializeResult(tags={"of": "tests"})


@asset_check(asset=other)
def sound() -> AssetCheckResult:
    return AssetCheckResult(passed=True)


def ran(instance: DagsterInstance) -> str:
    job = Definitions(assets=[thing, other], asset_checks=[sound]).resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, raise_on_error=False).run_id


_OF_RUNS = {
    "run_id",
    "last_run_id",
    "event",
    "last_materialization",
    "evaluation_event",
    "value",
    "migration_completed",
}
"""Columns that hold a run, and are not the same from one to the next: that they hold something is compared."""


def written(file: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of a file, by table, without what the clock gives."""
    with closing(sqlite3.connect(file)) as con:
        con.row_factory = sqlite3.Row
        names = [name for (name,) in con.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
        rows = {name: [dict(row) for row in con.execute(f"SELECT * FROM {name} ORDER BY 1")] for name in names}
    return {
        name: [{k: v is not None if k in _OF_RUNS or "time" in k else v for k, v in row.items()} for row in found]
        for name, found in rows.items()
    }


def their_instance(home: Path, runs: Path) -> DagsterInstance:
    home.mkdir()
    (home / "dagster.yaml").write_text(
        "event_log_storage:\n  module: dagster._core.storage.event_log\n  class: SqliteEventLogStorage\n"
        f"  config:\n    base_dir: {runs}\n"
    )
    return DagsterInstance.from_config(str(home))


def test_files_hold_what_dagsters_own_class_writes(tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs_runs", tmp_path / "ours" / "dagster" / "history" / "runs"
    with their_instance(tmp_path / "theirs", theirs) as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
        their_runs = [ran(instance), ran(instance)]
    with open_instance(Settings(warehouse=tmp_path / "ours")) as instance:
        assert isinstance(instance.event_log_storage, EventEntries)
        our_runs = [ran(instance), ran(instance)]
    index = written(ours / "index.db")
    assert index == written(theirs / "index.db")
    assert {row["execution_status"] for row in index["asset_check_executions"]} == {"SUCCEEDED", "FAILED"}
    for our, their in zip(our_runs, their_runs, strict=True):
        assert written(ours / f"{our}.db") == written(theirs / f"{their}.db")
    with their_instance(tmp_path / "reader", ours) as instance:
        event = instance.get_latest_materialization_event(AssetKey("thing"))
        assert event
        assert event.run_id == our_runs[-1]
