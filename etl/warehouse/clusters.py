"""The clusters of a build: which mentions to look at again, in parts that fit in memory.

What belongs here: what hangs on which, and writing `core.events.cluster_id`. What does not: which of them tell one
event (`etl.transform.events.cluster`), and reading them (`mentions.py`).

The close mentions are put together first, all of them: they are few, and what one joins hangs on those before it.
What is left is tied by item and story, so it can join only what is in its unit: what is of one kind in a story. It is
put together by sets: the mentions of a unit that is open, where something is left and is not alone, and of all
clusters of close ones that have a mention in it; or of several such units with a cluster in common. All else is in
its cluster of close ones, or alone. What a cluster is called after, `cluster.first_told` says.

Only units that are asked for are looked at: where a mention moved, or one that was in a cluster with it, or where a
cluster of close ones is another than it was. Mentions move with the clocks of their document, and with their story: a
cluster of one whose story moved is NULL until then (`stories.py`).
"""

from typing import NamedTuple

import duckdb
import numpy as np
import polars as pl

from etl.schema import core
from etl.transform import network
from etl.transform.events import cluster
from etl.warehouse import rows
from etl.warehouse.connection import at_half, transaction
from etl.warehouse.mentions import IN_ORDER, IS_CLOSE, IS_PLACED, IS_TOLD, JOINED, KIND, SAID, UNIT, read


class _Close(NamedTuple):
    """What the close mentions gave."""

    links: pl.DataFrame
    """number, known, unit of those in clusters of several."""
    changed: pl.Series
    """Units with a cluster that is another than it was."""


def gather(con: duckdb.DuckDBPyConnection, *, of_all: bool) -> None:
    """Put the mentions of one event together, where bounds or stories that moved change which they are.

    Each part is a transaction; one that is killed is done again with `of_all`.

    Args:
        con: the build; documents whose events may have moved are not `is_dated` in ops.anchored.
        of_all: look at all mentions.
    """
    if not of_all:
        con.execute(_MOVED)
    with at_half(con):
        close = _gather_close(con)
    _create(con, "close_links", close.links)
    _create(con, "changed_units", close.changed.alias("unit").to_frame())
    for made in (_OPEN.format(only=""), _ALL) if of_all else (_ASKED, _OPEN.format(only=_IN_REACH)):
        con.execute(made)
    _create(con, "ties", _components(con.sql("FROM close_links SEMI JOIN open_units USING (unit)").pl()))
    con.execute(_SETS)
    con.execute(_CLUSTERED)
    _name_close(con)
    con.execute(f"INSERT INTO clustered {_ALONE}")
    _gather_sets(con)
    rows.update_in_parts(con, core.Event.table, "FROM clustered", ["cluster_id"])
    with transaction(con):
        # of what is not told to have happened
        con.execute("UPDATE core.events SET cluster_id = event_id WHERE cluster_id IS NULL")
    for table in _TABLES:
        con.execute(f"DROP TABLE IF EXISTS {table}")


_TABLES = (
    "close_links",
    "changed_units",
    "moved_units",
    "open_units",
    "asked_units",
    "ties",
    "sets",
    "spread",
    "close_alone",
    "chosen",
    "clustered",
)


def _create(con: duckdb.DuckDBPyConnection, table: str, frame: pl.DataFrame) -> None:
    con.register("found", frame.to_arrow())
    con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM found")
    con.unregister("found")


_MOVED = f"""
    CREATE OR REPLACE TEMP TABLE moved_units AS
    WITH items AS (
        SELECT article_id FROM core.articles
        WHERE document_id IN (SELECT document_id FROM ops.anchored WHERE NOT is_dated)
    ),

    clusters AS (SELECT cluster_id FROM core.events WHERE article_id IN (SELECT article_id FROM items))

    SELECT DISTINCT {UNIT} AS unit
    FROM core.events AS e
    WHERE e.cluster_id IS NULL OR e.cluster_id IN (SELECT cluster_id FROM clusters)
"""  # noqa: S608 - of this module
_OPEN = f"""
    CREATE OR REPLACE TEMP TABLE open_units AS
    SELECT {UNIT} AS unit
    FROM core.events AS e
    WHERE {IS_TOLD} {{only}}
    GROUP BY ALL
    HAVING count(*) > 1 AND NOT bool_and({IS_CLOSE})
"""  # noqa: S608 - of this module
_IN_REACH = f"AND {UNIT} IN (SELECT unit FROM asked_units UNION SELECT unit FROM close_links)"  # noqa: S608
_ASKED = """
    CREATE OR REPLACE TEMP TABLE asked_units AS
    SELECT unit FROM moved_units UNION SELECT unit FROM changed_units
"""
_ALL = f"""
    CREATE OR REPLACE TEMP TABLE asked_units AS
    SELECT unit FROM open_units
    UNION
    SELECT unit FROM close_links
    UNION
    SELECT {UNIT} FROM core.events AS e WHERE {IS_TOLD} AND e.cluster_id <> e.event_id
"""  # noqa: S608 - of this module
# the units of the sets that are looked at, and the mentions of them that are of no such unit
_SETS = """
    CREATE OR REPLACE TEMP TABLE sets AS
    WITH tied AS (SELECT DISTINCT unit, component FROM ties),

    looked AS (
        SELECT component FROM ties
        WHERE known IN (SELECT known FROM close_links SEMI JOIN asked_units USING (unit))
        UNION
        SELECT unit FROM asked_units
    )

    SELECT unit, coalesce(component, unit) AS component
    FROM open_units
    LEFT JOIN tied USING (unit)
    WHERE coalesce(component, unit) IN (SELECT component FROM looked);

    CREATE OR REPLACE TEMP TABLE spread AS
    WITH tied AS (SELECT DISTINCT known, component FROM ties SEMI JOIN sets USING (component))

    SELECT number, component
    FROM close_links
    JOIN tied USING (known)
    WHERE unit NOT IN (SELECT unit FROM open_units)
"""
# of units that are not open
_CLOSE_ALONE = """
    CREATE OR REPLACE TEMP TABLE close_alone AS
    WITH asked AS (
        SELECT known FROM close_links SEMI JOIN asked_units USING (unit)
        EXCEPT
        SELECT known FROM ties
    )

    SELECT number, known FROM close_links SEMI JOIN asked USING (known)
"""
_NAMED = """
    WITH named AS (
        SELECT
            l.number,
            e.cluster_id,
            first_value(e.event_id) OVER (PARTITION BY l.known ORDER BY c.latest NULLS LAST, e.event_id) AS own
        FROM core.events AS e
        JOIN (FROM close_alone WHERE known % {n_parts} = {part}) AS l ON l.number = e.rowid
        JOIN core.anchors AS c ON c.anchor_id = e.anchor_id
    )

    SELECT number, own AS cluster_id FROM named WHERE own IS DISTINCT FROM cluster_id
"""
_ALONE = f"""
    SELECT e.rowid AS number, e.event_id AS cluster_id
    FROM core.events AS e
    WHERE
        {IS_TOLD}
        AND e.cluster_id <> e.event_id
        AND e.rowid NOT IN (SELECT number FROM close_links)
        AND {UNIT} IN (SELECT unit FROM asked_units EXCEPT SELECT unit FROM open_units)
"""  # noqa: S608 - of this module


def _gather_close(con: duckdb.DuckDBPyConnection) -> _Close:
    """Put close mentions together, and say what is other than it was.

    Those that are alone of their kind in their story, and have neither names nor a place, can join none.
    """
    links, changed = [], []
    query = f"""
        WITH several AS (
            SELECT {UNIT} AS unit FROM core.events AS e
            WHERE {IS_TOLD} AND {IS_CLOSE}
            GROUP BY ALL
            HAVING count(*) > 1
        )

        SELECT {SAID}, hash(e.cluster_id) AS old, NULL::BIGINT AS known, {KIND} AS kind
        FROM core.events AS e
        {JOINED}
        WHERE {IS_TOLD} AND {IS_CLOSE}
            AND (p.role IS NOT NULL OR {IS_PLACED} OR {UNIT} IN (FROM several))
        ORDER BY kind, {IN_ORDER}
    """  # noqa: S608 - of this module
    for mentions in read(con, query, "kind"):
        found = mentions.select("number", "unit", "old", known=mentions["number"].gather(cluster.gather(mentions)))
        several = found.filter(pl.len().over("known") > 1)
        links.append(several.select("number", "known", "unit"))
        is_same = (pl.col("old").n_unique().over("known") == 1) & (pl.len().over("old") == pl.len().over("known"))
        changed.append(found.filter(~is_same)["unit"].unique())
    nothing = pl.DataFrame(schema={"number": pl.Int64, "known": pl.Int64, "unit": pl.UInt64})
    return _Close(pl.concat([nothing, *links]), pl.concat([nothing["unit"], *changed]))


def _components(links: pl.DataFrame) -> pl.DataFrame:
    """Say which clusters of close mentions are of one set: unit, known, and component, a number of the set."""
    ends = [links[name].rank("dense").cast(pl.Int64).to_numpy() for name in ("unit", "known")]
    n_units = int(ends[0].max()) if links.height else 0
    n_nodes = 1 + n_units + (int(ends[1].max()) if links.height else 0)
    labels = network.components(n_nodes, ends[0], ends[1] + n_units)
    return links.select("unit", "known", component=pl.Series(labels[ends[0]].astype(np.uint64))).unique()


def _name_close(con: duckdb.DuckDBPyConnection) -> None:
    """Name clusters of close mentions alone: those that are called otherwise go to `clustered`."""
    con.execute(_CLOSE_ALONE)
    n_parts = _n_parts(con, "close_alone")
    for part in range(n_parts):
        con.execute(f"INSERT INTO clustered {_NAMED.format(n_parts=n_parts, part=part)}")


def _n_parts(con: duckdb.DuckDBPyConnection, table: str) -> int:
    ((n_rows,),) = con.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608 - of this module
    return 1 + int(n_rows) // _PART


def _gather_sets(con: duckdb.DuckDBPyConnection) -> None:
    """Put the mentions of the sets together: those whose cluster is another than it was go to `clustered`."""
    con.execute(_CHOSEN)
    n_parts = _n_parts(con, "chosen")
    for part in range(n_parts):
        query = f"""
            SELECT {SAID}, e.event_id, e.cluster_id, c.latest AS told_by, chosen.component, chosen.known
            FROM chosen
            JOIN core.events AS e ON e.rowid = chosen.number
            JOIN core.anchors AS c ON c.anchor_id = e.anchor_id
            {JOINED}
            WHERE chosen.component % {n_parts} = {part}
            ORDER BY chosen.component, {IN_ORDER}
        """  # noqa: S608 - of this module
        changed = [pl.DataFrame(schema={"number": pl.Int64, "cluster_id": pl.String})]
        for mentions in read(con, query, "component"):
            named = mentions.select("number", "event_id", "cluster_id", "told_by", first=cluster.gather(mentions))
            changed.append(
                named.with_columns(own=cluster.first_told().over("first"))
                .filter(pl.col("own").ne_missing(pl.col("cluster_id")))
                .select("number", cluster_id="own")
            )
        con.register("found", pl.concat(changed).to_arrow())
        con.execute("INSERT INTO clustered FROM found")
        con.unregister("found")


_CLUSTERED = "CREATE OR REPLACE TEMP TABLE clustered (number BIGINT, cluster_id VARCHAR)"
"""The mentions whose cluster is another than it was, and which: they may be most of all."""
_PART = 250_000
"""Mentions that are joined with who took part, and put in order, at once, and no more sets."""
_CHOSEN = f"""
    CREATE OR REPLACE TEMP TABLE chosen AS
    SELECT
        e.rowid AS number, coalesce(sets.component, spread.component) AS component,
        CASE WHEN {IS_CLOSE} THEN coalesce(close_links.known, e.rowid) END AS known
    FROM core.events AS e
    LEFT JOIN sets ON sets.unit = {UNIT}
    LEFT JOIN spread ON spread.number = e.rowid
    LEFT JOIN close_links ON close_links.number = e.rowid
    WHERE {IS_TOLD} AND (sets.component IS NOT NULL OR spread.component IS NOT NULL)
"""  # noqa: S608 - of this module
