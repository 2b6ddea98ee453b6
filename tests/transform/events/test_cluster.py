"""Which mentions are put together, and which must stay apart."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.schema import core
from etl.schema.frames import polars_schema
from etl.transform.events.cluster import CLOSE, SIDES, cluster, gather, names_of, width

LOCATIONS = pl.DataFrame({"location_id": ["lyon", "gent"], "country_code": ["FR", "BE"]})
DAY = dt.datetime(2026, 3, 10, tzinfo=dt.UTC)
NAMES = ("event_id", "role", "name")
TOLD_BY: dict[str | None, int] = {"early": 1, "late": 2, None: 3}
CLOCKS = pl.DataFrame({"anchor_id": ["early", "late"], "latest": [DAY, DAY + dt.timedelta(days=1)]})


def mention(event_id: str, day: int | None = 0, **other: Any) -> dict[str, Any]:
    """An arrest on a day after DAY; None: before an unknown publication."""
    begin = DAY + dt.timedelta(days=day) if day is not None else None
    end = DAY + dt.timedelta(days=(day or 0) + 1)
    return {
        "event_id": event_id,
        "article_id": event_id[0],
        "story_id": event_id[0],
        "event_type": "COERCE",
        "mode": "arrest",
        "trigger_lemma": "arresteren",
        "tense": "PAST",
        "polarity": "POS",
        "modality": "asserted",
        "location_basis": "none",
        "begin_earliest": begin,
        "begin_latest": end,
        "end_earliest": begin,
        "end_latest": end,
    } | other


def _events(mentions: list[dict[str, Any]]) -> pl.DataFrame:
    schema = polars_schema(core.Event)
    return pl.DataFrame([{name: m.get(name) for name in schema} for m in mentions], schema=schema)


def groups(mentions: list[dict[str, Any]], people: list[tuple[str, str, str]]) -> set[frozenset[str]]:
    named = pl.DataFrame(people, schema=dict.fromkeys(NAMES, pl.String), orient="row")
    found = cluster(_events(mentions), named, LOCATIONS, CLOCKS)
    assert found["event_id"].to_list() == [m["event_id"] for m in mentions]
    together: dict[str, set[str]] = {}
    for event_id, cluster_id in found.iter_rows():
        together.setdefault(cluster_id, set()).add(event_id)
    told_by = {m["event_id"]: TOLD_BY[m.get("anchor_id")] for m in mentions}
    assert all(min(members, key=lambda one: (told_by[one], one)) == name for name, members in together.items())
    return {frozenset(members) for members in together.values()}


ONE = [("a1", "recipient", "Ann Vos"), ("b1", "recipient", "Vos")]


@pytest.mark.parametrize(
    ("first", "second", "people", "is_one"),
    [
        ({}, {}, ONE, True),
        ({}, {"mode": None, "trigger_lemma": "oppakken"}, ONE, True),
        ({}, {"mode": "seize"}, ONE, False),
        ({}, {"event_type": "SANCTION"}, ONE, False),
        ({}, {"day": 3}, ONE, False),
        ({}, {"day": None}, ONE, False),
        ({}, {"polarity": "NEG"}, ONE, False),
        ({}, {"modality": "possible"}, ONE, False),
        ({}, {"modality": "reported"}, ONE, True),
        ({}, {}, [("a1", "recipient", "Ann Vos"), ("b1", "recipient", "Bo Vos")], False),
        ({}, {}, [], False),
        (
            {"location_id": "lyon", "location_basis": "stated"},
            {"location_id": "lyon", "location_basis": "stated"},
            [],
            True,
        ),
        (
            {"location_id": "lyon", "location_basis": "dateline"},
            {"location_id": "lyon", "location_basis": "dateline"},
            [],
            False,
        ),
        (
            {"location_id": "lyon", "location_basis": "stated"},
            {"location_id": "gent", "location_basis": "stated"},
            ONE,
            False,
        ),
        ({}, {"article_id": "a", "story_id": "a", "tense": "NONE", "day": None}, [], True),
        ({}, {"article_id": "a", "story_id": "a"}, [], False),
        ({}, {"story_id": "a"}, [], True),
        (
            {"event_type": "STATEMENT", "mode": None},
            {"event_type": "STATEMENT", "mode": None, "trigger_lemma": "x"},
            ONE,
            False,
        ),
    ],
)
def test_two_mentions(
    first: dict[str, Any], second: dict[str, Any], people: list[tuple[str, str, str]], is_one: bool
) -> None:
    found = groups([mention("a1", **first), mention("b1", **second)], people)
    assert found == ({frozenset({"a1", "b1"})} if is_one else {frozenset({"a1"}), frozenset({"b1"})})


def test_an_event_keeps_its_name_when_it_is_told_again() -> None:
    mentions = [mention("b1", anchor_id="late"), mention("c1", anchor_id="early"), mention("a1")]
    people = [(m["event_id"], "recipient", "Ann Vos") for m in mentions]
    events = _events(mentions)
    named = pl.DataFrame(people, schema=dict.fromkeys(NAMES, pl.String), orient="row")
    names = [
        cluster(told, named, LOCATIONS, CLOCKS)["cluster_id"].to_list() for told in (events[:1], events[:2], events)
    ]
    assert names == [["b1"], ["c1"] * 2, ["c1"] * 3]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 3)), max_size=12))
def test_the_bounds_of_a_cluster_always_meet(spans: list[tuple[int, int]]) -> None:
    mentions, people = [], []
    for i, (day, length) in enumerate(spans):
        end = DAY + dt.timedelta(days=day + length)
        mentions.append(mention(f"{chr(97 + i)}1", day, begin_latest=end, end_latest=end))
        people.append((f"{chr(97 + i)}1", "recipient", "Ann Vos"))
    of = {m["event_id"]: m for m in mentions}
    for members in groups(mentions, people):
        assert max(of[i]["begin_earliest"] for i in members) <= min(of[i]["end_latest"] for i in members)


MENTION = st.tuples(
    st.sampled_from([0, 1, 2, None]),
    st.sampled_from([1, 12]),
    st.sampled_from(["Ann Vos", "Bo Vos", "Cas Bos", None]),
    st.sampled_from(["actor", "attribution"]),
    st.sampled_from(["lyon", "gent", None]),
)


def _frames(drawn: list[tuple[Any, ...]]) -> tuple[pl.DataFrame, pl.DataFrame]:
    mentions, people = [], []
    for i, (day, length, name, role, place) in enumerate(drawn):
        event_id = f"{chr(97 + i)}1"
        end = DAY + dt.timedelta(days=(day or 0) + length)
        where = {"location_id": place, "location_basis": "stated" if place else "none"}
        mentions.append(mention(event_id, day, begin_latest=end, end_latest=end, **where))
        people.append((event_id, role, name))
    events = _events(mentions)
    return events, pl.DataFrame(people, schema=dict.fromkeys(NAMES, pl.String), orient="row")


@given(st.lists(MENTION, min_size=2, max_size=9))
def test_close_mentions_first_and_the_rest_by_item_and_story_are_all_at_once(drawn: list[tuple[Any, ...]]) -> None:
    mentions = _mentions(drawn)
    at_once = gather(mentions)
    is_close = (width() <= CLOSE).fill_null(False)
    numbered = mentions.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    close = numbered.filter(is_close)
    known = close.select("row", known=close["row"].gather(gather(close)))
    given_close = numbered.drop("known").join(known, on="row", how="left", maintain_order="left")
    assert gather(given_close).to_list() == at_once.to_list()


def _mentions(drawn: list[tuple[Any, ...]]) -> pl.DataFrame:
    events, people = _frames(drawn)
    two_stories = pl.col("event_id").str.head(1).is_in(["a", "c", "e"]).cast(pl.String)
    named = people.filter(pl.col("role") != "attribution").group_by("event_id").agg(names=names_of())
    return (
        events.with_columns(pl.col(*SIDES).dt.epoch("us"), story_id=two_stories)
        .sort(width(), "event_id")
        .join(named, on="event_id", how="left", maintain_order="left")
        .select(
            *("event_type", "story_id", "article_id", "mode", "names", *SIDES),
            lemma="trigger_lemma",
            is_noun=False,
            place="location_id",
            country=None,
            known=pl.lit(None, pl.Int64),
        )
    )


def test_a_cluster_is_found_however_many_share_its_names() -> None:
    """Sixty events of one day that somebody has a part in, and the first of them told again elsewhere."""
    mentions = [mention(f"{i:02d}1", 0, article_id=f"{i}", story_id=f"{i}", mode=f"m{i}") for i in range(60)]
    mentions.append(mention("z1", 0, mode="m0"))
    people = [(m["event_id"], "recipient", "Ann Vos") for m in mentions]
    assert frozenset({"001", "z1"}) in groups(mentions, people)
