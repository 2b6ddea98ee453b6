"""The clusters of a build: which mentions to look at again, in parts that fit in memory.

What belongs here: reading mentions in order, and writing `core.events.cluster_id`. What does not: which of them tell
one event (`etl.transform.events.cluster`).

The close mentions of a type are put together first. Where few of them moved, these and what was in one cluster
with them are put together beside the clusters that share a key with them, and on from those that they join, until the
rest stands as it would if all were put together anew.

What is left is tied by item and story, so it is put together by units, a type in a story, or several units with a
cluster of close ones in common. Of these only those are looked at where a mention moved, or a cluster of close ones
is another than it was.
"""

from typing import NamedTuple

import duckdb
import numpy as np
import polars as pl

from etl.schema import core
from etl.transform import network
from etl.transform.events import cluster
from etl.warehouse import rows

_AT_ONCE = 20_000
"""Mentions that are put together at once, and no more units or types."""
_MANY = 20
"""Times as many as moved that all close mentions must be, for these to be put beside them. On composed pages it took
less time where one in 23 had moved, and nearly three times as much where one in 8 had."""
_UNIT = "hash(e.story_id, e.event_type)"
_WIDTH = "epoch_us(e.end_latest) - epoch_us(e.begin_earliest)"
_IS_TOLD = f"e.polarity = 'POS' AND e.modality IN {cluster.TOLD}"
_IS_CLOSE = f"coalesce({_WIDTH} <= {cluster.CLOSE}, false)"
_IS_PLACED = f"e.location_basis IN {cluster.PLACED}"
_WORD = f"CASE WHEN e.event_type NOT IN {tuple(sorted(cluster.DEEDS))} THEN e.trigger_lemma END"
# texts as numbers: only whether they are the same matters
_MENTIONS = f"""
    e.rowid AS number,
    e.event_id,
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
    close = _gather_close(con) if of_all or not _are_few(con) else _settle_close(con)
    con.register("found_links", _components(close.links).to_arrow())
    con.register("changed_units", close.changed.alias("unit").to_frame().to_arrow())
    con.execute("CREATE OR REPLACE TEMP TABLE close_links AS FROM found_links")
    con.execute(_ALL_UNITS if of_all else _UNITS)
    con.unregister("found_links")
    con.unregister("changed_units")
    rows.update_in_parts(con, core.Event.table, _gather_units(con), ["cluster_id"])
    con.execute("DROP TABLE close_links; DROP TABLE units; DROP TABLE IF EXISTS moved")


def _are_few(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether so few close mentions moved that to put them beside the others is less work than to look at all."""
    ((n_moved,),) = con.execute("SELECT count(*) FROM moved WHERE is_close").fetchall()
    ((n_close,),) = con.execute(
        f"SELECT count(*) FROM core.events AS e WHERE {_IS_TOLD} AND {_IS_CLOSE}"  # noqa: S608 - of this module
    ).fetchall()
    return bool(_MANY * n_moved <= n_close)


# a new text may have put the stories of others together: all that its story holds counts as moved, and what was in
# one cluster with it
_MOVED = f"""
    CREATE OR REPLACE TEMP TABLE moved AS
    WITH stories AS (
        SELECT story_id FROM core.articles
        WHERE document_id IN (SELECT document_id FROM ops.anchored WHERE NOT is_dated)
    ),

    clusters AS (SELECT cluster_id FROM core.events WHERE story_id IN (SELECT story_id FROM stories))

    SELECT e.rowid AS number, {_UNIT} AS unit, {_IS_TOLD} AND {_IS_CLOSE} AS is_close
    FROM core.events AS e
    WHERE e.cluster_id IN (SELECT cluster_id FROM clusters)
"""  # noqa: S608 - of this module
_UNITS = """
    CREATE OR REPLACE TEMP TABLE units AS
    WITH asked AS (SELECT unit FROM moved UNION SELECT unit FROM changed_units),

    touched AS (SELECT DISTINCT component FROM close_links WHERE unit IN (SELECT unit FROM asked))

    SELECT DISTINCT unit, component FROM close_links WHERE component IN (SELECT component FROM touched)
    UNION ALL
    SELECT unit, unit FROM asked WHERE unit NOT IN (SELECT unit FROM close_links)
"""
# one that is alone in its unit and called so is left as it is
_ALL_UNITS = f"""
    CREATE OR REPLACE TEMP TABLE units AS
    WITH linked AS (SELECT DISTINCT unit, component FROM close_links),

    told AS (
        SELECT {_UNIT} AS unit, count(*) AS n, bool_and(e.cluster_id = e.event_id) AS are_alone
        FROM core.events AS e
        WHERE {_IS_TOLD}
        GROUP BY ALL
    )

    SELECT told.unit, coalesce(linked.component, told.unit) AS component
    FROM told
    LEFT JOIN linked USING (unit)
    WHERE told.n > 1 OR linked.unit IS NOT NULL OR told.are_alone IS DISTINCT FROM true
"""  # noqa: S608 - of this module


def _gather_close(con: duckdb.DuckDBPyConnection) -> _Close:
    """Put all close mentions together, and say what is other than it was."""
    links, changed = [], []
    query = f"""
        SELECT {_MENTIONS}, hash(e.cluster_id) AS old, NULL::BIGINT AS known, hash(e.event_type, {_WORD}) AS kind
        FROM core.events AS e
        {_JOINED}
        WHERE {_IS_TOLD} AND {_IS_CLOSE}
        ORDER BY kind, {_IN_ORDER}
    """  # noqa: S608 - of this module
    for part in rows.grouped(rows.streamed(con, query, _AT_ONCE), "kind", _AT_ONCE):
        mentions = _one_each(part)
        close = _compared(
            mentions.select("number", "unit", "old", known=mentions["number"].gather(cluster.gather(mentions)))
        )
        links.append(close.links)
        changed.append(close.changed)
    nothing = _compared(pl.DataFrame(schema=_PLACED))
    return _Close(pl.concat([nothing.links, *links]), pl.concat([nothing.changed, *changed]))


def _compared(found: pl.DataFrame) -> _Close:
    """Close mentions by cluster, beside what they were: number, unit, old (what it was) and known."""
    is_same = (pl.col("old").n_unique().over("known") == 1) & (pl.len().over("old") == pl.len().over("known"))
    return _Close(
        found.filter(pl.len().over("known") > 1).select("number", "known", "unit"),
        found.filter(~is_same)["unit"].unique(),
    )


def _settle_close(con: duckdb.DuckDBPyConnection) -> _Close:
    """Put the close mentions that moved together, and on from those that they loosen; the others stand."""
    _note_keys(con)
    con.execute("CREATE OR REPLACE TEMP TABLE loose AS SELECT number FROM moved WHERE is_close")
    placed = pl.DataFrame(schema=_PLACED)
    is_narrowed = False
    while True:
        mentions = _read_beside(con)
        settled = cluster.settle(mentions)
        found = mentions.select("number", "unit", "old", known=mentions["number"].gather(settled.first))
        placed = pl.concat([placed.join(found, on="number", how="anti"), found])
        if not settled.is_loose.any():
            break
        # of what moved most is settled at once; from then on what is loose stays so, or two might loosen each other
        is_loose = settled.is_loose | (mentions["known"].is_null() & is_narrowed)
        is_narrowed = True
        con.register("settled", found.filter(~is_loose).to_arrow())
        con.register("loosened", found.filter(is_loose).select("number").to_arrow())
        con.execute("UPDATE close_keys AS k SET cluster = s.known FROM settled AS s WHERE s.number = k.number")
        con.execute("CREATE OR REPLACE TEMP TABLE loose AS FROM loosened")
        con.unregister("settled")
        con.unregister("loosened")
    con.register("placed", placed.select("number").to_arrow())
    elsewhere = con.sql(_ELSEWHERE).pl()
    con.unregister("placed")
    con.execute("DROP TABLE loose; DROP TABLE close_keys; DROP TABLE beside")
    close = _compared(placed)
    return _Close(pl.concat([close.links, elsewhere.select(close.links.columns)]), close.changed)


def _note_keys(con: duckdb.DuckDBPyConnection) -> None:
    """Note what close mentions must share to be of one cluster: the temporary `close_keys`."""
    names = con.sql("SELECT DISTINCT role, name FROM core.event_participants WHERE name IS NOT NULL").pl()
    words = names.with_columns(word=pl.Series([cluster.words_of(*row) for row in names.iter_rows()], dtype=_WORDS))
    con.register("words_of_names", words.explode("word").drop_nulls("word").to_arrow())
    con.execute(_KEYS)
    con.unregister("words_of_names")


def _read_beside(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Read what is loose and what stands beside it."""
    con.execute(_BESIDE)
    return _one_each(con.sql(_MENTIONS_BESIDE).pl())


_PLACED = {"number": pl.Int64, "unit": pl.UInt64, "old": pl.UInt64, "known": pl.Int64}
_WORDS = pl.List(pl.String)
# as in `etl.transform.events.cluster`, the time as the first and the last of its spells; and the cluster, as it was
_KEYS = f"""
    CREATE OR REPLACE TEMP TABLE close_keys AS
    WITH close AS (
        SELECT
            e.rowid AS number,
            hash(e.cluster_id) AS cluster,
            e.event_id,
            e.event_type,
            {_WORD} AS word,
            e.trigger_lemma,
            e.story_id,
            e.article_id,
            CASE WHEN {_IS_PLACED} AND e.location_id <> '' THEN e.location_id END AS place,
            epoch_us(e.begin_earliest) // {cluster.SPELL} AS first,
            epoch_us(e.end_latest) // {cluster.SPELL} AS last
        FROM core.events AS e
        WHERE {_IS_TOLD} AND {_IS_CLOSE}
    )

    SELECT number, cluster, first, last, hash('name', c.event_type, c.word, p.role, w.word) AS key
    FROM close AS c
    JOIN core.event_participants AS p ON p.event_id = c.event_id AND p.role <> 'attribution'
    JOIN words_of_names AS w ON w.role = p.role AND w.name = p.name
    UNION ALL
    SELECT number, cluster, first, last, hash('place', event_type, word, place) FROM close WHERE place IS NOT NULL
    UNION ALL
    SELECT number, cluster, first, last, hash('story', event_type, trigger_lemma, story_id) FROM close
    UNION ALL
    SELECT number, cluster, first, last, hash('item', event_type, word, article_id) FROM close
"""  # noqa: S608 - of this module
# what is loose, and whole clusters with a key of it; what is known is called after the first of its cluster
_BESIDE = """
    CREATE OR REPLACE TEMP TABLE beside AS
    WITH asked AS (
        SELECT DISTINCT key, unnest(range(first, last + 1)) AS spell FROM close_keys WHERE number IN (FROM loose)
    ),

    clusters AS (
        SELECT DISTINCT cluster
        FROM (
            SELECT cluster, key, unnest(range(first, last + 1)) AS spell
            FROM close_keys
            WHERE key IN (SELECT key FROM asked)
        )
        SEMI JOIN asked USING (key, spell)
    ),

    mentions AS (SELECT DISTINCT number, cluster FROM close_keys WHERE cluster IN (FROM clusters))

    SELECT number, CASE WHEN number NOT IN (FROM loose) THEN min(number) OVER (PARTITION BY cluster) END AS known
    FROM mentions
"""
_MENTIONS_BESIDE = f"""
    SELECT {_MENTIONS}, hash(e.cluster_id) AS old, beside.known
    FROM core.events AS e
    JOIN beside ON beside.number = e.rowid
    {_JOINED}
    ORDER BY {_IN_ORDER}
"""  # noqa: S608 - of this module
_ELSEWHERE = f"""
    SELECT number, min(number) OVER (PARTITION BY cluster_id) AS known, unit
    FROM (
        SELECT e.rowid AS number, e.cluster_id, {_UNIT} AS unit
        FROM core.events AS e
        WHERE {_IS_TOLD} AND {_IS_CLOSE} AND e.rowid NOT IN (FROM placed)
            AND e.cluster_id IN (SELECT cluster_id FROM core.events WHERE cluster_id <> event_id)
    )
    QUALIFY count(*) OVER (PARTITION BY cluster_id) > 1
"""  # noqa: S608 - of this module


def _components(links: pl.DataFrame) -> pl.DataFrame:
    """Give each unit the number of those that it shares a cluster with, and is tied to by others."""
    ends = [links[name].rank("dense").cast(pl.Int64).to_numpy() for name in ("unit", "known")]
    n_units = int(ends[0].max()) if links.height else 0
    n_nodes = 1 + n_units + (int(ends[1].max()) if links.height else 0)
    labels = network.components(n_nodes, ends[0], ends[1] + n_units)
    return links.with_columns(component=pl.Series(labels[ends[0]].astype(np.uint64)))


def _gather_units(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Put the mentions of the units together: number and cluster_id of those whose cluster is another than it was."""
    query = f"""
        SELECT
            {_MENTIONS}, e.cluster_id, units.component,
            CASE WHEN {_IS_CLOSE} THEN coalesce(close_links.known, e.rowid) END AS known
        FROM core.events AS e
        JOIN units ON units.unit = {_UNIT}
        LEFT JOIN close_links ON close_links.number = e.rowid
        {_JOINED}
        WHERE {_IS_TOLD}
        ORDER BY units.component, {_IN_ORDER}
    """  # noqa: S608 - of this module
    changed = [pl.DataFrame(schema={"number": pl.Int64, "cluster_id": pl.String})]
    for part in rows.grouped(rows.streamed(con, query, _AT_ONCE), "component", _AT_ONCE):
        mentions = _one_each(part)
        named = mentions.select("number", "event_id", "cluster_id", first=cluster.gather(mentions))
        changed.append(
            named.with_columns(own=pl.col("event_id").min().over("first"))
            .filter(pl.col("own").ne_missing(pl.col("cluster_id")))
            .select("number", cluster_id="own")
        )
    return pl.concat(changed)


def _one_each(part: pl.DataFrame) -> pl.DataFrame:
    """One row a mention, with the names of all who took part."""
    told = pl.all().exclude("role", "name").first()
    return part.group_by("number", maintain_order=True).agg(told, names=cluster.names_of())
