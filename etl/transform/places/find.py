"""Names of places in running text, and how far the words around each show that it is one.

One pass of the automaton over a text; then each name is weighed where it stands (`weigh.py`), by itself and with what
the text says it lies in (`within.py`). `resolve.py` adds what the rest of the article says.
"""

import itertools
import re
from collections.abc import Sequence

from etl.transform.places import capitals, within
from etl.transform.places.candidates import Name
from etl.transform.places.gazetteer import Names
from etl.transform.places.sources import OTHER
from etl.transform.places.weigh import (
    IN_CONTAINER,
    REACH,
    SURE,
    Around,
    Hit,
    around_of,
    is_known_enough,
    is_title,
    lowered,
    says_area,
    weigh,
)
from etl.transform.places.words import Rules, rules_of

_LISTED, _SUPPORTS = 1.6, 2.0
_UNHEARD = -1.0
_HOPELESS = -3.6
"""Weight from which down nothing in the article makes a name a place."""
_LINKS = frozenset([", ", " and ", ", and ", " en ", " or ", " of ", "/", " und ", " et ", " to ", "-", " - "])
_LONGEST_LINK = 6
_POSSESSIVE = ("'s", "’s")
_ARABIC_ARTICLES = frozenset(["al", "el", "ul", "ar", "as", "ad", "an", "at"])
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def find(unit: int, text: str, names: Names, language: str, *, is_loud: bool = True) -> list[Hit]:
    """The names in a text that may be places, in order.

    Args:
        unit: index of the text.
        text: running text.
        names: the names of the language.
        language: ISO 639-1 code.
        is_loud: whether it has words in capitals.
    """
    rules = rules_of(language)
    matches, quiet = _scan(text, names), dict[int, str]()
    if is_loud:
        matches, quiet = capitals.with_loud(text, matches, names)
    of_pattern, generic = names.of_pattern, rules.generic
    hits: list[Hit] = []
    area_at = -1
    for pattern, start, end in matches:
        if (start and text[start - 1].isalnum()) or text[end : end + 1].isalnum():
            continue
        if text[end : end + 1] == "-" and (longer := _of_last_word(text, start, end, names)):
            pattern, start, end = longer
        name = of_pattern(pattern) or names.beginning(quiet.get(start) or text[start:end])
        if name is None or name.flags & OTHER or name.surface in generic or _follows_article(text, start):
            continue
        if name.role == "demonym":
            end = start + len(name.surface)
            hits.append(Hit(unit, start, end, text[start:end], name, SURE))
            continue
        hit, area_at = _hit(unit, text, start, name, names, language, hits[-1] if hits else None, start == area_at)
        if hit:
            hits.append(hit)
    for word in rules.counties:
        hits = within.with_counties(unit, text, hits, names, word, next(iter(rules.county)))
    return _in_lists(text, within.with_contained(unit, text, hits, names, language))


def _hit(
    unit: int, text: str, start: int, name: Name, names: Names, language: str, last: Hit | None, is_container: bool
) -> tuple[Hit | None, int]:
    """A name where it stands, if it may be a place there; and where an area starts that is said to hold it, or -1."""
    end = start + len(name.surface)
    surface = text[start:end]
    around = around_of(text, start, end)
    inside, area_at = within.NOWHERE
    if text.startswith(within.OPENS, end):
        inside, area_at = within.container(text, end, name, names)
    is_heard = surface == name.surface or is_known_enough(name, text, start, end)
    if surface != name.surface:
        around = lowered(around)
    elif around.before[-2:] in _POSSESSIVE:
        inside = inside or within.owner(last, start, name)
        around = Around("", around.further, around.after, around.opens)
    weight, is_person = weigh(name, around, names, language, last, start)
    if weight < 0 and not is_person and is_title(text, start, end, around):
        weight, is_person = weigh(name, lowered(around), names, language, last, start)
    weight = (weight if is_heard else min(weight, _UNHEARD)) + (IN_CONTAINER if inside else 0.0)
    if weight <= _HOPELESS and not is_person:
        return None, area_at
    if surface[-1] == "." and not _is_abbreviation(text, start, around, rules_of(language)):
        return None, -1
    is_area = is_container or says_area(around, language)
    if is_area and (more := within.division_word(text, end, around.after, name, rules_of(language))):
        end, surface = end + more, text[start : end + more]
    return Hit(unit, start, end, surface, name, weight, inside, is_person, is_area), area_at


def _of_last_word(text: str, start: int, end: int, names: Names) -> tuple[int, int, int] | None:
    """The match from the last word of another on that goes beyond it: "De Noord" hides Noord-Hollandse."""
    word = text.rfind(" ", start, end) + 1
    if not word:
        return None
    found = next(iter(_scan(text[word : word + REACH], names)), None)
    if found and not found[1] and word + found[2] > end and not text[word + found[2] : word + found[2] + 1].isalnum():
        return found[0], word, word + found[2]
    return None


def _follows_article(text: str, start: int) -> bool:
    """Whether an Arabic article with a hyphen stands before a name that has none: al-Shabab."""
    return text[start - 1 : start] == "-" and text[max(0, start - 3) : start - 1].lower() in _ARABIC_ARTICLES


def _in_lists(text: str, hits: list[Hit]) -> list[Hit]:
    """The hits, where those of a list support each other: "Redding, Chico and Sacramento"."""
    if len(hits) < 2:
        return hits
    links = [
        i
        for i, (a, b) in enumerate(itertools.pairwise(hits))
        if a.end < b.start <= a.end + _LONGEST_LINK and a.name.role == b.name.role and text[a.end : b.start] in _LINKS
    ]
    for i in [*links, *reversed(links)]:
        for this, other in ((i, i + 1), (i + 1, i)):
            if hits[other].weight >= _SUPPORTS and not hits[this].is_person and hits[this].weight < _SUPPORTS:
                hits[this].weight += _LISTED
    for i in links:
        for this, other in ((i, i + 1), (i + 1, i)):
            if _is_among_divisions(hits[this], hits[other]):
                hits[this].is_area = True
    return hits


def _is_among_divisions(hit: Hit, beside: Hit) -> bool:
    """Whether a name of a town and of a division is listed with another division: "Virginia, Washington and Utah"."""
    other = beside.name.candidates[0]
    if other.feature_code != "ADM1" or hit.is_area or hit.inside or beside.inside:
        return False
    return any(c.feature_code == "ADM1" and c.country == other.country for c in hit.name.candidates)


def _scan(text: str, names: Names) -> Sequence[tuple[int, int, int]]:
    """Pattern, start and end of each match; a lone surrogate is a character like any other."""
    try:
        return names.automaton.find_matches_as_indexes(text)
    except UnicodeEncodeError:
        return names.automaton.find_matches_as_indexes(_SURROGATE.sub("\ufffd", text))


def _is_abbreviation(text: str, start: int, around: Around, rules: Rules) -> bool:
    """Whether a name with a dot stands where abbreviated states and countries do: "Lexington, Ky.", "in Calif."."""
    return (
        text[max(0, start - 2) : start] in (", ", " (")
        or around.before in rules.locative
        or "." in text[start : start + 2]
    )
