"""Times as sources state them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.instants import bounds, either
from tests.extract.pages import AT

EAST, WEST = dt.timedelta(hours=14), dt.timedelta(hours=12)


@pytest.mark.parametrize(
    "value",
    [
        "2026-01-31T08:15:00Z",
        "2026-01-31T09:15:00+01:00",
        "20260131T091500+0100",
        "2026-01-31 08:15:00 UTC",
        "2026-01-31T08:15:00.000000000Z",
        "Sat, 31 Jan 2026 09:15:00 +0100",
        "Sat, 31 Jan 2026 03:15:00 EST",
        "20260131081500",
        str(int(AT.timestamp())),
        int(AT.timestamp()),
        int(AT.timestamp() * 1000),
        AT.astimezone(dt.timezone(dt.timedelta(hours=5))),
    ],
)
def test_instants(value: object) -> None:
    assert bounds(value) == (AT, AT)


@pytest.mark.parametrize("value", ["2026-01-31T08:15:00", "2026-01-31 08:15", AT.replace(tzinfo=None)])
def test_a_time_without_offset_may_be_of_any_zone(value: object) -> None:
    assert bounds(value) == (AT - EAST, AT + WEST)


@pytest.mark.parametrize("value", ["2026-01-31", "20260131", dt.date(2026, 1, 31)])
def test_a_day_may_be_of_any_zone(value: object) -> None:
    day = dt.datetime(2026, 1, 31, tzinfo=dt.UTC)
    assert bounds(value) == (day - EAST, day + dt.timedelta(days=1) + WEST)


@pytest.mark.parametrize("value", [None, "", " "])
def test_no_time(value: object) -> None:
    assert bounds(value) == (None, None)


@pytest.mark.parametrize("value", ["gisteren", "2026-13-01", "0001-01-01", "99999999999999", [], "12", "1e999"])
def test_what_is_no_time(value: object) -> None:
    with pytest.raises(ValueError, match="write it as"):
        bounds(value)


@given(st.text(max_size=30) | st.integers() | st.floats() | st.datetimes() | st.dates())
def test_anything_gives_ordered_bounds_or_a_reason(value: object) -> None:
    try:
        earliest, latest = bounds(value)
    except ValueError:
        return
    assert (earliest is None) == (latest is None)
    if earliest and latest:
        assert earliest <= latest
        assert earliest.utcoffset() == dt.timedelta(0)


def test_the_first_that_can_be_read() -> None:
    assert either(None, "gisteren", "2026-01-31T08:15:00Z") == (AT, AT)
    assert either("gisteren") == (None, None)
