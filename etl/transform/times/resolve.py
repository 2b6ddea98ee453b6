"""Symbol, anchor, zone and direction to bounds.

Every symbol is read against both ends of its anchor and the hull is given: each value moves forward with its
anchor, so a wider anchor never gives narrower bounds. Inside, a civil time or an instant is the number of
microseconds since the year 1 began, on the clock it is shown by or in UTC.
"""

import datetime as dt
import re
from collections.abc import Sequence
from functools import lru_cache, reduce
from typing import Final, Literal, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.easter import easter

from etl.transform.times import symbols
from etl.transform.times.symbols import Point, Symbol


class Interval(NamedTuple):
    """A half-open interval of time; None: not known, or open."""

    earliest: dt.datetime | None
    latest: dt.datetime | None


class Value(NamedTuple):
    """A half-open interval of civil time and the unit it speaks in; None: open."""

    start: dt.datetime | None
    end: dt.datetime | None
    grain: str


_SECOND: Final = 1_000_000
_MINUTE: Final = 60_000_000
_HOUR: Final = 3_600_000_000
_DAY: Final = 86_400_000_000
_WEEK: Final = 604_800_000_000
_BEGIN = dt.datetime(1, 1, 1)
_BEGIN_UTC = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_END: Final = 315_537_897_600_000_000
"""The year 10000, with which the calendar ends."""


class _Span:
    """A half-open interval of civil time and the unit it speaks in.

    Raises:
        OverflowError: an end is out of the calendar.
    """

    def __init__(self, start: int, end: int, grain: str) -> None:
        if not 0 <= start < _END or not 0 <= end < _END:
            raise OverflowError("out of the calendar")
        self.start = start
        self.end = end
        self.grain = grain


_PARTS = {"MO": (6, 12), "AF": (12, 18), "EV": (18, 24), "NI": (20, 30), "DT": (6, 20), "MI": (10, 14)}
_SEASONS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}
_UNIT_MONTHS = {"M": 1, "Q": 3, "H": 6, "Y": 12, "DEC": 120, "CEN": 1200}
_GRAINS = {"M": "month", "Q": "quarter", "H": "half", "Y": "year", "DEC": "decade", "CEN": "century"}
_CLOCK_UNITS = {"h": ("hour", _HOUR), "m": ("minute", _MINUTE), "s": ("second", _SECOND)}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([YMWDHS])")
_NTH = re.compile(r"(-?\d+)(DAY|W|M|D[1-7])")
_YEARS_AGO = re.compile(r"-P\d+Y")
_SLACK = {"Y": 183 * _DAY, "M": 16 * _DAY, "W": 4 * _DAY, "D": _DAY}
"""How far an age in these units may be off where a writer rounds or cuts: half a unit and a day."""


@lru_cache(maxsize=65536)
def values(
    symbol: str, anchor: Interval, *, direction: str | None = None, prefer: Literal["past", "future"] = "past"
) -> list[Value]:
    """Values of a symbol in civil time, best first.

    Args:
        symbol: a symbol of `symbols.py`.
        anchor: naive civil time; a point has both ends equal.
        direction: the way the text's own cues point, or None.
        prefer: the way a bare day or month looks where no cue decides.

    Returns:
        Values; empty where the symbol has none on the time line or needs an anchor that is unknown.

    """
    if _nature(symbol).is_timeless:
        return []
    look = direction or prefer
    looks = [look, "future" if look == "past" else "past"] if direction is None and "XXXX" in symbol else [look]
    found = [_value(symbol, anchor, each) for each in looks]
    return list(dict.fromkeys([value for value in found if value]))


def _value(symbol: str, anchor: Interval, look: str) -> Value | None:
    nature = _nature(symbol)
    moment = anchor.earliest if anchor.latest else None  # half an anchor says before when, not when
    if moment is None and not nature.is_absolute:
        return None
    at = _since(moment, _BEGIN) if moment else _ANY_DAY * _DAY
    start, end, grain = _ends(nature.symbol, at - at % _DAY if nature.is_of_day else at, look, widen=False)
    if start is None and end is None:
        return None
    return Value(None if start is None else _civil(start), None if end is None else _civil(end), grain)


def bounds(
    symbol: str,
    anchor: Interval,
    zones: Sequence[str],
    *,
    direction: str | None = None,
    prefer: Literal["past", "future"] = "past",
) -> Interval:
    """Bounds of a symbol as instants: the hull over the zones and over every instant the anchor may be.

    Args:
        symbol: a symbol of `symbols.py`.
        anchor: aware instants; None where an end is not known.
        zones: IANA names of the zones its civil days may count in.
        direction: the way the text's own cues point, or None.
        prefer: the way a bare day or month looks where no cue decides.

    Returns:
        Aware UTC bounds; None where there is no bound.

    """
    nature = _nature(symbol)
    if nature.is_timeless:
        return _UNKNOWN
    look = direction or prefer
    if len(zones) == 1:
        return _in_zone(symbol, nature, anchor, zones[0], look)
    hulls = [_in_zone(symbol, nature, anchor, zone, look) for zone in zones]
    return reduce(_hull, hulls) if hulls else _UNKNOWN


_UNKNOWN = Interval(None, None)


def _hull(a: Interval, b: Interval) -> Interval:
    return Interval(
        min(a.earliest, b.earliest) if a.earliest and b.earliest else None,
        max(a.latest, b.latest) if a.latest and b.latest else None,
    )


def _in_zone(symbol: str, nature: "_Nature", anchor: Interval, zone: str, look: str) -> Interval:
    if nature.is_absolute:
        return _bounds_of_day(symbol, _ANY_DAY, zone, "past")
    low, high = anchor
    first = _bounds_at(symbol, nature, low, zone, look) if low else None
    if low is high or low == high:
        return first or _UNKNOWN
    last = _bounds_at(symbol, nature, high, zone, look) if high else None
    return Interval(first.earliest if first else None, last.latest if last else None)


_ANY_DAY: Final = 730_119
"""The first of January 2000, in days since the year 1 began."""


def _bounds_at(symbol: str, nature: "_Nature", instant: dt.datetime, zone: str, look: str) -> Interval:
    """Bounds of a symbol for an anchor that is a point."""
    at = _since(instant, _BEGIN_UTC)
    if nature.counts_hours:  # reckoned in UTC, where no hour comes twice
        start, end, _ = _ends(nature.symbol, at, look, widen=True)
        return Interval(None if start is None else _instant(start), None if end is None else _instant(end))
    shown = _shown(at, zone)
    if nature.is_of_day:
        return _bounds_of_day(symbol, shown // _DAY, zone, look)
    return _in_utc(_ends(nature.symbol, shown, look, widen=True), nature, zone)


@lru_cache(maxsize=65536)
def _bounds_of_day(symbol: str, day: int, zone: str, look: str) -> Interval:
    nature = _nature(symbol)
    return _in_utc(_ends(nature.symbol, day * _DAY, look, widen=True), nature, zone)


def _since(moment: dt.datetime, begin: dt.datetime) -> int:
    """Microseconds from the year 1 to a moment."""
    passed = moment - begin
    return passed.days * _DAY + passed.seconds * _SECOND + passed.microseconds


def _civil(moment: int) -> dt.datetime:
    return _BEGIN + dt.timedelta(moment // _DAY, moment // _SECOND % 86_400, moment % _SECOND)


def _instant(moment: int) -> dt.datetime:
    return _BEGIN_UTC + dt.timedelta(moment // _DAY, moment // _SECOND % 86_400, moment % _SECOND)


@lru_cache(maxsize=65536)
def _ahead(day: int, zone: str) -> int | None:
    """How far the clocks of a zone are ahead of UTC on a day and those beside it; None where they change then."""
    try:
        # no zone changes its clocks and changes them back within days
        before, after = dt.datetime.fromordinal(day), dt.datetime.fromordinal(day + 3)
    except ValueError:
        return None
    info = ZoneInfo(zone)
    offset = info.utcoffset(before)
    if offset is None or offset != info.utcoffset(after):
        return None
    return offset.days * _DAY + offset.seconds * _SECOND + offset.microseconds


def _shown(instant: int, zone: str) -> int:
    """What the clocks of a zone show at an instant.

    Raises:
        OverflowError: a time out of the calendar.
    """
    ahead = _ahead(instant // _DAY, zone)
    if ahead is not None:
        return instant + ahead
    return _since(_instant(instant).astimezone(ZoneInfo(zone)).replace(tzinfo=None), _BEGIN)


def _in_utc(ends: "_Ends", nature: "_Nature", zone: str) -> Interval:
    start, end, _ = ends
    first, last = nature.aheads
    return Interval(
        None if start is None else _told(start, zone, 0, first),
        None if end is None else _told(end, zone, 1, last),
    )


def _told(moment: int, zone: str, fold: int, ahead: int | None) -> dt.datetime | None:
    """The instant of a civil time: the first or the second (fold 0 or 1) where the clocks show it twice.

    Where the text says how far the clock is `ahead` of UTC, no zone has a part in it.

    What they skip is the instant at which they do: any other would fall before what is earlier or after
    what is later.
    """
    try:
        if ahead is None:
            ahead = _ahead(moment // _DAY, zone)
        if ahead is not None:
            return _instant(moment - ahead)
        return _told_near_a_change(moment, ZoneInfo(zone), fold)
    except (OverflowError, ValueError):
        return None


def _told_near_a_change(moment: int, zone: dt.tzinfo, fold: int) -> dt.datetime | None:
    civil = _civil(moment)
    first = civil.replace(tzinfo=zone)
    early, late = first.utcoffset(), first.replace(fold=1).utcoffset()
    if early is None or late is None:
        return None
    if early < late:
        return _change((civil - late).replace(tzinfo=dt.UTC), (civil - early).replace(tzinfo=dt.UTC), zone)
    return (civil - (late if fold else early)).replace(tzinfo=dt.UTC)


def _change(low: dt.datetime, high: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The second between two instants in which the clocks of a zone change."""
    before = low.astimezone(zone).utcoffset()
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)


class _Nature:
    """A symbol, and what it asks of its anchor."""

    def __init__(self, symbol: Symbol) -> None:
        points = [side.point for side in symbol.sides if side.point]
        is_absolute = all(p.kind in ("date", "decade", "century") and not p.base.startswith("XXXX") for p in points)
        self.symbol = symbol
        self.is_timeless = symbol.kind in ("duration", "set")
        """It has no place on the time line."""
        self.is_absolute = is_absolute and not any(text == ":REST" for p in points for _, text in p.ops)
        self.counts_hours = any("PT" in p.base for p in points)
        aheads = [None if side.point is None else _ahead_of_utc(side.point) for side in symbol.sides]
        self.aheads = (aheads[0], aheads[-1]) if aheads else (None, None)
        """How far the clocks of its first and its last side are ahead of UTC, where it says so."""
        self.is_of_day = not any(p.kind == "now" or (p.kind == "offset" and "T" in p.base) for p in points)
        """The anchor's day is all that it asks for, not its time of day."""


def _ahead_of_utc(point: Point) -> int | None:
    for kind, text in point.ops:
        if kind == "ahead":
            sign = -1 if text[0] == "-" else 1
            return 0 if text == "Z" else sign * (int(text[1:3]) * _HOUR + int(text[4:]) * _MINUTE)
    return None


@lru_cache(maxsize=65536)
def _nature(symbol: str) -> _Nature:
    return _Nature(symbols.parse(symbol))


_Ends = tuple[int | None, int | None, str]


def _ends(symbol: Symbol, moment: int, look: str, *, widen: bool) -> _Ends:
    """Start, end and grain of a symbol at one moment; None where open or out of the calendar."""
    try:
        if symbol.kind != "point":
            return _range(symbol, moment, look, widen)
        point = symbol.sides[0].point
        if point is None:
            return None, None, "day"
        span = _point(point, moment, look, widen)
        if not widen and not point.ops and _YEARS_AGO.fullmatch(point.base):
            # who says years ago speaks of the year; of weeks or months, of a day so far back
            span = _year(_date_of(span.start).year)
        return span.start, span.end, span.grain
    except (OverflowError, ValueError):
        return None, None, "day"


def _range(symbol: Symbol, moment: int, look: str, widen: bool) -> _Ends:
    first, last = symbol.sides[0], symbol.sides[1]
    start: int | None = None
    end: int | None = None
    grain = "day"
    if first.point:
        span = _point(first.point, moment, look, widen)
        start, grain = (span.end if first.edge == ">" else span.start), span.grain
    if last.point:
        # a second side without a year follows the first
        follows = start is not None and not widen and _floats(last.point)
        from_moment = start if follows and start is not None else moment
        span = _point(last.point, from_moment, "future" if follows else look, widen)
        if follows and last.point.kind == "weekday" and start is not None and span.start - start > _WEEK:
            span = _Span(span.start - _WEEK, span.end - _WEEK, span.grain)
        # writers mean "until Friday" with Friday and without: bounds hold both
        excludes = last.edge == "<" and not (widen and span.end - span.start >= _DAY)
        end, grain = (span.start if excludes else span.end), span.grain
        if start is not None and end < start and first.point and first.point.kind == "clock" == last.point.kind:
            end += _DAY
        of_week = last.point.kind == "weekday" or last.point.base.startswith("W+")
        if start is not None and end < start and (of_week or _floats(last.point)):
            end = end + _WEEK if of_week else _plus(end, 12, 0)
    return start, end, grain


def _floats(point: Point) -> bool:
    return point.kind in ("weekday", "day") or point.base.startswith("XXXX")


def _point(point: Point, moment: int, look: str, widen: bool) -> _Span:
    if point.base.startswith("XXXX"):
        return _floating(point, moment, look, widen)
    return _apply(_base(point, moment, widen), point.ops, moment, widen)


def _floating(point: Point, moment: int, look: str, widen: bool) -> _Span:
    """The latest such time that has begun by the anchor's day, or the first that has not ended."""
    ops, shifts = point.ops, _NO_OPS
    if ops and point.kind == "weekday":
        # which weekday is decided before it is moved: Friday a week on
        shifts = tuple([op for op in ops if op[0] == "shift"])
        ops = tuple([op for op in ops if op[0] != "shift"])
    today = moment - moment % _DAY
    if point.base[-2:-1] == "=":
        return _on_weekday(point, ops, moment, widen)
    is_bare_day = point.kind == "weekday" and not point.base.endswith("WE")
    is_past = look == "past"
    reach = _reach(point)
    found: _Span | None = None
    for n in range(reach, -reach - 1, -1) if is_past else range(-reach, reach + 1):
        try:
            found = _apply(_candidate(point, today, n), ops, moment, widen)
        except (OverflowError, ValueError):
            continue
        if is_past:
            if found.start < today + _DAY:
                break
        elif found.start >= today + _DAY if is_bare_day else found.end > today:
            break
    return _apply(_there(found), shifts, moment, widen)


_NO_OPS: tuple[tuple[str, str], ...] = ()


def _there(span: _Span | None) -> _Span:
    if span is None:
        raise ValueError("no year has such a day")
    return span


def _on_weekday(point: Point, ops: tuple[tuple[str, str], ...], moment: int, widen: bool) -> _Span:
    """The nearest such day that falls on the weekday that the words say, which decides and not the direction."""
    today = moment - moment % _DAY
    weekday, reach = int(point.base[-1]), _reach(point)
    best: _Span | None = None
    best_rank = (True, 0)
    for n in range(-reach, reach + 1):
        try:
            span = _apply(_candidate(point, today, n), ops, moment, widen)
        except (OverflowError, ValueError):
            continue
        rank = (_weekday(span.start) != weekday, abs(span.start - today))
        if best is None or rank < best_rank:
            best, best_rank = span, rank
    return _there(best)


def _reach(point: Point) -> int:
    """How many weeks, months or years from the anchor's such a time is looked for, either way."""
    if point.kind == "weekday":
        return 1 if point.base.endswith("WE") else 2
    if point.kind == "day":
        return 3
    # a weekday, a leap day or a shift may tell a year far off
    is_near = "=" not in point.base and not point.base.endswith(("-02-29", "-W53")) and not point.ops
    return 2 if is_near else 8


def _candidate(point: Point, today: int, n: int) -> _Span:
    """The time in the nth week, month or year from today's.

    Raises:
        ValueError: it has none there.
        OverflowError: it is out of the calendar.
    """
    if point.kind == "weekday":
        if point.base.endswith("WE"):
            monday = today - (today // _DAY % 7) * _DAY + n * _WEEK
            return _Span(monday + 5 * _DAY, monday + _WEEK, "weekend")
        day = today + ((int(point.base[-1]) - _weekday(today)) % 7 + 7 * n) * _DAY
        return _Span(day, day + _DAY, "day")
    date = _date_of(today)
    if point.kind == "day":
        month = date.year * 12 + date.month - 1 + n
        return _day(month // 12, month % 12 + 1, int(point.base[8:10]))
    year = date.year + n
    if not 1 <= year <= 9998:
        raise ValueError("out of the calendar")
    return _part_of_year(year, point.base[5:].partition("=")[0])


def _base(point: Point, moment: int, widen: bool) -> _Span:
    kind, base = point.kind, point.base
    if kind == "now":
        return _Span(moment, moment + _SECOND, "second")
    if kind == "clock":
        return _clock(moment, base[1:], widen)
    if kind == "offset":
        return _offset(base, moment, widen and not point.ops)
    if kind == "unit":
        return _unit(base, moment)
    if kind == "decade":
        return _months(int(base[:3]) * 120, 120, "decade")
    if kind == "century":
        return _months(int(base[:2]) * 1200, 1200, "century")
    return _part_of_year(int(base[:4]), base[5:])


def _date_of(moment: int) -> dt.date:
    return dt.date.fromordinal(moment // _DAY + 1)


def _weekday(moment: int) -> int:
    """The day of the week, Monday 1."""
    return moment // _DAY % 7 + 1


def _start(year: int, month: int, day: int) -> int:
    """When a day begins.

    Raises:
        ValueError: there is no such day.
    """
    return (dt.date(year, month, day).toordinal() - 1) * _DAY


def _day(year: int, month: int, day: int) -> _Span:
    start = _start(year, month, day)
    return _Span(start, start + _DAY, "day")


def _months(month: int, months: int, grain: str) -> _Span:
    """So many months from one, which is counted from the year 0."""
    after = month + months
    return _Span(_start(month // 12, month % 12 + 1, 1), _start(after // 12, after % 12 + 1, 1), grain)


def _year(year: int) -> _Span:
    return _months(year * 12, 12, "year")


def _part_of_year(year: int, part: str) -> _Span:
    """What follows a year in a date: nothing, a week, a quarter, a half, a season, a month, a day."""
    if not part:
        return _year(year)
    first = part[0]
    if first == "W" and part[1].isdigit():
        week, _, day = part[1:].partition("-")
        start = (dt.date.fromisocalendar(year, int(week), int(day or 1)).toordinal() - 1) * _DAY
        return _Span(start, start + _DAY, "day") if day else _Span(start, start + _WEEK, "week")
    if first == "Q":
        return _months(year * 12 + int(part[1]) * 3 - 3, 3, "quarter")
    if first == "H":
        return _months(year * 12 + int(part[1]) * 6 - 6, 6, "half")
    if first == "E":
        start = (easter(year).toordinal() - 1 + int(part[1:])) * _DAY
        return _Span(start, start + _DAY, "day")
    if part in _SEASONS:
        return _months(year * 12 + _SEASONS[part] - 1, 3, "season")
    if len(part) == 2:
        return _whole_month(year, int(part))
    return _day(year, int(part[:2]), int(part[3:]))


def _whole_month(year: int, month: int) -> _Span:
    if not 1 <= month <= 12:
        raise ValueError("no such month")
    return _months(year * 12 + month - 1, 1, "month")


def _unit(base: str, moment: int) -> _Span:
    sign = max(base.rfind("+"), base.rfind("-"))
    unit, n = base[:sign], int(base[sign:])
    if unit in ("W", "WE"):
        day = moment // _DAY
        monday = (day - day % 7 + 7 * n) * _DAY
        return _Span(monday + 5 * _DAY if unit == "WE" else monday, monday + _WEEK, "week")
    size, date = _UNIT_MONTHS[unit], _date_of(moment)
    return _months((date.year * 12 + date.month - 1) // size * size + n * size, size, _GRAINS[unit])


@lru_cache(maxsize=65536)
def _delta(duration: str) -> tuple[int, int, str]:
    """A signed duration: its months, the rest of it, and the smallest unit it names, one of Y, M, W, D, h, m, s."""
    sign = -1 if duration[0] == "-" else 1
    date, _, clock = duration.lstrip("+-")[1:].partition("T")
    months, rest, smallest = 0, 0, "D"
    for number, letter in _NUMBER.findall(date):
        n, smallest = float(number), letter
        if letter == "Y":
            months += round(n * 12)
        elif letter == "M":
            months += int(n)
            rest += round((n - int(n)) * 30) * _DAY
        else:
            rest += round(n * (7 if letter == "W" else 1)) * _DAY
    for number, letter in _NUMBER.findall(clock):
        smallest = letter.lower()
        rest += round(float(number) * (_CLOCK_UNITS[smallest][1] // _SECOND)) * _SECOND
    return sign * months, sign * rest, smallest


def _plus(moment: int, months: int, rest: int) -> int:
    """A moment so many months and so much later; where a month has no such day, its last."""
    if not months:
        return moment + rest
    date = _date_of(moment)
    month = date.year * 12 + date.month - 1 + months
    start = _start(month // 12, month % 12 + 1, 1)
    day = date.day
    if day > 28:
        day = min(day, (_start((month + 1) // 12, (month + 1) % 12 + 1, 1) - start) // _DAY)
    return start + (day - 1) * _DAY + moment % _DAY + rest


def _offset(base: str, moment: int, widen: bool) -> _Span:
    months, rest, unit = _delta(base)
    at = _plus(moment, months, rest)
    if unit in _CLOCK_UNITS:
        grain, size = _CLOCK_UNITS[unit]
        return _Span(at - size, at + size, grain) if widen else _Span(at, at + _SECOND, grain)
    day = at - at % _DAY
    slack = _SLACK[unit] if widen and unit != "D" else 0
    span = _Span(day - slack, day + _DAY + slack, "day")
    if not widen or unit != "Y":
        return span
    year = _year(_date_of(day).year)
    return _Span(min(span.start, year.start), max(span.end, year.end), "day")


def _clock(moment: int, clock: str, widen: bool) -> _Span:
    """A time or a part of the day that a moment is in."""
    day = moment - moment % _DAY
    if clock in _PARTS:
        first, last = _PARTS[clock]
        if clock == "NI":
            # the night of a day may be the one it begins with or the one it ends with
            first, last = (0, 30) if widen else (20, 24)
        return _Span(day + first * _HOUR, day + last * _HOUR, "part")
    at = day + int(clock[:2]) * _HOUR
    if len(clock) == 2:
        return _Span(at, at + _HOUR, "hour")
    at += int(clock[3:5]) * _MINUTE
    if len(clock) == 5:
        return _Span(at, at + _MINUTE, "minute")
    at += int(clock[6:8]) * _SECOND
    return _Span(at, at + _SECOND, "second")


def _apply(span: _Span, ops: tuple[tuple[str, str], ...], moment: int, widen: bool) -> _Span:
    for kind, text in ops:
        if kind == "clock":
            span = _clock(span.start, text[1:], widen)
        elif kind == "shift":
            months, rest, unit = _delta(text)
            start = _plus(span.start, months, rest)
            if unit in _CLOCK_UNITS:
                span = _Span(start, start + _MINUTE, "minute")
            else:
                span = _Span(start, start + span.end - span.start, span.grain)
        elif kind == "part":
            span = _part(span, text[1:], moment, widen)
        elif kind == "ahead":  # of the instant, not of what the clock shows
            continue
        elif kind == "dow":
            start = span.start + (int(text[2:]) - _weekday(span.start)) % 7 * _DAY
            span = _Span(start, start + _DAY, "day")
        else:
            span = _nth(span, text[1:])
    return span


def _part(span: _Span, part: str, moment: int, widen: bool) -> _Span:
    """The beginning, middle or end third of a span; halves overlap the middle, for writers do not measure."""
    start, end = span.start, span.end
    if part == "REST":
        return _Span(min(max(start, moment - moment % _DAY), end), end, span.grain)
    if part == "WEEK":
        day = start // _DAY
        monday = (day - day % 7) * _DAY
        return _Span(monday, monday + _WEEK, "week")
    if part == "NS":
        back = _DAY if _weekday(start) == 7 else 0
        return _Span(start - back, end - back, span.grain)
    if span.grain == "year" and not widen:
        first = {"START": 0, "MID": 4, "END": 8}[part]
        return _months(_date_of(start).year * 12 + first, 4, span.grain)
    size = end - start
    reach = size // 2 if widen else size // 3
    if part == "START":
        return _Span(start, _cut(start + reach, size), span.grain)
    if part == "MID":
        return _Span(_cut(start + size // 2 - reach // 2, size), _cut(end - size // 2 + reach // 2, size), span.grain)
    return _Span(_cut(end - reach, size), end, span.grain)


def _cut(moment: int, size: int) -> int:
    """A moment in a span of some size: of more than a day, whole days count."""
    return moment - moment % _DAY if size > _DAY else moment


def _nth(span: _Span, what: str) -> _Span:
    match = _NTH.fullmatch(what)
    if not match or int(match[1]) == 0:
        raise ValueError(f"{what!r} is not an ordinal selector")
    n, unit = int(match[1]), match[2]
    if unit == "DAY":
        start = span.start + (n - 1) * _DAY if n > 0 else span.end + n * _DAY
        return _Span(start, start + _DAY, "day")
    if unit == "W":
        first = span.start - (_weekday(span.start) - 1) * _DAY
        # ISO 8601: the first week is the one that holds the first Thursday
        if _weekday(span.start) > 4:
            first += _WEEK
        last = span.end - _DAY
        final = last - (_weekday(last) - 1) * _DAY
        start = first + (n - 1) * _WEEK if n > 0 else final + (n + 1) * _WEEK
        return _Span(start, start + _WEEK, "week")
    if unit == "M":
        date = _date_of(span.start)
        return _months(date.year * 12 + date.month - 1 + n - 1, 1, "month")
    weekday = int(unit[1])
    if n > 0:
        start = span.start + ((weekday - _weekday(span.start)) % 7 + 7 * (n - 1)) * _DAY
    else:
        last = span.end - _DAY
        start = last - ((_weekday(last) - weekday) % 7 - 7 * (n + 1)) * _DAY
    return _Span(start, start + _DAY, "day")
