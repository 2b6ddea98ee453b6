"""Dates in datelines and sign-offs: `Feb 26`, `21 jan 2019`, `JUL 11`, `26 de febrero`, `1.2.2015`.

What belongs here: the date of a line of credit, in whatever language a wire writes. What does not: time in prose;
that is `times/`. The names of months are those of CLDR, through babel, so that a wire needs no language of its own.
"""

import datetime as dt
import re
from functools import lru_cache
from typing import NamedTuple

_LOCALES = ("nl", "en", "de", "fr", "es", "it", "pt", "da", "sv", "nb", "pl")
"""Languages whose months datelines are read in; where two differ on a form the first wins."""

_MONTH = r"[^\W\d_]{3,10}"
_DATE = re.compile(
    rf"(?:(?P<m1>{_MONTH})\.?[ ]{{1,2}}(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?:,?[ ](?P<y1>(?:19|20)\d\d))?"
    rf"|(?:(?:le|den|el|il|am)[ ])?(?P<d2>\d{{1,2}})(?:\.|er|º|°|st|nd|rd|th)?(?:[ ]de)?[ ](?P<m2>{_MONTH})\.?"
    r"(?:(?:[ ]de|,)?[ ](?P<y2>(?:19|20)\d\d|'?\d\d))?"
    r"|(?P<d3>\d{1,2})(?P<mark>[./-])(?P<n3>\d{1,2})(?P=mark)(?P<y3>(?:19|20)\d\d|\d\d)"
    r"|(?P<y4>(?:19|20)\d\d)-(?P<n4>\d\d)-(?P<d4>\d\d))(?!\w)"
)
_LONGEST = 30
_DIGIT = re.compile(r"\d")
_BEGIN = re.compile(r"(?:\A|(?<=[ ,]))(?=[\d\w])")
_END = re.compile(r"[.,]?[ \t]*\Z")
_GAP = re.compile(r",?[ \t]+")


class Date(NamedTuple):
    """A date as written, span in the text it was read from, and as a symbol that depends on no clock."""

    start: int
    end: int
    symbol: str
    """`1987-02-26`, or `XXXX-02-26` where no year is given."""


def date_at_end(text: str) -> tuple[Date | None, str]:
    """The date that a text ends with, and what is left before it."""
    if not _DIGIT.search(text, max(0, len(text) - _LONGEST)):
        return None, text
    for begin in _BEGIN.finditer(text, max(0, len(text) - _LONGEST)):
        match = _DATE.match(text, begin.start())
        if match and _END.match(text, match.end()) and (symbol := _symbol(match)):
            return Date(match.start(), match.end(), symbol), text[: match.start()].rstrip(" \t,")
    return None, text


def whole(text: str) -> str | None:
    """The symbol of the date that a text is and nothing else, or None."""
    match = _DATE.fullmatch(text)
    return _symbol(match) if match else None


def date_at_start(text: str, at: int) -> tuple[Date | None, int]:
    """The date that follows a position, and where it ends; the position itself where none does."""
    gap = _GAP.match(text, at)
    match = _DATE.match(text, gap.end()) if gap else None
    if match and (symbol := _symbol(match)):
        return Date(match.start(), match.end(), symbol), match.end()
    return None, at


def is_weekday(text: str) -> bool:
    """Whether a text is the name of a day of the week and nothing else."""
    return text.rstrip(".").casefold() in _weekdays()


def nearest(symbol: str, earliest: dt.datetime | None, latest: dt.datetime | None) -> dt.date | None:
    """The day that a symbol names: where it gives no year, the one nearest to a publication.

    A dateline may be of the day before or after the stamp on the story, so a December may belong to the year before a
    publication in January, and a January to the year after one in December.

    Args:
        symbol: `1987-02-26` or `XXXX-02-26`.
        earliest: lower bound of the publication, None where not known.
        latest: upper bound of the publication, None where not known.

    Returns:
        The day; None where it has no year and the publication is not known within half a year.
    """
    year, month, day = symbol.split("-")
    if year != "XXXX":
        return dt.date(int(year), int(month), int(day))
    if earliest is None or latest is None or latest - earliest > _HALF_A_YEAR:
        return None
    middle = (earliest + (latest - earliest) / 2).date()
    candidates = (_day(middle.year + offset, int(month), int(day)) for offset in range(-_LEAP, _LEAP + 1))
    return min((d for d in candidates if d), key=lambda d: abs(d - middle), default=None)


_HALF_A_YEAR = dt.timedelta(days=182)
_LEAP = 4
"""Years to look around in: a 29 February may be four away."""


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _symbol(match: re.Match[str]) -> str | None:
    m1, d1, y1, d2, m2, y2, d3, _, n3, y3, y4, n4, d4 = match.groups()
    name = m1 or m2
    month = _months().get(name.casefold()) if name else int(n3 or n4)
    day = int(d1 or d2 or d3 or d4)
    year = y1 or y2 or y3 or y4
    year = year.lstrip("'") if year else None
    if year and len(year) == 2:
        year = ("19" if int(year) > 69 else "20") + year
    if month is None or not _day(int(year or 2000), month, day):
        return None
    return f"{year or 'XXXX'}-{month:02d}-{day:02d}"


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Number of a month by its names and short names, in lower case and without dots."""
    from babel import Locale

    found: dict[str, int] = {}
    for code in _LOCALES:
        for context in Locale(code).months.values():
            for width in ("wide", "abbreviated"):
                for number, name in context[width].items():
                    plain = name.casefold().rstrip(".")
                    if len(plain) > 2 and plain.isalpha():
                        found.setdefault(plain, number)
                        found.setdefault(plain[:4], number)
                        found.setdefault(plain[:3], number)
    return found


@lru_cache(maxsize=1)
def _weekdays() -> frozenset[str]:
    """Names of the days of the week and their short names, in lower case and without dots."""
    from babel import Locale

    widths = (
        days[width] for code in _LOCALES for days in Locale(code).days.values() for width in ("wide", "abbreviated")
    )
    return frozenset(name.casefold().rstrip(".") for names in widths for name in names.values())
