"""What a structured source states, laid out as a newswire text: headline, blank line, dateline and body.

The text is then read as any other: the transform finds the dateline, the credit and the rest in it. Nothing is put
into the text that the source does not hold: a dateline stands before the body only where the source states one and
the body does not open with it.
"""

import hashlib
import json
import re
from collections.abc import Iterable

from etl.extract import instants
from etl.extract.records import Bounds, Record, Refusal, Stated
from etl.extract.text import clean

_WITHDRAWN = frozenset({"canceled", "cancelled", "withheld"})
_NUMBER = re.compile(r"[0-9]{1,9}")
_DASHES = ("-", "–", "—", "_", ":")


def record(
    uri: str,
    kind: str,
    media_type: str,
    stated: Stated,
    paragraphs: Iterable[str],
    *,
    published: Bounds = (None, None),
    revision: tuple[str | None, int | None] = (None, None),
    encoding: str = "utf-8",
) -> Record | Refusal:
    """One article as a record.

    Args:
        uri: what it is known by.
        kind: the format.
        media_type: of the source.
        stated: its fields.
        paragraphs: of the body, plain text.
        published: when, where the source says so.
        revision: of what item and which, see `revision`.
        encoding: of the source.

    Returns:
        The record; its content hash is that of its fields. A refusal where there is neither headline nor body.

    """
    stated = Stated(*(one_line(value) for value in stated))
    body = [text for text in (one_line(p) for p in paragraphs) if text]
    text = compose(stated, body)
    if not text:
        return Refusal(uri, "empty", f"{uri}: neither headline nor body: nothing to read; fetch it again")
    fields = json.dumps([*stated, *body], ensure_ascii=False).encode("utf-8", "surrogatepass")
    digest = hashlib.sha256(fields).hexdigest()
    return Record(
        uri,
        kind,
        media_type,
        encoding,
        digest,
        text,
        "text",
        published=published,
        stated=stated,
        revision=revision,
    )


def sent(version: str | None, created: str | None, embargo: str | None) -> Bounds:
    """When a version of an item went out: when it was made, or at the end of its embargo. A wire sends what it makes.

    Args:
        version: when this version was made.
        created: when the first version was made: of later ones only a lower bound.
        embargo: when it may be published.

    """
    made = instants.either(version)
    if not any(made):
        made = (instants.either(created)[0], None)
    until = instants.either(embargo)
    return until if until[0] and made[0] and until[0] > made[0] else made


def revision(item_uri: str | None, version: str | None) -> tuple[str | None, int | None]:
    """The item and the number of its revision; none where the source numbers it otherwise, or not at all."""
    if not item_uri or not _NUMBER.fullmatch((version or "").strip()):
        return None, None
    return item_uri, int(version or "")


def withdrawn(uri: str, status: str | None) -> Refusal | None:
    """A refusal of an item that its agency took back; None for one that is usable."""
    if (status or "").lower().removeprefix("stat:") not in _WITHDRAWN:
        return None
    return Refusal(uri, "withdrawn", f"{uri}: its status is {status}: nothing to do")


def compose(stated: Stated, body: list[str]) -> str:
    """Headline, blank line, dateline and body."""
    lines = list(body)
    if stated.headline and lines and lines[0] == stated.headline:
        del lines[0]
    if stated.dateline and lines and not _opens_with(lines[:3], stated.dateline):
        dash = "" if stated.dateline.endswith(_DASHES) else " -"
        lines[0] = f"{stated.dateline}{dash} {lines[0]}"
    return clean("\n\n".join(part for part in (stated.headline, "\n".join(lines)) if part)).strip()


def one_line(value: str | None) -> str | None:
    """A field without line breaks and double spaces; None where nothing is left."""
    return " ".join(value.replace("\0", " ").split()) or None if value else None


def _opens_with(lines: list[str], dateline: str) -> bool:
    """Whether one of the first lines opens with the dateline's place: a notice of an update may come before it."""
    place = dateline.split("(")[0].split(",")[0].strip(" -–—_:.").casefold()
    return any(line.casefold().startswith(place or dateline.casefold()) for line in lines)
