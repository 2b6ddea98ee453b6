"""Dagster's event log, as it keeps it in SQLite, with the files held open.

Dagster opens the file anew for each event, and SQLite tidies up whenever the last connection to a file is closed: a
run of some 300 events comes to 3,000 waits for the disk. Here it comes to a few.
What is written is the same, and Dagster's own class reads it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Engine

_OPEN_FILES = 4
"""Held open at most: the index, the run that is on, and what the UI shows."""


class EventBooks(SqliteEventLogStorage):
    """The event log; named in dagster.yaml."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Open the index."""
        self._engines: dict[str, Engine] = {}
        self._tables: set[str] = set()
        super().__init__(*args, **kwargs)

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        """Make it as dagster.yaml says."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> "Iterator[Connection]":
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def _engine(self, shard: str) -> "Engine":
        """The engine of a file, with one connection; the file that was asked for longest ago is closed."""
        from dagster._core.storage.sql import create_engine
        from sqlalchemy import event
        from sqlalchemy.pool import StaticPool

        engine = self._engines.pop(shard, None)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard),
                poolclass=StaticPool,
                connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
            )
            event.listen(engine, "connect", _wait_less)
        self._engines[shard] = engine
        if len(self._engines) > _OPEN_FILES:
            self._engines.pop(next(iter(self._engines))).dispose()
        return engine

    def has_table(self, table_name: str) -> bool:
        """Whether the index has a table; none is ever dropped."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def wipe(self) -> None:
        """Remove everything."""
        self._close()
        super().wipe()

    def dispose(self) -> None:
        """Close the files."""
        super().dispose()
        self._close()

    def _close(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _wait_less(connection: Any, _: object) -> None:
    """Let SQLite wait for the disk at its checkpoints only: where the power fails, the last events may be lost."""
    connection.execute("PRAGMA synchronous = NORMAL")
