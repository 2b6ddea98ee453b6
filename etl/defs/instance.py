"""The Dagster instance: a DAGSTER_HOME inside the warehouse folder, the same for the command and for the UI."""

import json
import os
from pathlib import Path

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from etl.settings import Settings

PROCESS_TAG = "dateline/pid"
"""On runs that the command runs itself: the process that runs them."""

_CONFIG = """\
# Written by `dateline`; what is changed here is written over.

# DuckDB has one writer. A run holds the warehouse from its first step to its last, so the pool counts runs.
concurrency:
  runs:
    max_concurrent_runs: 1
  pools:
    granularity: run
    default_limit: 1

# A run that never starts, or never ends when it is cancelled, must not hold the place of the next one.
run_monitoring:
  enabled: true
  poll_interval_seconds: 30

# Steps print nothing: their log is Dagster's own. Capturing output costs two processes a step.
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager

# Dagster's own log of events, but with its files held open (etl/defs/books.py) and written with less (entries.py).
event_log_storage:
  module: etl.defs.entries
  class: EventEntries
  config:
    base_dir: {runs}

telemetry:
  enabled: false
nux:
  enabled: false
"""


def prepare_home(settings: Settings) -> Path:
    """Make DAGSTER_HOME with its dagster.yaml and the landing folder; give its absolute path."""
    home = settings.dagster_home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    settings.landing.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    text = _CONFIG.replace("{runs}", json.dumps(str(home / "history" / "runs")))
    if not config.is_file() or config.read_text(encoding="utf-8") != text:
        config.write_text(text, encoding="utf-8")
    return home


def open_instance(settings: Settings, *, is_alone: bool = False) -> DagsterInstance:
    """Open the instance, and close the books of runs whose process is gone.

    A run killed from outside stays "started" for Dagster, and a started run keeps the next one waiting.

    Args:
        settings: where the warehouse is.
        is_alone: nobody else launches runs on this instance, so a started run that this command does not run itself
            is a dead one.

    """
    instance = DagsterInstance.from_config(str(prepare_home(settings)))
    for run in instance.get_runs(RunsFilter(statuses=[DagsterRunStatus.STARTING, DagsterRunStatus.STARTED])):
        pid = run.tags.get(PROCESS_TAG)
        is_gone = not _is_alive(int(pid)) if pid else is_alone
        if is_gone:
            instance.report_run_failed(run, "the process that ran it is gone; the next run repairs what it left")
    return instance


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
