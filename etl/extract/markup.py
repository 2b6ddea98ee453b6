"""Trees of HTML and XML: parsed without network, entities or bombs, and walked without recursion."""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from html.entities import name2codepoint
from typing import Any

from etl.extract.records import RefusedError

_BLOCK_NAMES = """
address article aside blockquote body br caption center dd details dialog div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol option p pre section summary table tbody td
tfoot th thead tr ul
abstract block body.content hedline hl1 hl2 nitf-table note
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
"""Elements that stand on lines of their own: HTML's, and in the last line NITF's."""
_SILENT_NAMES = """
audio button canvas datalist embed head iframe input link map meta noscript object script select style svg template
textarea title video
"""
SILENT = frozenset(_SILENT_NAMES.split())
"""Elements whose text is not shown, or is no prose."""
_ENTITY = re.compile(rb"<\0*!\0*E\0*N\0*T\0*I\0*T\0*Y")
"""A declaration of an entity, in any encoding of Unicode."""
_NAMED = re.compile(rb"&([A-Za-z]{2,8}\d?\d?);")
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})
_PROLOG = 4096
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<[a-zA-Z!/?]")


def xml(data: bytes, place: str) -> Any:
    """Parse XML: no entity is expanded, no other file and no network is touched, depth and size are bounded.

    Args:
        data: the bytes; their encoding is as they declare, else as `text.decode` tells.
        place: what to call them in an error.

    Raises:
        RefusedError: it is no well-formed XML (damaged), or declares entities (unsafe).

    """
    from lxml import etree

    from etl.extract import text

    def parse(source: bytes | str) -> Any:
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        return etree.fromstring(source, parser)

    refuse_entities(data, place)
    if b"<!DOCTYPE" in data[:_PROLOG]:  # names that a DTD elsewhere declares, which is not loaded
        data = _NAMED.sub(_numbered, data)
    try:
        root = parse(data.lstrip(b" \t\r\n"))
    except etree.XMLSyntaxError as error:
        if "encod" not in str(error).lower() and "UTF-8" not in str(error):
            raise _malformed(place, error) from None
        decoded = text.decode(data, place).text
        try:
            root = parse(re.sub(r"\A\s*<\?xml[^>]*\?>", "", decoded))
        except (etree.XMLSyntaxError, ValueError) as again:
            raise _malformed(place, again) from None
    except (ValueError, LookupError) as error:
        raise _malformed(place, error) from None
    return root


def refuse_entities(data: bytes, place: str) -> None:
    """See that a document declares no entities: a bomb does, and one that reads other files.

    Raises:
        RefusedError: it does.

    """
    if _ENTITY.search(data):
        raise RefusedError(
            "unsafe", f"{place} declares entities of its own, as XML bombs do: remove its <!ENTITY …> lines"
        )


def _numbered(match: re.Match[bytes]) -> bytes:
    """A character of HTML by its number."""
    name = match[1].decode("ascii")
    point = name2codepoint.get(name) if name not in _XML_NAMES else None
    return f"&#{point};".encode() if point else match.group()


def _malformed(place: str, error: Exception) -> RefusedError:
    return RefusedError("damaged", f"{place}: not well-formed XML ({error}): fetch it again")


def local(element: Any) -> str:
    """The name of an element without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1] if isinstance(tag, str) else ""


def first(element: Any, *names: str) -> Any:
    """The first element below, in document order, that follows the names from one to the next; None if none does."""
    for name in names:
        element = next((e for e in element.iter() if local(e) == name and e is not element), None)
        if element is None:
            return None
    return element


def words(element: Any) -> str | None:
    """All text in an element on one line; None where there is none."""
    if element is None:
        return None
    return _SPACE.sub(" ", "".join(element.itertext())).strip() or None


def lines(element: Any, skip: frozenset[str] = SILENT) -> list[str]:
    """The text of an element as a reader sees it: a line for each block.

    Args:
        element: the root of what to read.
        skip: names of elements whose text is left out.

    """
    found: list[str] = []
    parts: list[str] = []
    kinds = _kinds(skip)
    # what the walk is in, with what is left of it; no recursion: depth comes from outside
    within: list[tuple[Any, bool, Iterator[Any]]] = [(None, False, iter((element,)))]
    while within:
        left, was_block, children = within[-1]
        for node in children:
            is_skipped, is_block, is_element = kinds[node.tag]
            if not is_skipped:
                if is_block and parts:
                    _break(parts, found)
                if is_element and (text := node.text):
                    parts.append(text)
                if len(node):
                    within.append((node, is_block, iter(node)))
                    break
            if is_block and parts:
                _break(parts, found)
            if (text := node.tail) and node is not element:
                parts.append(text)
        else:
            within.pop()
            if was_block and parts:
                _break(parts, found)
            if left is not None and left is not element and (text := left.tail):
                parts.append(text)
    if parts:
        _break(parts, found)
    return found


def _break(parts: list[str], found: list[str]) -> None:
    """End a line: what there is of it, on one line without the white space of the source."""
    if line := " ".join("".join(parts).split()):
        found.append(line)
    parts.clear()


class _Kinds(dict[object, tuple[bool, bool, bool]]):
    """Whether an element is skipped, is a block, is an element at all, by its tag; the same tags come again."""

    def __init__(self, skip: frozenset[str]) -> None:
        super().__init__()
        self.skip = skip

    def __missing__(self, tag: object) -> tuple[bool, bool, bool]:
        name = tag.rsplit("}", 1)[-1].lower() if isinstance(tag, str) else ""
        kind = name in self.skip, name in _BLOCKS, bool(name)
        if len(self) < _MOST_TAGS:
            self[tag] = kind
        return kind


_MOST_TAGS = 1000


@lru_cache(maxsize=8)
def _kinds(skip: frozenset[str]) -> _Kinds:
    return _Kinds(skip)


def prose(value: str) -> list[str]:
    """The lines of a field that may hold HTML, such as a feed's description."""
    if not _TAG.search(value):
        return [line for line in (_SPACE.sub(" ", part).strip() for part in unescape(value).splitlines()) if line]
    from lxml import etree, html

    try:
        return lines(html.fragment_fromstring(value.replace("\0", " "), create_parent="div"))
    except (etree.ParserError, ValueError):
        return []
