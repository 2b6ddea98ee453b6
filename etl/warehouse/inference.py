"""What is likely of publications beyond what evidence holds, in the columns `inferred_…` of `core.anchors`.

Weekday words are read in `etl.transform.infer`; an event that is dated elsewhere is one whose mentions stand in one
cluster. Nothing is dated by what is inferred here.
"""

import duckdb
import polars as pl

from etl.schema import core
from etl.transform import infer
from etl.warehouse import rows

_INFERRED = ("inferred_earliest", "inferred_latest", "inferred_from", "inferred_confidence")
# an item without a lower bound that tells an event which others date was published after it began
_DATED_ELSEWHERE = f"""
    WITH telling AS (
        SELECT e.anchor_id, e.cluster_id, p.latest
        FROM core.events AS e
        JOIN core.anchors AS p USING (anchor_id)
        WHERE p.earliest IS NULL
            AND e.tense IN ('PAST', 'PRESENT_PERFECT', 'PAST_PERFECT') AND e.modality IN ('asserted', 'reported')
    ),

    several AS (
        SELECT DISTINCT cluster_id FROM core.events SEMI JOIN telling USING (cluster_id) WHERE cluster_id <> event_id
    ),

    dated AS (
        SELECT
            e.cluster_id,
            max(e.begin_earliest) AS since,
            arg_max(e.trigger || ' (' || e.event_id || ')', (e.begin_earliest, e.event_id)) AS words
        FROM core.events AS e
        SEMI JOIN several USING (cluster_id)
        JOIN core.anchors AS p USING (anchor_id)
        WHERE e.begin_earliest IS NOT NULL AND e.end_latest IS NOT NULL AND p.earliest IS NOT NULL
        GROUP BY e.cluster_id
    ),

    told AS (
        SELECT t.anchor_id, max(d.since) AS since, arg_max(d.words, (d.since, d.words)) AS words
        FROM telling AS t
        JOIN dated AS d USING (cluster_id)
        WHERE d.since < t.latest
        GROUP BY t.anchor_id
    )

    SELECT
        p.rowid AS number,
        t.since AS inferred_earliest,
        NULL::TIMESTAMPTZ AS inferred_latest,
        t.words AS inferred_from,
        if(t.since IS NOT NULL, {infer.EVENT_TRUST}, NULL)::DOUBLE AS inferred_confidence
    FROM core.anchors AS p
    LEFT JOIN told AS t USING (anchor_id)
    WHERE p.kind = 'publication' AND p.earliest IS NULL
        AND (p.inferred_earliest, p.inferred_latest, p.inferred_from) IS DISTINCT FROM (t.since, NULL, t.words)
"""  # noqa: S608 - a number of this package


def infer_from_words(
    con: duckdb.DuckDBPyConnection, clocks: pl.DataFrame, events: pl.DataFrame, expressions: pl.DataFrame
) -> None:
    """Infer what the words of some pages make likely.

    Args:
        con: the build.
        clocks: core.anchors of the pages, with their number (rowid).
        events: their events.
        expressions: their expressions.
    """
    bounded = clocks.filter((pl.col("kind") == "publication") & pl.col("earliest").is_not_null())
    found = infer.from_weekdays(bounded, events, expressions)
    names = dict(zip(("earliest", "latest", "words", "confidence"), _INFERRED, strict=True))
    wanted = bounded.select("number", "anchor_id").join(
        found.rename(names), on="anchor_id", how="left", maintain_order="left"
    )
    differs = pl.any_horizontal(wanted[name].ne_missing(bounded[name]).alias(name) for name in _INFERRED)
    rows.update(con, core.Anchor.table, wanted.filter(differs), _INFERRED)


def infer_from_events(con: duckdb.DuckDBPyConnection) -> None:
    """Infer what the dated events of all make likely, with bounds and clusters as they are now."""
    rows.update_in_parts(con, core.Anchor.table, _DATED_ELSEWHERE, _INFERRED)
