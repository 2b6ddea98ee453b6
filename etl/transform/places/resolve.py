"""Which place each name of an article means.

Evidence is added to how prominent a place is: the country, the division and the neighbourhood of the article's other
places, what a name is said to lie in, where the story was filed, the agency's home. A name means one place in an
article. Trust in the choice follows from how far it is ahead of the next; `make bench` prints how well it is
calibrated.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

from mypy_extensions import mypyc_attr

from etl.transform.places import gazetteer
from etl.transform.places.candidates import Candidate, Shares
from etl.transform.places.gazetteer import ROW
from etl.transform.places.sources import GIVEN, SURNAME
from etl.transform.places.weigh import SURE, Hit
from etl.transform.places.within import holds
from etl.transform.records import Place, PlaceMention, Unit

_COUNTRY, _COUNTRY_AGAIN, _OTHER_COUNTRY, _DIVISION, _HOME, _AREA = 1.0, 0.3, 0.2, 1.9, 0.5, 3.5
_COUNTRY_ITSELF = 0.5
"""What the name of a country counts as a place in it."""
_DIVISION_ITSELF = 2.4
"""What the name of a division counts as places in it."""
_NEAR, _NEAR_MOST = 1.2, 5.0
"""What another place within some 80 kilometres is worth, and several at most."""
_BESIDE = tuple(row * ROW + column for row in (-1, 0, 1) for column in (-1, 0, 1))
_STEPS = frozenset(_BESIDE)
"""From a square to itself and those beside it."""
_RUNNERS_UP = 2
_DECIDED = 3.0
"""Lead from which what the article's other doubtful names turn out to mean changes no choice."""
_LEAST_SHARE, _LEAST_NEAR = 0.02, 0.1
"""Shares below which a place is no evidence, and none for what is near it."""
_ELSEWHERE = 2.0
"""What it is worth that the same name is surely a place elsewhere in the article, or surely a person's."""
_IN_FOCUS, _PERSON_IN_FOCUS, _PERSON_NEAR = 1.6, 0.4, 0.5
"""What it is worth for a small place to lie where the article's other places lie."""
_HOPELESS = -3.0
"""Weight from which down nothing in the article makes a name a place."""
_TRUST_AT_NONE, _TRUST_SLOPE, _TRUST_MOST = 0.25, 1.6, 0.98
"""Trust in a choice by its lead over the next, as log odds: how often the first was right in 2,500 drawn articles
(`tests/transform/places/drawn.py`), a little lower, for news is harder than they are. The most is what plain names
of our own texts reach: a name may be no place at all. `make bench` prints both."""


_MENTION: Final[type[PlaceMention]] = PlaceMention  # a constant of the machine code; a name is looked up
_new_record: Final = tuple.__new__  # a named tuple's own constructor is Python, and takes twice as long


@mypyc_attr(acyclic=True, free_list_len=1)
class Focus:
    """Where the other places of an article lie; a name that may mean several places counts for each by its share."""

    def __init__(self, countries: dict[str, float], divisions: dict[str, float], squares: dict[int, float]) -> None:
        self.countries, self.divisions = countries, divisions
        self.squares = squares
        """How many of its places lie in a square of half a degree or one beside it."""


@mypyc_attr(acyclic=True, free_list_len=1)
class _Sense:
    """A name of an article: its hits, which stand for one place, and the places it can be."""

    def __init__(self, hit: Hit) -> None:
        self.hits = [hit]
        self.name = hit.name
        self.inside: Candidate | None = None
        self.candidates: tuple[Candidate, ...] = hit.name.candidates
        """Those that lie where the text says."""
        self.shares: Shares = ()
        """What it adds to the focus: no evidence for itself."""
        self.ranked: list[tuple[float, Candidate]] = []


def resolve(hits: Sequence[Hit], units: Sequence[Unit], home: str | None) -> list[PlaceMention]:
    """Choose among the hits of an article those that are places, and the place of each.

    Args:
        hits: of one article, those of datelines among them.
        units: the texts.
        home: country of the agency that wrote it.
    """
    senses = _kept(_senses(hits), units)
    asked = home, tuple([(s.name, s.inside, s.hits[0].is_area, bool(s.shares)) for s in senses])
    choices = _CHOSEN.get(asked)
    if choices is None:
        if len(_CHOSEN) >= _REMEMBERED:
            _CHOSEN.clear()
        choices = _CHOSEN[asked] = _choices(senses, home)
    mentions: list[PlaceMention] = []
    for sense, (place, trust, next_two) in zip(senses, choices, strict=True):
        for hit in sense.hits:
            role = "dateline" if units[hit.unit].kind == "dateline" else hit.name.role
            fields = hit.unit, hit.start, hit.end, hit.surface, role, place, hit.name.n, trust, next_two
            mentions.append(_new_record(_MENTION, fields))
    return mentions


_Choice = tuple[Place | None, float, tuple[str, ...]]
"""A place, the trust in it, and the location_id of the next two."""
_CHOSEN: Final[dict[tuple[Any, ...], list[_Choice]]] = {}
"""Choices by all that they hang on: most articles name a place or two, and others name the same."""
_REMEMBERED: Final = 20_000


def _choices(senses: Sequence[_Sense], home: str | None) -> list[_Choice]:
    """The place of each name of an article."""
    doubtful = [sense for sense in senses if len(sense.candidates) > 1]
    if doubtful:
        _rank(doubtful, _Evidence(_focus(senses), home))
        for sense in doubtful:
            sense.shares = gazetteer.shares(sense.ranked)
        if undecided := [sense for sense in doubtful if sense.ranked[0][0] < sense.ranked[1][0] + _DECIDED]:
            _rank(undecided, _Evidence(_focus(senses), home))
    place_of = gazetteer.load().place
    return [
        (
            place_of(sense.ranked[0][1].row) if sense.ranked else None,
            _trust(sense.ranked),
            tuple([candidate.location_id for _, candidate in sense.ranked[1:3]]),
        )
        for sense in senses
    ]


def _rank(senses: Sequence[_Sense], evidence: "_Evidence") -> None:
    """Put the places each name can mean in order, the likeliest first."""
    for sense in senses:
        sense.ranked = evidence.rank(sense.candidates, sense.shares, sense.hits[0].is_area)


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
        first = sense.name.shares
        if inside := sense.inside:
            sense.candidates = tuple([c for c in sense.candidates if holds(inside, c)]) or sense.candidates
            first = gazetteer.shares([(c.prominence, c) for c in sense.candidates])
        if len(sense.candidates) == 1:
            sense.ranked = [(sense.candidates[0].prominence, sense.candidates[0])]
        if any(hit.weight > 0 for hit in sense.hits):
            sense.shares = first
    return list(found.values())


def _focus(senses: Sequence[_Sense]) -> Focus:
    """Where the places of an article lie: first by what each name means by itself, then by what it means here."""
    countries: dict[str, float] = {}
    divisions: dict[str, float] = {}
    squares: dict[int, float] = {}
    for sense in senses:
        for share, found in sense.shares:
            country, division, cell = found.country, found.division, found.cell
            if country:
                countries[country] = countries.get(country, 0.0) + _in_country(share, found)
            if division:
                divisions[division] = divisions.get(division, 0.0) + _in_division(share, found)
            if cell is not None and share >= _LEAST_NEAR:
                for step in _BESIDE:
                    squares[cell + step] = squares.get(cell + step, 0.0) + share
    return Focus(countries, divisions, squares)


def _kept(senses: list[_Sense], units: Sequence[Unit]) -> list[_Sense]:
    """The names that are places somewhere, with those of their hits that are."""
    focus: Focus | None = None
    for sense in senses:
        hits = sense.hits
        if len(hits) == 1 and not _HOPELESS < hits[0].weight <= 0:
            more = 0.0
        else:
            focus = focus or _focus(senses)
            more = _elsewhere(sense, focus)
        sense.hits = [hit for hit in hits if hit.weight + more > 0 or units[hit.unit].kind == "dateline"]
    return [sense for sense in senses if sense.hits]


def _elsewhere(sense: _Sense, focus: Focus) -> float:
    """What the rest of the article says on whether the hits of one name are places."""
    if any(hit.is_person for hit in sense.hits):
        return 0.0 if any(hit.weight >= SURE for hit in sense.hits) else -_ELSEWHERE
    if any(hit.weight >= SURE for hit in sense.hits):
        return _ELSEWHERE
    own = sense.shares
    is_near = any(
        focus.squares[c.cell] > _at(own, c.cell) + _LEAST_SHARE for c in sense.candidates if c.cell in focus.squares
    )
    is_within = is_near or any(
        focus.divisions[c.division] > _of(own, c.division) + _LEAST_SHARE
        for c in sense.candidates
        if c.division in focus.divisions
    )
    if sense.name.flags & (GIVEN | SURNAME):
        return _PERSON_IN_FOCUS * is_within + _PERSON_NEAR * is_near
    return _IN_FOCUS * is_within


def _at(shares: Shares, cell: int | None) -> float:
    """What a name adds to a square itself."""
    return math.fsum(
        [
            share
            for share, c in shares
            if share >= _LEAST_NEAR and c.cell is not None and cell is not None and c.cell - cell in _STEPS
        ]
    )


def _of(shares: Shares, division: str | None) -> float:
    """What a name adds to a division itself."""
    return math.fsum([_in_division(share, c) for share, c in shares if c.division == division])


def _in_division(share: float, found: Candidate) -> float:
    return share * _DIVISION_ITSELF if found.is_division else share


def _in_country(share: float, found: Candidate) -> float:
    return share * _COUNTRY_ITSELF if found.is_country else share


@mypyc_attr(acyclic=True, free_list_len=1)
class _Evidence:
    """What the article's places add to the candidates of a name."""

    def __init__(self, focus: Focus, home: str | None) -> None:
        self._focus = focus
        self._home = home
        self._countries = {*focus.countries, home}
        self._total = math.fsum(focus.countries.values())
        self._all_divisions = math.fsum(focus.divisions.values())
        self._other = -_OTHER_COUNTRY if self._total else 0.0

    def rank(self, candidates: Sequence[Candidate], own: Shares, is_area: bool) -> list[tuple[float, Candidate]]:
        """The candidates of a name, the likeliest first; what it brought into the focus itself is left out."""
        own_country: dict[str, float] = {}
        own_division: dict[str, float] = {}
        for share, c in own:
            if c.country:
                own_country[c.country] = own_country.get(c.country, 0.0) + _in_country(share, c)
            if c.division:
                own_division[c.division] = own_division.get(c.division, 0.0) + _in_division(share, c)
        countries, divisions, squares = self._countries, self._focus.divisions, self._focus.squares
        total = self._total - math.fsum(own_country.values()) or 1.0
        total_divisions = self._all_divisions - math.fsum(own_division.values()) or 1.0
        of_country: dict[str | None, float] = {None: 0.0}
        ranked: list[tuple[float, Candidate]] = []
        for c in candidates:
            country, division, cell = c.country, c.division, c.cell
            if len(ranked) > _RUNNERS_UP and country not in countries and cell not in squares and not is_area:
                continue  # less prominent than those before it, and nothing speaks for it
            if country not in of_country:
                of_country[country] = self._of_country(country or "", own_country.get(country or "", 0.0), total)
            score = c.prominence + of_country[country]
            if division in divisions:
                score += self._of_division(division, own_division.get(division, 0.0), total_divisions)
            if cell in squares and (near := squares[cell] - _at(own, cell)) > _LEAST_SHARE:
                score += min(_NEAR_MOST, _NEAR * near)
            if is_area and c.feature_class == "A":
                score += _AREA
            ranked.append((score, c))
        ranked.sort(key=_first)
        return ranked

    def _of_country(self, country: str, less: float, total: float) -> float:
        """What it says that a country is named, or places in it; where it is one of many, it says less."""
        named = self._focus.countries.get(country, 0.0) - less
        home = _HOME if country == self._home else 0.0
        if named <= _LEAST_SHARE:
            return home + (0.0 if less else self._other)
        return home + (_COUNTRY + _COUNTRY_AGAIN * min(named, 3)) * math.sqrt(named / total)

    def _of_division(self, division: str, less: float, total: float) -> float:
        named = self._focus.divisions[division] - less
        return _DIVISION * math.sqrt(named / total) if named > _LEAST_SHARE else 0.0


def _first(pair: tuple[float, Candidate]) -> tuple[float, int]:
    return -pair[0], pair[1].row


def _trust(ranked: Sequence[tuple[float, Candidate]]) -> float:
    if not ranked:
        return 0.0
    lead = ranked[0][0] - ranked[1][0] if len(ranked) > 1 else 3.0
    return round(min(_TRUST_MOST, 1 / (1 + math.exp(-_TRUST_AT_NONE - _TRUST_SLOPE * lead))), 3)
