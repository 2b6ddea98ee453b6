"""Publication stamps of pages: "3 uur geleden", "Vandaag, 19:54", "31 jan. 2026", read by the engine of `find.py`.

A stamp stands alone on its line, or is glued to what follows or precedes it. The language of a page is not known when
its stamps are cut off, so a stamp may be one of any language that has words of time.
"""

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

from etl import languages
from etl.settings import current
from etl.transform.records import Stamp
from etl.transform.times import find, resolve, words
from etl.transform.times.resolve import Interval

LONGEST = 60
"""Characters a stamp has at most."""

_UPDATE = re.compile(r"\s*\((?:update|bijgewerkt|aangepast|updated)\b[^()]{0,50}\)", re.IGNORECASE)
_FIRST_WORD = re.compile(r"[^\W\d_]+|\d")
# where a glued stamp may end: before a capital or a quotation mark, or between two forms of one time
_GLUE = re.compile(r"(?<=[\w.:)])(?=[A-ZÀ-Þ\"“‘(])|(?<=:\d\d)(?=\d)|(?<=\w) (?=[A-ZÀ-Þ]{2})")
_AFTER_SENTENCE = re.compile(r"(?<=[.!?\"”’')…])(?=[^\W_])")
_CLOCK = re.compile(r"T\d\d:\d\d")
_DAY = re.compile(r"(?:\d{4}|XXXX)-\d\d-\d\d(?:T\d\d(?::\d\d){0,2})?|(?:P0D|-P[12]D|XXXX-WXX-\d)T\d\d:\d\d")
_AGE = re.compile(r"-?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_AGES = frozenset({"away", "duration", "now_alone"})
"""Heads of the grammar that say how long ago; "12 min" alone does."""
_MINUTE, _HOUR, _DAY_S = 60.0, 3600.0, 86400.0
# shortest and longest length of each unit of an age, in seconds: years, months, weeks, days, hours, minutes, seconds
_LENGTHS = (
    (365 * _DAY_S, 366 * _DAY_S),
    (28 * _DAY_S, 31 * _DAY_S),
    (7 * _DAY_S, 7 * _DAY_S),
    (_DAY_S, _DAY_S),
    (_HOUR, _HOUR),
    (_MINUTE, _MINUTE),
    (1.0, 1.0),
)
_JUST_NOW = -15 * _MINUTE
"""How old a site lets "just now" become."""


def leading(text: str, start: int = 0) -> Stamp | None:
    """The stamp that a line begins with, alone on it or glued to what follows.

    Args:
        text: the line.
        start: where to look.

    Returns:
        The stamp, spans in `text`; None where the line begins with none.
    """
    if not _may_begin(text, start):
        return None
    head = text[start : start + LONGEST + 1]
    cuts = [match.start() for match in _GLUE.finditer(head)]
    if len(head) <= LONGEST:
        cuts.append(len(head))
    for cut in sorted(cuts, reverse=True):
        if (stamp := whole(head[:cut])) and not (cut == len(head) and start + cut < len(text)):
            return stamp._replace(start=start + stamp.start, end=start + stamp.end)
    return None


def trailing(line: str) -> Stamp | None:
    """The stamp that a line of prose ends with, glued to its last sentence; None where there is none."""
    first = max(1, len(line) - LONGEST)
    for match in _AFTER_SENTENCE.finditer(line, first):
        if stamp := whole(line[match.start() :]):
            return stamp._replace(start=match.start() + stamp.start, end=match.start() + stamp.end)
    return None


def whole(line: str) -> Stamp | None:
    """The stamp that a text is as a whole, or None."""
    if not line or len(line) > LONGEST or not _may_begin(line, 0):
        return None
    return _whole(line)


@lru_cache(maxsize=100_000)
def _whole(line: str) -> Stamp | None:
    text = _UPDATE.sub("", line)
    for found in _readings(text):
        if found.rule in _AGES and (offsets := _offsets(found.symbol)):
            age = found.symbol if found.symbol[0] in "-N" else "-" + found.symbol
            return Stamp(0, len(line), age, *offsets)
        if _CLOCK.fullmatch(found.symbol) or _DAY.fullmatch(found.symbol):
            return Stamp(0, len(line), found.symbol, None, None)
    # the long and the short form of one time, glued together
    for match in _GLUE.finditer(text):
        first, second = text[: match.start()], text[match.start() :]
        if (long := _whole(first)) and long.offset_min_s is None and _whole(second):
            return long._replace(end=len(line))
    return None


def _readings(text: str) -> Iterator[find.Found]:
    """What the text says as a whole, in each language in which it is a time."""
    for language in _languages():
        match find.read(text, language):
            case (found,) if found.start == 0 and found.end >= len(text.rstrip(" .")):
                yield found


@lru_cache(maxsize=1)
def _languages() -> tuple[str, ...]:
    """Languages that have words of time, the one that pages are read in by default first."""
    found = (code for code in languages.available() if languages.has(code, "times.toml"))
    return tuple(sorted(found, key=lambda code: (code != current().default_language, code)))


@lru_cache(maxsize=1)
def _first_words() -> frozenset[str]:
    """What a stamp can begin with, in lower case."""
    classes = ("weekday", "weekday_short", "deictic", "now", "one", "month", "month_short", "at")
    found = set()
    for language in _languages():
        for form, values in words.load(language).forms.items():
            if values.keys() & set(classes):
                found.add(form.lstrip("=").lower().split()[0].rstrip("."))
    return frozenset(found)


def _may_begin(text: str, start: int) -> bool:
    match = _FIRST_WORD.match(text, start)
    return match is not None and (match.group().isdigit() or match.group().lower() in _first_words())


def _offsets(symbol: str) -> tuple[float, float] | None:
    """Publication minus capture of an age, in seconds; None where the symbol is no age.

    A site that rounds shows 3 hours from 2 h 30 to 3 h 30, one that cuts from 3 h to 4 h: [-4 h, -2 h 30]. Minutes
    pass while a page is made and fetched: one on either side.
    """
    if symbol == "NOW":
        return _JUST_NOW, 0.0
    match = _AGE.fullmatch(symbol)
    if not match or not any(match.groups()):
        return None
    counts = [int(group or 0) for group in match.groups()]
    smallest = max(i for i, group in enumerate(match.groups()) if group)
    shortest = sum(n * short for n, (short, _) in zip(counts, _LENGTHS, strict=True))
    longest = sum(n * long for n, (_, long) in zip(counts, _LENGTHS, strict=True))
    short, long = _LENGTHS[smallest]
    less = short if smallest >= 5 else short / 2
    return -(longest + long), min(0.0, -(shortest - less))


def resolve_stamp(symbol: str, capture: Interval, zone: str) -> Interval:
    """Bounds of the publication that a clock or a calendar stamp tells.

    Args:
        symbol: of a Stamp without offsets.
        capture: when the page was captured; aware, None where not known.
        zone: the newsroom's.

    Returns:
        Bounds; a clock alone is the last such time before the capture, today's or yesterday's.
    """
    if not _CLOCK.fullmatch(symbol):
        return resolve.bounds(symbol, capture, [zone])
    earliest, latest = (_last_time(symbol, moment, zone) if moment else None for moment in capture)
    return Interval(earliest, latest + dt.timedelta(minutes=1) if latest else None)


def _last_time(symbol: str, moment: dt.datetime, zone: str) -> dt.datetime:
    """The last time before a moment that a clock in the zone showed this."""
    local = moment.astimezone(ZoneInfo(zone))
    shown = local.replace(hour=int(symbol[1:3]), minute=int(symbol[4:6]), second=0, microsecond=0, fold=0)
    if shown > local:
        day = (shown - dt.timedelta(days=1)).date()
        shown = shown.replace(year=day.year, month=day.month, day=day.day)
    return shown.astimezone(dt.UTC)
