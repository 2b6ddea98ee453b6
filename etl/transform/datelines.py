"""The dateline of an item: where it was filed, when, and who is credited.

    LONDEN/PARIJS (ANP/RTR/AFP) -      BUENOS AIRES, Argentina (AP) _      (ANSA) - ROME, JUL 11 -
    STOCKHOLM, Aug 29, 2014 (AFP) -    MOSCOW, January 21. /TASS/.         Den Haag -

A dateline says where a story was filed, not where it happened. Forms as observed on Dutch news pages and in the
wires of the agencies named; what is between place and dash is told apart by reference data and shape, not by
one agency's habit.
"""

import re
from collections.abc import Callable

from etl.transform import agencies
from etl.transform.records import Credit, Dateline, Span

# Longest head that is looked at: the longest real ones (three places, region, date, three agencies) are about 110.
_REACH = 140

_UPPER = r"A-ZÀ-ÖØ-ÞŁŚŻŠČĐİ"
# A name of up to five words, each opening with a capital or one of the small words that stand inside names.
_WORD = rf"(?:['’]s-|['’]t |[’'])?[{_UPPER}][\w.'’\-]*"
_LINK = r"(?:de|den|der|del|di|du|da|do|la|le|el|al|en|aan|op|am|an|im|und|and|of|sur|von|van|the|upon|bei)"
_NAME = rf"{_WORD}(?: (?:{_LINK} ){{0,2}}{_WORD}){{0,4}}"
_LOWER_NAME = r"[a-zà-öø-ÿ][\w.'’\-]*(?: [a-zà-öø-ÿ][\w.'’\-]*){0,2}"
_DATE = (
    r"(?:[A-Za-zÀ-ÿ]{3,10}\.? \d{1,2}(?:, ?\d{4})?|\d{1,2}\.? [A-Za-zÀ-ÿ]{3,10}\.?(?: \d{4})?"
    r"|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})"
)
_DASH = r"(?:[ \t]*(?:\.?[-–—_]{1,2}|\u2015)(?=[ \t\n\"“„‘'(«]|[^\W\d_]))"
_BRACKETED = r"[ \t]*\((?P<credit>[^()\n]{2,60})\)"
_SLASHED = r"[ \t]*/(?P<slashed>[\w .\-]{2,20})/"
_BARE = r"[ \t]+(?P<bare>[A-Z][A-Za-z]{1,10})"

_HEAD = re.compile(
    rf"(?P<places>{_NAME}(?:[ ]?/[ ]?{_NAME}){{0,3}})"
    rf"(?P<region>(?:, (?!{_DATE}){_NAME}){{0,2}})"
    rf"(?:,? (?P<date>{_DATE})[.,]?)?"
    rf"(?:{_BRACKETED}(?:{_DASH}|[ \t]*:)|{_SLASHED}[ \t]*[.:]|{_BARE}{_DASH}|(?P<none>{_DASH}))[ \t]*"
)
_LOWER_HEAD = re.compile(rf"(?P<places>{_LOWER_NAME}(?:/{_LOWER_NAME}){{0,3}}){_BRACKETED}{_DASH}[ \t]*")
_CREDIT_FIRST = re.compile(
    rf"\((?P<credit>[^()\n]{{2,40}})\){_DASH}[ \t]*(?P<places>{_NAME}(?:[ ]?/[ ]?{_NAME}){{0,3}})"
    rf"(?:, (?P<date>{_DATE}))?{_DASH}[ \t]*"
)
_NO_PLACE = re.compile(rf"(?:\((?P<bracketed>[^()\n]{{2,40}})\)|(?P<credit>[A-Z][A-Za-z/]{{1,20}})){_DASH}[ \t]+")
_NO_DASH = re.compile(rf"(?P<places>{_NAME}(?:[ ]?/[ ]?{_NAME}){{0,3}}){_BRACKETED}[ \t]+(?=[{_UPPER}\"“„‘'])")
# Capitals before a dash that are a rubric of the page, not a place; the same on Dutch, English and German sites.
_RUBRIC = re.compile(
    r"(?:LIVE|VIDEO|FOTO'?S?|UPDATE|COLUMN|OPINIE|OPINION|ANALYSE|ANALYSIS|PODCAST|INTERVIEW)(?:BLOG)?"
)
_SLASH = re.compile(r"\s*/\s*")


def parse(text: str, start: int, end: int, is_place: Callable[[str], bool]) -> Dateline | None:
    """Read the dateline that opens text[start:end].

    Args:
        text: the document's text.
        start: where the item starts.
        end: where its first paragraph ends.
        is_place: whether the gazetteer knows a name; asked only where no credit and no capitals decide.

    Returns:
        The dateline, or None where the text opens without one. Spans are code points of `text`.
    """
    head = text[start : min(end, start + _REACH)]
    if (
        "(" not in head
        and "-" not in head
        and "–" not in head
        and "—" not in head
        and "/" not in head
        and "_" not in head
    ):
        return None
    for pattern in (_CREDIT_FIRST, _HEAD, _LOWER_HEAD, _NO_DASH, _NO_PLACE):
        if (match := pattern.match(head)) and (dateline := _read(match, start, is_place)):
            return dateline
    return None


def _read(match: re.Match[str], start: int, is_place: Callable[[str], bool]) -> Dateline | None:
    groups = match.groupdict()
    name = next((n for n in ("credit", "bracketed", "slashed", "bare") if groups.get(n)), None)
    raw = groups[name] if name else None
    credits = agencies.credits(raw, start + match.start(name)) if raw and name else ()
    if raw and not credits:
        return None  # `LONDON (England):` is a place and a country, not a credit
    if name in ("bare", "credit") and "places" not in groups and not _all_known(credits):
        return None
    if name == "bare" and not _all_known(credits):
        return None
    places = groups.get("places")
    if places and not raw and not _stands_alone(places, groups.get("date"), is_place):
        return None
    return Dateline(
        start=start,
        end=start + match.end(),
        places=_place_spans(places, start + match.start("places")) if places else (),
        places_raw=places,
        credit_raw=raw,
        credits=credits,
        date=Span(start + match.start("date"), start + match.end("date")) if groups.get("date") else None,
    )


def _all_known(credits: tuple[Credit, ...]) -> bool:
    return bool(credits) and not any(c.agency_id.startswith(agencies.UNRESOLVED) for c in credits)


def _stands_alone(places: str, date: str | None, is_place: Callable[[str], bool]) -> bool:
    """Whether a head with no credit is a dateline: in capitals, dated, or nothing but known places."""
    names = _SLASH.split(places)
    if any(agencies.resolve(name) for name in names):
        return False  # `ANP - ` is a credit with no place
    if all(name.isupper() and len(name) > 3 for name in names) and not _RUBRIC.fullmatch(places):
        return True
    return bool(date and is_place(names[0])) or all(is_place(name) for name in names)


def _place_spans(places: str, start: int) -> tuple[Span, ...]:
    spans, at = [], 0
    for separator in _SLASH.finditer(places):
        spans.append(Span(start + at, start + separator.start()))
        at = separator.end()
    return (*spans, Span(start + at, start + len(places)))
