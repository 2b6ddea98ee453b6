"""What a run did and how the warehouse stands, as plain names and values for a face to print."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import duckdb

from etl.schema import TABLES
from etl.schema.ddl import sql_literal
from etl.settings import Settings
from etl.transform.clocks import span
from etl.warehouse.connection import connect

REJECTS_SHOWN = 5


class RunSummary(NamedTuple):
    """The counts of one run and of what stands after it."""

    n_read: int
    n_rejected: int
    counts: dict[str, object]
    """By label, in the order to show."""
    rejects: list[str]
    """What was refused for the first time, with the remedy: at most REJECTS_SHOWN lines."""


def run_summary(settings: Settings, run_id: str, *, is_published: bool) -> RunSummary:
    """Counts of a run, and of the warehouse after it. Read from the build: a run that failed published nothing."""
    with connect(settings.build_file, read_only=True) as con:
        try:
            run = _one(con, "SELECT * FROM ops.runs WHERE run_id = ?", [run_id])
        except duckdb.CatalogException:  # it failed before there were tables
            return RunSummary(0, 0, {}, [])
        counts: dict[str, object] = {}
        if run:  # one that failed early has nothing written down
            counts |= {
                "documents read": run["n_read"],
                "  new": run["n_loaded"],
                "  known": run["n_known"],
                "rejected": run["n_rejected"],
                "documents transformed": run["n_transformed"],
                **({"  again, by other rules": n} if (n := run["n_renewed"]) else {}),
                "capture claims added": run["n_claims"],
            }
        counts |= {"articles": _count(con, "core.articles"), "events": _count(con, "core.events")}
        for status, n in con.sql(
            "SELECT time_status, count(*) FROM core.events GROUP BY ALL ORDER BY ALL"
        ).fetchall():
            counts[f"  {status}"] = n
        if run:
            counts["events moved"] = run["n_events_moved"]
            counts["bounds of clocks gained"] = run["n_bounds_gained"]
            counts["bounds of clocks moved"] = run["n_bounds_moved"]
        if run.get("n_bounds_moved"):
            counts["  by the median"] = span(run["moved_s"])
            counts["  by the most"] = span(run["moved_most_s"])
        rejects = con.execute(
            "SELECT detail FROM ops.rejects WHERE rejected_at >= ? ORDER BY source_uri LIMIT ?",
            [run.get("started_at"), REJECTS_SHOWN],
        ).fetchall()
    if is_published:
        counts["published"] = str(settings.published_file)
    return RunSummary(run.get("n_read", 0), run.get("n_rejected", 0), counts, [detail for (detail,) in rejects])


def events_by_status(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How many events have both bounds, one, or none."""
    return dict(con.sql("SELECT time_status, count(*) FROM core.events GROUP BY ALL ORDER BY ALL").fetchall())


def standing(settings: Settings) -> dict[str, dict[str, object]]:
    """How the published warehouse stands: version, rows by table, captures, rejects, last runs."""
    version = settings.published_file.resolve()
    written = dt.datetime.fromtimestamp(version.stat().st_mtime, dt.UTC)
    with connect(settings.published_file, read_only=True) as con:
        return {
            "warehouse": {
                "folder": str(settings.warehouse),
                "published": f"{version.name}, {version.stat().st_size / 1e6:.1f} MB, {written:%Y-%m-%d %H:%M} UTC",
            },
            "rows": {name: _count(con, name) for name in TABLES},
            "captures of documents": _pairs(
                con,
                """
                SELECT if(count(captured_latest) + count(captured_earliest) > 0, 'known', 'unknown'), d
                FROM (SELECT document_id AS d FROM raw.documents)
                LEFT JOIN raw.captures ON document_id = d
                GROUP BY d
                """,
            ),
            "rejects by reason": _pairs(con, "SELECT reason, reject_id FROM ops.rejects"),
            "last runs": {
                f"{started:%Y-%m-%d %H:%M:%S}": text
                for started, text in con.sql(
                    """
                    SELECT
                        started_at,
                        format(
                            '{} read, {} new, {} known, {} rejected, {} transformed, {} claims, {} events moved',
                            n_read, n_loaded, n_known, n_rejected, n_transformed, n_claims, n_events_moved
                        )
                    FROM ops.runs
                    ORDER BY started_at DESC
                    LIMIT 5
                    """
                ).fetchall()
            },
        }


def query(settings: Settings, text: str, *, on_lake: bool = False) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Run one statement on the published file: read-only, and with no way to any other file or to the network.

    With `on_lake` on the views over the lake that the settings name; then its files may be read, and no others.
    """
    with connect(settings.published_lake if on_lake else settings.published_file, read_only=True) as con:
        if on_lake:
            con.execute(f"SET allowed_directories = [{sql_literal(str(settings.lake_uri))}]")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        result = con.execute(text)
        return [name for name, *_ in result.description or []], result.fetchall()


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    ((n,),) = con.table(table).count("*").fetchall()
    return int(n)


def _one(con: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object]) -> dict[str, Any]:
    """Give the row of a query that gives one, as a dictionary; empty where it gives none."""
    result = con.execute(sql, parameters)
    names = [name for name, *_ in result.description or []]
    rows = result.fetchall()
    return dict(zip(names, rows[0], strict=True)) if rows else {}


def _pairs(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, object]:
    """Rows by the value of the first column of a query of two columns."""
    counted = con.sql(f"SELECT #1, count(*) FROM ({sql}) GROUP BY ALL ORDER BY ALL")  # noqa: S608 - SQL of this module
    return {str(name): n for name, n in counted.fetchall()}
