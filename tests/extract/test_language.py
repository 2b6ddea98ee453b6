"""Telling languages apart."""

import pytest

from etl.extract.language import detect

CASES = [
    ("De politie heeft in Breda drie verdachten aangehouden, meldt een woordvoerder.", "nl"),
    ("Het kabinet valt niet, maar de minister stapt wel op.", "nl"),
    ("Police arrested three men in The Hague on Monday, officials said.", "en"),
    ("LIMA, Jan 21 (Reuters) - Miners and the government signed a deal that ends the strike.", "en"),
    ("Les policiers ont arrêté trois hommes dans une maison du quartier, selon le parquet.", "fr"),
    ("Die Polizei hat drei Männer festgenommen, die mit einem Auto geflohen sind.", "de"),
    ("El presidente de la república se reunió con los ministros de Hacienda en la capital.", "und"),
    ("Brand Rotterdam", "und"),
    ("", "und"),
    ("12:45 300 €", "und"),
    ("Robin van Veen", "und"),
]


@pytest.mark.parametrize(("text", "language"), CASES)
def test_detect(text: str, language: str) -> None:
    assert detect([text]) == [language]


def test_a_batch_is_told_text_by_text() -> None:
    assert detect([text for text, _ in CASES]) == [language for _, language in CASES]
    assert detect([]) == []


def test_what_is_half_and_half_is_not_told() -> None:
    assert detect([f"{CASES[0][0]} {CASES[3][0]}"]) == ["und"]


def test_case_does_not_matter() -> None:
    assert detect([CASES[0][0].upper()]) == ["nl"]
