"""The sensor asks for a run once a file has stopped growing, and once only; the schedule reads the landing folder."""

import os
from pathlib import Path

import pytest
from dagster import RunRequest, SensorResult, SkipReason, build_schedule_context, build_sensor_context

from etl.definitions import build_definitions
from etl.defs.automation import arrivals, hourly, today
from etl.settings import Settings


class Landing:
    """A landing folder and the sensor that watches it, tick after tick."""

    def __init__(self, settings: Settings) -> None:
        self.folder = settings.landing
        self.folder.mkdir(parents=True)
        self._sensor = arrivals(settings)
        self._cursor: str | None = None

    def tick(self) -> list[str]:
        """The names of the files a run is asked for."""
        context = build_sensor_context(cursor=self._cursor)
        result = self._sensor(context)
        self._cursor = context.cursor
        if isinstance(result, SkipReason):
            return []
        assert isinstance(result, SensorResult)
        (request,) = result.run_requests or []
        assert isinstance(request, RunRequest)
        assert request.partition_key == today()
        paths = request.run_config["ops"]["raw__documents"]["config"]["paths"]
        assert all(Path(path).is_absolute() for path in paths)
        return [Path(path).name for path in paths]


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(Settings(warehouse=tmp_path / "warehouse"))


def test_a_file_is_taken_when_its_size_has_stayed_the_same(landing: Landing) -> None:
    page = landing.folder / "a.txt"
    page.write_text("AMSTERDAM")
    assert landing.tick() == []
    page.write_text("AMSTERDAM (ANP) - Er is nieuws.")
    assert landing.tick() == []
    assert landing.tick() == ["a.txt"]
    assert landing.tick() == []


def test_a_changed_file_is_taken_again_and_others_are_not(landing: Landing) -> None:
    for name in ("a.txt", "b.txt"):
        (landing.folder / name).write_text(name)
    landing.tick()
    assert landing.tick() == ["a.txt", "b.txt"]
    os.utime(landing.folder / "b.txt", ns=(1, 1))
    assert landing.tick() == []
    assert landing.tick() == ["b.txt"]


def test_a_growing_file_does_not_keep_the_others_waiting(landing: Landing) -> None:
    (landing.folder / "done.txt").write_text("done")
    growing = landing.folder / "growing.txt"
    growing.write_text("1")
    landing.tick()
    growing.write_text("12")
    assert landing.tick() == ["done.txt"]
    assert landing.tick() == ["growing.txt"]


@pytest.mark.parametrize("name", [".a.txt.Xy12", "a.txt.part", "b.tmp"])
def test_files_on_their_way_are_not_taken(landing: Landing, name: str) -> None:
    (landing.folder / name).write_text("half")
    assert landing.tick() == landing.tick() == []


def test_files_in_folders_are_seen_and_those_that_left_are_forgotten(landing: Landing) -> None:
    page = landing.folder / "2026" / "a.txt"
    page.parent.mkdir()
    page.write_text("text")
    landing.tick()
    assert landing.tick() == ["a.txt"]
    state = page.stat()
    page.unlink()
    landing.tick()
    page.write_text("text")
    os.utime(page, ns=(state.st_atime_ns, state.st_mtime_ns))
    landing.tick()
    assert landing.tick() == ["a.txt"]


def test_no_folder_is_no_error(tmp_path: Path) -> None:
    result = arrivals(Settings(warehouse=tmp_path / "none"))(build_sensor_context())
    assert isinstance(result, SkipReason)


def test_the_schedule_reads_the_landing_folder(tmp_path: Path) -> None:
    settings = Settings(warehouse=tmp_path)
    schedule = hourly(settings)
    context = build_schedule_context(repository_def=build_definitions(settings).get_repository_def())
    (request,) = schedule.evaluate_tick(context).run_requests or []
    assert request.partition_key == today()
    assert request.run_config["ops"]["raw__documents"]["config"]["paths"] == [str(settings.landing.resolve())]
    assert schedule.cron_schedule == "0 * * * *"
