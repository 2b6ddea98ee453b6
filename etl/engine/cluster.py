"""A Dask cluster: one that runs somewhere, or one started on this machine for the run.

Dask does the work of a worker that dies again by itself; shards are named by what they are made of, so that what was
done twice is one shard. The packages are optional: `pip install 'dateline[dask]'`.
"""

from collections.abc import Mapping
from typing import Any, Self

import polars as pl

from etl.engine import hands, work

try:
    import distributed
except ImportError as error:
    raise hands.MissingPackagesError(
        "the Dask engine needs a package that is not installed: pip install 'dateline[dask]'"
    ) from error

_PATIENCE = "5s"
"""How long a scheduler may take to answer."""


class NoSchedulerError(RuntimeError):
    """Nobody answers at the address of the scheduler."""


class Cluster:
    """The workers of a Dask cluster."""

    died: type[Exception] = distributed.scheduler.KilledWorker

    def __init__(self, scheduler: str | None, n: int) -> None:
        """Plan for the cluster at an address; without one for `n` processes on this machine, 0: one a core."""
        self._scheduler = scheduler
        self.n = n or hands.available_cores()
        self.n_beside = 0 if scheduler else self.n
        self._client: Any = None
        self._own: Any = None

    def submit(self, documents: pl.DataFrame, uri: str, versions: Mapping[str, str]) -> Any:
        """Send a batch to the scheduler. A batch done before is not taken from its memory: its shard may be gone."""
        return self._client.submit(work.make, documents, uri, versions, pure=False)

    def renew(self) -> None:
        """Dask starts others by itself."""

    def __enter__(self) -> Self:
        """Connect.

        Raises:
            NoSchedulerError: nobody answers.
        """
        if self._scheduler is None:
            self._own = distributed.LocalCluster(
                n_workers=self.n, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
            )
        try:
            self._client = distributed.Client(self._own or self._scheduler, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NoSchedulerError(
                f"no Dask scheduler answers at {self._scheduler}: start one with `dask scheduler`, give its address, "
                "or leave --scheduler out to work on this machine"
            ) from error
        if self._own is None:
            self.n = max(1, sum(self._client.nthreads().values()))
        return self

    def __exit__(self, *_: Any) -> None:
        """Leave the cluster; end it if it was started for the run."""
        for one in (self._client, self._own):
            if one is not None:
                one.close()
