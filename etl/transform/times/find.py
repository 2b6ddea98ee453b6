"""Time expressions of texts, as symbols that depend on no clock.

What belongs here: from text to symbols. What does not: what a symbol means; that is `resolve.py`.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from etl import languages
from etl.transform.records import TimeMention
from etl.transform.times import grammar, symbols, words
from etl.transform.times.words import Vocabulary, Word

_LEFT, _RIGHT = 90, 70
"""How far around an expression its clause is searched for words that turn it, in code points."""
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")
_LAST_WORD = re.compile(r"(\w+)\s$")
_PLACES_A_YEAR = frozenset(
    {"in", "since", "until", "before", "before_or_for", "after", "from", "to", "between", "through", "by"}
)
_LAST_NUMBER = re.compile(r"(?<=[^\W\d_.]) \d\d$")
_WORD = re.compile(r"[^\W\d_]+")
_COUNTS_SOMETHING = re.compile(r"\s?[-%‰°€$£]|\s?(?:km|kg|m|cm|mm|ton)\b|[ \xa0](?!-)[^\W\d_]")
"""What follows a number that counts things: a unit, a sign or a word."""


class Found(NamedTuple):
    """An expression in a run; spans in the run's text."""

    start: int
    end: int
    symbol: str
    direction: str | None
    rule: str
    is_bare: bool
    """A number alone, which the text after it may make a count of things."""


def find(texts: Sequence[str], language: str) -> list[TimeMention]:
    """Find the time expressions of texts.

    Args:
        texts: the units of a batch.
        language: ISO 639-1 code; one that has no words of time gives nothing.

    Returns:
        Mentions in order of text and place; spans in code points of their text.
    """
    if not languages.has(language, "times.toml"):
        return []
    vocabulary = words.load(language)
    return [mention for unit, text in enumerate(texts) for mention in _mentions(unit, text, vocabulary)]


def _mentions(unit: int, text: str, vocabulary: Vocabulary) -> Iterator[TimeMention]:
    for first, last in _runs(text, vocabulary):
        start, end = _whole_words(text, first, last)
        for found in _read_in(text, start, end, vocabulary):
            at, to = start + found.start, start + found.end
            if _is_in_a_number(text, at, to):
                continue
            if found.is_bare and not _is_time(text, at, to, vocabulary):
                continue
            direction = found.direction
            if direction is None and "XXXX" in found.symbol:
                direction = _direction(text, at, to, vocabulary)
            parsed = symbols.parse(found.symbol)
            yield TimeMention(
                unit,
                at,
                to,
                text[at:to],
                symbols.timex_type(parsed),
                found.symbol,
                found.rule,
                direction,
                symbols.precision(parsed),
                0.6 if found.is_bare else 0.9,
            )


def _read_in(text: str, start: int, end: int, vocabulary: Vocabulary) -> tuple[Found, ...]:
    """The expressions of a run in its text: a number that ends it and counts what follows is not its year."""
    run = text[start:end]
    if (number := _LAST_NUMBER.search(run)) and _COUNTS_SOMETHING.match(text, end):
        word = _WORD.search(text, end)
        if word and not _is_small(word.group(), vocabulary.language):
            run = run[: number.start()]
    return read(run, vocabulary.language)


def _is_in_a_number(text: str, start: int, end: int) -> bool:
    """Whether the digits at an end go on beyond it: telephone numbers, codes."""
    before = start > 1 and text[start].isdigit() and text[start - 1] in "-+/." and text[start - 2].isdigit()
    after = text[end - 1].isdigit() and text[end : end + 1] in ("-", "/") and text[end + 1 : end + 2].isdigit()
    return before or after


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The run with the words that it begins and ends in."""
    while start and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < len(text) and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end


def _runs(text: str, vocabulary: Vocabulary) -> Iterator[tuple[int, int]]:
    """Runs of words of time, in code points."""
    if text.isascii():
        for match in vocabulary.run.finditer(text.encode()):
            yield match.span()
        return
    data = text.encode()
    position = characters = 0
    for match in vocabulary.run.finditer(data):
        start, end = match.span()
        characters += len(data[position:start].decode(errors="ignore"))
        length = len(match.group().decode(errors="ignore"))
        yield characters, characters + length
        characters += length
        position = end


@lru_cache(maxsize=200_000)
def read(run: str, language: str) -> tuple[Found, ...]:
    """The expressions of a run: from the left, the longest that makes sense."""
    row = words.split(run, words.load(language))
    plans = grammar.plans(tuple(word.classes for word in row))
    longest: dict[int, tuple[int, Found]] = {}
    for start, end, trees in plans:
        if start not in longest and (expression := _build(row, start, end, trees)):
            longest[start] = end, expression
    found: list[Found] = []
    at = 0
    for start, (end, expression) in sorted(longest.items()):
        # a later start that reaches further and holds no less says more: [in the week] after next
        overtaken = any(
            start < other < end < reach and reach - other >= end - start for other, (reach, _) in longest.items()
        )
        if start >= at and not overtaken:
            found.append(expression)
            at = end
    return tuple(found)


def _build(row: list[Word], start: int, end: int, trees: Sequence[grammar.Tree]) -> Found | None:
    values = [word.values for word in row]
    for tree in trees:
        try:
            symbol, _, cue = grammar.write([tree], values).partition("@")
            symbols.parse(symbol)
        except ValueError:
            continue
        is_bare = _is_bare(row[start:end], tree.rule.head)
        return Found(row[start].start, row[end - 1].end, symbol, cue or None, tree.rule.head, is_bare)
    return None


_SURE = words.TRIGGERS | frozenset(
    [
        "hm",
        "hms",
        "ymd",
        "dmy",
        "iso",
        "my",
        "year_range",
        "decade_code",
        "slashed",
        "quarter_code",
        "weekday_short",
        "years_word",
    ]
)


def _is_bare(row: Sequence[Word], head: str) -> bool:
    """Whether nothing but numbers and small words makes it a time."""
    return not any(word.classes & _SURE for word in row)


def _is_time(text: str, start: int, end: int, vocabulary: Vocabulary) -> bool:
    """Whether a bare number is a time: nothing that it counts follows."""
    if start and (text[start - 1] in "€$£#-+/" or (text[start - 1].isalnum())):
        return False
    if end < len(text) and text[end].isalnum():
        return False
    follows = _COUNTS_SOMETHING.match(text, end)
    if not follows:
        return not (text[end : end + 1] in ",.:/-" and text[end + 1 : end + 2].isdigit())
    word = _WORD.search(text, end)
    following = word.group().lower() if word else ""
    if _YEAR.search(text, start, end) and _is_placed(text, start, end, vocabulary):
        return following not in vocabulary.counted
    return _is_small(following, vocabulary.language)


def _is_placed(text: str, start: int, end: int, vocabulary: Vocabulary) -> bool:
    """Whether a year has a word of time before it: in, since, from … to."""
    before = _LAST_WORD.search(text, max(0, start - 20), start)
    words_before = [w for w in (before[1] if before else "", *text[start:end].split()) if w]
    return any(vocabulary.forms.get(word.lower(), {}).keys() & _PLACES_A_YEAR for word in words_before)


@lru_cache(maxsize=20_000)
def _is_small(word: str, language: str) -> bool:
    """Whether a word is one of grammar: a number before it counts nothing."""
    return word.lower() in _function_words(language)


@lru_cache
def _function_words(language: str) -> frozenset[str]:
    return frozenset(languages.toml(language, "language").get("function_words", ()))


def _direction(text: str, start: int, end: int, vocabulary: Vocabulary) -> str | None:
    """The way the clause around an expression looks, or None."""
    before = vocabulary.clause.split(text[max(0, start - _LEFT) : start])[-1]
    after = vocabulary.clause.split(text[end : end + _RIGHT], 1)[0]
    clause = f"{before} | {after}"
    if vocabulary.future.search(clause) and not vocabulary.past.search(clause):
        return "future"
    return None
