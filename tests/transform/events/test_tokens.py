"""Sentences are cut alike alone and in a batch, whatever stands between their words."""

import pytest

from etl.transform.events import lexicon as lexicons
from etl.transform.events.clauses import clauses
from etl.transform.events.tokens import Batch, Cut, cut, finite, tokenise

EVEN = ["De politie heeft vrijdag een man aangehouden.", "Brand!", "“Nee”, zei hij (lachend)."]
UNEVEN = [
    "Twee  spaties, brand.",
    "Een vaste\u00a0spatie.",
    "\tEen tab",
    "Een staking ",
    "  ",
    "EEN  BRAND IN DE HAVEN",
]


def shown(words: Cut) -> tuple[list[str], list[int], bool, bool]:
    """What a sentence is cut into, as it can be compared."""
    return [token.surface for token in words.tokens], words.starts, words.can_tell, words.has_helpers


@pytest.mark.parametrize("sentences", [EVEN, UNEVEN, EVEN + UNEVEN, [*UNEVEN, "Een \ud800 brand", *EVEN], []])
def test_a_batch_is_cut_as_its_sentences_are(sentences: list[str]) -> None:
    lexicon = lexicons.load("nl")
    batch = Batch(sentences, lexicon)
    assert [shown(batch.cut(i)) for i in range(len(sentences))] == [shown(cut(text, lexicon)) for text in sentences]


@pytest.mark.parametrize("sentence", EVEN + UNEVEN)
def test_tokens_stand_where_they_are_said_to(sentence: str) -> None:
    words = Batch(["Eerst iets anders.", sentence], lexicons.load("nl")).cut(1)
    for token, start in zip(words.tokens, words.starts, strict=True):
        assert sentence.startswith(token.surface, start)
    assert "".join(token.surface for token in words.tokens) == "".join(sentence.split())


def test_a_sentence_of_a_thousand_words_is_one_clause() -> None:
    lexicon = lexicons.load("nl")
    tokens = tokenise("gisteren " * 1000 + "staakten de chauffeurs", lexicon)
    (clause,) = clauses(tokens, lexicon, finite(tokens, lexicon))
    assert clause.tokens == list(range(len(tokens)))
    assert clause.mask == (1 << len(tokens)) - 1
    assert clause.verb == 1000
