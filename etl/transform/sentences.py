"""Sentences of a batch of units.

What belongs here: where a sentence ends. What does not: the abbreviations, which are data of each language
(`sentences.toml`), and anything that reads the sentence.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from etl import languages
from etl.transform.records import SentenceSpan

_MARKS: Final = ".!?…"
_MARKS_AND_BREAK: Final = ".!?…\n"
_CLOSING: Final = "\"'”’»)]"
"""Quotes and brackets that close on an end mark."""
_OPENING: Final = "\"'“‘„«`(["
_DASHES: Final = "-–—•"
"""What may stand before a sentence, with white space behind it."""
_WORD_BEFORE: Final = re.compile(r"[^\s(\"'“‘„«]*\Z")
_LONGEST_ABBREVIATION: Final = 12
LONGEST: Final = 1000
"""Code points of a sentence at most. What reads one looks back and forth in it, so a table, a list of names or a text
without an end mark is cut between two words; of the sentences of newswire one in some 100,000 is longer."""


@lru_cache
def _abbreviations(language: str) -> tuple[frozenset[str], frozenset[str]]:
    data = languages.toml(language, "sentences")
    return frozenset(data["abbreviations"].split()), frozenset(data["may_end"].split())


def _is_short_for(text: str, at: int, inner: frozenset[str], may_end: frozenset[str], following: str) -> bool:
    """Whether a full stop belongs to the word before it: an abbreviation, an initial, an ordinal."""
    window = text[max(0, at - _LONGEST_ABBREVIATION) : at]
    word = window.rpartition(" ")[2]
    if not word.isalnum():
        found = _WORD_BEFORE.search(window)
        word = found.group() if found else ""
    low = word.lower()
    if low in may_end:
        return not following.isupper()
    if low in inner:
        return True
    if len(word) == 1 and word.isupper() and text[at + 1 : at + 2].isspace():
        return True  # an initial: J. de Vries
    # an ordinal or a list number: "3. Oktober", "2. Amsterdam"; a year or a sum ends its sentence
    return len(word) <= 2 and word.isdigit() and (at == len(word) or text[at - len(word) - 1] == "\n")


def _ends(text: str, inner: frozenset[str], may_end: frozenset[str]) -> list[int]:
    """Where sentences end, the last with the text."""
    ends: list[int] = []
    for at in _marks(text):
        if text[at] == "\n":
            ends.append(at + 1)
            continue
        if at and text[at - 1] in _MARKS:
            continue  # inside a run of marks
        end = _past(text, _past(text, at + 1, _MARKS), _CLOSING)
        if not text[end : end + 1].isspace():
            continue
        following = _following(text, end)
        if following.islower():
            continue
        if text[at] == "." and text[at + 1] != "." and _is_short_for(text, at, inner, may_end, following):
            continue
        ends.append(end)
    ends.append(len(text))
    return ends


def _marks(text: str) -> list[int]:
    """Where line breaks and end marks stand. Looked for one by one: an expression takes three times as long."""
    found: list[int] = []
    for mark in _MARKS_AND_BREAK:
        at = text.find(mark)
        while at >= 0:
            found.append(at)
            at = text.find(mark, at + 1)
    found.sort()
    return found


def _past(text: str, at: int, letters: str) -> int:
    """Where a run of these letters ends."""
    while at < len(text) and text[at] in letters:
        at += 1
    return at


def _following(text: str, at: int) -> str:
    """The first letter behind white space, and behind a dash, quotes and brackets that open; empty at the end."""
    while at < len(text) and text[at].isspace():
        at += 1
    if text[at : at + 1] in _DASHES and text[at + 1 : at + 2].isspace():
        at += 2
    at = _past(text, at, _OPENING)
    return text[at : at + 1]


_new: Final = tuple.__new__
"""Makes a named tuple of all its fields in half the time."""
_SPAN: Final[type[SentenceSpan]] = SentenceSpan  # a constant of the machine code; a name is looked up


def split(texts: Sequence[str], language: str) -> list[SentenceSpan]:
    """Split texts into sentences; `unit` is the index of the text.

    A line break ends a sentence. White space at either side belongs to no sentence, and a stretch of white space
    alone is none. Everything else belongs to exactly one. None is longer than LONGEST.
    """
    inner, may_end = _abbreviations(language)
    result: list[SentenceSpan] = []
    for unit, text in enumerate(texts):
        begin = 0
        for end in _ends(text, inner, may_end):
            while end - begin > LONGEST:  # before the last word that goes over, or anywhere in one long word
                space = text.rfind(" ", begin + 1, begin + LONGEST + 1)
                cut = space if space > begin else begin + LONGEST
                _add(result, unit, text, begin, cut)
                begin = cut
            _add(result, unit, text, begin, end)
            begin = end
    return result


def _add(result: list[SentenceSpan], unit: int, text: str, start: int, end: int) -> None:
    """Add a stretch of a text without the white space at either side, unless nothing is left of it."""
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        result.append(_new(_SPAN, (unit, start, end)))
