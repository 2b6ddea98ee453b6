"""The symbol language: what a time expression says before any clock is known.

    symbol  = side "/" side | "R/" point | duration | point
    side    = ".." | ["<" | ">"] point        `A/B` holds B whole, `A/<B` ends where B begins, `>A/..` begins after A
    point   = base op*
    base    = date | offset | unit | "NOW" | "T" clock
    date    = year ["-" mm ["-" dd]] | year "-W" ww ["-" d] | year "-Q" q | year "-H" h | year "-" season
            | year "-E" (+|-) n               Easter Sunday and so many days
            | nnn"X" (decade) | nn"XX" (century) | "XXXX-WXX-" (d | "WE") | "XXXX-XX-" dd
                                              `=d` after a day: the weekday it falls on, which tells the year
    year    = nnnn | "XXXX"                   XXXX: the year is not written; the anchor and the direction decide
    offset  = [+|-] "P" ...                   ISO 8601 duration away from the anchor (P0D is the anchor's day)
    unit    = (W|WE|M|Q|Y|H|DEC|CEN) (+|-) n  the calendar unit the anchor is in, and so many of them on
    op      = "T" clock | ahead | (+|-) duration
            | ":" (START|MID|END|REST|WEEK|NS) | ":" n "D" d | ":" n (W|M|DAY) | ":D" d
    clock   = hh [":" mm [":" ss]] | MO | AF | EV | NI | DT | MI
    ahead   = "Z" | (+|-) hh ":" mm           of UTC, where the text says so; else by the zone
    duration = "P" ...                        ISO 8601, X for a number that is not said

A duration or a set (`R/`) has no place on the time line. `:nDd` is the nth weekday d within (-1: the last), `:Dd`
that weekday of the week, `:nW` the nth week; `:WEEK` the week it is in, `:NS` the day before where it is a Sunday.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from etl.schema.core import Precision, TimexType

DURATION = r"P(?:\d+(?:\.\d+)?[YMWD])*(?:T(?:\d+(?:\.\d+)?[HMS])+)?"
_YEAR = r"(?:\d{4}|XXXX)"
_BASE = re.compile(
    rf"(?P<now>NOW)|(?P<clock>T(?:\d\d(?::\d\d){{0,2}}|MO|AF|EV|NI|DT|MI))"
    rf"|(?P<offset>P0D|[+-]{DURATION})"
    r"|(?P<unit>DEC|CEN|WE|W|M|Q|Y|H)(?P<n>[+-]\d{1,4})"
    r"|(?P<weekday>XXXX-WXX-(?:[1-7]|WE))|(?P<day>XXXX-XX-\d\d(?:=[1-7])?)"
    r"|(?P<decade>\d{3}X)|(?P<century>\d\dXX(?![X-]))"
    rf"|(?P<date>{_YEAR}(?:-W\d\d(?:-[1-7])?|-Q[1-4]|-H[12]|-(?:SP|SU|FA|WI)|-E[+-]\d{{1,3}}|-\d\d(?:-\d\d(?:=[1-7])?)?)?)"
)
_OP = re.compile(
    rf"(?P<clock>T(?:\d\d(?::\d\d){{0,2}}|MO|AF|EV|NI|DT|MI))|(?P<shift>[+-]{DURATION})"
    r"|(?P<ahead>Z|[+-]\d\d:\d\d)"
    r"|:(?P<part>START|MID|END|REST|WEEK|NS)|:(?P<nth>-?\d{1,3}(?:DAY|W|M|D[1-7]))|:D(?P<dow>[1-7])"
)
_DATE = re.compile(rf"{_YEAR}-\d\d-\d\d")
"""The commonest symbol: a date and nothing else."""
_DURATION = re.compile(
    r"P(?:T?(?:\d+(?:\.\d+)?|X)(?:[YMWDHS]|WE))+|P(?:\d+(?:\.\d+)?[YMWD])*T(?:\d+(?:\.\d+)?[HMS])+"
)


class Point:
    """A point: its base and what is done to it, as (kind, text) pairs."""

    def __init__(self, kind: str, base: str, ops: tuple[tuple[str, str], ...]) -> None:
        self.kind = kind
        self.base = base
        self.ops = ops

    def __str__(self) -> str:
        return self.base + "".join([text for _, text in self.ops])


class Side:
    """A side of a range; point None: open; edge `<` its beginning, `>` its end, `` the whole of it."""

    def __init__(self, edge: str, point: Point | None) -> None:
        self.edge = edge
        self.point = point

    def __str__(self) -> str:
        return self.edge + str(self.point) if self.point else ".."


class Symbol:
    """A parsed symbol: kind point, range, duration or set."""

    def __init__(self, kind: str, sides: tuple[Side, ...], duration: str) -> None:
        self.kind = kind
        self.sides = sides
        self.duration = duration

    def __str__(self) -> str:
        if self.kind == "duration":
            return self.duration
        if self.kind == "set":
            return "R/" + (self.duration or str(self.sides[0]))
        return "/".join([str(side) for side in self.sides])


@lru_cache(maxsize=65536)
def parse(text: str) -> Symbol:
    """Read a symbol.

    Raises:
        ValueError: the text is not a symbol of this language.

    """
    if _DATE.fullmatch(text):
        return Symbol("point", (Side("", Point("date", text, ())),), "")
    if text.startswith("R/"):
        inner = parse(text[2:])
        return Symbol("set", inner.sides, inner.duration)
    if text != "P0D" and _DURATION.fullmatch(text):
        return Symbol("duration", (), text)
    sides = tuple([_side(side, text) for side in text.split("/")])
    if len(sides) > 2:
        raise ValueError(f"{text!r} is not a time symbol: more than two sides")
    return Symbol("range" if len(sides) == 2 else "point", sides, "")


def _side(text: str, whole: str) -> Side:
    if text == "..":
        return Side("", None)
    edge = text[0] if text[:1] in ("<", ">") else ""
    position = len(edge)
    base = _BASE.match(text, position)
    if not base or base.end() == base.start():
        raise ValueError(f"{whole!r} is not a time symbol")
    kind = "unit" if base.lastgroup == "n" else base.lastgroup or ""
    ops = []
    position = base.end()
    while position < len(text):
        op = _OP.match(text, position)
        if not op or op.end() == position:
            raise ValueError(f"{whole!r} is not a time symbol: {text[position:]!r} is not understood")
        ops.append((op.lastgroup or "", op.group()))
        position = op.end()
    return Side(edge, Point(kind, base.group(), tuple(ops)))


class Kinds(NamedTuple):
    """What a symbol is, as TIMEX3 and in which unit."""

    timex_type: TimexType
    precision: Precision


@lru_cache(maxsize=65536)
def kinds(text: str) -> Kinds:
    """The type and the precision of a symbol.

    Raises:
        ValueError: the text is not a symbol of this language.

    """
    if _DATE.fullmatch(text):
        return Kinds("DATE", "day")
    symbol = parse(text)
    return Kinds(timex_type(symbol), precision(symbol))


def timex_type(symbol: Symbol) -> TimexType:
    """The TIMEX3 type of a symbol."""
    if symbol.kind in ("set", "duration"):
        return "SET" if symbol.kind == "set" else "DURATION"
    points = [side.point for side in symbol.sides if side.point]
    is_time = any(p.kind == "clock" or "PT" in p.base or any(k == "clock" for k, _ in p.ops) for p in points)
    return "TIME" if is_time else "DATE"


_LETTERS = {"Y": "year", "M": "month", "W": "week", "D": "day", "H": "hour", "S": "second"}
_UNITS = {"W": "week", "WE": "day", "M": "month", "Q": "quarter", "Y": "year", "H": "quarter"}


def precision(symbol: Symbol) -> Precision:
    """The unit that a symbol speaks in: of its first point; of a duration or a set, its last unit."""
    if any(side.point is None for side in symbol.sides):
        return "unbounded"
    point = symbol.sides[0].point if symbol.sides else None
    return _duration_precision(symbol.duration) if point is None else _point_precision(point)


def _duration_precision(duration: str) -> Precision:
    letter = duration[-1] if duration else "D"
    return "minute" if letter == "M" and "T" in duration else _LETTERS.get(letter, "day")  # type: ignore[return-value]


def _point_precision(point: Point) -> Precision:
    for kind, text in reversed(point.ops):
        if kind == "clock":
            return _clock_precision(text)
        if kind == "nth":
            return "week" if text.endswith("W") else "month" if text.endswith("M") else "day"
        if kind == "dow":
            return "day"
    if point.kind == "clock":
        return _clock_precision(point.base)
    if point.kind == "offset":
        return _duration_precision(point.base)
    if point.kind == "unit":
        return _UNITS.get(point.base.rstrip("+-0123456789"), "year")  # type: ignore[return-value]
    if point.kind == "now":
        return "second"
    if point.kind in ("decade", "century"):
        return "year"
    return _date_precision(point.base) if point.kind == "date" else "day"


def _clock_precision(clock: str) -> Precision:
    if clock[1:2].isalpha():
        return "part_of_day"
    return ("hour", "minute", "second")[clock.count(":")]


def _date_precision(base: str) -> Precision:
    rest = base[5:]
    if not rest:
        return "year"
    if rest.startswith("W") and rest[1:2].isdigit():
        return "day" if "-" in rest else "week"
    if rest in ("SP", "SU", "FA", "WI") or rest[0] in "QH":
        return "quarter"
    return "month" if len(rest) == 2 else "day"
