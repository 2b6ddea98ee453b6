"""Datelines: every form that wires and pages are known to write, and prose that looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform import datelines

PLACES = {"Den Haag", "Wien", "Linz", "Utrecht", "Nederland", "England"}


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
        ("CNN/Money - Markets rose.", None, ["cnnmoney"], "Markets rose."),
        ("gilze en rijen (anp) - De basis.", "gilze en rijen", ["anp"], "De basis."),
        ("AMSTERDAM (ANP). De haven.", "AMSTERDAM", ["anp"], "De haven."),
        ("AMSTERDAM -(ANP)- De haven.", "AMSTERDAM", ["anp"], "De haven."),
        ("AMSTERDAM [ANP] - De haven.", "AMSTERDAM", ["anp"], "De haven."),
        ("(ANP) AMSTERDAM - De haven.", "AMSTERDAM", ["anp"], "De haven."),
        ("ANP AMSTERDAM - De haven.", "AMSTERDAM", ["anp"], "De haven."),
        ("DEN HAAG (ANP-AFP) - De Kamer.", "DEN HAAG", ["anp", "afp"], "De Kamer."),
        ("DEN HAAG (ANP / RTR) \u2212 De Kamer.", "DEN HAAG", ["anp", "rtr"], "De Kamer."),
        ("DAVOS (Zwitserland) (ANP) - Sneeuw.", "DAVOS", ["anp"], "Sneeuw."),
        ("Utrecht (Nederland) - Regen.", "Utrecht", [], "Regen."),
        ("29 PALMS, Calif. (AP) _ Troops left.", "29 PALMS", ["ap"], "Troops left."),
        ("Camp 14 (ANP) - Troepen.", "Camp 14", ["anp"], "Troepen."),
        ("FAIRFIELD, Conn., Oct 19, - Shares fell.", "FAIRFIELD", [], "Shares fell."),
        ("LONDON, March  2- Gilts rose.", "LONDON", [], "Gilts rose."),
        ("LONDON, March 2 -", "LONDON", [], ""),
        ("Paris, le 5 mai 2020 (AFP) - Une grève.", "Paris", ["afp"], "Une grève."),
        ("(AGI) - Roma, 5 giu. - La corte.", "Roma", ["agi"], "La corte."),
        ("Oct. 19 (UPI) -- Rain fell.", None, ["upi"], "Rain fell."),
        ("Van onze correspondent PARIJS - De stad.", "PARIJS", ["own"], "De stad."),
        ("Van onze redactie - De stad.", None, ["own"], "De stad."),
        ("EMMEN (eigen berichtgeving) - De wolf.", "EMMEN", ["own"], "De wolf."),
        ("(Belga) De regering valt.", None, ["belga"], "De regering valt."),
        ("New Delhi [India], December 9 (ANI): Rain fell.", "New Delhi", ["ani"], "Rain fell."),
        ("Milano, 3 mar. (askanews) - La corte.", "Milano", ["askanews"], "La corte."),
        ("Door Jan Jansen (ANP) - De brug is dicht.", None, ["anp"], "De brug is dicht."),
        ("zaterdag 3 mei (ANP) - De brug is dicht.", None, ["anp"], "De brug is dicht."),
        ("NAIROBI (Far Field News) - Een onbekend bureau.", "NAIROBI", ["x-far field news"], "Een onbekend bureau."),
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
        "GRAIN EXPORTS RISE - SURVEY",
        "NORTH SEA OUTPUT FALLS, March 3 - OIL MINISTRY",
        "ANP Ajax - Feyenoord eindigt gelijk",
        "Zuid- en Noord-Holland werken samen.",
        "Utrecht - de stad aan de Vecht - groeit.",
        "VIDEO - Kijk hoe het schip de haven binnenvaart.",
        "LET OP - De brug is dicht.",
        "Zaterdag 3 mei - De brug gaat dicht.",
        "(AP) meldt dat de brug dicht is.",
        "",
    ],
)
def test_prose_has_none(text: str) -> None:
    assert read(text) == (None, [], text)


def test_long_head_stays_linear() -> None:
    """Capitals, slashes and brackets without end are looked at as far as the longest real dateline, no further."""
    for text in ("A/" * 50_000, "A " * 50_000, "(" * 50_000, "St. " * 50_000 + "(ANP) - "):
        datelines.parse(text, 0, len(text), PLACES.__contains__)


@pytest.mark.parametrize(
    ("text", "date", "symbol"),
    [
        ("STOCKHOLM, Aug 29, 2014 (AFP) - Voters.", "Aug 29, 2014", "2014-08-29"),
        ("SALVADOR, Feb 26 - Showers fell.", "Feb 26", "XXXX-02-26"),
        ("LIMA (Reuters), Jan 21 - Miners struck.", "Jan 21", "XXXX-01-21"),
        ("BRUSSEL (ANP, 5 mei) - Regen.", "5 mei", "XXXX-05-05"),
        ("Nueva Delhi, 21 ene (EFE).- La lluvia.", "21 ene", "XXXX-01-21"),
        ("(ANSA) - ROME, JUL 11 - The court.", "JUL 11", "XXXX-07-11"),
        ("Paris, 3 févr. 2019 (AFP) - Une grève.", "3 févr. 2019", "2019-02-03"),
        ("Bern, 1. März (sda) - Die Bahn.", "1. März", "XXXX-03-01"),
    ],
)
def test_dated(text: str, date: str, symbol: str) -> None:
    dateline = datelines.parse(text, 0, len(text), PLACES.__contains__)
    assert dateline is not None
    assert dateline.date is not None
    assert (text[dateline.date.start : dateline.date.end], dateline.date_symbol) == (date, symbol)


@given(st.text(alphabet="AB a-/()[]–.,'\"1", max_size=60))
def test_any_head_gives_spans_in_it(text: str) -> None:
    dateline = datelines.parse(text, 0, len(text), lambda _: True)
    if dateline:
        assert 0 <= dateline.start < dateline.end <= len(text)
        spans = [(span.start, span.end) for span in dateline.places] + [(c.start, c.end) for c in dateline.credits]
        assert all(dateline.start <= start < end <= dateline.end for start, end in spans)


@given(st.text(alphabet="Aé .-–‑_/([\t\x1c\xa0", max_size=12))
def test_a_head_without_a_cue_at_a_glance_has_none(head: str) -> None:
    assert not (datelines._has_no_cue(head) and datelines._CUE.search(head))
