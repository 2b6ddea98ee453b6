"""Pages: the layouts that Dutch news pages come in, composed of sentences of our own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform import pages
from etl.transform.records import Item

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


@pytest.mark.parametrize("text", [LAYOUT_A, LAYOUT_B, LAYOUT_C, LAYOUT_C2])
def test_every_character_belongs_somewhere(text: str) -> None:
    conserved(text)


LINES = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "",
                "Meer uit Sport",
                "3 uur geleden",
                "Net binnen",
                "ANP Een titel",
                "- Sport 12:30 Titel",
                "EDE (ANP) - Ja.",
            ]
        ),
        st.text(max_size=40),
    ),
    max_size=12,
)


@given(LINES)
def test_every_character_of_any_page_belongs_somewhere(lines: list[str]) -> None:
    conserved("\n".join(lines))


def conserved(text: str) -> None:
    """Items, their headlines and stamps, and furniture cover the text but for white space, and never overlap."""
    page = pages.split(text, lambda _: False)
    spans = [(f.start, f.end) for f in page.furniture]
    for item in page.items:
        spans.append((item.item.start, item.item.end))
        if item.role != "brief":
            spans += [(item.headline.start, item.headline.end)] if item.headline else []
            spans += [(item.stamp.start, item.stamp.end)] if item.stamp else []
    at = 0
    for start, end in sorted(spans):
        assert start >= at, "two claim the same characters"
        assert not text[at:start].strip(), "nobody claims these"
        at = end
    assert not text[at:].strip()
