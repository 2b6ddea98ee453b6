"""Sentences of a batch of units.

What belongs here: where a sentence ends. What does not: the abbreviations, which are data of each language
(`sentences.toml`), and anything that reads the sentence.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from etl import languages
from etl.transform.records import SentenceSpan

# A line break; or a run of end marks with the quotes and brackets that close on it, before white space, and with what
# follows: the first letter behind a dash and the quotes and brackets that open. The look-behind lets a run match at
# its first mark only, so that a line of nothing but dots costs one pass; it is second, so that the scan is for marks.
_END = re.compile(
    r"[.!?…\n](?:(?<=\n)|(?<![.!?…][.!?…])[.!?…]*+[\"'”’»)\]]*+"
    r"(?=\s++(?:[-–—•]\s)?[\"'“‘„«`(\[]*+(?P<next>.?)))",
    re.DOTALL,
)
_WORD_BEFORE = re.compile(r"[^\s(\"'“‘„«]*\Z")
_LONGEST_ABBREVIATION = 12
LONGEST = 1000
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


def _ends(text: str, inner: frozenset[str], may_end: frozenset[str]) -> Iterator[int]:
    """Where sentences end, the last with the text."""
    for mark in _END.finditer(text):
        following = mark["next"]
        if following is not None:
            if following.islower():
                continue
            start = mark.start()
            if (
                text[start] == "."
                and text[start + 1] != "."
                and _is_short_for(text, start, inner, may_end, following)
            ):
                continue
        yield mark.end()
    yield len(text)


def _bounded(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut what is too long for a sentence: before the last word that goes over, or anywhere in one long word."""
    while end - start > LONGEST:
        space = text.rfind(" ", start + 1, start + LONGEST + 1)
        cut = space if space > start else start + LONGEST
        yield start, cut
        start = cut
    yield start, end


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
            for start, stop in _bounded(text, begin, end) if end - begin > LONGEST else ((begin, end),):
                piece = text[start:stop].lstrip()
                left = stop - len(piece)
                right = left + len(piece.rstrip())
                if left < right:
                    result.append(SentenceSpan(unit, left, right))
            begin = end
    return result
