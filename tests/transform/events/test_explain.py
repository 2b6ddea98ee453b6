"""What `dateline lexicon test` shows comes from the coder and from the lines it names."""

import csv
from pathlib import Path

import pytest

import etl.languages
from etl.transform.events.explain import Explained, explain, known_languages, likeliest

FOLDER = Path(etl.languages.__file__).parent


def one(text: str, language: str) -> Explained:
    (sentence,) = explain(text, language)
    return sentence


def test_languages_with_a_lexicon() -> None:
    assert set(known_languages()) >= {"nl", "en"}


@pytest.mark.parametrize(
    ("text", "language", "lemma", "meaning"),
    [
        ("De politie heeft twee mannen aangehouden.", "nl", "aan|houden", "COERCE/arrest"),
        ("De regering veroordeelt de aanslag.", "nl", "aanslag", "ASSAULT"),
        ("The summit was called off by the host.", "en", "call off", "REJECT"),
        ("The embassy was hit by a bomb attack.", "en", "bomb attack", "ASSAULT/explosives"),
    ],
)
def test_the_line_named_is_the_one_in_the_file(text: str, language: str, lemma: str, meaning: str) -> None:
    lines = [r.line for r in one(text, language).readings if r.line.lemma == lemma.replace("|", "")]
    assert [line.meaning for line in lines] == [meaning]
    file, _, number = lines[0].source.partition(":")
    with (FOLDER / language / file).open(encoding="utf-8", newline="") as rows:
        assert list(csv.reader(rows))[int(number) - 1][0] == lemma


def test_stance_participants_place_and_time() -> None:
    reading = next(r for r in one("On Monday police arrested two men in Lyon.", "en").readings if r.event)
    assert reading.event is not None
    assert (reading.words, reading.form) == ("arrested", "finite, past")
    assert (reading.event.polarity, reading.event.modality) == ("POS", "asserted")
    assert [(p.role, p.surface) for p in reading.event.participants] == [
        ("actor", "police"),
        ("recipient", "two men"),
    ]
    assert reading.event.place == "Lyon (stated)"
    assert "Monday" in reading.event.time
    assert "expression" in reading.event.time


def test_lines_not_taken_say_what_they_ask_for() -> None:
    reading = next(r for r in one("De minister zegt weinig.", "nl").readings if r.words == "zegt")
    assert any(line.lemma == "afzeggen" and "af" in line.asks for line in reading.others)
    assert reading.line not in reading.others


def test_a_verb_that_is_no_event_says_so() -> None:
    reading = next(r for r in one("The report contains maps.", "en").readings if r.words == "contains")
    assert (reading.line.meaning, reading.event) == ("no event", None)


def test_each_sentence_stands_alone() -> None:
    found = explain("Police arrested a man. The mayor resigned.", "en")
    assert [s.text for s in found] == ["Police arrested a man.", "The mayor resigned."]
    assert [kind for kind, _ in found[0].clauses] == ["main"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De politie heeft twee mannen aangehouden.", "nl"),
        ("Police arrest two in Leeds", "en"),
        ("Agenten arresteerden vijf demonstranten.", "nl"),
    ],
)
def test_the_language_of_a_short_sentence_is_that_of_the_lexicon_that_knows_most_of_it(
    text: str, language: str
) -> None:
    assert likeliest(text) == language
