"""Stamps of composed pages: ages that grow down a list, in the form of one site or in any."""

import datetime as dt
import random
from collections.abc import Callable

from tests.composed.words import MONTHS

Form = Callable[[int, dt.datetime, random.Random], str]
"""Writes an age in minutes at a capture."""

_DAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")


def ordered(choose: random.Random, n: int, capture: dt.datetime, *, hard: bool) -> list[str]:
    """N stamps, the newest first; a hard list is in one of the forms that pages show."""
    ages = sorted(round(10 ** choose.uniform(0, 6)) for _ in range(n))
    form = choose.choice(_FORMS) if hard and choose.random() < 0.6 else age
    return [form(minutes, capture, choose) for minutes in ages]


def age(minutes: int, capture: dt.datetime, choose: random.Random) -> str:
    """`37 minuten geleden`"""
    for size, one, many in _UNITS:
        if minutes >= size:
            n = minutes // size
            return f"{n} {one if n == 1 else many} geleden"
    return "1 minuut geleden"


_UNITS = (
    (525_600, "jaar", "jaar"),
    (43_200, "maand", "maanden"),
    (10_080, "week", "weken"),
    (1440, "dag", "dagen"),
    (60, "uur", "uur"),
    (1, "minuut", "minuten"),
)


def _short_age(minutes: int, capture: dt.datetime, choose: random.Random) -> str:
    if minutes < 60:
        return choose.choice((f"{minutes} min", f"{minutes} min geleden", "Zojuist"))
    if minutes < 120:
        return "een uur geleden"
    return age(minutes, capture, choose)


def _english(minutes: int, capture: dt.datetime, choose: random.Random) -> str:
    days, hours = minutes // 1440, minutes // 60 % 24
    if days and hours:
        return f"{days} day{'s' * (days > 1)} {hours} hour{'s' * (hours > 1)} ago"
    if hours:
        return f"{hours} hour{'s' * (hours > 1)} ago"
    return f"{max(minutes % 60, 2)} minutes ago"


def _near(minutes: int, capture: dt.datetime, choose: random.Random) -> str:
    at = capture - dt.timedelta(minutes=minutes)
    days = (capture.date() - at.date()).days
    if days == 0:
        return choose.choice((f"Vandaag, {at:%H:%M}", f"Vandaag om {at:%H:%M}", f"{at:%H:%M}"))
    if days == 1:
        return choose.choice((f"Gisteren, {at:%H:%M}", f"gisteren om {at:%H:%M}"))
    return f"{_DAYS[at.weekday()]} {at:%d} {MONTHS['nl'][at.month - 1]} {at.year}, {at:%H:%M}"


def _calendar(form: str) -> Form:
    def write(minutes: int, capture: dt.datetime, choose: random.Random) -> str:
        at = capture - dt.timedelta(minutes=minutes)
        short, long = MONTHS["nl"][at.month - 1], MONTHS["NL"][at.month - 1]
        return form.format(
            at=at,
            short=short,
            SHORT=short.upper(),
            long=long,
            Long=long.capitalize(),
            dotted=short + "." * (short != "mei"),
            wd=_DAYS[at.weekday()],
            Wd=_DAYS[at.weekday()].capitalize(),
            later=at + dt.timedelta(minutes=14),
            weekday=_WEEKDAYS[at.weekday()],
        )

    return write


_WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_FORMS = (
    _short_age, _english, _near,
    *map(_calendar, (
        "{at.day} {SHORT} {at.year}", "{at.day} {dotted} {at.year}", "{Wd}. {at.day} {Long} {at.year}",
        "{weekday} {at.day} {long} {at.year}", "{at.day} {long} {at.year} om {at:%H:%M}", "{at:%d-%m-%y %H:%M}",
        "{at:%d} {long} {at.year} {at:%H:%M}{at:%d-%m-%y %H:%M}", "{at.day} {long}",
        "{at.day}-{at.month}-{at.year}, {at:%H:%M} (Update {later.day}-{later.month}-{later.year}, {later:%H:%M})",
        "{at:%Y-%m-%dT%H:%M:%S}+0100", "{wd} {at:%d} {short} {at.year}, {at:%H:%M}",
    )),
)  # fmt: skip
