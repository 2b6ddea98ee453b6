"""Start Dagster: the job in this process, or the UI beside it."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from dagster import AssetCheckSeverity, DagsterEventType, ExecuteInProcessResult

from etl import heaps
from etl.defs.automation import CHECKS, EVERYTHING, JOB, today
from etl.defs.instance import PROCESS_TAG, open_instance
from etl.engine.progress import Progress, silent
from etl.settings import FIRST_DAY, PACKAGE, Settings, current

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class Outcome(NamedTuple):
    """How a run ended."""

    run_id: str
    is_success: bool
    failures: tuple[str, ...]
    """One line for each step or blocking check that failed."""
    warnings: tuple[str, ...]
    """One line for each check that failed and does not block."""


def run_job(
    settings: Settings,
    *,
    paths: Sequence[Path],
    captured_at: str | None = None,
    manifest: Path | None = None,
    columns: str = "",
    transform: Mapping[str, object] | None = None,
    claim: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> Outcome:
    """Run the job in this process, on the instance in the warehouse folder.

    Args:
        settings: where the warehouse is.
        paths: files, folders and patterns to read, `-` for standard input; none: read nothing and
            date anew what is there.
        captured_at: ISO 8601, when the files of this run were captured.
        manifest: CSV file of capture claims.
        columns: which columns of a table hold what, as `records.columns` reads it.
        transform: configuration of the transform: who does it.
        claim: one claim on one document: source, earliest, latest, basis, as `CapturesConfig` has them.
        progress: told how far reading and transforming are.

    """
    from etl.engine.hands import started_early

    given = {name: value for name, value in (transform or {}).items() if value is not None}
    config = {
        "raw__documents": {
            "config": {
                "paths": [str(path) if str(path) == "-" else str(path.resolve()) for path in paths],
                "captured_at": captured_at or "",
                "columns": columns,
            }
        },
        "transform": {"config": given},
        "raw__captures": {"config": {"manifest": str(manifest.resolve()) if manifest else "", **(claim or {})}},
    }
    with started_early(Settings(**settings.model_dump() | given)):
        return _execute(settings, JOB.name, {"ops": config}, progress, lambda: _days(settings))


def check_everything(settings: Settings) -> Outcome:
    """Run every check on every row of the build."""
    return _execute(settings, CHECKS.name, EVERYTHING)


def _execute(
    settings: Settings,
    job: str,
    config: Mapping[str, object],
    progress: Progress = silent,
    tags: Callable[[], Mapping[str, str]] = dict,
) -> Outcome:
    """Run a job in this process; its tags are asked for when the instance is open."""
    from etl.definitions import build_definitions

    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    with open_instance(settings) as instance:
        result = (
            build_definitions(settings, progress)
            .resolve_job_def(job)
            .execute_in_process(
                run_config={**config, **_QUIET},
                instance=instance,
                raise_on_error=False,
                tags={PROCESS_TAG: str(os.getpid()), **tags()},
            )
        )
        return _outcome(result)


def _days(settings: Settings) -> dict[str, str]:
    """The tags of a run over the days that have something to transform, today the last: one day as a rule."""
    last = today()
    first = last
    if settings.build_file.exists():
        from etl.engine.loops import first_day_waiting

        first = max(first_day_waiting(settings) or last, FIRST_DAY)
    # Dagster's own tags of a run over a range of partitions; it exports no names for them
    return {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}


def _outcome(result: ExecuteInProcessResult) -> Outcome:
    failures = [
        f"{event.step_key}: {_cause(event.step_failure_data.error)}"
        for event in result.filter_events(lambda e: e.event_type == DagsterEventType.STEP_FAILURE)
    ]
    failed_checks = [check for check in result.get_asset_check_evaluations() if not check.passed]
    lines = {
        severity: [
            f"check {check.check_name} of {check.asset_key.to_user_string()}: {check.description or 'failed'}"
            for check in failed_checks
            if check.severity == severity
        ]
        for severity in AssetCheckSeverity
    }
    # a step that only reports its failed checks adds nothing to them
    steps = [line for line in failures if "DagsterAssetCheckFailedError" not in line]
    return Outcome(
        result.run_id,
        result.success,
        (*steps, *lines[AssetCheckSeverity.ERROR]),
        tuple(lines[AssetCheckSeverity.WARN]),
    )


def _cause(error: Any) -> str:
    """Give the error of a step on one line: what our own code says of it, else the innermost error."""
    from etl.warehouse.disk import disk_full, is_disk_full

    while error is not None:
        message = " ".join(error.message.split())
        if is_disk_full(RuntimeError(message)) and not message.startswith("etl."):
            return str(disk_full("the warehouse"))  # Dagster's own books are written there too
        if any(words in message for words in _NO_MEMORY):
            return (
                f"DuckDB needs more memory than it may take ({current().duckdb_memory}): set DATELINE_DUCKDB_MEMORY, "
                "say to 1GB, and run again; what was loaded before stays"
            )
        if message.startswith("etl.") or error.cause is None:
            return message.partition(": ")[2] if message.startswith("etl.") else message
        error = error.cause
    return "failed"


_NO_MEMORY = ("Out of Memory Error", "could not allocate block")
"""What DuckDB says when it may take no more memory."""


def serve(settings: Settings, port: int) -> int:
    """Run `dagster dev` on 127.0.0.1 until it ends or is interrupted; then stop its whole process group."""
    open_instance(settings, is_alone=True).dispose()
    home = settings.dagster_home.resolve()
    workspace = PACKAGE.parent / "workspace.yaml"
    target = ["--workspace", str(workspace)] if workspace.is_file() else ["--module-name", "etl.definitions"]
    ours = {"DAGSTER_HOME": str(home), "DATELINE_WAREHOUSE": str(settings.warehouse.resolve())}
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-W", "ignore", "-m", "dagster", "dev", "--host", "127.0.0.1", "--port", str(port), *target],
        env={**heaps.SETTING, **os.environ, **ours},
        start_new_session=True,
    )
    previous = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        signal.signal(signal.SIGTERM, previous)
        _stop_group(process)


def _stop_group(process: "subprocess.Popen[bytes]") -> None:
    """Ask the group to end, and make it end after a while; its leader's id names the group."""
    # not SIGINT: what is started in a shell's background ignores it
    for stop, patience in ((signal.SIGTERM, 5.0), (signal.SIGKILL, None)):
        try:
            os.killpg(process.pid, stop)
            process.wait(patience)
        except ProcessLookupError:
            return
        except subprocess.TimeoutExpired:
            continue
