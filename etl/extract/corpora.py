"""Corpora: tables of one document a row, with columns that say what is what.

    --columns text=content,url=url,captured=timestamp

A column that is not named is found by a name that speaks for itself. One called `date` or `timestamp` does not: it
may be a publication or a capture, and is used only where it is named. A row that states a headline is one article;
one that does not is a page. Readers of the formats (`delimited.py`, `jsonl.py`, `parquet.py`) give rows to `record`.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping

from etl.extract import instants, wire
from etl.extract.records import Bounds, Columns, Record, Refusal, RefusedError, Source, Stated
from etl.extract.text import clean

_NAMES: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "content", "body", "plain_text", "raw_content", "article"),
    "url": ("url", "uri", "source_uri", "link", "warc_target_uri"),
    "captured": ("captured", "captured_at", "warc_date", "crawl_timestamp"),
    "published": ("published", "published_at", "publication_date", "date_published", "pubdate"),
    "headline": ("headline", "title"),
    "dateline": ("dateline",),
    "credit": ("credit", "creditline"),
}


def find(columns: Columns, present: Iterable[str], source: Source) -> Columns:
    """Which of the columns that are present hold what; empty where none does.

    Raises:
        RefusedError: a named one is missing, or no column holds the text.

    """
    there = {name.strip().lower(): name for name in reversed(list(present))}
    found = {}
    for field, named in columns._asdict().items():
        if named and named.lower() not in there:
            shown = ", ".join(list(there.values())[::-1][:20])
            raise RefusedError(
                "no_column", f"{source.place}: no column {named!r} for {field}: name one of {shown} in --columns"
            )
        names = (named,) if named else _NAMES[field]
        found[field] = next((there[name.lower()] for name in names if name.lower() in there), "")
    if not found["text"]:
        shown = ", ".join(list(there.values())[::-1][:20])
        raise RefusedError(
            "no_column",
            f"{source.place}: no column with the text among {shown}: name it: --columns text=COLUMN,url=COLUMN",
        )
    return Columns(**found)


def record(
    row: Mapping[str, object], columns: Columns, source: Source, number: int, encoding: str = "utf-8"
) -> Iterator[Record | Refusal]:
    """The document of a row, and what is wrong with it.

    Args:
        row: values by column.
        columns: from `find`.
        source: the file.
        number: of the row, from 1.
        encoding: of the file.

    """
    place = f"{source.place}, row {number}"
    here = f"{source.uri}#{number}"
    uri = _text(row.get(columns.url)) if columns.url else None
    text = row.get(columns.text)
    if not isinstance(text, str) or not text.strip():
        yield Refusal(here, "empty", f"{place}, column {columns.text}: no text in it: nothing to read")
        return
    data = text.encode("utf-8", "replace")
    if len(data) > source.max_bytes:
        detail = f"{len(data)} bytes and at most {source.max_bytes} are taken: set DATELINE_MAX_DOCUMENT_BYTES higher"
        yield Refusal(here, "too_large", f"{place}, column {columns.text}: {detail}")
        return
    times = []
    for field in ("captured", "published"):
        name = getattr(columns, field)
        bounds: Bounds = (None, None)
        try:
            bounds = instants.bounds(row.get(name)) if name else bounds
        except ValueError as error:
            yield Refusal(here, "bad_time", f"{place}, column {name}: {error}; the document is taken without it")
        times.append(bounds)
    yield _record(data.decode("utf-8"), row, columns, uri or here, times)._replace(encoding=encoding)


def _record(text: str, row: Mapping[str, object], columns: Columns, uri: str, times: list[Bounds]) -> Record:
    captured, published = times
    headline, dateline, credit = (
        wire.one_line(_text(row.get(name))) for name in (columns.headline, columns.dateline, columns.credit)
    )
    stated = Stated(headline, dateline, None, credit)
    digest = hashlib.sha256("\0".join(filter(None, (stated.headline, text))).encode("utf-8", "replace")).hexdigest()
    shown = wire.compose(stated, clean(text).split("\n")) if stated.headline else clean(text)
    return Record(
        uri,
        "corpus",
        "text/plain",
        "utf-8",
        digest,
        shown,
        "text" if stated.headline else "page",
        published=published,
        captured=captured,
        capture_basis="manifest" if any(captured) else "unknown",
        stated=stated,
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
