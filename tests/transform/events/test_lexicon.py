"""The signs of words: a quick no to readings whose words do not stand in a clause, and never a wrong one."""

import pytest

from etl.transform.events.lexicon import load
from etl.transform.events.marks import FLAG_X
from etl.transform.events.tokens import cut


@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_words_that_a_reading_asks_for_bear_its_signs(language: str) -> None:
    lexicon = load(language)
    readings = [reading for known in lexicon._verbs.values() for reading in known]
    assert any(reading.asks for reading in readings)
    for reading in readings:
        entry = reading.entry
        words = entry.companions if reading.joined else (*entry.companions, entry.particle)
        signs = 0
        for word in words:
            signs |= lexicon.word(word).sign
        assert reading.asks & ~signs == 0, (entry.lemma, words)


@pytest.mark.parametrize(
    ("text", "language", "tells"),
    [
        ("Zij namen de wet aan.", "nl", True),
        ("Het is een mooie dag.", "nl", False),
        ("Hij is hier niet.", "nl", False),
        ("They carried out an attack.", "en", True),
        ("It is a blue house.", "en", False),
    ],
)
def test_a_sentence_without_the_words_of_an_event_is_not_read(text: str, language: str, tells: bool) -> None:
    assert cut(text, load(language)).can_tell == tells


@pytest.mark.parametrize("sentence", ["Zij namen de wet aan.", " Zij  namen\tde wet (in 2019)\u00a0aan. ", "", "\n"])
def test_each_token_begins_where_its_letters_stand_whatever_white_space_is_between(sentence: str) -> None:
    read = cut(sentence, load("nl"))
    found = [sentence[at : at + token.length] for token, at in zip(read.tokens, read.starts, strict=True)]
    assert found == [token.surface for token in read.tokens]
    assert "".join(found) == "".join(sentence.split())


@pytest.mark.parametrize("word", ["", "en", "leger", "legerleider", "landleger", "delegering", "inlegerpost"])
@pytest.mark.parametrize("word_of", ["{}", "kort{}", "{}kort", "ver{}d", "kerk{}", "{}motie"])
@pytest.mark.parametrize("inner", ["", "kerk", "president", "verkiezing", "staatsgreep"])
def test_a_word_shows_the_contexts_of_the_parts_at_its_ends_and_of_long_ones_inside(
    word: str, word_of: str, inner: str
) -> None:
    lexicon = load("nl")
    low = word_of.format(word + inner)
    expected = 0
    for part, shown in lexicon._parts.items():
        if low.startswith(part) or low.endswith(part) or (len(part) >= 7 and part in low):
            expected |= shown
    assert lexicon._shown(low) == expected


def test_a_compound_is_the_longest_noun_that_it_ends_in() -> None:
    lexicon = load("nl")
    assert [entry.lemma for entry in lexicon.word("wapenlevering").nouns] == ["levering"]
    assert not lexicon.word("aardappel").nouns
    for noun in [noun for noun in lexicon._nouns if len(noun) >= lexicon._min]:
        compound = f"zzz{noun}"
        ends = [compound[cut:] for cut in range(3, len(compound) - lexicon._min + 1)]
        first = next(end for end in ends if end in lexicon._no_events or end in lexicon._nouns)
        plain = [e for e in lexicon._nouns[first] if not e.companions and not e.flags & FLAG_X]
        assert list(lexicon._compound(compound)) == ([] if first in lexicon._no_events else plain), compound
