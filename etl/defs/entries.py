"""What Dagster's event log does for each of a run's three hundred events, done with less.

Dagster's class puts each statement together anew, puts the event of a check into words three times, asks the file for
the columns of a table it has seen, and for the file of a run Alembic reads all migrations there ever were. Here
statements are made once, an event is put into words once, columns are asked for once, and the file of a run is made
as the index is. What is written is the same, and Dagster's own class reads it.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationPlanned
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS, EVENT_TYPE_TO_PIPELINE_RUN_STATUS
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Update, bindparam
from sqlalchemy.dialects.sqlite import Insert, insert

from etl.defs.books import EventBooks

if TYPE_CHECKING:
    from dagster import EventLogEntry
    from sqlalchemy.engine import Connection, Engine

_ENTRY = SqlEventLogStorageTable.insert()
_IN_INDEX = {*ASSET_EVENTS, *ASSET_CHECK_EVENTS, *EVENT_TYPE_TO_PIPELINE_RUN_STATUS}


class EventEntries(EventBooks):
    """The event log; named in dagster.yaml."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Open the index."""
        self._asset_columns: set[str] = set()
        super().__init__(*args, **kwargs)

    def store_event(self, event: "EventLogEntry") -> None:
        """Write an event into the file of its run, and what is asked for across runs into the index."""
        row = self._event_to_row(event)
        with self.run_connection(event.run_id) as connection:
            connection.execute(_ENTRY, row)
        kind = event.dagster_event_type if event.is_dagster_event else None
        if kind not in _IN_INDEX:
            return
        with self.index_connection() as connection:
            (event_id,) = connection.execute(_ENTRY, row).inserted_primary_key
            if kind in ASSET_EVENTS:
                self._store_asset_event_tags(connection, [event], [event_id])
                self._store_asset_event(connection, event, event_id)
            if kind in ASSET_CHECK_EVENTS and _is_of_a_run(event):
                _note_check(connection, event, row, event_id)
        if kind in ASSET_CHECK_EVENTS and not _is_of_a_run(event):
            self.store_asset_check_event(event, event_id)

    def _store_asset_event(self, conn: "Connection", event: "EventLogEntry", event_id: int) -> None:
        """Note what happened last to an asset."""
        key = event.get_dagster_event().asset_key
        values = self._get_asset_entry_values(event, event_id, self._has_asset_key_index_cols_on_connection(conn))
        if key and values:
            conn.execute(_asset(tuple(values)), {"asset_key": key.to_string(), **values})

    def has_asset_key_col(self, column_name: str) -> bool:
        """Whether the table of assets has a column; none is ever dropped."""
        return column_name in self._asset_columns or super().has_asset_key_col(column_name)

    def _has_asset_key_col_on_connection(self, conn: "Connection", column_name: str) -> bool:
        if column_name not in self._asset_columns and super()._has_asset_key_col_on_connection(conn, column_name):
            self._asset_columns.add(column_name)
        return column_name in self._asset_columns

    def _initdb(self, engine: "Engine", for_index_shard: bool = False) -> None:
        """See that a file has its tables: of the index as Dagster does it, of a run as those of the index."""
        index = self.path_for_shard(INDEX_SHARD_NAME)
        if for_index_shard or not _revision(index):
            super()._initdb(engine, for_index_shard)
        elif engine.url.database and not _revision(engine.url.database):
            _make_alike(engine.url.database, index)


@lru_cache
def _asset(names: tuple[str, ...]) -> Insert:
    """Put the row of an asset, or these columns of it, in the place of what stands there."""
    statement = insert(AssetKeyTable)
    return statement.on_conflict_do_update(
        index_elements=["asset_key"], set_={name: statement.excluded[name] for name in names}
    )


_PLAN = AssetCheckExecutionsTable.insert()


def _check() -> Update:
    """Change the row of the check of a run."""
    rows = AssetCheckExecutionsTable.c
    of = (getattr(rows, name) == bindparam(f"its_{name}") for name in ("asset_key", "check_name", "run_id"))
    return AssetCheckExecutionsTable.update().where(*of, rows.partition.is_(None))


_CHECK = _check()


def _is_of_a_run(event: "EventLogEntry") -> bool:
    """Whether the event of a check speaks of one run, and its result of no partition, as all of ours do."""
    return bool(event.run_id) and not getattr(event.get_dagster_event().event_specific_data, "partition", None)


def _note_check(connection: "Connection", event: "EventLogEntry", row: Mapping[str, Any], event_id: int) -> None:
    """Note that a check is planned, or how it came out."""
    told: Any = event.get_dagster_event().event_specific_data
    of = {"asset_key": told.asset_key.to_string(), "check_name": told.check_name, "run_id": event.run_id}
    noted = {
        "evaluation_event": row["event"],
        "evaluation_event_timestamp": row["timestamp"],
        "evaluation_event_storage_id": event_id,
    }
    status = AssetCheckExecutionRecordStatus
    if isinstance(told, AssetCheckEvaluationPlanned):
        days = told.partitions_subset.get_partition_keys() if told.partitions_subset else [None]
        noted["execution_status"] = status.PLANNED.value
        connection.execute(_PLAN, [of | noted | {"partition": day} for day in days])
        return
    target = told.target_materialization_data
    noted["execution_status"] = (status.SUCCEEDED if told.passed else status.FAILED).value
    noted["materialization_event_storage_id"] = target.storage_id if target else None
    if not connection.execute(_CHECK, {f"its_{name}": value for name, value in of.items()} | noted).rowcount:
        connection.execute(_PLAN, of | noted)  # planned for a day, or by nobody


def _connected(file: str) -> "closing[sqlite3.Connection]":
    return closing(sqlite3.connect(file, timeout=SQLITE_BUSY_TIMEOUT_SECONDS, isolation_level=None))


def _revision(file: str) -> str | None:
    """The migration that the tables of a file come from; none: it has no tables."""
    with _connected(file) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchall():
            return None
        rows = connection.execute("SELECT version_num FROM alembic_version").fetchall()
    return str(rows[0][0]) if rows else None


def _make_alike(file: str, other: str) -> None:
    """Give a file the tables of another, empty, all or none: whoever comes at the same time finds them made."""
    with _connected(other) as connection:
        statements = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
        ).fetchall()
    with _connected(file) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        if not connection.execute("SELECT 1 FROM sqlite_master").fetchall():
            for (statement,) in statements:
                connection.execute(statement)
            connection.execute("INSERT INTO alembic_version VALUES (?)", [_revision(other)])
        connection.execute("COMMIT")
