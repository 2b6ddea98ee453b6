"""Articles whose places are drawn from the gazetteer: what the weights of the choice and its trust were set on.

Half are local: a town of the United States, two to five around it, at times its state, at times some place of the
world. Half tell of a country: one to four of its towns, mostly its name, at times other countries. Towns are drawn by
people, so that the ambiguous and the plain come as often as they would; what they are called is all the text says.
"""

import math
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from etl.transform.places import gazetteer
from etl.transform.records import Place

_SENTENCES = (
    "Police in {} said so. ",
    "He moved to {} last year. ",
    "The fire near {} is out. ",
    "Officials from {} met. ",
    "Schools in {} closed. ",
)
_LOCAL_FROM, _FAR_FROM = 3_000, 200_000
_AROUND_KM = 60
_NEAR_KM = 161
"""Within which a place counts as found: a hundred miles, as geoparsers are scored."""


class Drawn(NamedTuple):
    """A text, and the place of each span."""

    text: str
    places: dict[tuple[int, int], Place]


def articles(n: int, seed: int = 1) -> Iterator[Drawn]:
    """Articles in English; the same seed gives the same."""
    choose = random.Random(seed)  # noqa: S311 - the same articles for the same seed, no secret
    towns = gazetteer.load().towns(_LOCAL_FROM)
    countries, divisions = (list(_areas(code)) for code in ("PCLI", "ADM1"))
    by_country: dict[str | None, list[Place]] = defaultdict(list)
    by_cell: dict[tuple[int, int], list[Place]] = defaultdict(list)
    for town in towns:
        by_country[town.country_code].append(town)
        by_cell[_cell(town)].append(town)
    states = {d.admin1_code: d for d in divisions if d.country_code == "US"}
    far = [town for town in towns if (town.population or 0) >= _FAR_FROM]
    for i in range(n):
        if i % 2:
            seat = _draw(choose, by_country["US"], 0.5)
            named = _several(choose, _around(seat, by_cell), choose.randint(2, 5), 0.6)
            if choose.random() < 0.3 and seat.admin1_code != "NY":  # New York is its city
                named.append(states[seat.admin1_code])
            elsewhere = choose.choice((0, 0, 1, 2))
        else:
            country = _draw(choose, countries, 0.5)
            named = _several(choose, by_country[country.country_code], choose.randint(1, 4), 0.8)
            if choose.random() < 0.8:
                named.append(country)
            elsewhere = choose.choice((0, 1, 2, 3))
        named += [_draw(choose, choose.choice((countries, far)), 0.6) for _ in range(elsewhere)]
        choose.shuffle(named)
        yield _written(choose, named)


def is_near(a: Place, b: Place) -> bool:
    """Whether two places are one, or within a hundred miles of each other."""
    return a.location_id == b.location_id or kilometres(a, b) <= _NEAR_KM


def kilometres(a: Place, b: Place) -> float:
    """The distance between two places; infinite where one has no point."""
    if a.latitude is None or b.latitude is None or a.longitude is None or b.longitude is None:
        return math.inf
    lat, other = math.radians(a.latitude), math.radians(b.latitude)
    half = math.sin((other - lat) / 2) ** 2
    half += math.cos(lat) * math.cos(other) * math.sin(math.radians(b.longitude - a.longitude) / 2) ** 2
    return 12_742 * math.asin(min(1.0, math.sqrt(half)))


def _areas(code: str) -> Iterator[Place]:
    for row in gazetteer.load().rows_of(code):
        yield gazetteer.load().place(row)


def _cell(place: Place) -> tuple[int, int]:
    return math.floor(place.latitude or 0), math.floor(place.longitude or 0)


def _around(seat: Place, by_cell: dict[tuple[int, int], list[Place]]) -> list[Place]:
    row, column = _cell(seat)
    beside = [by_cell.get((row + i, column + j), []) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return [p for places in beside for p in places if p.country_code == "US" and kilometres(seat, p) < _AROUND_KM]


def _draw(choose: random.Random, places: list[Place], power: float) -> Place:
    return choose.choices(places, [((p.population or 0) + 1) ** power for p in places])[0]


def _several(choose: random.Random, places: list[Place], n: int, power: float) -> list[Place]:
    return (
        list({p.location_id: p for p in (_draw(choose, places, power) for _ in range(n))}.values()) if places else []
    )


def _written(choose: random.Random, named: list[Place]) -> Drawn:
    text, places = "", {}
    for place in named:
        before, after = choose.choice(_SENTENCES).split("{}")
        name = place.name_en or place.name
        start = len(text) + len(before)
        places[start, start + len(name)] = place
        text += before + name + after
    return Drawn(text, places)
