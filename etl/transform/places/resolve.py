"""Which place each name of an article means.

Evidence is added to how prominent a place is: the country, the division and the neighbourhood of the article's other
places, what a name is said to lie in, where the story was filed, the agency's home. A name means one place in an
article. Trust in the choice follows from how far it is ahead of the next; `make bench` prints how well it is
calibrated.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from etl.transform.places import gazetteer
from etl.transform.places.find import SURE, Hit, holds
from etl.transform.places.gazetteer import Candidate, Name
from etl.transform.places.sources import GIVEN, SURNAME
from etl.transform.records import PlaceMention, Unit

_COUNTRY, _COUNTRY_AGAIN, _OTHER_COUNTRY, _DIVISION, _HOME, _AREA = 1.0, 0.4, 0.2, 1.2, 0.5, 2.5
_COUNTRY_ITSELF = 0.7
"""What the name of a country counts as a place in it."""
_NEAR, _NEAR_MOST = 0.9, 2.7
"""What another place within some 80 kilometres is worth, and several at most."""
_PLAIN_LEAD, _PLAIN_LEAST = 1.3, 5.8
"""A name means its most prominent place by itself where that is so far ahead and so prominent."""
_ELSEWHERE = 2.0
"""What it is worth that the same name is surely a place elsewhere in the article, or surely a person's."""
_IN_FOCUS = 1.6
"""What it is worth for a small place to lie where the article's other places lie."""
_TRUST_SLOPE, _TRUST_LEAST, _TRUST_MOST = 1.6, 0.3, 0.98


_Key = tuple[str, bool]
"""What is one name in an article: a surface, and whether it is a division there (Utrecht the province)."""


class Focus(NamedTuple):
    """Where the places of an article lie that are certain."""

    countries: dict[str, float]
    divisions: Counter[str]
    squares: Counter[tuple[int, int]]
    """How many of its places lie in a square of half a degree or one beside it."""
    homes: frozenset[str]


def resolve(hits: Sequence[Hit], units: Sequence[Unit], home: str | None) -> Iterator[PlaceMention]:
    """Choose among the hits of an article those that are places, and the place of each.

    Args:
        hits: of one article, those of datelines among them.
        units: the texts.
        home: country of the agency that wrote it.
    """
    by_name: dict[_Key, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_name[hit.name.surface or hit.surface, hit.is_area].append(hit)
    insides = {key: _inside(own) for key, own in by_name.items()}
    focus = _focus(by_name, insides, home, {})
    kept = {key: _kept(own, focus, units) for key, own in by_name.items()}
    chosen: dict[_Key, list[tuple[float, Candidate]]] = {}
    for _ in range(2):
        settled = {key: ranked[0][1] for key, ranked in chosen.items() if ranked and kept[key]}
        focus = _focus({k: v for k, v in kept.items() if v}, insides, home, settled)
        chosen = {key: _rank(own[0].name, insides[key], own[0].is_area, focus) for key, own in kept.items() if own}
    place_of = gazetteer.load().place
    for key, own in kept.items():
        ranked = chosen.get(key, [])
        for hit in own:
            role = "dateline" if units[hit.unit].kind == "dateline" else hit.name.role
            yield PlaceMention(
                hit.unit,
                hit.start,
                hit.end,
                hit.surface,
                role,
                place_of(ranked[0][1].row) if ranked else None,
                hit.name.n,
                _trust(ranked),
                tuple(candidate.location_id for _, candidate in ranked[1:3]),
            )


def _inside(hits: Sequence[Hit]) -> Candidate | None:
    """The area a name is said to lie in, by its first mention that says so."""
    return next((hit.inside for hit in hits if hit.inside), None)


def _focus(
    by_name: dict[_Key, list[Hit]],
    insides: dict[_Key, Candidate | None],
    home: str | None,
    settled: dict[_Key, Candidate],
) -> Focus:
    """Where the places of an article lie: those that are plain, and in a second round those that were chosen."""
    focus = Focus(defaultdict(float), Counter(), Counter(), frozenset([home] if home else ()))
    for key, hits in by_name.items():
        if all(hit.weight <= 0 for hit in hits):
            continue
        found = _plain(hits[0].name, insides[key]) or settled.get(key)
        if found is None:
            continue
        if found.country:
            focus.countries[found.country] += _COUNTRY_ITSELF if found.feature_code == "PCLI" else 1.0
        if found.division:
            focus.divisions[found.division] += 1
        if found.cell:
            for square in _squares(found.cell):
                focus.squares[square] += 1
    return focus


def _plain(name: Name, inside: Candidate | None) -> Candidate | None:
    """The place a name means by itself, or None where others bear it too."""
    if inside:
        return max((c for c in name.candidates if holds(inside, c)), key=lambda c: c.prominence, default=None)
    if not name.candidates:
        return None
    best = name.candidates[0]
    if len(name.candidates) == 1:
        return best
    if best.feature_code in ("PCLI", "ADM1"):
        return best if all(c.feature_class == "P" for c in name.candidates[1:]) else None
    lead = best.prominence - name.candidates[1].prominence
    return best if lead >= _PLAIN_LEAD and best.prominence >= _PLAIN_LEAST else None


def _squares(cell: tuple[int, int]) -> Iterator[tuple[int, int]]:
    for row in (-1, 0, 1):
        for column in (-1, 0, 1):
            yield cell[0] + row, cell[1] + column


def _kept(hits: list[Hit], focus: Focus, units: Sequence[Unit]) -> list[Hit]:
    """The hits of one name that are places, by what stands around them and elsewhere in the article."""
    weight = 0.0
    if any(hit.is_person for hit in hits):
        weight -= _ELSEWHERE
    if any(hit.weight >= SURE for hit in hits):
        weight += _ELSEWHERE
    name = hits[0].name
    if not name.flags & (GIVEN | SURNAME) and _is_in_focus(name, focus):
        weight += _IN_FOCUS
    return [hit for hit in hits if units[hit.unit].kind == "dateline" or hit.weight + weight > 0]


def _is_in_focus(name: Name, focus: Focus) -> bool:
    return any(c.cell in focus.squares or (c.division in focus.divisions) for c in name.candidates)


def _rank(name: Name, inside: Candidate | None, is_area: bool, focus: Focus) -> list[tuple[float, Candidate]]:
    """The places a name can mean, the likeliest first."""
    candidates = name.candidates
    if inside:
        candidates = tuple(c for c in candidates if holds(inside, c)) or candidates
    if len(candidates) == 1:
        return [(candidates[0].prominence, candidates[0])]
    own = _plain(name, inside)
    ranked = [
        (c.prominence + _evidence(c, own, focus) + _AREA * (is_area and c.feature_class == "A"), c)
        for c in candidates
    ]
    ranked.sort(key=lambda pair: (-pair[0], pair[1].row))
    return ranked


def _evidence(candidate: Candidate, own: Candidate | None, focus: Focus) -> float:
    """What the article's other places add to a candidate; `own` is what the name itself brought in."""
    score = 0.0
    country, division, cell = candidate.country, candidate.division, candidate.cell
    if country:
        mine = (_COUNTRY_ITSELF if own.feature_code == "PCLI" else 1.0) if own and own.country == country else 0.0
        named = focus.countries.get(country, 0.0) - mine
        if named > 0:
            # a country that is one of many in the article says less
            score += (_COUNTRY + _COUNTRY_AGAIN * min(named, 3)) * math.sqrt(named / sum(focus.countries.values()))
        elif focus.countries and candidate is not own:
            score -= _OTHER_COUNTRY
        if country in focus.homes:
            score += _HOME
    if division and focus.divisions[division] > (own is not None and own.division == division):
        score += _DIVISION
    if cell:
        score += min(_NEAR_MOST, _NEAR * (focus.squares[cell] - (own is not None and own.cell == cell)))
    return score


def _trust(ranked: Sequence[tuple[float, Candidate]]) -> float:
    if not ranked:
        return 0.0
    lead = ranked[0][0] - ranked[1][0] if len(ranked) > 1 else 3.0
    share = 1 / (1 + math.exp(-_TRUST_SLOPE * lead))
    return round(min(_TRUST_MOST, max(_TRUST_LEAST, share)), 3)
