"""The words of a sentence, with what the lexicon says of each.

What belongs here: cutting a sentence into tokens and telling which of them are finite verbs. What does not:
clauses (`clauses`) and meaning (`verbs`, `nouns`).
"""

import re
from functools import lru_cache
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from mypy_extensions import i64, mypyc_attr

from etl.transform.events.lexicon import FINITE_AUXILIARIES, Lexicon, Run, Token
from etl.transform.events.marks import (
    ADVERB,
    ATTR,
    COND,
    COORD,
    DEF,
    INDEF,
    INF,
    INFINITIVE_AUX,
    MAYBE_POSSESSIVE,
    OF,
    PART,
    PAST,
    POSSESSIVE,
    PREP,
    PRES,
    PRONOUN,
    REFLEXIVE,
    REL,
    REL_BARE,
    SUB,
    SUBJECT_PRONOUN,
    THAT,
    TO,
)

_SMALL_A: Final = ord("a")
_SMALL_Z: Final = ord("z")
_LETTERS: Final = r"[^\W_]+(?:[-./][^\W_]+)*"
_THOUSANDS: Final = r"\d{1,3}(?:,\d{3})+(?![\w,])"


@lru_cache
def _pattern(clitics: str) -> "re.Pattern[str]":
    inner = r"(?:['’][^\W_]+)*" if not clitics else r"(?:['’](?!(?:" + clitics + r")\b)[^\W_]+)*"
    return re.compile(rf"{_THOUSANDS}|{_LETTERS}{inner}|['’][^\W_]+|``|''|\S")


@mypyc_attr(acyclic=True, free_list_len=1)
class Cut:
    """A sentence cut into words and marks, each as a name or not."""

    def __init__(self, tokens: list[Token], starts: list[int], can_tell: bool, has_helpers: bool) -> None:
        self.tokens = tokens
        self.starts = starts
        """The code point at which each begins."""
        self.can_tell = can_tell
        """Whether words that can name an event stand in it, with those that they ask for."""
        self.has_helpers = has_helpers
        """Whether a word may stand in it that can be an auxiliary, or the "to" of an infinitive."""


def tokenise(sentence: str, lexicon: Lexicon) -> list[Token]:
    """Cut a sentence into tokens."""
    return cut(sentence, lexicon).tokens


def cut(sentence: str, lexicon: Lexicon) -> Cut:
    """Cut a sentence. No token reaches over white space, so each run of characters is cut once and remembered."""
    runs = [_known(text, lexicon) for text in sentence.split()]
    return _cut(sentence, runs, 0, len(runs))


@mypyc_attr(acyclic=True)
class Batch:
    """The sentences of a batch. Their runs are told apart in native code, and each that differs is looked up once."""

    def __init__(self, sentences: list[str], lexicon: Lexicon) -> None:
        self.sentences, self._lexicon = sentences, lexicon
        self._runs: list[Run] = []
        """Those of all sentences."""
        self._ends: list[int] = []
        """Where those of each sentence end among them; empty where Arrow cannot hold the sentences."""
        self._uneven: set[int] = set()
        """The sentences in which more than single spaces stand between two runs."""
        try:
            split = pc.split_pattern(pa.array(sentences, pa.large_string()), " ")
        except UnicodeEncodeError:  # a lone surrogate
            return
        coded = split.flatten().dictionary_encode()
        texts: list[str] = coded.dictionary.to_pylist()
        runs = [_known(text, lexicon) if text.split() == [text] else None for text in texts]
        uneven = [code for code, run in enumerate(runs) if run is None]
        codes, ends = coded.indices.to_numpy(), split.offsets.to_numpy()[1:]
        if uneven:
            self._uneven = set(np.searchsorted(ends, np.flatnonzero(np.isin(codes, uneven)), "right").tolist())
        known = np.empty(len(runs), np.object_)
        known[:] = runs
        self._runs, self._ends = known[codes].tolist(), ends.tolist()

    def cut(self, i: int) -> Cut:
        """Cut a sentence."""
        if not self._ends or (self._uneven and i in self._uneven):
            return cut(self.sentences[i], self._lexicon)
        return _cut(self.sentences[i], self._runs, self._ends[i - 1] if i else 0, self._ends[i])


def _known(text: str, lexicon: Lexicon) -> Run:
    run = lexicon.runs.get(text)
    return _run(text, lexicon) if run is None else run


def _cut(sentence: str, runs: list[Run], first: int, end: int) -> Cut:
    """A sentence from its runs, which stand one after another among others."""
    tokens: list[Token] = []
    starts: list[int] = []
    asks: tuple[int, ...] = ()
    # what begins with a capital and a small letter, as most do, needs no look at the rest
    shouted = not (len(sentence) > 1 and _SMALL_A <= ord(sentence[1]) <= _SMALL_Z) and sentence.isupper()
    opening = True  # the next word may owe its capital to its place
    triggers = tells = helps = False
    signs: i64 = 0
    at = 0
    for i in range(first, end):
        run = runs[i]
        read = run.read(opening, True) if shouted else run.opening if opening else run.inner
        for token in read:
            tokens.append(token)
            starts.append(at)
            at += token.length
        opening = run.opens
        at += 1
        if run.is_quiet:
            continue
        if run.triggers:
            triggers = True
        elif run.asks and not triggers:
            asks += run.asks
        signs |= run.sign
        helps = helps or run.helps
        if run.tells and not tells:
            tells = any(token.tells for token in read)
    if at != len(sentence) + 1:  # more than a space between two runs, or white space at an end
        starts = _starts(sentence, tokens)
    return Cut(tokens, starts, tells and (triggers or any(not asked & ~signs for asked in asks)), helps)


def _run(text: str, lexicon: Lexicon) -> Run:
    """Cut a run of characters without white space into words and marks."""
    if text.isalnum():
        return lexicon.remember(text, Run([lexicon.form(text)]))
    word, mark = text[:-1], text[-1]
    if word.isalnum() and not mark.isalnum():  # as the pattern would, at a fifth of its price
        return lexicon.remember(text, Run([lexicon.form(word), lexicon.form(mark)]))
    return lexicon.remember(text, Run([lexicon.form(found) for found in _pattern(lexicon.clitics).findall(text)]))


def _starts(sentence: str, tokens: list[Token]) -> list[int]:
    """Where each token begins, whatever white space stands between them."""
    starts: list[int] = []
    at = 0
    for token in tokens:
        at = sentence.find(token.surface, at)
        starts.append(at)
        at += token.length
    return starts


def _is_noun_here(tokens: list[Token], i: int, lexicon: Lexicon) -> bool:
    """Whether a form that could be a verb stands as a noun: after an article, a number, a preposition."""
    before, word = tokens[i - 1] if i else None, tokens[i].word
    if before is None or before.is_break:
        return bool(bool(word.nouns) and i + 1 < len(tokens) and tokens[i + 1].tags & PREP)
    tags = before.tags
    if (
        before.person.is_decimal
        and not word.nouns
        and not word.features & ~_FINITE
        and tokens[i].person.actor is None
    ):
        return False  # In 2019 doodden agenten …
    if before.person.is_number or before.person.is_decimal:
        return lexicon.verb_second or not word.features & PAST  # thousands protested
    if tags & (TO | SUBJECT_PRONOUN | REL_BARE):
        return False
    if tags & MAYBE_POSSESSIVE and word.features & PART and not word.nouns:
        return False
    if not tags & (DEF | INDEF | PREP | POSSESSIVE) or tags & COORD:
        return False
    if not tags & PRONOUN or (tags & POSSESSIVE and word.features & INF):
        return True  # "hun plannen"
    # "het werk", "hun inzet": an article or a pronoun; an article after a preposition, or where a verb has been
    return bool(i > 1 and tokens[i - 2].tags & PREP)


def finite(tokens: list[Token], lexicon: Lexicon) -> list[int]:
    """How surely each token is a finite verb: 2 surely, 1 perhaps (its form has other uses), 0 not."""
    result = _ZERO * len(tokens)
    has_possessive = False
    for i, token in enumerate(tokens):
        if not token.may_be_finite:
            continue
        word = token.word
        if word.is_finite_auxiliary:
            after_to = i > 0 and tokens[i - 1].tags & TO
            result[i] = 0 if after_to or (word.tags & INFINITIVE_AUX and _has_modal(tokens, i)) else 2
            if word.tags & MAYBE_POSSESSIVE:
                has_possessive = True
        else:
            result[i] = _sureness(tokens, i, result, lexicon)
    if not lexicon.verb_second:
        _settle(tokens, result)
    if has_possessive:  # that looks like a verb (zijn), beside a sure one
        for i, token in enumerate(tokens):
            word = token.word
            if word.tags & MAYBE_POSSESSIVE and word.is_finite_auxiliary and _possessive(tokens, result, i):
                result[i] = 0
    return result


def _settle(tokens: list[Token], known: list[int]) -> None:
    """Where the subject stands first: a form that another verb follows is its subject, not the finite verb."""
    seen = False
    for i, token in enumerate(tokens):
        if token.is_break or token.tags & _OPENERS:
            seen = False
        if not known[i] or token.word.modal or token.tags & FINITE_AUXILIARIES:
            seen = seen or bool(known[i])
            continue
        if _is_subject(tokens, known, i) or _is_reduced(tokens, known, i) or _is_adverb(tokens, i):
            known[i] = 0
        elif not token.word.features & PAST and (seen or token.person.actor is not None):
            known[i] = 1 if not i or not known[i - 1] else 0
        seen = seen or bool(known[i])


def _is_subject(tokens: list[Token], known: list[int], i: int) -> bool:
    """Whether a form stands as a noun: Police arrest, Syrian rebels shot, Shell bought, a former ally."""
    word, low = tokens[i].word, tokens[i].low
    if not word.features & PAST:
        following = tokens[i + 1].word if i + 1 < len(tokens) and known[i + 1] else None
        is_noun = bool(word.nouns) or low.endswith("s") or tokens[i].person.actor is not None
        if following and (
            is_noun or following.features & PAST or following.tags & FINITE_AUXILIARIES or following.modal
        ):
            return True
        if i > 1 and word.features & INF and _is_adjective(tokens[i - 1]):
            return bool(tokens[i - 2].tags & (DEF | INDEF | POSSESSIVE))
    is_office = bool(i) and tokens[i - 1].is_break and tokens[i].person.actor is not None  # …, doctors in Berlin said
    if i and tokens[i - 1].surface != ":" and not is_office:
        return False
    stop = next((j for j in range(i + 1, len(tokens)) if tokens[j].is_break), len(tokens))
    return any(known[i + 1 : stop])


def _is_adverb(tokens: list[Token], i: int) -> bool:
    """Whether a form that may be an adverb is one: sent back, back to work."""
    if not tokens[i].tags & ADVERB or tokens[i].word.features & PAST:
        return False
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    is_last = following is None or following.is_break or following.tags & PREP
    return bool(is_last or (i > 0 and bool(tokens[i - 1].word.verbs)))


def _is_adjective(token: Token) -> bool:
    """Whether a word may stand between an article and a noun rather than be the subject."""
    word = token.word
    known = word.tags or word.verbs or word.nouns or token.is_break
    return not known and not token.low.endswith("s") and token.person.actor is None


def _is_reduced(tokens: list[Token], known: list[int], i: int) -> bool:
    """Whether a participle opens a stretch without a subject: Arrested on Monday, the man …, jailed since 2017, …"""
    if not tokens[i].word.features & PART or (i and tokens[i - 1].surface != ","):
        return False
    if i + 1 >= len(tokens) or not tokens[i + 1].tags & PREP or (i and any(known[:i])):
        return False
    stop = next((j for j in range(i + 1, len(tokens)) if tokens[j].surface == ","), len(tokens))
    return any(t.word.verbs for t in tokens[stop + 1 :])


def _sureness(tokens: list[Token], i: int, known: list[int], lexicon: Lexicon) -> int:
    word = tokens[i].word
    before = tokens[i - 1].word if i else None
    if before is not None and before.tags & TO:
        return 0
    if _is_noun_here(tokens, i, lexicon):
        return 0
    if before is not None and before.tags & _ARTICLE_AND_PRONOUN == _ARTICLE_AND_PRONOUN and not word.features & PAST:
        left = _stretch(tokens, i).start
        if any(known[left:i]):
            return 0
    if not word.features & (INF | PART | ATTR) and not word.nouns:
        return 2
    if word.features & PAST and not word.features & PART and before is not None and not before.tags:
        # an inflected participle stands before a noun: "de bezette gebieden", but "de burgemeester bedankte de …"
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        if following is None or following.is_break or following.tags & _AFTER_VERB:
            return 2
    return 1


_ZERO: Final = [0]
_FINITE: Final = PRES | PAST
_OPENERS: Final = SUB | COND | REL | COORD
_ARTICLE_AND_PRONOUN: Final = DEF | PRONOUN
_AFTER_VERB: Final = DEF | INDEF | PREP | PRONOUN | ADVERB | REFLEXIVE
_CONJUNCTIONS: Final = THAT | COND | SUB


def _stretch(tokens: list[Token], i: int) -> range:
    """The tokens around one, up to a break or a conjunction."""
    left, right = i, i + 1
    while left and not tokens[left - 1].is_break and not tokens[left - 1].tags & _CONJUNCTIONS:
        left -= 1
    while right < len(tokens) and not tokens[right].is_break and not tokens[right].tags & _CONJUNCTIONS:
        right += 1
    return range(left, right)


def _has_modal(tokens: list[Token], i: int) -> bool:
    """Whether a modal stands in the same stretch: then an auxiliary of infinitive form is no finite verb."""
    return any(tokens[j].word.modal for j in _stretch(tokens, i))


def _possessive(tokens: list[Token], known: list[int], i: int) -> bool:
    if i and tokens[i - 1].tags & (PREP | OF):
        return True
    return any(known[j] == 2 for j in _stretch(tokens, i) if j != i)
