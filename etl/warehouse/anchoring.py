"""The anchor step on the warehouse: from claims to bounds, touching only what hangs on a clock that moved.

Nothing is read from the text: symbols, offsets and zones stand in `core`. When a capture time is learnt later, one
row in `raw.captures` and this step re-date all that hangs on it.

Clocks are solved first, pages that are connected together. Then what hangs on those that moved is dated, a group of
documents after the other, so that memory is that of a group; then stories, clusters, and what is inferred. Each part
is a transaction that may be done again: `ops.anchored` says what is solved and what is dated, so a step that was
killed goes on where it ended, and looks at all stories and clusters.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import duckdb
import numpy as np
import polars as pl

from etl.schema import Row, core, ops
from etl.transform import anchors
from etl.transform.events import cluster
from etl.warehouse import clusters, inference, network, rows
from etl.warehouse.connection import transaction
from etl.warehouse.fingerprints import document_of

GROUP_CHARS = 3_000_000
"""Characters of the documents that are dated at once, and no more documents."""


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
    """Give every clock, expression and event the bounds that follow from what is known now."""
    of_all = bool(_count(con, f"{ops.Anchored.table} WHERE NOT is_dated"))
    n_anchors = n_gained = n_events = n_expressions = n_events_moved = 0
    shifts = [np.empty(0, np.int64)]
    with transaction(con):
        found = network.find(con)
    of_all |= found.is_renewed
    for scope in found.scopes:
        solved = network.solve(con, scope)
        with transaction(con):
            moved = _changed(core.Anchor, solved.before, solved.clocks.anchors)
            _update(con, core.Anchor, moved)
            network.keep(con, solved, moved.select("document_id").unique())
        n_anchors += moved.height
        gained, shifted = _movement(solved.before, solved.clocks.anchors)
        n_gained += gained
        shifts.append(shifted)
    network.forget(con)

    for group in _groups(con):
        with transaction(con):
            dated = _date(con, group)
        n_expressions += dated.n_expressions
        n_events += dated.n_events
        n_events_moved += dated.n_moved
    if _count(con, "undated"):
        _date_stories(con, of_all=of_all)
        clusters.gather(con, of_all=of_all or _are_most_moved(con))
        inference.infer_from_events(con)
        with transaction(con):
            con.execute("UPDATE ops.anchored SET is_dated = true WHERE NOT is_dated")
    con.execute("DROP TABLE undated")
    seconds = np.concatenate(shifts) / 1e6
    return Anchored(
        n_anchors,
        n_expressions,
        n_events,
        n_events_moved,
        n_gained,
        len(seconds),
        float(np.median(seconds)) if len(seconds) else 0.0,
        float(seconds.max(initial=0.0)),
        _count(con, ops.Conflict.table),
    )


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    ((n,),) = con.execute(f"SELECT count(*) FROM {table}").fetchall()  # noqa: S608 - of this module
    return int(n)


def _are_most_moved(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether so many documents moved that to look at all clusters is no more work."""
    return 4 * _count(con, "undated") > _count(con, ops.Anchored.table)


def _movement(before: pl.DataFrame, after: pl.DataFrame) -> "tuple[int, np.ndarray[tuple[int], np.dtype[np.int64]]]":
    """How many bounds of clocks that were dated before were gained, and how far others moved, in microseconds."""
    was_dated = before["latest"].is_not_null()
    pairs = [(before.filter(was_dated)[side], after.filter(was_dated)[side]) for side in ("earliest", "latest")]
    gained = sum(int((old.is_null() & new.is_not_null()).sum()) for old, new in pairs)
    shifts = pl.concat([(new - old).dt.total_microseconds().abs() for old, new in pairs]).drop_nulls()
    return gained, shifts.filter(shifts > 0).to_numpy()


def _filled_by_anchor(row: type[Row]) -> Sequence[str]:
    return [c.name for c in row.columns() if c.filled_by == "anchor"]


def _changed(row: type[Row], before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    """The rows of `after` whose bounds differ from those of `before`; both in one order."""
    names = [name for name in _filled_by_anchor(row) if name in after.columns]
    return after.filter(pl.any_horizontal(after[name].ne_missing(before[name]).alias(name) for name in names))


def _update(con: duckdb.DuckDBPyConnection, row: type[Row], frame: pl.DataFrame) -> None:
    """Write those of the anchor's columns that the frame has."""
    rows.update(con, row.table, frame, [name for name in _filled_by_anchor(row) if name in frame.columns])


class _Group(NamedTuple):
    """Documents that are dated at once."""

    number: int
    places: dict[type[Row], tuple[int, int]]
    """Between which rows of a table theirs stand."""


_HANGING: tuple[type[Row], ...] = (core.Anchor, core.TimeExpression, core.Event)


def _groups(con: duckdb.DuckDBPyConnection) -> Iterator[_Group]:
    """Divide the documents whose clocks moved, in the order they came; they stand in the temporary `undated`."""
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE undated AS
        SELECT document_id, (sum(n_chars) OVER (ORDER BY d.rowid) - 1) // {GROUP_CHARS} AS part
        FROM raw.documents AS d
        SEMI JOIN (SELECT document_id FROM ops.anchored WHERE NOT is_dated) USING (document_id)
        """  # noqa: S608 - of this module
    )
    places: dict[int, dict[type[Row], tuple[int, int]]] = {}
    for row in _HANGING:
        found = con.execute(
            f"""
            SELECT u.part, min(t.rowid), max(t.rowid)
            FROM {row.table} AS t
            JOIN undated AS u ON u.document_id = {document_of("t.anchor_id")}
            GROUP BY u.part
            """  # noqa: S608 - declared names only
        ).fetchall()
        for part, first, last in found:
            places.setdefault(int(part), {})[row] = int(first), int(last)
    return (_Group(part, places[part]) for part in sorted(places))


def _rows_of(con: duckdb.DuckDBPyConnection, group: _Group, row: type[Row]) -> pl.DataFrame:
    """The rows of a group, with their number, in the order of their key."""
    first, last = group.places.get(row, (0, -1))
    found: pl.DataFrame = con.sql(
        f"""
        SELECT t.rowid AS number, t.* FROM {row.table} AS t
        WHERE t.rowid BETWEEN $first AND $last
            AND {document_of("t.anchor_id")} IN (SELECT document_id FROM undated WHERE part = $part)
        ORDER BY {row.key[0]}
        """,  # noqa: S608 - declared names only
        params={"first": first, "last": last, "part": group.number},
    ).pl()
    return found


class _Dated(NamedTuple):
    """What dating a group changed."""

    n_expressions: int
    n_events: int
    n_moved: int


_OWN_CLUSTER = pl.coalesce("cluster_id", "event_id").alias("cluster_id")


def _date(con: duckdb.DuckDBPyConnection, group: _Group) -> _Dated:
    """Date what hangs on the clocks of a group; an event that is new is in a cluster of its own for now."""
    # the stamp of an item hangs on the capture and is dated as its publication: a page is dated as a whole
    clocks, expressions, events = (_rows_of(con, group, row) for row in _HANGING)
    redated = _changed(core.TimeExpression, expressions, anchors.date_expressions(expressions, clocks))
    after = anchors.date_events(events, expressions, clocks)
    moved = _changed(core.Event, events, after)
    _update(con, core.TimeExpression, redated)
    _update(con, core.Event, _changed(core.Event, events, after.with_columns(_OWN_CLUSTER)))
    inference.infer_from_words(con, clocks, after, expressions)
    had_bounds = events.filter(pl.any_horizontal(pl.col(cluster.SIDES).is_not_null()))
    return _Dated(redated.height, moved.height, moved.join(had_bounds, on="event_id", how="semi").height)


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


def _date_stories(con: duckdb.DuckDBPyConnection, *, of_all: bool) -> None:
    """A story was first told no earlier than its items' earliest bound allows, and so on.

    Args:
        con: the build.
        of_all: look at all stories; else at those of items whose clocks moved.
    """
    which = """
        WHERE a.story_id IN (SELECT story_id FROM core.articles SEMI JOIN undated USING (document_id))
    """
    dated = f"""
        SELECT s.rowid AS number, d.earliest AS first_published_earliest, d.latest AS last_published_latest
        FROM core.stories AS s
        JOIN ({STORY_BOUNDS.format(which="" if of_all else which)}) AS d USING (story_id)
        WHERE s.first_published_earliest IS DISTINCT FROM d.earliest
            OR s.last_published_latest IS DISTINCT FROM d.latest
    """  # noqa: S608 - of this module
    rows.update_in_parts(con, core.Story.table, dated, _filled_by_anchor(core.Story))
