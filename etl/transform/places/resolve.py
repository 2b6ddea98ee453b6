"""Which place each name of an article means.

Evidence is added to how prominent a place is: the country, the division and the neighbourhood of the article's other
places, what a name is said to lie in, where the story was filed, the agency's home. A name means one place in an
article. Trust in the choice follows from how far it is ahead of the next; `make bench` prints how well it is
calibrated.
"""

import math
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
_DIVISION_ITSELF = 2
"""What the name of a division counts as places in it."""
_NEAR, _NEAR_MOST = 1.0, 4.0
"""What another place within some 80 kilometres is worth, and several at most."""
_PLAIN_LEAD, _PLAIN_LEAST = 1.3, 5.8
"""A name means its most prominent place by itself where that is so far ahead and so prominent."""
_ELSEWHERE = 2.0
"""What it is worth that the same name is surely a place elsewhere in the article, or surely a person's."""
_IN_FOCUS, _PERSON_IN_FOCUS, _PERSON_NEAR = 1.6, 0.4, 0.5
"""What it is worth for a small place to lie where the article's other places lie."""
_HOPELESS = -3.0
"""Weight from which down nothing in the article makes a name a place."""
_TRUST_SLOPE, _TRUST_LEAST, _TRUST_MOST = 1.6, 0.3, 0.98


class Focus(NamedTuple):
    """Where the other places of an article lie."""

    countries: dict[str, float]
    divisions: dict[str, float]
    squares: dict[tuple[int, int], int]
    """How many of its places lie in a square of half a degree or one beside it."""


class _Sense:
    """A name of an article: its hits, which stand for one place, and the places it can be."""

    __slots__ = ("brought", "hits", "inside", "name", "ranked")

    def __init__(self, hit: Hit) -> None:
        self.hits = [hit]
        self.name = hit.name
        self.inside: Candidate | None = None
        self.brought: Candidate | None = None
        """The place by which it adds to the focus: no evidence for itself."""
        self.ranked: list[tuple[float, Candidate]] = []


def resolve(hits: Sequence[Hit], units: Sequence[Unit], home: str | None) -> Iterator[PlaceMention]:
    """Choose among the hits of an article those that are places, and the place of each.

    Args:
        hits: of one article, those of datelines among them.
        units: the texts.
        home: country of the agency that wrote it.
    """
    senses = _senses(hits)
    focus = _focus(senses)
    for sense in senses:
        sense.hits = _kept(sense.hits, focus, units)
    senses = [sense for sense in senses if sense.hits]
    _rank_all(senses, focus, home)
    for sense in senses:
        sense.brought = sense.ranked[0][1] if sense.ranked else None
    _rank_all(senses, _focus(senses), home)
    place_of = gazetteer.load().place
    for sense in senses:
        place = place_of(sense.ranked[0][1].row) if sense.ranked else None
        trust, next_two = _trust(sense.ranked), tuple(c.location_id for _, c in sense.ranked[1:3])
        for hit in sense.hits:
            role = "dateline" if units[hit.unit].kind == "dateline" else hit.name.role
            yield PlaceMention(hit.unit, hit.start, hit.end, hit.surface, role, place, hit.name.n, trust, next_two)


def _senses(hits: Sequence[Hit]) -> list[_Sense]:
    """The hits by name: LONDON of a dateline is London of its text, Utrecht the province is not the town."""
    found: dict[tuple[str, bool], _Sense] = {}
    for hit in hits:
        key = hit.name.surface or hit.surface, hit.is_area
        sense = found.get(key)
        if sense is None:
            sense = found[key] = _Sense(hit)
        else:
            sense.hits.append(hit)
        sense.inside = sense.inside or hit.inside
    for sense in found.values():
        if any(hit.weight > 0 for hit in sense.hits):
            sense.brought = _plain(sense.name, sense.inside)
    return list(found.values())


def _focus(senses: Sequence[_Sense]) -> Focus:
    """Where the places of an article lie: those that are plain, and in a second round those that were chosen."""
    focus = Focus({}, {}, {})
    countries, divisions, squares = focus
    for sense in senses:
        found = sense.brought
        if found is None:
            continue
        if found.country:
            countries[found.country] = countries.get(found.country, 0.0) + _weight(found, _COUNTRY_ITSELF, "PCLI")
        if found.division:
            divisions[found.division] = divisions.get(found.division, 0.0) + _weight(found, _DIVISION_ITSELF, "ADM1")
        if found.cell:
            for square in _squares(found.cell):
                squares[square] = squares.get(square, 0) + 1
    return focus


def _weight(found: Candidate, of_area: float, code: str) -> float:
    """What a place counts for the area it lies in; the area itself counts otherwise."""
    return of_area if found.feature_code == code else 1.0


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
        return None if name.has_areas else best
    lead = best.prominence - name.candidates[1].prominence
    return best if lead >= _PLAIN_LEAD and best.prominence >= _PLAIN_LEAST else None


def _squares(cell: tuple[int, int]) -> Iterator[tuple[int, int]]:
    row, column = cell
    for above in (row - 1, row, row + 1):
        yield above, column - 1
        yield above, column
        yield above, column + 1


def _kept(hits: list[Hit], focus: Focus, units: Sequence[Unit]) -> list[Hit]:
    """The hits of one name that are places, by what stands around them and elsewhere in the article."""
    weight, name = 0.0, hits[0].name
    if len(hits) == 1 and (hits[0].weight > 0 or hits[0].weight <= _HOPELESS):
        return hits if hits[0].weight > 0 or units[hits[0].unit].kind == "dateline" else []
    if any(hit.is_person for hit in hits):
        weight -= _ELSEWHERE
    if any(hit.weight >= SURE for hit in hits):
        weight += _ELSEWHERE
    elif any(c.cell in focus.squares or c.division in focus.divisions for c in name.candidates):
        is_near = any(c.cell in focus.squares for c in name.candidates)
        weight += (_PERSON_IN_FOCUS + _PERSON_NEAR * is_near) if name.flags & (GIVEN | SURNAME) else _IN_FOCUS
    return [hit for hit in hits if hit.weight + weight > 0 or units[hit.unit].kind == "dateline"]


def _rank_all(senses: Sequence[_Sense], focus: Focus, home: str | None) -> None:
    """Put the places each name can mean in order, the likeliest first."""
    evidence = _Evidence(focus, home)
    for sense in senses:
        candidates = sense.name.candidates
        if sense.inside:
            inside = sense.inside
            candidates = tuple(c for c in candidates if holds(inside, c)) or candidates
        if len(candidates) < 2:
            sense.ranked = [(c.prominence, c) for c in candidates]
        else:
            sense.ranked = evidence.rank(candidates, sense.brought, sense.hits[0].is_area)


class _Evidence:
    """What the article's places add to the candidates of a name."""

    def __init__(self, focus: Focus, home: str | None) -> None:
        self._focus = focus
        self._home = home
        self._total = sum(focus.countries.values())
        self._all_divisions = sum(focus.divisions.values())
        self._other = -_OTHER_COUNTRY if self._total else 0.0
        self._countries: dict[str | None, float] = {None: 0.0}
        for country in [*focus.countries, *([home] if home else [])]:
            self._countries[country] = self._of_country(country, 0.0)
        self._divisions: dict[str | None, float] = {
            division: self._of_division(division, 0.0) for division in focus.divisions
        }

    def rank(
        self, candidates: Sequence[Candidate], own: Candidate | None, is_area: bool
    ) -> list[tuple[float, Candidate]]:
        """The candidates of a name, the likeliest first; what it brought into the focus itself is left out."""
        countries, divisions, squares, other = self._countries, self._divisions, self._focus.squares, self._other
        own_squares: frozenset[tuple[int, int]] = frozenset()
        if own:
            countries, divisions, own_squares = self._without(own)
        ranked = []
        for c in candidates:
            score = c.prominence + countries.get(c.country, other)
            if c.division in divisions:
                score += divisions[c.division]
            if c.cell and c.cell in squares:
                score += min(_NEAR_MOST, _NEAR * (squares[c.cell] - (c.cell in own_squares)))
            if is_area and c.feature_class == "A":
                score += _AREA
            ranked.append((score, c))
        ranked.sort(key=_first)
        return ranked

    def _without(
        self, own: Candidate
    ) -> tuple[dict[str | None, float], dict[str | None, float], frozenset[tuple[int, int]]]:
        countries, divisions = self._countries, self._divisions
        if own.country:
            less = self._of_country(own.country, _weight(own, _COUNTRY_ITSELF, "PCLI"))
            countries = {**countries, own.country: less}
        if own.division:
            less = self._of_division(own.division, _weight(own, _DIVISION_ITSELF, "ADM1"))
            divisions = {**divisions, own.division: less}
        return countries, divisions, frozenset(_squares(own.cell)) if own.cell else frozenset()

    def _of_country(self, country: str, less: float) -> float:
        """What it says that a country is named, or places in it; where it is one of many, it says less."""
        named = self._focus.countries.get(country, 0.0) - less
        home = _HOME if country == self._home else 0.0
        if named <= 0:
            return home + (0.0 if less else self._other)
        return home + (_COUNTRY + _COUNTRY_AGAIN * min(named, 3)) * math.sqrt(named / self._total)

    def _of_division(self, division: str, less: float) -> float:
        named = self._focus.divisions[division] - less
        return _DIVISION * math.sqrt(named / self._all_divisions) if named > 0 else 0.0


def _first(pair: tuple[float, Candidate]) -> tuple[float, int]:
    return -pair[0], pair[1].row


def _trust(ranked: Sequence[tuple[float, Candidate]]) -> float:
    if not ranked:
        return 0.0
    lead = ranked[0][0] - ranked[1][0] if len(ranked) > 1 else 3.0
    share = 1 / (1 + math.exp(-_TRUST_SLOPE * lead))
    return round(min(_TRUST_MOST, max(_TRUST_LEAST, share)), 3)
