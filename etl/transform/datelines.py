"""The dateline of an item: where it was filed, when, and who is credited.

    LONDEN/PARIJS (ANP/RTR/AFP) -      BUENOS AIRES, Argentina (AP) _      (ANSA) - ROME, JUL 11 -
    STOCKHOLM, Aug 29, 2014 (AFP) -    MOSCOW, January 21. /TASS/.         Den Haag -

A dateline says where a story was filed, not where it happened. It is read from what separates its parts: a credit
in brackets or slashes, else a dash. What stands before is split into places, regions and a date, and is told from
prose by reference data and shape, not by one agency's habit. A credit that is known allows any case; without one the
place must be in capitals, dated, or known.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from etl import languages
from etl.transform import agencies
from etl.transform.dates import Date, date_at_end, date_at_start, is_weekday
from etl.transform.records import Credit, Dateline, Span

_REACH: Final = 140
"""Longest head that is looked at: the longest real ones (three places, region, date, agencies) are about 110."""
_LONGEST_NAME: Final = 45
_LONGEST_HEAD: Final = 110
_LONGEST_WORD: Final = 10
"""Characters of capitals after a dash that may be a name: `IBM`."""

_UPPER: Final = r"A-ZÀ-ÖØ-ÞŁŚŻŠČĐİŽĆŃŘĞŞŐŰ"
# A name of up to five words, each opening with a capital or one of the small words that stand inside names.
_WORD: Final = rf"(?:['’][sStT][- ]|[dDlL]['’])?[{_UPPER}][\w.'’\-]*"
_LINK: Final = (
    r"(?:de|den|der|del|della|di|du|da|do|dos|la|le|les|el|al|en|aan|op|bij|am|an|im|ob|und|and|of|sur|sous|von|van|the"
    r"|upon|on|in|bei|na|y|van de|van den)"
)
_NAME: Final = re.compile(rf"(?:\d{{1,4}} )?{_WORD}(?: (?:{_LINK} ){{0,2}}(?:{_WORD}|\d{{1,4}}\b)){{0,4}}")
_LOWER_NAME: Final = re.compile(r"(?:\d{1,4} )?['’]?[^\W\d_A-Z][\w.'’\-]*(?: [\w.'’\-]+){0,4}")
# first in a class of characters, where its hyphen stands for itself
_DASHES: Final = "-–—―_‑−"

# What a line must hold near its beginning to open with a dateline: a bracket, a slash, a dash at a blank.
_CUE: Final = re.compile(rf"[{_DASHES}(\[/](?:(?<=[(\[])|(?<=/)\s*[.:\-–—]|(?<=[{_DASHES}])(?=\s|\Z)|(?<=\s.))")
_PLAIN: Final = re.compile(rf"[^()\n\"]{{2,80}}+\([^()\n]{{2,40}}\)[ \t]*[{_DASHES}][ \t]+")
_CAPITALS: Final = re.compile(rf"[{_UPPER}][{_UPPER} './\-]{{2,60}}[{_UPPER}.] [-–—] (?=[{_UPPER}][a-zß-ÿ])")
_BRACKETS: Final = re.compile(r"[(\[]([^()\[\]\n]{2,60})[)\]]")
_REGION_IN_BRACKETS: Final = re.compile(r"[ \t]*[(\[]([^()\[\]]*)[)\]]\Z")
_SLASHES: Final = re.compile(rf"[ \t]/([\w .\-]{{2,20}})/[ \t]*(?:[.:]|[.:]?[{_DASHES}]{{1,2}})[ \t]*")
_MARKS: Final = frozenset('"“”!?;:')
"""What stands in no name of a place."""
_BEFORE_CREDIT: Final = f" \t,{_DASHES}"
# after the credit
_SEPARATOR: Final = re.compile(rf"[ \t]*(?:[.:,]?[{_DASHES}]{{1,2}}|:)[ \t]*")
# without a credit: a dash with a blank at one side at least
_DASH: Final = re.compile(
    rf"(?:(?P<apart>[ \t]+[.,]?)|(?<=[\w.,]))[{_DASHES}]{{1,2}}(?:[ \t]+|\Z|(?(apart)(?=[\w\"“„‘'«(])|(?!)))"
)
_ANY_DASH: Final = re.compile(f"[{_DASHES}]")
_SLASH: Final = re.compile(r"\s*/\s*")
_LAST_WORD: Final = re.compile(r"\S+\Z")
# a credit that opens the head: in brackets, or a code; then a dash or a blank
_OPENING: Final = re.compile(
    rf"(?:[(\[](?P<bracketed>[^()\[\]\n]{{2,60}})[)\]]|(?P<bare>[{_UPPER}]{{2}}[\w./]{{0,20}}))"
    rf"(?P<dash>[ \t]*[{_DASHES}]{{1,2}})?[ \t]+"
)


class _Before(NamedTuple):
    """What stands before the credit or the dash."""

    places: str
    region: str
    date: Date | None


IsPlace = Callable[[str], bool]


def parse(text: str, start: int, end: int, is_place: IsPlace) -> Dateline | None:
    """Read the dateline that opens text[start:end].

    Args:
        text: the document's text.
        start: where the item starts.
        end: where its first paragraph ends.
        is_place: whether the gazetteer knows a name; asked only where no credit and no capitals decide.

    Returns:
        The dateline, or None where the text opens without one. Spans are code points of `text`.
    """
    return opening(text[start : min(end, start + _REACH)], start, is_place)


def opening(line: str, start: int, is_place: IsPlace) -> Dateline | None:
    """The same of a line that has been cut out.

    Args:
        line: the line, or its first characters.
        start: where it starts in the document's text.
        is_place: as for `parse`.
    """
    head = line[:_REACH]
    if _has_no_cue(head):
        return None
    if head.find("(") > 0 and (plain := _PLAIN.match(head)) and (known := _plain(plain.group())):
        return _moved(known, start)
    if not _CUE.search(head):
        return None
    if (plain := _CAPITALS.match(head)) and (known := _capitals(plain.group(), is_place)):
        return _moved(known, start)
    is_title = len(head) < _REACH and head[-1:].isalnum()
    found = _read_head(head, is_place, is_title=is_title)
    return _moved(found, start) if found else None


def _has_no_cue(head: str) -> bool:
    """Whether it is seen at a glance that a head has nothing that `_CUE` looks for, as most prose."""
    if "(" in head or "/" in head or "_" in head or "[" in head:
        return False
    if "-" in head and ("- " in head or " -" in head or head[-1] == "-" or not head.isprintable()):
        return False  # a hyphen is no cue; white space that is no blank is not printable
    return head.isascii() or _has_no_rare_dash(head)


def _has_no_rare_dash(head: str) -> bool:
    return "–" not in head and "—" not in head and "―" not in head and "‑" not in head and "−" not in head


def _read_head(head: str, is_place: IsPlace, *, is_title: bool) -> Dateline | None:
    """Read the dateline that a head opens with, in whatever form; spans in the head."""
    found = _credit_first(head, is_place, is_title=is_title)
    if not found and ("(" in head or "[" in head):
        found = _bracketed(head, is_place)
    if not found and " /" in head:
        found = _slashed(head)
    return found or _dashed(head, is_place, is_title=is_title)


@lru_cache(maxsize=50_000)
def _plain(head: str) -> Dateline | None:
    """A head in the commonest form, where its credit is known; such heads come again and again."""
    found = _bracketed(head, _nowhere)
    return found if found and agencies.all_known(found.credits) else None


@lru_cache(maxsize=50_000)
def _capitals(head: str, is_place: IsPlace) -> Dateline | None:
    """A head that is capitals and a dash; such heads come again and again too."""
    following = "Aa"
    found = _read_head(head + following, is_place, is_title=False)
    return found if found and found.end == len(head) else None


def _nowhere(name: str) -> bool:
    """Ask no gazetteer."""
    return False


def _credit_first(head: str, is_place: IsPlace, *, is_title: bool) -> Dateline | None:
    """`(ANSA) - ROME, JUL 11 - `, `ANP LONDEN - `, and `(ANP) - ` or `(Belga) ` with no place."""
    if staff := agencies.own_staff(head, 0):
        return _after_credit(head, staff[0].end, staff[0].surface, staff, is_place)
    opening = _OPENING.match(head)
    name = "bracketed" if opening and opening["bracketed"] else "bare"
    if not opening or not (credits := agencies.credits(opening[name], opening.start(name))):
        return None
    if not (agencies.all_known(credits) if name == "bracketed" else agencies.all_wires(credits) and not is_title):
        return None
    # `(ANP) - `, or `(Belga) ` before a capital: no prose opens with a wire in brackets
    goes_on = head[opening.end() : opening.end() + 1]
    is_alone = name == "bracketed" and (opening["dash"] or (goes_on.isupper() and agencies.all_wires(credits)))
    found = _after_credit(head, opening.end(), opening[name], credits, is_place)
    return found or (Dateline(0, opening.end(), (), None, opening[name], credits, None) if is_alone else None)


def _after_credit(head: str, at: int, raw: str, credits: tuple[Credit, ...], is_place: IsPlace) -> Dateline | None:
    """The place and the dash that follow a credit; the dash alone is enough where it follows at once."""
    dash = _first_dash(head, at)
    if dash is None:
        return None
    if not head[at : dash.start()].strip():
        return Dateline(0, dash.end(), (), None, raw, credits, None)
    at += len(head[at:]) - len(head[at:].lstrip())
    before = _before(head[at : dash.start()])
    if before and _NAME.fullmatch(before.places) and (before.date or _are_places(before.places, is_place)):
        return _dateline(before, at, dash.end(), raw, credits)
    return None


def _first_dash(head: str, at: int) -> re.Match[str] | None:
    """The first dash that parts a head, with the blanks and the mark before it: looked for where any dash stands."""
    any_dash = _ANY_DASH.search(head, at)
    if any_dash is None:
        return None
    start = any_dash.start()
    if start > at and head[start - 1] in ".,":
        start -= 1
    while start > at and head[start - 1] in " \t":
        start -= 1
    return _DASH.search(head, start)


def _bracketed(head: str, is_place: IsPlace) -> Dateline | None:
    """`PLACE (ANP/AFP) - `, with a date or a region before or after the credit; known credits need no dash."""
    for bracket in _BRACKETS.finditer(head, 1):
        start = bracket.start()
        if start > _LONGEST_HEAD:
            return None
        inner, raw, credits, is_known = _credit(bracket[1])
        if not is_known and is_place(raw):
            continue  # `LONDON (England):` is a place and a country, not a credit
        separator = _SEPARATOR.match(head, bracket.end())
        at, after = bracket.end(), None
        if separator is None:
            after, at = date_at_start(head, at)
            separator = _SEPARATOR.match(head, at) if after else None
            if separator is None:
                after, at = None, bracket.end()  # the text's own
        before = _before(head[:start].rstrip(_BEFORE_CREDIT))
        if not before:
            return None
        credits = _moved_credits(credits, start + 1)
        if before.date is None and (date := after or (inner and _later(inner, start + 1))):
            before = _Before(before.places, before.region, date)
        if not separator and not credits:
            continue
        if not separator:
            return _without_dash(head, before, at, raw, credits)
        if not _can_be_filed(before.places, is_place, is_known):
            return None
        if not credits and separator.group().strip() != ":":
            credits = agencies.unresolved(raw, start + 1)
        return _dateline(_unless_byline(before), 0, separator.end(), raw, credits) if credits else None
    return None


def _unless_byline(before: _Before) -> _Before:
    """What stands before a credit without its places, if they are who wrote: `Door Jan Jansen (ANP) - `."""
    return _Before("", "", before.date) if agencies.byline(before.places, 0) is not None else before


@lru_cache(maxsize=20_000)
def _credit(bracket: str) -> tuple[Date | None, str, tuple[Credit, ...], bool]:
    """What a bracket holds, which comes again: a date at its end, the rest, its credits, whether all are known."""
    inner, raw = date_at_end(bracket)
    credits = agencies.credits(raw, 0)
    return inner, raw, credits, agencies.all_known(credits)


def _later(date: Date, by: int) -> Date:
    """A date that was read from a part of a head, in the head."""
    return Date(date.start + by, date.end + by, date.symbol)


def _without_dash(head: str, before: _Before, at: int, raw: str, credits: tuple[Credit, ...]) -> Dateline | None:
    """`Paris (ats afp) Le train …`: a full stop or nothing, white space and a capital after a wire's credit."""
    at += head[at : at + 1] == "."
    rest = head[at:]
    opening = rest.lstrip(" \t\"“„‘'«")[:1]
    opens = rest[:1].isspace() and (opening.isupper() or opening.isdigit())
    names = _names(before.places)
    if not opens or not agencies.all_wires(credits) or not all(map(_NAME.fullmatch, names)):
        return None
    return _dateline(before, 0, at + len(rest) - len(rest.lstrip(" \t")), raw, credits)


def _slashed(head: str) -> Dateline | None:
    """`MOSCOW, January 21. /TASS/. ` and `København /ritzau/: `"""
    slashes = _SLASHES.search(head)
    if not slashes:
        return None
    credits = agencies.credits(slashes[1], slashes.start(1))
    before = _before(head[: slashes.start()].rstrip(" \t,"))
    if not before or not agencies.all_known(credits) or not _NAME.match(before.places):
        return None
    return _dateline(before, 0, slashes.end(), slashes[1], credits)


def _dashed(head: str, is_place: IsPlace, *, is_title: bool) -> Dateline | None:
    """A dash alone: `SALVADOR, Feb 26 - `, `Den Haag - `, `AP - `, `SAITAMA, Japan, Dec. 9 Kyodo - `."""
    dash = _first_dash(head, 0)
    if not dash or dash.start() > _LONGEST_HEAD:
        return None
    before_dash = head[: dash.start()].rstrip(" \t,.")
    last = _LAST_WORD.search(before_dash)
    if last and not last.group().islower():
        credits = agencies.credits(last.group(), last.start())
        places = before_dash[: last.start()].rstrip(" \t,.")
        if agencies.all_wires(credits) and (places or not is_title):
            return _named(places, dash.end(), last.group(), credits)
    after = head[dash.end() :].lstrip("\"“„‘'«(")
    is_loud = after.isupper() and len(after) > _LONGEST_WORD  # the dash of a title in capitals
    is_apart = dash["apart"] is not None and bool(after) and not after.isupper()
    return _alone(head[: dash.end()], dash.start(), is_place, is_apart, is_title or after[:1].islower(), is_loud)


@lru_cache(maxsize=50_000)
def _alone(head: str, dash: int, is_place: IsPlace, is_apart: bool, is_prose: bool, is_loud: bool) -> Dateline | None:
    """A place and a dash, where both say enough. What goes on in small letters is prose, but after capitals."""
    before = _before(head[:dash].rstrip(" \t,"))
    region = _REGION_IN_BRACKETS.search(head[:dash])
    if region and not is_place(region[1]):
        return None
    if before and _stands_alone(before, is_place, is_apart=is_apart, is_prose=is_prose, is_loud=is_loud):
        return _dateline(before, 0, len(head), None, ())
    return None


def _named(places: str, end: int, raw: str, credits: tuple[Credit, ...]) -> Dateline | None:
    """A credit without brackets: alone, or after a place and a date."""
    if not places:
        return Dateline(0, end, (), None, raw, credits, None)
    before = _before(places)
    if before and (before.date or before.places.isupper()) and _NAME.fullmatch(before.places):
        return _dateline(before, 0, end, raw, credits)
    return None


@lru_cache(maxsize=20_000)
def _before(text: str) -> _Before | None:
    """Places, regions and a date; None where the shape is another. Most places come again."""
    date, rest = date_at_end(text)
    if date and (not rest or is_weekday(rest)):
        return _Before("", "", date)  # `Oct. 19 (UPI) -- `, `Zaterdag 3 mei - `
    if rest.endswith((")", "]")):
        rest = _REGION_IN_BRACKETS.sub("", rest)
    places, _, region = rest.partition(",")
    places, region = places.rstrip(), region.strip(" \t,")
    if region and not all(part.strip()[:1].isupper() for part in region.split(",")):
        return None
    if not places or len(region) > _LONGEST_NAME or not _MARKS.isdisjoint(places):
        return None
    if any(not name or len(name) > _LONGEST_NAME for name in _names(places)):
        return None
    return _Before(places, region, date)


@lru_cache(maxsize=20_000)
def _can_be_filed(places: str, is_place: IsPlace, is_known: bool) -> bool:
    """Whether what stands before a credit in brackets can be its places."""
    names = _names(places)
    if is_known and not places:
        return True
    if is_known:
        return all(_NAME.fullmatch(n) or _LOWER_NAME.fullmatch(n) or n.isupper() or is_place(n) for n in names)
    return all(_NAME.fullmatch(name) and (name.isupper() or is_place(name)) for name in names)


def _names(places: str) -> list[str]:
    """Places that slashes part; most are one."""
    return _SLASH.split(places) if "/" in places else [places]


def _are_places(places: str, is_place: IsPlace) -> bool:
    names = _names(places)
    return all((name.isupper() and len(name) > 3) or is_place(name) for name in names)


def _stands_alone(before: _Before, is_place: IsPlace, *, is_apart: bool, is_prose: bool, is_loud: bool) -> bool:
    """Whether a head with no credit is a dateline: dated, in capitals, or nothing but known places."""
    names = _names(before.places)
    if any(agencies.resolve(name) for name in names) or before.places.upper() in _rubrics():
        return False
    if not all(_NAME.fullmatch(name) for name in names):
        return False
    if before.date and not is_loud:
        return True
    if not is_apart:
        return False
    has_digit = any(char.isdigit() for char in before.places)
    if not has_digit and all(name.isupper() and len(name) > 3 for name in names):
        return True
    return not is_prose and all(is_place(name) for name in names)


def _rubrics() -> frozenset[str]:
    """Capitals before a dash that are a rubric of the page, not a place; of all languages."""
    return languages.words_of_all("pages", "titles", "rubrics")


def _dateline(before: _Before, at: int, end: int, raw: str | None, credits: tuple[Credit, ...]) -> Dateline:
    date = before.date
    places = before.places
    values = (
        0,
        end,
        _place_spans(places, at) if places else (),
        places or None,
        raw,
        credits,
        _new(_SPAN, (at + date.start, at + date.end)) if date else None,
        date.symbol if date else None,
    )
    return _new(_DATELINE, values)


def _moved(found: Dateline, by: int) -> Dateline:
    """A dateline that was read from its head alone, in the document's text."""
    _, end, places, places_raw, credit_raw, credits, date, symbol = found
    moved = (
        by,
        end + by,
        _moved_places(places, by),
        places_raw,
        credit_raw,
        _moved_credits(credits, by),
        _new(_SPAN, (date.start + by, date.end + by)) if date else None,
        symbol,
    )
    return _new(_DATELINE, moved)


def _moved_places(places: tuple[Span, ...], by: int) -> tuple[Span, ...]:
    if len(places) == 1:  # as most have; a list would take longer
        ((start, end),) = places
        return (_new(_SPAN, (start + by, end + by)),)
    return tuple([_new(_SPAN, (start + by, end + by)) for start, end in places])


def _moved_credits(credits: tuple[Credit, ...], by: int) -> tuple[Credit, ...]:
    if len(credits) == 1:
        ((start, end, surface, agency_id, role),) = credits
        return (_new(_CREDIT, (start + by, end + by, surface, agency_id, role)),)
    return tuple([_new(_CREDIT, (a + by, b + by, surface, id_, role)) for a, b, surface, id_, role in credits])


_new: Final = tuple.__new__
"""Makes a named tuple of all its fields in half the time; there are several to each dateline."""
# constants of the machine code; a name is looked up
_SPAN: Final[type[Span]] = Span
_CREDIT: Final[type[Credit]] = Credit
_DATELINE: Final[type[Dateline]] = Dateline


def _place_spans(places: str, start: int) -> tuple[Span, ...]:
    if "/" not in places:
        return (_new(_SPAN, (start, start + len(places))),)
    spans, at = [], 0
    for separator in _SLASH.finditer(places):
        spans.append(Span(start + at, start + separator.start()))
        at = separator.end()
    return (*spans, Span(start + at, start + len(places)))
