"""Names of places in running text, and how far the words around each show that it is one.

One pass of the automaton over a text; then each name is weighed: how well known its best place is, what else the
name is (a common word, a given name, a surname), what stands before and after it. Weights are on one scale, in
which a name above zero is a place; `resolve.py` adds what the rest of the article says.
"""

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from etl import languages
from etl.transform import agencies
from etl.transform.places import gazetteer
from etl.transform.places.gazetteer import Candidate, Name, Names
from etl.transform.places.sources import GIVEN, SURNAME, WORD

SURE = 4.0
"""Weight from which a name is a place wherever else the article has it."""
_KNOWN, _LEAST, _MOST = 4.2, -1.0, 3.0
"""A place of this prominence (15,000 people) weighs nothing by itself; others what they are above or below it."""
_COUNTRY, _DIVISION = 4.0, 1.5
_SEVERAL_WORDS, _PLAIN = 1.0, 1.0
_LOCATIVE, _TOWARDS, _AREA_WORD, _IN_CONTAINER = 3.0, 0.8, 2.0, 6.0
_IS_WORD, _OPENING_WORD = -1.6, -4.5
_IS_PERSON, _IS_PERSON_MOSTLY = -1.5, -2.5
_AFTER_PLACE, _AFTER_NAME, _BEFORE_NAME, _OF_PERSON, _SPEAKS = -1.5, -3.5, -3.5, -9.0, -1.5
_ORGANISATION = -9.0
_LISTED, _SUPPORTS = 1.6, 2.0
_LINKS = frozenset([", ", " and ", ", and ", " en ", " or ", " of ", "/", " und ", " et ", " to ", "-", " - "])
_FAMOUS = 6.2
_LARGE = 6.2
_PARTICLES = frozenset(["van", "von", "de", "of", "da", "di", "du"])
_REACH = 48
"""Characters that are read on either side of a name."""

_AREA = r"[A-ZÀ-Þ][\w.'’-]*(?: (?:of |and |de )?[A-ZÀ-Þ][\w.'’-]*){0,3}"
_CONTAINER = re.compile(
    rf"(?:, ?|,? in | \(|, (?:[a-zà-ÿ]{{1,12}} ){{1,5}}(?:of|van|in|von|de) (?:the |de |het )?)(?P<area>{_AREA})"
)
_OPENS_CONTAINER = (",", " (", " in ")
_CONTAINED = re.compile(
    r"(?P<name>[A-ZÀ-Þ][\w'’.-]*(?: (?:de |la |of |on |upon )?[A-ZÀ-Þ][\w'’.-]*){0,3})(?:, | \()$"
)
_AGED = re.compile(r"\d, of (?:nearby )?(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2})")
_SURROGATE = re.compile("[\ud800-\udfff]")
_POSTAL = re.compile(r", ([A-Z]{2})(?!\w|\.\w)")
_ENDS_SENTENCE = tuple('.!?:;"“”„‘(«»•*')


class Rules(NamedTuple):
    """What a language knows about the neighbours of places."""

    locative: frozenset[str]
    linking: frozenset[str]
    areas: frozenset[str]
    titles: frozenset[str]
    speech: frozenset[str]
    organisations: frozenset[str]
    organisation_of: frozenset[str]
    civic: frozenset[str]
    divisions: frozenset[str]
    towards: frozenset[str]
    small: frozenset[str]
    """Words that open a sentence with a capital and are no name."""


class Hit(NamedTuple):
    """A name found: where, what it can stand for, and the weight of what shows that it is a place."""

    unit: int
    start: int
    end: int
    surface: str
    name: Name
    weight: float
    inside: Candidate | None = None
    """The country, division or county that the text says it lies in."""
    is_person: bool = False
    """Whether the words around it make it a person's name."""
    is_area: bool = False
    """Whether the words around it make it a division: "Lagos State", "de provincie Utrecht"."""


class _Around(NamedTuple):
    """The words around a name."""

    before: str
    further: str
    after: str
    opens: bool
    """Whether it opens a sentence or a line."""


def find(unit: int, text: str, names: Names, language: str) -> list[Hit]:
    """The names in a text that may be places, in order.

    Args:
        unit: index of the text.
        text: running text.
        names: the names of the language.
        language: ISO 639-1 code.
    """
    rules, given = rules_of(language), gazetteer.load().given_names
    hits: list[Hit] = []
    area_at = -1
    generic = rules.organisations | rules.civic
    for pattern, start, end in _scan(text, names):
        if (start and _is_inner(text[start - 1])) or (end < len(text) and _is_inner(text[end])):
            continue
        name = names.of_pattern(pattern)
        surface = name.surface
        if surface in generic:
            continue
        if name.role == "demonym":
            hits.append(Hit(unit, start, end, surface, name, SURE))
            continue
        around = _around(text, start, end)
        inside, inside_at = _container(text, end, name, names)
        weight, is_person = _weigh(name, around, rules, given, hits[-1] if hits else None, start)
        if surface[-1] == "." and not _is_abbreviation(text, start, around, rules):
            continue
        weight += _IN_CONTAINER * (inside is not None)
        is_area = start == area_at or _is_area(around, rules)
        area_at = inside_at
        hits.append(Hit(unit, start, end, surface, name, weight, inside, is_person, is_area))
    return _in_lists(text, [*_with_contained(unit, text, hits, names, rules)])


def _is_area(around: _Around, rules: Rules) -> bool:
    word = around.further if around.before in ("of", "van") else around.before
    return around.after.lower() in rules.divisions or word.lower() in rules.divisions


def _in_lists(text: str, hits: list[Hit]) -> list[Hit]:
    """The hits, where those of a list support each other: "Redding, Chico and Sacramento"."""
    links = [
        a.name.role == b.name.role and a.end < b.start <= a.end + 6 and text[a.end : b.start] in _LINKS
        for a, b in itertools.pairwise(hits)
    ]
    for i in [*range(len(links)), *reversed(range(len(links)))]:
        if links[i]:
            for this, other in ((i, i + 1), (i + 1, i)):
                if hits[other].weight >= _SUPPORTS and not hits[this].is_person and hits[this].weight < _SUPPORTS:
                    hits[this] = hits[this]._replace(weight=hits[this].weight + _LISTED)
    return hits


def _scan(text: str, names: Names) -> Sequence[tuple[int, int, int]]:
    """Pattern, start and end of each match; a lone surrogate is a character like any other."""
    try:
        return names.automaton.find_matches_as_indexes(text)
    except UnicodeEncodeError:
        return names.automaton.find_matches_as_indexes(_SURROGATE.sub("\ufffd", text))


def _is_inner(char: str) -> bool:
    return char.isalnum() or char == "_"


def _is_abbreviation(text: str, start: int, around: _Around, rules: Rules) -> bool:
    """Whether a name with a dot stands where abbreviated states and countries do: "Lexington, Ky.", "in Calif."."""
    return (
        text[max(0, start - 2) : start] in (", ", " (") or around.before in rules.locative or "." in text[start:][:2]
    )


def _around(text: str, start: int, end: int) -> _Around:
    left, right = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    before = further = after = ""
    opens = not left or left[-1] == "\n"
    if not opens and left[-1] in " \xa0":
        words = left.rsplit(None, 2)
        before = words[-1] if words else ""
        further = words[-2] if len(words) > 1 else ""
        opens = not before or "\n" in left[-3:]
    elif not opens and left[-1] in "\"“‘'(„«":
        opens = True
    if right[:1] in (" ", "\xa0"):
        after = right.split(None, 1)[0].rstrip(',;:!?)"”’') if right.strip() else ""
    return _Around(before, further, after, opens)


def _weigh(
    name: Name, around: _Around, rules: Rules, given: frozenset[str], last: Hit | None, start: int
) -> tuple[float, bool]:
    """The weight of a name where it stands, and whether it is a person's there."""
    best = name.candidates[0]
    is_famous = best.prominence >= _FAMOUS or name.role == "metonym"
    before, after = around.before, around.after
    lowered = before.lower()
    opens = around.opens or (before[-1:] in _ENDS_SENTENCE and lowered not in rules.titles)
    weight = _by_itself(name, best, opens, is_famous)
    is_placed = lowered in rules.locative or lowered in rules.areas
    if is_placed:
        weight += _LOCATIVE if lowered in rules.locative else _AREA_WORD
    if not opens and not is_placed and before:
        if _names_person(before, around.further, rules, given) and not (
            lowered in rules.linking and best.prominence >= _LARGE
        ):
            return weight + _OF_PERSON, True
        if before[0].isupper() and lowered not in rules.small and before[-1] != ",":
            weight += _after_capital(name, last, start)
        elif lowered in rules.towards or (before == "of" and around.further[:-1].isdigit()):
            weight += _TOWARDS if lowered in rules.towards else _LOCATIVE
    if lowered in rules.linking and around.further.strip('("“') in rules.organisation_of:
        weight += _ORGANISATION
    if after:
        weight += _before_word(name, after, rules, best.feature_code == "PCLI")
    return weight, False


def _names_person(before: str, further: str, rules: Rules, given: frozenset[str]) -> bool:
    """Whether the words before a name make it a person's: a title, a given name, "Jan van"."""
    lowered = before.lower()
    if lowered in rules.linking:
        return further in given and lowered in _PARTICLES
    return lowered in rules.titles or before in given


def _by_itself(name: Name, best: Candidate, opens: bool, is_famous: bool) -> float:
    """The weight of a name whatever stands around it."""
    if best.feature_code in ("PCLI", "ADM2") or name.role == "metonym":
        weight = _COUNTRY
    else:
        least = _DIVISION if best.feature_code == "ADM1" and best.prominence >= _KNOWN else _LEAST
        weight = min(_MOST, max(least, best.prominence - _KNOWN))
    if " " in name.surface or "-" in name.surface:
        weight += _SEVERAL_WORDS
    people = name.flags & (GIVEN | SURNAME)
    if name.flags & WORD:
        weight += _OPENING_WORD if opens else _IS_WORD
    elif not name.flags and not opens:
        weight += _PLAIN
    elif people:
        weight += (_IS_PERSON_MOSTLY if people == GIVEN | SURNAME else _IS_PERSON) / (2 if is_famous else 1)
    return weight


def _after_capital(name: Name, last: Hit | None, start: int) -> float:
    """A name that follows another name is part of a person's or a body's; one that follows a people is not."""
    if last is not None and last.end == start - 1 and not name.flags & WORD:
        return 0.0 if last.name.role == "demonym" else _AFTER_PLACE
    return _AFTER_NAME


def _before_word(name: Name, after: str, rules: Rules, is_country: bool) -> float:
    if after in rules.organisations or f"{name.surface} {after}".casefold() in _outlets():
        return _ORGANISATION
    if after[0].isupper() and after not in rules.civic:
        return _BEFORE_NAME / (2 if is_country and not name.flags & GIVEN else 1) - (1.5 if name.flags & GIVEN else 0)
    if after in rules.speech and name.flags & (GIVEN | SURNAME):
        return _SPEAKS
    return 0.0


def _container(text: str, end: int, name: Name, names: Names) -> tuple[Candidate | None, int]:
    """The area that follows a name and holds a place of that name, and where it starts: "Paris, Texas"."""
    if not text.startswith(_OPENS_CONTAINER, end) or name.candidates[0].feature_code == "PCLI":
        return None, -1
    if (match := _CONTAINER.match(text, end, end + _REACH)) is None:
        return None, -1
    area = match["area"]
    while area:
        for written in (area, area.rstrip(".,")):
            for candidate in names.areas.get(written, ()):
                if _fits(name, candidate):
                    # "Harlem, New York" is in the state; "a part of New York" may say the town
                    is_said = text[match.start("area") - 2] in ",(" or text[match.start("area") - 1] == "("
                    return candidate, match.start("area") if is_said else -1
        area = area.rpartition(" ")[0]
    return None, -1


def _fits(name: Name, area: Candidate) -> bool:
    """Whether a place of the name lies in an area; a division is never said to lie in another: that is a list."""
    if name.candidates[0].feature_code == "ADM1" and area.feature_code != "PCLI":
        return name.candidates[0].country == area.country and len(name.candidates) > 1 and _holds_city(name, area)
    return any(holds(area, c) for c in name.candidates)


def _holds_city(name: Name, area: Candidate) -> bool:
    return any(holds(area, c) for c in name.candidates[1:] if c.prominence >= _KNOWN)


def holds(area: Candidate, candidate: Candidate) -> bool:
    """Whether an area holds a place; a county, whether it lies in the same division."""
    if area.location_id == candidate.location_id or candidate.feature_code == "PCLI":
        return False
    if area.feature_code == "PCLI":
        return area.country == candidate.country
    return area.division == candidate.division


def _with_contained(unit: int, text: str, hits: list[Hit], names: Names, rules: Rules) -> Iterator[Hit]:
    """The hits, with places that are known by their container alone: "Honey Grove, Texas", "Reno, TX"."""
    taken = {hit.end for hit in hits}
    added: list[Hit] = []
    areas = [(hit.start, c) for hit in hits for c in hit.name.candidates[:1] if c.feature_class == "A"]
    if "TX" in names.areas:
        for match in _POSTAL.finditer(text):
            for area in names.areas.get(match[1], ())[:1]:
                areas.append((match.start(1), area))
                surface = match[1]
                name = Name(surface, (area,), "mention", 0, 1)
                if match.start() in taken or _contained(unit, text, match.start(1), area, names, rules, taken):
                    added.append(Hit(unit, match.start(1), match.end(1), surface, name, SURE))
    for start, area in areas:
        if text[max(0, start - 2) : start] in (", ", " (") and start - 2 not in taken:
            added += _contained(unit, text, start, area, names, rules, taken)
    for match in _AGED.finditer(text):
        added += _resident(unit, text, match, names, rules, taken)
    return _apart(added + hits) if added else iter(hits)


def _apart(hits: list[Hit]) -> Iterator[Hit]:
    """Hits in order, none over another: of two, the one that starts first, then the longer, then the surer."""
    last = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, -hit.weight)):
        if hit.start >= last:
            yield hit
            last = hit.end


def _resident(unit: int, text: str, match: re.Match[str], names: Names, rules: Rules, taken: set[int]) -> list[Hit]:
    """The place that a person of some age is said to be of: "Tina Powderly, 29, of Deport"."""
    words, start = match["name"], match.start("name")
    while words:
        end = start + len(words)
        if end in taken:
            return []
        if (name := names.exact(words)) and name.role == "mention":
            weight, _ = _weigh(name, _around(text, start, end), rules, frozenset(), None, start)
            return [Hit(unit, start, end, words, name, weight)]
        words = words.rpartition(" ")[0]
    return []


def _contained(
    unit: int, text: str, at: int, area: Candidate, names: Names, rules: Rules, taken: set[int]
) -> list[Hit]:
    """The name before an area, the longest that a place in it bears."""
    match = _CONTAINED.search(text[max(0, at - _REACH) : at])
    if match is None or at - 2 in taken:
        return []
    words, end = match["name"], at - 2
    while words:
        name = names.exact(words)
        if name and name.role == "mention" and any(holds(area, c) for c in name.candidates):
            around = _around(text, end - len(words), end)
            weight, is_person = _weigh(name, around, rules, gazetteer.load().given_names, None, end - len(words))
            return [Hit(unit, end - len(words), end, words, name, weight + _IN_CONTAINER, area, is_person)]
        words = words.partition(" ")[2]
    return []


@lru_cache
def rules_of(language: str) -> Rules:
    """The rules of a language; empty where it has none."""
    data = languages.toml(language, "places") if languages.has(language, "places.toml") else {}
    rules = Rules(*(frozenset(str(data.get(name, "")).split()) for name in Rules._fields))
    common = languages.toml(language, "language").get("function_words", ())
    return rules._replace(small=rules.small | rules.linking | rules.locative | frozenset(common))


@lru_cache(maxsize=1)
def _outlets() -> frozenset[str]:
    """The first two words of papers and broadcasters that are named after a place: Washington Post."""
    names = (
        form
        for facts in agencies.directory().facts.values()
        for form in [facts.name, *(facts.prose_names or "").split("|")]
    )
    return frozenset(" ".join(name.casefold().split()[:2]) for name in names if len(name.split()) > 1)
