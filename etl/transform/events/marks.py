"""The classes of words as bits, so that one number says what a form is and one `&` asks it.

What belongs here: the names that the data of a language give to small words (`[words]` of events.toml), to words that
govern (`[governors]`), to forms (`inflection`) and to lines of the lexicon (`flags`). What does not: what follows
from them. A new class in the data needs a name here, or `bits` refuses it.
"""

from collections.abc import Iterable
from typing import Final

# small words: [words] of events.toml
ARTICLE: Final = 1 << 0
HAVE_PRES: Final = 1 << 1
HAVE_PAST: Final = 1 << 2
HAVING: Final = 1 << 3
BE_PRES: Final = 1 << 4
BE_PAST: Final = 1 << 5
BEEN: Final = 1 << 6
PASS_PRES: Final = 1 << 7
PASS_PAST: Final = 1 << 8
GOT: Final = 1 << 9
DO: Final = 1 << 10
DID: Final = 1 << 11
INFINITIVE_AUX: Final = 1 << 12
TO: Final = 1 << 13
PURPOSE: Final = 1 << 14
NEG: Final = 1 << 15
COND: Final = 1 << 16
SUB: Final = 1 << 17
THAT: Final = 1 << 18
BEFORE_SUB: Final = 1 << 19
REL: Final = 1 << 20
REL_BARE: Final = 1 << 21
CONTINUATIVE: Final = 1 << 22
COORD: Final = 1 << 23
AND: Final = 1 << 24
MAYBE_POSSESSIVE: Final = 1 << 25
POSSESSIVE: Final = 1 << 26
DEF: Final = 1 << 27
INDEF: Final = 1 << 28
SUBJECT_PRONOUN: Final = 1 << 29
PRONOUN: Final = 1 << 30
REFLEXIVE: Final = 1 << 31
PREP: Final = 1 << 32
OF: Final = 1 << 33
EXPLETIVE: Final = 1 << 34
THEN: Final = 1 << 35
LOCATIVE: Final = 1 << 36
ADVERB: Final = 1 << 37
ATTRIBUTION: Final = 1 << 38
DURING: Final = 1 << 39
POSSIBLE: Final = 1 << 40
ALLEGED: Final = 1 << 41
FUTURE_CUE: Final = 1 << 42
NEARLY: Final = 1 << 43
BACKGROUND: Final = 1 << 44

# what a form of a verb or a noun can be
PRES: Final = 1 << 0
PAST: Final = 1 << 1
PART: Final = 1 << 2
INF: Final = 1 << 3
ATTR: Final = 1 << 4
ING: Final = 1 << 5
NOUN: Final = 1 << 6

# nouns, adjectives and phrases that say how sure what follows is: [governors]
GOV_POSSIBLE: Final = 1 << 0
GOV_HYPOTHETICAL: Final = 1 << 1
GOV_FUTURE: Final = 1 << 2
GOV_ALLEGED: Final = 1 << 3
GOV_REPORTED: Final = 1 << 4
GOV_NEGATIVE: Final = 1 << 5
GOV_BACKGROUND: Final = 1 << 6
GOV_EVIDENCE: Final = 1 << 7

# flags of a line of the lexicon
FLAG_STATE: Final = 1 << 0
FLAG_ZIJN: Final = 1 << 1
FLAG_SPEECH: Final = 1 << 2
FLAG_ASK: Final = 1 << 3
FLAG_PROMISE: Final = 1 << 4
FLAG_WISH: Final = 1 << 5
FLAG_DENY: Final = 1 << 6
FLAG_REFUSE: Final = 1 << 7
FLAG_ALLEGE: Final = 1 << 8
FLAG_CLAIM: Final = 1 << 9
FLAG_EVID: Final = 1 << 10
FLAG_IMPL: Final = 1 << 11
FLAG_OCCUR: Final = 1 << 12
FLAG_SUBJREC: Final = 1 << 13
FLAG_THERE: Final = 1 << 14
FLAG_BARE: Final = 1 << 15
FLAG_X: Final = 1 << 16

_NAMES: Final[dict[str, int]] = {
    name: bit for name, bit in globals().items() if name.isupper() and bit.__class__ is int
}


def bits(names: Iterable[str], prefix: str = "") -> int:
    """The bits of names as the data write them.

    Args:
        names: names in any case.
        prefix: GOV_ or FLAG_; small words and forms have none.

    Raises:
        ValueError: a name that stands for nothing.
    """
    result = 0
    for name in names:
        bit = _NAMES.get(prefix + name.upper())
        if bit is None:
            raise ValueError(f"{name!r} is no class of words that etl.transform.events.marks knows")
        result |= bit
    return result


def names(mask: int, prefix: str) -> list[str]:
    """The names of the bits of a mask, in lower case."""
    known = ((n.removeprefix(prefix), bit) for n, bit in _NAMES.items() if n.startswith(prefix))
    return [n.lower() for n, bit in known if mask & bit]
