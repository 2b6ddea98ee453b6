"""What is likely of publications beyond what evidence holds, in the columns `inferred_…` of `core.anchors`.

Weekday words are read in `etl.transform.infer`; an event that is dated elsewhere is one whose mentions stand in one
cluster. Nothing is dated by what is inferred here.
"""

import duckdb
import polars as pl

from etl.transform import infer

_SET = """
    UPDATE core.anchors AS a
    SET inferred_earliest = w.earliest, inferred_latest = w.latest, inferred_from = w.words,
        inferred_confidence = w.confidence
    FROM wanted AS w
    WHERE w.anchor_id = a.anchor_id
        AND (a.inferred_earliest, a.inferred_latest, a.inferred_from)
            IS DISTINCT FROM (w.earliest, w.latest, w.words)
"""
# an item without a lower bound that tells an event which others date was published after it began
_DATED_ELSEWHERE = f"""
    WITH dated AS (
        SELECT
            e.cluster_id,
            max(e.begin_earliest) AS since,
            arg_max(e.trigger || ' (' || e.event_id || ')', (e.begin_earliest, e.event_id)) AS words
        FROM core.events AS e
        JOIN core.anchors AS p USING (anchor_id)
        WHERE e.begin_earliest IS NOT NULL AND e.end_latest IS NOT NULL AND p.earliest IS NOT NULL
        GROUP BY e.cluster_id
    ),

    told AS (
        SELECT e.anchor_id, max(d.since) AS since, arg_max(d.words, (d.since, d.words)) AS words
        FROM core.events AS e
        JOIN dated AS d USING (cluster_id)
        JOIN core.anchors AS p USING (anchor_id)
        WHERE p.earliest IS NULL AND d.since < p.latest
            AND e.tense IN ('PAST', 'PRESENT_PERFECT', 'PAST_PERFECT') AND e.modality IN ('asserted', 'reported')
        GROUP BY e.anchor_id
    )

    SELECT
        p.anchor_id,
        t.since AS earliest,
        NULL::TIMESTAMPTZ AS latest,
        t.words,
        if(t.since IS NOT NULL, {infer.EVENT_TRUST}, NULL)::DOUBLE AS confidence
    FROM core.anchors AS p
    LEFT JOIN told AS t USING (anchor_id)
    WHERE p.kind = 'publication' AND p.earliest IS NULL
"""  # noqa: S608 - a number of this package


def write(
    con: duckdb.DuckDBPyConnection, clocks: pl.DataFrame, events: pl.DataFrame, expressions: pl.DataFrame
) -> None:
    """Infer what the words of some pages and the dated events of all make likely.

    Args:
        con: the build, with bounds and clusters as they are now.
        clocks: core.anchors of the pages whose clocks moved.
        events: their events.
        expressions: their expressions.
    """
    bounded = clocks.filter((pl.col("kind") == "publication") & pl.col("earliest").is_not_null())
    found = infer.from_weekdays(bounded, events, expressions)
    con.register("wanted", bounded.select("anchor_id").join(found, on="anchor_id", how="left").to_arrow())
    con.execute(_SET)
    con.unregister("wanted")
    con.execute(f"CREATE OR REPLACE TEMP VIEW wanted AS {_DATED_ELSEWHERE}")
    con.execute(_SET)
    con.execute("DROP VIEW wanted")
