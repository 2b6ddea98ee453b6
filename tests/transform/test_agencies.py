"""Credits and citations against the reference data."""

import pytest

from etl.transform import agencies


@pytest.mark.parametrize(
    ("raw", "ids"),
    [
        ("ANP", ["anp"]),
        ("ANP/RTR/AFP", ["anp", "rtr", "afp"]),
        ("ANP/AFP/RTR", ["anp", "afp", "rtr"]),
        ("anp", ["anp"]),
        ("ats afp", ["sda", "afp"]),
        ("APA, dpa", ["apa", "dpa"]),
        ("ANP/ZQX", ["anp", "x-zqx"]),
        ("Europa Press", ["ep"]),
        ("dpa/lnw", ["dpa"]),  # a name that holds a slash itself stays whole
        ("CNN/Money", ["cnnmoney"]),
        ("ANP-AFP", ["anp", "afp"]),
        ("ANP en AFP", ["anp", "afp"]),
        ("Van onze correspondent", ["own"]),
        ("eigen berichtgeving/ANP", ["own", "anp"]),
        ("England", []),
        ("62", []),
        ("", []),
    ],
)
def test_credits(raw: str, ids: list[str]) -> None:
    found = agencies.credits(raw, 10)
    assert [credit.agency_id for credit in found] == ids
    for credit in found:
        assert raw[credit.start - 10 : credit.end - 10] == credit.surface


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Dat meldt persbureau AFP maandag.", ["afp"]),
        ("De dijk houdt het, meldt CNN.", ["cnn"]),
        ("Dat schrijft de krant El País.", ["elpais"]),
        ("Één vrouw – van 43 – raakte gewond, meldt persbureau AFP maandag.", ["afp"]),
        ("De ANPR-camera's staan uit.", []),
        ("Zij wil een app voor de tuin.", []),
    ],
)
def test_citations(text: str, ids: list[str]) -> None:
    found = list(agencies.citations([text], "nl"))
    assert [credit.agency_id for _, credit in found] == ids
    for unit, credit in found:
        assert unit == 0
        assert credit.role == "cited"
        assert text[credit.start : credit.end] == credit.surface


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("Door onze correspondent", ["own"]),
        ("Van onze verslaggever Jan de Wit", ["own"]),
        ("Door Jan de Wit", []),
        ("By Ann Lee, Reuters", ["rtr"]),
        ("Door storm omgevallen boom blokkeert weg", None),
        ("Jan de Wit wint", None),
    ],
)
def test_bylines(line: str, ids: list[str] | None) -> None:
    found = agencies.byline(line, 5)
    assert (None if found is None else [credit.agency_id for credit in found]) == ids
    for credit in found or ():
        assert line[credit.start - 5 : credit.end - 5] == credit.surface


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Die Bahn steht still. (APA, dpa, 1.2.2015)", ["apa", "dpa"]),
        ("Rain fell in the north.\n Reuter", ["rtr"]),
        ("De brug is dicht.\nBron: ANP/AFP", ["anp", "afp"]),
        ("De brug is dicht.\n© ANP", ["anp"]),
        ("De brug is dicht (volgens ANP)", []),
        ("De brug is dicht. (zie ook dpa)", []),
        ("Hij werkt bij persbureau Reuters", []),
        ("De brug is dicht.\nDe Telegraaf", []),
    ],
)
def test_sign_offs(text: str, ids: list[str]) -> None:
    found = agencies.sign_off(text, 0, len(text))
    assert [credit.agency_id for credit in found] == ids
    for credit in found:
        assert text[credit.start : credit.end] == credit.surface
