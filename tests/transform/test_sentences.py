"""Where sentences end."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform.sentences import LONGEST, split

DUTCH = [
    ("De raad stemde in. Het plan gaat door.", ["De raad stemde in.", "Het plan gaat door."]),
    ("Dr. J. de Vries kwam om 16.30 uur aan. Hij bleef.", ["Dr. J. de Vries kwam om 16.30 uur aan.", "Hij bleef."]),
    ('"Dat kan niet!" zei hij. "Nooit."', ['"Dat kan niet!" zei hij.', '"Nooit."']),
    ("Kop zonder punt\nDe tekst begint.", ["Kop zonder punt", "De tekst begint."]),
    ("Op 21 jan. 2026 won hij 3.000 euro. Mooi!", ["Op 21 jan. 2026 won hij 3.000 euro.", "Mooi!"]),
    ("Appels, peren enz. De rest is op.", ["Appels, peren enz.", "De rest is op."]),
    ("Wat nu...? Niemand weet het.", ["Wat nu...?", "Niemand weet het."]),
    ("Dat was in 2014. Daarna volgde stilte.", ["Dat was in 2014.", "Daarna volgde stilte."]),
    ('Hij zei: "Ik ga." Toen ging hij.', ['Hij zei: "Ik ga."', "Toen ging hij."]),
    ("  \n \n", []),
]
ENGLISH = [
    ("Gen. A. Smith met Mr. Jones at 5 p.m. on Monday. They spoke.",
     ["Gen. A. Smith met Mr. Jones at 5 p.m. on Monday.", "They spoke."]),
    ("The U.S. Senate voted. It passed.", ["The U.S. Senate voted.", "It passed."]),
    ("Sales at Acme Inc. rose 3.5 pct. Shares fell.", ["Sales at Acme Inc. rose 3.5 pct.", "Shares fell."]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "text", "expected"), [("nl", *case) for case in DUTCH] + [("en", *case) for case in ENGLISH]
)
def test_sentences(language: str, text: str, expected: list[str]) -> None:
    assert [text[s.start : s.end] for s in split([text], language)] == expected


def test_unit_is_the_index_of_the_text() -> None:
    assert [s.unit for s in split(["Een. Twee.", "", "Drie."], "nl")] == [0, 0, 2]


@given(st.lists(st.text(alphabet="Aa. \n!?\"'…1", max_size=40), max_size=4))
def test_every_character_but_white_space_is_in_one_sentence(texts: list[str]) -> None:
    covered: list[list[int]] = [[0] * len(text) for text in texts]
    for span in split(texts, "nl"):
        assert texts[span.unit][span.start : span.end].strip() == texts[span.unit][span.start : span.end]
        for at in range(span.start, span.end):
            covered[span.unit][at] += 1
    for text, counts in zip(texts, covered, strict=True):
        assert all(n <= 1 for n in counts)
        assert all(n == 1 for n, letter in zip(counts, text, strict=True) if not letter.isspace())


@pytest.mark.parametrize("word", ["woord ", "x", "een, ", "- "])
def test_no_sentence_is_longer_than_what_its_readers_can_bear(word: str) -> None:
    text = word * 3000
    spans = split([text], "nl")
    assert max(s.end - s.start for s in spans) <= LONGEST
    assert "".join(text[s.start : s.end] for s in spans).replace(" ", "") == text.replace(" ", "")
    if word == "woord ":
        assert {w for s in spans for w in text[s.start : s.end].split()} == {"woord"}


# A line break; or a run of end marks with what closes on it, before white space, and what follows behind what opens.
END = re.compile(
    r"[.!?…\n](?:(?<=\n)|(?<![.!?…][.!?…])[.!?…]*+[\"'”’»)\]]*+"
    r"(?=\s++(?:[-–—•]\s)?[\"'“‘„«`(\[]*+(?P<next>.?)))",
    re.DOTALL,
)


@given(st.text(alphabet="ab A\n\xa0.!?…\"'”)]([„-–•", max_size=60))
def test_marks_end_a_sentence_as_the_expression_says(text: str) -> None:
    ends = [m.end() for m in END.finditer(text) if not (m["next"] or "").islower()]
    pieces = [text[a:b].strip() for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]
    # of words of one letter that a full stop is short for there is another test
    if not re.search(r"\b[aAb]\.", text):
        assert [text[s.start : s.end] for s in split([text], "nl")] == [piece for piece in pieces if piece]
