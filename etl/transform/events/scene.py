"""A sentence with all that was found in it: what the rules on modality, time and participants look at.

What belongs here: putting tokens, clauses, verb and noun groups together and the questions that several rules ask.
"""

from dataclasses import dataclass, field
from typing import Literal

from etl.transform.events import clauses as clauses_of
from etl.transform.events import nouns, verbs
from etl.transform.events.clauses import Clause
from etl.transform.events.lexicon import Lexicon
from etl.transform.events.tokens import Token, finite, tokenise
from etl.transform.events.verbs import Group
from etl.transform.records import PlaceMention

Kind = Literal["headline", "body", "dateline"]


@dataclass
class Scene:
    """A sentence read; token indexes throughout."""

    tokens: list[Token]
    clauses: list[Clause]
    groups: list[Group]
    """Verb groups (plain ones too) and event nouns, in the order of their heads."""
    kind: Kind
    lexicon: Lexicon
    owner: list[int] = field(default_factory=list)
    """The clause of each token, -1 for a break."""
    verbal: set[int] = field(default_factory=set)
    """Tokens of verbs and their auxiliaries."""
    companions: set[int] = field(default_factory=set)
    """Tokens of the nouns and prepositions that verbs take: kritiek uiten."""
    place_at: dict[int, tuple[int, PlaceMention]] = field(default_factory=dict)
    """The place mention that covers a token, with its index."""
    covered: set[int] = field(default_factory=set)
    """Tokens inside time expressions."""
    slot_words: frozenset[int] = frozenset()
    """Words of a verb phrase that also give a participant: call on Israel."""
    _tagged: dict[str, list[int]] = field(default_factory=dict)

    def tags(self, i: int) -> frozenset[str]:
        """The tags of a token; none beyond the ends."""
        return self.tokens[i].word.tags if 0 <= i < len(self.tokens) else frozenset()

    def tagged(self, tag: str, clause: int) -> list[int]:
        """The tokens of a clause that bear a tag, in order."""
        if not self._tagged:
            for i, token in enumerate(self.tokens):
                for name in token.word.tags:
                    self._tagged.setdefault(name, []).append(i)
        return [i for i in self._tagged.get(tag, ()) if self.owner[i] == clause]

    def main_group(self, clause: int) -> Group | None:
        """The verb group that says what the clause is about: the event with the finite verb or its participle."""
        own = [g for g in self.groups if g.clause == clause and g.is_predicate]
        return next((g for g in own if g.entry.event_type), own[-1] if own else None)


def _is_named(tokens: list[Token], i: int, lexicon: Lexicon) -> bool:
    """Whether a word begins the name of an institution: Amnesty International."""
    if i + 1 >= len(tokens) or not tokens[i + 1].is_name or not tokens[i].surface[0].isupper():
        return False
    return lexicon.actor(f"{tokens[i].low} {tokens[i + 1].low}") is not None


_STOPS = frozenset(".!?…\"”'’")


def _read_bare(
    tokens: list[Token], groups: list[Group], found: list[Clause], lexicon: Lexicon, is_headline: bool
) -> None:
    """Passives without "was": in a headline, or after another one. Dozens killed in bus crash."""
    passive = {g.clause for g in groups if g.passive}
    for group in groups:
        if group.role != "finite" or group.tense != "PAST" or group.entry.lemma not in lexicon.bare_passives:
            continue
        following = tokens[group.head + 1] if group.head + 1 < len(tokens) else None
        is_open = following is None or following.is_break or bool(following.word.tags & _NO_OBJECT)
        clause = found[group.clause]
        joined = clause.parent in passive and bool(clause.extra or clause.shares_subject)
        if is_open and (is_headline or joined):
            group.passive = True


_NO_OBJECT = frozenset({"prep", "sub", "cond", "coord", "adverb"})


def _before_infinitive(i: int, groups: list[Group], lexicon: Lexicon) -> bool:
    """Whether "to" is no preposition; Dutch has another word for that one."""
    return lexicon.verb_second or any(g.role == "to" and i < g.head <= i + 2 for g in groups)


def read(sentence: str, kind: Kind, lexicon: Lexicon) -> Scene:
    """Read a sentence."""
    return _read(tokenise(sentence, lexicon), kind, lexicon)


def read_events(sentence: str, kind: Kind, lexicon: Lexicon) -> Scene | None:
    """Read a sentence; None where no word of it can name an event."""
    tokens = tokenise(sentence, lexicon)
    return _read(tokens, kind, lexicon) if any(t.word.triggers for t in tokens) else None


def _read(tokens: list[Token], kind: Kind, lexicon: Lexicon) -> Scene:
    fin = finite(tokens, lexicon)
    found = clauses_of.clauses(tokens, lexicon, fin)
    groups = verbs.groups(tokens, found, lexicon, fin)
    taken = {i for g in groups for i in g.used}
    event_nouns = nouns.groups(tokens, found, fin, groups, lexicon)
    groups += [g for g in event_nouns if not _is_named(tokens, g.head, lexicon)]
    if not lexicon.verb_second:
        is_headline = kind == "headline" or (tokens[-1:] and tokens[-1].surface not in _STOPS)
        _read_bare(tokens, groups, found, lexicon, bool(is_headline))
    groups.sort(key=lambda g: g.head)
    owner = [-1] * len(tokens)
    for number, clause in enumerate(found):
        for i in clause.tokens:
            owner[i] = number
    verbal = taken | {c.verb for c in found if c.verb is not None}
    verbal |= {i for i, t in enumerate(tokens) if fin[i] and t.word.is_auxiliary}
    verbal |= {i for i, t in enumerate(tokens) if "to" in t.word.tags and _before_infinitive(i, groups, lexicon)}
    slot_words = frozenset(i for g in groups for i in g.used if i != g.head and tokens[i].low in g.entry.slot_words)
    companions = {i for g in groups if g.entry.companions for i in g.used if i != g.head}
    return Scene(tokens, found, groups, kind, lexicon, owner, verbal, companions, slot_words=slot_words)
