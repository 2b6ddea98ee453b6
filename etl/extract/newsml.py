"""NewsML-G2, NewsML 1.2 and NITF, the IPTC's news in XML: one article for each news item.

What the item states (headline, dateline, place, credit, times) is taken from its own elements; an empty DateLine is
normal, and the text is parsed all the same. Names are compared without their namespaces: agencies use several.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from etl.extract import instants, markup, wire
from etl.extract.markup import first, local, words
from etl.extract.records import Record, Refusal, Source, Stated

_NO_BODY = markup.SILENT | {"body.head", "body.end", "media", "hedline", "byline", "dateline", "head"}


def g2(root: Any, source: Source, encoding: str) -> Iterator[Record | Refusal]:
    """News items of NewsML-G2, alone or in a message. Packages refer to items and hold no text."""
    items = [root] if local(root) == "newsItem" else [e for e in root.iter() if local(e) == "newsItem"]
    for number, item in enumerate(items, start=1):
        uri = item.get("guid") or f"{source.uri}#{number}"
        status = first(item, "itemMeta", "pubStatus")
        refused = wire.withdrawn(uri, status.get("qcode") if status is not None else None)
        yield refused or _g2_item(item, uri, encoding)


def _g2_item(item: Any, uri: str, encoding: str) -> Record | Refusal:
    content = first(item, "contentSet")
    inline = (
        next((e for e in content if local(e) in ("inlineXML", "inlineData")), None) if content is not None else None
    )
    if inline is None:
        return Refusal(
            uri, "no_page", f"{uri}: a news item without text of its own, such as a picture: nothing to do"
        )
    meta = first(item, "contentMeta")
    nitf_head = first(inline, "body.head")
    stated = Stated(
        headline=_child(meta, "headline") or words(first(inline, "hl1")),
        dateline=_child(meta, "dateline") or words(first(inline, "dateline")),
        location=words(first(meta, "located", "name")) if meta is not None else None,
        credit=_child(meta, "creditline")
        or words(first(nitf_head, "distributor") if nitf_head is not None else None),
    )
    published = wire.sent(
        words(first(item, "itemMeta", "versionCreated")),
        words(first(item, "itemMeta", "firstCreated")),
        words(first(item, "itemMeta", "embargoed")),
    )
    return wire.record(
        uri,
        "newsml-g2",
        "application/vnd.iptc.g2.newsitem+xml",
        stated,
        _inline_text(inline),
        published=published,
        revision=wire.revision(item.get("guid"), item.get("version")),
        encoding=encoding,
    )


def _inline_text(inline: Any) -> list[str]:
    if local(inline) == "inlineData":
        return markup.prose(inline.text or "")
    return _body(inline)


def newsml1(root: Any, source: Source, encoding: str) -> Iterator[Record | Refusal]:
    """News items of NewsML 1.x. Of a news item, one component holds the text; others hold its pictures."""
    for number, item in enumerate((e for e in root.iter() if local(e) == "NewsItem"), start=1):
        uri = words(first(item, "PublicIdentifier")) or words(first(item, "NewsItemId")) or f"{source.uri}#{number}"
        status = first(item, "NewsManagement", "Status")
        refused = wire.withdrawn(uri, status.get("FormalName") if status is not None else None)
        yield refused or _newsml1_item(item, uri, encoding)


def _newsml1_item(item: Any, uri: str, encoding: str) -> Record | Refusal:
    body, nitf = _newsml1_text(item)
    if not body:
        return Refusal(
            uri, "no_page", f"{uri}: a news item without text of its own, such as a picture: nothing to do"
        )
    lines = first(item, "NewsLines")
    own = _nitf_stated(nitf) if nitf is not None else Stated()
    stated = Stated(
        headline=_child(lines, "HeadLine") or own.headline,
        dateline=_child(lines, "DateLine") or own.dateline,
        location=_newsml1_location(item) or own.location,
        credit=_child(lines, "CreditLine") or own.credit,
    )
    published = wire.sent(
        words(first(item, "NewsManagement", "ThisRevisionCreated")),
        words(first(item, "NewsManagement", "FirstCreated")),
        words(first(item, "NewsManagement", "StatusWillChange", "DateAndTime")),
    )
    return wire.record(
        uri,
        "newsml",
        "text/vnd.iptc.newsml",
        stated,
        body,
        published=published,
        revision=_newsml1_revision(item),
        encoding=encoding,
    )


def _newsml1_revision(item: Any) -> tuple[str | None, int | None]:
    """The item by its provider, date and id: the public identifier is another for each revision."""
    names = [words(first(item, "NewsIdentifier", name)) for name in ("ProviderId", "DateId", "NewsItemId")]
    number = words(first(item, "NewsIdentifier", "RevisionId"))
    return wire.revision(":".join(["urn:newsml", *filter(None, names)]) if all(names) else None, number)


def _newsml1_text(item: Any) -> tuple[list[str], Any]:
    """The text of the first content that is one, and its NITF where it is that."""
    for content in (e for e in item.iter() if local(e) == "DataContent"):
        nitf = first(content, "nitf")
        body = _body(content) if len(content) else markup.prose(content.text or "")
        if body:
            return body, nitf
    return [], None


def _newsml1_location(item: Any) -> str | None:
    """The city of the location of the component, or whatever it names most closely."""
    location = first(item, "DescriptiveMetadata", "Location")
    if location is None:
        return None
    named = {e.get("FormalName"): e.get("Value") for e in location.iter() if local(e) == "Property"}
    return named.get("City") or named.get("CountryArea") or named.get("Country") or words(location)


def nitf(root: Any, source: Source, encoding: str) -> Iterator[Record | Refusal]:
    """The one article of a NITF document."""
    docdata = first(root, "docdata")
    identity = first(docdata, "doc-id") if docdata is not None else None
    uri = (identity.get("id-string") if identity is not None else None) or source.uri
    release, issue = (
        first(docdata, name) if docdata is not None else None for name in ("date.release", "date.issue")
    )
    published = instants.either(*(date.get("norm") for date in (release, issue) if date is not None), None)
    yield wire.record(
        uri, "nitf", "application/nitf+xml", _nitf_stated(root), _body(root), published=published, encoding=encoding
    )


def _nitf_stated(root: Any) -> Stated:
    head = first(root, "body.head")
    if head is None:
        return Stated(headline=words(first(root, "title")))
    dateline = first(head, "dateline")
    return Stated(
        headline=words(first(head, "hl1")) or words(first(root, "title")),
        dateline=words(dateline),
        location=words(first(dateline, "location")) if dateline is not None else None,
        credit=words(first(head, "distributor")),
    )


def _body(element: Any) -> list[str]:
    """The paragraphs of the content, without its head, its media and its end."""
    content = first(element, "body.content")
    if content is None:
        content = first(element, "body")
    return markup.lines(element if content is None else content, _NO_BODY)


def _child(element: Any, name: str) -> str | None:
    """The words of the first child of that name that has any."""
    if element is None:
        return None
    return next((text for child in element if local(child) == name and (text := words(child))), None)


ROOTS: Mapping[str, Callable[[Any, Source, str], Iterator[Record | Refusal]]] = {
    "newsMessage": g2,
    "newsItem": g2,
    "packageItem": g2,
    "NewsML": newsml1,
    "nitf": nitf,
}
"""What reads a document, by the name of its root."""
