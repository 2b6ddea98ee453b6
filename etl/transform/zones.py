"""The places that the texts of a batch speak of, as numbers, and the zones that days of their items may count in.

What belongs here: what is known of a place, looked up once for all rows. What does not: which place a mention is of
(`places/`), and the zone of a newsroom (`sites.py`, `pipeline.py`).
"""

from collections.abc import Sequence

import numpy as np
import polars as pl

from etl.transform.places import gazetteer
from etl.transform.records import Place, PlaceMention
from etl.transform.repeats import Repeats, Told
from etl.transform.rows import Numbers, index, numbers, series


class Places:
    """The places of a reading, each once. One's position among them is its number, and -1 is none."""

    def __init__(self, found: Repeats) -> None:
        """Take the places of its datelines, then those of its text."""
        self.known: list[Place] = []
        self._numbers: dict[str, int] = {}
        reading = found.reading
        filed: list[list[int]] = [[]] * len(reading.articles)
        for i in sorted(reading.dateline_places):
            filed[i] = [number for number in self._of(reading.dateline_places[i]) if number >= 0]
        self.filed = filed
        """By article that was read, the places of its dateline that are known."""
        self.of_mention = numbers(self._of(reading.places))
        """By mention of the text."""

    def of(self, mentions: Sequence[PlaceMention]) -> Numbers:
        """The place of each mention."""
        return numbers(self._of(mentions))

    def _of(self, mentions: Sequence[PlaceMention]) -> list[int]:
        return [self._number(mention.place) if mention.place else -1 for mention in mentions]

    def _number(self, place: Place) -> int:
        number = self._numbers.setdefault(place.location_id, len(self.known))
        if number == len(self.known):
            self.known.append(place)
        return number


class Zones:
    """The zones a civil day of an item may count in.

    The newsroom's always; then the place's own where the text states it. Where it does not, the event may have
    happened anywhere in the country it was filed from ("donderdagavond" in a text from St. Paul may be an evening
    in Los Angeles), so the bounds hold that country's zones.
    """

    def __init__(self, found: Repeats, places: Places) -> None:
        """Take where each article was filed."""
        self._found = found
        self._kinds: dict[tuple[str, ...], int] = {}
        """Lists of zones as they come beside a newsroom's, numbered."""
        around = [_around(place) for place in places.known]
        self._of_filed = numbers(
            [self._kind([z for place in filed for z in around[place]]) for filed in places.filed]
        )
        self._of_place = numbers([self._kind(_own(place)) for place in places.known])
        newsrooms: dict[str, int] = {}
        self._newsroom = numbers([newsrooms.setdefault(zone, len(newsrooms)) for zone in found.articles["zone"]])
        """By article, its newsroom's among the newsrooms' zones."""
        self._newsrooms = list(newsrooms)

    def _kind(self, zones: Sequence[str]) -> int:
        return self._kinds.setdefault(tuple(zones), len(self._kinds))

    def of(self, told: Told, units: Numbers, stated: Numbers | None = None) -> pl.Series:
        """By row, its zones.

        Args:
            told: the rows.
            units: the unit of each record.
            stated: by record, the number of the place that the text states, or -1; none does where it is left out.
        """
        kind = self._of_filed[self._found.source(units)]
        if stated is not None:
            kind = np.where(stated < 0, kind, np.append(self._of_place, -1)[stated])
        pairs = self._newsroom[told.article] * len(self._kinds) + kind[told.record]
        is_used = np.zeros(len(self._newsrooms) * len(self._kinds), np.bool_)
        is_used[pairs] = True
        kinds = list(self._kinds)
        lists = [
            list(dict.fromkeys([self._newsrooms[pair // len(kinds)], *kinds[pair % len(kinds)]]))
            for pair in np.flatnonzero(is_used).tolist()
        ]
        found: pl.Series = series(lists, pl.List(pl.String))[index((np.cumsum(is_used) - 1)[pairs])]
        return found


def _around(place: Place) -> Sequence[str]:
    """The zones of a place and of its country."""
    own = [place.timezone] if place.timezone else []
    return [*own, *(gazetteer.load().zones(place.country_code) if place.country_code else ())]


def _own(place: Place) -> Sequence[str]:
    """The zones of a place itself."""
    if place.feature_class != "A" and place.timezone:
        return (place.timezone,)
    return gazetteer.load().zones(place.country_code) if place.country_code else ()
