"""HTML pages: the main text by trafilatura, and the lists of items beside it, which trafilatura drops.

The text is laid out as the page splitter reads it:

    headline
    paragraphs of the lead

    heading of a list
    title of an item
    its text
    its stamp

A list is told by its structure: elements of one kind, side by side, each with one stamp (`<time>`, or an element
whose class names a time) and words of its own. Where a stamp stands before its item, it is moved behind it.
Metadata is read by us, not by trafilatura, which keeps only the day of a publication and takes as long again.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any, NamedTuple

import re2

from etl.extract import files, instants, markup
from etl.extract.records import Bounds, Record, RefusedError, Source, Stated
from etl.extract.text import clean, decode

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE)
_HEAD_BYTES = 4096
"""Where a page must declare its encoding: the standard says 1024."""
_OPENING = 50
"""Bytes of a page in which trafilatura looks for `html`."""
_FAULTY = re2.compile(
    rb"(?i)\A\s*< ?! ?doctype[^>]*/|<html[^>]*/\s*>|[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]"
)
"""What trafilatura repairs before it parses, and more: control characters, a doctype with a slash, `<html/>`."""
_LONGEST_STAMP = 60
_MAX_ELEMENTS = 50_000
"""Elements of a page: trafilatura takes seconds for so many, and minutes for ten times as many."""
_FEW_TIMES = 2
"""So many `<time>` an article alone has: its publication and its update."""
_HIGHEST = 40
"""Levels above a stamp at which its item may stand."""
_WHEN = re2.compile(rb"(?i)\0((?:[^\0]*[\s_-])?(?:time|timestamp|date|pubdate|datum|tijd|ago)(?:[\s_-][^\0]*)?)\0")
"""Of classes between NULs, which none holds, those of elements that say when."""
_FEW_NAMES = 8
"""So many classes of a page are looked for by an expression; of a page with more, its elements are walked through."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_NO_NEWS = re.compile(r"comment|reactie|disqus|weather|agenda", re.IGNORECASE)
_LETTERS = re.compile(r"[^\W\d_]{2}")
_LOCAL_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?P<offset>[+-]\d\d:?\d\d)")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_SITE = re.compile(r"\s+[|–—-]\s+[^|–—]{2,40}\Z")
_ARTICLE_TYPES = re.compile(r"Article|BlogPosting|Report\b|LiveBlog")


class Page(NamedTuple):
    """What a page says."""

    text: str
    """Empty where nothing on it is text."""
    headline: str | None
    published: Bounds


class _Item(NamedTuple):
    lines: list[str]
    stamp: str


class _List(NamedTuple):
    heading: str | None
    items: list[_Item]


def read(source: Source) -> Iterator[Record]:
    """Read an HTML file: one page."""
    data = files.content(source, source.max_markup_bytes)
    text, encoding = decode(data, source.place, declared(data))
    page = extract(text, source.place)
    digest = hashlib.sha256(data).hexdigest()
    yield Record(
        source.uri,
        "html",
        "text/html",
        encoding,
        digest,
        page.text,
        published=page.published,
        stated=Stated(headline=page.headline),
    )


def declared(data: bytes) -> str | None:
    """The encoding that a page declares in its head."""
    match = _CHARSET.search(data[:_HEAD_BYTES])
    return match[1].decode("ascii") if match else None


def extract(content: str, place: str) -> Page:
    """Take the text and the metadata of a page.

    Args:
        content: the page, decoded.
        place: what to call it in an error.

    Raises:
        RefusedError: nothing on it is text (empty).

    """
    tree = _tree(content)
    if tree is None:
        raise RefusedError("empty", f"{place} holds no HTML element with text: fetch the page again")
    if tree.xpath("count(//*)") > _MAX_ELEMENTS:
        raise RefusedError("too_large", f"{place} has more than {_MAX_ELEMENTS} elements, as no page has: split it")
    headline, published = _metadata(tree)
    lists = _lists(tree)
    lead = _lead(_main(tree).split("\n"), lists)
    blocks = [[headline] if headline and lead and lead[0] != headline else [], lead]
    text = "\n".join(line for block in blocks for line in block)
    text = clean("\n\n".join(part for part in (text, *map(_laid_out, lists)) if part)).strip()
    if not text:
        raise RefusedError("empty", f"{place} holds no text outside of scripts and menus: fetch the page as rendered")
    return Page(text, headline, published if lead else (None, None))


def _tree(content: str) -> Any:
    """The tree that `trafilatura.load_html` makes of a page, or None.

    Most of what it does beside parsing is to look for what it would repair; here that is seen faster.
    """
    from lxml import etree, html
    from trafilatura.utils import HTML_PARSER, load_html

    data = content.encode("utf-8", "surrogatepass")
    if b"html" in data[:_OPENING].lower() and not _FAULTY.search(data):
        with suppress(
            ValueError, etree.ParserError
        ):  # an encoding that is declared as in XML; nothing but white space
            tree = html.fromstring(content, parser=HTML_PARSER)
            if len(tree):
                return tree
    return load_html(content)


def _main(tree: Any) -> str:
    """The text that `trafilatura.bare_extraction` takes from a page, or none; the tree is spoiled.

    It copies a tree that it is given, which takes a twentieth of its time: here is what it does with the copy.
    Comments of readers come apart: they are left out.
    """
    from trafilatura.core import trafilatura_sequence
    from trafilatura.xml import xmltotxt

    options = _options()
    try:
        body, text, _, comments = trafilatura_sequence(tree, options)
    except (TypeError, ValueError):  # as it does
        return ""
    if len(text) < options.min_output_size and len(comments) < options.min_output_comm_size:
        return ""
    return xmltotxt(body, options.formatting)


@lru_cache(maxsize=1)
def _options() -> Any:
    """What bare_extraction does without options; to work them out takes as long as to parse a small page."""
    from trafilatura.settings import Extractor

    return Extractor(output_format="python")


def _laid_out(found: _List) -> str:
    items = "\n\n".join("\n".join((*item.lines, item.stamp)) for item in found.items)
    return f"{found.heading}\n{items}" if found.heading else items


def _lead(lines: list[str], lists: list[_List]) -> list[str]:
    """The lines of the main text that stand in no list; none where what is left is no prose: an index has no lead."""
    lines = [line.strip() for line in lines if line.strip()]
    if not lists:
        return lines
    known: set[str] = set()
    for found in lists:
        known.update((found.heading or "",))
        for item in found.items:
            known.update((*item.lines, item.stamp, " ".join(item.lines)))
            known.update((" ".join((*item.lines, item.stamp)), " ".join((item.stamp, *item.lines))))
    plain = set(map(_plain, known))
    left = [line for line in lines if _plain(line) not in plain]
    return left if any(len(line) > 80 for line in left) else []


def _plain(line: str) -> str:
    """A line without what trafilatura puts before an item of a list and between the cells of a table."""
    line = line.removeprefix("- ")
    return " ".join(line.replace("|", " ").split()) if "|" in line else line


class _Stamp(NamedTuple):
    """An element that says when, and what it stands in, from near to far."""

    element: Any
    shown: str
    """Its words."""
    text: str
    """Its words, or the time that its markup has instead."""
    ancestors: list[Any]


def _lists(tree: Any) -> list[_List]:
    """The lists of items with stamps, in the page's order."""
    stamps = list(_stamps(tree))
    if len(stamps) < 2:
        return []
    counts = Counter(above for stamp in stamps for above in stamp.ancestors)
    found: dict[Any, list[tuple[Any, _Stamp]]] = {}
    for stamp in stamps:
        item = stamp.element
        for above in stamp.ancestors:
            if counts[above] > 1:
                found.setdefault(above, []).append((item, stamp))
                break
            item = above
    return [made for parent, pairs in found.items() if (made := _list(parent, pairs))]


def _stamps(tree: Any) -> Iterator[_Stamp]:
    """Elements that say when.

    They are short, not within each other, and not two of one item right beside each other.
    """
    before = None
    known: dict[Any, tuple[list[Any], bool]] = {}
    for element in _timed(tree):
        n_inside = len(element)
        if n_inside > 5:
            continue
        shown = " ".join(((element.text_content() if n_inside else element.text) or "").split())
        text = _stamp_text(element, shown)
        if not 0 < len(text) <= _LONGEST_STAMP:
            continue
        ancestors, is_news = _ancestors(element, known)
        if before is not None and (before in ancestors or _is_beside(before, element)):
            continue
        if is_news:
            before = element
            yield _Stamp(element, shown, text, ancestors)


def _timed(tree: Any) -> list[Any]:
    """The elements that say when by their name, or by their class; none where there are too few for a list."""
    times = list(tree.iter("time"))
    # classes are looked at, which takes longer, only where the page has no list in the elements made for it
    if len(times) > _FEW_TIMES:
        return times
    counts = Counter(_classes()(tree))
    named = {name.decode() for name in _WHEN.findall(("\0" + "\0\0".join(counts) + "\0").encode())}
    if len(times) + sum(counts[name] for name in named) < 2:
        return []
    if len(named) <= _FEW_NAMES:
        found = _either(len(named))(tree, **{f"name{i}": name for i, name in enumerate(named)})
    else:
        found = [e for e in tree.iter() if e.tag == "time" or e.get("class") in named]
    return [element for element in found if element.tag not in ("html", "body")]


@lru_cache(maxsize=1)
def _classes() -> Any:
    """What gives the classes of all elements of a tree, as often as they stand in it."""
    from lxml import etree

    return etree.XPath("//@class", smart_strings=False)


@lru_cache(maxsize=_FEW_NAMES + 1)
def _either(n: int) -> Any:
    """What gives the elements that are `<time>`, or of one of n classes: `name0` and so on."""
    from lxml import etree

    is_named = " or ".join(f". = $name{i}" for i in range(n)) or "false()"
    return etree.XPath(f"//time | //@class[{is_named}]/..")


def _is_beside(first: Any, second: Any) -> bool:
    """Whether two stamps follow each other with nothing but a word between, such as `bijgewerkt`."""
    if first.getnext() is not second:
        return False
    return len((first.tail or "").strip()) < 20


def _ancestors(element: Any, known: dict[Any, tuple[list[Any], bool]]) -> tuple[list[Any], bool]:
    """What an element stands in, up to the body, and whether all of it may hold news.

    Of neighbours most is the same, and `known`.
    """
    path = []
    parent = element.getparent()
    while parent is not None and parent.tag != "html" and parent not in known:
        path.append(parent)
        parent = parent.getparent()
    found, is_news = known.get(parent, ([], True))
    for above in reversed(path):
        found = [above, *found[: _HIGHEST - 1]]
        is_news = is_news and _may_be_news(above.get("class"), above.get("id"))
        known[above] = found, is_news
    return found, is_news


@lru_cache(maxsize=1000)
def _may_be_news(name: str | None, id_: str | None) -> bool:
    """Whether an element may hold news, by its class and its id; neighbours have the same."""
    return not _NO_NEWS.search(f"{name or ''} {id_ or ''}")


def _list(parent: Any, pairs: list[tuple[Any, _Stamp]]) -> _List | None:
    """A list of the children of an element, each with its stamp; None where they are no list."""
    if len(pairs) < 2:
        return None
    if all(item is stamp.element for item, stamp in pairs):
        items = list(_flat(parent, [stamp for _, stamp in pairs]))
    else:
        (tag, n), *_ = Counter(item.tag for item, _ in pairs).most_common(1)
        if n < 2:
            return None
        items = [_Item(_item_lines(item, stamp), stamp.text) for item, stamp in pairs if item.tag == tag]
    items = [item for item in items if any(_LETTERS.search(line) for line in item.lines)]
    return _List(_heading(parent, pairs[0][0]), items) if len(items) > 1 else None


def _item_lines(item: Any, stamp: _Stamp) -> list[str]:
    """The lines of an item but for its stamp; of a line that stands twice, one."""
    return list(dict.fromkeys(line for line in _without(markup.lines(item), stamp.shown) if line))


def _without(lines: list[str], stamp: str) -> Iterator[str]:
    """The lines without the stamp: a line of its own, or the beginning or end of another, once."""
    is_left = bool(stamp)
    for line in lines:
        if is_left and line == stamp:
            is_left = False
        elif is_left and line.endswith(stamp):
            is_left = False
            yield line[: -len(stamp)].rstrip(" |·•-–,")
        elif is_left and line.startswith(stamp):
            is_left = False
            yield line[len(stamp) :].lstrip(" |·•-–,:")
        else:
            yield line


def _flat(parent: Any, stamps: list[_Stamp]) -> Iterator[_Item]:
    """Items that have no element of their own: what stands between the stamps, behind or before each."""
    own = {stamp.element: stamp.text for stamp in stamps}
    blocks: list[tuple[str, list[str]]] = []
    lines: list[str] = []
    for child in parent:
        if child in own:
            blocks.append((own[child], lines))
            lines = []
        elif markup.local(child) not in _HEADINGS | {"header"} or blocks or lines:
            lines += markup.lines(child)
        elif child.getnext() is not None and child.getnext() not in own:
            lines = markup.lines(child)
    if lines and not blocks[0][1]:  # the stamps open their items
        texts = [*(lines_before for _, lines_before in blocks[1:]), lines]
    else:
        texts = [lines_before for _, lines_before in blocks]
    for (stamp, _), text in zip(blocks, texts, strict=True):
        yield _Item(list(dict.fromkeys(text)), stamp)


def _heading(parent: Any, first: Any) -> str | None:
    """The heading that stands before a list: beside its first item, or beside the list, at most two levels up."""
    element = first
    for _ in range(4):
        for sibling in element.itersiblings(preceding=True):
            name = markup.local(sibling)
            if name in _HEADINGS:
                return markup.words(sibling)
            if name in ("header", "div") and (inside := sibling.find(".//h2")) is not None:
                return markup.words(inside)
            break
        element = element.getparent()
        if element is None or element.tag in ("body", "html"):
            return None
    return None


def _stamp_text(element: Any, shown: str) -> str:
    """The words of a stamp; where they name no year and its markup has the site's own civil time, that."""
    stated = (element.get("datetime") or "").strip()
    if not stated:
        return shown
    match = _LOCAL_TIME.fullmatch(stated)
    if match and match["offset"].strip("+-0:") and not _YEAR.search(shown):
        return stated
    return shown or stated


def _metadata(tree: Any) -> tuple[str | None, Bounds]:
    """The headline, and when the page says it was published."""
    metas = {
        (meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower(): content
        for meta in tree.iter("meta")
        if (content := meta.get("content")) is not None
    }
    data = _linked_data(tree)
    titles = [title for title in map(markup.words, tree.iter("h1")) if title]
    title = markup.words(next(tree.iter("title"), None))
    headline = (
        (titles[0] if len(titles) == 1 else None)
        or _string(data.get("headline"))
        or _string(metas.get("og:title"))
        or (_SITE.sub("", title) if title else None)
    )
    published = instants.either(
        _string(data.get("datePublished")),
        metas.get("article:published_time"),
        metas.get("datepublished"),
        metas.get("og:article:published_time"),
        metas.get("dcterms.created"),
        metas.get("pubdate"),
    )
    return headline, published


def _linked_data(tree: Any) -> dict[str, Any]:
    """The first article that the page describes in JSON-LD."""
    for script in tree.iter("script"):
        if script.get("type") != "application/ld+json":
            continue
        try:
            data = json.loads(script.text or "")
        except (ValueError, RecursionError):
            continue
        nodes = data if isinstance(data, list) else [data]
        for node in nodes:
            graph = node.get("@graph") if isinstance(node, dict) else None
            for thing in [node, *(graph if isinstance(graph, list) else [])]:
                if isinstance(thing, dict) and _ARTICLE_TYPES.search(str(thing.get("@type"))):
                    return thing
    return {}


def _string(value: object) -> str | None:
    return " ".join(value.split()) or None if isinstance(value, str) else None
