"""The words of time of a language: its classes, and the patterns that find runs of such words.

A run is a stretch of words of time and of the small words between them that holds at least one word that shows time.
Runs are found in one native scan; only their words are looked at in Python.
"""

import datetime as dt
import re
from functools import lru_cache
from typing import Any

import re2

from etl import languages
from etl.transform.times import build, grammar


class Word:
    """A word of a run, spans in the run's text."""

    def __init__(self, start: int, end: int, classes: grammar.Mask, values: dict[str, str]) -> None:
        self.start = start
        self.end = end
        self.classes = classes
        """The classes it may have; 0: it is no word of time."""
        self.values = values
        """Value by class; not to be changed."""


class Vocabulary:
    """What a language says time with."""

    def __init__(self, language: str, data: dict[str, Any], forms: dict[str, dict[str, str]]) -> None:
        cues = data["cues"]
        self.language = language
        self.forms = forms
        """Values by class, by form in lower case; a form that counts only as written stands under `=form`."""
        self.starts = _by_first_piece(forms)
        """Forms by their first piece, longest first."""
        self.run: re2._Regexp[bytes] = _run_pattern(forms, "*", "*")
        self.future: re2._Regexp[bytes] = _cue_pattern(cues["future"])
        self.past: re2._Regexp[bytes] = _cue_pattern(cues["past"])
        self.measured: re2._Regexp[bytes] | None = _cue_pattern(cues["measured"]) if "measured" in cues else None
        """Words that make `in ten years` a length and no date; None where the language has no such word for both."""
        self.clause: re2._Regexp[bytes] = re2.compile(
            rf"[.!?;:\n](?:\s|$)|,\s|\b(?:{'|'.join([re2.escape(word) for word in cues['clause']])})\b".encode()
        )
        """Where a clause ends and another begins."""
        self.counted = frozenset[str](data["counted"])
        """Words for what a number of four digits counts, where it is no year."""
        self.numbered = frozenset[str](data["numbered"])
        """Words for what has a number: flight 1987."""
        self.names = frozenset[str](data["names"])
        """Months that are names of people too, in their letters."""
        self.has_capital_months: bool = data["has_capital_months"]
        self.outside = frozenset[str](data.get("outside", ()))
        """Prepositions that the span of an expression does not begin with."""
        self.is_month_first = bool(data["date_order"] == "mdy")
        self.is_comma_an_end = not any(", " in form for form in forms)
        """No form goes on after a comma and a blank."""
        self.small = frozenset[str](languages.toml(language, "language").get("function_words", ()))
        """Words of grammar: a number before one counts nothing."""


TRIGGERS = frozenset(
    [
        "weekday",
        "weekday_dot",
        "month",
        "month_short",
        "unit",
        "time_unit",
        "hour",
        "units",
        "quarter_hour",
        "fortnight",
        "deictic",
        "now",
        "day_part",
        "part",
        "part_adverb",
        "parts",
        "noon",
        "half",
        "quarter",
        "half_past",
        "season",
        "holiday",
        "decade",
        "special_year",
        "set_word",
        "duration_word",
        "recently",
        "weekdays",
        "day_part_name",
        "oclock",
        "era",
        "fiscal",
        "piece_word",
        "half_year",
        "unit_adjective",
    ]
)
"""Classes of words that show time by themselves."""

_BEFORE_A_CLOCK = ("since", "until", "before", "before_or_for", "after", "between", "from", "to")
_ORDINAL = r"\d{1,2} ?(?:ste|de|st|nd|rd|th|e)\b"
# Numerals by class, in the order they are tried. What they mean is worked out by `_numeral`.
_NUMERALS = (
    ("iso", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"),
    ("ymd", r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"),
    ("dmy", r"\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|'?\d\d)"),
    ("hms", r"[0-2]?\d[:.][0-5]\d[:.][0-5]\d"),
    (
        "hm",
        r"[0-2]?\d(?::[0-5]\d|[uh][0-5]\d)(?:\s?[ap]\.?m\b\.?|[uh]?\b)"
        r"|[0-2]?\d(?:\.[0-5]\d)?\s?[ap]\.?m\b\.?",
    ),
    ("my", r"(?:0?[1-9]|1[0-2])[/-](?:1[89]|20)\d\d|(?:1[89]|20)\d\d[-/](?:0?[1-9]|1[0-2])"),
    ("year_range", r"(?:1[0-9]|20)\d\d ?[-–/] ?(?:(?:1[0-9]|20)\d\d|\d\d)"),
    ("decade_code", r"(?:1[5-9]|20)\d0(?: ?s|er)\b|['’]\d0 ?s\b"),
    ("decade_short", r"[2-9]0(?:s|er)\b"),
    ("dm", r"(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])"),
    ("hdm", r"(?:[01]?\d|2[0-4])\.[0-5]\d"),
    ("hour_glued", r"(?:[01]?\d|2[0-4])[uh]"),
    ("decimal", r"\d+[.,]\d+"),
    ("quarter_code", r"[QqK][1-4]|[HhSs][12]"),
    ("year2", r"['’]\d\d"),
    ("pair", r"(?:[12]?\d|3[01])[-–](?:[12]?\d|3[01])"),
    ("ordinal", _ORDINAL),
    ("n", r"\d{1,4}"),
)
_PUNCTUATION = {",": ",", "+": "plus", "-": "dash", "–": "dash", "—": "dash", "/": "slash", "~": "tilde", ".": "."}
_SURE_NUMERALS = ["iso", "ymd", "dmy", "hm", "hms", "my", "year_range", "decade_code", "decade_short", "dm"]
_TRIGGER_NUMERALS = frozenset([*_SURE_NUMERALS, "quarter_code", "hour_glued"])


@lru_cache
def load(language: str) -> Vocabulary:
    """Read the words of a language.

    Raises:
        FileNotFoundError: the language has no times.toml.
    """
    data = languages.toml(language, "times")
    forms: dict[str, dict[str, str]] = {}
    for name, values in data["words"].items():
        for value, words in values.items():
            for word in words:
                forms.setdefault(word if word.startswith("=") else word.lower(), {})[name] = value
    for row in languages.table(language, "times_numbers"):
        forms.setdefault(row["word"], {}).update(_number_classes(int(row["value"]), row["kind"]))
    _join(forms, data["join"], data["words"])
    return Vocabulary(language, data, forms)


def _join(forms: dict[str, dict[str, str]], join: dict[str, dict[str, list[str]]], words: "_Words") -> None:
    """Add compounds: of a day and a part of the day, of a number and a unit."""
    days = {f"XXXX-WXX-{n}": forms for n, forms in words["weekday"].items()} | join.get("days", {})
    for part, parts in join.get("parts", {}).items():
        for day, names in days.items():
            for name in names:
                for end in parts:
                    forms.setdefault(name + end, {})["day_part_name"] = f"{day}T{part}"
    numbers = [(form, value) for form, classes in forms.items() for value in _small_number(classes)]
    for unit, ends in join.get("spans", {}).items():
        for form, value in numbers:
            for end in ends:
                forms.setdefault(form + end, {})["duration_word"] = build.duration(value, unit)


_Words = dict[str, dict[str, list[str]]]


def _small_number(classes: dict[str, str]) -> list[str]:
    """The value of a number word up to 31."""
    return [value for name, value in classes.items() if name in ("w12", "w24", "w31")]


def _number_classes(value: int, kind: str) -> dict[str, str]:
    text = str(value)
    if kind == "ordinal":
        return {"o31": text} if value <= 31 else {"o99": text}
    return {_sized("w", value): text}


def _sized(prefix: str, value: int) -> str:
    limit = next((limit for limit in (0, 12, 24, 31, 59, 99) if value <= limit), 999)
    return f"{prefix}{limit}"


_NOTHING = r"[^\s\S]"
_APOSTROPHE = "['’‘]"


def _form_pattern(forms: list[str]) -> str:
    """An alternation of forms; an apostrophe in any of its shapes.

    The longest match counts, not the first, so the order is free: sorted, those that begin alike stand together, and
    RE2 makes one branch of them.
    """
    quoted = (
        re.escape(form.lstrip("=")).replace("'", _APOSTROPHE).replace(r"\ ", r"[ \x{a0}]{1,2}") for form in forms
    )
    return "|".join(sorted(quoted))


def _numeral_pattern(names: frozenset[str] | None = None) -> str:
    chosen = [pattern for name, pattern in _NUMERALS if names is None or name in names]
    # RE2 knows no back reference: the two separators of a date are compared afterwards
    return "|".join(pattern.replace(r"([-/.])", "[-/.]").replace(r"\1", "[-/.]") for pattern in chosen)


def _run_pattern(forms: dict[str, dict[str, str]], before: str, after: str) -> "re2._Regexp[bytes]":
    """A run: words, one that shows time, words; `before` and `after` say how many, as patterns repeat."""

    def of(*classes: str) -> str:
        found = [form for form, values in forms.items() if values.keys() & set(classes)]
        plain = _form_pattern([form for form in found if not form.endswith(".")])
        dotted = _form_pattern([form for form in found if form.endswith(".")])
        # of a class that a language has no word of nothing matches
        return rf"(?:{plain or _NOTHING})\b|{dotted or _NOTHING}"

    after_apostrophe = r"['’‘](?:s [a-z]+|\d\d)"
    # in bytes there is no word boundary before a letter beyond ASCII
    beyond = [form for form in forms if not form.lstrip("=")[0].isascii()]
    beyond_sure = _form_pattern([form for form in beyond if forms[form].keys() & set(TRIGGERS)]) or _NOTHING
    free = rf"{after_apostrophe}|{_form_pattern(beyond) or _NOTHING}"
    word = rf"(?:\b(?:{_numeral_pattern()}|{_form_pattern(list(forms))})|{free})"
    clock = r"(?:[01]?\d|2[0-4])"
    sure = "|".join(
        (
            _numeral_pattern(_TRIGGER_NUMERALS),
            r"(?:1[0-9]|20)\d\d",
            rf"\d{{0,4}}(?:{of(*TRIGGERS)})",
            # at 5, from 9.30: a numeral shows time after some of the small words
            rf"(?:{of('at')}) {clock}(?:\.[0-5]\d)?\b",
            rf"(?:{of(*_BEFORE_A_CLOCK)}) {clock}\.[0-5]\d\b",
            rf"(?:{of('on')}) (?:(?:{of('the')}) )?(?:{_ORDINAL}|(?:{of('o31')})\b)",
            rf"(?:{of('weekday_short')}) (?:(?:{of('the')}) )?{_ORDINAL}",
        )
    )
    trigger = rf"(?:\b(?:{sure})|{after_apostrophe}|{beyond_sure})"
    gap = r"(?:[ \x{a0}]{1,2}| ?,[ \x{a0}]{0,2}| ?[-–—~/] ?|\. |)"
    options = re2.Options()
    options.longest_match = True
    options.case_sensitive = False
    options.max_mem = 1 << 28
    options.log_errors = False
    return re2.compile(rf"\+?(?:{word}{gap}){before}{trigger}(?:{gap}{word}){after}\.?".encode(), options)


@lru_cache
def _bounded(language: str) -> "re2._Regexp[bytes]":
    """Runs of no more words before and after what shows time than an expression can have."""
    return _run_pattern(load(language).forms, f"{{0,{_MOST_BEFORE}}}", f"{{0,{_MOST_AFTER}}}")


_MOST_BEFORE, _MOST_AFTER = 12, 14
# no word begins elsewhere than at one of these
_BEGINS = re.compile(rb"\w+|[\x80-\xff']")


def runs(data: bytes, vocabulary: Vocabulary) -> list[tuple[int, int]]:
    """Runs of words of time, in bytes of a text in UTF-8.

    A run is bounded on either side of the word that shows time. An automaton that counts has so many states that a
    text of news hardly ever comes to the last new one, so one that does not count finds the runs; what may be longer
    than a bounded run is left to the one that counts.
    """
    found: list[tuple[int, int]] = []
    end = 0
    while True:
        start, last = first_match(vocabulary.run, data, end)
        if start < 0:
            return found
        # words take two bytes at least, with what is between
        if last - start <= 2 * _MOST_BEFORE + 2 or len(_BEGINS.findall(data, start, last)) <= _MOST_BEFORE + 1:
            found.append((start, last))
            end = last
            continue
        # in the long run, and where the last one begins before its end
        end = start
        while end < last:
            span = first_match(_bounded(vocabulary.language), data, end)
            if span[0] < 0:
                return found
            found.append(span)
            end = span[1]


def first_match(pattern: "re2._Regexp[bytes]", data: bytes, start: int = 0) -> tuple[int, int]:
    """The first match from a position on, as bytes; (-1, -1) where there is none.

    As `search` of the pattern does, without the generator and the match it makes: they take longer than matching.
    """
    spans: list[tuple[int, int]] = pattern._regexp.Match(_ANYWHERE, data, start, len(data))
    return spans[0]


_ANYWHERE = re2._Anchor.UNANCHORED


_PIECE = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_+")
_OTHER = re.compile(r"\w+")
_DATE = r"\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|['’]?\d\d)"
_A_NUMERAL = re.compile(
    rf"(?<!\w)(?:{_DATE}|{'|'.join(f'(?:{pattern})' for name, pattern in _NUMERALS if name != 'dmy')})(?!\d|[.,]\d)",
    re.IGNORECASE,
)
_FOLD = str.maketrans({"’": "'", "‘": "'", "\xa0": " "})


def _by_first_piece(forms: dict[str, dict[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for form in forms:
        folded = form.lstrip("=").lower().translate(_FOLD)
        found.setdefault(_PIECE.findall(folded)[0], set()).add(folded)
    return {piece: tuple(sorted(own, key=len, reverse=True)) for piece, own in found.items()}


def _cue_pattern(words: list[str]) -> "re2._Regexp[bytes]":
    options = re2.Options()
    options.case_sensitive = False
    # a cue that begins with a star is the end of a word
    forms = [re2.escape(word) if word[0] != "*" else rf"\w\w\w+{re2.escape(word[1:])}" for word in words]
    return re2.compile(rf"\b(?:{'|'.join(forms)})\b".encode(), options)


def split(text: str, vocabulary: Vocabulary) -> list[Word]:
    """The words of a run; what is no word of time has no class and ends an expression."""
    found: list[Word] = []
    pieces = text.split(" ")
    last = len(pieces) - 1
    folded = ""
    # lower case of a few letters has another length
    is_plain = text.isascii() or len(text.lower()) == len(text)
    begin = position = 0
    for i, piece in enumerate(pieces):
        end = begin + len(piece)
        if is_plain and position <= begin < end:
            # most stand between blanks and are part of no longer form: of these nothing else is to be seen
            between = _between_blanks(piece, vocabulary.language)
            if i == last or between.ends_before(pieces[i + 1]):
                for start, to, meaning in between.words:
                    found.append(Word(begin + start, begin + to, meaning[0], meaning[1]))
                position = end
        if position < end:
            folded = folded or (text.lower() if is_plain else text).translate(_FOLD)
            while position < end:
                position = _next_word(text, folded, position, vocabulary, found)
        begin = end + 1
    return found


class _Between:
    """What stands between blanks: its words, if it is no part of more than itself."""

    def __init__(self, piece: str, vocabulary: Vocabulary) -> None:
        low = piece.lower()
        own: list[Word] = []
        position = 0
        while position < len(piece):
            position = _next_word(piece, low.translate(_FOLD), position, vocabulary, own)
        self.words = [(word.start, word.end, (word.classes, word.values)) for word in own]
        self.is_number = _NUMBER.fullmatch(piece) is not None
        self.is_closed = self.is_number or piece.isalpha() or (piece[-1] == "," and vocabulary.is_comma_an_end)
        """What follows tells whether it is a part of more."""
        forms = vocabulary.starts.get(low, ())
        self.rests = tuple([form[len(low) :] for form in forms if form[len(low) : len(low) + 1] == " "])
        """How forms go on that it begins."""

    def ends_before(self, following: str) -> bool:
        """Whether it is no part of more than itself where something follows after a blank."""
        if not self.is_closed or (self.is_number and not _parts_no_number(following)):
            return False
        if not self.rests:
            return True
        after = " " + following.lower().translate(_FOLD)
        return not any(rest.startswith(after) or after.startswith(rest) for rest in self.rests)


@lru_cache(maxsize=50_000)
def _between_blanks(piece: str, language: str) -> _Between:
    return _Between(piece, load(language))


def _parts_no_number(following: str) -> bool:
    """Whether what follows after a blank is a word that belongs to no number: unlike 12 de, 10 am, 5 - 6."""
    return following[:1].isalpha() and following.isascii() and not _ENDS_A_NUMBER.match(following)


_NUMBER = re.compile(r"[0-9]{1,4}")
_ENDS_A_NUMBER = re.compile(r"(?:[ap]\.?m|s|ste|de|st|nd|rd|th|e)\b", re.IGNORECASE)
"""The words of _NUMERALS that may stand after a blank."""


def _next_word(text: str, folded: str, position: int, vocabulary: Vocabulary, found: list[Word]) -> int:
    """Add the first word from a position on; where it ends."""
    piece = _PIECE.search(text, position)
    if piece is None:
        return len(text)
    start = piece.start()
    if end := _form_end(folded, start, piece.end(), vocabulary):
        meaning = _form(text[start:end], vocabulary.language)
    elif numeral := _A_NUMERAL.match(text, start):
        end = numeral.end()
        # 3G is no 3, but 15uur is 15 uur
        is_whole = not folded[end : end + 1].isalpha() or _begins_form(folded, end, vocabulary)
        meaning = _numeral(numeral.group(), vocabulary.language) if is_whole else _NO_MEANING
    elif mark := _PUNCTUATION.get(piece.group()):
        end = start + 1
        meaning = _mark(mark, piece.group())
    elif other := _OTHER.match(text, start):
        end = other.end()
        meaning = _NO_MEANING
    else:
        return start + 1
    found.append(Word(start, end, meaning[0], meaning[1]))
    return end


Meaning = tuple[grammar.Mask, dict[str, str]]
"""The classes a word may have, and its value in each."""


def _meaning(values: dict[str, str]) -> Meaning:
    return grammar.mask(*sorted(values)), values


_NO_MEANING: Meaning = (0, {})


@lru_cache(maxsize=256)
def _mark(mark: str, surface: str) -> Meaning:
    return _meaning({mark: surface})


def _begins_form(folded: str, start: int, vocabulary: Vocabulary) -> bool:
    piece = _PIECE.match(folded, start)
    return piece is not None and _form_end(folded, start, piece.end(), vocabulary) > 0


def _form_end(folded: str, start: int, end: int, vocabulary: Vocabulary) -> int:
    """Where the longest form that begins at a piece ends; 0 where none does."""
    if start and folded[start - 1].isalpha():
        return 0
    for form in vocabulary.starts.get(folded[start:end], ()):
        last = start + len(form)
        if folded.startswith(form, start) and not (last < len(folded) and (folded[last].isalnum())):
            return last
    return 0


@lru_cache(maxsize=20_000)
def _form(surface: str, language: str) -> Meaning:
    """The classes of a form."""
    forms = load(language).forms
    folded = surface.translate(_FOLD)
    return _meaning(forms.get(folded.lower(), {}) | forms.get("=" + folded, {}))


@lru_cache(maxsize=20_000)
def _numeral(surface: str, language: str) -> Meaning:
    """The classes a numeral may have."""
    if len(surface) <= 4 and surface.isdecimal():
        return _meaning(_plain(surface, load(language)))
    values: dict[str, str] = {}
    for name, pattern in _NUMERAL_PATTERNS:
        if pattern.fullmatch(surface):
            values |= _READERS[name](surface, load(language))
    return _meaning(values)


_NUMERAL_PATTERNS = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _NUMERALS)


_ISO_CLOCK = re.compile(r"(\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(?:(z)|([+-]\d\d):?(\d\d))?", re.IGNORECASE)


def _iso(surface: str, _: Vocabulary) -> dict[str, str]:
    match = _ISO_CLOCK.fullmatch(surface, 11)
    if not match:
        return {}
    clock, is_utc, hours, minutes = match.groups()
    symbol = f"{surface[:10]}T{clock}"
    try:
        dt.datetime.fromisoformat(symbol)
    except ValueError:
        return {}
    return {"iso": symbol + ("Z" if is_utc else f"{hours}:{minutes}" if hours else "")}


def _ymd(surface: str, _: Vocabulary) -> dict[str, str]:
    year, month, day = (
        re.split(r"[-/.]", surface)
        if len(surface) != 8 or not surface.isdigit()
        else (
            surface[:4],
            surface[4:6],
            surface[6:],
        )
    )
    return _checked("ymd", year, month, day)


def _dmy(surface: str, vocabulary: Vocabulary) -> dict[str, str]:
    first, second, year = re.split(r"[-/.]", surface)
    return _checked("dmy", _full_year(year.lstrip("'’")), *_month_day(first, second, vocabulary, surface))


def _month_day(first: str, second: str, vocabulary: Vocabulary, surface: str) -> tuple[str, str]:
    """Month and day of a numeric date, in the language's order where both could be the month."""
    month_first = vocabulary.is_month_first and "." not in surface
    month, day = (first, second) if month_first else (second, first)
    return (day, month) if int(month) > 12 >= int(day) else (month, day)


def _checked(name: str, year: str, month: str, day: str) -> dict[str, str]:
    try:
        return {name: build.date(year, month, day)}
    except ValueError:
        return {}


def _dm(surface: str, vocabulary: Vocabulary) -> dict[str, str]:
    first, second = re.split(r"[-/.]", surface)
    values = _checked("dm", "", *_month_day(first, second, vocabulary, surface))
    # 3-1 beside a weekday is a score
    if values and not ("-" in surface and len(surface) == 3):
        values["dm_day"] = values["dm"]
    is_fraction = int(first) < int(second) <= 10 and not first.startswith("0")
    if values and "/" in surface and not is_fraction:
        values["slashed"] = values["dm"]
    return values


def _full_year(text: str) -> str:
    if len(text) == 4:
        return text
    return str((2000 if int(text) < build.PIVOT else 1900) + int(text))


def _clock(surface: str, _: Vocabulary) -> dict[str, str]:
    digits = re.findall(r"\d+", surface)
    letters = re.sub(r"[^ap]", "", surface.lower())
    try:
        time = build.clock(*digits)
    except ValueError:
        return {}
    hour = int(digits[0])
    if letters == "p" and hour < 12:
        time = f"T{hour + 12:02d}{time[3:]}"
    elif letters == "a" and hour == 12:
        time = f"T00{time[3:]}"
    return {"hms" if len(digits) == 3 else "hm": time}


def _dotted_clock(surface: str, vocabulary: Vocabulary) -> dict[str, str]:
    values = _clock(surface, vocabulary)
    return {"hdm": values["hm"]} if values else {}


def _glued_hour(surface: str, _: Vocabulary) -> dict[str, str]:
    return {"hm": f"T{int(surface[:-1]) % 24:02d}"}


def _month_year(surface: str, _: Vocabulary) -> dict[str, str]:
    a, b = re.split(r"[/-]", surface)
    year, month = (a, b) if len(a) == 4 else (b, a)
    return {"my": f"{year}-{int(month):02d}"}


def _year_range(surface: str, _: Vocabulary) -> dict[str, str]:
    first, last = re.findall(r"\d+", surface)
    last = first[:2] + last if len(last) == 2 else last
    return {"year_range": f"{first}/{last}"} if int(first) < int(last) < int(first) + 400 else {}


def _decade_code(surface: str, _: Vocabulary) -> dict[str, str]:
    digits = "".join(re.findall(r"\d", surface))
    return {"decade_code" if len(surface) > 4 or surface[0] in "'’" else "decade_short": build.decade(digits)}


def _decimal(surface: str, _: Vocabulary) -> dict[str, str]:
    return {"decimal": surface.replace(",", ".")}


def _quarter_code(surface: str, _: Vocabulary) -> dict[str, str]:
    return {"quarter_code": ("Q" if surface[0].upper() in "QK" else "H") + surface[1]}


def _year2(surface: str, _: Vocabulary) -> dict[str, str]:
    return {"year2": _full_year(surface[1:])}


def _pair(surface: str, _: Vocabulary) -> dict[str, str]:
    first, last = re.findall(r"\d+", surface)
    return {"pair": f"{first}/{last}"} if 0 < int(first) < int(last) else {}


def _ordinal(surface: str, _: Vocabulary) -> dict[str, str]:
    value = int(re.findall(r"\d+", surface)[0])
    return {"o31" if 0 < value <= 31 else "o99": str(value)}


def _plain(surface: str, _: Vocabulary) -> dict[str, str]:
    value = int(surface)
    if len(surface) == 4 and 1000 <= value < 2200:
        return {"year": surface, "n999": surface}
    return {_sized("n", value): str(value)}


_READERS = {
    "iso": _iso,
    "ymd": _ymd,
    "dmy": _dmy,
    "hms": _clock,
    "hm": _clock,
    "my": _month_year,
    "year_range": _year_range,
    "decade_code": _decade_code,
    "decade_short": _decade_code,
    "dm": _dm,
    "hdm": _dotted_clock,
    "hour_glued": _glued_hour,
    "decimal": _decimal,
    "quarter_code": _quarter_code,
    "year2": _year2,
    "pair": _pair,
    "ordinal": _ordinal,
    "n": _plain,
}
