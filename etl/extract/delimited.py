"""CSV and TSV corpora: the first line names the columns, quoted fields may hold line breaks (RFC 4180)."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from etl.extract import captures, corpora, files
from etl.extract.records import Record, Refusal, RefusedError, Source
from etl.extract.text import decode

_MARGIN = 1 << 16
"""Bytes that a row may have beside its text."""
_PIECE = 1 << 20
_TOO_LARGE = (
    "more than {} bytes, or a quotation mark that is never closed: mend it, or set DATELINE_MAX_DOCUMENT_BYTES higher"
)


class _Row(NamedTuple):
    number: int
    """From 1; the header is row 0."""
    fields: list[str]
    encoding: str


def read(source: Source) -> Iterator[Record | Refusal]:
    """Read a table; no more than one row is in memory. A row that cannot be read is refused, and the next is read."""
    with files.opened(source) as stream:
        rows = _rows(stream, source)
        first = next(rows, None)
        if not isinstance(first, _Row):
            detail = first.detail if first else f"{source.place}: no line that names the columns: add one"
            raise RefusedError(first.reason if first else "empty", detail)
        header = first.fields
        if captures.is_header(header):
            raise RefusedError("unknown_format", f"{source.place}: a manifest of captures: give it as --captures")
        columns = corpora.find(source.columns, header, source)
        for row in rows:
            if isinstance(row, Refusal):
                yield row
            elif len(row.fields) != len(header):
                yield _refusal(
                    source,
                    row.number,
                    "bad_record",
                    f"{len(row.fields)} fields where the first line names {len(header)}: check its quotes and commas",
                )
            else:
                values = dict(zip(header, row.fields, strict=True))
                yield from corpora.record(values, columns, source, row.number, row.encoding)


def _refusal(source: Source, number: int, reason: str, detail: str) -> Refusal:
    return Refusal(f"{source.uri}#{number}", reason, f"{source.place}, row {number}: {detail}")


def _rows(stream: BinaryIO, source: Source) -> Iterator[_Row | Refusal]:
    """The rows, the header first; blank ones are passed over."""
    number = -1
    delimiter: str | None = "\t" if source.suffix == ".tsv" else None
    limit = source.max_bytes + _MARGIN
    csv.field_size_limit(max(csv.field_size_limit(), limit))
    for data in _texts(stream, limit):
        if data is None:
            number += 1
            yield _refusal(source, number, "too_large", _TOO_LARGE.format(limit))
            continue
        if not data.strip():
            continue
        try:
            text, encoding = decode(data, f"{source.place}, row {number + 1}")
            delimiter = delimiter or max(",;\t|", key=text.count)  # the header tells
            for fields in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
                if fields:
                    number += 1
                    yield _Row(number, fields, encoding)
        except RefusedError as error:
            number += 1
            yield Refusal(f"{source.uri}#{number}", error.reason, error.detail)
        except csv.Error as error:
            number += 1
            yield _refusal(source, number, "bad_record", f"not CSV ({error}): check its quotes")


def _texts(stream: BinaryIO, limit: int) -> Iterator[bytes | None]:
    """The bytes of each row: lines up to the one where every quotation mark that was opened is closed.

    None for one that is too long: it is passed over, and no more of it than `limit` is ever in memory.
    """
    parts: list[bytes] = []
    size = n_quotes = 0
    is_too_long = False
    while piece := stream.readline(min(limit + 1, _PIECE)):
        n_quotes += piece.count(b'"')
        size += len(piece)
        if size > limit:
            is_too_long, parts = True, []
        else:
            parts.append(piece)
        if piece.endswith(b"\n") and n_quotes % 2 == 0:
            yield None if is_too_long else b"".join(parts)
            parts, size, n_quotes, is_too_long = [], 0, 0, False
    if size:
        yield None if is_too_long else b"".join(parts)
