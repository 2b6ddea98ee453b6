"""Names in words that are all capitals: a title, a dateline in running text, a wire that has no small letters."""

import re
from collections.abc import Sequence

import polars as pl

from etl.transform.places.gazetteer import Names

_LOUD_WORD = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ]{3}")
_LOUD = re.compile(r"[A-ZÀ-Þ][A-ZÀ-Þ]+(?:[ -][A-ZÀ-Þ]{2,})*")
_JOINED = frozenset(["AND", "OF", "THE", "ON", "UPON", "EN", "VAN", "AAN", "OP", "BIJ", "DER", "IN"])
"""Small words within names."""
_EACH = re.compile(r"[^ -]+")


def loud(texts: Sequence[str]) -> Sequence[bool]:
    """Whether each text has words in capitals; told for a batch at once, in native code."""
    try:
        return pl.Series(texts, dtype=pl.String).str.contains(_LOUD_WORD.pattern).to_list()
    except UnicodeEncodeError:  # a lone surrogate
        return [_LOUD_WORD.search(text) is not None for text in texts]


def with_loud(
    text: str, matches: Sequence[tuple[int, int, int]], names: Names
) -> tuple[Sequence[tuple[int, int, int]], dict[int, str]]:
    """The matches of a text, with those of its words in capitals, and how each of these is written as a name."""
    found: list[tuple[int, int, int]] = []
    quiet: dict[int, str] = {}
    for run in _LOUD.finditer(text):
        if len(run[0]) > 3 and _LOUD_WORD.search(run[0]):
            as_names = _EACH.sub(lambda word: _as_name(word, names), run[0])
            for pattern, start, end in names.automaton.find_matches_as_indexes(as_names):
                found.append((pattern, run.start() + start, run.start() + end))
                quiet[run.start() + start] = as_names[start:end]
    if not found:
        return matches, quiet
    ends = {start: end for _, start, end in found}
    return sorted([*found, *(m for m in matches if m[2] > ends.get(m[1], 0))], key=_by_start), quiet


def _by_start(match: tuple[int, int, int]) -> tuple[int, int]:
    return match[1], -match[2]


def _as_name(word: re.Match[str], names: Names) -> str:
    """A word in capitals as it stands in names."""
    written = word[0]
    if word.start() and written in _JOINED:
        return written.lower()
    if len(written) < 4 and names.exact(written):
        return written  # US
    return written[0] + written[1:].lower()
