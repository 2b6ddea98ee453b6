"""Worker processes on this machine."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, Self

import polars as pl

from etl.engine import work


class Workers:
    """A pool of processes."""

    died: type[Exception] = BrokenProcessPool

    def __init__(self, n: int) -> None:
        """Plan a pool of `n` processes; `with` starts it."""
        self.n = self.n_beside = n
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, documents: pl.DataFrame, uri: str, versions: Mapping[str, str]) -> "Future[str]":
        """Put a batch in the queue."""
        assert self._pool is not None  # noqa: S101 - for the type checker: `with` has started it
        try:
            return self._pool.submit(work.make, documents, uri, versions)
        except BrokenProcessPool as error:
            future: Future[str] = Future()
            future.set_exception(error)
            return future

    def renew(self) -> None:
        """A pool that lost a process takes no more work: make another."""
        self.end()
        self._start()

    def warm(self) -> None:
        """Start the pool now, each process with all that reading a document takes."""
        self._start()
        assert self._pool is not None  # noqa: S101 - for the type checker
        for _ in range(self.n):
            self._pool.submit(work.warm)

    def __enter__(self) -> Self:
        """Start the pool, unless it is warm; its processes start with the first batches."""
        if self._pool is None:
            self._start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> None:
        """End the pool; what is in the queue is not begun, and what is being made after an error is waited for."""
        self.end(is_waited_for=kind is not None)

    def end(self, *, is_waited_for: bool = True) -> None:
        """End the pool, used or not; processes without work may end while this one goes on."""
        if self._pool is not None:
            self._pool.shutdown(wait=is_waited_for, cancel_futures=True)
            self._pool = None

    def _start(self) -> None:
        # a process that has threads, as Polars and DuckDB make them, must not be forked
        self._pool = ProcessPoolExecutor(self.n, mp_context=multiprocessing.get_context("spawn"), initializer=_serve)


_AFTER_THE_PARENT = 5
"""Where there are fewer cores than processes, a worker waits and not the one process that loads."""


def _serve() -> None:
    """In a worker: let the parent go first, leave Ctrl-C to it, end when it says so, and when it is killed."""
    if hasattr(os, "nice"):
        os.nice(_AFTER_THE_PARENT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Dagster treats it as SIGINT, which a shell makes what it starts in the background ignore, and so would this one:
    # the pool that has lost a process would wait for the others for ever
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            wait([parent.sentinel])
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
