"""From a page's text to its items: a lead, teasers with their stamps, briefs.

    headline                                   Meer uit Buitenland
    PLACE (ANP) - lead …                       PLACE (ANP) - teaser
    paragraphs of the lead                     37 minuten geledenPLACE (ANP) - next teaser

Items are told apart by structure: a stamp closes the item before it and may be glued to what follows; a dateline
opens one; a short line without a full stop before a text is its title. Words of furniture (`Meer uit`, `Net
binnen`) are data of the languages. A lead has no stamp and must not inherit a teaser's.

Every character belongs to one item or to named furniture; `split` gives both.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from etl import languages
from etl.transform import datelines
from etl.transform.records import Dateline, Item, Span, Stamp
from etl.transform.times import stamps

FurnitureKind = Literal["heading", "boilerplate", "stamp"]


class Furniture(NamedTuple):
    """A stretch of the page that is no item."""

    kind: FurnitureKind
    start: int
    end: int


class Page(NamedTuple):
    """The items of a page in their order, and its furniture."""

    items: tuple[Item, ...]
    furniture: tuple[Furniture, ...]


class _Line(NamedTuple):
    """A line, or what a glued stamp leaves of it, without the white space at its ends."""

    start: int
    end: int
    text: str
    kind: Literal["text", "stamp", "heading", "brief"]
    stamp: Stamp | None = None
    section: str | None = None
    dateline: Dateline | None = None
    title: Span | None = None

    @property
    def is_short(self) -> bool:
        """Whether it can be a title: one line of a few words that does not end as a sentence does."""
        return self.dateline is None and len(self.text) <= 150 and not _SENTENCE_END.search(self.text)


class _Group(NamedTuple):
    """The lines that one stamp closes, or that a heading or the page's end cuts off."""

    lines: list[_Line]
    stamp: Stamp | None
    section: str | None


_SENTENCE_END = re.compile(r"[.!?…:;,][\"”’')\]]*\Z")
_BRIEF = re.compile(r"[-–•*] (?:(?P<section>[^\d\n]{2,40}?) )?(?P<clock>[0-2]?\d[:.][0-5]\d) (?P<title>\S.*)")
_LINE = re.compile(r"[^\n]+")


def split(text: str, is_place: Callable[[str], bool]) -> Page:
    """Split a page into items and furniture.

    Args:
        text: the document's text.
        is_place: whether the gazetteer knows a name; decides on datelines with neither credit nor capitals.

    Returns:
        Items in the page's order, spans in code points of `text`.
    """
    lines = list(_lines(text, is_place))
    groups, furniture = _groups(lines)
    titled = sum(len(g.lines) > 1 and g.lines[0].is_short for g in groups) > len(groups) / 2
    items: list[Item] = []
    section: str | None = None  # of an index, the heading above the first title is that of those below it too
    for i, group in enumerate(groups):
        placed = group._replace(section=group.section or section)
        items += _items(placed, furniture, is_first=i == 0, titled=titled)
        if items and items[-1].role != "brief":
            section = items[-1].section
    return Page(_with_roles(items), tuple(sorted(furniture, key=lambda f: f.start)))


_DATE_LINES = 3
"""Lines at the top of a text among which one may be its date."""


def whole(text: str, is_place: Callable[[str], bool]) -> Page:
    """Take a text as one article: its title if it opens with one, a line with its date, its dateline, its body."""
    lines = list(_cut(text))
    stamp = None
    for i, line in enumerate(lines[:_DATE_LINES]):
        # of an age only a page can say to what moment it belongs
        if len(lines) > 1 and (found := stamps.whole(line.text)) and found.offset_min_s is None:
            stamp = _stamp_line(line, found).stamp
            del lines[i]
            break
    lines[:2] = [line._replace(dateline=datelines.parse(text, line.start, line.end, is_place)) for line in lines[:2]]
    if not lines:
        return Page((), ())
    furniture: list[Furniture] = []
    item = _item(_Group(lines, stamp, None), furniture)
    return Page((item._replace(role="lead"),), tuple(furniture))


def _cut(text: str) -> Iterator[_Line]:
    """The lines that hold anything, trimmed."""
    for match in _LINE.finditer(text):
        raw = match.group()
        stripped = raw.strip()
        if stripped:
            start = match.start() + raw.index(stripped)
            yield _Line(start, start + len(stripped), stripped, "text")


def _lines(text: str, is_place: Callable[[str], bool]) -> Iterator[_Line]:
    """Lines with stamps cut off, headings and briefs known, datelines read."""
    for line in _cut(text):
        for part in _unglue(line):
            if part.kind == "stamp":
                yield part
            elif heading := _heading(part):
                yield heading
            elif match := _BRIEF.match(part.text):
                yield _brief(part, match)
            else:
                yield part._replace(dateline=datelines.parse(text, part.start, part.end, is_place))


def _unglue(line: _Line) -> Iterator[_Line]:
    """Cut a stamp off the line's beginning or end."""
    if stamp := stamps.leading(line.text):
        yield _stamp_line(line, stamp)
        rest = line.text[stamp.end :]
        if rest.strip():
            start = line.start + stamp.end + len(rest) - len(rest.lstrip())
            yield from _unglue(_Line(start, line.end, rest.strip(), "text"))
        return
    if stamp := stamps.trailing(line.text):
        body = line.text[: stamp.start].rstrip()
        if body:
            yield _Line(line.start, line.start + len(body), body, "text")
        yield _stamp_line(line, stamp)
        return
    yield line


def _stamp_line(line: _Line, stamp: Stamp) -> _Line:
    start, end = line.start + stamp.start, line.start + stamp.end
    moved = stamp._replace(start=start, end=end)
    return _Line(start, end, line.text[stamp.start : stamp.end], "stamp", stamp=moved)


def _brief(line: _Line, match: re.Match[str]) -> _Line:
    """A line of a `Net binnen` list: its clock is its stamp, and may be yesterday's."""
    at = line.start + match.start("clock")
    stamp = stamps.whole(match["clock"])
    moved = stamp._replace(start=at + stamp.start, end=at + stamp.end) if stamp else None
    title = Span(line.start + match.start("title"), line.start + match.end("title"))
    return line._replace(kind="brief", section=match["section"], stamp=moved, title=title)


def _heading(line: _Line) -> _Line | None:
    """The line as a heading of a list, where its words say so."""
    if len(line.text) > 60 or _SENTENCE_END.search(line.text):
        return None
    sections, plain = _heading_words()
    if line.text.rstrip(":").casefold() in plain:
        return line._replace(kind="heading")
    for prefix in sections:
        if line.text.startswith(prefix + " ") and len(line.text.split()) <= len(prefix.split()) + 3:
            return line._replace(kind="heading", section=line.text[len(prefix) :].strip())
    return None


@lru_cache(maxsize=1)
def _heading_words() -> tuple[tuple[str, ...], frozenset[str]]:
    """Prefixes of section headings, longest first, and headings that name none; of all languages."""
    tables = [languages.toml(code, "pages")["headings"] for code in _languages_with_pages()]
    prefixes = {prefix for table in tables for prefix in table["section"]}
    plain = frozenset(word.casefold() for table in tables for word in table["plain"])
    return tuple(sorted(prefixes, key=len, reverse=True)), plain


@lru_cache(maxsize=1)
def _title_credits() -> re.Pattern[str]:
    words = {w for code in _languages_with_pages() for w in languages.toml(code, "pages")["titles"]["credits"]}
    return re.compile("(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + r") (?=\S)")


def _languages_with_pages() -> list[str]:
    return [code for code in languages.available() if languages.has(code, "pages.toml")]


def _groups(lines: Sequence[_Line]) -> tuple[list[_Group], list[Furniture]]:
    """Cut the lines at stamps and headings. A stamp with nothing before it is furniture: a page's date line."""
    groups: list[_Group] = []
    furniture: list[Furniture] = []
    open_lines: list[_Line] = []
    section: str | None = None
    for line in lines:
        if line.kind == "stamp":
            if open_lines:
                groups.append(_Group(open_lines, line.stamp, section))
                open_lines = []
            else:
                furniture.append(Furniture("stamp", line.start, line.end))
        elif line.kind == "heading":
            if open_lines:
                groups.append(_Group(open_lines, None, section))
                open_lines = []
            section = line.section
            furniture.append(Furniture("heading", line.start, line.end))
        elif line.kind == "brief":
            if open_lines:
                groups.append(_Group(open_lines, None, section))
                open_lines = []
            groups.append(_Group([line], line.stamp, line.section))
        else:
            open_lines.append(line)
    if open_lines:
        groups.append(_Group(open_lines, None, section))
    return groups, furniture


def _items(group: _Group, furniture: list[Furniture], *, is_first: bool, titled: bool) -> Iterator[Item]:
    """The items of a group: one, or several where more than one dateline opens in it."""
    lines = group.lines
    if is_first:
        lines = _without_boilerplate(lines, furniture)
    starts = [i for i, line in enumerate(lines) if line.dateline]
    cuts = [0]
    for i in starts[1:]:
        # the short line before a dateline is the next item's title where items have titles, else a heading
        cuts.append(i - 1 if titled and i - 1 > cuts[-1] and lines[i - 1].is_short else i)
    for a, b in zip(cuts, [*cuts[1:], len(lines)], strict=True):
        part = lines[a:b]
        is_last = b == len(lines)
        if not is_last and len(part) > 1 and part[-1].is_short and not titled:
            furniture.append(Furniture("heading", part[-1].start, part[-1].end))
            group = group._replace(section=part[-1].text)
            part = part[:-1]
        stamp = group.stamp if is_last else None
        if stamp is None and len(part) == 1 and part[0].kind == "text" and part[0].is_short:
            furniture.append(Furniture("boilerplate", part[0].start, part[0].end))
        else:
            yield _item(_Group(part, stamp, group.section), furniture)


def _without_boilerplate(lines: list[_Line], furniture: list[Furniture]) -> list[_Line]:
    """Where a headline stands twice, what is before it is boilerplate, and so is its first copy."""
    for i in range(min(len(lines) - 1, 12)):
        if lines[i].text == lines[i + 1].text:
            furniture.extend(Furniture("boilerplate", line.start, line.end) for line in lines[: i + 1])
            return lines[i + 1 :]
    return lines


def _item(group: _Group, furniture: list[Furniture]) -> Item:
    """One item from its lines: titles first, then the dateline and the body."""
    lines = group.lines
    n_titles = 0
    while n_titles < len(lines) - 1 and lines[n_titles].is_short:
        n_titles += 1
    section = group.section
    for line in lines[: max(0, n_titles - 1)]:  # short lines above the title are headings, the nearest the section
        furniture.append(Furniture("heading", line.start, line.end))
        section = line.text
    title = lines[n_titles - 1] if n_titles else None
    first, last = lines[n_titles], lines[-1]
    is_brief = first.kind == "brief"
    return Item(
        role="brief" if is_brief else "teaser",
        section=section,
        headline=first.title or (_title_span(title, furniture) if title else None),
        item=Span(first.start, last.end),
        body=Span(last.end if is_brief else first.dateline.end if first.dateline else first.start, last.end),
        dateline=first.dateline,
        stamp=group.stamp,
    )


def _title_span(line: _Line, furniture: list[Furniture]) -> Span:
    """The title without the photo credit before it (`ANP <title>`), which is furniture."""
    credit = _title_credits().match(line.text)
    if credit is None:
        return Span(line.start, line.end)
    furniture.append(Furniture("boilerplate", line.start, line.start + credit.end()))
    return Span(line.start + credit.end(), line.end)


def _with_roles(items: Sequence[Item]) -> tuple[Item, ...]:
    """The first item is the lead if it has no stamp: the page is its own. A single item always is."""
    if items and items[0].role != "brief" and (items[0].stamp is None or len(items) == 1):
        return (items[0]._replace(role="lead"), *items[1:])
    return tuple(items)
