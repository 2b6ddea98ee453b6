"""What a reader of a format takes, gives and raises."""

import datetime as dt
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from etl.schema.raw import CaptureBasis, DocumentKind

Bounds = tuple[dt.datetime | None, dt.datetime | None]
"""Earliest and latest instant; None where it is not known."""


class Columns(NamedTuple):
    """Which columns of a table (CSV, JSON lines, Parquet) hold what; empty: the names that speak for themselves."""

    text: str = ""
    url: str = ""
    captured: str = ""
    published: str = ""
    headline: str = ""
    dateline: str = ""
    credit: str = ""


NO_COLUMNS = Columns()


def columns(given: str) -> Columns:
    """Read `text=content,url=link,captured=timestamp`: what the column holds, and its name.

    Raises:
        ValueError: says what is wrong and what there is.

    """
    named: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in given.split(","))):
        field, equals, name = (piece.strip() for piece in part.partition("="))
        if not equals or not name or field not in Columns._fields:
            raise ValueError(f"{part!r}: write FIELD=COLUMN, with FIELD one of {', '.join(Columns._fields)}")
        if field in named:
            raise ValueError(f"{field} stands twice: name it once")
        named[field] = name
    return Columns(**named)


class Source(NamedTuple):
    """One regular file to read, or one member of a packed file."""

    path: Path
    uri: str
    """The name it is known by: the path below the folder that was named."""
    max_bytes: int
    """A document that is larger is refused."""
    max_markup_bytes: int = 10_000_000
    """A document that is parsed to a tree (HTML, XML, a feed) is refused where it is larger."""
    max_unpacked_bytes: int = 100_000_000_000
    """A packed file that gives more is read no further."""
    columns: Columns = NO_COLUMNS
    layers: tuple[str, ...] = ()
    """How it is packed, outermost first: gz, bz2, xz, zst, or zip:<member>."""
    name: str = ""
    """The name whose suffix tells the format, where it is not the path's."""
    label: str = ""
    """What to call it in a message, where it is not the path."""

    @property
    def place(self) -> str:
        """What to call it in a message."""
        return self.label or os.fsencode(self.path).decode("utf-8", "backslashreplace")

    @property
    def suffix(self) -> str:
        """The suffix that tells the format, in lower case."""
        return Path(self.name or self.path.name).suffix.lower()


class Stated(NamedTuple):
    """What the format states in fields of its own. None where it states nothing: an empty DateLine is normal."""

    headline: str | None = None
    dateline: str | None = None
    location: str | None = None
    """Where it was written, as the format names it."""
    credit: str | None = None


class Record(NamedTuple):
    """One document, as a reader gives it. A file of an archive format gives many."""

    source_uri: str
    source_kind: str
    media_type: str
    encoding: str
    content_sha256: str
    text: str
    """Not empty, line ends as \\n: see `text.clean`."""
    kind: DocumentKind = "page"
    published: Bounds = (None, None)
    """Publication, where the format states it."""
    captured: Bounds = (None, None)
    """Capture, where the format states it; it is part of the document's identity."""
    capture_basis: CaptureBasis = "unknown"
    """What the capture rests on: warc, header, feed …"""
    stated: Stated = Stated()
    revision: tuple[str | None, int | None] = (None, None)
    """What the source calls the item, whatever its revision, and the revision's number, greater for a later one."""
    crawl: tuple[str | None, int | None] = (None, None)
    """The archive that a crawler wrote the page into, and the number of its record."""


class Refusal(NamedTuple):
    """Something that is not taken: a file, or one record of it."""

    source_uri: str
    reason: str
    """A short code: empty, too_large, not_text, bad_encoding, changed_while_read, missing, unreadable, not_a_file,
    unknown_format, damaged, unsafe, bad_record, no_column, bad_time, withdrawn, no_page."""
    detail: str
    """What is wrong, where, and what to do about it."""


class RefusedError(Exception):
    """A source that cannot be taken as a whole. `read` of `sources` turns it into a Refusal."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


Reader = Callable[[Source], Iterator[Record | Refusal]]
"""Reads one file of a format. It raises RefusedError or OSError where the file cannot be read at all."""
