"""XML files: what they are is told by their root, for `.xml` is no format."""

from collections.abc import Iterator

from etl.extract import feeds, files, html, markup, newsml
from etl.extract.records import Record, Refusal, RefusedError, Source


def read(source: Source) -> Iterator[Record | Refusal]:
    """Read an XML file: NewsML-G2, NewsML 1.x, NITF, RSS, Atom or XHTML."""
    data = files.content(source, source.max_markup_bytes)
    try:
        root = markup.xml(data, source.place)
    except RefusedError as error:
        # a feed that is not well-formed can be read in part
        if error.reason == "damaged" and any(f"<{name}".encode() in data[:4096] for name in feeds.ROOTS):
            yield from feeds.entries(data, source)
            return
        raise
    name = markup.local(root)
    if name in newsml.ROOTS:
        encoding = (root.getroottree().docinfo.encoding or "utf-8").lower()
        yield from newsml.ROOTS[name](root, source, encoding)
    elif name in feeds.ROOTS:
        yield from feeds.entries(data, source)
    elif name == "html":
        yield from html.read(source)
    else:
        known = ", ".join([*newsml.ROOTS, *sorted(feeds.ROOTS), "html"])
        raise RefusedError(
            "unknown_format",
            f"{source.place}: XML whose root is <{name[:60]}>; there are readers for {known}: convert it, or "
            "leave it out",
        )
