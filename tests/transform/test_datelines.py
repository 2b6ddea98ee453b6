"""Datelines: every form that wires and pages are known to write, and prose that looks like one."""

import pytest

from etl.transform import datelines

PLACES = {"Den Haag", "Wien", "Linz", "Utrecht"}


def read(text: str) -> tuple[str | None, list[str], str]:
    """(places, agencies, the text after the dateline)"""
    dateline = datelines.parse(text, 0, len(text), PLACES.__contains__)
    if dateline is None:
        return None, [], text
    assert dateline.start == 0
    for credit in dateline.credits:
        assert text[credit.start : credit.end] == credit.surface
    places = "|".join(text[span.start : span.end] for span in dateline.places)
    return places or None, [c.agency_id for c in dateline.credits], text[dateline.end :]


@pytest.mark.parametrize(
    ("text", "places", "credits", "body"),
    [
        ("ROTTERDAM (ANP) - De haven ligt stil.", "ROTTERDAM", ["anp"], "De haven ligt stil."),
        ("GAZA-STAD (ANP/AFP) - Er is hulp.", "GAZA-STAD", ["anp", "afp"], "Er is hulp."),
        ("LONDEN/PARIJS (ANP/RTR/AFP) - Twee landen.", "LONDEN|PARIJS", ["anp", "rtr", "afp"], "Twee landen."),
        ("GILZE EN RIJEN (ANP) – De basis.", "GILZE EN RIJEN", ["anp"], "De basis."),
        ("ST. PAUL (ANP/AFP) - De rechter.", "ST. PAUL", ["anp", "afp"], "De rechter."),
        ("'S-HERTOGENBOSCH (ANP) - De markt.", "'S-HERTOGENBOSCH", ["anp"], "De markt."),
        ("CRANS-MONTANA (ANP/BELGA) - Sneeuw.", "CRANS-MONTANA", ["anp", "belga"], "Sneeuw."),
        ("SÃO PAULO (ANP/BLOOMBERG) - Koffie.", "SÃO PAULO", ["anp", "bloomberg"], "Koffie."),
        ("Den Haag (anp) - De Kamer.", "Den Haag", ["anp"], "De Kamer."),
        ("Den Haag - De Kamer stemt.", "Den Haag", [], "De Kamer stemt."),
        ("LEEUWARDEN (GPD) - De Elfstedentocht.", "LEEUWARDEN", ["gpd"], "De Elfstedentocht."),
        ("NEW YORK (AP) — Stocks rose.", "NEW YORK", ["ap"], "Stocks rose."),
        ("BUENOS AIRES, Argentina (AP) _ Farmers met.", "BUENOS AIRES", ["ap"], "Farmers met."),
        ("LIMA, Jan 21 (Reuters) - Miners struck.", "LIMA", ["rtr"], "Miners struck."),
        ("STOCKHOLM, Aug 29, 2014 (AFP) - Voters.", "STOCKHOLM", ["afp"], "Voters."),
        ("SALVADOR, Feb 26 - Showers fell.", "SALVADOR", [], "Showers fell."),
        ("Paris, 21 jan 2019 (AFP) - Une grève.", "Paris", ["afp"], "Une grève."),
        ("Wiesbaden/Berlin (dpa)- Die Zahl.", "Wiesbaden|Berlin", ["dpa"], "Die Zahl."),
        ("San Diego (tca/dpa) - Ein Schiff.", "San Diego", ["tca", "dpa"], "Ein Schiff."),
        ("(ANSA) - ROME, JUL 11 - The court.", "ROME", ["ansa"], "The court."),
        ("MOSCOW, January 21. /TASS/. The ministry.", "MOSCOW", ["tass"], "The ministry."),
        ("København /ritzau/: Regeringen.", "København", ["ritzau"], "Regeringen."),
        ("Paris (ats afp) Le train.", "Paris", ["sda", "afp"], "Le train."),
        ("SAITAMA, Japan, Dec. 9 Kyodo - A plant.", "SAITAMA", ["kyodo"], "A plant."),
        ("Nueva Delhi, 21 ene (EFE).- La lluvia.", "Nueva Delhi", ["efe"], "La lluvia."),
        ("Wien/Linz – Die Bahn.", "Wien|Linz", [], "Die Bahn."),
        ("AP - Markets closed higher.", None, ["ap"], "Markets closed higher."),
        ("KAMPALA (ZQX) - Een onbekend bureau.", "KAMPALA", ["x-zqx"], "Een onbekend bureau."),
    ],
)
def test_forms(text: str, places: str | None, credits: list[str], body: str) -> None:
    assert read(text) == (places, credits, body)


@pytest.mark.parametrize(
    "text",
    [
        "De minister (62) - die ziek is - komt niet.",
        "LONDON (England): the weather.",
        "Ajax - Feyenoord eindigde in een gelijkspel.",
        "Jansen (PvdA) zei dat het goed ging.",
        "Een lange zin zonder plaats, met een streepje - en verder niets.",
        "VIDEO - Kijk hoe het schip de haven binnenvaart.",
        "",
    ],
)
def test_prose_has_none(text: str) -> None:
    assert read(text) == (None, [], text)


def test_long_head_stays_linear() -> None:
    """Capitals, slashes and brackets without end are looked at as far as the longest real dateline, no further."""
    for text in ("A/" * 50_000, "A " * 50_000, "(" * 50_000, "St. " * 50_000 + "(ANP) - "):
        datelines.parse(text, 0, len(text), PLACES.__contains__)


def test_dated() -> None:
    text = "STOCKHOLM, Aug 29, 2014 (AFP) - Voters went to the polls."
    dateline = datelines.parse(text, 0, len(text), PLACES.__contains__)
    assert dateline is not None
    assert dateline.date is not None
    assert text[dateline.date.start : dateline.date.end] == "Aug 29, 2014"
