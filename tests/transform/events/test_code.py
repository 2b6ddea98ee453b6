"""What an article tells goes on from sentence to sentence: its places, its days."""

from collections import Counter

import pytest

from etl import languages
from etl.transform import sentences
from etl.transform.events.code import code
from etl.transform.places import locate
from etl.transform.records import Unit
from etl.transform.times import find


def told(text: str, language: str = "nl") -> dict[str, tuple[str, str, str, str]]:
    """By trigger: the place, its basis, the expression and its basis."""
    units = [Unit(text, 0, "body")]
    places, times = locate.locate(units, language, [None]), find.find([text], language)
    return {
        event.trigger: (
            places[event.place_mention].surface if event.place_mention is not None else "",
            event.location_basis,
            times[event.time_mention].surface if event.time_mention is not None else "",
            event.time_basis,
        )
        for event in code(units, sentences.split([text], language), times, places, language)
    }


@pytest.mark.parametrize(
    ("text", "language", "trigger", "place", "basis"),
    [
        (
            "Bij een aanval in Charkov vielen doden. Het leger vuurde raketten af.",
            "nl",
            "vuurde raketten af",
            "Charkov",
            "carried",
        ),
        ("De politie arresteerde in Breda een man. Agenten sloegen hem.", "nl", "sloegen", "Breda", "carried"),
        ("Police arrested a man in Leeds. Officers shot him.", "en", "shot", "Leeds", "carried"),
        # what is stated in its own clause is stronger
        (
            "De politie arresteerde in Breda een man. In Tilburg sloegen agenten hem.",
            "nl",
            "sloegen",
            "Tilburg",
            "stated",
        ),
        # a paragraph's own place, then again the one the article began with
        (
            "De politie arresteerde in Breda een man.\nIn Tilburg schoten ze op een vrouw. Agenten sloegen hem.",
            "nl",
            "sloegen",
            "Tilburg",
            "carried",
        ),
        (
            "De politie arresteerde in Breda een man.\nIn Tilburg schoten ze op een vrouw.\nAgenten sloegen hem.",
            "nl",
            "sloegen",
            "Breda",
            "carried",
        ),
        # who speaks may be anywhere, and so may be what is yet to come
        ("De politie arresteerde in Breda een man. De premier prees de agenten.", "nl", "prees", "", "none"),
        ("De politie arresteerde in Breda een man. Agenten zullen staken.", "nl", "staken", "", "none"),
    ],
)
def test_an_event_takes_the_place_of_its_paragraph_or_of_the_article(
    text: str, language: str, trigger: str, place: str, basis: str
) -> None:
    assert told(text, language)[trigger][:2] == (place, basis)


@pytest.mark.parametrize(
    ("text", "language", "trigger", "time", "basis"),
    [
        ("Zaterdag ontplofte een bom. Agenten arresteerden een man.", "nl", "arresteerden", "Zaterdag", "carried"),
        ("A bomb exploded on Saturday. Police arrested a man.", "en", "arrested", "Saturday", "carried"),
        # a new paragraph, a year, an hour, an act of speech, the present: no tale goes on
        ("Zaterdag ontplofte een bom.\nAgenten arresteerden een man.", "nl", "arresteerden", "", "tense_default"),
        ("In 2019 ontplofte een bom. Agenten arresteerden een man.", "nl", "arresteerden", "", "tense_default"),
        ("Zaterdag ontplofte een bom. De premier prees de agenten.", "nl", "prees", "", "tense_default"),
        ("Zaterdag ontplofte een bom. Agenten arresteren een man.", "nl", "arresteren", "", "tense_default"),
        (
            "Zaterdag ontplofte een bom. In 2019 doodden agenten een man. Agenten arresteerden hem.",
            "nl",
            "arresteerden",
            "",
            "tense_default",
        ),
    ],
)
def test_a_tale_goes_on_from_a_day(text: str, language: str, trigger: str, time: str, basis: str) -> None:
    assert told(text, language)[trigger][2:] == (time, basis)


@pytest.mark.parametrize(
    ("text", "trigger", "time"),
    [
        # a month or more in the clause of who speaks now is of what is said
        ("Het bedrijf meldt in het eerste kwartaal van 2025 een verlies.", "meldt", ""),
        (
            "Het bedrijf meldt in het eerste kwartaal van 2025 een verlies.",
            "verlies",
            "in het eerste kwartaal van 2025",
        ),
        ("Het bedrijf meldde in 2025 een verlies.", "meldde", "2025"),
        ("De premier waarschuwt zaterdag voor een oorlog.", "waarschuwt", "zaterdag"),
        ("In 2019 arresteerde de politie een man.", "arresteerde", "2019"),
    ],
)
def test_who_speaks_now_is_not_dated_by_a_year(text: str, trigger: str, time: str) -> None:
    found = told(text)[trigger][2]
    assert found.lower().removeprefix("in ") == time.removeprefix("in ")


def test_nobody_agrees_in_once_more_two() -> None:
    assert "eens" not in " ".join(told("In 2008 worden twee fabrieken gesloten en in 2012 nog eens twee."))


_PHRASED = {
    "nl": ("Het bedrijf heeft {}.", "Het bedrijf zal gisteren {}.", "Zij {} niet.", "De {} is voorbij."),
    "en": ("The firm will {}.", "They {} yesterday.", "{} today.", "The {} is over.", "He got a {}."),
}


@pytest.mark.parametrize("language", list(_PHRASED))
def test_no_two_events_begin_at_one_place(language: str) -> None:
    """A word of a phrase may be the form of another verb (verlies lijden, verliezen): an event's id is its place."""
    rows = [*languages.table(language, "events_verbs"), *languages.table(language, "events_nouns")]
    phrases = [row["lemma"] for row in rows if " " in row["lemma"]]
    texts = [form.format(phrase) for phrase in phrases for form in _PHRASED[language]]
    units = [Unit(text, number, "body") for number, text in enumerate(texts)]
    found = code(units, sentences.split(texts, language), [], [], language)
    places = Counter((event.unit, event.start) for event in found)
    assert not {texts[unit] for (unit, _), n in places.items() if n > 1}
    assert len(found) > len(phrases)


def test_a_phrase_is_one_event() -> None:
    assert list(told("Het bedrijf heeft 5,9 miljard verlies geleden.")) == ["verlies geleden"]
