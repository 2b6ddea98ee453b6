"""The instance lives in the warehouse folder, and a run whose process is gone does not hold up the next one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
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


@pytest.mark.parametrize(("is_gone", "status"), [(True, DagsterRunStatus.FAILURE), (False, DagsterRunStatus.STARTED)])
def test_a_run_is_closed_when_its_process_is_gone(tmp_path: Path, is_gone: bool, status: DagsterRunStatus) -> None:
    settings = Settings(warehouse=tmp_path)
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    pid = child.pid if is_gone else os.getpid()
    with open_instance(settings) as instance:
        run = instance.create_run_for_job(empty_job, status=DagsterRunStatus.STARTED, tags={PROCESS_TAG: str(pid)})
    with open_instance(settings) as instance:
        found = instance.get_run_by_id(run.run_id)
        assert found is not None
        assert found.status is status
