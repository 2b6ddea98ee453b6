"""Handing out: in order, nothing lost and nothing doubled, whoever dies."""

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import distributed
import duckdb
import polars as pl
import pytest

from etl.engine import hands, loops, work
from etl.engine.cluster import Cluster, NoSchedulerError
from etl.engine.progress import silent
from etl.engine.shards import Shards
from etl.engine.workers import Workers
from etl.schema import tables
from etl.settings import Settings
from etl.transform import pipeline
from etl.warehouse import load
from tests.engine.conftest import PAGE
from tests.warehouse.documents import build, document

DOCUMENTS = pl.concat([document(PAGE.format(n)) for n in range(2, 14)]).with_columns(
    source_uri=pl.format("{}.txt", pl.int_range(pl.len()))
)
VERSIONS = pipeline.transform_versions()


class Mortal:
    """Hands that die of a document, as many times as it is fatal."""

    n = n_beside = 2
    died: type[Exception] = BrokenProcessPool

    def __init__(self, fatal: Mapping[str, int]) -> None:
        self.fatal = dict(fatal)
        self.n_renewed = 0

    def submit(self, documents: pl.DataFrame, uri: str, versions: Mapping[str, str]) -> "Future[str]":
        future: Future[str] = Future()
        for name in documents["source_uri"]:
            if self.fatal.get(name):
                self.fatal[name] -= 1
                future.set_exception(BrokenProcessPool("killed"))
                return future
        future.set_result(work.make(documents, uri, versions))
        return future

    def renew(self) -> None:
        self.n_renewed += 1

    def __enter__(self) -> "Mortal":
        return self

    def __exit__(self, *_: Any) -> None:
        pass


def batches(size: int = 3) -> Iterator[pl.DataFrame]:
    yield from DOCUMENTS.iter_slices(size)


@pytest.mark.parametrize(
    ("fatal", "refused"),
    [({}, []), ({"4.txt": 1}, []), ({"4.txt": 99}, ["4.txt"]), ({"0.txt": 99, "11.txt": 99}, ["0.txt", "11.txt"])],
)
def test_only_a_document_that_kills_every_worker_is_refused(
    tmp_path: Path, fatal: dict[str, int], refused: list[str]
) -> None:
    mortal, uri = Mortal(fatal), str(tmp_path)
    done = list(hands.hand_out(mortal, batches(), uri, VERSIONS))
    assert pl.concat([part for part, _ in done])["source_uri"].to_list() == DOCUMENTS["source_uri"].to_list()
    made = [Shards(uri).read(shard) for _, shard in done]
    assert [name for one in made for name in one["ops.rejects"]["source_uri"]] == refused
    assert sum(one["core.articles"].height for one in made) == DOCUMENTS.height - len(refused)
    assert bool(mortal.n_renewed) == bool(fatal)


def test_no_more_is_read_than_is_worked_on(tmp_path: Path) -> None:
    n_read = 0

    def counted() -> Iterator[pl.DataFrame]:
        nonlocal n_read
        for batch in batches(1):
            n_read += 1
            yield batch

    for n_done, _ in enumerate(hands.hand_out(Mortal({}), counted(), str(tmp_path), VERSIONS), start=1):
        assert n_read <= n_done + Mortal.n + hands.AHEAD


def transformed(folder: Path, settings: Settings, killing: bool = False) -> dict[str, list[Any]]:
    """Every row of `core` after the documents are transformed as the settings say."""
    folder.mkdir()
    con = build()
    load.load_documents(con, DOCUMENTS)

    killed: list[int] = []

    def kill_one(step: str, n_documents: int, n_chars: int, n_all: int) -> None:
        assert n_all == DOCUMENTS["n_chars"].sum()
        if killing and n_documents < DOCUMENTS.height / 2:
            killed.append(multiprocessing.active_children()[0].pid or 0)
            os.kill(killed[-1], signal.SIGKILL)

    given = settings.model_copy(update={"warehouse": folder, "batch_chars": 200})
    assert loops.transform_pending(con, run_id="run", settings=given, progress=kill_one).n_transformed == 12
    assert bool(killed) == killing
    assert not [path for path in folder.rglob("*") if path.is_file()], "shards are left"
    return rows(con)


def rows(con: duckdb.DuckDBPyConnection) -> dict[str, list[Any]]:
    return {
        row.table: con.execute(f"SELECT * FROM {row.table} ORDER BY ALL").fetchall()
        for row in tables("core").values()
    }


@pytest.fixture(scope="module")
def by_this_process(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    return transformed(tmp_path_factory.mktemp("one") / "w", Settings())


def test_workers_give_the_rows_of_one_process_though_some_are_killed(
    tmp_path: Path, by_this_process: dict[str, list[Any]]
) -> None:
    assert len(by_this_process["core.articles"]) == 12
    assert transformed(tmp_path / "w", Settings(workers=2), killing=True) == by_this_process


def test_a_cluster_gives_the_rows_of_one_process_though_a_worker_is_killed(
    tmp_path: Path, by_this_process: dict[str, list[Any]]
) -> None:
    with (
        distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, silence_logs="ERROR"
        ) as cluster,
        distributed.Client(cluster, set_as_default=False) as client,
    ):
        settings = Settings(engine="dask", scheduler=cluster.scheduler_address)
        assert transformed(tmp_path / "w", settings) == by_this_process
        os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)
        assert transformed(tmp_path / "again", settings) == by_this_process


def test_a_scheduler_that_is_not_there_is_said_soon(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound and not listening: nobody answers, and nobody else can
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        start = time.monotonic()
        with pytest.raises(NoSchedulerError, match=f"{address}.*dask scheduler"), Cluster(address, 1):
            pytest.fail("it has a scheduler")
        assert time.monotonic() - start < 10


_PARENT = """
import multiprocessing, os, signal
from etl.engine.workers import Workers
with Workers(1) as workers:
    workers._pool.submit(os.getpid).result()
    print(multiprocessing.active_children()[0].pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_workers_do_not_outlive_a_parent_that_is_killed() -> None:
    done = subprocess.run([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE, text=True)
    assert done.returncode == -signal.SIGKILL
    for _ in range(100):
        if not is_running(int(done.stdout)):
            return
        time.sleep(0.1)
    pytest.fail("the worker runs on")


_IGNORING = """
import os, signal
from concurrent.futures.process import BrokenProcessPool
from etl.engine.workers import Workers

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    workers = Workers(2)
    with workers:
        at_work = set()
        while len(at_work) < workers.n:
            at_work |= {one.result() for one in [workers._pool.submit(os.getpid) for _ in range(50)]}
        os.kill(min(at_work), signal.SIGKILL)
        try:
            while True:
                workers._pool.submit(os.getpid).result()
        except BrokenProcessPool:
            print("broken")
"""


def test_a_pool_that_lost_a_process_ends_though_its_parent_ignores_sigterm() -> None:
    assert subprocess.check_output([sys.executable, "-c", _IGNORING], timeout=60, text=True) == "broken\n"


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # what has ended and was not waited for is still there by name
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    ("settings", "kind"),
    [(Settings(), hands.ThisProcess), (Settings(workers=3), Workers), (Settings(workers=0), Workers)],
)
def test_the_settings_choose(settings: Settings, kind: type[hands.Hands]) -> None:
    chosen = hands.chosen(settings)
    assert isinstance(chosen, kind)
    assert chosen.n == (settings.workers or hands.available_cores())


def test_nothing_that_waits_starts_nobody(tmp_path: Path) -> None:
    con = build()
    settings = Settings(warehouse=tmp_path, engine="dask", scheduler="tcp://127.0.0.1:1")
    assert loops.transform_pending(con, run_id="run", settings=settings, progress=silent) == loops.Transformed(
        0, 0, 0
    )
