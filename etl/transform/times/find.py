"""Time expressions of texts, as symbols that depend on no clock.

What belongs here: from text to symbols. What does not: what a symbol means; that is `resolve.py`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

from etl import languages
from etl.transform.records import TimeMention
from etl.transform.times import grammar, symbols, words
from etl.transform.times.words import Vocabulary, Word

_LEFT: Final = 90
_RIGHT: Final = 70
"""How far around an expression its clause is searched for words that turn it, in code points."""
_NEAR: Final = 40
"""How far from an expression the words beside it are looked for, in code points; no word of time is longer."""
_BETWEEN: Final = "\0"
"""What texts are joined by, to be searched at once: a search costs more than a headline. No word of time holds it."""
_YEAR: Final = re.compile(r"\b(?:1[89]|20)\d\d\b")
_SURNAME: Final = re.compile(r" [^\W\d_a-zß-ÿ]")
_REACH: Final = 20
"""How far before a year the word before it is looked for, in code points."""
_PLACES_A_YEAR: Final = frozenset(
    {"in", "since", "until", "before", "before_or_for", "after", "from", "to", "between", "through", "by"}
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_DIGIT: Final = re.compile(r"\d")
_COUNTS_SOMETHING: Final = re.compile(r"\s?[-%‰°€$£]|\s?(?:km|kg|m|cm|mm|ton)\b|[ \xa0](?!-)[^\W\d_]")
"""What follows a number that counts things: a unit, a sign or a word."""


class Found:
    """An expression in a run; spans in the run's text."""

    def __init__(
        self,
        start: int,
        end: int,
        symbol: str,
        direction: str | None,
        rule: str,
        is_bare: bool,
        lead: int,
        is_name: bool,
        kinds: symbols.Kinds,
    ) -> None:
        self.start = start
        self.end = end
        self.symbol = symbol
        self.direction = direction
        self.rule = rule
        self.is_bare = is_bare
        """A number alone, which the text after it may make a count of things."""
        self.lead = lead
        """Length of the prepositions that it begins with and that the span leaves out, as TIMEX3 does."""
        self.is_name = is_name
        """It ends in a month that is a name of people too."""
        self.timex_type = kinds.timex_type
        self.precision = kinds.precision
        self.is_floating = direction is None and "XXXX" in symbol
        """The clause around it may tell the way it looks."""


def find(texts: Sequence[str], language: str) -> list[TimeMention]:
    """Find the time expressions of texts.

    Args:
        texts: the units of a batch.
        language: ISO 639-1 code; one that has no words of time gives nothing.

    Returns:
        Mentions in order of text and place; spans in code points of their text.
    """
    mentions: list[TimeMention] = []
    if languages.has(language, "times.toml"):
        vocabulary = words.load(language)
        unit = at = 0  # the text that a run stands in, and where that one begins among all
        for first, last in _runs(_BETWEEN.join(texts), vocabulary):
            while first > at + len(texts[unit]):
                at += len(texts[unit]) + len(_BETWEEN)
                unit += 1
            text = texts[unit]
            start, end = _whole_words(text, first - at, last - at)
            for found in _read_in(text, start, end, vocabulary):
                if _stands(text, start + found.start, start + found.end, found, vocabulary):
                    mentions.append(_mention(unit, text, start, found, vocabulary))
    return mentions


_new: Final = tuple.__new__
"""Makes a named tuple of all its fields in half the time."""
_MENTION: Final[type[TimeMention]] = TimeMention  # a constant of the machine code; a name is looked up


def _mention(unit: int, text: str, start: int, found: Found, vocabulary: Vocabulary) -> TimeMention:
    """An expression of a run that starts somewhere in a text."""
    at, to = start + found.start, start + found.end
    if found.rule == "away" and _is_measured(text, at, found, vocabulary):
        at = text.index(" ", at) + 1
        return TimeMention(
            unit, at, to, text[at:to], "DURATION", found.symbol[1:], "duration", found.direction, found.precision, 0.9
        )
    direction = _direction(text, at, to, vocabulary) if found.is_floating else found.direction
    at += found.lead
    fields = (
        unit,
        at,
        to,
        text[at:to],
        found.timex_type,
        found.symbol,
        found.rule,
        direction,
        found.precision,
        0.6 if found.is_bare else 0.9,
    )
    return _new(_MENTION, fields)


def _stands(text: str, start: int, end: int, found: Found, vocabulary: Vocabulary) -> bool:
    """Whether the text around an expression leaves it a time."""
    if _is_in_a_number(text, start, end):
        return False
    if found.is_bare and not _is_time(text, start, end, vocabulary):
        return False
    return not (found.is_name and (not vocabulary.has_capital_months or _SURNAME.match(text, end)))


def _read_in(text: str, start: int, end: int, vocabulary: Vocabulary) -> tuple[Found, ...]:
    """The expressions of a run in its text."""
    if not _may_be_counted(text, end):
        return read(text[start:end], vocabulary.language)
    word = _WORD.search(text, end, end + _NEAR)
    return read(text[start:end], vocabulary.language, _follows(word.group() if word else "", vocabulary))


def _may_be_counted(text: str, at: int) -> bool:
    """Whether what follows may be counted by a number before it."""
    mark = text[at : at + 1]
    if not mark or mark in ".,;:!?)":
        return False  # as often
    return (mark == " " and text[at + 1 : at + 2].isalpha()) or _COUNTS_SOMETHING.match(text, at) is not None


Follows = Literal["nothing", "word", "counted"]
"""What comes after a run, as far as a number before it can count it: nothing, some word, what is always counted."""


def _follows(word: str, vocabulary: Vocabulary) -> Follows:
    low = word.lower()
    return "nothing" if low in vocabulary.small else "counted" if low in vocabulary.counted else "word"


def _is_in_a_number(text: str, start: int, end: int) -> bool:
    """Whether the digits at an end go on beyond it: telephone numbers, codes."""
    before = start > 1 and text[start].isdigit() and text[start - 1] in "-+/." and text[start - 2].isdigit()
    after = text[end - 1].isdigit() and text[end : end + 1] in ("-", "/") and text[end + 1 : end + 2].isdigit()
    return before or after


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The run with the words that it begins and ends in."""
    if not (start and text[start - 1].isalnum()) and not text[end : end + 1].isalnum():
        return start, end  # as nearly all
    first, last = max(0, start - _NEAR), min(len(text), end + _NEAR)
    while start > first and text[start - 1].isalnum() and text[start].isalnum():
        start -= 1
    while end < last and text[end].isalnum() and text[end - 1].isalnum():
        end += 1
    return start, end


def _runs(text: str, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """Runs of words of time, in code points."""
    data = text.encode()
    found = words.runs(data, vocabulary)
    if len(data) == len(text):
        return found
    moved: list[tuple[int, int]] = []
    position = characters = 0
    for start, end in found:
        first = characters + len(data[position:start].decode(errors="ignore"))
        characters = first + len(data[start:end].decode(errors="ignore"))
        moved.append((first, characters))
        position = end
    return moved


@lru_cache(maxsize=200_000)
def read(run: str, language: str, follows: Follows = "nothing") -> tuple[Found, ...]:
    """The expressions of a run: from the left, the longest that makes sense.

    Args:
        run: words of time.
        language: ISO 639-1 code.
        follows: what a number that ends the run may count: Friday [two men].
    """
    vocabulary = words.load(language)
    row = _without_counts(words.split(run, vocabulary), run, vocabulary, follows)
    classes = [word.classes for word in row]
    values = [word.values for word in row]
    found: list[Found] = []
    at, n = 0, len(row)
    for start in range(n):
        if start < at or not (plans := grammar.plans(classes, start)):
            continue
        built = _longest(row, values, plans, start, start)
        if built is None:
            continue
        end = built.end
        # a later start that reaches further and holds no less says more: [in the week] after next
        if end < n and any(
            _overtakes(row, values, grammar.plans(classes, later), later, built, start)
            for later in range(start + 1, min(end, n - (end - start) + 1))
        ):
            continue
        at = end
        found.append(_found(row[start:end], run, built, vocabulary))
    return tuple(found)


class _Built:
    """An expression: its last word, what its symbol says, and the head of its rule."""

    def __init__(self, end: int, symbol: str, cue: str, rule: str) -> None:
        self.end = end
        self.symbol = symbol
        self.cue = cue
        self.kinds = symbols.kinds(symbol)
        self.rule = rule


def _longest(row: list[Word], values: grammar.Values, plans: grammar.Plans, start: int, least: int) -> _Built | None:
    """The longest expression from a start whose values fit, if it ends after `least`."""
    from_start = values[start:] if start else values
    links = _classes().links
    for length, trees in plans:
        end = start + length
        if end <= least:
            return None
        if row[end - 1].classes & links:
            continue
        for tree in trees:
            try:
                symbol, _, cue = tree.write(from_start).partition("@")
                return _Built(end, symbol, cue, tree.rule.head)
            except ValueError:
                continue
    return None


def _overtakes(
    row: list[Word], values: grammar.Values, plans: grammar.Plans, start: int, built: _Built, before: int
) -> bool:
    """Whether a later start reaches further than an expression, and holds no less."""
    if not plans or start + plans[0][0] <= built.end:
        return False
    further = _longest(row, values, plans, start, built.end)
    return further is not None and further.end - start >= built.end - before


def _found(row: list[Word], run: str, built: _Built, vocabulary: Vocabulary) -> Found:
    start, end, sure = row[0].start, row[-1].end, _classes().sure
    last = run[start:end].rpartition(" ")
    return Found(
        start,
        end,
        built.symbol,
        built.cue or None,
        built.rule,
        is_bare=not any(word.classes & sure for word in row),
        lead=0 if built.rule in _WHOLE else _lead(row, run, vocabulary),
        is_name=last[2] in vocabulary.names and not _DIGIT.search(last[0]),
        kinds=built.kinds,
    )


class _Classes:
    """Sets of classes."""

    def __init__(self) -> None:
        of = grammar.mask
        self.links = of(",", "of", "dash", "slash")
        """What no expression ends in."""
        self.numbers = of("n0", "n12", "n24", "n31", "n59", "w12", "w24", "w31", "w59", "pair", "hdm", "dm")
        self.counting = self.numbers | of("o31")
        """What may count."""
        self.number_words = of("w12", "w24", "w31")
        self.months = of("month", "month_short")
        self.named = self.months | of("weekday")
        self.joins = of("to", "through", "or", "and", "dash")
        days, parts = ("weekday", "weekday_dot", "deictic", "holiday"), ("day_part", "day_part_name", "part")
        self.days = self.months | of(*days, *parts, "part_adverb")
        self.the = of("the")
        self.ordinal = of("o31")
        numerals = ("hm", "hms", "ymd", "dmy", "iso", "my", "year_range", "decade_code", "decade_short", "slashed")
        self.sure = of(*numerals, "quarter_code", "weekday_short", "years_word", *sorted(words.TRIGGERS))
        """What shows time by itself."""


@lru_cache(maxsize=1)
def _classes() -> _Classes:
    return _Classes()


def _without_counts(row: list[Word], run: str, vocabulary: Vocabulary, follows: Follows) -> list[Word]:
    """The words, where a number between a day and what it counts says no time: Friday [two] men."""
    counting = _classes().counting
    counts = [
        (i, _follows(run[word.start : word.end], vocabulary))
        for i, word in enumerate(row)
        if i and not word.classes and row[i - 1].classes & counting
    ]
    if follows != "nothing":
        counts.append((len(row), follows))
    blank = {j for i, what in counts if what != "nothing" for j in _count_before(row, i, run, vocabulary, what)}
    return (
        [Word(word.start, word.end, 0, word.values) if i in blank else word for i, word in enumerate(row)]
        if blank
        else row
    )


def _count_before(row: list[Word], end: int, run: str, vocabulary: Vocabulary, follows: Follows) -> range:
    """The numbers that end at a word, where a day stands right before them: they are no hour of that day.

    Where months stand before the day, digits after a month are its day, unless they count.
    """
    of = _classes()
    first = end
    if first > 2 and row[first - 2].classes & of.the and row[first - 1].classes & of.ordinal:
        # Tuesday the first generation
        return (
            range(first - 1, end)
            if row[first - 3].classes & of.days and not run[row[first - 1].start].isdigit()
            else range(0)
        )
    while first and row[first - 1].classes & of.numbers:
        first -= 1
        if first > 1 and row[first - 1].classes & of.joins and row[first - 2].classes & of.numbers:
            first -= 1
    if first in (0, end) or not row[first - 1].classes & of.days:
        return range(0)
    is_date = row[first - 1].classes & of.months and vocabulary.is_month_first
    is_date = is_date and not row[first].classes & of.number_words
    return range(0) if is_date and follows != "counted" else range(first, end)


_WHOLE: Final = frozenset(["away", "range"])
"""Heads whose first preposition is part of what they say: in two weeks, between May and July."""


def _lead(row: list[Word], run: str, vocabulary: Vocabulary) -> int:
    """Length of the prepositions before the words that remain, and of an article: the June 4 vote."""
    if not vocabulary.outside:
        return 0
    at, last = 0, len(row) - 1
    while at < last and run[row[at].start : row[at].end].lower() in vocabulary.outside:
        at += 1
    of = _classes()
    if at < last and row[at].classes & of.the and row[at + 1].classes & of.named:
        at += 1
    return row[at].start - row[0].start


def _is_measured(text: str, at: int, found: Found, vocabulary: Vocabulary) -> bool:
    """Whether what could lie ahead is a length: the first rise [in] ten years."""
    if vocabulary.measured is None or found.symbol[:2] != "+P" or "/" in found.symbol:
        return False
    if text[at : found.end - found.start + at].partition(" ")[0].lower() not in vocabulary.outside:
        return False
    return words.first_match(vocabulary.measured, _before(text, at, vocabulary))[0] >= 0


def _is_time(text: str, start: int, end: int, vocabulary: Vocabulary) -> bool:
    """Whether a bare number is a time: nothing that it counts follows."""
    if start and (text[start - 1] in "€$£#-+/" or (text[start - 1].isalnum())):
        return False
    if end < len(text) and text[end].isalnum():
        return False
    follows = _COUNTS_SOMETHING.match(text, end)
    if not follows:
        return not (text[end : end + 1] in ",.:/-" and text[end + 1 : end + 2].isdigit())
    word = _WORD.search(text, end, end + _NEAR)
    following = word.group().lower() if word else ""
    if year := _YEAR.search(text, start, end):
        has_number = _word_before(text, start).lower() in vocabulary.numbered
        is_lone = not year.group().endswith("00") and not has_number
        if is_lone or _is_placed(text, start, end, vocabulary):
            return following not in vocabulary.counted
    return following in vocabulary.small


def _word_before(text: str, at: int) -> str:
    """The word before the blank that a position comes after; empty where there is none."""
    first, end = max(0, at - _REACH), at - 1
    if end > first and text[end] == "\n" and text[end - 1].isspace():
        end -= 1  # at the end of a line
    if end <= first or not text[end].isspace():
        return ""
    start = end
    while start > first and (text[start - 1].isalnum() or text[start - 1] == "_"):
        start -= 1
    return text[start:end]


def _is_placed(text: str, start: int, end: int, vocabulary: Vocabulary) -> bool:
    """Whether a year has a word of time before it: in, since, from … to."""
    words_before = [w for w in (_word_before(text, start), *text[start:end].split()) if w]
    return any(vocabulary.forms.get(word.lower(), {}).keys() & _PLACES_A_YEAR for word in words_before)


def _direction(text: str, start: int, end: int, vocabulary: Vocabulary) -> str | None:
    """The way the clause around an expression looks, or None."""
    first, last = max(0, start - _LEFT), end + _RIGHT
    if words.first_match(vocabulary.future, text[first:last].encode())[0] < 0:
        return None
    clause = b"%b | %b | %b" % (
        _before(text, start, vocabulary),
        text[start:end].encode(),
        _after(text, end, vocabulary),
    )
    if words.first_match(vocabulary.future, clause)[0] >= 0 > words.first_match(vocabulary.past, clause)[0]:
        return "future"
    return None


def _before(text: str, start: int, vocabulary: Vocabulary) -> bytes:
    """What stands before an expression in its clause, in UTF-8."""
    before, begin = text[max(0, start - _LEFT) : start].encode(), 0
    while (match := words.first_match(vocabulary.clause, before, begin))[0] >= 0:
        begin = match[1]
    return before[begin:]


def _after(text: str, end: int, vocabulary: Vocabulary) -> bytes:
    """What stands after an expression in its clause, in UTF-8."""
    after = text[end : end + _RIGHT].encode()
    first, _ = words.first_match(vocabulary.clause, after)
    return after if first < 0 else after[:first]
