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


@dataclass
class Scene:
    """A sentence read; token indexes throughout."""

    tokens: list[Token]
    clauses: list[Clause]
    groups: list[Group]
    """Verb groups (plain ones too) and event nouns, in the order of their heads."""
    kind: Literal["headline", "body", "dateline"]
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
        own = [g for g in self.groups if g.clause == clause and g.role in ("finite", "participle", "infinitive")]
        return next((g for g in own if g.entry.event_type), own[-1] if own else None)


def read(sentence: str, kind: Literal["headline", "body", "dateline"], lexicon: Lexicon) -> Scene | None:
    """Read a sentence; None where no word of it can name an event."""
    tokens = tokenise(sentence, lexicon)
    if not any(t.word.triggers for t in tokens):
        return None
    fin = finite(tokens, lexicon)
    found = clauses_of.clauses(tokens, lexicon, fin)
    groups = verbs.groups(tokens, found, lexicon, fin)
    taken = {i for g in groups for i in g.used}
    groups += nouns.groups(tokens, found, fin, groups)
    groups.sort(key=lambda g: g.head)
    owner = [-1] * len(tokens)
    for number, clause in enumerate(found):
        for i in clause.tokens:
            owner[i] = number
    verbal = taken | {c.verb for c in found if c.verb is not None}
    verbal |= {i for i, t in enumerate(tokens) if "to" in t.word.tags or (fin[i] and t.word.is_auxiliary)}
    companions = {i for g in groups if g.entry.companions for i in g.used if i != g.head}
    return Scene(tokens, found, groups, kind, lexicon, owner, verbal, companions)
