"""The clusters of a build: which mentions to look at again, in parts that fit in memory.

What belongs here: reading mentions in order, and writing `core.events.cluster_id`. What does not: which of them tell
one event (`etl.transform.events.cluster`).

The close mentions are put together first, all of them: they are few, and what one joins hangs on those before it.
What is left is tied by item and story, so it can join only what is in its unit: what is of one kind in a story. It is
put together by sets: the mentions of a unit that is open, where something is left and is not alone, and of all
clusters of close ones that have a mention in it; or of several such units with a cluster in common. All else is in
its cluster of close ones, or alone. What a cluster is called after, `cluster.first_told` says.

Only close mentions that may be in another cluster are put together anew (`_regather_close`). Of the rest only units
that are asked for are looked at: where a mention moved, or one that was in a cluster with it, or where a cluster of
close ones is another than it was. Mentions move with the clocks of their document, and with their story: a
cluster of one whose story moved is NULL until then (`stories.py`).
"""

from collections.abc import Iterator
from typing import NamedTuple

import duckdb
import numpy as np
import polars as pl

from etl.schema import core
from etl.transform import network
from etl.transform.events import cluster
from etl.warehouse import rows
from etl.warehouse.connection import at_half, transaction

_AT_ONCE = 20_000
"""Mentions that are put together at once, and no more sets or kinds."""
_WIDTH = "epoch_us(e.end_latest) - epoch_us(e.begin_earliest)"
_IS_TOLD = f"e.polarity = 'POS' AND e.modality IN {cluster.TOLD}"
_IS_CLOSE = f"coalesce({_WIDTH} <= {cluster.CLOSE}, false)"
_KIND = f"hash(e.event_type, CASE WHEN e.event_type NOT IN {tuple(sorted(cluster.DEEDS))} THEN e.trigger_lemma END)"
"""What close mentions of one event have in common: the type, and the word where it must be the same."""
_UNIT = f"hash(e.story_id, {_KIND})"
_IS_PLACED = f"e.location_basis IN {cluster.PLACED}"
# texts as numbers: only whether they are the same matters
_MENTIONS = f"""
    e.rowid AS number,
    e.event_type,
    {_UNIT} AS unit,
    hash(e.story_id) AS story_id,
    hash(e.article_id) AS article_id,
    CASE WHEN e.mode <> '' THEN hash(e.mode) END AS mode,
    hash(e.trigger_lemma) AS lemma,
    e.tense = 'NONE' AS is_noun,
    CASE WHEN {_IS_PLACED} AND e.location_id <> '' THEN hash(e.location_id) END AS place,
    CASE WHEN {_IS_PLACED} AND l.country_code <> '' THEN hash(l.country_code) END AS country,
    {", ".join(f"epoch_us(e.{side}) AS {side}" for side in cluster.SIDES)},
    p.role,
    p.name
"""
_JOINED = """
    LEFT JOIN core.locations AS l ON l.location_id = e.location_id
    LEFT JOIN core.event_participants AS p
        ON p.event_id = e.event_id AND p.role <> 'attribution' AND p.name IS NOT NULL
"""
_IN_ORDER = f"coalesce({_WIDTH}, {2**63 - 1}), e.event_id"


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
        close = (_gather_close if of_all else _regather_close)(con)
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
    "moved_clusters",
    "close_mentions",
    "moved_cells",
    "cells",
    "free_mentions",
    "given_mentions",
    "looked",
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


_HAS_MOVED = "(e.cluster_id IS NULL OR e.cluster_id IN (FROM moved_clusters))"
"""Of a mention: it moved, or one that was in a cluster with it."""
_MOVED = f"""
    CREATE OR REPLACE TEMP TABLE moved_clusters AS
    WITH items AS (
        SELECT article_id FROM core.articles
        WHERE document_id IN (SELECT document_id FROM ops.anchored WHERE NOT is_dated)
    )

    SELECT DISTINCT cluster_id FROM core.events
    WHERE article_id IN (SELECT article_id FROM items) AND cluster_id IS NOT NULL;

    CREATE OR REPLACE TEMP TABLE moved_units AS
    SELECT DISTINCT {_UNIT} AS unit FROM core.events AS e WHERE {_HAS_MOVED}
"""  # noqa: S608 - of this module
_OPEN = f"""
    CREATE OR REPLACE TEMP TABLE open_units AS
    SELECT {_UNIT} AS unit
    FROM core.events AS e
    WHERE {_IS_TOLD} {{only}}
    GROUP BY ALL
    HAVING count(*) > 1 AND NOT bool_and({_IS_CLOSE})
"""  # noqa: S608 - of this module
_IN_REACH = f"AND {_UNIT} IN (SELECT unit FROM asked_units UNION SELECT unit FROM close_links)"  # noqa: S608
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
    SELECT {_UNIT} FROM core.events AS e WHERE {_IS_TOLD} AND e.cluster_id <> e.event_id
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
        {_IS_TOLD}
        AND e.cluster_id <> e.event_id
        AND e.rowid NOT IN (SELECT number FROM close_links)
        AND {_UNIT} IN (SELECT unit FROM asked_units EXCEPT SELECT unit FROM open_units)
"""  # noqa: S608 - of this module


def _gather_close(con: duckdb.DuckDBPyConnection) -> _Close:
    """Put close mentions together, and say what is other than it was.

    Those that are alone of their kind in their story, and have neither names nor a place, can join none.
    """
    links, changed = [], []
    query = f"""
        WITH several AS (
            SELECT {_UNIT} AS unit FROM core.events AS e
            WHERE {_IS_TOLD} AND {_IS_CLOSE}
            GROUP BY ALL
            HAVING count(*) > 1
        )

        SELECT {_MENTIONS}, hash(e.cluster_id) AS old, NULL::BIGINT AS known, {_KIND} AS kind
        FROM core.events AS e
        {_JOINED}
        WHERE {_IS_TOLD} AND {_IS_CLOSE}
            AND (p.role IS NOT NULL OR {_IS_PLACED} OR {_UNIT} IN (FROM several))
        ORDER BY kind, {_IN_ORDER}
    """  # noqa: S608 - of this module
    for mentions in _read(con, query, "kind"):
        found = mentions.select("number", "unit", "old", known=mentions["number"].gather(cluster.gather(mentions)))
        several = found.filter(pl.len().over("known") > 1)
        links.append(several.select("number", "known", "unit"))
        is_same = (pl.col("old").n_unique().over("known") == 1) & (pl.len().over("old") == pl.len().over("known"))
        changed.append(found.filter(~is_same)["unit"].unique())
    nothing = pl.DataFrame(schema={"number": pl.Int64, "known": pl.Int64, "unit": pl.UInt64})
    return _Close(pl.concat([nothing, *links]), pl.concat([nothing["unit"], *changed]))


_SPELLS = f"(epoch_us({{}}) + {2**20 * cluster.SPELL}) // {cluster.SPELL}"  # // goes towards 0
_CLOSE_MENTIONS = f"""
    CREATE OR REPLACE TEMP TABLE close_mentions AS
    SELECT
        e.rowid AS number,
        {_UNIT} AS unit,
        {_KIND} AS kind,
        {_SPELLS.format("e.begin_earliest")} AS first_spell,
        {_SPELLS.format("e.end_latest")} AS last_spell,
        (hash(coalesce(e.cluster_id, e.event_id)) >> 1)::BIGINT AS old,
        {_HAS_MOVED} AS is_moved
    FROM core.events AS e
    WHERE {_IS_TOLD} AND {_IS_CLOSE}
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


def _regather_close(con: duckdb.DuckDBPyConnection) -> _Close:
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
                {_MENTIONS}, g.old AS known, g.is_moved, e.rowid IN (FROM free_mentions) AS is_free, {_KIND} AS kind
            FROM given_mentions AS g
            JOIN core.events AS e ON e.rowid = g.number
            {_JOINED}
            ORDER BY kind, {_IN_ORDER}
        """  # noqa: S608 - of this module
        unsettled = [pl.Series(dtype=pl.Int64)]
        for mentions in _read(con, query, "kind"):
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


def _close(con: duckdb.DuckDBPyConnection, looked: pl.DataFrame) -> _Close:
    """What was looked at, and the clusters of the others as they are."""
    _create(con, "looked", looked.select("number"))
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
    return _Close(pl.concat([others, several]), looked.filter("is_changed")["unit"].unique())


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
            SELECT {_MENTIONS}, e.event_id, e.cluster_id, c.latest AS told_by, chosen.component, chosen.known
            FROM chosen
            JOIN core.events AS e ON e.rowid = chosen.number
            JOIN core.anchors AS c ON c.anchor_id = e.anchor_id
            {_JOINED}
            WHERE chosen.component % {n_parts} = {part}
            ORDER BY chosen.component, {_IN_ORDER}
        """  # noqa: S608 - of this module
        changed = [pl.DataFrame(schema={"number": pl.Int64, "cluster_id": pl.String})]
        for mentions in _read(con, query, "component"):
            names = mentions.select("number", "event_id", "cluster_id", "told_by", first=cluster.gather(mentions))
            changed.append(
                names.with_columns(own=cluster.first_told().over("first"))
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
        CASE WHEN {_IS_CLOSE} THEN coalesce(close_links.known, e.rowid) END AS known
    FROM core.events AS e
    LEFT JOIN sets ON sets.unit = {_UNIT}
    LEFT JOIN spread ON spread.number = e.rowid
    LEFT JOIN close_links ON close_links.number = e.rowid
    WHERE {_IS_TOLD} AND (sets.component IS NOT NULL OR spread.component IS NOT NULL)
"""  # noqa: S608 - of this module


def _read(con: duckdb.DuckDBPyConnection, query: str, by: str) -> Iterator[pl.DataFrame]:
    """The mentions of a query, those that agree in a column together; the rows of one follow each other."""
    parts = rows.grouped(rows.streamed(con, query, _AT_ONCE), "number", _AT_ONCE)
    return rows.grouped((_one_each(part) for part in parts), by, _AT_ONCE)


def _one_each(part: pl.DataFrame) -> pl.DataFrame:
    """One row a mention, with the names of all who took part; the rows of one follow each other."""
    number = part["number"]
    of_several = number.is_duplicated()
    names = pl.concat(
        [
            part.filter(~of_several).select("number", names=cluster.name_of()),
            part.filter(of_several).group_by("number").agg(names=cluster.names_of()),
        ]
    )
    first = part.filter(number.ne_missing(number.shift(1))).drop("role", "name")
    return first.join(names, on="number", how="left", maintain_order="left")
