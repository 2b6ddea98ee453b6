"""RSS and Atom feeds: one article for each entry, as feedparser reads them.

A feed tells when an entry was published or updated, not when the feed was fetched: the capture stays unknown.
"""

from collections.abc import Iterator
from typing import Any

from etl.extract import files, instants, markup, wire
from etl.extract.records import Bounds, Record, Refusal, RefusedError, Source, Stated

ROOTS = frozenset({"rss", "feed", "RDF"})


def read(source: Source) -> Iterator[Record | Refusal]:
    """Read a feed file."""
    data = files.content(source, source.max_markup_bytes)
    yield from entries(data, source)


def entries(data: bytes, source: Source) -> Iterator[Record | Refusal]:
    """The entries of a feed.

    Args:
        data: the feed; one that is not well-formed is read as far as it can be, and a refusal says so.
        source: where it stands.

    Raises:
        RefusedError: it is no feed, or declares entities.

    """
    import feedparser

    markup.refuse_entities(data, source.place)
    # the sanitiser is slow and not needed: of HTML only the text is taken
    feed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    if not feed.entries:
        raise RefusedError("empty", f"{source.place}: no entry of an RSS or Atom feed in it: fetch it again")
    kind = "atom" if feed.get("version", "").startswith("atom") else "rss"
    for number, entry in enumerate(feed.entries, start=1):
        yield _entry(entry, source, number, kind, feed.encoding or "utf-8")
    if feed.bozo and "ncoding" not in type(feed.get("bozo_exception")).__name__:
        detail = f"{source.place}: after entry {len(feed.entries)} not well-formed ({_error(feed)}): fetch it again"
        yield Refusal(source.uri, "damaged", detail)


def _error(feed: Any) -> str:
    return " ".join(str(feed.get("bozo_exception") or "no such element").split())


def _entry(entry: Any, source: Source, number: int, kind: str, encoding: str) -> Record | Refusal:
    contents = [part.get("value") or "" for part in entry.get("content") or ()]
    body = max((*contents, entry.get("summary") or ""), key=len)
    stated = Stated(
        headline=" ".join(markup.prose(entry.get("title") or "")),
        credit=(entry.get("source") or {}).get("title") or entry.get("author"),
    )
    return wire.record(
        entry.get("link") or entry.get("id") or f"{source.uri}#{number}",
        kind,
        f"application/{kind}+xml",
        stated,
        markup.prose(body),
        published=_published(entry),
        encoding=encoding,
    )


def _published(entry: Any) -> Bounds:
    """When it was published; of an entry that only says when it was updated, no later than that."""
    published = instants.either(entry.get("published"), entry.get("created"))
    if any(published):
        return published
    return None, instants.either(entry.get("updated"))[1]
