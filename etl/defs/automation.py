"""When runs start by themselves: every hour, or when files arrive. Both are stopped until somebody starts them."""

import datetime as dt
import json
from pathlib import Path
from typing import NamedTuple

from dagster import (
    AssetSelection,
    DefaultScheduleStatus,
    DefaultSensorStatus,
    RunConfig,
    RunRequest,
    ScheduleDefinition,
    SensorDefinition,
    SensorEvaluationContext,
    SensorResult,
    SkipReason,
    define_asset_job,
    in_process_executor,
    sensor,
)

from etl.defs.raw import DocumentsConfig
from etl.settings import Settings

JOB = define_asset_job(
    "dateline",
    selection=AssetSelection.all(),
    description="The whole way: read, transform, anchor, check, model, publish.",
    # one process is one DuckDB connection, and a third of the time of a process a step
    executor_def=in_process_executor,
)

_CHECK_STEPS = ("documents", "captures", "transform", "anchor", "intermediate", "marts")
EVERYTHING = {"ops": {f"{step}_checks": {"config": {"everything": True}} for step in _CHECK_STEPS}}
CHECKS = define_asset_job(
    "check_everything",
    selection=AssetSelection.all_asset_checks(),
    description="Every check on every row: a run looks only at documents that changed since its checks held.",
    config=EVERYTHING,
    executor_def=in_process_executor,
)


def weekly_checks() -> ScheduleDefinition:
    """Check everything on Saturday night."""
    return ScheduleDefinition(
        name="weekly_checks",
        job=CHECKS,
        cron_schedule="0 3 * * 6",
        default_status=DefaultScheduleStatus.STOPPED,
        description="Every check on every row, on Saturday night.",
    )


def today() -> str:
    """The partition of what is ingested now."""
    return dt.datetime.now(dt.UTC).date().isoformat()


def _landing_config(settings: Settings) -> RunConfig:
    return RunConfig(ops={"raw__documents": DocumentsConfig(paths=[str(settings.landing.resolve())])})


def hourly(settings: Settings) -> ScheduleDefinition:
    """Run the job over the landing folder every hour."""
    return ScheduleDefinition(
        name="hourly",
        job=JOB,
        cron_schedule="0 * * * *",
        execution_fn=lambda _: RunRequest(run_config=_landing_config(settings), partition_key=today()),
        default_status=DefaultScheduleStatus.STOPPED,
        description="Every hour, over the landing folder of the warehouse. Files that are known cost a hash each.",
    )


class _Seen(NamedTuple):
    """The landing folder at one tick: its files by path, as `size:mtime`."""

    files: dict[str, str]
    done: dict[str, str]
    """The files that a run was asked for."""

    @classmethod
    def read(cls, cursor: str | None) -> "_Seen":
        return cls(**json.loads(cursor)) if cursor else cls({}, {})

    def write(self) -> str:
        return json.dumps(self._asdict(), sort_keys=True)


def arrivals(settings: Settings) -> SensorDefinition:
    """Run the job when files arrive in the landing folder."""
    landing = settings.landing

    @sensor(
        name="arrivals",
        job=JOB,
        minimum_interval_seconds=15,
        default_status=DefaultSensorStatus.STOPPED,
        description="Runs the job when files arrive or change in the landing folder of the warehouse, once their "
        "size has stayed the same from one tick to the next.",
    )
    def look(context: SensorEvaluationContext) -> SensorResult | SkipReason:
        before = _Seen.read(context.cursor)
        files = _files(landing)
        new = {path: state for path, state in files.items() if before.done.get(path) != state}
        stable = {path: state for path, state in new.items() if before.files.get(path) == state}
        done = {path: state for path, state in (before.done | stable).items() if path in files}
        seen = _Seen({path: state for path, state in new.items() if path not in stable}, done)
        context.update_cursor(seen.write())
        if not stable:
            return SkipReason(f"{len(new)} files may still be growing" if new else f"nothing new in {landing}")
        paths = [str((landing / path).resolve()) for path in sorted(stable)]
        config = RunConfig(ops={"raw__documents": DocumentsConfig(paths=paths)})
        return SensorResult([RunRequest(run_config=config, partition_key=today())])

    return look


def _files(folder: Path) -> dict[str, str]:
    """Every file below the folder: its path in it, and its size and time of change."""
    if not folder.is_dir():
        return {}
    states = {}
    for path in sorted(folder.rglob("*")):
        # names that begin with a dot, or end so, are on their way: rsync, wget and browsers write them so
        if path.name.startswith(".") or path.suffix in {".part", ".partial", ".tmp", ".crdownload"}:
            continue
        try:
            if path.is_file():
                status = path.stat()
                states[path.relative_to(folder).as_posix()] = f"{status.st_size}:{status.st_mtime_ns}"
        except FileNotFoundError:  # it left while we looked
            continue
    return states
