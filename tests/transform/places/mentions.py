"""The test set of places: sentences of our own writing in `mentions.tsv`, a language and a text a line.

A mention is written `[surface|location_id]`; every other name is none. Small articles of one to three sentences,
plain names beside ambiguous ones, and people, bodies and words that bear the name of a place.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from etl.transform.places import locate
from etl.transform.records import PlaceMention, Unit

_MARK = re.compile(r"\[(?P<surface>[^\]|]+)\|(?P<place>[^\]]*)\]")


class Judged(NamedTuple):
    """A mention that is expected or was found, or both."""

    language: str
    text: str
    surface: str
    expected: str | None
    found: PlaceMention | None

    @property
    def is_right(self) -> bool:
        return self.found is not None and self.found.place is not None and self.location_id == self.expected

    @property
    def location_id(self) -> str | None:
        return self.found.place.location_id if self.found and self.found.place else None


def judged(name: str = "mentions", half: int | None = None) -> Iterator[Judged]:
    """What is expected and what was found, for each mention of a set; demonyms apart.

    Args:
        name: file of the set.
        half: 0 or 1 for every other text of each language, None for all.
    """
    for language in ("en", "nl"):
        own = list(read(name, language))[half or 0 :: 1 if half is None else 2]
        units = [Unit(text, i, "body") for i, (text, _) in enumerate(own)]
        found: dict[tuple[int, int, int], PlaceMention] = {
            (m.unit, m.start, m.end): m
            for m in locate.locate(units, language, [None] * len(units))
            if m.role != "demonym"
        }
        for i, (text, expected) in enumerate(own):
            spans = dict.fromkeys([*expected, *((start, end) for unit, start, end in found if unit == i)])
            for start, end in spans:
                mention = found.get((i, start, end))
                yield Judged(language, text, text[start:end], expected.get((start, end)), mention)


def read(name: str, language: str) -> Iterator[tuple[str, dict[tuple[int, int], str]]]:
    """The texts of a set in a language, each with the location_id that is right for each span."""
    for line in (Path(__file__).parent / f"{name}.tsv").read_text(encoding="utf-8").splitlines():
        if line.startswith(f"{language}\t"):
            yield _read(line.partition("\t")[2])


def _read(marked: str) -> tuple[str, dict[tuple[int, int], str]]:
    text, expected, position = "", {}, 0
    for match in _MARK.finditer(marked):
        text += marked[position : match.start()]
        expected[len(text), len(text) + len(match["surface"])] = match["place"]
        text += match["surface"]
        position = match.end()
    return text + marked[position:], expected
