"""Files and folders into batches of `raw` rows. What cannot be taken becomes a reject, and reading goes on."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import polars as pl

from etl.extract import captures, files, language, text
from etl.extract.records import Reader, Record, Refusal, RefusedError, Source
from etl.schema import ops, raw
from etl.schema.frames import polars_schema
from etl.settings import Settings

READERS: Mapping[str, Reader] = MappingProxyType({".txt": text.read, ".text": text.read, "": text.read})
"""The reader of each format, by suffix."""


class Extracted(NamedTuple):
    """One batch of what was read: rows of raw.Document, ops.Reject and raw.Capture."""

    documents: pl.DataFrame
    rejects: pl.DataFrame
    claims: pl.DataFrame


def read(paths: Sequence[Path], *, ingested_at: dt.datetime, run_id: str, settings: Settings) -> Iterator[Extracted]:
    """Read files and folders, batch by batch.

    Capture manifests that lie in a folder are passed over: they speak of documents and are none.

    Args:
        paths: files and folders; folders with all that is below them.
        ingested_at: the time of this run, with offset.
        run_id: the run.
        settings: `batch_chars` ends a batch, `max_document_bytes` bounds a document.

    Yields:
        Batches that hold at least one row. A document stands once in a batch, but may come again in another.

    """
    documents: list[Record] = []
    refusals: list[Refusal] = []
    size = 0
    for found in _records(paths, settings):
        n_chars = len(found.text) if isinstance(found, Record) else len(found.detail)
        if size and size + n_chars > settings.batch_chars:
            yield _extracted(documents, refusals, ingested_at, run_id)
            documents, refusals, size = [], [], 0
        size += n_chars
        if isinstance(found, Record):
            documents.append(found)
        else:
            refusals.append(found)
    if documents or refusals:
        yield _extracted(documents, refusals, ingested_at, run_id)


def _records(paths: Sequence[Path], settings: Settings) -> Iterator[Record | Refusal]:
    named = set(paths)
    for source in files.find(paths, settings.max_document_bytes):
        if isinstance(source, Refusal):
            yield source
            continue
        try:
            reader = READERS.get(source.path.suffix.lower())
            if reader is not None:
                yield from reader(source)
            elif not captures.is_manifest(source.path) or source.path in named:
                yield _unknown(source)
        except (RefusedError, OSError) as error:
            yield files.refusal(source.path, source.uri, error)


def _unknown(source: Source) -> Refusal:
    known = ", ".join(suffix or "no suffix" for suffix in READERS)
    remedy = "give it as --captures" if captures.is_manifest(source.path) else "convert it, or leave it out"
    return Refusal(
        source.uri,
        "unknown_format",
        f"{files.readable(str(source.path))}: no reader for {source.path.suffix!r}; there are readers for {known}: "
        f"{remedy}",
    )


def _extracted(
    documents: Sequence[Record], refusals: Sequence[Refusal], ingested_at: dt.datetime, run_id: str
) -> Extracted:
    codes = language.detect([document.text for document in documents])
    ids = [_document_id(document) for document in documents]
    rows = [
        _document(record, document_id, code, ingested_at, run_id)
        for record, document_id, code in zip(documents, ids, codes, strict=True)
    ]
    claims = [
        captures.claim(document_id, *record.captured, record.capture_basis, record.source_kind, ingested_at)
        for record, document_id in zip(documents, ids, strict=True)
        if any(record.captured)
    ]
    return Extracted(
        _frame(raw.Document, rows),
        _frame(ops.Reject, [reject(refusal, "extract", ingested_at) for refusal in refusals]),
        _frame(raw.Capture, claims),
    )


def _frame(table: type[raw.Document | raw.Capture | ops.Reject], rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=polars_schema(table))
    return frame.unique(subset=table.key, keep="first", maintain_order=True)


def _document_id(record: Record) -> str:
    earliest, latest = record.captured
    captured = f"{earliest.isoformat() if earliest else ''}/{latest.isoformat() if latest else ''}"
    key = "\0".join((record.source_uri, captured if any(record.captured) else "", record.content_sha256))
    return hashlib.blake2b(key.encode()).hexdigest()[:20]


def _document(record: Record, document_id: str, code: str, ingested_at: dt.datetime, run_id: str) -> dict[str, Any]:
    return {
        "document_id": document_id,
        "source_uri": record.source_uri,
        "source_kind": record.source_kind,
        "kind": record.kind,
        "media_type": record.media_type,
        "encoding": record.encoding,
        "content_sha256": record.content_sha256,
        "text": record.text,
        "n_chars": len(record.text),
        "language": code,
        "published_earliest": record.published[0],
        "published_latest": record.published[1],
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
