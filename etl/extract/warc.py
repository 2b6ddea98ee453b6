"""WARC and WET archives: one document for each captured page, with the capture time that the archive states.

WARC-Date is the capture, WARC-Target-URI the source. Responses and resources are read as HTML or text, conversions
(WET) as text. What is no page (images, errors, redirects) is counted and told in one line for each archive.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from etl.extract import files, html, instants
from etl.extract.records import Bounds, Record, Refusal, RefusedError, Source, Stated
from etl.extract.text import decode
from etl.schema.raw import CaptureBasis

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_KINDS = frozenset({"response", "resource", "conversion"})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_SHOWN = 5
_MAX_HEADERS = 1_000_000
"""Bytes of the headers of one record."""


def read(source: Source) -> Iterator[Record | Refusal]:
    """Read an archive record by record; no more than one of them is in memory, but for those without a date."""
    passed: Counter[str] = Counter()
    undated = _Undated()
    with files.opened(source) as stream:
        number = 0
        try:
            for number, record in enumerate(_records(stream, source), start=1):
                if record.rec_type in _KINDS:
                    for found in _documents(record, source, number, passed):
                        yield from undated.pass_on(found)
                else:
                    yield from undated.until(_date(record))
        except RefusedError:
            yield from undated.until((None, None))
            raise
        yield from undated.until((None, None))
        if not number:
            raise RefusedError("empty", f"{source.place}: no WARC record in it: fetch it again")
    if passed:
        kinds = ", ".join(f"{n} {kind}" for kind, n in passed.most_common(_SHOWN))
        detail = f"{source.place}: {passed.total()} records are no pages and were passed over: {kinds}; nothing to do"
        yield Refusal(source.uri, "no_page", detail)


class _Undated:
    """Pages whose record tells no date: a crawler has seen them between those before and after them."""

    def __init__(self) -> None:
        self._after: Bounds = (None, None)
        self._waiting: list[Record] = []

    def pass_on(self, found: Record | Refusal) -> Iterator[Record | Refusal]:
        """Hold a page without a date back until the next date is known; let the others through."""
        if isinstance(found, Record) and not any(found.captured):
            self._waiting.append(found)
            if len(self._waiting) >= _MOST_WAITING:
                yield from self.until((None, None))
            return
        if isinstance(found, Record):
            yield from self.until(found.captured)
        yield found

    def until(self, date: Bounds) -> Iterator[Record]:
        """Let through what was held back before a record of this date."""
        earliest, latest = self._after[0], date[1]
        in_order = earliest is None or latest is None or earliest <= latest  # several crawlers may write one archive
        bounds = (earliest, latest) if in_order else (None, None)
        for record in self._waiting:
            yield record._replace(captured=bounds, capture_basis="inferred") if any(bounds) else record
        self._waiting = []
        if any(date):
            self._after = date


_MOST_WAITING = 100
"""Pages without a date that are held back at a time; after so many there is something wrong with the archive."""


def _date(record: Any) -> Bounds:
    """The date of a record that is no page, where it tells one."""
    try:
        return instants.bounds(record.rec_headers.get_header("WARC-Date"))
    except ValueError:
        return None, None


def _records(stream: BinaryIO, source: Source) -> Iterator[Any]:
    """The records of an archive; a break in it ends them with a refusal, damage within it with one at the end."""
    from warcio.archiveiterator import ArchiveIterator
    from warcio.exceptions import ArchiveLoadFailed

    archive = ArchiveIterator(stream, arc2warc=True)
    archive.INC_RECORD = ""  # what it thinks of a record's end it writes to stderr; `err_count` says the same
    archive.reader = headers = _BoundedHeaders(archive.reader)
    number = 0
    try:
        for number, record in enumerate(archive, start=1):  # noqa: B007 - the last one is told of
            headers.left = _MAX_HEADERS
            yield record
            headers.left = _MAX_HEADERS
    except (ArchiveLoadFailed, AttributeError, EOFError, ValueError) as error:
        raise RefusedError(
            "damaged",
            f"{source.place}: broken after record {number} ({_reason(error)}): what came before is taken; fetch the "
            "archive again",
        ) from None
    if archive.err_count:
        raise RefusedError(
            "damaged",
            f"{source.place}: {archive.err_count} records are longer or shorter than they say, of {number}: what "
            "could be read is taken; fetch the archive again",
        )


def _reason(error: Exception) -> str:
    # where a compressed archive is cut off, warcio trips over a line that is not there
    return "cut off" if isinstance(error, AttributeError) else " ".join(str(error).split())[:200]


class _BoundedHeaders:
    """The reader of an archive, which gives no more than so many bytes of lines for a record's headers."""

    def __init__(self, reader: Any) -> None:
        self._reader = reader
        self.left = _MAX_HEADERS

    def readline(self, length: int | None = None) -> bytes:
        """Read a line, as warcio asks for headers."""
        line: bytes = self._reader.readline(min(length or self.left + 1, self.left + 1))
        self.left -= len(line)
        if self.left < 0:
            raise ValueError(f"headers of more than {_MAX_HEADERS} bytes")
        return line

    def __getattr__(self, name: str) -> Any:
        """Everything else is the reader's."""
        return getattr(self._reader, name)


def _documents(record: Any, source: Source, number: int, passed: Counter[str]) -> Iterator[Record | Refusal]:
    """The page of one record; what is no page is counted by its kind."""
    uri = (record.rec_headers.get_header("WARC-Target-URI") or f"{source.uri}#{number}").strip().strip("<>")
    place = f"{source.place}, record {number} ({uri[:200]})"
    kind = _media_type(record)
    status = record.http_headers.get_statuscode() if record.http_headers else "200"
    if status != "200":
        passed[f"HTTP {status}"] += 1
        return
    if kind not in _HTML and kind != "text/plain":
        passed[kind or "of no media type"] += 1
        return
    captured: Bounds = (None, None)
    try:
        captured = instants.bounds(record.rec_headers.get_header("WARC-Date"))
    except ValueError as error:
        yield Refusal(uri, "bad_time", f"{place}, WARC-Date: {error}; the page is taken without it")
    try:
        page = _page(_payload(record, source, place, kind), record, uri, kind, place, captured)
        yield page._replace(crawl=(source.uri, number))
    except RefusedError as error:
        yield Refusal(uri, error.reason, error.detail)


def _media_type(record: Any) -> str:
    header = record.http_headers.get_header("Content-Type") if record.http_headers else None
    if header is None:
        header = record.rec_headers.get_header("Content-Type")
    return (header or "").split(";")[0].strip().lower()


def _payload(record: Any, source: Source, place: str, kind: str) -> bytes:
    """The bytes of the page, with chunks joined and compression undone: no more than is taken."""
    limit = source.max_markup_bytes if kind in _HTML else source.max_bytes
    stream, parts, size = record.content_stream(), [], 0
    while size <= limit and (part := stream.read(1 << 18)):
        parts.append(part)
        size += len(part)
    if size > limit:
        setting = "DATELINE_MAX_MARKUP_BYTES" if kind in _HTML else "DATELINE_MAX_DOCUMENT_BYTES"
        raise RefusedError("too_large", f"{place}: more than {limit} bytes: set {setting} higher to take it")
    left = getattr(record.raw_stream, "limit", 0)
    if left > 0:
        raise RefusedError("damaged", f"{place}: cut off, {left} bytes are missing: fetch the archive again")
    return b"".join(parts)


def _page(data: bytes, record: Any, uri: str, kind: str, place: str, captured: Bounds) -> Record:
    digest = hashlib.sha256(data).hexdigest()
    header = record.http_headers.get_header("Content-Type") if record.http_headers else None
    match = _CHARSET.search(header or "")
    declared = match[1] if match else None
    basis: CaptureBasis = "warc" if any(captured) else "unknown"
    if kind not in _HTML:
        text, encoding = decode(data, place, declared)
        return Record(uri, "warc", kind, encoding, digest, text, captured=captured, capture_basis=basis)
    content, encoding = decode(data, place, declared or html.declared(data))
    page = html.extract(content, place)
    return Record(
        uri,
        "warc",
        kind,
        encoding,
        digest,
        page.text,
        published=page.published,
        captured=captured,
        capture_basis=basis,
        stated=Stated(headline=page.headline),
    )
