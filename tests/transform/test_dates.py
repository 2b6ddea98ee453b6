"""Dates of datelines and sign-offs, and the year that a publication gives them."""

import datetime as dt

import pytest

from etl.transform import dates


@pytest.mark.parametrize(
    ("text", "symbol", "rest"),
    [
        ("LIMA, Jan 21", "XXXX-01-21", "LIMA"),
        ("MOSCOW, January 21.", "XXXX-01-21", "MOSCOW"),
        ("SAITAMA, Japan, Dec. 9", "XXXX-12-09", "SAITAMA, Japan"),
        ("Madrid, 26 de febrero de 2014", "2014-02-26", "Madrid"),
        ("Paris, 1er mars", "XXXX-03-01", "Paris"),
        ("Roma, 11 lug", "XXXX-07-11", "Roma"),
        ("APA, dpa, 1.2.2015", "2015-02-01", "APA, dpa"),
        ("Delft, 2016-01-02", "2016-01-02", "Delft"),
        ("Delft, 5 mrt '16", "2016-03-05", "Delft"),
        ("HOUSTON, Apollo 11", None, "HOUSTON, Apollo 11"),
        ("LIMA, Feb 30", None, "LIMA, Feb 30"),
        ("LIMA", None, "LIMA"),
    ],
)
def test_date_at_the_end(text: str, symbol: str | None, rest: str) -> None:
    date, left = dates.date_at_end(text)
    assert (date.symbol if date else None, left) == (symbol, rest)


def day(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("symbol", "published", "expected"),
    [
        ("XXXX-02-26", "1987-02-26", "1987-02-26"),
        ("XXXX-02-27", "1987-02-26", "1987-02-27"),  # the day after the stamp
        ("XXXX-12-31", "1987-01-01", "1986-12-31"),
        ("XXXX-01-01", "1986-12-31", "1987-01-01"),
        ("XXXX-02-29", "1987-03-01", "1988-02-29"),
        ("2014-08-29", "1987-03-01", "2014-08-29"),
    ],
)
def test_the_nearest_year(symbol: str, published: str, expected: str) -> None:
    moment = day(published)
    assert dates.nearest(symbol, moment, moment + dt.timedelta(days=1)) == dt.date.fromisoformat(expected)


def test_no_year_without_a_publication() -> None:
    assert dates.nearest("XXXX-02-26", None, day("2026-01-31")) is None
    assert dates.nearest("XXXX-02-26", day("2020-01-31"), day("2026-01-31")) is None
