"""The words of a sentence, with what the lexicon says of each.

What belongs here: cutting a sentence into tokens and telling which of them are finite verbs. What does not:
clauses (`clauses`) and meaning (`verbs`, `nouns`).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from etl.transform.events.inflection import Feature
from etl.transform.events.lexicon import Lexicon, Word

_LETTERS = r"[^\W_]+(?:[-./][^\W_]+)*"
QUOTES = frozenset('"“”„«»')


class Token(NamedTuple):
    """A token; `start` and `end` are code points of the sentence."""

    surface: str
    low: str
    start: int
    end: int
    word: Word
    is_break: bool
    is_name: bool
    """Written with a capital where the sentence does not ask for one."""


@lru_cache
def _pattern(clitics: str) -> "re.Pattern[str]":
    inner = r"(?:['’][^\W_]+)*" if not clitics else r"(?:['’](?!(?:" + clitics + r")\b)[^\W_]+)*"
    return re.compile(rf"{_LETTERS}{inner}|['’][^\W_]+|``|''|\S")


def tokenise(sentence: str, lexicon: Lexicon) -> list[Token]:
    """Cut a sentence into tokens."""
    tokens: list[Token] = []
    shouted = sentence.isupper()
    opening = True  # the next word may owe its capital to its place
    form, new = lexicon.form, tuple.__new__
    for match in _pattern(lexicon.data.get("clitics", "")).finditer(sentence):
        surface = match[0]
        low, word, is_break, capital, is_word = form(surface)
        if shouted:
            word = lexicon.word(low)
        named = capital == 2 or (capital == 1 and not opening)
        tokens.append(new(Token, (surface, low, match.start(), match.end(), word, is_break, named)))
        opening = is_break and surface != "," and surface != "(" and not is_word
    return tokens


def _is_noun_here(tokens: list[Token], i: int, lexicon: Lexicon) -> bool:
    """Whether a form that could be a verb stands as a noun: after an article, a number, a preposition."""
    before, word = tokens[i - 1] if i else None, tokens[i].word
    if before is None or before.is_break:
        return bool(word.nouns) and i + 1 < len(tokens) and "prep" in tokens[i + 1].word.tags
    tags = before.word.tags
    if before.low in lexicon.numbers or before.low.isdecimal():
        return True
    if tags & {"to", "subject_pronoun", "rel_bare"}:
        return False
    if "maybe_possessive" in tags and "PART" in word.features and not word.nouns:
        return False
    if not tags & {"def", "indef", "prep", "possessive"} or "coord" in tags:
        return False
    if "pronoun" not in tags:
        return True
    # "het werk", "hun inzet": an article or a pronoun; an article after a preposition, or where a verb has been
    return i > 1 and "prep" in tokens[i - 2].word.tags


def finite(tokens: list[Token], lexicon: Lexicon) -> list[int]:
    """How surely each token is a finite verb: 2 surely, 1 perhaps (its form has other uses), 0 not."""
    result = [0] * len(tokens)
    possessives = []
    for i, token in enumerate(tokens):
        word = token.word
        if word.is_finite_auxiliary:
            after_to = i > 0 and "to" in tokens[i - 1].word.tags
            result[i] = 0 if after_to or ("infinitive_aux" in word.tags and _has_modal(tokens, i)) else 2
            if "maybe_possessive" in word.tags:
                possessives.append(i)
        elif word.verbs and not token.is_name and not word.features.isdisjoint(_FINITE) and "prep" not in word.tags:
            result[i] = _sureness(tokens, i, result, lexicon)
    for i in possessives:  # a possessive that looks like a verb (zijn) beside a sure one
        if _possessive(tokens, result, i):
            result[i] = 0
    return result


def _sureness(tokens: list[Token], i: int, known: list[int], lexicon: Lexicon) -> int:
    word = tokens[i].word
    before = tokens[i - 1].word if i else None
    if before is not None and "to" in before.tags:
        return 0
    if _is_noun_here(tokens, i, lexicon):
        return 0
    if before is not None and before.tags >= _ARTICLE_OR_PRONOUN and "PAST" not in word.features:
        left = _stretch(tokens, i).start
        if any(known[left:i]):
            return 0
    if not word.features & {"INF", "PART", "ATTR"} and not word.nouns:
        return 2
    if "PAST" in word.features and "PART" not in word.features and before is not None and not before.tags:
        # an inflected participle stands before a noun: "de bezette gebieden", but "de burgemeester bedankte de …"
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        if following is None or following.is_break or following.word.tags & _AFTER_VERB:
            return 2
    return 1


_FINITE: frozenset[Feature] = frozenset({"PRES", "PAST"})
_ARTICLE_OR_PRONOUN = frozenset({"def", "pronoun"})
_AFTER_VERB = frozenset({"def", "indef", "prep", "pronoun", "adverb", "reflexive"})
_CONJUNCTIONS = frozenset({"that", "cond", "sub"})


def _stretch(tokens: list[Token], i: int) -> range:
    """The tokens around one, up to a break or a conjunction."""
    left, right = i, i + 1
    while left and not tokens[left - 1].is_break and not tokens[left - 1].word.tags & _CONJUNCTIONS:
        left -= 1
    while right < len(tokens) and not tokens[right].is_break and not tokens[right].word.tags & _CONJUNCTIONS:
        right += 1
    return range(left, right)


def _has_modal(tokens: list[Token], i: int) -> bool:
    """Whether a modal stands in the same stretch: then an auxiliary of infinitive form is no finite verb."""
    return any(tokens[j].word.modal for j in _stretch(tokens, i))


def _possessive(tokens: list[Token], known: list[int], i: int) -> bool:
    if i and tokens[i - 1].word.tags & {"prep", "of"}:
        return True
    return any(known[j] == 2 for j in _stretch(tokens, i) if j != i)
