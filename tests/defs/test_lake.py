"""The lake in Dagster: only where the settings name one."""

from pathlib import Path

from dagster import AssetKey

from etl.definitions import build_definitions
from etl.defs.launch import run_job
from etl.engine.report import query
from etl.settings import Settings

PAGE = "ASSEN (ANP) - Een brand heeft vrijdag twee loodsen in Assen verwoest."


def test_without_a_lake_nothing_speaks_of_one() -> None:
    definitions = build_definitions(Settings(lake=None))
    assert AssetKey("lake") not in definitions.resolve_all_asset_keys()
    assert definitions.jobs is not None
    assert "lake_upkeep" not in {job.name for job in definitions.jobs}


def test_a_run_writes_the_lake_and_its_upkeep_is_a_job(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(PAGE, encoding="utf-8")
    settings = Settings(warehouse=tmp_path / "warehouse", lake=str(tmp_path / "lake"), lake_writer="one")
    outcome = run_job(settings, paths=[tmp_path / "page.txt"])
    assert outcome.is_success, outcome.failures
    counted = "SELECT count(*) FROM marts.events"
    assert query(settings, counted, on_lake=True) == query(settings, counted) != (["count_star()"], [(0,)])
    upkeep = build_definitions(settings).resolve_job_def("lake_upkeep").execute_in_process()
    assert upkeep.success
    assert query(settings, counted, on_lake=True) == query(settings, counted)
