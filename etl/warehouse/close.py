"""The close mentions of a build, put together by themselves: those whose bounds are narrow.

They are put together all at once, in parts of one kind; or those alone that may be in another cluster than they were:
what moved, what shares a key with it or with a cluster that came to be another, and so on from there (`regather`).
"""

from typing import NamedTuple

import duckdb
import polars as pl

from etl.transform.events import cluster
from etl.warehouse.mentions import (
    HAS_MOVED,
    IN_ORDER,
    IS_CLOSE,
    IS_PLACED,
    IS_TOLD,
    JOINED,
    KIND,
    SAID,
    UNIT,
    create,
    read,
)

TABLES = ("close_mentions", "moved_cells", "cells", "free_mentions", "given_mentions", "looked")
"""Temporary tables that are left."""


class Close(NamedTuple):
    """What the close mentions gave."""

    links: pl.DataFrame
    """number, known, unit of those in clusters of several."""
    changed: pl.Series
    """Units with a cluster that is another than it was."""


def gather(con: duckdb.DuckDBPyConnection) -> Close:
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
    return Close(pl.concat([nothing, *links]), pl.concat([nothing["unit"], *changed]))


_SPELLS = f"(epoch_us({{}}) + {2**20 * cluster.SPELL}) // {cluster.SPELL}"  # // goes towards 0
_CLOSE_MENTIONS = f"""
    CREATE OR REPLACE TEMP TABLE close_mentions AS
    SELECT
        e.rowid AS number,
        {UNIT} AS unit,
        {KIND} AS kind,
        {_SPELLS.format("e.begin_earliest")} AS first_spell,
        {_SPELLS.format("e.end_latest")} AS last_spell,
        (hash(coalesce(e.cluster_id, e.event_id)) >> 1)::BIGINT AS old,
        {HAS_MOVED} AS is_moved
    FROM core.events AS e
    WHERE {IS_TOLD} AND {IS_CLOSE}
"""  # noqa: S608 - of this module
_SPREAD = "SELECT number, old, kind, unnest(range(first_spell, last_spell + 1)) AS spell FROM close_mentions"
"""Kinds and spells, as keys have them: mentions with none in common share no key."""
_CELLS = f"SELECT kind, spell FROM ({_SPREAD} WHERE {{}})"  # noqa: S608 - of this module
_IN = f"SELECT number FROM ({_SPREAD})"  # noqa: S608 - of this module
_CELLS_OF_MOVED = f"""
    CREATE OR REPLACE TEMP TABLE moved_cells AS SELECT DISTINCT * FROM ({_CELLS.format("is_moved")});
    CREATE OR REPLACE TEMP TABLE cells AS
    SELECT DISTINCT * FROM ({_CELLS.format(f"number IN ({_IN} SEMI JOIN moved_cells USING (kind, spell))")})
"""  # noqa: S608 - of this module
_GIVEN = f"""
    CREATE OR REPLACE TEMP TABLE free_mentions AS
    SELECT DISTINCT number FROM ({_IN} SEMI JOIN cells USING (kind, spell));

    CREATE OR REPLACE TEMP TABLE given_mentions AS
    WITH beside AS (SELECT DISTINCT * FROM ({_CELLS.format("number IN (FROM free_mentions)")})),

    near AS (SELECT DISTINCT number FROM ({_IN} SEMI JOIN beside USING (kind, spell)))

    SELECT number, old, is_moved FROM close_mentions
    WHERE old IN (SELECT old FROM close_mentions SEMI JOIN near USING (number))
"""  # noqa: S608 - of this module
_WIDER = f"""
    CREATE OR REPLACE TEMP TABLE cells AS
    SELECT DISTINCT * FROM (
        {_CELLS.format("number IN (FROM found)")}
        UNION ALL
        FROM cells WHERE kind IN (SELECT kind FROM close_mentions WHERE number IN (FROM found))
    )
"""  # noqa: S608 - of this module


def regather(con: duckdb.DuckDBPyConnection) -> Close:
    """Put those close mentions together again that moved, and those that share a key with them, and so on from there.

    What stands near these in time and kind is given too, in the clusters it is in. Where one of it must look again,
    that kind is done again with more that are free, until none must.
    """
    con.execute(_CLOSE_MENTIONS)
    con.execute(_CELLS_OF_MOVED)
    looked = [pl.DataFrame(schema=_LOOKED)]
    while True:
        con.execute(_GIVEN)
        query = f"""
            SELECT
                {SAID}, g.old AS known, g.is_moved, e.rowid IN (FROM free_mentions) AS is_free, {KIND} AS kind
            FROM given_mentions AS g
            JOIN core.events AS e ON e.rowid = g.number
            {JOINED}
            ORDER BY kind, {IN_ORDER}
        """  # noqa: S608 - of this module
        unsettled = [pl.Series(dtype=pl.Int64)]
        for mentions in read(con, query, "kind"):
            again = cluster.regather(mentions)
            known = mentions["number"].gather(again.found)
            found = mentions.select("number", "unit", "kind", known=known, is_changed=again.is_changed)
            waiting = found.filter(again.is_unsettled)
            unsettled.append(waiting["number"])
            looked.append(found.join(waiting, on="kind", how="anti").select(*_LOOKED))
        numbers = pl.concat(unsettled)
        if numbers.is_empty():
            return _close(con, pl.concat(looked))
        con.register("found", numbers.alias("number").to_frame().to_arrow())
        con.execute(_WIDER)
        con.unregister("found")


_LOOKED = {"number": pl.Int64, "known": pl.Int64, "unit": pl.UInt64, "is_changed": pl.Boolean}


def _close(con: duckdb.DuckDBPyConnection, looked: pl.DataFrame) -> Close:
    """What was looked at, and the clusters of the others as they are."""
    create(con, "looked", looked.select("number"))
    others: pl.DataFrame = con.sql(
        """
        WITH several AS (
            SELECT old, min(number) AS known FROM close_mentions
            WHERE number NOT IN (FROM looked)
            GROUP BY old
            HAVING count(*) > 1
        )

        SELECT number, known, unit FROM close_mentions JOIN several USING (old)
        """
    ).pl()
    several = looked.filter(pl.len().over("known") > 1).select("number", "known", "unit")
    return Close(pl.concat([others, several]), looked.filter("is_changed")["unit"].unique())
