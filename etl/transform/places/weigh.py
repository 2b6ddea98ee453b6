"""How far what stands around a name shows that it is a place.

A name is weighed: how well known its best place is, what else the name is (a common word, a given name, a surname),
what stands before and after it. Weights are on one scale, in which a name above zero is a place; they were set on the
first half of each language's texts in `tests/transform/places/paragraphs.tsv`.
"""

from mypy_extensions import mypyc_attr

from etl.transform.places.candidates import Candidate, Name
from etl.transform.places.gazetteer import Names
from etl.transform.places.sources import CALENDAR, GIVEN, SURNAME, WORD
from etl.transform.places.words import (
    AREA,
    BODY,
    BODY_OF,
    CAPITAL,
    CIVIC,
    COMMA,
    DISEASE,
    DIVISION,
    ENDS,
    GIVEN_NAME,
    GOVERNS,
    LINKING,
    LOCATIVE,
    NUMBER,
    PARTICLE,
    SMALL,
    SPEECH,
    TITLE,
    TOWARDS,
    kind,
    outlets,
)

SURE = 4.0
"""Weight from which a name is a place wherever else the article has it."""
KNOWN, _LEAST, _MOST = 4.2, -1.0, 3.0
"""A place of this prominence (15,000 people) weighs nothing by itself; others what they are above or below it."""
_COUNTRY, _DIVISION = 4.0, 1.5
_SEVERAL_WORDS, _PLAIN = 1.0, 1.0
_LOCATIVE, _TOWARDS, _AREA_WORD, IN_CONTAINER = 3.0, 0.8, 3.0, 6.0
_IS_WORD, _OPENING_WORD = -1.6, -4.5
_IS_PERSON, _IS_PERSON_MOSTLY = -1.5, -2.5
_AFTER_PLACE, _AFTER_NAME, _BEFORE_NAME, _OF_PERSON, _SPEAKS = -1.5, -4.5, -3.5, -9.0, -1.5
_IS_GIVEN = 2.5
"""What it tells for a person that a given name has a name after it."""
_ORGANISATION = -9.0
_GOVERNED = 2.5
_LOUD_LEAST, _LOUD_ALONE_LEAST = 4.6, 5.4
"""Prominence from which a name in capitals is a place, among others in capitals and alone: BAGHDAD, but MERS."""
_FAMOUS = 6.2
_LARGE = 6.2
REACH = 48
"""Characters that are read on either side of a name."""
_OF = ("of", "van")
_BLANKS = (" ", "\xa0")
_OPENING = frozenset("\n\"“‘'(„«")
_LONGEST_TITLE = 150


@mypyc_attr(acyclic=True)
class Hit:
    """A name found: where, what it can stand for, and the weight of what shows that it is a place."""

    def __init__(
        self,
        unit: int,
        start: int,
        end: int,
        surface: str,
        name: Name,
        weight: float,
        inside: Candidate | None = None,
        is_person: bool = False,
        is_area: bool = False,
    ) -> None:
        self.unit, self.start, self.end = unit, start, end
        self.surface, self.name, self.weight = surface, name, weight
        self.inside = inside
        """The country, division or county that the text says it lies in."""
        self.is_person = is_person
        """Whether the words around it make it a person's name."""
        self.is_area = is_area
        """Whether the words around it make it a division: "Lagos State", "de provincie Utrecht"."""


@mypyc_attr(acyclic=True, free_list_len=1)
class Around:
    """The words around a name."""

    def __init__(self, before: str, further: str, after: str, opens: bool) -> None:
        self.before, self.further, self.after = before, further, after
        self.opens = opens
        """Whether it opens a sentence or a line."""


def around_of(text: str, start: int, end: int) -> Around:
    """The words around a name, of its own line."""
    before = further = after = ""
    last = text[start - 1] if start else "\n"
    opens = last in _OPENING
    if last in _BLANKS:
        least = max(0, start - REACH)
        cut = text.rfind(" ", least, start - 1)
        before = text[max(cut + 1, least) : start - 1]
        if "\n" in before:
            before = before.rpartition("\n")[2]
        elif cut > least:
            further = text[max(text.rfind(" ", least, cut) + 1, least) : cut].rpartition("\n")[2]
        opens = not before
    if text[end : end + 1] in _BLANKS:
        cut = text.find(" ", end + 1, end + REACH)
        after = text[end + 1 : cut if cut > 0 else end + REACH].partition("\n")[0].rstrip(',;:!?)"”’')
    return Around(before, further, after, opens)


def weigh(
    name: Name, around: Around, names: Names, language: str, last: Hit | None, start: int
) -> tuple[float, bool]:
    """The weight of a name where it stands, and whether it is a person's there."""
    before = kind(language, around.before) if around.before else 0
    opens = around.opens or before & ENDS
    own = names.weights.get(name.surface)
    if own is None:
        own = names.weights[name.surface] = _by_itself(name, opens=False), _by_itself(name, opens=True)
    weight = own[1 if opens else 0]
    if before & LOCATIVE:
        weight += _LOCATIVE
    elif before & AREA:
        weight += _AREA_WORD
    elif before and not opens:
        is_beside = last is not None and last.end == start - 1 and last.weight > 0
        if not is_beside and _names_person(before, around.further, language, name.candidates[0]):
            return weight + _OF_PERSON, True
        weight += _after_word(name, around, before, last, start)
    if before & LINKING:
        further = kind(language, around.further.strip('("“'))
        weight += _ORGANISATION if further & BODY_OF else _LOCATIVE if further & AREA else 0.0
    if around.after:
        weight += _before_word(name, around.after, language)
    return weight, False


def _after_word(name: Name, around: Around, before: int, last: Hit | None, start: int) -> float:
    """What the word before a name says of it, where it is neither a person's nor one that only places follow."""
    if before & BODY_OF:
        return _ORGANISATION
    if before & CAPITAL and not before & (SMALL | COMMA):
        return _after_capital(name, last, start)
    if before & TOWARDS:
        return _TOWARDS
    return _LOCATIVE if around.before == "of" and around.further[:-1].isdigit() else 0.0


def _names_person(before: int, further: str, language: str, best: Candidate) -> bool:
    """Whether the words before a name make it a person's: a title, a given name, "Jan van"."""
    if before & LINKING:
        return bool(before & PARTICLE and kind(language, further) & GIVEN_NAME) and best.prominence < _LARGE
    return bool(before & (TITLE | GIVEN_NAME))


def _by_itself(name: Name, *, opens: bool) -> float:
    """The weight of a name whatever stands around it, but for whether it opens a sentence."""
    best = name.candidates[0]
    if best.feature_code in ("PCLI", "ADM2") or name.role == "metonym":
        weight = _COUNTRY
    else:
        least = _DIVISION if best.feature_code == "ADM1" and best.prominence >= KNOWN else _LEAST
        weight = min(_MOST, max(least, best.prominence - KNOWN))
    if " " in name.surface or "-" in name.surface:
        weight += _SEVERAL_WORDS
    people = name.flags & (GIVEN | SURNAME)
    if name.flags & WORD:
        weight += _OPENING_WORD if opens else _IS_WORD
    elif not name.flags and not opens:
        weight += _PLAIN
    elif people:
        is_famous = best.prominence >= _FAMOUS or name.role == "metonym"
        weight += (_IS_PERSON_MOSTLY if people == GIVEN | SURNAME else _IS_PERSON) / (2 if is_famous else 1)
    return weight


def _after_capital(name: Name, last: Hit | None, start: int) -> float:
    """A name that follows another name is part of a person's or a body's; one that follows a people is not."""
    if last is not None and last.end == start - 1 and not name.flags & WORD:
        return 0.0 if last.name.role == "demonym" else _AFTER_PLACE
    return _AFTER_NAME


def _before_word(name: Name, word: str, language: str) -> float:
    """What the word after a name says of it."""
    after, is_country = kind(language, word), name.candidates[0].feature_code == "PCLI"
    if after & GOVERNS:
        return _GOVERNED
    if after & (DISEASE | BODY) or (is_country and after & NUMBER):
        return _ORGANISATION
    if after & CAPITAL:
        if f"{name.surface} {word}".casefold() in outlets():
            return _ORGANISATION
        if not after & CIVIC:
            is_given = name.flags & GIVEN
            return _BEFORE_NAME / (2 if is_country and not is_given else 1) - (_IS_GIVEN if is_given else 0)
    if after & SPEECH and name.flags & (GIVEN | SURNAME):
        return _SPEAKS
    return 0.0


def says_area(around: Around, language: str) -> bool:
    """Whether a word beside a name makes it a division's: "de provincie Utrecht"."""
    word = around.further if around.before in _OF else around.before
    return bool(kind(language, around.after) & DIVISION or kind(language, word) & DIVISION)


def is_known_enough(name: Name, text: str, start: int, end: int) -> bool:
    """Whether a name in capitals is well enough known for it: many words in capitals are none."""
    if name.flags & (WORD | CALENDAR):
        return False
    is_alone = not text[max(0, start - 3) : start].strip().isupper() and not text[end : end + 4].strip()[:3].isupper()
    if is_alone and name.flags:
        return False
    return name.candidates[0].prominence >= (_LOUD_ALONE_LEAST if is_alone else _LOUD_LEAST)


def is_title(text: str, start: int, end: int, around: Around) -> bool:
    """Whether a name stands in a line whose words have capitals all: a title in the American style."""
    if not around.before[:1].isupper() and not around.after[:1].isupper():
        return False
    left = max(text.rfind("\n", max(0, start - _LONGEST_TITLE), start) + 1, start - _LONGEST_TITLE, 0)
    right = text.find("\n", end, end + _LONGEST_TITLE)
    line = text[left : right if right >= 0 else end + _LONGEST_TITLE]
    if len(line) > _LONGEST_TITLE or line.rstrip()[-1:] == ".":
        return False
    words = [word for word in line.split() if len(word) > 3]
    return len(words) > 3 and sum(word[0].isupper() or not word[0].isalpha() for word in words) >= 0.8 * len(words)


def lowered(around: Around) -> Around:
    """The words around a name in a title, whose capitals say nothing."""
    after = around.after[:1].lower() + around.after[1:]
    return Around(around.before.lower(), around.further, after, around.opens)
