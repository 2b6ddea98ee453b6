"""Files and folders into batches of `raw` rows. What cannot be taken becomes a reject, and reading goes on."""

import datetime as dt
import hashlib
import re
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import polars as pl

from etl.extract import (
    captures,
    delimited,
    feeds,
    files,
    html,
    jsonl,
    language,
    ninjs,
    packing,
    parquet,
    repair,
    text,
    warc,
    xml,
)
from etl.extract.records import NO_COLUMNS, Columns, Reader, Record, Refusal, RefusedError, Source, Stated
from etl.schema import ops, raw
from etl.schema.frames import polars_schema
from etl.settings import Settings

READERS: Mapping[str, Reader] = MappingProxyType(
    dict.fromkeys((".txt", ".text"), text.read)
    | dict.fromkeys((".html", ".htm", ".xhtml"), html.read)
    | dict.fromkeys((".warc", ".wet", ".arc"), warc.read)
    | dict.fromkeys((".rss", ".atom", ".rdf"), feeds.read)
    | dict.fromkeys((".xml", ".newsml", ".nitf"), xml.read)
    | dict.fromkeys((".json", ".ninjs"), ninjs.read)
    | dict.fromkeys((".jsonl", ".ndjson"), jsonl.read)
    | dict.fromkeys((".csv", ".tsv"), delimited.read)
    | {".parquet": parquet.read}
)
"""The reader of each format, by suffix."""
_FORMATS = (*READERS, *packing.SUFFIXES, ".zip")
_SIGNATURES: Sequence[tuple[re.Pattern[bytes], str]] = (
    (re.compile(rb"WARC/1\.\d\r?\n"), ".warc"),
    (re.compile(rb"PAR1"), ".parquet"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<!doctype html|(?:\xef\xbb\xbf)?\s*<html", re.IGNORECASE), ".html"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:\?xml|rss|feed|NewsML|newsMessage|newsItem|nitf)\b"), ".xml"),
    (re.compile(rb"\s*\{[^\n]*\}\s*\n\s*\{"), ".jsonl"),
    (re.compile(rb"\s*(?:\{\s*\"|\[\s*\{\s*\")"), ".json"),
)
"""How a file begins whose name has no suffix, or that is piped in; what begins otherwise is text."""
_HEAD = 1 << 16
_MAX_ALIKE = 100
"""Refusals of records of one file for one reason that are told one by one."""


class Extracted(NamedTuple):
    """One batch of what was read."""

    documents: pl.DataFrame
    """Rows of raw.Document, of those that are not known."""
    known: pl.DataFrame
    """The others: document_id, n_chars."""
    rejects: pl.DataFrame
    """Rows of ops.Reject."""
    claims: pl.DataFrame
    """Rows of raw.Capture, on documents known or not."""
    files: pl.DataFrame
    """Rows of ops.File: those that end in this batch and gave all they hold."""
    passed: list[str]
    """file_id of those that were passed over."""


Knows = Callable[[Sequence[str]], Container[str]]
"""Told ids of documents, says which of them are known."""


def nothing_known(ids: Sequence[str]) -> Container[str]:
    """All are new."""
    return ()


def read(
    paths: Sequence[Path],
    *,
    ingested_at: dt.datetime,
    run_id: str,
    settings: Settings,
    columns: Columns = NO_COLUMNS,
    knows: Knows = nothing_known,
    has_read: Container[str] = frozenset(),
) -> Iterator[Extracted]:
    """Read files and folders, batch by batch.

    Capture manifests that lie in a folder are passed over: they speak of documents and are none.

    Args:
        paths: files, folders with all that is below them, patterns, `-` for standard input.
        ingested_at: the time of this run, with offset.
        run_id: the run.
        settings: `batch_chars` ends a batch, the `max_…_bytes` bound a document and what is unpacked.
        columns: which columns of a table hold what.
        knows: asked once a batch; of a document that is known nothing but its claims is made.
        has_read: file_id of files that are passed over.

    Yields:
        Batches that hold at least one row. A document stands once in a batch, but may come again in another.

    """
    documents: list[Record] = []
    refusals: list[Refusal] = []
    read: list[_File] = []
    size = 0
    for found in _records(paths, settings, columns, has_read):
        if isinstance(found, _File):
            read.append(found)
            continue
        n_chars = len(found.text) if isinstance(found, Record) else len(found.detail)
        if size and size + n_chars > settings.batch_chars:
            yield _extracted(documents, refusals, read, ingested_at, run_id, knows)
            documents, refusals, read, size = [], [], [], 0
        size += n_chars
        if isinstance(found, Record):
            documents.append(found)
        else:
            refusals.append(found)
    if documents or refusals or read:
        yield _extracted(documents, refusals, read, ingested_at, run_id, knows)


class _File(NamedTuple):
    """The end of a file that gave all it holds."""

    file_id: str
    n_documents: int
    n_chars: int
    is_passed: bool = False


@lru_cache(maxsize=1)
def _readers() -> str:
    """A hash of the code of this room, by which all files are read again where it changes."""
    code = b"\0".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))
    return hashlib.blake2b(code).hexdigest()


def _records(
    paths: Sequence[Path], settings: Settings, columns: Columns, has_read: Container[str]
) -> Iterator[Record | Refusal | _File]:
    named = set(paths)
    for found in files.find(paths, settings.max_document_bytes, settings.max_unpacked_bytes):
        if isinstance(found, Refusal):
            yield found
            continue
        if found.path not in named and captures.is_manifest(found.path):
            continue
        source = found._replace(
            max_markup_bytes=min(settings.max_markup_bytes, settings.max_document_bytes),
            max_unpacked_bytes=settings.max_unpacked_bytes,
            columns=columns,
        )
        try:
            yield from _of_file(source, has_read)
        except (RefusedError, OSError) as error:
            yield files.refusal(source.path, source.uri, error, source.place)


def _of_file(source: Source, has_read: Container[str]) -> Iterator[Record | Refusal | _File]:
    """What a file holds and, where nothing of it is refused and it does not change meanwhile, its end."""
    source = _known(source)
    if source.suffix not in _FORMATS:
        yield _unknown(source)
        return
    before = files.stamped(source, _readers())
    if before.file_id in has_read:
        yield _File(before.file_id, 0, 0, is_passed=True)
        return
    n_documents = n_chars = 0
    is_whole = True
    for member in packing.members(source):
        for found in _of_member(member):
            if isinstance(found, Record):
                n_documents += 1
                n_chars += len(found.text)
            else:
                is_whole = False
            yield found
    if is_whole and files.is_still(source, before):
        yield _File(before.file_id, n_documents, n_chars)


def _of_member(source: Source | Refusal) -> Iterator[Record | Refusal]:
    """What a file holds, or a member of a packed one; a break in it does not end the reading of the others."""
    if isinstance(source, Refusal):
        yield source
        return
    try:
        source = _known(source)
        reader = READERS.get(source.suffix)
        if reader is None:
            yield _unknown(source)
        else:
            yield from _few_alike(_broken_off(reader, source), source)
    except (RefusedError, OSError) as error:
        yield files.refusal(source.path, source.uri, error, source.place)


def _few_alike(found: Iterator[Record | Refusal], source: Source) -> Iterator[Record | Refusal]:
    """What a reader gives; of refusals for one reason the first hundred, and how many more there are."""
    counts: Counter[str] = Counter()
    for one in found:
        if isinstance(one, Refusal):
            counts[one.reason] += 1
            if counts[one.reason] > _MAX_ALIKE:
                continue
        yield one
    for reason, n in counts.items():
        if n > _MAX_ALIKE:
            detail = f"{source.place}: {n - _MAX_ALIKE} more records are refused for the same reason: see the others"
            yield Refusal(source.uri, reason, detail)


def _broken_off(reader: Reader, source: Source) -> Iterator[Record | Refusal]:
    """What a reader gives; where it cannot go on, why."""
    try:
        yield from reader(source)
    except (RefusedError, OSError) as error:
        yield files.refusal(source.path, source.uri, error, source.place)


def _known(source: Source) -> Source:
    """The source with a name that tells its format: where its own has no suffix, its first bytes do."""
    if source.suffix:
        return source
    with files.opened(source) as stream:
        head = stream.read(_HEAD)
    name = source.name or source.path.name
    for magic, layer in packing.MAGIC.items():
        if head.startswith(magic):
            return _known(source._replace(layers=(*source.layers, layer), name=name))
    if head.startswith(b"PK\x03\x04"):
        return source._replace(name=f"{name}.zip")
    return source._replace(name=name + next((s for pattern, s in _SIGNATURES if pattern.match(head)), ".txt"))


def _unknown(source: Source) -> Refusal:
    return Refusal(
        source.uri,
        "unknown_format",
        f"{source.place}: no reader for {source.suffix!r}; there are readers for {', '.join(_FORMATS)}: convert it, "
        "or leave it out",
    )


def _extracted(
    documents: Sequence[Record],
    refusals: Sequence[Refusal],
    read: Sequence[_File],
    ingested_at: dt.datetime,
    run_id: str,
    knows: Knows,
) -> Extracted:
    ids = [_document_id(document) for document in documents]
    known = knows(ids)
    new = [
        (document_id, record) for document_id, record in zip(ids, documents, strict=True) if document_id not in known
    ]
    texts = [repair.repair(record.text) for _, record in new]
    codes = language.detect([mended.text for mended in texts])
    rows = [
        _document(record, mended, document_id, code, ingested_at, run_id)
        for (document_id, record), mended, code in zip(new, texts, codes, strict=True)
    ]
    others = {
        document_id: len(record.text)
        for document_id, record in zip(ids, documents, strict=True)
        if document_id in known
    }
    claims = [
        captures.claim(document_id, *record.captured, record.capture_basis, record.source_kind, ingested_at)
        for record, document_id in zip(documents, ids, strict=True)
        if any(record.captured)
    ]
    return Extracted(
        _frame(raw.Document, rows),
        pl.DataFrame(list(others.items()), schema={"document_id": pl.String, "n_chars": pl.Int64}, orient="row"),
        _frame(ops.Reject, [reject(refusal, "extract", ingested_at) for refusal in refusals]),
        _frame(raw.Capture, claims),
        _frame(ops.File, [file._asdict() for file in read if not file.is_passed]),
        [file.file_id for file in read if file.is_passed],
    )


def _frame(
    table: type[raw.Document | raw.Capture | ops.Reject | ops.File], rows: Sequence[Mapping[str, Any]]
) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=polars_schema(table))
    return frame.unique(subset=table.key, keep="first", maintain_order=True)


def _document_id(record: Record) -> str:
    earliest, latest = record.captured
    captured = f"{earliest.isoformat() if earliest else ''}/{latest.isoformat() if latest else ''}"
    key = "\0".join((record.source_uri, captured if any(record.captured) else "", record.content_sha256))
    return hashlib.blake2b(key.encode()).hexdigest()[:20]


def _document(
    record: Record,
    mended: repair.Repaired,
    document_id: str,
    code: str,
    ingested_at: dt.datetime,
    run_id: str,
) -> dict[str, Any]:
    stated = Stated(*(repair.repair(value).text if value else None for value in record.stated))
    return {
        "document_id": document_id,
        "source_uri": record.source_uri,
        "source_kind": record.source_kind,
        "kind": record.kind,
        "media_type": record.media_type,
        "encoding": record.encoding,
        "content_sha256": record.content_sha256,
        "text": mended.text,
        "n_chars": len(mended.text),
        "repairs": mended.repairs,
        "language": code,
        "published_earliest": record.published[0],
        "published_latest": record.published[1],
        **{f"stated_{name}": value for name, value in stated._asdict().items()},
        "item_uri": record.revision[0],
        "item_version": record.revision[1],
        "crawl_uri": record.crawl[0],
        "crawl_number": record.crawl[1],
        "ingested_at": ingested_at,
        "run_id": run_id,
    }


def reject(refusal: Refusal, stage: str, rejected_at: dt.datetime) -> dict[str, Any]:
    """One row of ops.rejects: the same refusal at the same stage has the same id."""
    source_uri, reason, detail = refusal
    digest = hashlib.blake2b("\0".join((source_uri, stage, reason, detail)).encode(), digest_size=16)
    return {
        "reject_id": digest.hexdigest(),
        "source_uri": source_uri,
        "stage": stage,
        "reason": reason,
        "detail": detail,
        "rejected_at": rejected_at,
    }
