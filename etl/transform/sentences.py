"""Sentences of a batch of units.

What belongs here: where a sentence ends. What does not: the abbreviations, which are data of each language
(`sentences.toml`), and anything that reads the sentence.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from etl import languages
from etl.transform.records import SentenceSpan

# A run of end marks with the quotes and brackets that close on it, before white space; or a line break. The
# look-behind lets a run match at its first mark only, so that a line of nothing but dots costs one pass.
_END = re.compile(r"(?<![.!?…])[.!?…]++[\"'”’»)\]]*+(?=\s)|\n")
_NEXT = re.compile(r"\s*+(?:[-–—•]\s)?[\"'“‘„«`(\[]*+")
_WORD_BEFORE = re.compile(r"[^\s(\"'“‘„«]*\Z")
_LONGEST_ABBREVIATION = 12
LONGEST = 1000
"""Code points of a sentence at most. What reads one looks back and forth in it, so a table, a list of names or a text
without an end mark is cut between two words; of the sentences of newswire one in some 100,000 is longer."""


@lru_cache
def _abbreviations(language: str) -> tuple[frozenset[str], frozenset[str]]:
    data = languages.toml(language, "sentences")
    return frozenset(data["abbreviations"].split()), frozenset(data["may_end"].split())


def _ends(text: str, start: int, end: int, inner: frozenset[str], may_end: frozenset[str]) -> bool:
    """Whether the mark at [start, end) ends a sentence."""
    following = _NEXT.match(text, end)
    at = following.end() if following else end
    after = text[at : at + 1]
    if after.islower():
        return False
    if text[start] != "." or text[start + 1 : start + 2] == ".":
        return True
    found = _WORD_BEFORE.search(text, max(0, start - _LONGEST_ABBREVIATION), start)
    word = found.group() if found else ""
    low = word.lower()
    if low in may_end:
        return after.isupper()
    if low in inner:
        return False
    if len(word) == 1 and word.isupper() and text[start + 1 : start + 2].isspace():
        return False  # an initial: J. de Vries
    # an ordinal or a list number: "3. Oktober", "2. Amsterdam"; a year or a sum ends its sentence
    return not (word.isdigit() and len(word) <= 2 and (start - len(word) == 0 or text[start - len(word) - 1] == "\n"))


def _cut(text: str, start: int, end: int) -> int:
    """Where to cut what is too long for a sentence: before the last word that goes over, or in one long word."""
    space = text.rfind(" ", start + 1, min(end, start + LONGEST + 1))
    return space if space > start else start + LONGEST


def split(texts: Sequence[str], language: str) -> list[SentenceSpan]:
    """Split texts into sentences; `unit` is the index of the text.

    A line break ends a sentence. White space at either side belongs to no sentence, and a stretch of white space
    alone is none. Everything else belongs to exactly one. None is longer than LONGEST.
    """
    inner, may_end = _abbreviations(language)
    result: list[SentenceSpan] = []
    for unit, text in enumerate(texts):
        begin = 0
        for mark in _END.finditer(text):
            start, end = mark.span()
            if text[start] == "\n" or _ends(text, start, end, inner, may_end):
                _add(result, unit, text, begin, end)
                begin = end
        _add(result, unit, text, begin, len(text))
    return result


def _add(result: list[SentenceSpan], unit: int, text: str, start: int, end: int) -> None:
    """Add a sentence without the white space around it, in parts where it is too long."""
    while end - start > LONGEST:
        cut = _cut(text, start, end)
        _add(result, unit, text, start, cut)
        start = cut
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        result.append(SentenceSpan(unit, start, end))
