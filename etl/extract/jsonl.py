"""JSON lines: a record a line, of a corpus or of ninjs. One that cannot be read is refused, and the next is read."""

import json
from collections.abc import Iterator
from typing import BinaryIO

from etl.extract import corpora, files, ninjs
from etl.extract.records import Columns, Record, Refusal, RefusedError, Source

_MARGIN = 1 << 16
"""Bytes that a line may have beside its text."""


def read(source: Source) -> Iterator[Record | Refusal]:
    """Read a file of JSON lines; no more than one line of it is in memory."""
    columns: Columns | None = None
    with files.opened(source) as stream:
        for number, line in _lines(stream, source.max_bytes + _MARGIN):
            found = _row(line, source, number)
            if isinstance(found, Refusal):
                yield found
            elif found is not None and columns is None and not any(source.columns) and ninjs.is_item(found):
                yield ninjs.record(found, f"{source.uri}#{number}", "utf-8")
            elif found is not None:
                try:
                    # keys may differ from line to line: a line that has all that the first had is read alike
                    if columns is None or not found.keys() >= set(filter(None, columns)):
                        columns = corpora.find(source.columns, found, source)
                except RefusedError as error:
                    yield Refusal(f"{source.uri}#{number}", error.reason, f"line {number}: {error.detail}")
                    continue
                yield from corpora.record(found, columns, source, number)


def _row(line: bytes | None, source: Source, number: int) -> dict[str, object] | Refusal | None:
    """The object of a line; None of a blank one."""
    uri, place = f"{source.uri}#{number}", f"{source.place}, line {number}"
    if line is None:
        return Refusal(
            uri,
            "too_large",
            f"{place}: longer than {source.max_bytes} bytes: split it, or set DATELINE_MAX_DOCUMENT_BYTES higher",
        )
    if not line.strip():
        return None
    try:
        found = json.loads(line.removeprefix(b"\xef\xbb\xbf").decode("utf-8"))
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        return Refusal(uri, "bad_record", f"{place}: not JSON ({reason}): mend the line, or leave it out")
    if isinstance(found, dict):
        return found
    return Refusal(uri, "bad_record", f"{place}: JSON but no object: write each record as {{…}} on one line")


def _lines(stream: BinaryIO, limit: int) -> Iterator[tuple[int, bytes | None]]:
    """Lines with their numbers; None for one that is too long."""
    number = 0
    while line := stream.readline(limit + 1):
        number += 1
        if len(line) <= limit:
            yield number, line
            continue
        yield number, None
        while line and not line.endswith(b"\n"):
            line = stream.readline(1 << 20)
