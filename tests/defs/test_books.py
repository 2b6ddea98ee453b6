"""The event log with its files held open holds what Dagster's own would."""

from pathlib import Path

from dagster import AssetKey, DagsterInstance, asset, materialize
from dagster._core.storage.event_log import SqliteEventLogStorage

from etl.defs import books
from etl.defs.books import EventBooks
from etl.defs.instance import open_instance
from etl.settings import Settings


@asset
def thing() -> None:
    """Nothing."""


def kinds(instance: DagsterInstance, run_id: str) -> list[str]:
    return [str(entry.dagster_event_type) for entry in instance.all_logs(run_id)]


def test_what_is_written_is_read_by_dagsters_own_class(tmp_path: Path) -> None:
    with open_instance(Settings(warehouse=tmp_path)) as instance:
        assert isinstance(instance.event_log_storage, EventBooks)
        run_id = materialize([thing], instance=instance).run_id
        before = kinds(instance, run_id)
    assert len(before) > 5
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    runs = (tmp_path / "dagster" / "history" / "runs").resolve()
    (theirs / "dagster.yaml").write_text(
        "event_log_storage:\n  module: dagster._core.storage.event_log\n  class: SqliteEventLogStorage\n"
        f"  config:\n    base_dir: {runs}\n"
    )
    with DagsterInstance.from_config(str(theirs)) as instance:
        assert type(instance.event_log_storage) is SqliteEventLogStorage
        assert kinds(instance, run_id) == before
        event = instance.get_latest_materialization_event(AssetKey("thing"))
        assert event
        assert event.run_id == run_id


def test_runs_that_are_no_longer_held_open_are_read_again(tmp_path: Path) -> None:
    with open_instance(Settings(warehouse=tmp_path)) as instance:
        runs = [materialize([thing], instance=instance).run_id for _ in range(books._OPEN_FILES + 2)]
        lengths = {len(kinds(instance, run_id)) for run_id in runs}
        log = instance.event_log_storage
        assert isinstance(log, EventBooks)
        assert len(log._engines) == books._OPEN_FILES
        log.wipe()
        assert kinds(instance, runs[0]) == []
        last = materialize([thing], instance=instance).run_id
        assert {len(kinds(instance, last))} == lengths
