"""Expressions of time: what is found, the symbol it gets, and the first civil day it can mean."""

import datetime as dt

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


DUTCH = [
    # weekdays look back in news, up to and including the day itself
    ("De man werd maandag opgepakt.", "maandag", "XXXX-WXX-1", "2026-03-16 00:00"),
    ("Dat zei hij woensdag.", "woensdag", "XXXX-WXX-3", "2026-03-18 00:00"),
    ("De Kamer zal vrijdag stemmen.", "vrijdag", "XXXX-WXX-5", "2026-03-20 00:00"),
    ("Komende vrijdag is het zover.", "Komende vrijdag", "XXXX-WXX-5", "2026-03-20 00:00"),
    ("Volgende week dinsdag begint het.", "Volgende week dinsdag", "W+1:D2", "2026-03-24 00:00"),
    ("Hij komt vrijdag over een week.", "vrijdag over een week", "XXXX-WXX-5+P1W", "2026-03-27 00:00"),
    # parts of the day
    ("Zondagavond brak brand uit.", "Zondagavond", "XXXX-WXX-7TEV", "2026-03-15 18:00"),
    ("Vanmorgen was het mistig.", "Vanmorgen", "P0DTMO", "2026-03-18 06:00"),
    ("Gisteravond laat kwam het bericht.", "Gisteravond laat", "-P1DTEV", "2026-03-17 18:00"),
    (
        "In de nacht van dinsdag op woensdag sneeuwde het.",
        "In de nacht van dinsdag op woensdag",
        "XXXX-WXX-2T21/<XXXX-WXX-3T08",
        "2026-03-17 21:00",
    ),
    # away from now
    ("Eergisteren lag alles stil.", "Eergisteren", "-P2D", "2026-03-16 00:00"),
    ("Dat gebeurde drie dagen geleden.", "drie dagen geleden", "-P3D", "2026-03-15 00:00"),
    ("Over een week is het klaar.", "Over een week", "+P1W", "2026-03-25 00:00"),
    ("Een maand of drie geleden begon het.", "Een maand of drie geleden", "-P3M", "2025-12-18 00:00"),
    ("Anderhalf uur geleden stopte de trein.", "Anderhalf uur geleden", "-PT1.5H", "2026-03-18 15:00"),
    # the clock
    ("De vergadering begint om half vier.", "om half vier", "T03:30", "2026-03-18 03:30"),
    ("Om kwart voor zes ging het alarm.", "Om kwart voor zes", "T05:45", "2026-03-18 05:45"),
    ("Om vijf over half acht reed hij weg.", "Om vijf over half acht", "T07:35", "2026-03-18 07:35"),
    ("De deuren gaan om 18.00 uur open.", "om 18.00 uur", "T18:00", "2026-03-18 18:00"),
    ("Om 3 uur 's middags was het raak.", "Om 3 uur 's middags", "T15", "2026-03-18 15:00"),
    # units
    ("Vorige maand daalde de prijs.", "Vorige maand", "M-1", "2026-02-01 00:00"),
    ("Komend jaar volgt meer.", "Komend jaar", "Y+1", "2027-01-01 00:00"),
    ("De afgelopen drie weken regende het.", "De afgelopen drie weken", "-P3W/<NOW", "2026-02-25 00:00"),
    ("Eind vorig jaar sloot de fabriek.", "Eind vorig jaar", "Y-1:END", "2025-09-01 00:00"),
    ("In het derde kwartaal van 2025 kromp de markt.", "het derde kwartaal van 2025", "2025-Q3", "2025-07-01 00:00"),
    ("In de jaren negentig was dat anders.", "de jaren negentig", "199X", "1990-01-01 00:00"),
    ("Het stamt uit de 17e eeuw.", "de 17e eeuw", "16XX", "1600-01-01 00:00"),
    # dates
    ("Op 5 april 2024 werd hij gekozen.", "Op 5 april 2024", "2024-04-05", "2024-04-05 00:00"),
    ("Op 31 december viel het doek.", "Op 31 december", "XXXX-12-31", "2025-12-31 00:00"),
    ("Vrijdag 18 december is de zitting.", "Vrijdag 18 december", "XXXX-12-18=5", "2026-12-18 00:00"),
    ("Geboren op 2-3-1987 in Breda.", "op 2-3-1987", "1987-03-02", "1987-03-02 00:00"),
    # ranges
    ("Het is van ma. tot wo. dicht.", "van ma. tot wo.", "XXXX-WXX-1/<XXXX-WXX-3", "2026-03-16 00:00"),
    ("Tussen 2010 en 2015 woonde hij daar.", "Tussen 2010 en 2015", "2010/<2015", "2010-01-01 00:00"),
    ("Sinds 2014 is dat verboden.", "Sinds 2014", "2014/..", "2014-01-01 00:00"),
    ("Uiterlijk vrijdag moet het geld er zijn.", "Uiterlijk vrijdag", "../XXXX-WXX-5", ""),
    ("De nacht van 5 op 6 mei.", "De nacht van 5 op 6 mei", "XXXX-05-05T21/<XXXX-05-06T08", "2025-05-05 21:00"),
    # holidays
    ("Op Prinsjesdag rijdt de koets.", "Prinsjesdag", "XXXX-09:3D2", "2025-09-16 00:00"),
    ("Tweede paasdag 2026 was nat.", "Tweede paasdag 2026", "2026-E+1", "2026-04-06 00:00"),
    # no place on the time line
    ("De bijeenkomst is elke vrijdag.", "elke vrijdag", "R/XXXX-WXX-5", ""),
    ("Het duurde drie weken.", "drie weken", "P3W", ""),
]  # fmt: skip

ENGLISH = [
    ("The man was arrested on Monday.", "Monday", "XXXX-WXX-1", "2026-03-16 00:00"),
    ("Parliament will vote on Friday.", "Friday", "XXXX-WXX-5", "2026-03-20 00:00"),
    ("It closed last month.", "last month", "M-1", "2026-02-01 00:00"),
    ("Prices fell three weeks ago.", "three weeks ago", "-P3W", "2026-02-25 00:00"),
    ("He spoke at 5:30 p.m.", "5:30 p.m.", "T17:30", "2026-03-18 17:30"),
    ("On March 3, 2025 it opened.", "March 3, 2025", "2025-03-03", "2025-03-03 00:00"),
    ("In the second week of May it rained.", "the second week of May", "XXXX-05:2W", "2025-05-05 00:00"),
    ("Tomorrow morning it starts.", "Tomorrow morning", "+P1DTMO", "2026-03-19 06:00"),
    ("Since 2019 he has lived there.", "2019", "2019/..", "2019-01-01 00:00"),
    ("It falls on Thanksgiving.", "Thanksgiving", "XXXX-11:4D4", "2025-11-27 00:00"),
]


@pytest.mark.parametrize(("text", "words", "symbol", "start"), DUTCH)
def test_dutch(text: str, words: str, symbol: str, start: str) -> None:
    assert first(text) == (words, symbol, start)


@pytest.mark.parametrize(("text", "words", "symbol", "start"), ENGLISH)
def test_english(text: str, words: str, symbol: str, start: str) -> None:
    assert first(text, "en") == (words, symbol, start)


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
