"""The report: bars that say what is known, links that lead somewhere, text that stays text, the same bytes again."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.settings import Settings
from etl.warehouse import page as report
from etl.warehouse.connection import connect
from etl.warehouse.page import Axis, axis_of, counts, places_map, render, segments, timeline, write

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)> & <!-- '\""
DAY = 86_400_000.0
AXIS = Axis(0.0, 100 * DAY)


def event(number: int, **given: Any) -> dict[str, Any]:
    day = dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)
    row: dict[str, Any] = {
        "event_id": f"doc-{number}-e1",
        "article_id": f"doc-{number}",
        "event_type": "PROTEST",
        "mode": "demo",
        "trigger": "marched",
        "sentence": f"Sentence {number}.",
        "actors": ["teachers"],
        "recipients": [],
        "polarity": "POS",
        "modality": "asserted",
        "is_asserted": True,
        "place": "Lyon",
        "country_code": "FR",
        "latitude": 45.7,
        "longitude": 4.8,
        "location_id": "gn2996944",
        "location_basis": "stated",
        "begin_earliest": day,
        "begin_latest": day + dt.timedelta(days=1),
        "end_earliest": day,
        "end_latest": day + dt.timedelta(days=1),
        "time_edtf": "2026-03-01",
        "time_basis": "expression",
        "time_expression": "Sunday",
        "relation": "IS_INCLUDED",
        "headline": "Headline",
        "credits": ["anp"],
        "source_uri": "page.txt",
    }
    return row | given


def database(*events: dict[str, Any]) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET timezone = 'UTC'")
    con.execute("CREATE SCHEMA marts")
    con.execute(
        """
        CREATE TABLE marts.events (
            event_id VARCHAR, article_id VARCHAR, event_type VARCHAR, mode VARCHAR, trigger VARCHAR, sentence VARCHAR,
            actors VARCHAR[], recipients VARCHAR[], polarity VARCHAR, modality VARCHAR, is_asserted BOOLEAN,
            place VARCHAR, country_code VARCHAR, latitude DOUBLE, longitude DOUBLE, location_id VARCHAR,
            location_basis VARCHAR, begin_earliest TIMESTAMPTZ, begin_latest TIMESTAMPTZ, end_earliest TIMESTAMPTZ,
            end_latest TIMESTAMPTZ, time_edtf VARCHAR, time_basis VARCHAR, time_expression VARCHAR, relation VARCHAR
        )
        """
    )
    con.execute(
        "CREATE TABLE marts.articles (article_id VARCHAR, headline VARCHAR, credits VARCHAR[], source_uri VARCHAR)"
    )
    con.execute("CREATE TABLE marts.agencies AS SELECT 'anp' AS agency_id, 'Algemeen Nederlands Persbureau' AS name")
    for row in events:
        values = {k: v for k, v in row.items() if k not in ("headline", "credits", "source_uri")}
        marks = ", ".join("?" * len(values))
        con.execute(f"INSERT INTO marts.events VALUES ({marks})", [*values.values()])
        con.execute(
            "INSERT INTO marts.articles VALUES (?, ?, ?, ?)",
            [row["article_id"], row["headline"], row["credits"], row["source_uri"]],
        )
    return con


class Page(HTMLParser):
    """The tags, anchors, links and scripts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.data: dict[str, Any] = {}
        self.words: list[str] = []
        self._is_charts = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.ids |= {found["id"]} if "id" in found else set()
        self.links |= {found["href"]} if "href" in found else set()
        self.sources += [found[name] for name in ("src", "data", "action") if name in found]
        self._is_charts = found.get("id") == "charts"

    def handle_data(self, data: str) -> None:
        if self._is_charts:
            self.data = json.loads(data)
            self._is_charts = False
        self.words.append(data)


def hrefs(value: Any) -> Iterator[str]:
    """All links in the data of a chart."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "href" and isinstance(inner, str):
                yield inner
            yield from hrefs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from hrefs(inner)


@pytest.fixture(scope="module")
def page() -> Page:
    con = database(
        event(1),
        event(2, event_type="ASSAULT", mode=None, location_id=None, place=None, latitude=None, longitude=None),
        event(3, begin_earliest=None, end_latest=None, event_id="odd id/#3"),
        event(4, begin_earliest=None, begin_latest=None, end_earliest=None, end_latest=None, time_edtf=None),
        event(5, sentence=HOSTILE, trigger=HOSTILE, place=HOSTILE, actors=[HOSTILE], headline=HOSTILE, credits=[]),
    )
    return Page(render(con))


def test_every_link_and_every_mark_leads_to_a_place_on_the_page(page: Page) -> None:
    marks = set(hrefs(page.data))
    assert len(marks) >= 4 + 1 + 2 + 1  # four bars, a place, two types, an agency
    for link in page.links | marks:
        assert link.startswith("#")
        assert link[1:] in page.ids, link


def test_text_of_a_page_stays_text(page: Page) -> None:
    assert "img" not in page.tags
    assert page.tags.count("script") == 3
    assert any(HOSTILE in words for words in page.words)


def test_nothing_is_fetched(page: Page) -> None:
    assert page.sources == []
    assert page.tags.count("link") == 0


def test_the_same_marts_give_the_same_bytes() -> None:
    events = [event(n) for n in range(6)]
    assert render(database(*events)) == render(database(*reversed(events)))


def test_the_page_of_a_published_file_is_that_of_its_marts(
    sample: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n_shown in (report.N_SENTENCES, 3):
        monkeypatch.setattr(report, "N_SENTENCES", n_shown)
        first = write(sample.published_file, tmp_path / "a" / "one.html").read_bytes()
        assert write(sample.published_file, tmp_path / "two.html").read_bytes() == first
        with connect(sample.published_file, read_only=True) as con:
            assert render(con).encode() == first
    assert [path.name for path in sorted(tmp_path.rglob("*.html"))] == ["one.html", "two.html"]


def test_a_warehouse_without_events_gives_a_page() -> None:
    assert "0 events in 0 articles" in " ".join(Page(render(database())).words)


@pytest.mark.parametrize(
    ("bounds", "start", "end", "surest"),
    [
        ((10 * DAY, 10 * DAY, 20 * DAY, 20 * DAY), 10 * DAY, 20 * DAY, 1.0),  # all known
        ((10 * DAY, 12 * DAY, 18 * DAY, 20 * DAY), 10 * DAY, 20 * DAY, 1.0),  # unsure at both ends
        ((10 * DAY, 11 * DAY, 10 * DAY, 11 * DAY), 10 * DAY, 11 * DAY, 0.45),  # some time in a day
        ((None, 20 * DAY, None, 20 * DAY), 11.6 * DAY, 20 * DAY, 0.45),  # no beginning
        ((20 * DAY, None, 20 * DAY, None), 20 * DAY, 28.4 * DAY, 0.45),  # no end
    ],
)
def test_bars(bounds: tuple[float | None, ...], start: float, end: float, surest: float) -> None:
    pieces = segments(bounds, AXIS)  # type: ignore[arg-type]
    assert pieces[0].start == pytest.approx(start, abs=DAY / 2)
    assert pieces[-1].end == pytest.approx(end, abs=DAY / 2)
    assert max(piece.opacity for piece in pieces) == surest


def test_an_end_that_is_not_known_fades() -> None:
    to_the_left = segments((None, 20 * DAY, None, 20 * DAY), AXIS)
    opacities = [piece.opacity for piece in to_the_left]
    assert opacities == sorted(opacities)
    assert opacities[0] < 0.05
    to_the_right = [piece.opacity for piece in segments((20 * DAY, None, 20 * DAY, None), AXIS)]
    assert to_the_right == sorted(to_the_right, reverse=True)


def test_no_bound_no_bar() -> None:
    assert segments((None, None, None, None), AXIS) == []


moments = st.one_of(st.none(), st.floats(min_value=-1e13, max_value=1e13, allow_nan=False))


@given(st.tuples(moments, moments, moments, moments))
def test_pieces_touch_and_never_overlap(
    bounds: tuple[float | None, float | None, float | None, float | None],
) -> None:
    known = sorted(b for b in bounds if b is not None)
    ordered = iter(known)
    a, b, c, d = (next(ordered) if bound is not None else None for bound in bounds)
    pieces = segments((a, b, c, d), AXIS)
    assert bool(pieces) == bool(known)
    for left, right in pairwise(pieces):
        assert left.end <= right.start + 1
    assert all(0 < piece.opacity <= 1 and piece.end > piece.start for piece in pieces)


def test_one_event_of_long_ago_does_not_squeeze_the_axis() -> None:
    old = dt.datetime(1648, 5, 15, tzinfo=dt.UTC)
    events = [event(n) for n in range(40)]
    events.append(event(41, begin_earliest=old, begin_latest=old, end_earliest=old, end_latest=old))
    assert axis_of(events).start > dt.datetime(2025, 1, 1, tzinfo=dt.UTC).timestamp() * 1000
    assert axis_of([]) == Axis(0.0, 1.0)


def test_the_charts_are_vega_lite_with_links() -> None:
    rows = [event(1), event(2)]
    for chart in (timeline(rows), places_map({"gn1": rows}), counts({"PROTEST": rows}, "t", {})):
        assert re.search("vega-lite/v6", chart["$schema"])
        assert list(hrefs(chart))


def test_a_bar_says_that_its_event_is_not_asserted() -> None:
    values = timeline([event(1), event(2, is_asserted=False, polarity="NEG", modality="future")])["data"]["values"]
    assert {value["label"] for value in values} == {"marched, Lyon", "marched, Lyon (not future)"}


def test_a_point_is_as_large_as_its_events_are_many() -> None:
    values = places_map({"gn1": [event(1), event(2)], "gn2": [event(3, latitude=None)]})["data"]["values"]
    assert [(value["events"], value["href"]) for value in values] == [(2, "#p-gn1")]


def test_the_library_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import vl_convert

    settings = Settings(cache=tmp_path / "cache")
    monkeypatch.setattr(report, "current", lambda: settings)
    first = render(database(event(1)))
    monkeypatch.delattr(vl_convert, "javascript_bundle")
    assert render(database(event(1))) == first
    assert "vegaEmbed" in first
    assert [path.suffix for path in settings.cache.iterdir()] == [".js"]
