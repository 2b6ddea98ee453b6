"""Times as formats and tables state them, into bounds.

What carries an offset is an instant. What carries none, or is a day, could be meant in any zone of the world: its
bounds are those of all of them, from UTC+14 to UTC-12. Nothing is taken to be now, and nothing to be UTC unless it
is so by definition (Unix time, the 14 digits of web archives).
"""

import datetime as dt
import re
from email.utils import parsedate_to_datetime

from etl.extract.records import Bounds

_EAST, _WEST = dt.timedelta(hours=14), dt.timedelta(hours=12)
_DIGITS = re.compile(r"\d{14}")
_UNIX = re.compile(r"\d{9,10}(?:\.\d+)?")
_UNIX_MS = re.compile(r"\d{12,13}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d{8}")
_TEXTUAL_ZONE = re.compile(r" (?:UTC|GMT|Z)\Z")
_FRACTION = re.compile(r"([.,]\d{6})\d+")


def bounds(value: object) -> Bounds:
    """Read a time.

    Args:
        value: ISO 8601, an e-mail or HTTP date, Unix time in seconds or milliseconds, 14 digits of a web archive,
            or a datetime or date object; None and "" are no time.

    Raises:
        ValueError: it is none of these.

    """
    if value is None or value == "":
        return None, None
    text = str(value).strip()
    try:
        if isinstance(value, dt.datetime):
            return _of_moment(value)
        return _of_day(value) if isinstance(value, dt.date) else _of_text(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        raise ValueError(
            f"{text[:40]!r} is no time: write it as 2026-01-31T09:15:00+01:00, as Unix time or as 20260131081500"
        ) from None


def either(first: object, *others: object) -> Bounds:
    """The bounds of the first value that can be read; those of no time where there is none."""
    for value in (first, *others):
        try:
            found = bounds(value)
        except ValueError:
            continue
        if any(found):
            return found
    return None, None


def _of_text(text: str) -> Bounds:
    if not text:
        return None, None
    if _DIGITS.fullmatch(text):
        return _of_moment(dt.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC))
    if _UNIX.fullmatch(text):
        return _of_moment(dt.datetime.fromtimestamp(float(text), dt.UTC))
    if _UNIX_MS.fullmatch(text):
        return _of_moment(dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC))
    if _DAY.fullmatch(text):
        return _of_day(dt.date.fromisoformat(text))
    if text[:1].isdigit() and text[3:4].isdigit():
        return _of_moment(dt.datetime.fromisoformat(_FRACTION.sub(r"\1", _TEXTUAL_ZONE.sub("+00:00", text))))
    return _of_moment(parsedate_to_datetime(text))


def _of_moment(moment: dt.datetime) -> Bounds:
    if moment.tzinfo:
        instant = moment.astimezone(dt.UTC)
        return instant, instant
    civil = moment.replace(tzinfo=dt.UTC)
    return civil - _EAST, civil + _WEST


def _of_day(day: dt.date) -> Bounds:
    start = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    return start - _EAST, start + dt.timedelta(days=1) + _WEST
