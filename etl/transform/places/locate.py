"""Mentions of places in texts, and which place each means: finding, weighing and choosing in their order."""

import re
from collections import defaultdict
from collections.abc import Sequence
from operator import itemgetter
from typing import Final

from etl.transform.places import capitals, find, gazetteer, resolve, within
from etl.transform.places.candidates import Candidate, Name
from etl.transform.places.gazetteer import Names
from etl.transform.places.weigh import SURE, Hit
from etl.transform.records import PlaceMention, Unit

_SEPARATOR = re.compile(r"\s*[/,]\s*| - ")


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
    hits: dict[int, list[Hit]] = defaultdict(list)
    loud = capitals.loud([unit.text for unit in units])
    for index, unit in enumerate(units):
        text, article, kind = unit
        if kind == "dateline":
            found = _in_dateline(index, text, names)
        else:
            found = find.find(index, text, names, language, is_loud=loud[index])
        if found:
            hits[article] += found
    mentions = [m for article, own in hits.items() if own for m in resolve.resolve(own, units, homes[article])]
    mentions.sort(key=_by_place)
    return mentions


_by_place: Final = itemgetter(0, 1)  # unit and start


def _in_dateline(index: int, text: str, names: Names) -> list[Hit]:
    """The places of a dateline; one that is not known keeps its row. What follows a comma holds what is before it."""
    surface = text.strip()
    if surface and "/" not in text and "," not in text and "-" not in text:  # one place, as most
        start = text.index(surface)
        return [Hit(index, start, start + len(surface), surface, names.folded(surface) or _UNKNOWN, SURE)]
    found: list[tuple[int, str, Name, bool]] = []
    position, after_comma = 0, False
    for match in [*_SEPARATOR.finditer(text), None]:
        end = match.start() if match else len(text)
        surface = text[position:end].strip()
        if surface:
            start = text.index(surface, position)
            name = names.folded(surface) or _UNKNOWN
            found.append((start, surface, name, after_comma))
        position, after_comma = (match.end(), "," in match[0]) if match else (end, False)
    hits: list[Hit] = []
    for i, (start, surface, name, _) in enumerate(found):
        inside = _area(name, found[i + 1][2]) if i + 1 < len(found) and found[i + 1][3] else None
        hits.append(Hit(index, start, start + len(surface), surface, name, SURE, inside))
    return hits


_UNKNOWN: Final = Name("", (), "dateline", 0, 0)


def _area(name: Name, area: Name) -> Candidate | None:
    """The area of a dateline that holds a place of the name before it."""
    areas = (a for a in area.candidates if a.feature_class == "A")
    return next((a for a in areas if any(within.holds(a, c) for c in name.candidates)), None)
