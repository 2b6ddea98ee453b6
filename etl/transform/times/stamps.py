"""Publication stamps of pages: "3 uur geleden", "Vandaag, 19:54", "31 jan. 2026", read by the engine of `find.py`.

A stamp stands alone on its line, or is glued to what follows or precedes it. The language of a page is not known when
its stamps are cut off, so a stamp may be one of any language that has words of time.
"""

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from etl import languages
from etl.settings import current
from etl.transform import dates
from etl.transform.records import Stamp
from etl.transform.times import find, resolve, words
from etl.transform.times.resolve import Interval

LONGEST: Final = 60
"""Characters a stamp has at most."""

# where a glued stamp may end: before a capital or a quotation mark, or between two forms of one time
_GLUE: Final = re.compile(
    r"(?<=[\w.:)])(?=[^\W\d_a-zß-ÿ]|[\"“‘'’(])|(?<=:\d\d)(?=\d)|(?<=\w) (?=[A-ZÀ-Þ]{2})|(?<=[^\W\d_])(?=\d)"
)
# What a glued one may begin after, a sentence, or with: a number behind a letter. It opens with one class of
# characters, which is looked for faster than one of two expressions.
_BEFORE: Final = re.compile(r"[.!?\"”’')…\d](?:(?<!\d) ?(?=[^\W_])|(?<=[^\W\d_]\d))")
# The words of a line from a position on: numbers, words up to a capital inside, capitals. What is between belongs to
# a stamp or does not.
_TOKEN: Final = re.compile(r"[ ,.:+()/'’\-]{0,3}(?:\d+|(?P<word>[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+))")
# the commonest stamp, up to the capital or the line's end that closes it
_PLAIN_AGE: Final = re.compile(r"\d{1,3} [a-z]{3,12} [a-z]{3,12}(?=[A-Z]|\Z)")
_TWO_WORDS: Final = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿ]++ ([a-zß-ÿ]++)")
_LETTERS: Final = re.compile(r"([\d\s.]?)([^\W\d_]+)(?=(\d?))")
_FIRST_WORD: Final = re.compile(r"[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+")
_CLOCK: Final = re.compile(r"T\d\d:\d\d")
_DAY: Final = re.compile(
    r"(?:\d{4}|XXXX)-\d\d-\d\d(?:T\d\d(?::\d\d){0,2}(?:Z|[+-]\d\d:\d\d)?)?"
    r"|(?:P0D|-P[12]D|XXXX-WXX-\d)T\d\d:\d\d"
)
_ONLY_DAY: Final = re.compile(r"(?:\d{4}|XXXX)-\d\d-\d\d|P0D|-P[12]D")
_DAY_AND_CLOCK: Final = re.compile(r"(?P<day>[^:]*?[\w.])(?:,? (?:(?:[a-z]{2,3}|-) )?)(?P<clock>[0-2]?\d[:.][0-5]\d)")
_HOUR_AND_MINUTE: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_TWICE: Final = re.compile(r"(?<=:\d\d)(?=\d)")
_AGE: Final = re.compile(r"-?P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_AGES: Final = frozenset({"away", "duration", "now_alone"})
"""Heads of the grammar that say how long ago; "12 min" alone does."""
_MINUTE, _HOUR, _DAY_S = 60.0, 3600.0, 86400.0
# shortest and longest length of each unit of an age, in seconds: years, months, weeks, days, hours, minutes, seconds
_LENGTHS: Final = (
    (365 * _DAY_S, 366 * _DAY_S),
    (28 * _DAY_S, 31 * _DAY_S),
    (7 * _DAY_S, 7 * _DAY_S),
    (_DAY_S, _DAY_S),
    (_HOUR, _HOUR),
    (_MINUTE, _MINUTE),
    (1.0, 1.0),
)
_JUST_NOW: Final = -15 * _MINUTE
"""How old a site lets "just now" become."""


def leading(text: str, start: int = 0, end: int | None = None) -> Stamp | None:
    """The stamp that a line begins with, alone on it or glued to what follows.

    Args:
        text: the line, or a text that holds it.
        start: where the line starts.
        end: where it ends; the text's end where not given.

    Returns:
        The stamp, spans in `text`; None where the line begins with none.
    """
    end = len(text) if end is None else end
    if end - start > LONGEST:
        return _leading(text, start, end)
    found = _leading_line(text[start:end])
    if found is None:
        return None
    _, length, symbol, least, most = found
    return _new(_STAMP, (start, start + length, symbol, least, most))


_new: Final = tuple.__new__
"""Makes a named tuple of all its fields in half the time."""
# constants of the machine code; a name is looked up
_STAMP: Final[type[Stamp]] = Stamp


@lru_cache(maxsize=50_000)
def _leading_line(line: str) -> Stamp | None:
    """The stamp that a short line begins with: of these lines many are nothing else, and come again."""
    return _leading(line, 0, len(line))


def _leading(text: str, start: int, end: int) -> Stamp | None:
    if text[start : start + 1].isdigit():
        age = _PLAIN_AGE.match(text, start, end)
        if age and (stamp := _whole(age.group())) and stamp.offset_min_s is not None:
            return _new(_STAMP, (start, age.end(), stamp.symbol, stamp.offset_min_s, stamp.offset_max_s))
    # what begins with "Een" or "Om" is prose more often than a stamp: then its second word tells
    elif not _may_begin(text, start) or ((prose := _TWO_WORDS.match(text, start, end)) and not _goes_on(prose[1])):
        return None
    reach = _reach(text, start, min(end, start + LONGEST))
    if reach == end and (stamp := _whole(text[start:end])):  # alone, as most
        return _new(_STAMP, (start, start + stamp.end, stamp.symbol, stamp.offset_min_s, stamp.offset_max_s))
    around = min(end, reach + 2)
    for cut in range(reach, start, -1):  # mostly it ends where its words do
        is_glued = _GLUE.match(text, cut, around) or (cut == reach < end and text[cut].islower())
        if is_glued and not _splits(text, cut) and (stamp := _whole(text[start:cut])):
            return _new(_STAMP, (start, start + stamp.end, stamp.symbol, stamp.offset_min_s, stamp.offset_max_s))
    return None


def _splits(text: str, cut: int) -> bool:
    """Whether a cut goes through a word in capitals.

    It does not where the capitals before it are a word of time, as `GELEDEN`; glued to a stamp themselves, they are
    but the beginning of a name, as in `2 februariDE BILT`.
    """
    if not text[cut - 1].isupper() or not text[cut : cut + 1].isupper():
        return False
    first = cut - 1
    while first > 0 and text[first - 1].isupper():
        first -= 1
    word = text[first:cut]
    if first > 0 and text[first - 1].isalnum():
        return True
    return word not in _words() and word.lower() not in _words()


def trailing(text: str, start: int = 0, end: int | None = None) -> Stamp | None:
    """The stamp that a line of prose ends with, glued to its last sentence; None where there is none.

    Args:
        text: the line, or a text that holds it.
        start: where the line starts.
        end: where it ends; the text's end where not given.
    """
    end = len(text) if end is None else end
    # of most lines the last word stands alone, and is none of a stamp
    last = text[text.rfind(" ", max(0, end - _LONGEST_WORD), end) + 1 : end]
    if len(last) < _LONGEST_WORD and last.isalpha() and last.lower() not in _words() and last[-1] != "Z":
        return None
    if not _may_end(text, end):
        return None
    first = max(start, end - LONGEST - 1)
    for match in _BEFORE.finditer(text, first, end):
        at = match.start() if text[match.start()].isdecimal() else match.end()
        if at > first and _may_begin(text, at) and _reach(text, at, end) == end and (stamp := _whole(text[at:end])):
            return stamp._replace(start=at + stamp.start, end=at + stamp.end)
    return None


def whole(line: str) -> Stamp | None:
    """The stamp that a text is as a whole, or None."""
    if not line or len(line) > LONGEST or not _may_begin(line, 0) or _reach(line, 0, len(line)) != len(line):
        return None
    return _whole(line)


@lru_cache(maxsize=50_000)
def _goes_on(word: str) -> bool:
    """Whether a second word can be a stamp's, or begins with one that is."""
    known = _words()
    return word in known or any(word[:n] in known for n in range(3, len(word)))


def _reach(text: str, start: int, end: int) -> int:
    """Where the words that a stamp may hold end."""
    known = _words()
    at = start
    while at < end and (token := _TOKEN.match(text, at, end)):
        word = token["word"]
        if word and word not in known and word.lower() not in known:
            # the longest word of time that is glued to another; capitals that are glued themselves are a name
            plain = word.lower() if token.start("word") > at else word
            lengths = (n for n in range(len(word) - 1, 2, -1) if plain[:n] in known)
            if at > start and (n := next(lengths, 0)):
                return token.start("word") + n
            break
        if word and len(word) == 1 and text[token.end() : token.end() + 1] in ("'", "’"):
            break  # the article of a name: L'Aquila
        at = token.end()
    while at < end and text[at] in ".)":
        at += 1
    return at


@lru_cache(maxsize=100_000)
def _whole(line: str) -> Stamp | None:
    text = _update().sub("", line) if line.endswith(")") else line
    # the long and the short form of one time, glued together
    if (
        (glued := _TWICE.search(text))
        and _symbol(text[glued.start() :])
        and (symbol := _symbol(text[: glued.start()]))
    ):
        return _new(_STAMP, (0, len(line), symbol, None, None))
    for found in _readings(text) if text.rstrip(" .")[-1:].isalpha() and not _date(text) else ():
        if found.rule in _AGES and (offsets := _offsets(found.symbol)):
            age = found.symbol if found.symbol[0] in "-N" else "-" + found.symbol
            return Stamp(0, len(line), age, *offsets)
    symbol = _symbol(text)
    return _new(_STAMP, (0, len(line), symbol, None, None)) if symbol else None


def _symbol(text: str) -> str | None:
    """The clock or the day that a text is. Days and clocks are read apart: there are few of either."""
    parts = _DAY_AND_CLOCK.fullmatch(text)
    # beside a day a point parts hours and minutes too
    read = (_read_symbol(parts["day"]), _read_symbol(parts["clock"].replace(".", ":"))) if parts else (None, None)
    day, clock = read
    if day and clock and _ONLY_DAY.fullmatch(day) and _CLOCK.fullmatch(clock):
        return day + clock
    symbol = _read_symbol(text)
    return symbol if symbol and (_CLOCK.fullmatch(symbol) or _DAY.fullmatch(symbol)) else None


@lru_cache(maxsize=100_000)
def _read_symbol(text: str) -> str | None:
    if clock := _HOUR_AND_MINUTE.fullmatch(text):  # as in every language
        return f"T{clock[1]:0>2}:{clock[2]}"
    if symbol := _date(text):
        return symbol
    for found in _readings(text):
        if any(form.fullmatch(found.symbol) for form in (_CLOCK, _DAY, _ONLY_DAY)):
            return found.symbol
    return None


def _date(text: str) -> str | None:
    """The date in figures or with a month's name that a text is: there are many, and none needs the grammar."""
    first, _, rest = text.partition(" ")
    return dates.whole(rest if first.lower().rstrip(".") in _weekdays() else text)


def _readings(text: str) -> Iterator[find.Found]:
    """What the text says as a whole, in each language in which it is a time.

    The grammar is asked where all words of the text are words of the language: it is slow to find that one is not.
    """
    # but for a few letters at a number, as in 12.30u, 5 pm, 3 a.m., 21st, Q1
    named = [word.lower() for before, word, after in _LETTERS.findall(text) if len(word) > 3 or not (before or after)]
    for language in _languages():
        if not _words_of(language).issuperset(named):
            continue
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
    classes = {
        "weekday",
        "weekday_short",
        "weekday_dot",
        "deictic",
        "now",
        "one",
        "month",
        "month_short",
        "at",
        "ago_before",
        "past",
    }
    found = set()
    for language in _languages():
        for form, values in words.load(language).forms.items():
            if values.keys() & classes:
                found.add(form.lstrip("=").lower().split()[0].rstrip("."))
    return frozenset(found)


@lru_cache(maxsize=1)
def _weekdays() -> frozenset[str]:
    """Names of the days of the week, in lower case."""
    forms = (item for language in _languages() for item in words.load(language).forms.items())
    days = {"weekday", "weekday_short", "weekday_dot"}
    return frozenset(form.lstrip("=").lower().rstrip(".") for form, values in forms if values.keys() & days)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    """Every word that a stamp can hold, in lower case; and the letters of ISO 8601."""
    found = (word for language in _languages() for word in _words_of(language))
    return frozenset([*found, "T", "Z", *(word.lower() for word in _updates())])


@lru_cache
def _words_of(language: str) -> frozenset[str]:
    """Every word of time of a language, and every part of one that is several, in lower case."""
    return frozenset(word for form in words.load(language).forms for word in re.findall(r"[^\W\d_]+", form.lower()))


@lru_cache(maxsize=1)
def _updates() -> frozenset[str]:
    return languages.words_of_all("pages", "stamps", "updates")


@lru_cache(maxsize=1)
def _update() -> re.Pattern[str]:
    """The second time of a stamp, in brackets: when the item was changed. The publication is the first."""
    opening = "|".join(map(re.escape, sorted(_updates())))
    return re.compile(rf"\s*\((?:{opening or '(?!)'})\b[^()]{{0,50}}\)", re.IGNORECASE)


@lru_cache(maxsize=1)
def beginnings() -> frozenset[str]:
    """The first three characters of what a stamp can begin with, in lower case; a shorter word with what ends it."""
    long = {word[:3] for word in _first_words() if len(word) > 2}
    return frozenset(long | {word + mark for word in _first_words() if len(word) == 2 for mark in " .,"})


def _may_begin(text: str, start: int) -> bool:
    opening = text[start : start + 3].lower()
    if opening[:1].isdigit():
        return True
    if opening not in beginnings():
        return False
    match = _FIRST_WORD.match(text, start)
    return match is not None and match.group().lower() in _first_words()


def _may_end(text: str, end: int) -> bool:
    """Whether the last word of a line can be a stamp's. A sentence's marks end none."""
    at = end - 1
    if text[at] == ")":
        return True
    if not text[at].isalnum():
        return False
    first = at
    while first > 0 and first > at - _LONGEST_WORD and text[first].isalpha():
        first -= 1
    return first == at or text[first + 1 : end].lower() in _words() or text[at] == "Z"


_LONGEST_WORD: Final = 14
"""Characters of a line's last word that are looked at."""


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
    first, last = (_last_times(symbol, moment, zone) if moment else [] for moment in capture)
    return Interval(first[0] if first else None, last[-1] + dt.timedelta(minutes=1) if last else None)


def _last_times(symbol: str, moment: dt.datetime, zone: str) -> list[dt.datetime]:
    """When a clock in the zone showed this on the last day on which it did before a moment.

    It shows it twice in the night in which clocks go back; perhaps not at all in the one in which they go forward.
    """
    info = ZoneInfo(zone)
    today = moment.astimezone(info).date()
    shown = dt.time(int(symbol[1:3]), int(symbol[4:6]))
    for back in range(3):
        civil = dt.datetime.combine(today - dt.timedelta(days=back), shown, info)
        times = sorted({civil.replace(fold=fold).astimezone(dt.UTC) for fold in (0, 1)})
        found = [t for t in times if t <= moment and t.astimezone(info).time() == shown]
        if found:
            return found
    return []
