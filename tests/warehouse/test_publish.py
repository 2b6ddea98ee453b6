"""Publication: readers that come and go while runs publish meet no error and no half state."""

import multiprocessing
import shutil
import time
from collections.abc import Iterator
from multiprocessing.queues import Queue
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb
import pytest

from etl.settings import Settings
from etl.warehouse import fingerprints
from etl.warehouse import publish as publishing
from etl.warehouse.disk import DiskFullError
from etl.warehouse.publish import PublicationError, publish, publish_exports

ROWS = 2000
PUBLICATIONS = 25


def settings_in(folder: Path, **switches: float) -> Settings:
    return Settings.model_validate({"warehouse": folder, **switches})


def build(n: int) -> duckdb.DuckDBPyConnection:
    """A build whose every row says which publication it belongs to."""
    con = duckdb.connect()
    con.execute("CREATE SCHEMA core; CREATE SCHEMA marts")
    con.execute(f"CREATE TABLE core.numbers AS SELECT {n} AS n FROM range({ROWS})")
    con.execute("CREATE VIEW marts.numbers AS SELECT * FROM core.numbers")
    return con


def read(file: Path) -> tuple[int, int, int]:
    with duckdb.connect(str(file), read_only=True) as con:
        ((low, high, count),) = con.execute("SELECT min(n), max(n), count(*) FROM marts.numbers").fetchall()
    return low, high, count


def keep_reading(file: Path, stop: Event, n_reads: "Synchronized[int]", found: "Queue[list[str]]") -> None:
    """Open, query and close in a loop; count, and tell what went wrong."""
    wrong, newest = [], 0
    while not stop.is_set():
        try:
            low, high, count = read(file)
            if low != high or count != ROWS or low < newest:
                wrong.append(f"half a state: {low}, {high}, {count} after {newest}")
            newest = max(newest, high)
        except Exception as error:
            wrong.append(repr(error))
        n_reads.value += 1
    found.put(wrong)


def test_readers_meet_no_error_and_no_half_state_while_runs_publish(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with build(0) as con:
        publish(con, settings)
    context = multiprocessing.get_context("spawn")
    stop, found = context.Event(), context.Queue()
    counts = [context.Value("i", 0) for _ in range(2)]
    readers = [
        context.Process(target=keep_reading, args=(settings.published_file, stop, n_reads, found))
        for n_reads in counts
    ]
    for reader in readers:
        reader.start()

    def wait_for_reads(n: int) -> None:
        until = time.monotonic() + 60
        while time.monotonic() < until and min(n_reads.value for n_reads in counts) < n:
            time.sleep(0.01)

    wait_for_reads(1)  # both are on
    before = [n_reads.value for n_reads in counts]
    for n in range(1, PUBLICATIONS + 1):
        with build(n) as con:
            publish(con, settings)
        wait_for_reads(n // 3)  # that they read meanwhile, on a busy machine too
    stop.set()
    wrong = [found.get(timeout=60) for _ in readers]
    for reader in readers:
        reader.join(timeout=60)
    assert wrong == [[], []]
    assert all(n_reads.value > n for n_reads, n in zip(counts, before, strict=True))
    assert min(n_reads.value for n_reads in counts) >= PUBLICATIONS // 3
    assert read(settings.published_file) == (PUBLICATIONS, PUBLICATIONS, ROWS)


def test_the_published_file_is_a_link_to_a_version_that_nobody_writes(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with build(1) as con:
        version = publish(con, settings)
    assert settings.published_file.is_symlink()
    assert settings.published_file.resolve() == version.resolve()
    assert version.stat().st_mode & 0o222 == 0
    assert not settings.published_file.readlink().is_absolute()  # the folder may be moved


def test_a_reader_keeps_the_version_it_has_opened(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    with build(1) as con:
        publish(con, settings)
    with duckdb.connect(str(settings.published_file), read_only=True) as reader:
        with build(2) as con:
            publish(con, settings)
        assert reader.execute("SELECT max(n) FROM core.numbers").fetchall() == [(1,)]
    assert read(settings.published_file)[0] == 2


@pytest.mark.parametrize(("keep_versions", "keep_minutes", "left"), [(2, 0, 2), (1, 0, 1), (1, 60, 5), (9, 0, 5)])
def test_old_versions_go_when_they_are_neither_young_nor_among_the_last(
    tmp_path: Path, keep_versions: int, keep_minutes: float, left: int
) -> None:
    settings = settings_in(tmp_path, keep_versions=keep_versions, keep_minutes=keep_minutes)
    for n in range(5):
        with build(n) as con:
            publish(con, settings)
    assert len(list((settings.published / "versions").iterdir())) == left
    assert read(settings.published_file)[0] == 4


def test_exports_stand_beside_the_file_they_come_from(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    for n in (1, 2):
        with build(n) as con:
            publish(con, settings)
        written = publish_exports(settings)
        assert [path.relative_to(settings.published).as_posix() for path in written] == [
            "csv/numbers.csv",
            "parquet/numbers.parquet",
        ]
        assert (settings.published / "csv").resolve().parent == settings.published_file.resolve().parent
        assert set((settings.published / "csv" / "numbers.csv").read_text().split()[1:]) == {str(n)}


@pytest.fixture
def published(tmp_path: Path) -> Iterator[Settings]:
    settings = settings_in(tmp_path)
    with build(1) as con:
        publish(con, settings)
    yield settings
    assert read(settings.published_file) == (1, 1, ROWS)


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        (OSError(28, "No space left on device"), DiskFullError),
        (duckdb.IOException("Could not write: No space left on device"), DiskFullError),
        (PermissionError(13, "Permission denied"), PublicationError),
    ],
)
def test_a_version_that_cannot_be_written_leaves_the_one_before(
    published: Settings, monkeypatch: pytest.MonkeyPatch, error: Exception, raised: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(publishing, "_put", fail)
    with build(2) as con, pytest.raises(raised):
        publish(con, published)
    assert [path.name for path in (published.published / "versions").iterdir() if "partial" in path.name] == []


def test_what_a_killed_run_left_half_done_goes(published: Settings) -> None:
    half = published.published / "versions" / "20260101T000000000000Z.partial"
    half.mkdir()
    (half / "dateline.duckdb").write_bytes(b"half")
    with build(1) as con:
        publish(con, published)
    assert not half.exists()


def test_the_fingerprints_that_are_published_are_those_of_the_file(sample: Settings, tmp_path: Path) -> None:
    def taken(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
        return {query: con.execute(f"{query} ORDER BY ALL").fetchall() for query in queries}

    queries = ("FROM fingerprints", "SELECT name, number, first, last, n FROM stretches", "FROM links")

    file = sample.published_file.resolve()
    with duckdb.connect() as con:
        fingerprints.read(con, file.parent)
        kept = taken(con)
    copy = tmp_path / file.name
    shutil.copyfile(file, copy)
    with duckdb.connect(str(copy)) as con:
        con.execute("SET GLOBAL TimeZone = 'UTC'")
        fingerprints.take(con)
        assert taken(con) == kept
    assert all(kept.values())
