"""Mentions of places in texts, and which place each means.

One pass of the gazetteer's automaton; then rules of case and neighbours say what is no place, and the article's own
evidence (country of its dateline, countries it names, home of its agency) chooses among those that bear the name.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from etl import languages
from etl.transform import agencies
from etl.transform.places import gazetteer
from etl.transform.places.gazetteer import Name, Names
from etl.transform.records import Place, PlaceMention, Unit

_SAME_COUNTRY, _SAME_DIVISION, _HOME = 1.6, 1.0, 0.7
"""What evidence is worth, on the scale of prominence: a place in a country the article names beats one 40 times as
large; one in the agency's country beats one 5 times as large."""
_WORD_BEFORE = re.compile(r"([^\W\d_][\w'’.-]*)([ \xa0])$")
_WORD_AFTER = re.compile(r"[ \xa0]([^\W\d_][\w'’-]*)")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n]|[\"“‘'(])\s*$")
_SLASH = re.compile(r"\s*[/,]\s*| - ")


class _Rules(NamedTuple):
    """What a language knows about the neighbours of places."""

    prepositions: frozenset[str]
    titles: frozenset[str]
    words: frozenset[str]


class _Hit(NamedTuple):
    unit: int
    start: int
    end: int
    surface: str
    name: Name


def locate(units: Sequence[Unit], language: str, homes: Sequence[str | None]) -> list[PlaceMention]:
    """Find and resolve the places of texts.

    Args:
        units: texts of one language; a dateline unit is the places of a dateline alone.
        language: ISO 639-1 code.
        homes: by article, the country of the agency that wrote it, or None.

    Returns:
        Mentions in order of unit and place. Those of a dateline unit have the role dateline.
    """
    names = gazetteer.load().names(language)
    hits: dict[int, list[_Hit]] = defaultdict(list)
    for index, unit in enumerate(units):
        is_dateline = unit.kind == "dateline"
        hits[unit.article] += (
            _in_dateline(index, unit, names) if is_dateline else _in_text(index, unit, names, language)
        )
    by_unit: dict[int, list[PlaceMention]] = defaultdict(list)
    for article, own in hits.items():
        for mention in _resolve(own, units, homes[article]):
            by_unit[mention.unit].append(mention)
    return [mention for index in range(len(units)) for mention in by_unit[index]]


def _in_dateline(index: int, unit: Unit, names: Names) -> Iterator[_Hit]:
    """The places of a dateline; one that is not known keeps its row."""
    position = 0
    text = unit.text
    for match in [*_SLASH.finditer(text), None]:
        end = match.start() if match else len(text)
        surface = text[position:end]
        if surface.strip():
            start = position + len(surface) - len(surface.lstrip())
            name = names.folded.get(surface.strip().casefold(), Name((), "dateline"))
            yield _Hit(index, start, start + len(surface.strip()), surface.strip(), name)
        position = match.end() if match else end


def _in_text(index: int, unit: Unit, names: Names, language: str) -> Iterator[_Hit]:
    text = unit.text
    rules = _rules(language)
    outlets = _outlets()
    for pattern, start, end in names.automaton.find_matches_as_indexes(text):
        surface = names.patterns[pattern]
        if (start and (text[start - 1].isalnum() or text[start - 1] == "_")) or _runs_on(text, end):
            continue
        name = names.by_name[surface]
        if _is_place(text, start, end, surface, name, rules, outlets):
            yield _Hit(index, start, end, surface, name)


def _runs_on(text: str, end: int) -> bool:
    """Whether the word goes on after the name; a genitive s after an apostrophe does not count."""
    return end < len(text) and (text[end].isalnum() or text[end] == "_")


def _is_place(
    text: str, start: int, end: int, surface: str, name: Name, rules: _Rules, outlets: frozenset[str]
) -> bool:
    if name.role == "demonym":
        return True
    opens = _opens(text, start)
    before = None if opens else _WORD_BEFORE.search(text, max(0, start - 30), start)
    after = _WORD_AFTER.match(text, end)
    previous = before[1] if before else ""
    following = after[1] if after else ""
    if f"{surface} {following}".casefold() in outlets:
        return False
    is_placed = previous.lower() in rules.prepositions
    if surface in rules.words and not is_placed:
        return False
    if previous.lower() in rules.titles:
        return False
    is_country = bool(name.places) and name.places[0].feature_code == "PCLI"
    if is_country or is_placed or name.role == "metonym":
        return True
    follows_name = bool(previous) and previous[:1].isupper() and not _opens(text, start - len(previous) - 1)
    goes_on = following[:1].isupper()
    # a name between or before other names is a person's or a firm's: Paris Hilton, Jan Breda
    return not (goes_on and (opens or follows_name)) and not follows_name and not goes_on


def _opens(text: str, start: int) -> bool:
    return bool(_SENTENCE_START.search(text, max(0, start - 3), start))


def _resolve(hits: Sequence[_Hit], units: Sequence[Unit], home: str | None) -> Iterator[PlaceMention]:
    """Choose the place of each hit of an article by what the others say."""
    countries: set[str] = set()
    divisions: set[tuple[str | None, str | None]] = set()
    for hit in hits:
        sure = hit.name.places[:1] if len(hit.name.places) == 1 or hit.name.role == "demonym" else ()
        best = sure or ([max(hit.name.places, key=gazetteer.prominence)] if _is_plain(hit, units) else ())
        for place in best:
            if place.country_code:
                countries.add(place.country_code)
            if place.admin1_code:
                divisions.add((place.country_code, place.admin1_code))
    for hit in hits:
        chosen, confidence = _choose(hit.name.places, countries, divisions, home)
        role = "dateline" if units[hit.unit].kind == "dateline" else hit.name.role
        n_candidates = len(hit.name.places)
        yield PlaceMention(hit.unit, hit.start, hit.end, hit.surface, role, chosen, n_candidates, confidence)


def _is_plain(hit: _Hit, units: Sequence[Unit]) -> bool:
    """Whether what a name means by itself is evidence for others: a dateline's, or a well-known place's."""
    if not hit.name.places:
        return False
    return units[hit.unit].kind == "dateline" or max(map(gazetteer.prominence, hit.name.places)) >= 6.5


def _choose(
    places: Sequence[Place], countries: set[str], divisions: set[tuple[str | None, str | None]], home: str | None
) -> tuple[Place | None, float]:
    """The likeliest place, and how far it is ahead of the next as a share of trust."""
    if not places:
        return None, 0.0
    scored = []
    for place in places:
        score = gazetteer.prominence(place)
        score += _SAME_COUNTRY * (place.country_code in countries)
        score += _SAME_DIVISION * ((place.country_code, place.admin1_code) in divisions)
        score += _HOME * (place.country_code == home)
        scored.append((score, place))
    scored.sort(key=lambda pair: (-pair[0], pair[1].location_id))
    margin = scored[0][0] - scored[1][0] if len(scored) > 1 else 2.0
    return scored[0][1], round(min(0.95, 0.5 + margin / 4), 3)


@lru_cache
def _rules(language: str) -> _Rules:
    data = languages.toml(language, "places") if languages.has(language, "places.toml") else {}
    return _Rules(*(frozenset(data.get(name, ())) for name in _Rules._fields))


@lru_cache(maxsize=1)
def _outlets() -> frozenset[str]:
    """The first two words of papers and broadcasters that are named after a place: Washington Post."""
    names = (
        form
        for facts in agencies.directory().facts.values()
        for form in [facts.name, *(facts.prose_names or "").split("|")]
    )
    return frozenset(" ".join(name.casefold().split()[:2]) for name in names if len(name.split()) > 1)
