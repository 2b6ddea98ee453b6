"""Who does the work, and what happens when one of them dies.

What belongs here: handing out batches, in order, with no more in the air than memory is meant for. What does not:
the work itself (`work.py`), and what starts the processes (`workers.py`, `cluster.py`).
"""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Protocol, Self

import polars as pl

from etl.engine import work
from etl.settings import Settings


class MissingPackagesError(ImportError):
    """An engine needs packages that are not installed."""


class Promise(Protocol):
    """A shard that is being made."""

    def result(self) -> str:
        """Wait for it; give its name."""


class Hands(Protocol):
    """Processes that take batches."""

    n: int
    """How many work at a time."""
    n_beside: int
    """How many of them are busy on this machine while this process does something else."""
    died: type[Exception]
    """What a future raises whose process was killed."""

    def submit(self, documents: pl.DataFrame, uri: str, versions: Mapping[str, str]) -> "Promise":
        """Have `work.make` done."""

    def renew(self) -> None:
        """Put others in the place of those that died; what they had in hand is lost."""

    def __enter__(self) -> Self:
        """Start."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """End all of them, done or not."""


class ThisProcess:
    """The process itself, one batch after the other."""

    n, n_beside = 1, 0
    died: type[Exception] = SystemError

    def submit(self, documents: pl.DataFrame, uri: str, versions: Mapping[str, str]) -> "Future[str]":
        """Do the work now."""
        future: Future[str] = Future()
        try:
            future.set_result(work.make(documents, uri, versions))
        except Exception as error:
            future.set_exception(error)
        return future

    def renew(self) -> None:
        """Nobody died."""

    def __enter__(self) -> Self:
        """Nothing to start."""
        return self

    def __exit__(self, *_: Any) -> None:
        """Nothing to end."""


def chosen(settings: Settings) -> Hands:
    """The hands that the settings name.

    Raises:
        MissingPackagesError: the engine needs packages that are not installed; the message names the remedy.
    """
    if settings.engine == "dask":
        from etl.engine.cluster import Cluster

        return Cluster(settings.scheduler, settings.workers)
    if settings.workers == 1:
        return ThisProcess()
    from etl.engine.workers import Workers

    n = settings.workers or available_cores()
    return _early.pop(n, None) or Workers(n)


_early: dict[int, Hands] = {}
"""Workers that were started before there was work for them, by their number."""


@contextmanager
def started_early(settings: Settings) -> Iterator[None]:
    """Start what `chosen` will give as far as it can be, so that a run starts beside its workers and not before them.

    Args:
        settings: who does the work; workers of this machine are started, others are not.
    """
    if settings.engine != "local" or settings.workers == 1:
        yield
        return
    from etl.engine.workers import Workers

    workers = Workers(settings.workers or available_cores())
    workers.warm()
    _early[workers.n] = workers
    try:
        yield
    finally:
        if _early.pop(workers.n, None) is workers:  # nobody has had work for them
            workers.end()


def available_cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


AHEAD = 16
"""Batches that lie ready beside those that are worked on, for while this process loads: as much text as it loads at a
time, so that no worker waits for it."""
Handed = tuple[pl.DataFrame, Promise]


def hand_out(
    hands: Hands, batches: Iterable[pl.DataFrame], uri: str, versions: Mapping[str, str]
) -> Iterator[tuple[pl.DataFrame, str]]:
    """Have batches made into shards.

    A batch whose worker is killed is done again, alone. If that kills a worker too, its halves are done alone, and so
    on to the document, which is refused: the others are not lost.

    Args:
        hands: who does it.
        batches: rows of raw.documents; read no further than is being worked on.
        uri: where the shards are kept.
        versions: the transform's, by language.

    Yields:
        Each batch, or part of one, with the name of its shard; in order.
    """
    source = iter(batches)
    air: deque[Handed] = deque()
    while True:
        while len(air) < (hands.n + AHEAD if hands.n > 1 else 1) and (batch := next(source, None)) is not None:
            air.append((batch, hands.submit(batch, uri, versions)))
        if not air:
            return
        batch, future = air.popleft()
        try:
            yield batch, future.result()
        except hands.died:
            hands.renew()
            yield from _alone(hands, batch, uri, versions)
            air = deque((other, hands.submit(other, uri, versions)) for other, _ in air)


def _alone(
    hands: Hands, batch: pl.DataFrame, uri: str, versions: Mapping[str, str]
) -> Iterator[tuple[pl.DataFrame, str]]:
    """Have a batch done with nothing beside it that could be what kills its worker."""
    try:
        yield batch, hands.submit(batch, uri, versions).result()
    except hands.died:
        hands.renew()
        if batch.height == 1:
            yield batch, work.refuse(batch, uri, versions)
            return
        half = batch.height // 2
        yield from _alone(hands, batch[:half], uri, versions)
        yield from _alone(hands, batch[half:], uri, versions)
