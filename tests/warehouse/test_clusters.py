"""The clusters of a build that changes: those that are touched alone come out as all at once do."""

import datetime as dt
from typing import NamedTuple
from unittest.mock import patch

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.schema import core
from etl.schema.frames import polars_schema
from etl.transform.events import cluster
from etl.warehouse import clusters, mentions, stories

DAY = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
LONG = 12
"""Days that bounds may span and not be close."""

TABLES = """
    SET threads = 1;
    CREATE SCHEMA core;
    CREATE SCHEMA ops;
    CREATE SCHEMA raw;
    CREATE TABLE raw.documents AS
    SELECT range::VARCHAR AS document_id, TIMESTAMPTZ '2026-03-20' AS ingested_at FROM range(5);
    CREATE TABLE core.locations AS FROM (VALUES ('lyon', 'FR'), ('gent', 'BE')) AS t (location_id, country_code);
    CREATE TABLE core.anchors AS
    SELECT range::VARCHAR AS anchor_id, TIMESTAMPTZ '2026-03-12' - to_days(range % 3) AS latest FROM range(5);
    CREATE TABLE core.stories (story_id VARCHAR, n_articles BIGINT);
    CREATE TABLE ops.body_sketches (body_sha256 VARCHAR, story_id VARCHAR, bands BIGINT[], is_compared BOOLEAN);
    CREATE TABLE ops.anchored AS SELECT range::VARCHAR AS document_id, true AS is_dated FROM range(5)
"""
LATER = """
    UPDATE core.events
    SET begin_earliest = begin_earliest + INTERVAL 1 DAY, end_latest = end_latest + INTERVAL 1 DAY
    WHERE starts_with(article_id, ? || '-')
"""
OTHERWISE_WIDE = f"""
    UPDATE core.events
    SET end_latest = begin_earliest + INTERVAL {LONG + 1} DAY - (end_latest - begin_earliest)
    WHERE starts_with(article_id, ? || '-') AND begin_earliest IS NOT NULL
"""
"""What is close becomes wide, and the other way round."""
TOLD_LATER = "UPDATE core.anchors SET latest = latest + INTERVAL 2 DAY WHERE anchor_id = ?"


class Told(NamedTuple):
    """A mention, in few values so that many are of one event."""

    document: int
    item: int
    event_type: str
    lemma: str
    day: int | None
    n_days: int
    name: str | None
    place: str | None
    polarity: str


TOLD = st.builds(
    Told,
    document=st.integers(0, 4),
    item=st.integers(0, 2),
    event_type=st.sampled_from(["FIGHT", "COERCE"]),
    lemma=st.sampled_from(["slaan", "vallen"]),
    day=st.sampled_from([0, 1, 3, None]),
    n_days=st.sampled_from([1, LONG]),
    name=st.sampled_from(["Ann Vos", "Bo Vos", None]),
    place=st.sampled_from(["lyon", "gent", None]),
    polarity=st.sampled_from(["POS", "POS", "POS", "NEG"]),
)


def load(con: duckdb.DuckDBPyConnection, told: list[Told], documents: set[int]) -> None:
    """Put the mentions of some documents into tables that are there, each in a cluster of its own."""
    schema = polars_schema(core.Event)
    events, people = [], []
    for number, one in enumerate(told):
        if one.document not in documents:
            continue
        event_id, article_id = f"e{number:02d}", f"{one.document}-{one.item}"
        begin = DAY + dt.timedelta(days=one.day) if one.day is not None else None
        end = DAY + dt.timedelta(days=(one.day or 0) + one.n_days)
        given = one._asdict() | {"trigger_lemma": one.lemma, "location_id": one.place, "cluster_id": event_id}
        given |= dict(
            zip(("begin_earliest", "begin_latest", "end_earliest", "end_latest"), (begin, end) * 2, strict=True)
        )
        given |= {"event_id": event_id, "article_id": article_id, "story_id": str(one.item)}
        given |= {"anchor_id": str(one.document)}
        given |= {"tense": "PAST", "modality": "asserted", "location_basis": "stated" if one.place else "none"}
        events.append({name: given.get(name) for name in schema})
        people.append((event_id, "actor", one.name))
    items = {(str(e["article_id"]), str(e["story_id"])) for e in events}
    found = {
        "core.events": pl.DataFrame(events, schema=schema),
        "core.event_participants": pl.DataFrame(
            people, dict.fromkeys(["event_id", "role", "name"], pl.String), orient="row"
        ),
        "core.articles": pl.DataFrame(
            [(a, a.split("-")[0], s, a, "", 0, 0) for a, s in sorted(items)],
            dict.fromkeys(["article_id", "document_id", "story_id", "body_sha256", "body"], pl.String)
            | dict.fromkeys(["body_start", "body_end"], pl.Int64),
            orient="row",
        ),
    }
    for table, rows in found.items():
        con.register("given", rows.to_arrow())
        con.execute(f"CREATE TABLE IF NOT EXISTS {table} AS FROM given LIMIT 0")
        con.execute(f"INSERT INTO {table} FROM given")


def clusters_of(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    return con.execute("SELECT event_id, cluster_id FROM core.events ORDER BY event_id").fetchall()


OVER_WEEKS = st.builds(
    Told,
    document=st.integers(0, 4),
    item=st.integers(0, 2),
    event_type=st.just("COERCE"),
    lemma=st.just("slaan"),
    day=st.integers(0, 40),
    n_days=st.sampled_from([1, 2, 5, 8]),
    name=st.sampled_from(["Ann Vos", "Vos", "Bo Vos"]),
    place=st.sampled_from(["lyon", "gent", None]),
    polarity=st.just("POS"),
)
"""What is close, of one kind, and so far from each other that most stay where they are when some move."""


@settings(max_examples=50)
@given(
    st.lists(TOLD, min_size=2, max_size=12) | st.lists(OVER_WEEKS, min_size=12, max_size=30),
    st.sets(st.integers(0, 4)),
    st.integers(0, 4),
    st.sampled_from([LATER, OTHERWISE_WIDE]),
    st.booleans(),
)
def test_what_comes_or_moves_leaves_the_clusters_of_all_at_once(
    told: list[Told], new: set[int], moving: int, moved: str, are_united: bool
) -> None:
    """Some documents come later, the clocks of one move by a day or are surer, and two stories turn out to be one."""
    with duckdb.connect() as con:
        con.execute(TABLES)
        load(con, told, set(range(5)) - new)
        clusters.gather(con, of_all=True)

        load(con, told, new)
        con.execute("INSERT INTO ops.body_sketches SELECT body_sha256, story_id, range(16), true FROM core.articles")
        if are_united:
            con.execute("UPDATE ops.body_sketches SET story_id = '0' WHERE story_id = '1'")
        stories.merge(con)
        for query in (moved, TOLD_LATER):
            con.execute(query, [f"{moving}"])
        undated = [str(document) for document in (*new, moving)]
        con.execute("UPDATE ops.anchored SET is_dated = false WHERE document_id IN (SELECT unnest(?))", [undated])
        clusters.gather(con, of_all=False)
        found = clusters_of(con)
        clusters.gather(con, of_all=True)
        assert found == clusters_of(con)


def test_a_cluster_is_whole_where_what_is_left_joins_it_in_one_story_alone() -> None:
    """What is not close is the first of a cluster that has mentions where all are close, and then leaves."""
    wide, close = [Told(0, 0, "FIGHT", "slaan", 0, n, "Ann Vos", None, "POS") for n in (LONG, 1)]
    told = [wide, close._replace(document=1), close._replace(document=2, item=1), close._replace(document=3, item=1)]
    told += [one._replace(event_type="COERCE") for one in told[2:]]
    with duckdb.connect() as con:
        con.execute(TABLES)
        load(con, told, set(range(5)))
        clusters.gather(con, of_all=True)
        assert [cluster_id for _, cluster_id in clusters_of(con)] == ["e02"] * 4 + ["e04"] * 2

        sides = ", ".join(f"{side} = end_latest" for side in cluster.SIDES)
        con.execute(f"UPDATE core.events SET {sides} WHERE event_id = 'e00'")
        con.execute("UPDATE ops.anchored SET is_dated = false WHERE document_id = '0'")
        clusters.gather(con, of_all=False)
        assert [cluster_id for _, cluster_id in clusters_of(con)] == ["e00"] + ["e02"] * 3 + ["e04"] * 2


@settings(max_examples=25)
@given(st.lists(TOLD, min_size=2, max_size=12), st.integers(1, 3))
def test_what_is_read_and_compared_in_parts_is_put_together_as_all_at_once(told: list[Told], n_at_once: int) -> None:
    with duckdb.connect() as con:
        con.execute(TABLES)
        load(con, told, set(range(5)))
        clusters.gather(con, of_all=True)
        found = clusters_of(con)
        con.execute("UPDATE core.events SET cluster_id = event_id")
        with (
            patch.object(clusters, "_PART", n_at_once),
            patch.object(mentions, "AT_ONCE", n_at_once),
            patch.object(cluster, "_AT_ONCE", n_at_once),
        ):
            clusters.gather(con, of_all=True)
        assert found == clusters_of(con)
