"""Places: which are found, which are none, and which of several is meant."""

import pytest

from etl.transform.places import gazetteer, locate
from etl.transform.records import PlaceMention, Unit


def read(text: str, language: str = "nl", dateline: str = "", home: str | None = None) -> list[PlaceMention]:
    units = [Unit(text, 0, "body"), *([Unit(dateline, 0, "dateline")] if dateline else [])]
    return locate.locate(units, language, [home])


def found(text: str, language: str = "nl") -> list[tuple[str, str | None, str]]:
    return [(m.surface, m.place.location_id if m.place else None, m.role) for m in read(text, language)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("De ministers vergaderen in Genève.", [("Genève", "gn2660646", "mention")]),
        ("Zweden sluit zijn grens.", [("Zweden", "ccSE", "mention")]),
        ("De VS-president zweeg.", [("VS", "ccUS", "mention")]),
        ("Het Witte Huis reageert.", [("Witte Huis", "ccUS", "metonym")]),
        ("Venezolaanse militairen trokken weg.", [("Venezolaanse", "ccVE", "demonym")]),
        ("In 's-Gravenhage is het stil.", [("'s-Gravenhage", "gn2747373", "mention")]),
        ("De Gazastrook is dicht.", [("Gazastrook", "gn281132", "mention")]),
        ("Op de Middellandse Zee stormt het.", [("Middellandse Zee", "x-mediterranean", "mention")]),
        ("Hij woont in Best.", [("Best", "gn2759040", "mention")]),
        ("Best een goed idee.", []),
        ("Paris Hilton trad op.", []),
        ("Volgens The Washington Post is dat zo.", []),
        ("Nice dat je er bent.", []),
    ],
)  # fmt: skip
def test_dutch(text: str, expected: list[tuple[str, str | None, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Talks were held in The Hague.", [("The Hague", "gn2747373", "mention")]),
        ("U.S. troops left.", [("U.S.", "ccUS", "mention")]),
        ("Dutch police said.", [("Dutch", "ccNL", "demonym")]),
    ],
)
def test_english(text: str, expected: list[tuple[str, str | None, str]]) -> None:
    assert found(text, "en") == expected


def test_datelines_are_read_without_regard_to_case() -> None:
    mentions = read("", dateline="LONDEN/SÃO PAULO/NERGENSHUIZEN")
    assert [(m.surface, m.place and m.place.location_id, m.role) for m in mentions] == [
        ("LONDEN", "gn2643743", "dateline"),
        ("SÃO PAULO", "gn3448439", "dateline"),
        ("NERGENSHUIZEN", None, "dateline"),
    ]


def test_the_countries_an_article_names_choose_among_places_of_one_name() -> None:
    (spain, cordoba) = read("In Spanje is het heet. Ook in Córdoba.")
    assert (spain.place and spain.place.country_code, cordoba.place and cordoba.place.country_code) == ("ES", "ES")
    (_, other) = read("In Argentinië is het heet. Ook in Córdoba.")
    assert other.place and other.place.country_code == "AR"
    assert other.n_candidates > 1


def test_a_country_has_the_zones_of_its_cities() -> None:
    zones = gazetteer.load().zones("US")
    assert zones[0] == "America/New_York"
    assert "America/Los_Angeles" in zones
    assert gazetteer.load().zones(None) == ()


def test_the_gazetteer_knows_names_in_any_case() -> None:
    knows = gazetteer.load().knows
    assert knows("GENÈVE")
    assert knows("vaticaanstad")
    assert not knows("BLAUWE DINGEN")
