"""Credits and citations: which agencies, papers and broadcasters a text names, and as what.

What belongs here: reading `seeds/agencies.csv` and matching names against it. What does not: where in a text a
credit stands; that is `datelines.py`. A code that is not known is kept as an unresolved agency, never dropped.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import ahocorasick_rs

from etl import languages
from etl.schema.ref import AgencyFacts
from etl.settings import current
from etl.transform.dates import date_at_end
from etl.transform.records import Credit

UNRESOLVED = "x-"
"""Prefix of the agency_id of a credit that is in no reference data."""

_BETWEEN: Final = re.compile(r"\s*(?:/|,|;|\+|&| en | and | und )\s*")
_WORD: Final = re.compile(r"\S+")
_HYPHENED: Final = re.compile(r"[^\s-]+")
_CODE: Final = re.compile(r"[A-Z][A-Z0-9.]{1,11}(?:-[A-Z]{2,5})?\Z")


class Directory(NamedTuple):
    """The agencies we know."""

    facts: dict[str, AgencyFacts]
    """By agency_id."""
    by_alias: dict[str, str]
    """agency_id by a form seen in credits, as written."""
    by_folded: dict[str, str]
    """agency_id by the same forms with case folded."""


@lru_cache(maxsize=1)
def directory() -> Directory:
    """Read `seeds/agencies.csv` once.

    Raises:
        pydantic.ValidationError: a row is not what `etl.schema.ref.AgencyFacts` declares.
    """
    with (current().seeds / "agencies.csv").open(encoding="utf-8", newline="") as lines:
        rows = [AgencyFacts.model_validate({k: v or None for k, v in row.items()}) for row in csv.DictReader(lines)]
    facts = {row.code.lower(): row for row in rows}
    by_alias: dict[str, str] = {}
    for agency_id, row in facts.items():
        for alias in (row.code, *row.credit_aliases.split("|")):
            by_alias.setdefault(alias.strip(), agency_id)
    by_folded: dict[str, str] = {}
    for alias, agency_id in by_alias.items():
        by_folded.setdefault(alias.casefold(), agency_id)
    return Directory(facts, by_alias, by_folded)


def credits(raw: str, start: int) -> tuple[Credit, ...]:
    """The agencies of a credit such as `ANP/RTR`, in the order written.

    A name that holds a slash itself (CNN/Money) stays whole where it is known as such.

    Args:
        raw: the credit without its brackets.
        start: where it starts in the text, in code points.

    Returns:
        One Credit a name; empty where nothing in it looks like an agency.
    """
    found = _credits(raw)
    if start == 0 or not found:
        return found
    return tuple([_new(Credit, (a + start, b + start, surface, id_, role)) for a, b, surface, id_, role in found])


_new: Final = tuple.__new__
"""Makes a named tuple of all its fields in half the time."""


@lru_cache(maxsize=20_000)
def _credits(raw: str) -> tuple[Credit, ...]:
    """The agencies of a credit, spans in it."""
    parts = _parts(raw)
    found, i = [], 0
    while i < len(parts):
        for j in range(len(parts), i, -1):  # the longest run of parts that is one name
            surface = raw[parts[i][0] : parts[j - 1][1]]
            agency_id = resolve(surface) or (_unresolved(surface) if j == i + 1 else None)
            if agency_id:
                found.append(Credit(parts[i][0], parts[j - 1][1], surface, agency_id, "credit"))
                i = j
                break
        else:
            i += 1
    return tuple(found)


def resolve(surface: str) -> str | None:
    """The agency_id of a name as a credit writes it, or None."""
    known = directory()
    return known.by_alias.get(surface) or known.by_folded.get(surface.casefold())


def unresolved(raw: str, start: int) -> tuple[Credit, ...]:
    """A credit that is no code and nobody knows, where a place before it says that it is one."""
    if not _NAME.fullmatch(raw):
        return ()
    return (Credit(start, start + len(raw), raw, UNRESOLVED + raw.lower(), "credit"),)


_NAME: Final = re.compile(r"[^\W\d_a-zß-ÿ][\w.&'’-]+(?: [\w.&'’-]+){0,4}")


def all_known(credits: Sequence[Credit]) -> bool:
    """Whether there are credits and each is in the reference data."""
    return bool(credits) and not any(c.agency_id.startswith(UNRESOLVED) for c in credits)


def all_wires(credits: Sequence[Credit]) -> bool:
    """Whether there are credits and each is of an agency: a paper's or a broadcaster's name opens prose too."""
    facts = directory().facts
    return bool(credits) and all(c.agency_id in facts and facts[c.agency_id].kind not in _NO_WIRE for c in credits)


_NO_WIRE: Final = frozenset(["newspaper", "broadcaster", "website", "magazine"])
"""Kinds of names that supply no text to others."""


def byline(line: str, start: int) -> tuple[Credit, ...] | None:
    """The credits of a line that says who wrote: `Door onze correspondent`, `By John Smith, Reuters`.

    Args:
        line: the line, trimmed.
        start: where it starts in the text.

    Returns:
        The agencies and own staff it names, often none; None where it is no byline.
    """
    if len(line) > _LONGEST_BYLINE or line.partition(" ")[0].casefold() not in _byline_beginnings():
        return None
    if agency_id := resolve(line):
        is_own = agency_id in directory().facts and directory().facts[agency_id].kind == OWN_STAFF
        return (Credit(start, start + len(line), line, agency_id, "credit"),) if is_own else None
    match = _byline().fullmatch(line)
    if not match:
        return None
    named = match["agency"]
    return credits(named, start + match.start("agency")) if named else own_staff(line, start)


def own_staff(line: str, start: int) -> tuple[Credit, ...]:
    """The paper's own people that a line opens with: `Van onze verslaggever Jan de Boer`."""
    match = _own_staff().match(line)
    if match is None:
        return ()
    surface = match.group()
    return (Credit(start, start + len(surface), surface, directory().by_folded[surface.casefold()], "credit"),)


@lru_cache(maxsize=1)
def _byline_beginnings() -> frozenset[str]:
    """The first words of bylines and of own staff, in lower case."""
    known = directory()
    staff = (alias for alias, agency_id in known.by_folded.items() if known.facts[agency_id].kind == OWN_STAFF)
    forms = (*staff, *languages.words_of_all("citations", "credits", "bylines"))
    return frozenset(form.casefold().partition(" ")[0] for form in forms)


@lru_cache(maxsize=1)
def _own_staff() -> re.Pattern[str]:
    known = directory()
    aliases = (alias for alias, agency_id in known.by_folded.items() if known.facts[agency_id].kind == OWN_STAFF)
    longest_first = sorted(aliases, key=lambda alias: (-len(alias), alias))
    return re.compile("(?:" + "|".join(map(re.escape, longest_first)) + r")\b" if longest_first else "(?!)", re.I)


OWN_STAFF = "own staff"
"""Kind of the credits that name no agency but the paper's own people."""
_LONGEST_BYLINE: Final = 80


@lru_cache(maxsize=1)
def _byline() -> re.Pattern[str]:
    opening = "|".join(
        map(re.escape, sorted(languages.words_of_all("citations", "credits", "bylines"), key=lambda w: (-len(w), w)))
    )
    name = r"(?:[^\W\d_a-zß-ÿ][\w.'’\-]*|van|de|der|den|von|di|da|du|le|la|en|and|und|et|y)"
    return re.compile(rf"(?:{opening or '(?!)'}) {name}(?: {name}){{0,6}}(?:[,/] ?(?P<agency>[\w ./\-]{{2,30}}))?")


def sign_off(text: str, start: int, end: int) -> tuple[Credit, ...]:
    """The credits that an item ends with: `(APA, dpa, 1.2.2015)`, a last line `Reuter` or `Bron: ANP`.

    Args:
        text: the document's text.
        start: where the item's body starts.
        end: where it ends.

    Returns:
        Credits of known agencies; empty where the item ends in nothing but them.
    """
    at = max(start, end - _REACH)
    if text[end - 1 : end] == ")":
        opening = text.rfind("(", at, end)
        # a bracket after the last full stop; one within a sentence belongs to its words
        if (
            opening > at
            and text[opening - 1 : opening].isspace()
            and text[at:opening].rstrip()[-1:] in tuple('.!?"”')
        ):
            return _signed(text, opening + 1, end - 1)
        return ()
    line = text.rfind("\n", at, end) + 1
    if line <= at or end - line > _LONGEST_LINE:
        return ()
    while text[line].isspace():
        line += 1
    match = _source().match(text, line, end)
    return _signed(text, match.end() if match else line, end)


_REACH: Final = 80
_LONGEST_LINE: Final = 40


def _signed(text: str, start: int, end: int) -> tuple[Credit, ...]:
    """The agencies of text[start:end] where it is nothing but agencies and, last, a date."""
    _, raw = date_at_end(text[start:end])
    found = credits(raw, start)
    covered = sum(c.end - c.start for c in found)
    separators = sum(m.end() - m.start() for m in _BETWEEN.finditer(raw))
    return found if all_wires(found) and covered + separators >= len(raw.strip()) else ()


@lru_cache(maxsize=1)
def _source() -> re.Pattern[str]:
    """Words before the agency in a last line: `Bron: ANP`."""
    words = sorted(languages.words_of_all("citations", "credits", "sources"), key=len, reverse=True)
    return re.compile("(?:" + "|".join(map(re.escape, words)) + r"):? *" if words else "(?!)", re.IGNORECASE)


def citations(texts: Sequence[str], language: str) -> Iterator[tuple[int, Credit]]:
    """Sources that the prose names: `meldt persbureau AFP`, `aldus de krant El País`.

    A name that is an ordinary word or another thing's name too counts only beside a reporting word.

    Args:
        texts: the texts of a batch.
        language: their language.

    Yields:
        (index of the text, Credit with role `cited`), in order; spans in code points of that text.
    """
    names, automaton = _prose_names()
    cue = _cue(language)
    first_words = _first_words_of_cues(language)
    data = _APART.join(texts).encode()
    unit = at = 0  # the text that a name stands in, and where that one begins among all
    position = characters = 0  # how far it is read, in bytes and in code points
    for pattern, first, last in automaton.find_matches_as_indexes(data):
        characters += len(data[position:first].decode())
        position = first
        while characters > at + len(texts[unit]):
            at += len(texts[unit]) + len(_APART)
            unit += 1
        text, start = texts[unit], characters - at
        end = start + len(data[first:last].decode())
        if _inside_word(text, start, end):
            continue
        agency_id, is_plain = names[pattern]
        if not is_plain:
            around = text[max(0, start - _BEFORE) : end + _AFTER]
            # most names are other things' too: no word of a cue beside them is seen without searching for each
            if around.isascii() and first_words.isdisjoint(_WORDS.findall(around.lower())):
                continue
        if is_plain or cue.search(text, max(0, start - _BEFORE), min(len(text), end + _AFTER)):
            yield unit, Credit(start, end, text[start:end], agency_id, "cited")


_APART: Final = "\0"
"""What texts are joined by, to be searched at once: a search costs more than a headline. No name holds it."""


@lru_cache(maxsize=1)
def _prose_names() -> tuple[list[tuple[str, bool]], ahocorasick_rs.BytesAhoCorasick]:
    """Names to look for in prose: (agency_id, whether the name alone is enough)."""
    known = directory()
    names: dict[str, tuple[str, bool]] = {}
    for agency_id, row in known.facts.items():
        for name in (row.prose_names or "").split("|"):
            if name.strip():
                names.setdefault(name.strip(), (agency_id, len(name.strip()) > 4 and " " in name.strip()))
    automaton = ahocorasick_rs.BytesAhoCorasick(
        [name.encode() for name in names],
        matchkind=ahocorasick_rs.MatchKind.LeftmostLongest,
        implementation=ahocorasick_rs.Implementation.DFA,  # of so few names it is small, and a third faster
    )
    return list(names.values()), automaton


_BEFORE, _AFTER = 40, 30
"""How far before and after a name the word is looked for that makes it a source, in code points."""
_WORDS: Final = re.compile(r"\w+")


@lru_cache
def _first_words_of_cues(language: str) -> frozenset[str]:
    """The first word of each cue, in lower case."""
    words = languages.toml(language, "citations")["cues"] if languages.has(language, "citations.toml") else []
    return frozenset(_WORDS.findall(word.lower())[0] for word in words)


@lru_cache
def _cue(language: str) -> re.Pattern[str]:
    """Words beside which a name is a source."""
    words = languages.toml(language, "citations")["cues"] if languages.has(language, "citations.toml") else []
    return re.compile(r"\b(?:" + "|".join(map(re.escape, words)) + r")\b" if words else r"(?!)", re.IGNORECASE)


def _inside_word(text: str, start: int, end: int) -> bool:
    return text[start - 1 : start].isalnum() or text[end : end + 1].isalnum()


def _parts(raw: str) -> list[tuple[int, int]]:
    """The spans between separators. Spaces and hyphens separate only agencies that are known (`ats afp`)."""
    spans, at = [], 0
    for separator in [*_BETWEEN.finditer(raw), None]:
        end = separator.start() if separator else len(raw)
        if raw[at:end].strip():
            spans.append((at, end))
        at = separator.end() if separator else end
    if len(spans) == 1 and not resolve(raw.strip()):
        for word in (_WORD, _HYPHENED):
            words = [m.span() for m in word.finditer(raw)]
            if len(words) > 1 and all(resolve(raw[a:b]) for a, b in words):
                return words
    return spans


def _unresolved(surface: str) -> str | None:
    return UNRESOLVED + surface.lower() if _CODE.match(surface) else None
