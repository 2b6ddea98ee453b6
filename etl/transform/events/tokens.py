"""The words of a sentence, with what the lexicon says of each.

What belongs here: cutting a sentence into tokens and telling which of them are finite verbs. What does not:
clauses (`clauses`) and meaning (`verbs`, `nouns`).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from etl.transform.events.lexicon import Lexicon, Word

_LETTERS = r"[^\W_]+(?:[-./][^\W_]+)*"
BREAKS = frozenset(",;:()[]–—\"“”„«»…!?.``''")
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
    opening = True  # the next word may owe its capital to its place
    for match in _pattern(lexicon.data.get("clitics", "")).finditer(sentence):
        surface = match.group()
        low = surface.lower()
        first = surface[0]
        is_break = surface in BREAKS
        named = first.isupper() and (not opening or surface[1:].lower() != surface[1:])
        tokens.append(Token(surface, low, match.start(), match.end(), lexicon.word(low), is_break, named))
        opening = is_break and surface != "," and surface != "(" if not first.isalnum() else False
    return tokens


def _is_noun_here(tokens: list[Token], i: int, lexicon: Lexicon) -> bool:
    """Whether a form that could be a verb stands as a noun: after an article, an adjective, a preposition."""
    before = tokens[i - 1] if i else None
    if before is None or before.is_break:
        return bool(tokens[i].word.nouns) and i + 1 < len(tokens) and "prep" in tokens[i + 1].word.tags
    tags = before.word.tags
    if tags & {"to", "subject_pronoun", "rel_bare"} or (before.low in lexicon.numbers and not tokens[i].word.nouns):
        return False
    return bool(tags & {"def", "indef", "prep", "possessive"}) and not tags & {"pronoun", "coord"}


def finite(tokens: list[Token], lexicon: Lexicon) -> list[int]:
    """How surely each token is a finite verb: 2 surely, 1 perhaps (its form has other uses), 0 not."""
    result = [0] * len(tokens)
    for i, token in enumerate(tokens):
        tags, word = token.word.tags, token.word
        if tags & FINITE_AUX or (word.modal and word.modal != "plain"):
            after_to = i > 0 and "to" in tokens[i - 1].word.tags
            result[i] = 0 if after_to or ("infinitive_aux" in tags and _has_modal(tokens, i)) else 2
            continue
        if not word.verbs or token.is_name:
            continue
        features = {r.feature for r in word.verbs}
        if not features & {"PRES", "PAST"} or "prep" in tags:
            continue
        before = tokens[i - 1].word.tags if i else frozenset()
        if "to" in before or _is_noun_here(tokens, i, lexicon):
            continue
        sure = not features & {"INF", "PART", "ATTR"} and not word.nouns and lexicon.actor(token.low) is None
        result[i] = 2 if sure else 1
    if not lexicon.verb_second:
        _settle(tokens, result)
    for i, token in enumerate(tokens):
        # a possessive that looks like a verb (zijn) beside a sure one
        if "maybe_possessive" in token.word.tags and _possessive(tokens, result, i):
            result[i] = 0
    return result


def _settle(tokens: list[Token], known: list[int]) -> None:
    """Where the subject stands first: what opens a stretch is no finite verb, nor is a plural after one."""
    seen = False
    for i, token in enumerate(tokens):
        if token.is_break or token.word.tags & {"sub", "cond", "rel", "coord"}:
            seen = False
        if not known[i]:
            continue
        features = {r.feature for r in token.word.verbs}
        if not (token.word.modal or token.word.tags & FINITE_AUX):
            opens = not i or tokens[i - 1].is_break
            stop = next((j for j in range(i + 1, len(tokens)) if tokens[j].is_break), len(tokens))
            heads = not i and "PART" in features and bool(tokens[1:]) and "prep" in tokens[1].word.tags
            if opens and (heads or any(known[i + 1 : stop])):
                known[i] = 0
            elif seen and "PAST" not in features:
                known[i] = min(known[i], 1) if not known[i - 1] else 0
        seen = seen or bool(known[i])


def _has_modal(tokens: list[Token], i: int) -> bool:
    """Whether a modal stands in the same stretch: then an auxiliary of infinitive form is no finite verb."""
    for step in (-1, 1):
        j = i + step
        while 0 <= j < len(tokens) and not tokens[j].is_break:
            if tokens[j].word.modal:
                return True
            if tokens[j].word.tags & {"that", "cond"}:
                break
            j += step
    return False


def _possessive(tokens: list[Token], known: list[int], i: int) -> bool:
    if i and tokens[i - 1].word.tags & {"prep", "of"}:
        return True
    left, right = i, i
    while left and not tokens[left - 1].is_break:
        left -= 1
    while right + 1 < len(tokens) and not tokens[right + 1].is_break:
        right += 1
    return any(known[j] == 2 for j in range(left, right + 1) if j != i)


FINITE_AUX = frozenset({"have_pres", "have_past", "be_pres", "be_past", "pass_pres", "pass_past", "do"})
