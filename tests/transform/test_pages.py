"""Pages: the layouts that Dutch news pages come in, composed of sentences of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform import pages
from etl.transform.records import Item
from tests.conservation import conserved

LAYOUT_A = """\
Waterschap wil dijk langs de Lek ophogen
UTRECHT (ANP) - Het waterschap wil de dijk langs de Lek verhogen. Dat maakte dijkgraaf De Wit bekend.
Volgens hem is de dijk te laag voor het water dat in 2050 komt.
Meer uit Binnenland
ZWOLLE (ANP) - De brug bij Zwolle is dicht. Schepen varen om.
12 minuten geledenDEN HAAG (ANP/RTR) - De Kamer stemt over de begroting.
3 uur geledenEMMEN (ANP) - In Emmen is een wolf gezien, "een grote", zegt een boer.
1 dag geleden"""

LAYOUT_B = """\
Log in op uw webmail om uw berichten te lezen.
Waterschap wil dijk ophogen
Waterschap wil dijk ophogen

UTRECHT (ANP) - Het waterschap wil de dijk verhogen.

Het werk duurt drie jaar.

Meer uit Binnenland

Brug bij Zwolle dicht

ZWOLLE (ANP) - De brug bij Zwolle is dicht.

12 minuten geleden

Wolf gezien in Emmen

EMMEN (ANP) - In Emmen is een wolf gezien.

3 uur geleden
"""

LAYOUT_C = """\
zaterdag 31 januari 2026
Editie Nederland
Binnenland
ANP Brug bij Zwolle dicht
De brug bij Zwolle is voor onbepaalde tijd dicht.
5 jaar geleden
ANP Wolf gezien in Emmen
In Emmen is een wolf gezien.
6 jaar geleden
"""

LAYOUT_C2 = """\
Net binnen
- Drenthe 15:44 Wolf gezien in Emmen
- Overijssel 14:05 Brug bij Zwolle dicht
EMMEN - In Emmen is een wolf gezien. De boeren zijn boos.1 week geleden
ZWOLLE - De brug is dicht.2 weken geleden
"""


def split(text: str) -> list[Item]:
    return list(pages.split(text, {"Emmen", "EMMEN", "ZWOLLE"}.__contains__).items)


def say(text: str, item: Item) -> tuple[str, str | None, str | None, str, str | None]:
    """(role, headline, dateline places, body, stamp)"""
    return (
        item.role,
        text[item.headline.start : item.headline.end] if item.headline else None,
        item.dateline.places_raw if item.dateline else None,
        text[item.body.start : item.body.end],
        text[item.stamp.start : item.stamp.end] if item.stamp else None,
    )


def test_layout_a() -> None:
    items = split(LAYOUT_A)
    lead, *teasers = (say(LAYOUT_A, item) for item in items)
    assert lead[:3] == ("lead", "Waterschap wil dijk langs de Lek ophogen", "UTRECHT")
    assert lead[3].startswith("Het waterschap")
    assert lead[3].endswith("dat in 2050 komt.")
    assert lead[4] is None, "the lead must not inherit the stamp of a teaser"
    assert teasers == [
        ("teaser", None, "ZWOLLE", "De brug bij Zwolle is dicht. Schepen varen om.", "12 minuten geleden"),
        ("teaser", None, "DEN HAAG", "De Kamer stemt over de begroting.", "3 uur geleden"),
        ("teaser", None, "EMMEN", 'In Emmen is een wolf gezien, "een grote", zegt een boer.', "1 dag geleden"),
    ]
    assert [item.section for item in items] == [None, "Binnenland", "Binnenland", "Binnenland"]


def test_layout_b() -> None:
    assert [say(LAYOUT_B, item) for item in split(LAYOUT_B)] == [
        (
            "lead",
            "Waterschap wil dijk ophogen",
            "UTRECHT",
            "Het waterschap wil de dijk verhogen.\n\nHet werk duurt drie jaar.",
            None,
        ),
        ("teaser", "Brug bij Zwolle dicht", "ZWOLLE", "De brug bij Zwolle is dicht.", "12 minuten geleden"),
        ("teaser", "Wolf gezien in Emmen", "EMMEN", "In Emmen is een wolf gezien.", "3 uur geleden"),
    ]


def test_layout_c() -> None:
    items = split(LAYOUT_C)
    assert [say(LAYOUT_C, item) for item in items] == [
        (
            "teaser",
            "Brug bij Zwolle dicht",
            None,
            "De brug bij Zwolle is voor onbepaalde tijd dicht.",
            "5 jaar geleden",
        ),
        ("teaser", "Wolf gezien in Emmen", None, "In Emmen is een wolf gezien.", "6 jaar geleden"),
    ]
    assert [item.section for item in items] == ["Binnenland", "Binnenland"]


def test_layout_c2() -> None:
    items = split(LAYOUT_C2)
    assert [say(LAYOUT_C2, item) for item in items] == [
        ("brief", "Wolf gezien in Emmen", None, "", "15:44"),
        ("brief", "Brug bij Zwolle dicht", None, "", "14:05"),
        ("teaser", None, "EMMEN", "In Emmen is een wolf gezien. De boeren zijn boos.", "1 week geleden"),
        ("teaser", None, "ZWOLLE", "De brug is dicht.", "2 weken geleden"),
    ]
    assert [item.section for item in items] == ["Drenthe", "Overijssel", None, None]


def test_prose_that_looks_like_a_stamp_stays_prose() -> None:
    text = (
        "EDE (ANP) - De hond verdween twee weken geleden.\nDat gebeurde 2 uur geleden, aldus de politie.\n"
        "12 ministers waren er.\n31 augustus was de laatste dag.\nVandaag om 14:32 NAVO-overleg.\n"
        "Twee weken geleden was er nog hoop.\n4 uur geleden"
    )
    (item,) = split(text)
    assert say(text, item)[3].endswith("nog hoop.")
    assert say(text, item)[4] == "4 uur geleden"


@pytest.mark.parametrize(
    "text", ["Sinterklaas", "gisteren", "Een korte zin.", "Titel\n\n31 januari 2026", "3 uur geleden"]
)
def test_a_text_however_short_is_one_article(text: str) -> None:
    (item,) = pages.whole(text, lambda _: False).items
    assert item.role == "lead"
    assert text[item.body.start : item.body.end]


def test_whole_text_is_one_article() -> None:
    text = "Brug dicht\nZWOLLE (ANP) - De brug is dicht.\nSinds 3 uur geleden varen schepen om.\n"
    (item,) = pages.whole(text, lambda _: False).items
    assert say(text, item)[:3] == ("lead", "Brug dicht", "ZWOLLE")
    assert text[item.item.start : item.item.end].endswith("om.")


LAYOUT_STAMP_FIRST = """\
Meer uit Sport
12 minuten geleden
Brug bij Zwolle dicht
De brug bij Zwolle is voor onbepaalde tijd dicht.
3 uur geleden
Wolf gezien in Emmen
EMMEN (ANP) - In Emmen is een wolf gezien.
"""

LAYOUT_STAMP_UNDER_TITLE = """\
Brug bij Zwolle dicht
21 NOV 2015
De brug bij Zwolle is voor onbepaalde tijd dicht.
Wolf gezien in Emmen
20 NOV 2015
EMMEN (ANP) - In Emmen is een wolf gezien.
"""


@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("Meer uit Cultuur & Media", "Cultuur & Media"),
        ("Meer Sport", "Sport"),
        ("Meer geld voor zorg", None),
        ("Meer Nederlanders op reis", None),
        ("Laatste trein naar Emmen rijdt", None),
    ],
)
def test_headings_and_titles_that_open_alike(line: str, section: str | None) -> None:
    text = f"EDE (ANP) - Het regent.\n1 uur geleden\n{line}\nEMMEN (ANP) - Het sneeuwt.\n2 uur geleden"
    last = split(text)[-1]
    assert (last.section, say(text, last)[1]) == (section, None if section else line)


def test_stamps_before_their_items() -> None:
    assert [say(LAYOUT_STAMP_FIRST, item)[1:] for item in split(LAYOUT_STAMP_FIRST)] == [
        ("Brug bij Zwolle dicht", None, "De brug bij Zwolle is voor onbepaalde tijd dicht.", "12 minuten geleden"),
        ("Wolf gezien in Emmen", "EMMEN", "In Emmen is een wolf gezien.", "3 uur geleden"),
    ]


def test_stamps_under_titles() -> None:
    assert [say(LAYOUT_STAMP_UNDER_TITLE, item)[1:] for item in split(LAYOUT_STAMP_UNDER_TITLE)] == [
        ("Brug bij Zwolle dicht", None, "De brug bij Zwolle is voor onbepaalde tijd dicht.", "21 NOV 2015"),
        ("Wolf gezien in Emmen", "EMMEN", "In Emmen is een wolf gezien.", "20 NOV 2015"),
    ]


def test_an_age_that_breaks_the_order_is_prose() -> None:
    """Ages never decrease down a list; one that is spelt out and does is a line of the story."""
    text = (
        "Meer uit Sport\nEDE (ANP) - De hond is terug.\n12 minuten geleden\nEMMEN (ANP) - Een wolf is gezien.\n"
        "Twee weken geleden\nToen was er nog hoop.\n3 uur geleden"
    )
    assert [say(text, item)[4] for item in split(text)] == ["12 minuten geleden", "3 uur geleden"]


def test_villages_that_nobody_knows() -> None:
    """Where the neighbours on a page are datelines without a credit, a name of that form is one too."""
    text = "Emmen - De brug is dicht.\n1 dag geleden\nNergenshuizen - De brug is open.\n2 dagen geleden"
    assert [say(text, item)[2] for item in split(text)] == ["Emmen", "Nergenshuizen"]
    assert split("Nergenshuizen - De brug is open.")[0].dateline is None


def test_notices_and_bylines_are_furniture() -> None:
    text = (
        "Brug dicht\nVan onze verslaggever Jan de Wit\n(Update: met reactie)\nZWOLLE (ANP) - De brug is dicht.\n"
        "(ANP, dpa)"
    )
    page = pages.whole(text, lambda _: False)
    (item,) = page.items
    assert say(text, item)[1:3] == ("Brug dicht", "ZWOLLE")
    assert [(f.kind, text[f.start : f.end]) for f in page.furniture] == [
        ("byline", "Van onze verslaggever Jan de Wit"),
        ("boilerplate", "(Update: met reactie)"),
    ]
    assert [credit.agency_id for credit in item.credits] == ["own", "anp", "dpa"]


@pytest.mark.parametrize(
    ("before", "headline"),
    [
        ("Brug dicht\nDit is een nieuwe versie, met een reactie van de wethouder.\n", "Brug dicht"),
        ("De brug gaat dicht.\n", "De brug gaat dicht."),
        ("Komt er een brug?\n", "Komt er een brug?"),
        ("Let op: gewijzigd.\n", "Let op: gewijzigd."),
        ("", None),
    ],
)
def test_what_stands_before_a_dateline(before: str, headline: str | None) -> None:
    text = f"{before}ZWOLLE (ANP) - De brug is dicht."
    for page in (pages.whole(text, lambda _: False), pages.split(text, lambda _: False)):
        (item,) = page.items
        assert say(text, item)[1:3] == (headline, "ZWOLLE")
        conserved(text, page)


def test_a_byline_above_everything() -> None:
    """What it leaves may open with the dateline: then there is no title."""
    text = "Door Jan de Boer\nZWOLLE (ANP) - De brug is dicht.\nNiemand weet hoe lang."
    page = pages.whole(text, lambda _: False)
    (item,) = page.items
    assert say(text, item)[1:3] == (None, "ZWOLLE")
    assert [f.kind for f in page.furniture] == ["byline"]
    conserved(text, page)


def test_points_of_a_text_are_no_briefs() -> None:
    text = "EDE (ANP) - Dit gebeurde er.\n- Om 12.30 uur brak de dijk.\n- Om 14.05 uur kwam hulp.\n3 uur geleden"
    assert [say(text, item)[0] for item in split(text)] == ["lead"]


def test_a_dateline_with_its_text_on_the_next_line() -> None:
    text = "SHARES RISE\n    OSLO, Jan 21 -\nShares rose in early trading.\n Reuter"
    (item,) = pages.whole(text, lambda _: False).items
    assert say(text, item)[1:4] == ("SHARES RISE", "OSLO", "Shares rose in early trading.\n Reuter")
    assert [credit.agency_id for credit in item.credits] == ["rtr"]


@pytest.mark.parametrize("text", [LAYOUT_A, LAYOUT_B, LAYOUT_C, LAYOUT_C2, LAYOUT_STAMP_FIRST])
def test_every_character_belongs_somewhere(text: str) -> None:
    conserved(text, pages.split(text, lambda _: False))
    conserved(text, pages.whole(text, lambda _: False))


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "Meer uit Sport",
                "3 uur geleden",
                "2 weken geledenEDE - Nee",
                "Twee weken geleden",
                "31 jan. 2026",
                "Net binnen",
                "ANP Een titel",
                "Een titel",
                "Door Jan de Wit",
                "Let op: gewijzigd.",
                "- Sport 12:30 Titel",
                "EDE (ANP) - Ja.",
                "EDE (ANP) - Ja.1 uur geleden",
                "(ANP, dpa)",
            ]
        ),
        st.text(max_size=40),
    ),
    max_size=12,
)


@given(LINES)
def test_every_character_of_any_page_belongs_somewhere(lines: list[str]) -> None:
    text = "\n".join(lines)
    conserved(text, pages.split(text, lambda _: False))
    conserved(text, pages.whole(text, lambda _: False))


@pytest.mark.parametrize(
    "line",
    [
        "Zojuist\n",
        "3 uur geleden\n",
        "3 uur geleden",
        "EDE - Ja. ",
        "- Sport 12:30 Titel\n",
        "Meer uit Sport\n",
        "A\nA\n",
        "(",
        " ",
    ],
)
def test_repeats_without_end_stay_linear(line: str) -> None:
    text = line * (40_000 // len(line))
    conserved(text, pages.split(text, lambda _: False))
