"""Mojibake."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.extract.repair import repair
from tests.extract.pages import rows

CASES = [
    ("BelgiÃ« zegt â€œneeâ€\x9d.", "België zegt “nee”.", "mojibake in 1 line"),
    ("OekraÃ¯ne en België", "Oekraïne en België", "mojibake in 1 line"),
    ("Een café.\nTwee cafÃ©s.\nDrie cafÃ©s.", "Een café.\nTwee cafés.\nDrie cafés.", "mojibake in 2 lines"),
    ("Oekraƫne en Italiƫ", "Oekraëne en Italië", "ƫ -> ë 2 times"),
    ("BelgiÃ« en Italiƫ", "België en Italië", "mojibake in 1 line; ƫ -> ë 1 time"),
]


@pytest.mark.parametrize(("text", "expected", "note"), CASES)
def test_repair(text: str, expected: str, note: str) -> None:
    assert repair(text) == (expected, note)


@pytest.mark.parametrize(
    "text",
    [
        "België, “één” café’s à la carte – São Paulo, Málaga, Türkiye",
        "Київ і Москва",
        "北京的消息",
        "De letter ƫ alleen",
        "L’Été à Évreux « très » chaud",
        "",
    ],
)
def test_sound_text_stays_as_it_is(text: str) -> None:
    assert repair(text) == (text, None)


@given(st.text(st.sampled_from("eéëïaçñö “”’–.,\n"), max_size=60))
def test_repairing_twice_changes_nothing_more(text: str) -> None:
    once = repair(text)
    assert repair(once.text).text == once.text
    assert once.text.count("\n") == text.count("\n")


def test_the_repair_is_recorded_and_the_hash_is_of_the_bytes(tmp_path: Path) -> None:
    import hashlib

    (tmp_path / "a.txt").write_text("BelgiÃ« doet mee.")
    [row] = rows(tmp_path)
    assert (row["text"], row["repairs"], row["n_chars"]) == ("België doet mee.", "mojibake in 1 line", 16)
    assert row["content_sha256"] == hashlib.sha256("BelgiÃ« doet mee.".encode()).hexdigest()
