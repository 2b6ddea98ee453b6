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
