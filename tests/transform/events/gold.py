"""Sentences of our own with the events they tell, and a score of what the coder makes of them.

    .venv/bin/python -m tests.transform.events.gold nl [N]      the figures, and up to N of what is wrong

`gold_<language>.csv`, columns parted by `|`: one line an event; a line with no text goes on with the sentence above,
a sentence with no trigger holds no event.

    text        one sentence, read as an article of its own, published at PUBLISHED
    trigger     words of the trigger in their order; others may stand between
    type        type or type/mode; with `;` where more than one reading is right; `?`: it may be found or not
    modality    as in the schema, with `NEG ` before it where it is said not to have happened; `;` as above
    actors, recipients      surfaces, parted by `;`
    place       where the sentence says it happened
    time        days `2026-03-02/2026-03-08`, moments where they have a T, open as `2026-03-02..`; news: as tense
                says, within a day of the publication; past, future: before or after it, no more is said; -: not asked
"""

import csv
import datetime as dt
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from etl.annotate import annotate
from etl.transform.tabulate import language_zone

PUBLISHED = dt.datetime(2026, 3, 12, 14)  # noqa: DTZ001 - a Thursday; civil time of the language
_DAY = dt.timedelta(days=1)


class Event(NamedTuple):
    """An event of the gold set; the span reaches from its first word to its last."""

    start: int
    end: int
    types: list[str]
    modalities: list[str]
    actors: list[tuple[int, int]]
    recipients: list[tuple[int, int]]
    place: str
    time: str


class Sentence(NamedTuple):
    """A sentence and its events."""

    text: str
    events: list[Event]


def read(language: str) -> list[Sentence]:
    """The gold set of a language."""
    sentences: list[Sentence] = []
    with (Path(__file__).parent / f"gold_{language}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="|"):
            if row["text"]:
                sentences.append(Sentence(row["text"], []))
            if row["trigger"]:
                sentences[-1].events.append(_event(sentences[-1].text, row))
    return sentences


def _event(text: str, row: dict[str, str]) -> Event:
    words = row["trigger"].split()
    first, last = words[0], words[-1]
    start = text.index(row["trigger"]) if row["trigger"] in text else text.index(first)
    position = start
    for word in words:
        position = text.index(word, position) + len(word)
    spans = {
        role: [(text.index(s), text.index(s) + len(s)) for s in row[role].split(";") if s]
        for role in ("actors", "recipients")
    }
    assert text[position - len(last) : position] == last, row
    return Event(
        start,
        position,
        row["type"].split(";"),
        row["modality"].split(";"),
        **spans,
        place=row["place"],
        time=row["time"],
    )


Coded = dict[str, Any]
"""An event as `dateline annotate` writes it."""


def code(sentences: list[Sentence], language: str) -> Iterator[list[dict[str, Any]]]:
    """What the coder finds in each sentence."""
    records = (
        json.dumps({"id": i, "text": s.text, "lang": language, "reference": PUBLISHED.isoformat()})
        for i, s in enumerate(sentences)
    )
    zone = ZoneInfo(language_zone(language))
    for record in annotate(records):
        for event in record["events"]:
            event["time"] = {name: _civil(value, zone) for name, value in event["time"].items()}
        yield record["events"]


def _civil(value: str | None, zone: ZoneInfo) -> str | None:
    """An instant as civil time; anything else as it is."""
    if value is None or not value.endswith("Z"):
        return value
    return dt.datetime.fromisoformat(value).astimezone(zone).replace(tzinfo=None).isoformat()


def score(language: str) -> tuple[dict[str, float], list[str]]:
    """The figures by name, and what is wrong in words."""
    sentences, count, wrong = read(language), Counter[str](), list[str]()
    for sentence, found in zip(sentences, code(sentences, language), strict=True):
        pairs = _pair(sentence.events, found)
        asked = [i for i, event in enumerate(sentence.events) if event.types != ["?"]]
        count["gold"] += len(asked)
        count["found"] += len(found) - sum(i not in asked for i in pairs)
        for j, extra in enumerate(found):
            if j not in pairs.values():
                wrong.append(f"extra {extra['type']} [{extra['text']}] in: {sentence.text}")
        for i in asked:
            event = sentence.events[i]
            trigger = sentence.text[event.start : event.end]
            if i not in pairs:
                wrong.append(f"missed {event.types} [{trigger}] in: {sentence.text}")
            got = found[pairs[i]] if i in pairs else None
            wrong += [f"{what} of [{trigger}] in: {sentence.text}" for what in _judge(event, got, count)]
    return _figures(count), wrong


def _pair(events: list[Event], found: list[dict[str, Any]]) -> dict[int, int]:
    """Gold to found: triggers that overlap, the best fitting type first."""
    pairs: dict[int, int] = {}
    options = [
        (not _typed(event, got), abs(event.start - got["start"]), i, j)
        for i, event in enumerate(events)
        for j, got in enumerate(found)
        if event.start < got["end"] and got["start"] < event.end
    ]
    for *_, i, j in sorted(options):
        if i not in pairs and j not in pairs.values():
            pairs[i] = j
    return pairs


def _typed(event: Event, got: dict[str, Any]) -> bool:
    return got["type"] in {t.partition("/")[0] for t in event.types}


def _judge(event: Event, got: dict[str, Any] | None, count: Counter[str]) -> Iterator[str]:
    """Count what is right of one event; yields what is not."""
    for role in ("actors", "recipients"):
        yield from _people(role, getattr(event, role), got[role] if got else [], count)
    count["timed"] += event.time != "-"
    count["placed"] += bool(event.place)
    if got is None:
        return
    typed = _typed(event, got)
    count["typed"] += typed
    if not typed:
        yield f"type {got['type']} for {event.types}"
    modes = {t.partition("/")[2] for t in event.types if t.partition("/")[0] == got["type"]}
    if typed and "" not in modes:
        count["with_mode"] += 1
        count["mode"] += got["mode"] in modes
        if got["mode"] not in modes:
            yield f"mode {got['mode']} for {modes}"
    count["paired"] += 1
    stance = ("NEG " if got["polarity"] == "NEG" else "") + got["modality"]
    right = stance in event.modalities
    count["modality"] += right
    if not right:
        yield f"modality {stance} for {event.modalities}"
    if event.place:
        place = got["place"]["text"] if got["place"] else ""
        right = bool(place) and (place in event.place or event.place in place)
        count["place"] += right
        if not right:
            yield f"place {place!r} for {event.place!r}"
    if event.time != "-":
        sound, tight = _timing(event.time, got["time"])
        count["sound"] += sound
        count["tight"] += sound and tight
        if not (sound and tight):
            kind = "loose" if sound else "unsound"
            yield f"{kind} time {got['time']['begin_earliest']}..{got['time']['end_latest']} for {event.time}"


def _people(role: str, gold: list[tuple[int, int]], got: list[dict[str, Any]], count: Counter[str]) -> Iterator[str]:
    hit = [g for g in gold if any(g[0] < p["end"] and p["start"] < g[1] for p in got)]
    good = [p for p in got if any(g[0] < p["end"] and p["start"] < g[1] for g in gold)]
    count[f"{role}_gold"] += len(gold)
    count[f"{role}_found"] += len(got)
    count[f"{role}_hit"] += len(hit)
    count[f"{role}_good"] += len(good)
    if len(hit) < len(gold) or len(good) < len(got):
        yield f"{role} {[p['text'] for p in got]}"


def _timing(wanted: str, time: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the outer bounds hold the truth, and whether they are as closed as it is."""
    begin, end = truth(wanted)
    first, last = (dt.datetime.fromisoformat(t) if t else None for t in (time["begin_earliest"], time["end_latest"]))
    sound = (first is None or (begin is not None and first <= begin)) and (
        last is None or (end is not None and end <= last)
    )
    slack = (last - first) - (end - begin) if first and last and begin and end else dt.timedelta(0)
    tight = (begin is None or first is not None) and (end is None or last is not None) and slack <= 3 * _DAY
    return sound, tight


def truth(wanted: str) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The bounds that a time of the gold set stands for."""
    if wanted == "news":
        return PUBLISHED - _DAY, PUBLISHED
    if wanted in ("past", "future"):
        return (None, PUBLISHED) if wanted == "past" else (PUBLISHED, None)
    first, _, last = wanted.removesuffix("..").partition("/")
    begin = dt.datetime.fromisoformat(first)
    if wanted.endswith(".."):
        return begin, None
    end = dt.datetime.fromisoformat(last or first)
    end += dt.timedelta(0) if "T" in wanted else _DAY
    today = begin <= PUBLISHED < end
    return begin, (PUBLISHED if today else end)


def _figures(count: Counter[str]) -> dict[str, float]:
    def f1(right: int, found: int, gold: int) -> float:
        return 2 * right / (found + gold) if found + gold else 0.0

    def both(role: str) -> float:
        precision = count[f"{role}_good"] / max(1, count[f"{role}_found"])
        recall = count[f"{role}_hit"] / max(1, count[f"{role}_gold"])
        return 2 * precision * recall / (precision + recall) if precision + recall else 0.0

    return {
        "type_precision": count["typed"] / max(1, count["found"]),
        "type_recall": count["typed"] / count["gold"],
        "type_f1": f1(count["typed"], count["found"], count["gold"]),
        "mode": count["mode"] / max(1, count["with_mode"]),
        "actors_f1": both("actors"),
        "recipients_f1": both("recipients"),
        "modality": count["modality"] / max(1, count["paired"]),
        "place": count["place"] / max(1, count["placed"]),
        "time_sound": count["sound"] / max(1, count["timed"]),
        "time_sound_and_tight": count["tight"] / max(1, count["timed"]),
    }


if __name__ == "__main__":
    figures, complaints = score(sys.argv[1])
    for complaint in complaints[: int(sys.argv[2]) if len(sys.argv) > 2 else 0]:
        print("#", complaint)  # noqa: T201 - a command
    for name, value in figures.items():
        print(f"{name:22} {value:.3f}")  # noqa: T201
