"""The functions that the grammar's templates name: from the symbols of the parts to the symbol of the whole.

Every function without an underscore can be named. All take and give strings; a part that is missing is empty. They
know no language and no clock.
"""

import datetime as dt

_CALENDAR = {"W": "W", "M": "M", "Y": "Y", "Q": "Q", "HY": "H", "DEC": "DEC", "CEN": "CEN", "WE": "WE"}
"""Units of words, and of the symbol that names the calendar unit an anchor is in."""
_LONG = {"Q": (3, "M"), "HY": (6, "M"), "DEC": (10, "Y"), "CEN": (100, "Y"), "WE": (1, "W")}
_AFTERNOON_FROM = {"AF": 1, "EV": 4, "NI": 7}
"""The first hour of the clock face that is read as one past noon, by part of the day."""
PIVOT = 50
"""A year of two digits below it lies in this century."""


def two_digits(text: str) -> str:
    """A number as calendars and clocks write it."""
    return str(int(text)).zfill(2)


def number(text: str) -> str:
    """A number as symbols write it: no zeros before or after it that say nothing."""
    return f"{float(text):g}"


def duration(n: str, unit: str) -> str:
    """So many units, as ISO 8601; X for a number that is not said."""
    if unit.startswith("T"):
        return f"PT{n if n == 'X' else number(n)}{unit[1]}"
    times, letter = _LONG.get(unit, (1, unit))
    return f"P{n if n == 'X' else number(str(float(n) * times))}{letter}"


def join(*durations: str) -> str:
    """Durations one after the other, added up by writing them together."""
    days = "".join(d[1:].partition("T")[0] for d in durations if d)
    clock = "".join(d[1:].partition("T")[2] for d in durations if d)
    return f"P{days}T{clock}" if clock else f"P{days}"


def plus_half(n: str, unit: str) -> str:
    """Two weeks and a half."""
    return duration(str(float(n) + 0.5), unit)


def quarters(n: str) -> str:
    """So many quarters of an hour."""
    return f"PT{15 * int(n)}M"


def add(a: str, b: str) -> str:
    """The sum of two numbers."""
    return number(str(float(a) + float(b)))


def product(a: str, b: str) -> str:
    """The product of two numbers: 5 thousand."""
    return number(str(float(a) * float(b)))


def clock(hour: str, minute: str = "", second: str = "") -> str:
    """A time of day."""
    if int(hour) > 24 or int(minute or 0) > 59 or int(second or 0) > 59:
        raise ValueError("not a time of day")
    parts = [two_digits(str(int(hour) % 24)), *[two_digits(part) for part in (minute, second) if part]]
    return "T" + ":".join(parts)


def clock_of_day(hour: str) -> str:
    """An hour past noon: few things last so many hours, and trains leave at them. A day's 24 hours are a duration."""
    if hour == "24":
        raise ValueError("a day has 24 hours")
    return clock(hour)


def _minutes(hour: str, minutes: int) -> str:
    total = (int(hour) * 60 + minutes) % (12 * 60 if int(hour) <= 12 else 24 * 60)
    return f"T{total // 60 or 12:02d}:{total % 60:02d}"


def half_to(hour: str) -> str:
    """Dutch and German half four is 3:30."""
    return _minutes(hour, -30)


def clock_before(hour: str, minutes: str) -> str:
    """So many minutes to the hour."""
    return _minutes(hour, -int(minutes))


def half_to_past(hour: str, minutes: str) -> str:
    """Five past half eight is 7:35."""
    return _minutes(hour, -30 + int(minutes))


def half_to_before(hour: str, minutes: str) -> str:
    """Five to half eight is 7:25."""
    return _minutes(hour, -30 - int(minutes))


def by_part(time: str, part: str) -> str:
    """A time of the clock face, read by the part of the day that is said."""
    hour = int(time[1:3])
    if part == "MO" or hour > 12 or (part == "NI" and hour == 12):
        return time if not (part == "NI" and hour == 12) else f"T00{time[3:]}"
    first = _AFTERNOON_FROM.get(part, 24)
    return f"T{hour + 12:02d}{time[3:]}" if first <= hour < 12 else time


def clock_by_part(hour: str, part: str) -> str:
    """An hour, read by the part of the day."""
    return by_part(clock(hour), part)


def clock_in_part(day: str, time: str) -> str:
    """A time on a day whose part is said: tonight at ten."""
    base, _, part = day.rpartition("T")
    return base + by_part(time, part)


def clocks(first: str, last: str, part: str = "") -> str:
    """From one time of day to another."""
    if part:
        first, last = by_part(first, part), by_part(last, part)
    elif int(first[1:3]) <= 12 < int(last[1:3]) and int(first[1:3]) + 12 < int(last[1:3]):
        pass
    return f"{first}/<{last}"


def day_clocks(day: str, times: str) -> str:
    """From one time to another on a day."""
    first, _, last = times.partition("/<")
    base, has_part, part = day.rpartition("T")
    if has_part and part.isalpha():
        return f"{base}{by_part(first, part)}/<{base}{by_part(last, part)}"
    return f"{day}{first}/<{day}{last}"


def date(year: str, month: str, day: str) -> str:
    """A date; the year may not be said."""
    y = year or "XXXX"
    dt.date(int(year or 2000), int(month), int(day))  # raises where the calendar has no such day
    return f"{y}-{two_digits(month)}-{two_digits(day)}"


def date_short(year: str, month: str, day: str) -> str:
    """A date whose year has two digits."""
    if int(year) > 99:
        raise ValueError("not a year of two digits")
    return date(str((2000 if int(year) < PIVOT else 1900) + int(year)), month, day)


def date_range(year: str, month: str, first: str, last: str, edge: str = "") -> str:
    """From one day to another of a month."""
    return f"{date(year, month, first)}/{edge}{date(year, month, last)}"


def date_pair(year: str, month: str, first: str, last_month: str, last: str, edge: str = "") -> str:
    """From a day of a month to a day of another; the year is said once."""
    start = str(int(year) - 1) if year.isdigit() and int(last_month) < int(month) else year
    return f"{date(start, month, first)}/{edge}{date(year, last_month, last)}"


def month_range(year: str, first: str, last: str, edge: str = "") -> str:
    """From one month to another; the year is said once."""
    start = str(int(year) - 1) if year.isdigit() and int(last) < int(first) else year
    return f"{start or 'XXXX'}-{first}/{edge}{year or 'XXXX'}-{last}"


def night_of_dates(year: str, month: str, first: str, last: str) -> str:
    """The night from one day to the next."""
    return f"{date(year, month, first)}T21/<{date(year, month, last)}T08"


def day_of_month(day: str) -> str:
    """A day of a month that is not said."""
    if not 1 <= int(day) <= 31:
        raise ValueError("no such day of a month")
    return f"XXXX-XX-{int(day):02d}"


def weekday_of_month(day: str, weekday: str) -> str:
    """A day of a month that is not said, but that falls on a weekday."""
    return on_weekday(day_of_month(day), weekday)


def on_weekday(day: str, weekday: str) -> str:
    """A date with its weekday, which tells the year or the month where it is not said."""
    return f"{day}={weekday}" if day.startswith("XXXX") and "T" not in day and ":" not in day else day


def pair_range(year: str, month: str, pair: str) -> str:
    """From one day to another of a month, written as a pair."""
    first, _, last = pair.partition("/")
    return date_range(year, month, first, last)


def weekend(unit: str) -> str:
    """The weekend, whichever the anchor and the direction tell."""
    return _only("WE", "XXXX-WXX-WE", unit)


def year_part(year: str, part: str) -> str:
    """A part of a year that may not be said."""
    return (year or "XXXX") + part


def with_year(day: str, time: str, year: str) -> str:
    """A date and a time, with the year after them."""
    return day.replace("XXXX", year) + time


def is_day(symbol: str, unit: str) -> str:
    """The symbol, where the unit said is a day."""
    return _only("D", symbol, unit)


def is_week(symbol: str, unit: str) -> str:
    """The symbol, where the unit said is a week."""
    return _only("W", symbol, unit)


def is_year(symbol: str, unit: str) -> str:
    """The symbol, where the unit said is a year."""
    return _only("Y", symbol, unit)


def _only(wanted: str, symbol: str, unit: str) -> str:
    if unit != wanted:
        raise ValueError(f"{symbol} is said of {wanted}")
    return symbol


def shift(n: str, unit: str) -> str:
    """The calendar unit so many on from the one the anchor is in."""
    if unit == "D":
        return "P0D" if int(n) == 0 else f"{n[0]}P{n[1:]}D"
    return _CALENDAR[unit] + n


def coming_unit(unit: str) -> str:
    """The next such unit; the coming weekend may be this week's."""
    return "XXXX-WXX-WE@future" if unit == "WE" else shift("+1", unit)


def later_in(unit: str) -> str:
    """The part of the anchor's unit that is to come."""
    return "P0DT12/P0D" if unit == "D" else f"NOW/{shift('+0', unit)}"


def earlier_in(unit: str) -> str:
    """The part of the anchor's unit that is over."""
    return "P0D" if unit == "D" else f"{shift('+0', unit)}/<NOW"


def rest_of(unit: str) -> str:
    """What is left of the anchor's unit."""
    return f"{shift('+0', unit)}:REST"


def piece_of_unit(unit: str, piece: str) -> str:
    """The beginning, middle or end of the anchor's unit."""
    return "P0D" if unit == "D" else f"{shift('+0', unit)}:{piece}"


def previous_weekday(weekday: str) -> str:
    """The weekday of the week before."""
    return f"W-1:D{weekday}"


def morning_of(unit: str, day: str) -> str:
    """Early in the day."""
    return f"{is_day(day, unit)}TMO"


def part_before(part: str) -> str:
    """The last such part of a day that is over."""
    return "-P1DTNI" if part == "NI" else f"-P1DT{part}"


def school_year(year: str) -> str:
    """A school or book year that begins in a year."""
    return f"{year}-08/{int(year) + 1}-07"


def school_years(years: str) -> str:
    """A school year by both its years."""
    first, _, last = years.partition("/")
    return school_year(first) if int(last) == int(first) + 1 else _fail(years)


def season_of(year: str, season: str) -> str:
    """A season of a year that is told by the anchor."""
    month = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}[season]
    return f"{year}:{month}M/{year}:{month + 2}M"


def nth_unit(whole: str, n: str, unit: str) -> str:
    """The nth day, week, month or quarter of a stretch."""
    if unit == "Q":
        return f"{whole}-Q{int(n)}" if len(whole) == 4 else _fail(unit)
    return f"{whole}:{int(n)}{ {'D': 'DAY', 'W': 'W', 'M': 'M'}[unit] }"


def nth_in(n: str, unit: str, whole: str) -> str:
    """The nth unit of the unit the anchor is in."""
    return f"XXXX-Q{int(n)}" if unit == "Q" else nth_unit(shift("+0", whole), n, unit)


def nth_of_year(year: str, n: str, unit: str) -> str:
    """The nth quarter or half of a year that may not be said."""
    if unit == "Q" and 1 <= int(n) <= 4:
        return f"{year or 'XXXX'}-Q{int(n)}"
    if unit == "HY" and 1 <= int(n) <= 2:
        return f"{year or 'XXXX'}-H{int(n)}"
    return _fail(unit)


def half_of_year(year: str, n: str) -> str:
    """The nth half of a year that may not be said."""
    return nth_of_year(year, n, "HY")


def half_of_unit(unit: str, n: str) -> str:
    """The nth half of the anchor's year or one beside it."""
    first = {1: 1, 2: 7}.get(int(n)) or _fail(n)
    return f"{unit}:{first}M/{unit}:{int(first) + 5}M"


def first_of(whole: str, ordinal: str, n: str, unit: str) -> str:
    """The first nine months of a year."""
    selector = {"M": "M", "W": "W", "D": "DAY"}.get(unit) or _fail(unit)
    return f"{whole}:1{selector}/{whole}:{int(n)}{selector}" if ordinal == "1" else _fail(ordinal)


def first_span(ordinal: str, n: str, unit: str) -> str:
    """The first nine months of something that is not said."""
    return duration(n, unit) if ordinal == "1" else _fail(ordinal)


def unit_before(far: str, unit: str) -> str:
    """The quarter or month a year before the anchor's."""
    return shift({"YQ": "-4", "YM": "-12"}.get(far + unit) or _fail(unit), unit)


def week_number(year: str, n: str, unit: str) -> str:
    """A numbered week of a year that may not be said."""
    if unit != "W" or not 1 <= int(n) <= 53:
        return _fail(unit)
    return f"{year or 'XXXX'}-W{int(n):02d}"


def week_of_day(unit: str, day: str) -> str:
    """The week a day is in."""
    return f"{is_week(day, unit)}:WEEK"


def century(n: str, unit: str) -> str:
    """The nth century: the 21st begins with 2000, as newspapers count."""
    return f"{int(n) - 1:02d}XX" if unit == "CEN" and 1 < int(n) <= 30 else _fail(unit)


def decade(n: str) -> str:
    """A decade by its first year, of two digits or four."""
    year = int(n) if len(n) == 4 else 1900 + int(n)
    return f"{year // 10}X" if year % 10 == 0 else _fail(n)


def _bare(span: str) -> tuple[str, str]:
    """The number and the unit of a duration that has one of each, else empty."""
    body = span.removeprefix("P").removeprefix("T")
    is_plain = body[:-1].replace(".", "").isdigit()
    return (body[:-1], ("T" if span.startswith("PT") else "") + body[-1]) if is_plain else ("", "")


def last_span(span: str) -> str:
    """The last three days: up to now; quarters are those of the calendar."""
    return f"-{span}/<NOW"


def next_span(span: str) -> str:
    """The coming three days: from tomorrow; three hours: from now."""
    return f"NOW/+{span}" if _bare(span)[1].startswith("T") else f">P0D/+{span}"


def next_units(n: str, unit: str) -> str:
    """As `next_span`, of a number and a unit."""
    return next_span(duration(n, unit))


def last_units(n: str, unit: str) -> str:
    """As `last_span`, of a number and a unit."""
    return last_span(duration(n, unit))


def last_span_of(unit: str) -> str:
    """The hour or minute that has just gone."""
    return last_span(duration("1", unit))


def next_span_of(unit: str) -> str:
    """The hour or minute that comes."""
    return next_span(duration("1", unit))


def last_vague(unit: str) -> str:
    """The last weeks: some of them, up to now."""
    return f"-{duration('9', unit)}/<NOW"


def next_vague(unit: str) -> str:
    """The coming weeks."""
    return f"NOW/+{duration('9', unit)}"


def vague(sign: str, unit: str) -> str:
    """A few units away: two to five."""
    few, more = duration("2", unit), duration("5", unit)
    return f"-{more}/-{few}" if sign == "-" else f"+{few}/+{more}"


def many_later(unit: str) -> str:
    """Weeks later: two at least."""
    return f"+{duration('2', unit)}/.."


def between_ago(few: str, more: str, unit: str) -> str:
    """Two or three weeks ago."""
    return f"-{duration(more, unit)}/-{duration(few, unit)}"


def many_ago(unit: str) -> str:
    """Weeks ago: two at least, and no saying how many at most."""
    return f"../-{duration('2', unit)}"


def set_of(n: str, unit: str) -> str:
    """Every so many units."""
    return f"R/{duration(n or '1', unit)}"


def _fail(what: str) -> str:
    raise ValueError(f"{what} does not fit here")
