"""The anchor step on the warehouse: from claims to bounds, touching only what hangs on a clock that moved.

Nothing is read from the text: symbols, offsets and zones stand in `core`. When a capture time is learnt later, one
row in `raw.captures` and this step re-date all that hangs on it.
"""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb
import polars as pl

from etl.schema import Row, core
from etl.transform import anchors
from etl.transform.events import cluster
from etl.warehouse import inference, network
from etl.warehouse.connection import transaction


class Anchored(NamedTuple):
    """What the anchor step changed."""

    n_anchors: int
    """Clocks whose bounds changed."""
    n_expressions: int
    """Expressions whose bounds changed."""
    n_events: int
    """Events dated or dated anew."""
    n_events_moved: int
    """Of these, events that had bounds before and have others now."""
    n_bounds_gained: int
    """Bounds of clocks that are known now and were not before, the clocks of new documents left out."""
    n_bounds_moved: int
    """Bounds of clocks that were known before and are others now."""
    moved_s: float
    """Seconds that these moved: the median."""
    moved_most_s: float
    """The most."""
    n_conflicts: int
    """Pieces of evidence that are set aside, of all there is."""


def anchor(con: duckdb.DuckDBPyConnection) -> Anchored:
    """Give every clock, expression and event the bounds that follow from what is known now.

    One transaction: a reader of the build, or a run killed here, finds the old bounds or the new ones.
    """
    with transaction(con):
        return _anchor(con)


def _anchor(con: duckdb.DuckDBPyConnection) -> Anchored:
    solved = network.solve(con)
    if solved is None:
        return Anchored(0, 0, 0, 0, 0, 0, 0.0, 0.0, network.count_conflicts(con))
    moved = _changed(core.Anchor, solved.before, solved.after)
    _update(con, core.Anchor, moved)

    # the stamp of an item hangs on the capture and is dated as its publication: a page is dated as a whole
    clocks = solved.after.join(moved.select("document_id").unique(), on="document_id", how="semi")
    con.register("clocks", clocks.select("anchor_id").to_arrow())
    expressions_before = con.sql(
        "SELECT * FROM core.time_expressions SEMI JOIN clocks USING (anchor_id) ORDER BY time_expression_id"
    ).pl()
    events_before = con.sql("SELECT * FROM core.events SEMI JOIN clocks USING (anchor_id) ORDER BY event_id").pl()
    con.unregister("clocks")
    expressions = _changed(
        core.TimeExpression, expressions_before, anchors.date_expressions(expressions_before, clocks)
    )
    events = _changed(core.Event, events_before, anchors.date_events(events_before, expressions_before, clocks))
    _update(con, core.TimeExpression, expressions)
    _update(con, core.Event, events)
    # where evidence was only added, what has not moved keeps its story's bounds and its cluster
    _date_stories(con, moved["document_id"].unique() if solved.only_added else None)
    if not events.is_empty():
        _cluster(con, moved["document_id"].unique() if solved.only_added else None)
    inference.write(con, clocks, events_before, expressions_before)
    dated = events_before.filter(
        pl.any_horizontal(pl.col("begin_earliest", "begin_latest", "end_earliest", "end_latest").is_not_null())
    )
    n_moved = events.join(dated, on="event_id", how="semi").height
    return Anchored(
        moved.height,
        expressions.height,
        events.height,
        n_moved,
        *_movement(solved.before, solved.after),
        network.count_conflicts(con),
    )


def _movement(before: pl.DataFrame, after: pl.DataFrame) -> tuple[int, int, float, float]:
    """How many bounds of clocks that were dated before were gained and moved, and the median and most seconds."""
    was_dated = before["latest"].is_not_null()
    pairs = [(before.filter(was_dated)[side], after.filter(was_dated)[side]) for side in ("earliest", "latest")]
    gained = sum(int((old.is_null() & new.is_not_null()).sum()) for old, new in pairs)
    shifts = pl.concat([(new - old).dt.total_microseconds().abs() for old, new in pairs]).drop_nulls()
    shifts = shifts.filter(shifts > 0) / 1e6
    median, most = shifts.median(), shifts.max()
    return gained, shifts.len(), float(median or 0.0), float(most or 0.0)  # type: ignore[arg-type]


def _filled_by_anchor(row: type[Row]) -> Sequence[str]:
    return [c.name for c in row.columns() if c.filled_by == "anchor"]


def _changed(row: type[Row], before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The rows of `after` whose bounds differ from those of `before`; both in one order."""
    differs = pl.any_horizontal(after[name].ne_missing(before[name]).alias(name) for name in _filled_by_anchor(row))
    return after.filter(differs)


def _update(con: duckdb.DuckDBPyConnection, row: type[Row], frame: pl.DataFrame) -> None:
    """Write the anchor's columns of the frame's rows."""
    if frame.is_empty():
        return
    names = _filled_by_anchor(row)
    con.register("dated", frame.select(*row.key, *names).to_arrow())
    setters = ", ".join(f"{name} = dated.{name}" for name in names)
    keys = " AND ".join(f"t.{name} = dated.{name}" for name in row.key)
    con.execute(f"UPDATE {row.table} AS t SET {setters} FROM dated WHERE {keys}")  # noqa: S608 - declared names only
    con.unregister("dated")


_OF_KEYS = (
    "event_id, article_id, story_id, event_type, trigger_lemma, polarity, modality, location_id, location_basis, "
    "begin_earliest, end_latest"
)


def _cluster(con: duckdb.DuckDBPyConnection, documents: pl.Series | None) -> None:
    """Put the mentions of one event together, where bounds that moved change which they are.

    Args:
        con: the build.
        documents: those whose clocks moved; None: all events are looked at.
    """
    where = ""
    if documents is not None:
        con.register("moved_documents", documents.to_frame().to_arrow())
        # a new text may have put the stories of others together: all that its story holds counts as moved
        moved = con.sql(
            """
            SELECT event_id, event_type FROM core.events
            WHERE story_id IN (SELECT story_id FROM core.articles SEMI JOIN moved_documents USING (document_id))
            """
        ).pl()
        con.register("moved_types", moved.select("event_type").unique().to_arrow())
        keys = con.sql(f"SELECT {_OF_KEYS} FROM core.events SEMI JOIN moved_types USING (event_type)").pl()  # noqa: S608
        reached = cluster.reach(keys, _participants(con, ""), moved["event_id"])
        con.unregister("moved_types")
        con.unregister("moved_documents")
        con.register("reached", reached.to_frame().to_arrow())
        where = "SEMI JOIN reached USING (event_id)"
    events = con.sql(f"SELECT * FROM core.events {where} ORDER BY event_id").pl()  # noqa: S608 - of this module
    participants = _participants(con, where)
    if documents is not None:
        con.unregister("reached")
    locations = con.sql("SELECT location_id, country_code FROM core.locations").pl()
    after = events.drop("cluster_id").join(
        cluster.cluster(events, participants, locations), on="event_id", how="left", maintain_order="left"
    )
    _update(con, core.Event, after.filter(after["cluster_id"].ne_missing(events["cluster_id"])))


def _participants(con: duckdb.DuckDBPyConnection, where: str) -> pl.DataFrame:
    found: pl.DataFrame = con.sql(
        f"SELECT event_id, role, name FROM core.event_participants {where} ORDER BY event_id, ordinal"  # noqa: S608
    ).pl()
    return found


STORY_BOUNDS = """
    SELECT
        a.story_id,
        count(*) AS n_articles,
        -- one item with no lower bound leaves the first telling open
        CASE WHEN count(*) = count(c.earliest) THEN min(c.earliest) END AS earliest,
        CASE WHEN count(*) = count(c.latest) THEN max(c.latest) END AS latest
    FROM core.articles AS a
    JOIN core.anchors AS c ON c.article_id = a.article_id AND c.kind = 'publication'
    {which}
    GROUP BY a.story_id
"""
"""A select of what the items of each story say of it; `which` may choose among the items."""


def _date_stories(con: duckdb.DuckDBPyConnection, documents: pl.Series | None) -> None:
    """A story was first told no earlier than its items' earliest bound allows, and so on.

    Args:
        con: the build.
        documents: those whose clocks moved: only the stories of their items are looked at; None: all are.
    """
    which = ""
    if documents is not None:
        con.register("moved_documents", documents.to_frame().to_arrow())
        which = """
            WHERE a.story_id IN (SELECT story_id FROM core.articles SEMI JOIN moved_documents USING (document_id))
        """
    con.execute(
        f"""
        UPDATE core.stories AS s
        SET first_published_earliest = d.earliest, last_published_latest = d.latest
        FROM ({STORY_BOUNDS.format(which=which)}) AS d
        WHERE s.story_id = d.story_id
            AND (s.first_published_earliest IS DISTINCT FROM d.earliest
                OR s.last_published_latest IS DISTINCT FROM d.latest)
        """  # noqa: S608 - of this module
    )
    if documents is not None:
        con.unregister("moved_documents")
