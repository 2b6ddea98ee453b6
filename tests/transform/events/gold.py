"""Scoring of the coder against sentences of our own writing (`gold_<language>.jsonl`).

A line is a sentence: `{"text", "events": [{trigger, type, mode, polarity, modality, actors, recipients, place, time}]}`.
The trigger is a word of the text, participants and time are words of the text (the head of the phrase is enough),
the place is a name in the text or null. A found event answers the gold event whose trigger it covers.
"""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from etl.transform import sentences
from etl.transform.events import code
from etl.transform.places import locate
from etl.transform.records import EventMention, PlaceMention, TimeMention, Unit
from etl.transform.times import find


class Sentence(NamedTuple):
    """A sentence with what should be found and what was."""

    text: str
    gold: list[dict[str, Any]]
    found: list[EventMention]
    places: list[PlaceMention]
    times: list[TimeMention]


class Score(NamedTuple):
    """Shares between 0 and 1, and what was wrong, one line each."""

    type_f1: float
    mode: float
    actor_f1: float
    recipient_f1: float
    polarity: float
    modality: float
    place: float
    time: float
    errors: list[str]


def read(language: str) -> list[dict[str, Any]]:
    """The gold sentences of a language."""
    path = Path(__file__).with_name(f"gold_{language}.jsonl")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def coded(records: list[dict[str, Any]], language: str) -> Iterator[Sentence]:
    """Code the sentences; one without a full stop is a headline."""
    texts = [record["text"] for record in records]
    units = [Unit(t, i, "body" if t.endswith((".", '"', "?", "!")) else "headline") for i, t in enumerate(texts)]
    spans, times = sentences.split(texts, language), find.find(texts, language)
    places = [p for p in locate.locate(units, language, [None] * len(units)) if p.unit < len(units)]
    events = code.code(units, spans, times, places, language)
    for i, record in enumerate(records):
        yield Sentence(texts[i], record["events"], [e for e in events if e.unit == i], places, times)


def score(language: str) -> Score:
    """Compare what the coder finds with the gold sentences of a language."""
    counts: Counter[str] = Counter()
    errors: list[str] = []
    for sentence in coded(read(language), language):
        _compare(sentence, counts, errors)
    return Score(
        _f1(counts, "type"),
        _share(counts, "mode"),
        _f1(counts, "actor"),
        _f1(counts, "recipient"),
        _share(counts, "polarity"),
        _share(counts, "modality"),
        _share(counts, "place"),
        _share(counts, "time"),
        errors,
    )


def _compare(sentence: Sentence, counts: Counter[str], errors: list[str]) -> None:
    left = list(sentence.found)
    counts["type gold"] += len(sentence.gold)
    counts["type found"] += len(left)
    for gold in sentence.gold:
        event = next((e for e in left if _meets(gold["trigger"], e.trigger) and e.event_type == gold["type"]), None)
        if event is None:
            errors.append(f"{sentence.text} | missed {gold['trigger']} {gold['type']}")
            for role in ("actor", "recipient"):
                counts[f"{role} gold"] += len(gold[f"{role}s"])
            continue
        left.remove(event)
        counts["type right"] += 1
        facts = _facts(event, sentence)
        for name in ("mode", "polarity", "modality", "place", "time"):
            counts[f"{name} all"] += 1
            right = facts[name] == gold[name] or (name == "time" and _same_time(facts[name], gold[name]))
            counts[f"{name} right"] += right
            if not right:
                errors.append(f"{sentence.text} | {gold['trigger']} {name}: {facts[name]}, should be {gold[name]}")
        for role in ("actor", "recipient"):
            _participants(sentence.text, gold, event, role, counts, errors)
    errors += [f"{sentence.text} | extra {e.trigger} {e.event_type}" for e in left]


def _facts(event: EventMention, sentence: Sentence) -> dict[str, str | None]:
    place = sentence.places[event.place_mention].surface if event.place_mention is not None else None
    time = sentence.times[event.time_mention].surface if event.time_mention is not None else None
    return {
        "mode": event.mode,
        "polarity": event.polarity,
        "modality": event.modality,
        "place": place,
        "time": time,
    }


def _participants(
    text: str, gold: dict[str, Any], event: EventMention, role: str, counts: Counter[str], errors: list[str]
) -> None:
    wanted = list(gold[f"{role}s"])
    found = [p.surface for p in event.participants if p.role == role]
    counts[f"{role} gold"] += len(wanted)
    counts[f"{role} found"] += len(found)
    for surface in found:
        hit = next((w for w in wanted if _meets(w, surface)), None)
        if hit is None:
            errors.append(f"{text} | {gold['trigger']} {role}: extra {surface!r}")
        else:
            wanted.remove(hit)
            counts[f"{role} right"] += 1
    errors += [f"{text} | {gold['trigger']} {role}: missed {w!r}, found {found}" for w in wanted]


def _meets(wanted: str, found: str) -> bool:
    """Whether all words of one stand in the other."""
    a, b = wanted.lower().split(), found.lower().split()
    return set(a) <= set(b) or set(b) <= set(a)


def _same_time(found: str | None, wanted: str | None) -> bool:
    return found is not None and wanted is not None and _meets(wanted, found)


def _share(counts: Counter[str], name: str) -> float:
    return counts[f"{name} right"] / max(1, counts[f"{name} all"])


def _f1(counts: Counter[str], name: str) -> float:
    return 2 * counts[f"{name} right"] / max(1, counts[f"{name} gold"] + counts[f"{name} found"])
