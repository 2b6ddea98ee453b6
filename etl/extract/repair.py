"""Mojibake: text that was decoded with the wrong encoding before it came to us, put right, and the repair recorded.

ftfy knows what becomes of UTF-8 in the encodings of the West. What it does not know stands in `mojibake.csv`: a
character that no word of these languages holds, and what it stands for between letters.
"""

import csv
import re
from functools import lru_cache
from typing import NamedTuple

from etl.settings import PACKAGE

# two characters that are not ASCII side by side: every mojibake of a letter has them, few words do
_SUSPECT = re.compile(r"[^\x00-\x7f]{2}|Ã ")
_BREAKS = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class Repaired(NamedTuple):
    """A text, and what was put right in it: None where nothing was."""

    text: str
    repairs: str | None


def repair(text: str) -> Repaired:
    """Put mojibake right, line by line.

    Args:
        text: of any length. Lines that show none stay as they are, to the character.

    Returns:
        The text, and a note such as `mojibake in 3 lines; ƫ -> ë 2 times`.

    """
    if text.isascii():
        return Repaired(text, None)
    notes = []
    if _SUSPECT.search(text):
        lines = text.split("\n")
        mended = [_line(line) for line in lines]
        if n := sum(a != b for a, b in zip(lines, mended, strict=True)):
            text = "\n".join(mended)
            notes.append(f"mojibake in {n} line{'s' if n > 1 else ''}")
    table, pattern = _own()
    if n := len(pattern.findall(text)):
        text = pattern.sub(lambda match: table[match.group()], text)
        notes.append(f"{', '.join(f'{a} -> {b}' for a, b in table.items())} {n} time{'s' if n > 1 else ''}")
    return Repaired(text, "; ".join(notes) or None)


def _line(line: str) -> str:
    if not _SUSPECT.search(line):
        return line
    import ftfy
    from ftfy.badness import is_bad

    if not is_bad(line):
        return line
    # what ftfy makes of a stray control code may be a line break: a line stays one line
    return _BREAKS.sub(" ", ftfy.fix_encoding(line))


@lru_cache(maxsize=1)
def _own() -> tuple[dict[str, str], re.Pattern[str]]:
    """Our own table, and the pattern that finds its characters beside a letter."""
    with (PACKAGE / "extract" / "mojibake.csv").open(encoding="utf-8", newline="") as rows:
        table = {row["garbled"]: row["meant"] for row in csv.DictReader(rows)}
    return table, re.compile(rf"(?<=[A-Za-zÀ-ÿ])(?:{'|'.join(map(re.escape, table))})")
