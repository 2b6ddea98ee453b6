"""The instance lives in the warehouse folder, and a run whose process is gone does not hold up the next one."""

import os
import subprocess
import sys
from pathlib import Path

import yaml
from dagster import DagsterRunStatus, job, op

from etl.defs.instance import PROCESS_TAG, open_instance, prepare_home
from etl.settings import Settings


@op
def nothing() -> None:
    """Do nothing."""


@job
def empty_job() -> None:
    nothing()


def test_home_is_in_the_warehouse_and_says_one_writer(tmp_path: Path) -> None:
    settings = Settings(warehouse=tmp_path / "warehouse")
    home = prepare_home(settings)
    assert home == (tmp_path / "warehouse" / "dagster").resolve()
    config = yaml.safe_load((home / "dagster.yaml").read_text())
    assert config["concurrency"]["runs"]["max_concurrent_runs"] == 1
    assert config["concurrency"]["pools"] == {"granularity": "run", "default_limit": 1}
    assert config["telemetry"]["enabled"] is config["nux"]["enabled"] is False
    with open_instance(settings) as instance:
        assert Path(instance.root_directory) == home


def test_a_run_is_closed_when_its_process_is_gone(tmp_path: Path) -> None:
    settings = Settings(warehouse=tmp_path)
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    tags = {"gone": {PROCESS_TAG: str(child.pid)}, "alive": {PROCESS_TAG: str(os.getpid())}, "from the UI": {}}
    with open_instance(settings) as instance:
        runs = {
            name: instance.create_run_for_job(empty_job, status=DagsterRunStatus.STARTED, tags=tag).run_id
            for name, tag in tags.items()
        }

    def started(*, is_alone: bool) -> set[str]:
        with open_instance(settings, is_alone=is_alone) as instance:
            records = {name: instance.get_run_by_id(run_id) for name, run_id in runs.items()}
        return {name for name, run in records.items() if run and run.status is DagsterRunStatus.STARTED}

    assert started(is_alone=False) == {"alive", "from the UI"}
    assert started(is_alone=True) == {"alive"}
