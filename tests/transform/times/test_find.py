"""Expressions of time: what is found, the symbol it gets, and the first civil day it can mean."""

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.times import find, resolve, symbols
from etl.transform.times.resolve import Interval

# a Wednesday afternoon
PUBLISHED = dt.datetime(2026, 3, 18, 16, 30)  # noqa: DTZ001 - civil time


def first(text: str, language: str = "nl") -> tuple[str, str, str] | None:
    """The first expression of a text: words, symbol, and first civil day or moment of its best value."""
    for mention in find.find([text], language):
        found = resolve.values(mention.value, Interval(PUBLISHED, PUBLISHED), direction=mention.direction)
        start = found[0].start if found else None
        return mention.surface, mention.value, start.strftime("%Y-%m-%d %H:%M") if start else ""
    return None


MARKED = re.compile(r"\[([^\[\]]+?) => (\S+) ([A-Z]+)(?: (\S+))?\]")
CASES = [
    (path.stem, line)
    for path in sorted(Path(__file__).with_name("cases").glob("*.txt"))
    for line in path.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def short(moment: dt.datetime | None) -> str:
    """A moment as the cases write it: a date alone at midnight, minutes else, .. where open."""
    if moment is None:
        return ".."
    return moment.isoformat()[: 10 if moment.time() == dt.time() else 16]


@pytest.mark.parametrize(("language", "line"), CASES)
def test_cases(language: str, line: str) -> None:
    """All that a line marks is found, and nothing else."""
    text = MARKED.sub(r"\1", line)
    got = []
    for mention in find.find([text], language):
        values = resolve.values(mention.value, Interval(PUBLISHED, PUBLISHED), direction=mention.direction)
        value = f"{short(values[0].start)}/{short(values[0].end)}" if values else ""
        got.append((mention.surface, mention.value, mention.timex_type, value))
        assert text[mention.start : mention.end] == mention.surface
    assert got == MARKED.findall(line)


@pytest.mark.parametrize(
    "text",
    [
        "Het brood kost € 1,50 en dat is 7% meer.",
        "Hij werd 3. In de stand bleef het 2-1.",
        "Augustus Hendriks en Mei Lin wonnen de eerste prijs.",
        "Er waren 2000 mensen en 1500 euro.",
        "Zo werkt dat niet.",
        "Vlucht KL 1234 had 180 passagiers.",
        "De 16 jongens speelden met 11 man.",
    ],
)
def test_what_is_no_time_stays_untouched(text: str) -> None:
    assert first(text) is None


def test_spans_give_their_words() -> None:
    text = "Café Één ging «vrijdag» open; — op 3 maart 2024 — én gisteren dicht."
    found = find.find(["", text], "nl")
    assert [m.surface for m in found] == ["vrijdag", "op 3 maart 2024", "gisteren"]
    assert all(m.unit == 1 and text[m.start : m.end] == m.surface for m in found)


def test_a_language_without_words_of_time_gives_nothing() -> None:
    assert find.find(["maandag"], "xx") == []


WORDS = """
    de van op om tot en met half kwart voor over drie 3 31 2024 maandag januari mei week jaar geleden uur ' - / , .
    18.00 12:30 elke vorige komende begin eind sinds tussen 's avonds morgen gisteravond pasen eeuw 5-3-2024 22/04 één
"""
PIECES = st.sampled_from(WORDS.split())


@given(st.lists(PIECES, max_size=14).map(" ".join))
def test_any_row_of_words_gives_symbols_that_can_be_read(text: str) -> None:
    for mention in find.find([text], "nl"):
        assert text[mention.start : mention.end] == mention.surface
        parsed = symbols.parse(mention.value)
        assert symbols.parse(str(parsed)) == parsed
        resolve.values(mention.value, Interval(PUBLISHED, PUBLISHED))


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for mention in find.find([text], "nl"):
        assert text[mention.start : mention.end] == mention.surface


MONTHS = {
    "nl": [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
FORMS = [
    ("nl", "op {d} {m} {y}"),
    ("nl", "{d} {m}, {y}"),
    ("nl", "{w} {d} {m} {y}"),
    ("nl", "{d}-{n}-{y}"),
    ("nl", "{d:02d}/{n:02d}/{y}"),
    ("nl", "{d}.{n}.{y}"),
    ("nl", "{y}-{n:02d}-{d:02d}"),
    ("en", "on {m} {d}, {y}"),
    ("en", "{d} {m} {y}"),
    ("en", "{n}/{d}/{y}"),
    ("en", "{y}-{n:02d}-{d:02d}"),
]
WEEKDAYS = ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"]


@pytest.mark.parametrize(("language", "form"), FORMS)
@given(day=st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_a_date_in_any_form_reads_back_to_itself(language: str, form: str, day: dt.date) -> None:
    month, weekday = MONTHS[language][day.month - 1], WEEKDAYS[day.weekday()]
    text = f"({form.format(d=day.day, n=day.month, m=month, y=day.year, w=weekday)})"
    (mention,) = find.find([text], language)
    (value,) = resolve.values(mention.value, Interval(None, None))
    assert value.start is not None
    assert value.start.date() == day
    assert value.grain == "day"


@pytest.mark.parametrize(
    "piece",
    ["1", "1-", "1/", "12.", "maandag ", "van ", "drie ", "half ", "'s ", "e ", "2024-", "de ", "geleden", ", "],
)
def test_repeats_do_not_blow_up(piece: str) -> None:
    """Each takes a fraction of a second; a pattern that backtracks would never come back."""
    text = piece * 3000
    for mention in find.find([text], "nl"):
        assert text[mention.start : mention.end] == mention.surface
