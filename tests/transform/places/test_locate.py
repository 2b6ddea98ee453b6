"""Places: which are found, which are none, and which of several is meant."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.transform.places import gazetteer, locate, weigh
from etl.transform.records import PlaceMention, Unit

PIECES = ["Paris", "Texas", "A", ",", " ", "\n", "(", "Ky.", "TX", "29, of ", "Deport", "é", "\ud83d", "😀", "in "]


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the names, each as a place and as something else
        ("In Orde is het stil.", []),
        ("De orde is hersteld in Nice.", ["Nice"]),
        ("Hoop doet leven.", []),
        ("Reading is leuk.", []),
        ("In Reading spelen ze zaterdag.", ["Reading"]),
        ("Mobile betalen kan overal.", []),
        ("De Noord-Hollandse boeren en de anti-Russische betogers.", ["Noord-Hollandse", "Russische"]),
        ("Het Kremlin, Den Haag en Brussel zwijgen.", ["Kremlin", "Den Haag", "Brussel"]),
        ("De V.S. en het VK tekenden.", ["V.S.", "VK"]),
        ("Hij vloog van Schiphol naar Bombay, Kiev en Peking.", ["Schiphol", "Bombay", "Kiev", "Peking"]),
        ("Een man uit Echt en een vrouw uit Made.", ["Echt", "Made"]),
        ("Echt waar, Made in China.", ["China"]),
        ("In het dorp Stein is brand.", ["Stein"]),
        ("Ajax won van FC Utrecht.", []),
        ("De Universiteit Leiden is dicht.", []),
        ("Op Sint-Maarten en Sint-Eustatius stormt het.", ["Sint-Maarten", "Sint-Eustatius"]),
    ],
)
def test_dutch_names_that_are_something_else(text: str, expected: list[str]) -> None:
    assert [m.surface for m in read(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("BOMB KILLS TEN IN NEW YORK, US TROOPS LEAVE SOUTH KOREA", ["NEW YORK", "US", "SOUTH KOREA"]),
        ("UNICEF, NATO and MERS are no places.", []),
        ("Fire Hits Dallas Suburb, Three Dead", ["Dallas"]),
        ("Tyler police and Hampton Fire Chief Jones met.", ["Tyler", "Hampton"]),
        ("The town of Marion voted.", ["Marion"]),
        ("Storms hit Mobile and Baldwin counties.", ["Mobile", "Baldwin"]),
        ("A crash in Lebanon's Bekaa Valley.", ["Lebanon", "Bekaa Valley"]),
        ("The governor of Lagos State spoke.", ["Lagos State"]),
        ("Michigan State won.", ["Michigan"]),
        ("West Nile virus and Marburg fever spread.", []),
        ("A crash on U.S. 98 closed the road.", []),
        ("Al-Shabab and al-Shabab struck.", []),
        ("Sydney Leroux scored.", []),
        ("The Charleston Gazette-Mail won.", []),
        ("Police shut the bridge in D.C. and in Calif. on Monday.", ["D.C.", "Calif."]),
        ("Raqqa, Falluja and Misrata fell.", ["Raqqa", "Falluja", "Misrata"]),
    ],
)
def test_english_names_that_are_something_else(text: str, expected: list[str]) -> None:
    assert [m.surface for m in read(text, "en")] == expected


def test_a_county_of_a_list_is_a_county() -> None:
    assert found("Storms hit Mobile and Baldwin counties, Alabama.", "en")[:2] == [
        ("Mobile", "us01097", "mention"),
        ("Baldwin", "us01003", "mention"),
    ]


def test_a_division_among_divisions_is_no_town() -> None:
    found_ids = [place for _, place, _ in found("It spread to Texas, Virginia, Washington and Wisconsin.", "en")]
    assert found_ids == ["admUS.TX", "admUS.VA", "admUS.WA", "admUS.WI"]


def test_doubtful_names_that_lie_together_decide_for_each_other() -> None:
    text = "Scores: Columbus beat Norfolk 3-2. Grand Island lost to Kearney, and Hastings to Lincoln."
    assert {m.place.admin1_code for m in read(text, "en") if m.place} == {"NE"}


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He lives in Paris, Texas.", ["gn4717560", "admUS.TX"]),
        ("A flood in Portland (Oregon) did harm.", ["gn5746545", "admUS.OR"]),
        ("The firm of Lexington, Ky., grew.", ["gn4297983", "admUS.KY"]),
        ("She moved to Plano, TX.", ["gn4719457", "admUS.TX"]),
        ("A court in Lagos, in the south of Portugal, agreed.", ["gn2267226", "ccPT"]),
        ("Tina Powderly, 29, of Deport, Texas, was held.", ["gn4685952", "admUS.TX"]),
    ],
)
def test_what_holds_a_place_says_which_it_is(text: str, expected: list[str]) -> None:
    assert [m.place and m.place.location_id for m in read(text, "en")] == expected


def test_places_side_by_side_draw_a_name_to_them() -> None:
    text = "The Lamar County sheriff met farmers from Paris, Bonham and Honey Grove."
    paris = next(m for m in read(text, "en") if m.surface == "Paris")
    assert paris.place and paris.place.admin1_code == "TX"
    assert "gn2988507" in paris.runners_up


def test_a_name_means_one_place_in_an_article() -> None:
    mentions = read("Valencia is dry. Farmers left Valencia. In Valencia, Venezuela, it rained.", "en")
    assert {m.place.country_code for m in mentions if m.place} == {"VE"}


def test_a_choice_that_was_made_before_is_made_anew_where_what_it_hangs_on_differs() -> None:
    def country(text: str, home: str | None = None) -> str | None:
        chosen = next(m.place for m in read(text, "en", home=home) if m.surface == "Cambridge")
        return chosen and chosen.country_code

    for _ in range(2):
        assert country("He lives in Cambridge.", "US") == "US"
        assert country("He lives in Cambridge.", "GB") == "GB"
        assert country("He lives in Cambridge, Massachusetts.", "GB") == "US"
        assert country("He lives in Cambridge. Boston and Massachusetts are near.", "GB") == "US"


def test_a_person_keeps_the_name_through_the_article() -> None:
    assert read("Judge Clark Houston spoke. Houston said he was tired.", "en") == []


@pytest.mark.parametrize("text", ["PARIS, Texas", "SAO PAULO, Brazil"])
def test_a_dateline_says_what_holds_it(text: str) -> None:
    first, second = read("", "en", dateline=text)
    assert first.place and second.place
    assert first.place.country_code == second.place.country_code


def test_spans_are_code_points_of_the_text() -> None:
    text = "😀 De brand in 's-Hertogenbosch en in Москва of Łódź (Polen) \ud83d is uit, 東京 Tokio."
    for mention in read(text):
        assert text[mention.start : mention.end] == mention.surface
    assert [m.surface for m in read(text)] == ["'s-Hertogenbosch", "Łódź", "Polen", "Tokio"]


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(
            [
                "Paris",
                "Texas",
                "A",
                ",",
                " ",
                "\n",
                "(",
                "Ky.",
                "TX",
                "29, of ",
                "Deport",
                "é",
                "\ud83d",
                "😀",
                "in ",
                "K",
            ]
        )
    )
)
def test_any_text_gives_spans_of_its_own(parts: list[str]) -> None:
    text, last = "".join(parts), 0
    for mention in read(text, "en"):
        assert text[mention.start : mention.end] == mention.surface
        assert mention.start >= last
        last = mention.end


@pytest.mark.parametrize(
    "text",
    [
        "A" * 200_000,
        "A " * 100_000,
        "AB-" * 60_000,
        "Москва東京Paris \ud83d😀Łódź (Polen), " * 5_000,
        "NEW YORK PARIS, " * 5_000,
        "Mobile and Baldwin counties, " * 3_000,
        "Paris Hilton\n" * 5_000,
        "Adam of " * 10_000,
        "Lebanon's " * 5_000,
    ],
    ids=lambda text: text[:12],
)
@pytest.mark.parametrize("language", ["nl", "en"])
def test_bad_text_gives_right_spans(text: str, language: str) -> None:
    last = 0
    for mention in read(text, language):
        assert mention.start >= last
        assert text[mention.start : mention.end] == mention.surface
        last = mention.end


@pytest.mark.parametrize(
    "piece",
    [
        *("Parijs ", "A", "Paris, Texas ", "(Paris", "Sint-", "A, ", "NEW YORK ", "Lebanon's ", "Paris Hilton\n"),
        *("Mobile and Baldwin counties, ", "Москва Łódź \ud83d", "29, of Deport "),
    ],
)
def test_work_grows_with_the_text(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice the text is at most some more than twice the calls of the function that looks around a name."""
    calls: list[int] = []

    def counted(text: str, start: int, end: int) -> weigh.Around:
        calls.append(1)
        return weigh.around_of(text, start, end)

    monkeypatch.setattr("etl.transform.places.find.around_of", counted)
    counts = []
    for times in (500, 1000):
        calls.clear()
        read(piece * times, "en")
        counts.append(len(calls))
    assert counts[1] <= 2 * counts[0] + 10
