"""From a page's text to its items: a lead, teasers with their stamps, briefs.

    headline                                   Meer uit Buitenland
    PLACE (ANP) - lead …                       PLACE (ANP) - teaser
    paragraphs of the lead                     37 minuten geledenPLACE (ANP) - next teaser

Items are told apart by structure: a stamp closes the item before it and may be glued to what follows; a dateline
opens one; a short line without a full stop before a text is its title. Where a list begins with a stamp and does not
end with one, its stamps open their items; where they stand between title and text, they are in the middle. Words of
furniture (`Meer uit`, `Net binnen`) are data of the languages. A lead has no stamp and must not inherit a teaser's.

Every character belongs to one item or to named furniture; `split` gives both.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final, Literal, NamedTuple

from mypy_extensions import mypyc_attr

from etl import languages
from etl.schema.core import FurnitureKind
from etl.transform import agencies, datelines
from etl.transform.datelines import IsPlace
from etl.transform.records import Credit, Dateline, Item, Span, Stamp
from etl.transform.times import stamps


class Furniture(NamedTuple):
    """A stretch of the page that is no item."""

    kind: FurnitureKind
    start: int
    end: int


class Page(NamedTuple):
    """The items of a page in their order, and its furniture."""

    items: tuple[Item, ...]
    furniture: tuple[Furniture, ...]


_Kind = Literal["text", "stamp", "heading", "brief"]


@mypyc_attr(acyclic=True)
class _Line:
    """A line, or what a glued stamp leaves of it, without the white space at its ends.

    No named tuple, like `_Group`: as machine code, it is made and read in a tenth of the time.
    """

    __slots__ = ("dateline", "end", "kind", "section", "stamp", "start", "text", "title")

    def __init__(
        self,
        start: int,
        end: int,
        text: str,
        kind: _Kind = "text",
        stamp: Stamp | None = None,
        section: str | None = None,
        dateline: Dateline | None = None,
        title: Span | None = None,
    ) -> None:
        self.start = start
        self.end = end
        self.text = text
        self.kind = kind
        self.stamp = stamp
        self.section = section
        self.dateline = dateline
        self.title = title

    def is_short(self) -> bool:
        """Whether it can be a title: one line of a few words that does not end as a sentence does."""
        return (
            self.dateline is None
            and len(self.text) <= _LONGEST_TITLE
            and self.text.rstrip(_CLOSERS)[-1:] not in _SENTENCE_ENDS
        )


@mypyc_attr(acyclic=True)
class _Group:
    """The lines of one item, or of several where only datelines part them, and the stamp that is theirs."""

    __slots__ = ("lines", "section", "stamp")

    def __init__(self, lines: list[_Line], stamp: Stamp | None, section: str | None) -> None:
        self.lines = lines
        self.stamp = stamp
        self.section = section


# Final: machine code reads such a value where it stands, not by its name
_new: Final = tuple.__new__
"""Makes a named tuple of all its fields in half the time."""
# constants of the machine code; a name is looked up
_SPAN: Final[type[Span]] = Span
_ITEM: Final[type[Item]] = Item
_FURNITURE: Final[type[Furniture]] = Furniture
_LONGEST_TITLE: Final = 150
_LONGEST_HEADING: Final = 40
# a title may be a question or a cry; what ends in another mark is a sentence
_SENTENCE_ENDS: Final = frozenset(".…:;,")
_CLOSERS: Final = "\"”’')]"
_MARKS: Final = frozenset(".!?,;:…\"”’'»")
"""What a line ends with that no stamp ends with."""
_POINTS: Final = frozenset("-–•*")
_BRIEF: Final = re.compile(r"[-–•*] (?:(?P<section>[^\d\n]{2,40}?) )?(?P<clock>[0-2]?\d[:.][0-5]\d) (?P<title>\S.*)")
_LONGEST_NOTICE: Final = 200
_DATE_LINES: Final = 3
"""Lines at the top of a text among which one may be its date."""
_HEAD_LINES: Final = 8
"""Lines at the top of an item among which its dateline is looked for: titles, bylines and notices stand before it."""
_BOILERPLATE_LINES: Final = 12


def split(text: str, is_place: IsPlace) -> Page:
    """Split a page into items and furniture.

    Args:
        text: the document's text.
        is_place: whether the gazetteer knows a name; decides on datelines with neither credit nor capitals.

    Returns:
        Items in the page's order, spans in code points of `text`.
    """
    lines = _with_their_likes(text, _lines(text, is_place))
    furniture: list[Furniture] = []
    groups = _groups(lines, furniture)
    items: list[Item] = []
    section: str | None = None  # of an index, the heading above the first title is that of those below it too
    for i, group in enumerate(groups):
        if section and not group.section:
            group = _Group(group.lines, group.stamp, section)
        items += _items(text, groups, i, group, furniture)
        if items and items[-1].role != "brief":
            section = items[-1].section
    return Page(_with_roles(items), tuple(sorted(furniture, key=lambda f: f.start)))


def whole(text: str, is_place: IsPlace) -> Page:
    """Take a text as one article: its title if it opens with one, a line with its date, its dateline, its body."""
    lines = [_Line(start, start + len(words), words) for start, words in _cut(text)]
    stamp = None
    for i, line in enumerate(lines[:_DATE_LINES]):
        # of an age only a page can say to what moment it belongs
        if len(lines) > 1 and (found := stamps.whole(line.text)) and found.offset_min_s is None:
            stamp = found._replace(start=line.start, end=line.start + found.end)
            del lines[i]
            break
    if not lines:
        return Page((), ())
    for line in lines[:_HEAD_LINES]:
        if dateline := datelines.parse(text, line.start, line.end, is_place):
            line.dateline = dateline
            break
    furniture: list[Furniture] = []
    item = _item(text, _Group(lines, stamp, None), furniture)
    return Page((item._replace(role="lead"),), tuple(sorted(furniture, key=lambda f: f.start)))


# lines


def _cut(text: str) -> list[tuple[int, str]]:
    """The lines that hold anything, trimmed, and where they start."""
    found = []
    at = 0
    for line in text.split("\n"):
        words = line.strip()
        if words:
            # most have no white space at their ends
            found.append((at if len(words) == len(line) else at + line.index(words[0]), words))
        at += len(line) + 1
    return found


def _lines(text: str, is_place: IsPlace) -> list[_Line]:
    """Lines with stamps cut off, headings and briefs known, datelines read."""
    beginnings = stamps.beginnings()
    lines: list[_Line] = []
    for start, words in _cut(text):
        end = start + len(words)
        # most lines begin and end with no stamp: what can be seen of that is looked at here, without a call
        while words[:3].lower() in beginnings or words[0].isdigit():
            stamp = stamps.leading(text, start, end)
            if stamp is None or not _is_cut_off(text, stamp.end, end, is_place):
                break
            lines.append(_stamp_line(text, stamp))
            start = _skip_blanks(text, stamp.end, end)
            words = text[start:end]
            if not words:
                break
        if not words:
            continue
        last = None if words[-1] in _MARKS else stamps.trailing(text, start, end)
        if last is not None:
            words = text[start : last.start].rstrip()
        lines.append(_line(start, words, is_place))
        if last is not None:
            lines.append(_stamp_line(text, last))
    return lines


def _line(start: int, words: str, is_place: IsPlace) -> _Line:
    """A line without stamps."""
    end = start + len(words)
    if words[0] in _POINTS and (brief := _BRIEF.match(words)):
        return _brief(start, end, words, brief)
    if len(words) <= _LONGEST_HEADING and (heading := _heading(words)):
        return _Line(start, end, words, "heading", None, heading[0])
    return _Line(start, end, words, "text", None, None, datelines.opening(words, start, is_place))


def _stamp_line(text: str, stamp: Stamp) -> _Line:
    return _Line(stamp.start, stamp.end, text[stamp.start : stamp.end], "stamp", stamp)


def _is_cut_off(text: str, at: int, end: int, is_place: IsPlace) -> bool:
    """Whether what follows a stamp is glued to it: anything, but after a blank or in small letters a dateline."""
    if at >= end or not (text[at].isspace() or text[at].islower()):
        return True
    return bool(datelines.parse(text, at + text[at].isspace(), end, is_place))


def _brief(start: int, end: int, words: str, match: re.Match[str]) -> _Line:
    """A line of a `Net binnen` list: its clock is its stamp, and may be yesterday's."""
    at = start + match.start("clock")
    stamp = _clock(match["clock"])
    moved = _new(Stamp, (at + stamp.start, at + stamp.end, *stamp[2:])) if stamp else None
    title = _new(_SPAN, (start + match.start("title"), end))
    return _Line(start, end, words, "brief", stamp=moved, section=match["section"], title=title)


@lru_cache(maxsize=5000)
def _clock(words: str) -> Stamp | None:
    """The stamp that the clock of a brief is: a day has few."""
    return stamps.whole(words)


def _heading(words: str) -> tuple[str | None] | None:
    """The section that a short line is the heading of, if its words say that it is one."""
    plain = words.rstrip(":")
    if plain.casefold() in _plain_headings():
        return (None,)
    if not plain.startswith(_section_headings()):
        return None
    for prefix in _section_headings():
        section = plain[len(prefix) :].strip()
        # `Meer uit Cultuur & Media`; of one word a title may be the first, and a section is one: `Meer Sport`
        most = 3 if " " in prefix else 1
        if plain.startswith(prefix + " ") and section[:1].isupper() and len(section.split()) <= most:
            return (section,)
    return None


@lru_cache(maxsize=1)
def _section_headings() -> tuple[str, ...]:
    """What opens the heading of a section, longest first."""
    return tuple(sorted(languages.words_of_all("pages", "headings", "section"), key=lambda p: (-len(p), p)))


@lru_cache(maxsize=1)
def _plain_headings() -> frozenset[str]:
    """Headings that name no section."""
    return frozenset(word.casefold() for word in languages.words_of_all("pages", "headings", "plain"))


def _with_their_likes(text: str, lines: list[_Line]) -> list[_Line]:
    """Read `Name - Text` as a dateline where most items of the page open so, though nobody knows the name.

    A village stands in no list of cities; that its neighbours on the page are datelines of this form tells it.
    """
    for line in lines:
        if line.dateline is not None and not line.dateline.credits:
            break
    else:
        return lines
    starts = [i for i, line in enumerate(lines) if line.kind == "text" and (i == 0 or lines[i - 1].kind != "text")]
    alike = sum(1 for i in starts if (found := lines[i].dateline) and not found.credits)
    if alike * 2 < len(starts):
        return lines
    for i in starts:
        line = lines[i]
        if line.dateline is None:
            line.dateline = datelines.parse(text, line.start, line.end, _anything)
    return lines


def _anything(name: str) -> bool:
    """Take any name for a place."""
    return True


# groups


def _groups(lines: Sequence[_Line], furniture: list[Furniture]) -> list[_Group]:
    """The lines of each item: those of a list between two headings, cut at its stamps."""
    section: str | None = None
    groups: list[_Group] = []
    region: list[_Line] = []
    for line in lines:
        kind = line.kind
        if kind == "brief" and region and region[-1].kind == "text" and not region[-1].is_short():
            # a point of a text, not of a list
            line.kind = kind = "text"
            line.stamp = line.title = None
        if kind == "text" or kind == "stamp":
            region.append(line)
            continue
        groups += _of_region(region, section, furniture)
        region = []
        if kind == "heading":
            section = line.section
            furniture.append(_new(_FURNITURE, ("heading", line.start, line.end)))
        else:
            groups.append(_Group([line], line.stamp, line.section))
            section = None
    return groups + _of_region(region, section, furniture)


def _of_region(lines: list[_Line], section: str | None, furniture: list[Furniture]) -> list[_Group]:
    """The items of one list. A stamp with nothing that it can belong to is furniture: a page's date line."""
    marks = [i for i, line in enumerate(lines) if line.stamp]
    if not marks:
        return [_Group(lines, None, section)] if lines else []
    cuts = _cuts(lines, marks) if lines[-1].kind == "text" else []
    lines = _without_prose(lines, marks)
    if cuts:
        return _opened(lines, cuts, section, furniture)
    groups: list[_Group] = []
    at = 0
    for i in marks:
        line = lines[i]
        if not line.stamp:
            continue
        if i > at:
            groups.append(_Group(lines[at:i], line.stamp, section))
        else:
            furniture.append(_new(_FURNITURE, ("stamp", line.start, line.end)))
        at = i + 1
    if at < len(lines):
        groups.append(_Group(lines[at:], None, section))
    return groups


def _opened(lines: list[_Line], cuts: list[int], section: str | None, furniture: list[Furniture]) -> list[_Group]:
    """The items of a list whose stamps stand before the text or under the title: each begins at a cut."""
    groups: list[_Group] = []
    texts: list[_Line] = []
    stamp: Stamp | None = None
    for i, line in enumerate(lines):
        if i in cuts and texts:
            groups.append(_Group(texts, stamp, section))
            texts, stamp = [], None
        if line.kind == "text":
            texts.append(line)
        elif stamp is None:
            stamp = line.stamp
        else:
            furniture.append(_new(_FURNITURE, ("stamp", line.start, line.end)))
    if texts:
        groups.append(_Group(texts, stamp, section))
    return groups


def _cuts(lines: list[_Line], marks: list[int]) -> list[int]:
    """Where the items of a list begin whose stamps stand before the text or under the title.

    Empty where they close their items, as in most lists.
    """
    if len(marks) > 1 and marks[0] == 0 and all(b - a > 1 for a, b in pairwise(marks)):
        return marks
    if _is_under_title(lines, marks):
        return [0, *(mark - 1 for mark in marks[1:])]  # the line before each stamp is the title it stands under
    return []


def _is_under_title(lines: list[_Line], marks: list[int]) -> bool:
    """Whether each stamp stands between a title and its text, and only titles stand before the first."""
    if not 0 < marks[0] <= _DATE_LINES or not all(line.is_short() for line in lines[: marks[0]]):
        return False
    if not all(lines[mark - 1].kind == "text" and lines[mark - 1].is_short() for mark in marks):
        return False
    after = lines[marks[0] + 1]
    return after.kind == "text" and not after.is_short()


def _without_prose(lines: list[_Line], marks: list[int]) -> list[_Line]:
    """Take back what only looks like a stamp: ages never decrease down a list.

    An age that is spelt out ("Twee weken geleden" as a line of a story) and breaks the order is prose.
    """
    spelt = [i for i in marks if not lines[i].text[0].isdigit() and not any(map(str.isdigit, lines[i].text))]
    if not spelt:
        return lines
    ages = [_age(line) for line in lines]
    # the most that any line before says at least, and the least that any after says at most
    most = list(accumulate((age.start if age else 0 for age in ages), max))
    least = list(accumulate((age.end if age else _NEVER for age in reversed(ages)), min))[::-1]
    for i in spelt:
        age = ages[i]
        if age and (most[i] > age.end or least[i] < age.start):
            lines[i].kind = "text"
            lines[i].stamp = None
    return lines


_NEVER: Final = 10**18
"""Seconds, more than any age."""


def _age(line: _Line) -> Span | None:
    """The least and the most seconds before the capture that the stamp says; None where it is none or no age."""
    stamp = line.stamp
    if stamp is None or stamp.offset_min_s is None or stamp.offset_max_s is None:
        return None
    return Span(round(-stamp.offset_max_s), round(-stamp.offset_min_s))


# items


def _has_title(lines: list[_Line]) -> bool:
    return len(lines) > 1 and lines[0].is_short()


def _items(text: str, groups: list[_Group], i: int, group: _Group, furniture: list[Furniture]) -> list[Item]:
    """The items of the i-th group: one, or several where more than one dateline opens in it."""
    lines = group.lines
    if i == 0:
        lines = _without_boilerplate(lines, furniture)
        group = _Group(lines, group.stamp, group.section)
    if len(lines) == 1:
        starts = [0] if lines[0].dateline else []
    else:
        starts = [n for n, line in enumerate(lines) if line.dateline]
    if len(starts) <= 1 and (group.stamp or len(lines) > 1 or starts):
        return [_item(text, group, furniture)]
    titled = sum(_has_title(g.lines) for g in groups) > len(groups) / 2
    items: list[Item] = []
    cuts = [0]
    for i in starts[1:]:
        # the short line before a dateline is the next item's title where items have titles, else a heading
        cuts.append(i - 1 if titled and i - 1 > cuts[-1] and lines[i - 1].is_short() else i)
    for a, b in zip(cuts, [*cuts[1:], len(lines)], strict=True):
        part = lines[a:b]
        is_last = b == len(lines)
        if not is_last and len(part) > 1 and part[-1].is_short() and not titled:
            furniture.append(_new(_FURNITURE, ("heading", part[-1].start, part[-1].end)))
            group = _Group(group.lines, group.stamp, part[-1].text)
            part = part[:-1]
        stamp = group.stamp if is_last else None
        if stamp is None and len(part) == 1 and part[0].kind == "text" and part[0].is_short():
            furniture.append(_new(_FURNITURE, ("boilerplate", part[0].start, part[0].end)))
        else:
            items.append(_item(text, _Group(part, stamp, group.section), furniture))
    return items


def _without_boilerplate(lines: list[_Line], furniture: list[Furniture]) -> list[_Line]:
    """Where a headline stands twice, what is before it is boilerplate, and so is its first copy."""
    for i in range(min(len(lines) - 1, _BOILERPLATE_LINES)):
        if lines[i].text == lines[i + 1].text:
            furniture.extend(Furniture("boilerplate", line.start, line.end) for line in lines[: i + 1])
            return lines[i + 1 :]
    return lines


def _item(text: str, group: _Group, furniture: list[Furniture]) -> Item:
    """One item from its lines: headings, the title, a byline, a notice; then the dateline and the body."""
    if group.lines[0].dateline:
        return _untitled(text, group)
    lines, credits = _without_bylines(group.lines, furniture)
    n_before, title = _opening(lines)
    section = group.section
    for i, line in enumerate(lines[:n_before]):
        if line is not title:
            is_heading = line.is_short() and (title is None or line.start < title.start)
            kind: FurnitureKind = "heading" if is_heading else "boilerplate"
            furniture.append(_new(_FURNITURE, (kind, line.start, line.end)))
            # short lines above the title are headings, the nearest the section
            section = line.text if is_heading and i < n_before - 1 else section
    first, last = lines[n_before], lines[-1]
    dateline = first.dateline
    if first.kind == "brief":
        body = _new(_SPAN, (last.end, last.end))
    else:
        body = _new(_SPAN, (_skip_blanks(text, dateline.end, last.end) if dateline else first.start, last.end))
        own = dateline.credits if dateline else ()
        signed = agencies.sign_off(text, body.start, body.end)
        credits = (*_but(credits, own), *own, *_but(_but(signed, own), credits)) if credits or signed else own
    role = "brief" if first.kind == "brief" else "teaser"
    headline = first.title or (_title_span(title, furniture) if title else None)
    span = _new(_SPAN, (first.start, last.end))
    return _new(_ITEM, (role, section, headline, span, body, dateline, group.stamp, credits))


def _untitled(text: str, group: _Group) -> Item:
    """One item whose first line opens with its dateline, as in most lists."""
    first, last = group.lines[0], group.lines[-1]
    dateline = first.dateline
    start = _skip_blanks(text, dateline.end, last.end) if dateline else first.start
    credits = dateline.credits if dateline else ()
    if (last is not first or text[last.end - 1] == ")") and (signed := agencies.sign_off(text, start, last.end)):
        credits = (*credits, *_but(signed, credits))
    span, body = _new(_SPAN, (first.start, last.end)), _new(_SPAN, (start, last.end))
    return _new(_ITEM, ("teaser", group.section, None, span, body, dateline, group.stamp, credits))


def _but(credits: Sequence[Credit], others: Sequence[Credit]) -> tuple[Credit, ...]:
    """The credits of agencies that the others do not name."""
    if not credits:
        return ()
    named = {credit.agency_id for credit in others}
    return tuple(credit for credit in credits if credit.agency_id not in named)


def _without_bylines(lines: list[_Line], furniture: list[Furniture]) -> tuple[list[_Line], tuple[Credit, ...]]:
    """Take out a line that says who wrote, near the item's top: the first or the last is one only at a dateline."""
    n = min(len(lines) - 1, _HEAD_LINES)
    for i in range(n):
        line = lines[i]
        if line.dateline:
            break
        if (i or lines[1].dateline) and (credits := agencies.byline(line.text, line.start)) is not None:
            furniture.append(_new(_FURNITURE, ("byline", line.start, line.end)))
            return [*lines[:i], *lines[i + 1 :]], credits
    return lines, ()


def _opening(lines: list[_Line]) -> tuple[int, _Line | None]:
    """How many lines stand before the text of an item, and which of them is its title."""
    if len(lines) == 1:
        return 0, None
    filed = 0
    while filed < min(len(lines), _HEAD_LINES) and not lines[filed].dateline:
        filed += 1
    if 0 < filed < min(len(lines), _HEAD_LINES) and (found := _before_dateline(lines[:filed], lines[filed].dateline)):
        return filed, found
    n = 0
    while n < len(lines) - 1 and lines[n].is_short():
        n += 1
    # above a title stand headings, of a few words; what is longer is the title, and a cry after it is text
    for i, line in enumerate(lines[:n]):
        if i < n - 1 and (len(line.text) > _LONGEST_HEADING or line.text[-1] in "?!"):
            return i + 1, line
    return n, lines[n - 1] if n else None


def _before_dateline(lines: list[_Line], dateline: Dateline | None) -> _Line | None:
    """The title among the lines before a dateline; None where they are too much to be a title and a notice.

    The nearest short line is the title. One sentence beside it says that the item was changed, whatever its words, if
    the dateline is sure; alone it is the title, full stop or not.
    """
    if len(lines) == 1 and lines[0].is_short():
        return lines[0]
    others = [line for line in lines if not line.is_short() and not _is_notice(line)]
    is_sure = dateline is not None and bool(dateline.credits or dateline.date)
    if others and not (is_sure and len(others) == 1 and len(others[0].text) <= _LONGEST_NOTICE):
        return None
    short = [line for line in lines if line.is_short()]
    titles = [line for line in short if not _is_notice(line)] or short or others or lines
    return titles[-1]


def _is_notice(line: _Line) -> bool:
    """Whether a line before the dateline says that the item was changed."""
    opening = line.text[:_LONGEST_HEADING].lstrip("([*- ").casefold()
    return opening.startswith(_notices())


@lru_cache(maxsize=1)
def _notices() -> tuple[str, ...]:
    return tuple(sorted(languages.words_of_all("pages", "stamps", "notices")))


def _skip_blanks(text: str, start: int, end: int) -> int:
    """Where the body starts after its dateline: what the dateline's line ends with may be a line break."""
    while start < end and text[start].isspace():
        start += 1
    return start


def _title_span(line: _Line, furniture: list[Furniture]) -> Span:
    """The title without the photo credit before it (`ANP <title>`), which is furniture."""
    credit = _title_credits().match(line.text) if line.text.startswith(_credit_words()) else None
    if credit is None:
        return _new(_SPAN, (line.start, line.end))
    furniture.append(_new(_FURNITURE, ("boilerplate", line.start, line.start + credit.end())))
    return Span(line.start + credit.end(), line.end)


@lru_cache(maxsize=1)
def _title_credits() -> re.Pattern[str]:
    return re.compile("(?:" + "|".join(map(re.escape, _credit_words())) + r") (?=\S)")


@lru_cache(maxsize=1)
def _credit_words() -> tuple[str, ...]:
    """What stands before a title for its photo, longest first."""
    return tuple(sorted(languages.words_of_all("pages", "titles", "credits"), key=lambda w: (-len(w), w)))


def _with_roles(items: Sequence[Item]) -> tuple[Item, ...]:
    """The first item is the lead if it has no stamp: the page is its own. A single item always is."""
    if items and items[0].role != "brief" and (items[0].stamp is None or len(items) == 1):
        return (_new(_ITEM, ("lead", *items[0][1:])), *items[1:])
    return tuple(items)
