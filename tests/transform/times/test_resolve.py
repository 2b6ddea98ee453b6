"""Bounds: aware, monotone, open where nothing is known."""

import datetime as dt
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from etl.transform.times import resolve
from etl.transform.times.resolve import Interval

NL = ["Europe/Amsterdam"]
CASES = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).with_name("cases").glob("*.txt"))
MORE = """
    XXXX-WXX-5 XXXX-WXX-5TEV P0D -P1D +P2D -P3W -PT37M +PT2H W-1 M+1 Y-1:END XXXX-05 XXXX-03-12 T15:30 TMO NOW
    2024-05-06 2024-W07 199X XXXX-E+1 -P3W/<NOW NOW/+P2M >P0D/+P3D 2014/.. ../XXXX-WXX-5 W+1:D2 Q-1 DEC+0
    XXXX-WXX-4T21/<XXXX-WXX-5T08 XXXX-12-18=5 XXXX-XX-15 XXXX-09:3D2 T02:30 P0DT02:30 XXXX-WXX-7T02:30
"""
SYMBOLS = sorted({*re.findall(r" => (\S+) (?:DATE|TIME)", CASES), *MORE.split()})
INSTANTS = st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2060, 1, 1)).map(lambda m: m.replace(tzinfo=dt.UTC))  # noqa: DTZ001


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def point(text: str) -> Interval:
    return Interval(utc(text), utc(text))


@pytest.mark.parametrize(
    ("symbol", "anchor", "direction", "expected"),
    [
        # Civil days are the newsroom's: midnight in Amsterdam is 23:00 UTC in winter.
        ("P0D", "2026-01-30T22:30", None, ("2026-01-29T23:00", "2026-01-30T23:00")),
        ("P0D", "2026-01-30T23:30", None, ("2026-01-30T23:00", "2026-01-31T23:00")),
        # the latest such day, the anchor's own included
        ("XXXX-WXX-5", "2026-01-30T12:00", None, ("2026-01-29T23:00", "2026-01-30T23:00")),
        ("XXXX-WXX-5", "2026-01-29T12:00", None, ("2026-01-22T23:00", "2026-01-23T23:00")),
        ("XXXX-WXX-5", "2026-01-29T12:00", "future", ("2026-01-29T23:00", "2026-01-30T23:00")),
        # a time that the clocks show twice is both, and one that they skip is the moment they do
        ("2026-10-25T02:30", "2026-11-01T12:00", None, ("2026-10-25T00:30", "2026-10-25T01:31")),
        ("2026-10-25T01:30", "2026-11-01T12:00", None, ("2026-10-24T23:30", "2026-10-24T23:31")),
        ("2026-10-25", "2026-11-01T12:00", None, ("2026-10-24T22:00", "2026-10-25T23:00")),
        ("2026-03-29T02:30", "2026-04-01T12:00", None, ("2026-03-29T01:00", "2026-03-29T01:00")),
        ("2026-03-29T03:30", "2026-04-01T12:00", None, ("2026-03-29T01:30", "2026-03-29T01:31")),
        ("2026-03-29T01:30/<2026-03-29T02:30", "2026-04-01T12:00", None, ("2026-03-29T00:30", "2026-03-29T01:00")),
        # a clock that says how far it is ahead of UTC is of no zone
        ("2026-01-31T02:33:00+01:00", "2026-04-01T12:00", None, ("2026-01-31T01:33:00", "2026-01-31T01:33:01")),
        ("2026-07-31T02:33-03:30", "2026-04-01T12:00", None, ("2026-07-31T06:03", "2026-07-31T06:04")),
        ("2026-10-25T02:30Z", "2026-11-01T12:00", None, ("2026-10-25T02:30", "2026-10-25T02:31")),
        ("2026-07-01T10:00Z/<2026-07-01T13:00", "2026-11-01T12:00", None, ("2026-07-01T10:00", "2026-07-01T11:00")),
        # hours are counted, whatever the clocks do
        ("-PT3H", "2026-03-29T02:00", None, ("2026-03-28T22:00", "2026-03-29T00:00")),
        ("-PT3H", "2026-10-25T02:00", None, ("2026-10-24T22:00", "2026-10-25T00:00")),
        # the night the clocks go forward has 23 hours
        ("2026-03-29", "2026-04-01T12:00", None, ("2026-03-28T23:00", "2026-03-29T22:00")),
        ("2014/..", "2026-04-01T12:00", None, ("2013-12-31T23:00", None)),
        ("../XXXX-WXX-5", "2026-01-28T12:00", "future", (None, "2026-01-30T23:00")),
    ],
)
def test_bounds(symbol: str, anchor: str, direction: str | None, expected: tuple[str | None, str | None]) -> None:
    bounds = resolve.bounds(symbol, point(anchor), NL, direction=direction)
    assert bounds == Interval(*(utc(x) if x else None for x in expected))


@pytest.mark.parametrize("symbol", ["P3D", "PXW", "R/XXXX-WXX-5", "R/P1D"])
def test_durations_and_sets_have_no_place_on_the_time_line(symbol: str) -> None:
    assert resolve.bounds(symbol, point("2026-01-30T12:00"), NL) == Interval(None, None)


@pytest.mark.parametrize("symbol", ["P0D", "XXXX-WXX-5", "-P3D", "T15:30", "XXXX-05", "NOW"])
def test_an_unknown_anchor_gives_no_bound(symbol: str) -> None:
    assert resolve.bounds(symbol, Interval(None, None), NL) == Interval(None, None)


def test_an_absolute_date_needs_no_anchor() -> None:
    assert resolve.bounds("2024-05-06", Interval(None, None), NL) == Interval(
        utc("2024-05-05T22:00"), utc("2024-05-06T22:00")
    )


def test_several_zones_give_their_hull() -> None:
    both = resolve.bounds("2024-05-06TEV", Interval(None, None), ["Europe/Amsterdam", "America/Los_Angeles"])
    assert both == Interval(utc("2024-05-06T16:00"), utc("2024-05-07T07:00"))


def holds(outer: Interval, inner: Interval) -> bool:
    low = outer.earliest is None or (inner.earliest is not None and outer.earliest <= inner.earliest)
    high = outer.latest is None or (inner.latest is not None and inner.latest <= outer.latest)
    return low and high


@given(
    st.sampled_from(SYMBOLS),
    INSTANTS,
    st.timedeltas(dt.timedelta(0), dt.timedelta(days=40)),
    st.timedeltas(dt.timedelta(0), dt.timedelta(days=40)),
    st.sampled_from([None, "past", "future"]),
)
def test_a_wider_anchor_never_gives_narrower_bounds(
    symbol: str, moment: dt.datetime, before: dt.timedelta, after: dt.timedelta, direction: str | None
) -> None:
    narrow = resolve.bounds(symbol, Interval(moment, moment), NL, direction=direction)
    wide = resolve.bounds(symbol, Interval(moment - before, moment + after), NL, direction=direction)
    unknown = resolve.bounds(symbol, Interval(None, moment + after), NL, direction=direction)
    assert holds(wide, narrow)
    assert holds(unknown, wide)
    assert narrow.earliest is None or narrow.latest is None or narrow.earliest <= narrow.latest


MINUTES = st.one_of(
    st.datetimes(dt.datetime(1900, 1, 1), dt.datetime(2100, 1, 1)),  # noqa: DTZ001
    st.datetimes(dt.datetime(2026, 3, 27), dt.datetime(2026, 3, 31)),  # noqa: DTZ001
    st.datetimes(dt.datetime(2026, 10, 23), dt.datetime(2026, 10, 27)),  # noqa: DTZ001
).map(lambda moment: moment.replace(second=0, microsecond=0))


@given(MINUTES, st.sampled_from(["Europe/Amsterdam", "America/New_York", "Africa/Casablanca", "Australia/Lord_Howe"]))
def test_a_minute_is_the_instant_at_which_the_zone_shows_it(moment: dt.datetime, zone: str) -> None:
    """What a zone is ahead is known by the day; in the days beside a change too it is that of the minute."""
    found = resolve.bounds(moment.isoformat("T", "minutes"), Interval(None, None), [zone])
    civil = moment.replace(tzinfo=ZoneInfo(zone))
    shown = [civil.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1)]
    assume(shown[0].astimezone(civil.tzinfo).replace(tzinfo=None) == moment)  # the clocks do not skip it
    assert found.earliest == min(shown)


def test_on_the_last_day_of_the_calendar_its_times_have_bounds_and_what_ends_after_it_has_none() -> None:
    last = point("9999-12-31T09:00")
    assert resolve.bounds("T12:00", last, ["UTC"]) == (utc("9999-12-31T12:00"), utc("9999-12-31T12:01"))
    assert resolve.bounds("P0D", last, ["UTC"]) == (None, None)
