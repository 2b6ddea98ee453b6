"""Expressions of time: what is found, the symbol it gets, and the first civil day it can mean."""

import datetime as dt
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.times import find, grammar, resolve, symbols
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
        assert str(parsed) == mention.value
        resolve.values(mention.value, Interval(PUBLISHED, PUBLISHED))


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for mention in find.find([text], "nl"):
        assert text[mention.start : mention.end] == mention.surface


MONTHS = {
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
}
SHORT = MONTHS | {
    "nl": "jan. feb. mrt. apr. mei jun. jul. aug. sep. okt. nov. dec.",
    "en": "Jan. Feb. March April May June July Aug. Sept. Oct. Nov. Dec.",
}
WEEKDAYS = {
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
}
FORMS = [
    ("nl", "op {d} {m} {y}"),
    ("nl", "{d} {m}, {y}"),
    ("nl", "{d} {s} {y}"),
    ("nl", "{w} {d} {m} {y}"),
    ("nl", "{w}, {d} {s} {y}"),
    ("nl", "de {d}e {m} {y}"),
    ("nl", "{d}-{n}-{y}"),
    ("nl", "{w} {d}-{n}-{y}"),
    ("nl", "{d:02d}/{n:02d}/{y}"),
    ("nl", "{d}.{n}.{y}"),
    ("nl", "{y}-{n:02d}-{d:02d}"),
    ("nl", "{y}/{n:02d}/{d:02d}"),
    ("en", "on {m} {d}, {y}"),
    ("en", "{s} {d}, {y}"),
    ("en", "{w}, {m} {d}, {y}"),
    ("en", "{d} {m} {y}"),
    ("en", "the {d}th of {m} {y}"),
    ("en", "{n}/{d}/{y}"),
    ("en", "{y}-{n:02d}-{d:02d}"),
    ("de", "am {d}. {m} {y}"),
    ("de", "{w}, {d}. {m} {y}"),
    ("de", "{d:02d}.{n:02d}.{y}"),
]
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31))


def written(form: str, language: str, day: dt.date) -> str:
    """A date in a form: d day, n month, m its name, s its short name, y year, w weekday."""
    month, short_month = (names[language].split()[day.month - 1] for names in (MONTHS, SHORT))
    weekday = WEEKDAYS[language].split()[day.weekday()]
    return form.format(d=day.day, n=day.month, m=month, s=short_month, y=day.year, w=weekday)


@pytest.mark.parametrize(("language", "form"), FORMS)
@given(day=DAYS)
def test_a_date_in_any_form_reads_back_to_itself(language: str, form: str, day: dt.date) -> None:
    (mention,) = find.find([f"({written(form, language, day)})"], language)
    (value,) = resolve.values(mention.value, Interval(None, None))
    assert value.start is not None
    assert value.start.date() == day
    assert value.grain == "day"


@pytest.mark.parametrize(
    ("language", "form", "clock"), [("nl", "{w} {d} {m} {y}", "om {t} uur"), ("en", "{m} {d}, {y}", "at {t}")]
)
@given(day=DAYS, time=st.times().map(lambda t: t.replace(second=0, microsecond=0)))
def test_a_date_with_a_time_reads_back_to_itself(
    language: str, form: str, clock: str, day: dt.date, time: dt.time
) -> None:
    text = f"{written(form, language, day)} {clock.format(t=time.strftime('%H:%M'))}"
    (mention,) = find.find([text], language)
    (value,) = resolve.values(mention.value, Interval(None, None))
    assert value.start == dt.datetime.combine(day, time)
    assert value.grain == "minute"


def work(text: str) -> int:
    """Calls that finding makes, in Python and from it into native code, with nothing remembered."""
    for memory in (find.read, grammar.known):
        memory.cache_clear()
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        find.find([text], "nl")
    finally:
        sys.setprofile(None)
    return calls


REPEATED = [
    "1",
    "1-",
    "1/",
    "12.",
    "maandag ",
    "van ",
    "drie ",
    "half ",
    "'s ",
    "e ",
    "2024-",
    "de ",
    "geleden",
    ", ",
]
MORE_REPEATED = ["de 3e ", "12ste", "1 en ", "tot 1 tot ", "over een week ", "mei mei ", "1.1.1 ", "é", "om de twee "]


@pytest.mark.parametrize("piece", REPEATED + MORE_REPEATED)
def test_work_does_not_grow_faster_than_length(piece: str) -> None:
    """Four times the text takes about four times the calls; a pattern that backtracks would never come back."""
    find.find([piece * 30], "nl")
    least = work("vandaag")
    assert work(piece * 2000) <= 4.4 * work(piece * 500) + least


@given(st.lists(PIECES, min_size=1, max_size=6).map(" ".join))
def test_work_on_any_words_does_not_grow_faster_than_length(text: str) -> None:
    find.find([text], "nl")
    least = work("vandaag")
    assert work(f"{text} " * 80) <= 4.6 * work(f"{text} " * 20) + least


BESIDE = ["om vijf", "uur 's middags", "12", "mei 2020", "", "Zaterdag", "13:30", "pm", "één", "van 3 tot", "\0"]


@given(st.lists(st.lists(st.sampled_from(BESIDE), max_size=3).map(" ".join), max_size=5))
def test_texts_found_together_are_found_as_each_alone(texts: list[str]) -> None:
    alone = [mention._replace(unit=i) for i, text in enumerate(texts) for mention in find.find([text], "nl")]
    assert find.find(texts, "nl") == alone
