"""What the coder does with a text, step by step, for whoever writes a line of the lexicon.

Shape: a text and its language in, one `Explained` a sentence out: its clauses, its verb groups and event nouns with
the line of the lexicon that each stands for, and the event it became. What belongs here: gathering and wording. What
does not: rules; everything shown comes from the functions that `code` calls.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from etl import languages
from etl.transform import sentences
from etl.transform.events import code, scene
from etl.transform.events import lexicon as lexicons
from etl.transform.events.clauses import Clause
from etl.transform.events.lexicon import Entry
from etl.transform.events.records import EventMention, Participant
from etl.transform.events.scene import Scene
from etl.transform.events.tokens import tokenise
from etl.transform.events.verbs import Group
from etl.transform.places import locate
from etl.transform.records import PlaceMention, SentenceSpan, TimeMention, Unit
from etl.transform.times import find


class Line(NamedTuple):
    """A line of the lexicon, and what it asks of a clause."""

    source: str
    lemma: str
    meaning: str
    """Type and mode, or that it is no event."""
    asks: str


class Told(NamedTuple):
    """The event that a group became."""

    polarity: str
    modality: str
    participants: tuple[Participant, ...]
    place: str
    time: str


class Reading(NamedTuple):
    """A verb group or an event noun."""

    words: str
    form: str
    """How it stands in its clause: finite, participle, passive, and its tense."""
    line: Line
    others: tuple[Line, ...]
    """Lines that know the same form and were not taken."""
    event: Told | None


class Explained(NamedTuple):
    """A sentence; a clause is its kind and its words."""

    text: str
    clauses: tuple[tuple[str, str], ...]
    readings: tuple[Reading, ...]


class _Found(NamedTuple):
    events: list[EventMention]
    times: list[TimeMention]
    places: list[PlaceMention]


def known_languages() -> tuple[str, ...]:
    """The languages that have an event lexicon."""
    return tuple(code for code in languages.available() if languages.has(code, "events_verbs.csv"))


def likeliest(text: str) -> str:
    """The language whose lexicon knows most words of a text: for a sentence too short to tell it otherwise."""

    def known(language: str) -> int:
        lexicon = lexicons.load(language)
        words = (token.word for token in tokenise(text, lexicon))
        return sum(1 for word in words if word.tags or word.verbs or word.nouns or word.modal)

    return max(known_languages(), key=known)


def explain(text: str, language: str, kind: Literal["headline", "body"] = "body") -> list[Explained]:
    """Say what the coder makes of each sentence of a text.

    Args:
        text: one or more sentences.
        language: ISO 639-1, one of `known_languages`.
        kind: a headline is read with its own rules.

    """
    units: Sequence[Unit] = [Unit(text, 0, kind)]
    spans = sentences.split([text], language)
    times, places = find.find([text], language), locate.locate(units, language, [None])
    found = _Found(code.code(units, spans, times, places, language), times, places)
    return [_sentence(text, span, language, kind, found) for span in spans]


def _sentence(
    text: str, span: SentenceSpan, language: str, kind: Literal["headline", "body"], found: _Found
) -> Explained:
    words = text[span.start : span.end]
    read = scene.read(words, kind, lexicons.load(language))
    mine = {(e.lemma, i): e for e in found.events for i in range(e.start, e.end) if span.start <= e.start < span.end}
    readings = []
    for group in read.groups:
        mention = mine.get((group.entry.lemma, read.starts[group.head] + span.start))
        readings.append(_reading(read, group, mention, found))
    clauses = tuple((_kind(clause), _words(read, clause.tokens)) for clause in read.clauses)
    return Explained(words, clauses, tuple(readings))


def _kind(clause: Clause) -> str:
    notes = [name for name in ("quoted", "shares_subject") if getattr(clause, name)]
    return ", ".join([clause.kind, *(note.replace("_", " ") for note in notes)])


def _words(read: Scene, indexes: Sequence[int]) -> str:
    return " ".join(read.tokens[i].surface for i in indexes)


def _reading(read: Scene, group: Group, mention: EventMention | None, found: _Found) -> Reading:
    word = read.tokens[group.head].word
    known = word.nouns if group.role == "noun" else [reading.entry for reading in word.verbs]
    others = dict.fromkeys(_line(entry) for entry in known if entry.source != group.entry.source)
    form = [group.role, *(["passive"] if group.passive else [])]
    if group.tense != "NONE":
        form.append(group.tense.replace("_", " ").lower())
    return Reading(
        _words(read, group.used),
        ", ".join(form),
        _line(group.entry),
        tuple(others),
        _told(mention, found) if mention else None,
    )


def _line(entry: Entry) -> Line:
    return Line(entry.source, entry.lemma, _meaning(entry), ", ".join(_asks(entry)))


def _meaning(entry: Entry) -> str:
    if not entry.event_type:
        return "no event"
    return f"{entry.event_type}/{entry.mode}" if entry.mode else entry.event_type


def _asks(entry: Entry) -> Iterator[str]:
    if entry.particle:
        yield f"the particle {entry.particle}"
    if entry.companions:
        yield f"the words {' '.join(entry.companions)}"
    if entry.need:
        yield f"one of {'|'.join(entry.need)}"
    if entry.exclude:
        yield f"none of {'|'.join(entry.exclude)}"


def _told(mention: EventMention, found: _Found) -> Told:
    place = found.places[mention.place_mention].surface if mention.place_mention is not None else ""
    time = found.times[mention.time_mention].surface if mention.time_mention is not None else ""
    return Told(
        mention.polarity,
        mention.modality,
        mention.participants,
        f"{place} ({mention.location_basis})" if place else f"none ({mention.location_basis})",
        f"{mention.relation} {time or 'the publication'} ({mention.time_basis})",
    )
