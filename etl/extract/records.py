"""What a reader of a format takes, gives and raises."""

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from etl.schema.raw import CaptureBasis, DocumentKind

Bounds = tuple[dt.datetime | None, dt.datetime | None]
"""Earliest and latest instant; None where it is not known."""


class Source(NamedTuple):
    """One regular file to read."""

    path: Path
    uri: str
    """The name it is known by: the path below the folder that was named."""
    max_bytes: int
    """A document that is larger is refused."""


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


class Refusal(NamedTuple):
    """Something that is not taken: a file, or one record of it."""

    source_uri: str
    reason: str
    """A short code: empty, too_large, not_text, bad_encoding, changed_while_read, missing, unreadable, not_a_file,
    unknown_format."""
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
