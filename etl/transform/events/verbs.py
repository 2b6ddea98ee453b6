"""Verb groups: which lexicon entry a verb stands for in its clause, its tense and its voice.

What belongs here: particles, companions, auxiliaries. What does not: how sure it is (`modality`) and who takes part
(`participants`).
"""

from typing import Final, Literal

from mypy_extensions import i64, mypyc_attr

from etl.schema.core import Tense
from etl.transform.events.clauses import NO_TOKENS, Clause, one_used
from etl.transform.events.lexicon import AUXILIARIES, REFLEXIVES, Entry, Lexicon, Reading, Token
from etl.transform.events.marks import (
    ADVERB,
    BE_PAST,
    BE_PRES,
    BEEN,
    COND,
    COORD,
    DEF,
    DID,
    DO,
    FLAG_ZIJN,
    GOT,
    HAVE_PAST,
    HAVE_PRES,
    HAVING,
    INDEF,
    INF,
    INFINITIVE_AUX,
    ING,
    MAYBE_POSSESSIVE,
    NEG,
    PART,
    PASS_PAST,
    PASS_PRES,
    PAST,
    POSSESSIVE,
    PREP,
    PRES,
    PURPOSE,
    REFLEXIVE,
    SUB,
    THAT,
    TO,
)

Role = Literal["finite", "participle", "infinitive", "to", "nominal", "ing", "reduced", "noun"]
_FEATURES: Final[dict[str, int]] = {
    "finite": PRES | PAST,
    "participle": PART,
    "reduced": PART,
    "infinitive": INF,
    "to": INF | PART,
    "nominal": INF,
    "ing": ING,
}
_GAP: Final = 4  # tokens that may stand between the words of a phrase


@mypyc_attr(acyclic=True, free_list_len=1)
class Group:
    """A verb in a clause with its auxiliaries, or an event noun."""

    def __init__(
        self,
        head: int,
        entry: Entry,
        clause: int,
        role: Role,
        tense: Tense,
        passive: bool,
        modal: str | None,
        used: tuple[int, ...],
    ) -> None:
        self.head, self.entry, self.clause, self.role = head, entry, clause, role
        self.tense, self.passive, self.modal = tense, passive, modal
        self.used = used
        """Token indexes of the verb, its particle and its companions, in order."""
        self.first, self.last = used[0], used[-1]

    @property
    def is_predicate(self) -> bool:
        """Whether it says something of a subject: a finite verb, or what an auxiliary holds up."""
        return self.role in ("finite", "participle", "infinitive") or (self.role == "ing" and self.tense != "NONE")

    def held_by(self, other: "Group", role: Role, passive: bool) -> "Group":
        """The same verb in another's chain of auxiliaries."""
        return Group(self.head, self.entry, self.clause, role, other.tense, passive, other.modal, self.used)


@mypyc_attr(acyclic=True, free_list_len=1)
class Chain:
    """The auxiliaries that belong to a verb: all of its clause, or those just before it."""

    def __init__(self, tokens: list[Token], indexes: list[int]) -> None:
        tags: i64 = 0
        self.modal: str | None = None
        self.plain_modal = False
        for i in indexes:
            word = tokens[i].word
            tags |= word.tags
            if word.modal == "plain":
                self.plain_modal = True
            elif word.modal is not None and (self.modal is None or word.modal == "hearsay"):
                self.modal = word.modal
        self.have = bool(tags & (HAVE_PRES | HAVE_PAST | HAVING))
        self.be = bool(tags & (BE_PRES | BE_PAST))
        self.passive = bool(tags & (PASS_PRES | PASS_PAST | GOT))
        self.been = bool(tags & BEEN)
        self.past = bool(tags & (HAVE_PAST | BE_PAST | PASS_PAST | DID))
        self.do = bool(tags & DO)
        self.any = self.have or self.be or self.passive or self.been


_NO_CHAIN: Final = Chain([], [])


@mypyc_attr(acyclic=True, free_list_len=1)
class _Frame:
    """What all verbs of a clause share: its words and, where auxiliaries stand anywhere in it, their chain."""

    def __init__(self, tokens: list[Token], clause: Clause, lexicon: Lexicon, fin: list[int]) -> None:
        self._tokens, self._clause, self._lexicon = tokens, clause, lexicon
        self._auxiliaries = NO_TOKENS
        for j in clause.tokens:
            if tokens[j].is_auxiliary and (fin[j] or _is_no_possessive(tokens, j)):
                self._auxiliaries = [*self._auxiliaries, j]
        self._shared: Chain | None = None

    def chain(self, head: int) -> Chain:
        if not self._lexicon.aux_in_clause:
            return self._before(head)
        if self._tokens[head].is_auxiliary and head in self._auxiliaries:
            return Chain(self._tokens, [j for j in self._auxiliaries if j != head])
        if not self._auxiliaries:
            return _NO_CHAIN
        if self._shared is None:
            self._shared = Chain(self._tokens, self._auxiliaries)
        return self._shared

    def _before(self, head: int) -> Chain:
        tokens, places = self._tokens, self._clause.tokens
        picked: list[int] = []
        position = places.index(head) - 1
        while position >= 0:
            i = places[position]
            token = tokens[i]
            if token.word.is_auxiliary:
                picked.append(i)
            elif not (
                token.tags & (ADVERB | NEG | COORD | BEEN)
                or token.low.endswith("ly")
                or (token.word.verbs and tokens[places[position + 1]].tags & COORD)
            ):
                break
            position -= 1
        return Chain(tokens, picked)


def _is_no_possessive(tokens: list[Token], i: int) -> bool:
    """Whether a word that can be a possessive stands beside a participle: zou zijn vertrokken."""
    if not tokens[i].tags & MAYBE_POSSESSIVE:
        return True
    before = i > 0 and tokens[i - 1].word.features & PART != 0
    return before or _holds_participle(tokens, i)


def _role(tokens: list[Token], is_main: bool, i: int, chain: Chain, lexicon: Lexicon) -> Role | None:
    """What a verb form is in its clause, the finite verb of it or another one."""
    features = tokens[i].features
    tags_before: i64 = 0
    if i:
        tags_before = tokens[i - 1].tags
    if features & INF and tags_before & TO:
        return "to"
    if features & INF and i > 1 and tags_before & (ADVERB | NEG) and tokens[i - 2].tags & TO:
        return "to"
    if features & PART and _perfect_infinitive(tokens, i, lexicon):
        return "to"
    if features & ING and not lexicon.verb_second:
        return None if tags_before & (DEF | INDEF | POSSESSIVE) or _is_attribute(tokens, i) else "ing"
    if features & PART and chain.any and not is_main:
        return "participle"
    if is_main and features & (PRES | PAST):
        return "finite"
    if features & INF and (chain.modal or chain.plain_modal or chain.do):
        return "infinitive"
    if features & INF and i and tokens[i - 1].low in lexicon.nominalisers:
        return "nominal"
    if features & INF and chain.have and lexicon.aux_in_clause:
        return "participle"  # the infinitive in place of a participle: heeft laten weten
    if features & PART and not tags_before & _DETERMINERS:
        return "reduced"
    return None


def _perfect_infinitive(tokens: list[Token], i: int, lexicon: Lexicon) -> bool:
    """Whether "te hebben" stands beside a participle: te hebben gestolen, gestolen te hebben; "to have" before it."""
    if i > 1 and tokens[i - 2].tags & TO and tokens[i - 1].tags & INFINITIVE_AUX:
        return True
    if not lexicon.verb_second or i + 2 >= len(tokens):
        return False
    return bool(tokens[i + 1].tags & TO and tokens[i + 2].tags & INFINITIVE_AUX)


_DETERMINERS: Final = DEF | INDEF | POSSESSIVE


def _holds_participle(tokens: list[Token], i: int) -> bool:
    """Whether the next word is a participle: then an auxiliary is no verb of its own."""
    return bool(i + 1 < len(tokens) and tokens[i + 1].word.features & PART)


def _is_attribute(tokens: list[Token], i: int) -> bool:
    """Whether a present participle that names an event stands as a noun: the heavy bombing."""
    return (
        bool(tokens[i].word.nouns)
        and i > 1
        and bool(tokens[i - 2].tags & (DEF | INDEF))
        and not (tokens[i - 1].tags or tokens[i - 1].word.verbs)
    )


def _particle_at(tokens: list[Token], clause: Clause, i: int, particle: str, role: Role) -> int | None:
    """Index of the particle that goes with the verb at i."""
    if role == "to":
        return i - 2 if i > 1 and tokens[i - 2].low == particle and i - 2 in clause.tokens else None
    if role != "finite":
        return None
    for j in clause.tokens:
        if j <= i or tokens[j].low != particle:
            continue
        following = tokens[j + 1] if j + 1 < len(tokens) else None
        if following is None or following.is_break or following.tags & _AFTER_PARTICLE:
            return j
        if following.word.verbs and not following.word.nouns and not following.is_name:
            return j
    return None


_AFTER_PARTICLE: Final = PREP | COORD | SUB | COND | TO | THAT | PURPOSE


def _companions_at(tokens: list[Token], clause: Clause, i: int, entry: Entry, lexicon: Lexicon) -> list[int] | None:
    """Indexes of the companions, in order and close together; None where one is missing."""
    places = clause.tokens if lexicon.verb_second else [j for j in clause.tokens if j > i]
    first = entry.companions[0]
    is_reflexive = first in REFLEXIVES
    for k, j in enumerate(places):
        if j == i or not (tokens[j].low == first or (is_reflexive and tokens[j].tags & REFLEXIVE)):
            continue
        found, position = [j], k + 1
        for wanted in entry.companions[1:]:
            stop = min(len(places), position + _GAP)
            hit = next((p for p in range(position, stop) if _same(tokens[places[p]], wanted)), None)
            if hit is None:
                break
            found.append(places[hit])
            position = hit + 1
        else:
            if not lexicon.verb_second and found[0] - i > _GAP + 2:
                return None
            return found
    return None


def _same(token: Token, wanted: str) -> bool:
    return bool(token.low == wanted or (wanted in REFLEXIVES and token.tags & REFLEXIVE))


def _best(
    tokens: list[Token], clause: Clause, i: int, role: Role, lexicon: Lexicon
) -> tuple[Reading | None, tuple[int, ...]]:
    """The reading of a verb that explains most of its clause, if any fits, with the tokens it takes."""
    token = tokens[i]
    only_phrases = bool(token.tags & AUXILIARIES)
    features: i64 = _FEATURES[role]
    missing = ~clause.signs
    for reading in token.word.ranked:
        if not reading.feature & features or reading.asks & missing:
            continue
        entry = reading.entry
        if (only_phrases and not entry.companions) or not (entry.takes_all or _fits(entry, tokens, clause)):
            continue
        if reading.joined and not entry.companions:
            return reading, one_used(i)
        used = _used(reading, tokens, clause, i, role, lexicon)
        if used is not None:
            return reading, used
    return None, ()


def _used(
    reading: Reading, tokens: list[Token], clause: Clause, i: int, role: Role, lexicon: Lexicon
) -> tuple[int, ...] | None:
    """A verb with the particle and the companions that a reading asks for, in order; None where one is missing."""
    at: int | None = None
    if not reading.joined:
        at = _particle_at(tokens, clause, i, reading.entry.particle, role)
        if at is None:
            return None
    if not reading.entry.companions:
        return one_used(i) if at is None else (min(i, at), max(i, at))
    companions = _companions_at(tokens, clause, i, reading.entry, lexicon)
    if companions is None:
        return None
    return tuple(sorted([i, *companions] if at is None else [i, at, *companions]))


def _fits(entry: Entry, tokens: list[Token], clause: Clause) -> bool:
    """Whether letters that an entry asks for stand in the clause, and none that it excludes."""
    text = clause_text(tokens, clause)
    if entry.need and not holds_any(text, entry.need):
        return False
    return not (entry.exclude and holds_any(text, entry.exclude))


def holds_any(text: str, parts: tuple[str, ...]) -> bool:
    """Whether any of the letters stands in a text."""
    return any(letters in text for letters in parts)


def _tense(role: Role, feature: i64, chain: Chain, clause: Clause, lexicon: Lexicon) -> Tense:
    if chain.modal and role != "finite":
        return "FUTURE" if chain.modal == "future" else ("PRESENT" if not chain.past else "PAST")
    if role == "to" and feature == PART:
        return "PRESENT_PERFECT"
    if role in ("to", "infinitive", "nominal"):
        return "INFINITIVE" if role != "infinitive" or not chain.do else ("PAST" if chain.past else "PRESENT")
    if role == "finite":
        return "PAST" if feature == PAST else "PRESENT"
    perfect = bool(chain.have) or (lexicon.perfect_of_be and bool(chain.be) and not chain.passive)
    if role == "participle":
        if perfect:
            return "PAST_PERFECT" if chain.past else "PRESENT_PERFECT"
        return "PAST" if chain.past else "PRESENT"
    if role == "ing":
        return ("PAST" if chain.past else "PRESENT") if chain.any else "NONE"
    return "PAST"


def clause_text(tokens: list[Token], clause: Clause) -> str:
    """The words of a clause in lower case, a space before and after each."""
    if not clause.text:
        clause.text = f" {' '.join([tokens[j].low for j in clause.tokens])} "
    return clause.text


def groups(tokens: list[Token], all_clauses: list[Clause], lexicon: Lexicon, fin: list[int]) -> list[Group]:
    """The verb groups of a sentence, plain verbs included (their entry has no type)."""
    result: list[Group] = []
    has_auxiliary = False
    for number, clause in enumerate(all_clauses):
        frame: _Frame | None = None
        taken: tuple[int, ...] = ()
        verb = -1 if clause.verb is None else clause.verb
        for i in clause.verbs:
            token = tokens[i]
            if taken and i in taken:
                continue
            if not lexicon.verb_second and token.is_auxiliary and _holds_participle(tokens, i):
                continue
            chain = _NO_CHAIN
            if clause.has_auxiliary:
                if frame is None:
                    frame = _Frame(tokens, clause, lexicon, fin)
                chain = frame.chain(i)
            role = _role(tokens, i == verb, i, chain, lexicon)
            if role is None or (role == "finite" and fin[i] == 0):
                continue
            reading, used = _best(tokens, clause, i, role, lexicon)
            if reading is None:
                continue
            has_auxiliary = has_auxiliary or token.is_auxiliary
            passive = _passive(role, reading.entry, chain, lexicon)
            tense = _tense(role, reading.told, chain, clause, lexicon)
            if len(used) > 1:
                taken += used
                result = [g for g in result if g.head not in used or tokens[g.head].is_auxiliary]
            group = Group(i, reading.entry, number, role, tense, passive, chain.modal, used)
            result.append(group if lexicon.verb_second else _as_joined(tokens, clause, group, result))
    if not has_auxiliary:
        return result
    return [g for g in result if not (tokens[g.head].is_auxiliary and _is_shared(g, result))]


def _as_joined(tokens: list[Token], clause: Clause, group: Group, known: list[Group]) -> Group:
    """What "and" joins to a verb has its auxiliary: have seized a port and taken hostages, will come and go."""
    if group.role == "finite" and clause.shares_subject and tokens[group.head].word.features & INF:
        held = next((g for g in reversed(known) if g.clause == clause.parent and g.role == "infinitive"), None)
        return group.held_by(held, "infinitive", group.passive) if held else group
    before = known[-1] if known else None
    if group.role != "reduced" or before is None or not tokens[group.head - 1].tags & COORD:
        return group
    if before.clause != group.clause or before.role != "participle":
        return group
    return group.held_by(before, "participle", before.passive)


def _is_shared(group: Group, known: list[Group]) -> bool:
    """Whether another verb takes the same companions: zijn in staking gegaan."""
    return any(g is not group and g.clause == group.clause and set(g.used) & set(group.used) for g in known)


def _passive(role: Role, entry: Entry, chain: Chain, lexicon: Lexicon) -> bool:
    if role == "reduced":
        return not entry.flags & FLAG_ZIJN
    if role not in ("participle", "infinitive", "to"):
        return False
    if role == "participle":
        if chain.passive:
            return True
        if chain.be or chain.been:
            return not entry.flags & FLAG_ZIJN if lexicon.perfect_of_be else bool(chain.been or not chain.have)
    return False
