"""Dutch: the size of its lexicon, its inflection, tables of cases, and floors under our own sentences."""

from typing import get_args

import pytest
import simplemma

from etl import languages
from etl.schema.core import Modality
from etl.transform.events.clauses import clauses
from etl.transform.events.inflection import verb_forms
from etl.transform.events.lexicon import load
from etl.transform.events.modality import stance
from etl.transform.events.scene import Scene, read
from etl.transform.events.tokens import finite, tokenise
from etl.transform.events.verbs import Group
from tests.transform.events import gold
from tests.transform.events.test_english import MODES, TYPES

FLOORS = {
    "type_f1": 0.95,
    "mode": 0.93,
    "actors_f1": 0.92,
    "recipients_f1": 0.9,
    "modality": 0.95,
    "place": 0.8,
    "time_sound": 0.95,
    "time_sound_and_tight": 0.9,
}


def test_the_gold_set_covers_the_language() -> None:
    sentences = gold.read("nl")
    events = [event for sentence in sentences for event in sentence.events]
    assert len(sentences) >= 250
    assert {t.partition("/")[0] for event in events for t in event.types} >= TYPES
    assert {m.removeprefix("NEG ") for event in events for m in event.modalities} == set(get_args(Modality))
    assert any(m.startswith("NEG ") for event in events for m in event.modalities)


def test_the_coder_stays_above_its_floors() -> None:
    figures, complaints = gold.score("nl")
    below = {name: figures[name] for name, floor in FLOORS.items() if figures[name] < floor}
    assert not below, complaints


def test_the_lexicon_is_large_and_every_line_is_sound() -> None:
    verbs, nouns = languages.table("nl", "events_verbs"), languages.table("nl", "events_nouns")
    assert len({row["lemma"] for row in verbs if row["type"]}) >= 900
    assert len({row["lemma"] for row in nouns if row["type"]}) >= 400
    assert {row["type"] for row in verbs} - {""} == TYPES
    assert {row["type"] for row in nouns} - {""} == TYPES
    assert {m for row in (*verbs, *nouns) for m in [row["mode"]] if m} <= {
        m for modes in MODES.values() for m in modes
    }
    # the head of a phrase is its last word, an infinitive; a verb whose particle comes off always has its bar
    heads = {row["lemma"].split()[-1] for row in verbs}
    assert all(head.endswith("n") for head in heads)
    barred = {head.replace("|", "") for head in heads if "|" in head} - _TWO_VERBS
    assert not barred & heads


_TWO_VERBS = {"voorkomen", "overgeven"}  # to prevent, to happen; to vomit, to surrender


def test_past_forms_are_those_simplemma_knows() -> None:
    """Nearly all forms that the rules make are words of the language."""
    verbs = sorted({row["lemma"].split()[-1].rpartition("|")[2] for row in languages.table("nl", "events_verbs")})
    forms = {f.surface for verb in verbs for f in verb_forms(verb, "nl") if f.feature in ("PAST", "PART")}
    unknown = sorted(form for form in forms if not simplemma.is_known(form, "nl"))
    assert len(unknown) <= len(forms) * 0.12, unknown


@pytest.mark.parametrize(
    ("verb", "past", "participle"),
    [
        ("pakken", "pakte", "gepakt"),
        ("veroordelen", "veroordeelde", "veroordeeld"),
        ("ontmoeten", "ontmoette", "ontmoet"),
        ("begroeten", "begroette", "begroet"),
        ("gebruiken", "gebruikte", "gebruikt"),
        ("financieren", "financierde", "gefinancierd"),
        ("vieren", "vierde", "gevierd"),
        ("discussiëren", "discussieerde", "gediscussieerd"),
        ("royeren", "royeerde", "geroyeerd"),
        ("verwijderen", "verwijderde", "verwijderd"),
        ("verwelkomen", "verwelkomde", "verwelkomd"),
        ("verbieden", "verbood", "verboden"),
        ("onderscheiden", "onderscheidde", "onderscheiden"),
        ("evacueren", "evacueerde", "geëvacueerd"),
    ],
)
def test_regular_and_irregular_forms(verb: str, past: str, participle: str) -> None:
    forms = {(form.surface, form.feature) for form in verb_forms(verb, "nl")}
    assert (past, "PAST") in forms
    assert (participle, "PART") in forms


@pytest.mark.parametrize(
    ("sentence", "verbs"),
    [
        ("De burgemeester bedankte de brandweer voor hun inzet.", ["bedankte"]),
        ("De bezette gebieden werden ontruimd.", ["werden"]),
        ("Het personeel legt het werk neer.", ["legt"]),
        ("Ze blijven drie maanden in het land.", ["blijven"]),
        ("Het OM eist een boete.", ["eist"]),
        ("Hij weigert de brief te lezen.", ["weigert"]),
        ("Zij zeggen dat hun plannen zijn mislukt.", ["zeggen", "zijn", "mislukt"]),
    ],
)
def test_finite_verbs_are_told_from_nouns_and_participles(sentence: str, verbs: list[str]) -> None:
    tokens = tokenise(sentence, load("nl"))
    fin = finite(tokens, load("nl"))
    assert [t.surface for t, sure in zip(tokens, fin, strict=True) if sure] == verbs


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("De minister vertrekt omdat hij ziek is.", ["main", "sub"]),
        ("De minister zegt dat hij vertrekt.", ["main", "that"]),
        ("Dat de minister vertrekt, bevestigde de partij.", ["that", "main"]),
        ("Dat melden kranten.", ["main"]),
        ("De man die werd opgepakt, is vrij.", ["main", "rel"]),
        ("Als de minister vertrekt, volgen verkiezingen.", ["cond", "main"]),
        ("Vertrekt de minister, dan volgen verkiezingen.", ["cond", "main"]),
        ("Agenten schoten toen de menigte stenen gooide.", ["main", "sub"]),
        ("De kans dat de minister vertrekt is klein.", ["main", "that"]),
        ('Zij noemden het een "historische" stap.', ["main"]),
    ],
)
def test_clauses(sentence: str, kinds: list[str]) -> None:
    found = clauses(tokenise(sentence, load("nl")), load("nl"))
    assert [clause.kind for clause in found][: len(kinds)] == kinds


def _group(sentence: str, trigger: str) -> tuple[Scene, Group]:
    scene = read(sentence, "body", load("nl"))
    return scene, next(g for g in scene.groups if scene.tokens[g.head].surface == trigger)


@pytest.mark.parametrize(
    ("sentence", "verb", "lemma", "tense", "passive"),
    [
        ("De politie pakte gisteren in Gent een man op.", "pakte", "oppakken", "PAST", False),
        ("Een man werd in Gent opgepakt.", "opgepakt", "oppakken", "PAST", True),
        ("Een man is opgepakt.", "opgepakt", "oppakken", "PRESENT_PERFECT", True),
        ("De koning is overleden.", "overleden", "overlijden", "PRESENT_PERFECT", False),
        ("De politie had een man opgepakt.", "opgepakt", "oppakken", "PAST_PERFECT", False),
        ("De politie zal de man oppakken.", "oppakken", "oppakken", "FUTURE", False),
        ("De politie probeert de man op te pakken.", "pakken", "oppakken", "INFINITIVE", False),
        ("De Kamer nam de wet aan.", "nam", "aannemen", "PAST", False),
        ("De krijgsheer gaf zich over.", "gaf", "zich overgeven", "PAST", False),
        ("De topman bood zijn excuses aan.", "bood", "zijn excuses aanbieden", "PAST", False),
        ("Hij ontkent de man te hebben vermoord.", "vermoord", "vermoorden", "PRESENT_PERFECT", False),
    ],
)
def test_verb_groups(sentence: str, verb: str, lemma: str, tense: str, passive: bool) -> None:
    _, group = _group(sentence, verb)
    assert (group.entry.lemma, group.tense, group.passive) == (lemma, tense, passive)


@pytest.mark.parametrize(
    ("sentence", "trigger", "polarity", "modality"),
    [
        ("De premier is afgetreden.", "afgetreden", "POS", "asserted"),
        ("De premier is niet afgetreden.", "afgetreden", "NEG", "asserted"),
        ("De premier zou zijn afgetreden.", "afgetreden", "POS", "alleged"),
        ("Vermoedelijk is de premier afgetreden.", "afgetreden", "POS", "alleged"),
        ("De premier kan aftreden.", "aftreden", "POS", "possible"),
        ("De premier zal aftreden.", "aftreden", "POS", "future"),
        ("De oppositie eist dat de premier aftreedt.", "aftreedt", "POS", "hypothetical"),
        ("Als de premier aftreedt, is het te laat.", "aftreedt", "POS", "hypothetical"),
        ("Volgens de krant is de premier afgetreden.", "afgetreden", "POS", "reported"),
        ("De krant meldt dat de premier is afgetreden.", "afgetreden", "POS", "reported"),
        ("De premier is afgetreden, meldt de krant.", "afgetreden", "POS", "reported"),
        ("De partij ontkent dat de premier is afgetreden.", "afgetreden", "POS", "denied"),
        ("De kans dat de premier aftreedt is klein.", "aftreedt", "POS", "possible"),
        ("De premier wordt beschuldigd van mishandeling.", "mishandeling", "POS", "alleged"),
        ("Er komt geen staking.", "staking", "NEG", "asserted"),
        ("Om een staking te voorkomen stijgen de lonen.", "staking", "POS", "possible"),
    ],
)
def test_modality(sentence: str, trigger: str, polarity: str, modality: str) -> None:
    how = stance(*_group(sentence, trigger))
    assert (how.polarity, how.modality) == (polarity, modality)


def _coded(text: str) -> dict[str, gold.Coded]:
    (found,) = gold.code([gold.Sentence(text, [])], "nl")
    return {event["text"]: event for event in found}


@pytest.mark.parametrize(
    ("text", "trigger", "actors", "recipients"),
    [
        ("Frankrijk en Polen steunden de Zweden.", "steunden", ["Frankrijk", "Polen"], ["Zweden"]),
        ("De Zweden werden door Polen gesteund.", "gesteund", ["Polen"], ["Zweden"]),
        ("Er werden twee mannen opgepakt.", "opgepakt", [], ["twee mannen"]),
        ("Gisteren bezocht de koning een school.", "bezocht", ["koning"], ["school"]),
        (
            "De politie hield in Breda twee tieners aan.",
            "hield in Breda twee tieners aan",
            ["politie"],
            ["twee tieners"],
        ),
        ("De agent die de man neerstak, vluchtte.", "neerstak", ["agent"], ["man"]),
        ("De officier eiste zes jaar cel tegen de bankier.", "eiste", ["officier"], ["bankier"]),
    ],
)
def test_participants(text: str, trigger: str, actors: list[str], recipients: list[str]) -> None:
    event = _coded(text)[trigger]
    assert [p["text"] for p in event["actors"]] == actors
    assert [p["text"] for p in event["recipients"]] == recipients


@pytest.mark.parametrize(
    ("text", "trigger", "relation", "basis"),
    [
        ("Vrijdag werd een man opgepakt.", "opgepakt", "IS_INCLUDED", "expression"),
        ("Een man is opgepakt.", "opgepakt", "IS_INCLUDED", "tense_default"),
        ("Een man was al opgepakt.", "opgepakt", "BEFORE", "background"),
        ("De man die was opgepakt, is vrij.", "opgepakt", "BEFORE", "background"),
        ("De man werd vrijdag opgepakt wegens betrokkenheid bij een protest.", "protest", "BEFORE", "background"),
        ("De winst over 2008 is bekendgemaakt.", "bekendgemaakt", "IS_INCLUDED", "tense_default"),
        ("De in mei gekozen premier bezocht Polen.", "bezocht", "IS_INCLUDED", "tense_default"),
        ("Bij rellen in Lyon zijn vrijdag mensen opgepakt.", "rellen", "IS_INCLUDED", "expression"),
        ("De aanslag van vorige week eiste levens.", "aanslag", "IS_INCLUDED", "expression"),
        ("De partijen gaan overleggen.", "overleggen", "AFTER", "tense_default"),
        ("Vrijdag werd een bom gevonden. De politie onderzoekt de vondst.", "gevonden", "IS_INCLUDED", "expression"),
        ("Vrijdag was er een aanslag in Lyon. De aanslag schokt het land.", "aanslag", "IS_INCLUDED", "carried"),
    ],
)
def test_timing(text: str, trigger: str, relation: str, basis: str) -> None:
    time = _coded(text)[trigger]["time"]
    assert (time["relation"], time["basis"]) == (relation, basis)


@pytest.mark.parametrize(
    ("text", "trigger", "day"),
    [
        ("De ministers overleggen vrijdag in Wenen.", "overleggen", "2026-03-13"),
        ("De ministers overlegden vrijdag in Wenen.", "overlegden", "2026-03-06"),
        ("De minister zegt vrijdag niets te weten.", "zegt", "2026-03-06"),
    ],
)
def test_a_bare_weekday_looks_where_the_tense_does(text: str, trigger: str, day: str) -> None:
    assert _coded(text)[trigger]["time"]["begin_earliest"] == f"{day}T00:00:00"


@pytest.mark.parametrize(
    ("text", "trigger", "kind"),
    [
        ("De leider van de rebellen gaf de strijd op.", "gaf de strijd op", "RETREAT"),
        ("Drie agenten raakten zwaargewond.", "raakten zwaargewond", "OTHER"),
        ("De rechtbank stelde de bewoners in het gelijk.", "stelde de bewoners in het gelijk", "SUPPORT"),
        ("Het schip kantelde bij Texel.", "kantelde", "OTHER"),
        ("De minister ging overstag.", "ging overstag", "CONCEDE"),
        ("De douane onderschepte een lading cocaïne.", "onderschepte", "COERCE"),
        ("Betogers barricadeerden de ingang.", "barricadeerden", "PROTEST"),
        ("De man is vrijgesproken.", "vrijgesproken", "CONCEDE"),
        ("Het leger rukte op naar de hoofdstad.", "rukte op", "MOBILIZE"),
        ("De premier bracht een werkbezoek aan Gent.", "bracht een werkbezoek", "CONSULT"),
        ("De president werd herkozen.", "herkozen", "OTHER"),
        ("De inspectie nam het bedrijf onder de loep.", "nam het bedrijf onder de loep", "ACCUSE"),
        ("Na het handgemeen werd de wedstrijd gestaakt.", "handgemeen", "ASSAULT"),
        ("Het kort geding en de wantrouwensmotie haalden de krant.", "wantrouwensmotie", "REJECT"),
    ],
)
def test_words_and_phrases_of_news(text: str, trigger: str, kind: str) -> None:
    found = {words: event["type"] for words, event in _coded(text).items()}
    assert found.get(trigger) == kind, found


@pytest.mark.parametrize(
    "text",
    [
        "De prijs van honderd barrels olie.",
        "De aardappel en de sinaasappel.",
        "Een cursus over integratie en immigratie.",
        "De aansluiting op het internet.",
        "De patiënt kreeg een transfusie na de kramp.",
        "De competitie begint met een aflevering over idealen.",
        "Het gegevensbestand en de videorecorder.",
    ],
)
def test_a_word_that_only_ends_like_an_event_is_none(text: str) -> None:
    assert _coded(text).keys() <= {"begint"}


def test_who_only_says_so_is_attribution() -> None:
    found = _coded("De premier is afgetreden, meldt de krant.")
    assert set(found) == {"afgetreden"}
    assert [p["text"] for p in found["afgetreden"]["attribution"]] == ["krant"]


def test_a_context_is_read_from_the_clause_and_the_type() -> None:
    from etl.transform.events.code import code
    from etl.transform.records import SentenceSpan, Unit

    text = "De rechtbank veroordeelde de hacker tot drie jaar cel."
    (event,) = code([Unit(text, 0, "body")], [SentenceSpan(0, 0, len(text))], [], [], "nl")
    assert event.context == ("cyber", "legal")


@pytest.mark.parametrize("words", ["de man zegt dat de politie een vrouw heeft opgepakt en ", "de aanval van ", "x"])
def test_a_run_of_words_without_a_stop_is_read_in_parts(words: str) -> None:
    """No recursion to the end of the stack, and the events of the last part are found like those of the first."""
    from etl.transform.events.code import code
    from etl.transform.records import SentenceSpan, Unit

    text = words * 400
    found = code([Unit(text, 0, "body")], [SentenceSpan(0, 0, len(text))], [], [], "nl")
    assert all(text[event.start : event.end] == event.trigger for event in found)
    assert len(found) >= (400 if "a" in words else 0)
