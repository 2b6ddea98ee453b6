"""A sentence with all that was found in it: what the rules on modality, time and participants look at.

What belongs here: putting tokens, clauses, verb and noun groups together and the questions that several rules ask.
"""

from typing import Final, Literal

from mypy_extensions import i64, mypyc_attr

from etl.transform.events import clauses as clauses_of
from etl.transform.events import nouns, verbs
from etl.transform.events.clauses import Clause
from etl.transform.events.lexicon import Lexicon, Token
from etl.transform.events.marks import (
    ADVERB,
    COND,
    COORD,
    PREP,
    SUB,
    TO,
)
from etl.transform.events.tokens import Cut, cut, finite
from etl.transform.events.verbs import Group
from etl.transform.records import PlaceMention

Kind = Literal["headline", "body", "dateline"]


VERBAL: Final = 1
"""A verb or one of its auxiliaries."""
COMPANION: Final = 2
"""A noun or a preposition that a verb takes: kritiek uiten."""
SLOT_WORD: Final = 4
"""A word of a verb phrase that also gives a participant: call on Israel."""
COVERED: Final = 8
"""Inside a time expression."""
EVENT_NOUN: Final = 16
"""A noun that names an event."""


@mypyc_attr(acyclic=True, free_list_len=1)
class Spot:
    """A place mention that covers a token."""

    def __init__(self, index: int, mention: PlaceMention) -> None:
        self.index, self.mention = index, mention
        self.is_demonym = mention.role == "demonym"


# never added to: a third of all lists that were made for a sentence stayed empty, and took a twentieth of the time
_NO_SPOTS: Final[list[Spot | None]] = []
_NO_SPOT: Final[list[Spot | None]] = [None]
_NO_GROUPS: Final[list[Group]] = []
_NO_GROUP: Final[list[Group | None]] = [None]
_ALL_GROUPS: Final[list[list[Group]]] = []
"""The groups of each clause, where there is one clause."""


@mypyc_attr(acyclic=True, free_list_len=1)
class Scene:
    """A sentence read; token indexes throughout."""

    def __init__(
        self,
        tokens: list[Token],
        starts: list[int],
        clauses: list[Clause],
        groups: list[Group],
        kind: Kind,
        lexicon: Lexicon,
        uses: list[int],
    ) -> None:
        self.tokens, self.clauses = tokens, clauses
        self.starts = starts
        """The code point of the sentence at which each token begins."""
        self.groups = groups
        """Verb groups (plain ones too) and event nouns, in the order of their heads."""
        self.kind, self.lexicon = kind, lexicon
        self.uses = uses
        """What each token is taken up by: VERBAL, COMPANION, SLOT_WORD, COVERED."""
        self._spots = _NO_SPOTS
        self._main = _NO_GROUP * len(clauses)
        self._of = _ALL_GROUPS if len(clauses) == 1 else [_NO_GROUPS for _ in clauses]
        for group in groups:
            if self._of:
                self._of[group.clause] = [*self._of[group.clause], group]
            known = self._main[group.clause]
            if group.is_predicate and (known is None or not known.entry.event_type):
                self._main[group.clause] = group

    def end(self, i: int) -> int:
        """The code point of the sentence at which a token ends."""
        return self.starts[i] + self.tokens[i].length

    def tags(self, i: int) -> i64:
        """The tags of a token; none beyond the ends."""
        if 0 <= i < len(self.tokens):
            return self.tokens[i].tags
        return 0

    def lay(self, spot: Spot, first: int, end: int) -> None:
        """Lay a place mention over tokens."""
        if not self._spots:
            self._spots = _NO_SPOT * len(self.tokens)
        for i in range(first, min(end, len(self.tokens))):
            self._spots[i] = spot

    @property
    def has_places(self) -> bool:
        """Whether a place mention covers any token."""
        return bool(self._spots)

    def place_at(self, i: int) -> Spot | None:
        """The place mention that covers a token; none beyond the ends."""
        return self._spots[i] if 0 <= i < len(self._spots) else None

    def owner(self, i: int) -> int:
        """The clause of a token, -1 for a break."""
        for number, clause in enumerate(self.clauses):
            if clause.mask >> i & 1:
                return number
        return -1

    def owns(self, clause: int, i: int) -> bool:
        """Whether a token is one of a clause."""
        return bool(self.clauses[clause].mask >> i & 1)

    def is_finite(self, i: int, clause: int) -> bool:
        """Whether a token is the finite verb of a clause."""
        verb = self.clauses[clause].verb
        return verb is not None and i == verb

    def has_tag(self, tag: i64, clause: int) -> bool:
        """Whether a word of a clause bears a tag."""
        return bool(self.clauses[clause].tags & tag)

    def tagged(self, tag: i64, clause: int) -> list[int]:
        """The tokens of a clause that bear a tag, in order."""
        own = self.clauses[clause]
        if not own.tags & tag:
            return []
        return [i for i in own.tokens if self.tokens[i].tags & tag]

    def of(self, clause: int) -> list[Group]:
        """The groups of a clause, in the order of their heads."""
        return self._of[clause] if self._of else self.groups

    def main_group(self, clause: int) -> Group | None:
        """The verb group that says what the clause is about: the event with the finite verb or its participle."""
        return self._main[clause]


def _is_named(tokens: list[Token], i: int, lexicon: Lexicon) -> bool:
    """Whether a word begins the name of an institution: Amnesty International."""
    if i + 1 >= len(tokens) or not tokens[i + 1].is_name or not tokens[i].is_capital:
        return False
    if not tokens[i + 1].person.ends_name:
        return False
    return lexicon.actor(f"{tokens[i].low} {tokens[i + 1].low}") is not None


_STOPS: Final = frozenset(".!?…\"”'’")


def _read_bare(
    tokens: list[Token], groups: list[Group], found: list[Clause], lexicon: Lexicon, is_headline: bool
) -> None:
    """Passives without "was": in a headline, or after another one. Dozens killed in bus crash."""
    passive = {g.clause for g in groups if g.passive}
    for group in groups:
        if group.role != "finite" or group.tense != "PAST" or group.entry.lemma not in lexicon.bare_passives:
            continue
        following = tokens[group.head + 1] if group.head + 1 < len(tokens) else None
        is_open = following is None or following.is_break or bool(following.tags & _NO_OBJECT)
        clause = found[group.clause]
        joined = clause.parent in passive and (clause.coordinated or clause.shares_subject)
        if is_open and (is_headline or joined):
            group.passive = True


_NO_OBJECT: Final = PREP | SUB | COND | COORD | ADVERB


def _before_infinitive(i: int, groups: list[Group], lexicon: Lexicon) -> bool:
    """Whether "to" is no preposition; Dutch has another word for that one."""
    return lexicon.verb_second or any(g.role == "to" and i < g.head <= i + 2 for g in groups)


def read(sentence: str, kind: Kind, lexicon: Lexicon) -> Scene:
    """Read a sentence."""
    return _read(cut(sentence, lexicon), kind, lexicon)


def read_events(words: Cut, kind: Kind, lexicon: Lexicon) -> Scene | None:
    """Read a sentence that was cut; None where no word of it can name an event."""
    return _read(words, kind, lexicon) if words.can_tell else None


_ZERO: Final = [0]


def _read(words: Cut, kind: Kind, lexicon: Lexicon) -> Scene:
    tokens = words.tokens
    fin = finite(tokens, lexicon)
    found = clauses_of.clauses(tokens, lexicon, fin)
    groups = verbs.groups(tokens, found, lexicon, fin)
    uses = _ZERO * len(tokens)
    for group in groups:
        for i in group.used:
            uses[i] = VERBAL
    event_nouns = nouns.groups(tokens, found, fin, groups, uses, lexicon)
    for noun in event_nouns:
        if not _is_named(tokens, noun.head, lexicon):
            if len(noun.used) > 1:  # a word of it is no verb: a suspended sentence
                groups = [group for group in groups if group.head not in noun.used]
            groups.append(noun)
    if not lexicon.verb_second:
        is_headline = kind == "headline" or (tokens[-1:] and tokens[-1].surface not in _STOPS)
        _read_bare(tokens, groups, found, lexicon, bool(is_headline))
    _sort(groups)
    for clause in found:
        if clause.verb is not None:
            uses[clause.verb] = VERBAL
    if words.has_helpers:
        _use_helpers(uses, tokens, fin, groups, lexicon)
    for group in groups:
        _use(uses, tokens, group)
    return Scene(tokens, words.starts, found, groups, kind, lexicon, uses)


def _sort(groups: list[Group]) -> None:
    """Order by their heads; they are few and nearly in order, so that no sort with a key is as quick."""
    for i in range(1, len(groups)):
        group, at = groups[i], i
        while at and groups[at - 1].head > group.head:
            groups[at] = groups[at - 1]
            at -= 1
        groups[at] = group


def _use_helpers(uses: list[int], tokens: list[Token], fin: list[int], groups: list[Group], lexicon: Lexicon) -> None:
    """Mark the auxiliaries, and the "to" of infinitives."""
    for i, token in enumerate(tokens):
        if not token.helps:
            continue
        if (token.is_auxiliary and fin[i]) or (token.tags & TO and _before_infinitive(i, groups, lexicon)):
            uses[i] = VERBAL


def _use(uses: list[int], tokens: list[Token], group: Group) -> None:
    """Mark a noun as an event, and the words that a verb or a noun takes."""
    if group.role == "noun":
        uses[group.head] |= EVENT_NOUN
    if len(group.used) == 1:
        return
    for i in group.used:
        if i == group.head:
            continue
        if group.entry.companions:
            uses[i] |= COMPANION
        if tokens[i].low in group.entry.slot_words:
            uses[i] |= SLOT_WORD
