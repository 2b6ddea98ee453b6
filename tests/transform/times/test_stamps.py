"""Stamps: the forms that pages show, as values that depend on no clock."""

import datetime as dt

import pytest

from etl.transform.times import find, stamps, words
from etl.transform.times.resolve import Interval

MINUTE, HOUR, DAY = 60, 3600, 86400

AGES = [
    ("37 minuten geleden", -38 * MINUTE, -36 * MINUTE),
    ("37 min geleden", -38 * MINUTE, -36 * MINUTE),
    ("12 min", -13 * MINUTE, -11 * MINUTE),
    ("3 uur geleden", -4 * HOUR, -2.5 * HOUR),
    ("een uur geleden", -2 * HOUR, -0.5 * HOUR),
    ("1 dag geleden", -2 * DAY, -0.5 * DAY),
    ("2 weken geleden", -21 * DAY, -10.5 * DAY),
    ("5 jaar geleden", -6 * 366 * DAY, -4.5 * 365 * DAY),
    ("3 days 23 hours ago", -4 * DAY, -(3 * DAY + 22.5 * HOUR)),
    ("Zojuist", -15 * MINUTE, 0),
    ("12 min.", -13 * MINUTE, -11 * MINUTE),
    ("vor 3 Stunden", -4 * HOUR, -2.5 * HOUR),
    ("il y a 3 heures", -4 * HOUR, -2.5 * HOUR),
]


@pytest.mark.parametrize(("text", "least", "most"), AGES)
def test_ages_hold_sites_that_round_and_sites_that_cut(text: str, least: float, most: float) -> None:
    stamp = stamps.whole(text)
    assert stamp is not None
    assert (stamp.offset_min_s, stamp.offset_max_s) == (least, most)


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("Vandaag, 19:54", "P0DT19:54"),
        ("Vandaag om 14:32", "P0DT14:32"),
        ("Gisteren, 23:26", "-P1DT23:26"),
        ("15:44", "T15:44"),
        ("16.30 uur", "T16:30"),
        ("za 02 jan 2016, 08:08", "2016-01-02T08:08"),
        ("21 NOV 2015", "2015-11-21"),
        ("31 jan. 2026", "2026-01-31"),
        ("Za. 31 Januari 2026", "2026-01-31"),
        ("maandag 20 oktober 2025", "2025-10-20"),
        ("10 maart 2016 om 16:42", "2016-03-10T16:42"),
        ("05-03-16 17:04", "2016-03-05T17:04"),
        ("05 maart 2016 17:0405-03-16 17:04", "2016-03-05T17:04"),
        ("5-1-2017, 17:26 (Update 5-1-2017, 17:40)", "2017-01-05T17:26"),
        ("13 oktober", "XXXX-10-13"),
        ("Gisteren, 23.26", "-P1DT23:26"),
        ("do 5 maart 2016 om 16.42 uur", "2016-03-05T16:42"),
        ("Heute, 14:05 Uhr", "P0DT14:05"),
        ("Mar 3, 2016, 14:05", "2016-03-03T14:05"),
        ("31.01.2026 09:15", "2026-01-31T09:15"),
        ("20 oktober 2025 - 12:30", "2025-10-20T12:30"),
        ("2025-09-10T02:33:00+0100", "2025-09-10T02:33:00+01:00"),
        ("2025-09-10T02:33:00+01:00", "2025-09-10T02:33:00+01:00"),
        ("2025-09-10 02:33-03:30", "2025-09-10T02:33-03:30"),
        ("2025-09-10T02:33:00.123Z", "2025-09-10T02:33:00Z"),
        ("2024-02-29T10:00", "2024-02-29T10:00"),
    ],
)
def test_clock_and_calendar_stamps(text: str, symbol: str) -> None:
    stamp = stamps.whole(text)
    assert stamp is not None
    assert (stamp.symbol, stamp.offset_min_s, stamp.end) == (symbol, None, len(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "donderdag",
        "2015",
        "Een dag later",
        "3 uur",
        "Twee weken geleden was er hoop.",
        "12",
        "Mei",
        "2-1",
        "over 3 uur",
        "2026-02-30T10:00:00",
        "2026-02-30 10:00",
        "2025-13-10T05:33:00Z",
        "30 februari 2026",
        "x" * 200,
    ],
)
def test_what_is_no_stamp(text: str) -> None:
    assert stamps.leading(text) is None or text == "3 uur"


def test_a_stamp_glued_to_the_next_dateline() -> None:
    stamp = stamps.leading("3 uur geledenLONDEN (ANP) - Er is nieuws.")
    assert stamp is not None
    assert (stamp.start, stamp.end, stamp.symbol) == (0, 13, "-PT3H")


def test_a_stamp_glued_to_the_last_sentence() -> None:
    line = "De boeren zijn boos.1 week geleden"
    stamp = stamps.trailing(line)
    assert stamp is not None
    assert line[stamp.start : stamp.end] == "1 week geleden"
    assert stamps.trailing("De hond verdween twee weken geleden") is None


@pytest.mark.parametrize(
    ("line", "stamp"),
    [
        ("21 NOV 2015DEN HAAG (ANP) - Er is nieuws.", "21 NOV 2015"),
        ("5-1-2017, 17:26 (Update 5-1-2017, 17:40)Ede - Ja.", "5-1-2017, 17:26 (Update 5-1-2017, 17:40)"),
        ("05 maart 2016 17:0405-03-16 17:04EDE (ANP) - Ja.", "05 maart 2016 17:0405-03-16 17:04"),
        ("2 uur geleden'S-GRAVENHAGE (ANP) - Ja.", "2 uur geleden"),
        ("2 uur geledenŁÓDŹ (ANP) - Ja.", "2 uur geleden"),
        ("31 augustusgroningen (anp) - Ja.", "31 augustus"),
        ("15 mrt. 2025De minister zegt niets.", "15 mrt. 2025"),
        ("12 minpeking (anp) - Ja.", "12 min"),
        ("Vandaag om 14:32 werd de brug gesloten.", None),
        ("13 oktober is de laatste dag.", None),
        ("2 februariDE BILT (ANP) - Er is nieuws.", "2 februari"),
        ("1 UUR GELEDENAMSTERDAM (ANP) - Er is nieuws.", "1 UUR GELEDEN"),
    ],
)
def test_glued_stamps(line: str, stamp: str | None) -> None:
    found = stamps.leading(line)
    assert (line[found.start : found.end] if found else None) == stamp


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("symbol", "capture", "expected"),
    [
        # 15:44 in Amsterdam is 14:44 UTC in winter; before that it was yesterday's
        ("T15:44", "2026-01-31T20:00", "2026-01-31T14:44"),
        ("T15:44", "2026-01-31T10:00", "2026-01-30T14:44"),
    ],
)
def test_a_clock_alone_may_be_yesterdays(symbol: str, capture: str, expected: str) -> None:
    bounds = stamps.resolve_stamp(symbol, Interval(at(capture), at(capture)), "Europe/Amsterdam")
    assert bounds == Interval(at(expected), at(expected) + dt.timedelta(minutes=1))


@pytest.mark.parametrize(
    ("capture", "earliest", "latest"),
    [
        # clocks go back at 01:00 UTC on 25 October 2026: 02:30 comes at 00:30 and at 01:30 UTC
        ("2026-10-25T05:00", "2026-10-25T00:30", "2026-10-25T01:31"),
        ("2026-10-25T01:10", "2026-10-25T00:30", "2026-10-25T00:31"),
        ("2026-10-25T00:10", "2026-10-24T00:30", "2026-10-24T00:31"),
        # they go forward at 01:00 UTC on 29 March: there is no 02:30, the last was on the day before
        ("2026-03-29T10:00", "2026-03-28T01:30", "2026-03-28T01:31"),
        ("2026-03-30T10:00", "2026-03-30T00:30", "2026-03-30T00:31"),
    ],
)
def test_a_clock_in_the_nights_in_which_clocks_change(capture: str, earliest: str, latest: str) -> None:
    bounds = stamps.resolve_stamp("T02:30", Interval(at(capture), at(capture)), "Europe/Amsterdam")
    assert bounds == Interval(at(earliest), at(latest))


@pytest.mark.parametrize(
    ("capture", "earliest", "latest"),
    [
        # the day of 25 hours, and the one of 23
        ("2026-10-25T12:00", "2026-10-24T22:00", "2026-10-25T23:00"),
        ("2026-03-29T12:00", "2026-03-28T23:00", "2026-03-29T22:00"),
    ],
)
def test_today_is_as_long_as_the_civil_day(capture: str, earliest: str, latest: str) -> None:
    bounds = stamps.resolve_stamp("P0D", Interval(at(capture), at(capture)), "Europe/Amsterdam")
    assert bounds == Interval(at(earliest), at(latest))


def test_without_a_capture_a_clock_says_nothing() -> None:
    assert stamps.resolve_stamp("T15:44", Interval(None, None), "Europe/Amsterdam") == Interval(None, None)


def test_what_stands_before_the_line_is_no_part_of_it() -> None:
    """A number at the start of a line is glued to nothing, whatever letter the text has before."""
    text = "Zin31 januari 2026"
    assert stamps.trailing(text) is not None
    assert stamps.trailing(text, start=3) is None


_SHAPES = ("{0}", "3 {0}", "{0} 3", "14:05{0}", "{0} {1}", "12 {0} {1}", "12{0} {1}", "31-1-2026 {1}{0}", "3.{0}")
_BESIDE_NUMBERS = ("u", "h", "pm", "a.m.", "p.m", "s", "er", "ste", "e", "st", "th", "Q1", "h2", "Z", "T10:30Z", "(A")


@pytest.mark.parametrize("shape", _SHAPES)
def test_the_grammar_is_asked_wherever_it_has_an_answer(shape: str) -> None:
    """What is seen to be no time without it must be none for it."""
    for language in stamps._languages():
        forms = [form.lstrip("=") for form in words.load(language).forms][::17]
        for form, other in zip([*forms, *_BESIDE_NUMBERS], [*_BESIDE_NUMBERS, *reversed(forms)], strict=True):
            text = shape.format(form, other.title())
            read = [find.read(text, language) for language in stamps._languages()]
            whole = [one for one, *others in filter(None, read) if not others and _is_all(one, text)]
            assert list(stamps._readings(text)) == whole, text


def _is_all(found: find.Found, text: str) -> bool:
    return found.start == 0 and found.end >= len(text.rstrip(" ."))
