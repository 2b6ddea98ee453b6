"""Symbol, anchor, zone and direction to bounds.

Every symbol is read against both ends of its anchor and the hull is given: each value moves forward with its
anchor, so a wider anchor never gives narrower bounds.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from functools import lru_cache, reduce
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

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


class _Span(NamedTuple):
    start: dt.datetime
    end: dt.datetime
    grain: str


_DAY = dt.timedelta(days=1)
_PARTS = {"MO": (6, 12), "AF": (12, 18), "EV": (18, 24), "NI": (20, 30), "DT": (6, 20), "MI": (10, 14)}
_SEASONS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}
_UNIT_MONTHS = {"M": 1, "Q": 3, "H": 6, "Y": 12, "DEC": 120, "CEN": 1200}
_GRAINS = {"M": "month", "Q": "quarter", "H": "half", "Y": "year", "DEC": "decade", "CEN": "century"}
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)([YMWDHS])")
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
    found = (_value(symbol, anchor, each) for each in looks)
    return list(dict.fromkeys(value for value in found if value))


def _value(symbol: str, anchor: Interval, look: str) -> Value | None:
    moment = anchor.earliest if anchor.latest else None  # half an anchor says before when, not when
    if moment is None and not _nature(symbol).is_absolute:
        return None
    start, end, grain = _ends(symbol, moment or dt.datetime(2000, 1, 1), look, widen=False)
    return Value(start, end, grain) if start or end else None


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
        return Interval(None, None)
    look = direction or prefer
    hulls = [_in_zone(symbol, nature, anchor, zone, look) for zone in zones]
    return hulls[0] if len(hulls) == 1 else reduce(_hull, hulls) if hulls else Interval(None, None)


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
    last = first if low == high else _bounds_at(symbol, nature, high, zone, look) if high else None
    return Interval(first.earliest if first else None, last.latest if last else None)


_ANY_DAY = dt.date(2000, 1, 1)


def _bounds_at(symbol: str, nature: "_Nature", instant: dt.datetime, zone: str, look: str) -> Interval:
    """Bounds of a symbol for an anchor that is a point."""
    # a symbol that counts hours or less is reckoned in UTC, where no hour comes twice
    reckon = dt.UTC if nature.counts_hours else ZoneInfo(zone)
    local = instant.astimezone(reckon)
    if nature.is_of_day:
        return _bounds_of_day(symbol, local.date(), zone, look)
    start, end, _ = _ends_at(nature.symbol, local.replace(tzinfo=None), look, widen=True)
    return Interval(_instant(start, reckon, 0), _instant(end, reckon, 1))


@lru_cache(maxsize=65536)
def _bounds_of_day(symbol: str, day: dt.date, zone: str, look: str) -> Interval:
    moment = dt.datetime(day.year, day.month, day.day)
    start, end, _ = _ends_at(_nature(symbol).symbol, moment, look, widen=True)
    info = ZoneInfo(zone)
    return Interval(_instant(start, info, 0), _instant(end, info, 1))


@lru_cache(maxsize=65536)
def _instant(moment: dt.datetime | None, zone: dt.tzinfo, fold: int) -> dt.datetime | None:
    """The instant of a civil time: the first or the second (fold 0 or 1) where the clocks show it twice.

    What they skip is the instant at which they do: any other would fall before what is earlier or after
    what is later.
    """
    if moment is None:
        return None
    try:
        first = moment.replace(tzinfo=zone, fold=0)
        early, late = first.utcoffset(), first.replace(fold=1).utcoffset()
        if early is None or late is None:
            return None
        if early == late:
            return (moment - early).replace(tzinfo=dt.UTC)
        if early < late:
            return _change((moment - late).replace(tzinfo=dt.UTC), (moment - early).replace(tzinfo=dt.UTC), zone)
        return (moment - (late if fold else early)).replace(tzinfo=dt.UTC)
    except (OverflowError, ValueError):
        return None


def _change(low: dt.datetime, high: dt.datetime, zone: dt.tzinfo) -> dt.datetime:
    """The second between two instants in which the clocks of a zone change."""
    before = low.astimezone(zone).utcoffset()
    while high - low > dt.timedelta(seconds=1):
        middle = low + (high - low) // 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return high.replace(microsecond=0)


class _Nature(NamedTuple):
    """A symbol, and what it asks of its anchor."""

    symbol: Symbol
    is_timeless: bool
    """It has no place on the time line."""
    is_absolute: bool
    counts_hours: bool
    is_of_day: bool
    """The anchor's day is all that it asks for, not its time of day."""


@lru_cache(maxsize=65536)
def _nature(symbol: str) -> _Nature:
    parsed = symbols.parse(symbol)
    points = [side.point for side in parsed.sides if side.point]
    is_absolute = all(p.kind in ("date", "decade", "century") and not p.base.startswith("XXXX") for p in points)
    return _Nature(
        parsed,
        parsed.kind in ("duration", "set"),
        is_absolute and not any(text == ":REST" for p in points for _, text in p.ops),
        any("PT" in p.base for p in points),
        not any(p.kind == "now" or (p.kind == "offset" and "T" in p.base) for p in points),
    )


_Ends = tuple[dt.datetime | None, dt.datetime | None, str]


def _ends(symbol: str, moment: dt.datetime, look: str, *, widen: bool) -> _Ends:
    """Start, end and grain of a symbol at one moment; None where open or out of the calendar."""
    nature = _nature(symbol)
    if nature.is_of_day:
        return _ends_of_day(symbol, moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0), look, widen)
    return _ends_at(nature.symbol, moment, look, widen)


@lru_cache(maxsize=65536)
def _ends_of_day(symbol: str, day: dt.datetime, look: str, widen: bool) -> _Ends:
    return _ends_at(_nature(symbol).symbol, day, look, widen)


def _ends_at(symbol: Symbol, moment: dt.datetime, look: str, widen: bool) -> _Ends:
    try:
        if symbol.kind == "point":
            point = symbol.sides[0].point
            if point and not widen and _YEARS_AGO.fullmatch(str(point)):
                # who says years ago speaks of the year; of weeks or months, of a day so far back
                return _months(_point(point, moment, look, widen).start.replace(month=1, day=1), 12, "year")
            return _point(point, moment, look, widen) if point else (None, None, "day")
        return _range(symbol, moment, look, widen)
    except (OverflowError, ValueError):
        return None, None, "day"


def _range(symbol: Symbol, moment: dt.datetime, look: str, widen: bool) -> _Ends:
    first, last = symbol.sides
    start = end = None
    grain = "day"
    if first.point:
        span = _point(first.point, moment, look, widen)
        start, grain = (span.end if first.edge == ">" else span.start), span.grain
    if last.point:
        # a second side without a year follows the first
        follows = start is not None and not widen and _floats(last.point)
        span = _point(last.point, start if follows and start else moment, "future" if follows else look, widen)
        if follows and last.point.kind == "weekday" and start and span.start - start > 7 * _DAY:
            span = _Span(span.start - 7 * _DAY, span.end - 7 * _DAY, span.grain)
        # writers mean "until Friday" with Friday and without: bounds hold both
        excludes = last.edge == "<" and not (widen and span.end - span.start >= _DAY)
        end, grain = (span.start if excludes else span.end), span.grain
        if start and end < start and first.point and first.point.kind == "clock" == last.point.kind:
            end += _DAY
        of_week = last.point.kind == "weekday" or last.point.base.startswith("W+")
        if start and end < start and (of_week or _floats(last.point)):
            step = 7 * _DAY if of_week else relativedelta(years=1)
            end = end + step
    return start, end, grain


def _floats(point: Point) -> bool:
    return point.kind in ("weekday", "day") or point.base.startswith("XXXX")


def _point(point: Point, moment: dt.datetime, look: str, widen: bool) -> _Span:
    if point.base.startswith("XXXX"):
        span = _floating(point, moment, look, widen)
    else:
        span = _apply(_base(point, moment, widen), point.ops, moment, widen)
    return span


def _floating(point: Point, moment: dt.datetime, look: str, widen: bool) -> _Span:
    """The latest such time that has begun by the anchor's day, or the first that has not ended."""
    spans = []
    # which weekday is decided before it is moved: Friday a week on
    shifts = tuple(op for op in point.ops if op[0] == "shift" and point.kind == "weekday")
    ops = tuple(op for op in point.ops if op not in shifts)
    for candidate in _candidates(point, moment):
        try:
            spans.append(_apply(candidate, ops, moment, widen))
        except (OverflowError, ValueError):
            continue
    today = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if weekday := _weekday_said(point.base):
        spans = [s for s in spans if s.start.isoweekday() == weekday] or spans
        # the weekday decides, not the direction: the nearest such day
        return min(spans, key=lambda s: (abs(s.start - today), s.start))
    is_bare_day = point.kind == "weekday" and not point.base.endswith("WE")
    if look == "past":
        chosen = [s for s in spans if s.start.date() <= today.date()]
        return _apply(chosen[-1] if chosen else spans[0], shifts, moment, widen)
    chosen = [s for s in spans if (s.start >= today + _DAY if is_bare_day else s.end > today)]
    return _apply(chosen[0] if chosen else spans[-1], shifts, moment, widen)


def _weekday_said(base: str) -> int | None:
    """The weekday that a day without a year or a month falls on, where the words say it."""
    return int(base[-1]) if base[-2:-1] == "=" else None


def _candidates(point: Point, moment: dt.datetime) -> list[_Span]:
    today = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    if point.kind == "weekday":
        if point.base.endswith("WE"):
            monday = today - today.weekday() * _DAY
            weeks = (monday + 7 * n * _DAY for n in (-1, 0, 1))
            return [_Span(w + 5 * _DAY, w + 7 * _DAY, "weekend") for w in weeks]
        first = today + ((int(point.base[-1]) - today.isoweekday()) % 7 - 14) * _DAY
        days = (first + 7 * n * _DAY for n in range(5))
        return [_Span(d, d + _DAY, "day") for d in days]
    if point.kind == "day":
        found = []
        for n in range(-3, 4):
            month = today.replace(day=1) + relativedelta(months=n)
            try:
                start = month.replace(day=int(point.base[8:10]))
            except ValueError:
                continue
            found.append(_Span(start, start + _DAY, "day"))
        return found
    # a weekday, a leap day or a shift may tell a year far off
    is_near = "=" not in point.base and not point.base.endswith(("-02-29", "-W53")) and not point.ops
    reach = 2 if is_near else 8
    found = []
    for year in range(max(1, moment.year - reach), min(9998, moment.year + reach) + 1):
        try:
            found.append(_date(f"{year:04d}" + point.base[4:].partition("=")[0]))
        except ValueError:
            continue
    return found


def _base(point: Point, moment: dt.datetime, widen: bool) -> _Span:
    if point.kind == "now":
        return _Span(moment, moment + dt.timedelta(seconds=1), "second")
    if point.kind == "clock":
        return _clock(_today(moment), point.base[1:], widen)
    if point.kind == "offset":
        return _offset(point.base, moment, widen and not point.ops)
    if point.kind == "unit":
        return _unit(point.base, moment)
    if point.kind == "decade":
        year = int(point.base[:3]) * 10
        return _Span(dt.datetime(year, 1, 1), dt.datetime(year + 10, 1, 1), "decade")
    if point.kind == "century":
        year = int(point.base[:2]) * 100
        return _Span(dt.datetime(year, 1, 1), dt.datetime(year + 100, 1, 1), "century")
    return _date(point.base)


def _today(moment: dt.datetime) -> _Span:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return _Span(day, day + _DAY, "day")


def _months(start: dt.datetime, months: int, grain: str) -> _Span:
    """So many months from the first day of one."""
    month = start.year * 12 + start.month - 1 + months
    return _Span(start, start.replace(year=month // 12, month=month % 12 + 1), grain)


def _date(base: str) -> _Span:
    year, rest = int(base[:4]), base[5:]
    if not rest:
        return _months(dt.datetime(year, 1, 1), 12, "year")
    if rest[0] == "W" and rest[1].isdigit():
        week, _, day = rest[1:].partition("-")
        start = dt.datetime.fromisocalendar(year, int(week), int(day or 1))
        return _Span(start, start + (1 if day else 7) * _DAY, "day" if day else "week")
    if rest[0] == "Q":
        return _months(dt.datetime(year, int(rest[1]) * 3 - 2, 1), 3, "quarter")
    if rest[0] == "H":
        return _months(dt.datetime(year, int(rest[1]) * 6 - 5, 1), 6, "half")
    if rest[0] == "E":
        start = dt.datetime.combine(easter(year), dt.time()) + int(rest[1:]) * _DAY
        return _Span(start, start + _DAY, "day")
    if rest in _SEASONS:
        return _months(dt.datetime(year, _SEASONS[rest], 1), 3, "season")
    if len(rest) == 2:
        return _months(dt.datetime(year, int(rest), 1), 1, "month")
    start = dt.datetime(year, int(rest[:2]), int(rest[3:]))
    return _Span(start, start + _DAY, "day")


def _unit(base: str, moment: dt.datetime) -> _Span:
    sign = max(base.rfind("+"), base.rfind("-"))
    unit, n = base[:sign], int(base[sign:])
    today = _today(moment).start
    if unit in ("W", "WE"):
        monday = today + (7 * n - today.weekday()) * _DAY
        return _Span(monday + (5 * _DAY if unit == "WE" else 0 * _DAY), monday + 7 * _DAY, "week")
    size = _UNIT_MONTHS[unit]
    month = (moment.year * 12 + moment.month - 1) // size * size + n * size
    return _months(dt.datetime(month // 12, month % 12 + 1, 1), size, _GRAINS[unit])


@lru_cache(maxsize=65536)
def _delta(duration: str) -> tuple[relativedelta, str]:
    """A signed duration and the smallest unit it names: one of Y, M, W, D, h, m, s."""
    sign = -1 if duration[0] == "-" else 1
    date, _, clock = duration.lstrip("+-")[1:].partition("T")
    total, smallest = relativedelta(), "D"
    for text, names in ((date, "YMWD"), (clock, "HMS")):
        for number, letter in _NUMBER.findall(text):
            total += sign * _amount(float(number), letter, names)
            smallest = letter if names == "YMWD" else letter.lower()
    return total, smallest


def _amount(n: float, letter: str, names: str) -> relativedelta:
    if names == "HMS":
        return relativedelta(seconds=round(n * {"H": 3600, "M": 60, "S": 1}[letter]))
    if letter == "Y":
        return relativedelta(months=round(n * 12))
    if letter == "M":
        return relativedelta(months=int(n), days=round((n - int(n)) * 30))
    return relativedelta(days=round(n * (7 if letter == "W" else 1)))


def _offset(base: str, moment: dt.datetime, widen: bool) -> _Span:
    delta, unit = _delta(base)
    at = moment + delta
    if unit in "hms":
        size = {"h": dt.timedelta(hours=1), "m": dt.timedelta(minutes=1), "s": dt.timedelta(seconds=1)}[unit]
        slack = size if widen else dt.timedelta(0)
        grain = {"h": "hour", "m": "minute", "s": "second"}[unit]
        return _Span(at - slack, at + max(slack, dt.timedelta(seconds=1)), grain)
    day = _today(at).start
    slack = _SLACK[unit] if widen and unit != "D" else dt.timedelta(0)
    span = _Span(day - slack, day + _DAY + slack, "day")
    if not widen or unit != "Y":
        return span
    year = _months(day.replace(month=1, day=1), 12, "year")
    return _Span(min(span.start, year.start), max(span.end, year.end), "day")


def _clock(span: _Span, clock: str, widen: bool) -> _Span:
    day = span.start.replace(hour=0, minute=0, second=0, microsecond=0)
    if clock in _PARTS:
        first, last = _PARTS[clock]
        if clock == "NI":
            # the night of a day may be the one it begins with or the one it ends with
            first, last = (0, 30) if widen else (20, 24)
        return _Span(day + dt.timedelta(hours=first), day + dt.timedelta(hours=last), "part")
    hour, *rest = map(int, clock.split(":"))
    minute, second = (*rest, 0, 0)[:2]
    at = day + dt.timedelta(hours=hour, minutes=minute, seconds=second)
    grain = ("hour", "minute", "second")[len(rest)]
    size = {"hour": dt.timedelta(hours=1), "minute": dt.timedelta(minutes=1), "second": dt.timedelta(seconds=1)}
    return _Span(at, at + size[grain], grain)


def _apply(span: _Span, ops: tuple[tuple[str, str], ...], moment: dt.datetime, widen: bool) -> _Span:
    for kind, text in ops:
        if kind == "clock":
            span = _clock(span, text[1:], widen)
        elif kind == "shift":
            delta, unit = _delta(text)
            size = span.end - span.start
            span = _Span(span.start + delta, span.start + delta + size, span.grain)
            if unit in "hms":
                span = _Span(span.start, span.start + dt.timedelta(minutes=1), "minute")
        elif kind == "part":
            span = _part(span, text[1:], moment, widen)
        elif kind == "dow":
            start = span.start + (int(text[2:]) - span.start.isoweekday()) % 7 * _DAY
            span = _Span(start, start + _DAY, "day")
        else:
            span = _nth(span, text[1:])
    return span


def _part(span: _Span, part: str, moment: dt.datetime, widen: bool) -> _Span:
    """The beginning, middle or end third of a span; halves overlap the middle, for writers do not measure."""
    if part == "REST":
        day = _today(moment).start
        return _Span(min(max(span.start, day), span.end), span.end, span.grain)
    if part == "WEEK":
        monday = _today(span.start).start - span.start.weekday() * _DAY
        return _Span(monday, monday + 7 * _DAY, "week")
    if part == "NS":
        back = _DAY if span.start.isoweekday() == 7 else 0 * _DAY
        return _Span(span.start - back, span.end - back, span.grain)
    if span.grain == "year" and not widen:
        first = {"START": 1, "MID": 5, "END": 9}[part]
        return _months(span.start.replace(month=first), 4, span.grain)
    size = span.end - span.start
    third, whole_days = size / 3, size > _DAY
    cut: Callable[[dt.datetime], dt.datetime] = lambda t: _today(t).start if whole_days else t  # noqa: E731
    reach = size / 2 if widen else third
    if part == "START":
        return _Span(span.start, cut(span.start + reach), span.grain)
    if part == "MID":
        return _Span(cut(span.start + size / 2 - reach / 2), cut(span.end - size / 2 + reach / 2), span.grain)
    return _Span(cut(span.end - reach), span.end, span.grain)


def _nth(span: _Span, what: str) -> _Span:
    match = re.fullmatch(r"(-?\d+)(DAY|W|M|D[1-7])", what)
    if not match or int(match[1]) == 0:
        raise ValueError(f"{what!r} is not an ordinal selector")
    n, unit = int(match[1]), match[2]
    if unit == "DAY":
        start = span.start + (n - 1) * _DAY if n > 0 else span.end + n * _DAY
        return _Span(start, start + _DAY, "day")
    if unit == "W":
        first = span.start - span.start.weekday() * _DAY
        # ISO 8601: the first week is the one that holds the first Thursday
        if span.start.weekday() > 3:
            first += 7 * _DAY
        last = span.end - _DAY
        final = last - last.weekday() * _DAY
        start = first + 7 * (n - 1) * _DAY if n > 0 else final + 7 * (n + 1) * _DAY
        return _Span(start, start + 7 * _DAY, "week")
    if unit == "M":
        return _months(span.start + relativedelta(months=n - 1), 1, "month")
    weekday = int(unit[1])
    if n > 0:
        start = span.start + ((weekday - span.start.isoweekday()) % 7 + 7 * (n - 1)) * _DAY
    else:
        last = span.end - _DAY
        start = last - ((last.isoweekday() - weekday) % 7 - 7 * (n + 1)) * _DAY
    return _Span(start, start + _DAY, "day")
