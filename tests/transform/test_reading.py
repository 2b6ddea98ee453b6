"""Items with what the finders need to know of them, and what they say of one."""

import datetime as dt

from etl.transform import pages, reading
from etl.transform.records import Article

STATED = dt.datetime(2026, 1, 31, 12, tzinfo=dt.UTC)
PAGE = (
    "Brug weer open\n\nPARIS, Texas (AP) - De brug over de rivier ging vrijdag open.\n\nMeer uit Binnenland\n\n"
    "Dorp viert feest\n\nDe straat stond zaterdag vol met kramen.\n\n3 uur geleden"
)


def _articles(kind: str = "page", text: str = PAGE) -> list[Article]:
    row = {"document_id": "d", "kind": kind, "text": text, "published_earliest": STATED, "published_latest": STATED}
    items = pages.split(text, lambda name: False).items
    return reading.articles(row, items, "nl", "krant.be", "Europe/Brussels")


def test_what_a_page_states_of_itself_holds_for_its_lead_alone() -> None:
    assert [a.published[0] for a in _articles()] == [STATED, None]
    assert [a.published[0] for a in _articles("text")] == [STATED, STATED]


def test_an_agency_that_is_credited_gives_country_and_zone_and_else_the_site_does() -> None:
    by_agency, by_site = _articles(text=PAGE.replace("(AP)", "(ANP)"))
    assert (by_agency.article_id, by_agency.home, by_agency.zone) == ("d-0", "NL", "Europe/Amsterdam")
    assert (by_site.article_id, by_site.home, by_site.zone) == ("d-1", None, "Europe/Brussels")
    of_no_zone, _ = _articles()
    assert (of_no_zone.home, of_no_zone.zone) == ("US", "Europe/Brussels")


def test_units_are_headlines_and_bodies_in_order_and_all_that_is_found_names_one() -> None:
    articles = _articles()
    found = reading.read(articles, "nl")
    assert [(unit.article, unit.kind) for unit in found.units] == [
        (0, "headline"),
        (0, "body"),
        (1, "headline"),
        (1, "body"),
    ]
    assert found.units[1].text == "De brug over de rivier ging vrijdag open."
    assert [found.units[m.unit].text[m.start : m.end] for m in found.times] == ["vrijdag", "zaterdag"]


def test_places_of_a_dateline_are_spans_of_the_document_and_its_region_says_which_they_are() -> None:
    found = reading.read(_articles(), "nl")
    ((article, mentions),) = found.dateline_places.items()
    assert article == 0
    assert [(PAGE[m.start : m.end], m.role) for m in mentions] == [("PARIS", "dateline"), ("Texas", "dateline")]
    assert mentions[0].place is not None
    assert mentions[0].place.country_code == "US"
