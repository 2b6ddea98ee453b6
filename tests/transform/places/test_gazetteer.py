"""The gazetteer: what it knows of places, and what names can stand for."""

import pycountry
import pytest

from etl.transform.places import gazetteer, locate, sources
from etl.transform.places.candidates import Candidate
from etl.transform.records import Place, Unit


def place(location_id: str) -> Place:
    found = gazetteer.load().by_id(location_id)
    assert found is not None
    return found


def candidates(name: str, language: str = "en") -> list[Candidate]:
    found = gazetteer.load().names(language).exact(name)
    assert found is not None
    return list(found.candidates)


def test_a_city_carries_its_hierarchy_and_codes() -> None:
    city = place("gn2988507")
    assert (city.name, city.geonames_id, city.admin1_name, city.country_code, city.continent, city.iso_3166_2) == (
        "Paris",
        2988507,
        "Île-de-France",
        "FR",
        "EU",
        "FR-IDF",
    )
    assert city.parent_location_id == "admFR.11"
    assert place("admFR.11").parent_location_id == "ccFR"
    assert (city.timezone, city.population) == ("Europe/Paris", city.population)
    assert (city.population or 0) > 2_000_000


@pytest.mark.parametrize(
    ("geonames", "iso"),
    [
        ("NL.02", "NL-FR"),
        ("NL.07", "NL-NH"),
        ("NL.11", "NL-ZH"),
        ("BE.BRU", "BE-BRU"),
        ("BE.VLG", "BE-VLG"),
        ("BE.WAL", "BE-WAL"),
        ("DE.02", "DE-BY"),
        ("DE.16", "DE-BE"),
        ("FR.11", "FR-IDF"),
        ("FR.93", "FR-PAC"),
        ("US.CA", "US-CA"),
        ("US.DC", "US-DC"),
        ("PL.72", "PL-02"),
        ("PL.78", "PL-14"),
        ("RU.48", "RU-MOW"),
        ("RU.66", "RU-SPE"),
        ("RU.12", "RU-CE"),
    ],
)
def test_divisions_have_their_iso_code(geonames: str, iso: str) -> None:
    assert place(f"adm{geonames}").iso_3166_2 == iso


def test_the_crosswalk_is_whole_where_it_matters_and_holds_no_code_twice() -> None:
    known = {subdivision.code for subdivision in pycountry.subdivisions}
    codes = [row["iso_3166_2"] for _, row in sources.rows("place_divisions") if row["iso_3166_2"]]
    assert set(codes) <= known
    assert len(codes) == len(set(codes))
    for country in ("NL", "BE", "DE", "FR", "US", "PL", "RU"):
        rows = [row for key, row in sources.rows("place_divisions") if key.startswith(f"{country}.")]
        assert len(rows) > 2
        assert all(row["iso_3166_2"].startswith(f"{country}-") for row in rows), country


def test_every_reference_row_names_a_place_there_is() -> None:
    load = gazetteer.load()
    for _, row in sources.rows("place_aliases"):
        location_id = sources.location_id(row["place"])
        assert load.by_id(location_id), row


def test_countries_stand_at_a_point_of_their_own() -> None:
    assert (place("ccUS").latitude, place("ccUS").longitude) == (39.75, -98.5)
    assert place("admUS.TX").latitude == 31.25
    lands = [place(key) for key in ("ccNL", "ccSR", "ccFJ", "admDE.02")]
    assert all(land.latitude is not None and land.longitude is not None for land in lands)


def test_a_division_comes_after_its_town() -> None:
    assert candidates("New York")[0].location_id == "gn5128581"
    assert candidates("Utrecht", "nl")[0].location_id == "gn2745912"
    assert candidates("Georgia")[0].location_id == "ccGE"


def test_what_is_a_word_or_a_person_is_marked() -> None:
    names = gazetteer.load().names("en")
    flags = {name: found.flags for name in ("Reading", "Jordan", "Houston", "Manila") if (found := names.exact(name))}
    assert flags["Reading"] & sources.WORD
    assert flags["Jordan"] & sources.GIVEN
    assert flags["Houston"] & sources.SURNAME


def test_months_are_no_places() -> None:
    assert not [m.surface for m in locate.locate([Unit("In March and May.", 0, "body")], "en", [None])]


@pytest.mark.parametrize(
    ("name", "folded"),
    [("São Paulo", "sao paulo"), ("ŁÓDŹ", "lodz"), ("Ålesund", "alesund"), ("Brønnøysund", "bronnoysund")],
)
def test_names_fold_without_case_and_accents(name: str, folded: str) -> None:
    assert sources.fold(name) == folded
