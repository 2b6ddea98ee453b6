"""Who takes part in an event: actors, recipients and those who say so.

The slots of the lexicon say which phrase is what: `s` subject, `o` object, else a preposition. In a passive the
subject is what the object was and the actor stands after `door` or `by`.
"""

from typing import Final

from mypy_extensions import mypyc_attr

from etl.schema.core import ParticipantRole
from etl.transform.events.identity import identify
from etl.transform.events.lexicon import Source
from etl.transform.events.marks import (
    COORD,
    EXPLETIVE,
    FLAG_ALLEGE,
    FLAG_ASK,
    FLAG_EVID,
    FLAG_OCCUR,
    FLAG_SPEECH,
    FLAG_SUBJREC,
    PURPOSE,
    REL_BARE,
    SUBJECT_PRONOUN,
    TO,
)
from etl.transform.events.modality import CERTAIN, Stance
from etl.transform.events.phrases import Identity, Phrase, phrases
from etl.transform.events.records import Participant
from etl.transform.events.scene import EVENT_NOUN, VERBAL, Scene
from etl.transform.events.verbs import Group

_NO_PHRASES: Final[list[Phrase]] = []
_NOT_READ: Final[list[list[Phrase] | None]] = [None]
_NOBODY: Final[tuple[Participant, ...]] = ()
_HOLDERS: Final = frozenset({"finite", "participle", "infinitive"})


@mypyc_attr(acyclic=True, free_list_len=1)
class Cast:
    """The phrases of a sentence and the roles they play; built once a sentence."""

    def __init__(self, scene: Scene, text: str, offset: int) -> None:
        self.scene, self.text, self.offset = scene, text, offset
        self._phrases = _NOT_READ * len(scene.clauses)
        self._reached = _NO_PHRASES
        self._reaching: Group | None = None
        self._told = _NOBODY
        """The participants of the event in hand."""
        self._taken = 0
        """Where they begin, as bits of tokens."""

    def of(self, group: Group, stance: Stance) -> tuple[Participant, ...]:
        """The participants of an event, actors first."""
        actor, recipient = self._noun(group) if group.role == "noun" else self._verb(group)
        if not (actor or recipient) and stance is CERTAIN:
            return ()
        self._told, self._taken = _NOBODY, 0
        self._tell("actor", actor)
        actors = self._taken
        self._tell("recipient", recipient)
        if stance.modality != "asserted" or stance.source is not None:
            self._taken = actors  # a recipient may say so
            self._tell("attribution", self._sources(group, stance))
        return self._told

    def _tell(self, role: ParticipantRole, found: list[Phrase]) -> None:
        """Add the participants of a role, but who is told already."""
        for phrase in found:
            if phrase.pronoun and self.scene.tokens[phrase.first].low in self.scene.lexicon.empty_subjects:
                continue
            who = identify(self.scene, phrase)
            if not self._taken >> who.first & 1:
                self._taken |= 1 << who.first
                told = self._participant(role, who)
                self._told = (*self._told, told) if self._told else (told,)

    def _participant(self, role: ParticipantRole, who: Identity) -> Participant:
        start, end = self.scene.starts[who.first] + self.offset, self.scene.end(who.last) + self.offset
        return Participant(
            role,
            start,
            end,
            self.scene.tokens[who.first].surface if who.first == who.last else self.text[start:end],
            who.name,
            who.country_code,
            who.sector,
            who.quantity_min,
            who.quantity_max,
        )

    def phrases(self, clause: int) -> list[Phrase]:
        """The phrases of a clause, remembered."""
        known = self._phrases[clause]
        if known is None:
            known = self._phrases[clause] = phrases(self.scene, self.scene.clauses[clause])
        return known

    # verbs

    def _verb(self, group: Group) -> tuple[list[Phrase], list[Phrase]]:
        """Actors and recipients of a verb."""
        subject, objects = self._arguments(group)
        if group.passive or group.entry.flags & FLAG_SUBJREC:
            return self._by(group), subject
        actor = recipient = _NO_PHRASES
        for role, sources in group.entry.slots:
            if role == "actor":
                actor = self._actors(group, sources, subject, objects)
            else:
                recipient = self._recipients(group, sources, subject, objects)
        return actor, recipient

    def _actors(
        self, group: Group, sources: tuple[Source, ...], subject: list[Phrase], objects: list[Phrase]
    ) -> list[Phrase]:
        found = _NO_PHRASES
        for source in sources:
            hits = self._first(group, source, subject, objects)
            if not source.is_subject:  # both parties of a meeting act
                if hits:
                    found = found + [p for p in hits if self._is_party(p)]
            elif not found or self._has_party(hits):
                found = hits
        return found

    def _recipients(
        self, group: Group, sources: tuple[Source, ...], subject: list[Phrase], objects: list[Phrase]
    ) -> list[Phrase]:
        found = _NO_PHRASES
        for source in sources:
            if source.is_subject or not found or not self._has_party(found):
                hits = self._first(group, source, subject, objects)
                if not found or self._has_party(hits):
                    found = hits
        return found

    def _first(self, group: Group, source: Source, subject: list[Phrase], objects: list[Phrase]) -> list[Phrase]:
        """The phrases of a slot; of `to/o` those of the first part that has any."""
        if source.is_subject:
            return subject
        if source.is_object:
            return objects
        for part in source.parts:
            found = subject if part == "s" else objects if part == "o" else self._after(group, part)
            if found:
                return found
        return _NO_PHRASES

    def _by(self, group: Group) -> list[Phrase]:
        """Who does what a passive says."""
        return self._after(group, self.scene.lexicon.passive_actor)

    def _after(self, group: Group, prep: str) -> list[Phrase]:
        """The phrases after a preposition, coordinated ones too."""
        found = _NO_PHRASES  # as mostly
        for phrase in self._stretch(group):
            if phrase.prep == prep and not self._is_noun_event(phrase):
                found = [*found, phrase]
        return found

    def _has_party(self, found: list[Phrase]) -> bool:
        return any(self._is_party(p) for p in found)

    def _is_party(self, phrase: Phrase) -> bool:
        """Whether a phrase speaks of who can act: a name, a place, a pronoun, an office."""
        if phrase.party is None:
            phrase.party = phrase.pronoun or any(self._can_act(i) for i in phrase.tokens)
        return phrase.party

    def _can_act(self, i: int) -> bool:
        token = self.scene.tokens[i]
        return token.is_name or token.person.actor is not None or self.scene.place_at(i) is not None

    def _is_noun_event(self, phrase: Phrase) -> bool:
        return bool(self.scene.uses[phrase.last] & EVENT_NOUN)

    def _stretch(self, group: Group) -> list[Phrase]:
        """The phrases a verb can take, remembered for the last verb asked for."""
        if self._reaching is not group:
            self._reaching, self._reached = group, self._reach(group)
        return self._reached

    def _reach(self, group: Group) -> list[Phrase]:
        """The phrases a verb can take: of its clause; of an infinitive with te, those after its governor."""
        own = self.phrases(group.clause)
        if group.role == "to":
            start = self._infinitive_start(group)
            return [p for p in own if p.first > start]
        if group.role not in ("finite", "participle", "infinitive", "ing"):
            return own
        cut = len(self.scene.tokens)
        for g in self.scene.of(group.clause):
            if g.role == "to":
                cut = min(cut, self._infinitive_start(g))
        return [p for p in own if p.first <= cut or p.first < group.head] if cut < len(self.scene.tokens) else own

    def _is_expletive(self, phrase: Phrase) -> bool:
        return bool(phrase.pronoun and self.scene.tags(phrase.first) & EXPLETIVE)

    def _infinitive_start(self, group: Group) -> int:
        scene = self.scene
        marks = PURPOSE if scene.lexicon.verb_second else PURPOSE | TO
        for i in range(group.head - 1, -1, -1):
            if scene.tokens[i].tags & marks:
                return i
            if scene.uses[i] and any(g.head == i and g.role in _HOLDERS for g in scene.groups):
                return i
            if not scene.owns(group.clause, i) and scene.owner(i) != -1:
                break
        return scene.clauses[group.clause].tokens[0] - 1

    def _arguments(self, group: Group) -> tuple[list[Phrase], list[Phrase]]:
        """Subject and objects of a verb, each with what is coordinated to it."""
        scene = self.scene
        clause = scene.clauses[group.clause]
        own = [p for p in self._stretch(group) if not p.prep and not self._is_expletive(p)]
        if not scene.lexicon.verb_second:
            start = self._last_joined(group)
            later = [g.head for g in scene.of(group.clause) if g.head > start and g.role != "noun"]
            stop = min(later, default=len(scene.tokens))
            objects = _chain([p for p in own if start < p.first < stop], 0)
            return self._subject(group, own), objects or self._shared_objects(group)
        if group.role == "to":
            return self._controller(group), _chain(own, 0)
        if group.role == "reduced":
            before = [p for p in self.phrases(group.clause) if p.tokens[-1] == group.first - 1]
            return before, _NO_PHRASES
        if group.role in ("nominal", "ing"):
            of = [p for p in self.phrases(group.clause) if p.first > group.head and p.prep in scene.lexicon.of]
            return _NO_PHRASES, of[:1]
        if clause.kind == "rel" and self._bare_relative(clause.opener):
            return self._antecedent(group.clause), _chain(own, 0)
        at = self._subject_at(own, group)
        if at is None:
            shared = clause.parent is not None and (clause.shares_subject or clause.kind == "rel")
            subject = self._subject_of(clause.parent) if shared and clause.parent is not None else _NO_PHRASES
            return subject, _chain(own, 0)
        subject = _chain(own, at)
        return subject, _chain(own[:at], 0) if at else _chain(own, len(subject))

    def _shared_objects(self, group: Group) -> list[Phrase]:
        """The objects of the verb that "and" joins to this one: police shot and killed two men."""
        following = group.last + 2
        for number, clause in enumerate(self.scene.clauses):
            joined = (
                self.scene.main_group(number) if clause.shares_subject and clause.tokens[0] == following else None
            )
            if joined is not None and joined.head == following and clause.parent == group.clause:
                return _chain([p for p in self._stretch(joined) if not p.prep and p.first > joined.head], 0)
        return _NO_PHRASES

    def _last_joined(self, group: Group) -> int:
        """The verb after which the objects stand: the last of "shot and killed two men"."""
        scene, head = self.scene, group.last
        while scene.tags(head + 1) & COORD and any(g.head == head + 2 and g.role != "noun" for g in scene.groups):
            head += 2
        return head if head > group.last else group.head

    def _subject(self, group: Group, own: list[Phrase]) -> list[Phrase]:
        """The subject where it stands before its verb: of a clause, of an infinitive, of a participle."""
        scene = self.scene
        clause = scene.clauses[group.clause]
        if group.role == "to":
            return self._controller(group)
        if group.role == "reduced" or (group.role == "ing" and group.tense == "NONE"):
            return self._before(group)
        if clause.kind == "rel" and not clause.shares_subject and self._bare_relative(clause.opener):
            return self._antecedent(group.clause)
        at = self._subject_at(own, group)
        if at is not None:
            return _chain(own, at)
        shared = clause.parent is not None and (clause.shares_subject or clause.kind == "rel")
        return self._subject_of(clause.parent) if shared and clause.parent is not None else _NO_PHRASES

    def _before(self, group: Group) -> list[Phrase]:
        """Whom a participle speaks of: the phrase just before it, else the subject of the clause."""
        own = self.phrases(group.clause)
        before = [k for k, p in enumerate(own) if p.tokens[-1] == group.first - 1]
        if before and group.role == "reduced":
            k = before[0]
            while k and own[k].joined:
                k -= 1
            return _chain(own, k)
        main = self.scene.main_group(group.clause)
        if main is None or main is group:
            return _NO_PHRASES
        subject, objects = self._arguments(main)
        if main.entry.flags & FLAG_ALLEGE and not main.passive and main.head < group.head:
            return objects  # accused Egypt of supporting
        return subject

    def _subject_at(self, own: list[Phrase], group: Group) -> int | None:
        """Which bare phrase is the subject: the one before the finite verb, else the first after it."""
        if not own:
            return None
        scene = self.scene
        clause = scene.clauses[group.clause]
        if clause.shares_subject:
            return None
        if clause.kind in ("main", "fragment"):
            verb = clause.verb if clause.verb is not None else group.head
            if own[0].first < verb:
                if scene.lexicon.verb_second:
                    return self._pronoun_after(own, verb) or 0
                before = [k for k, p in enumerate(own) if p.first < verb]
                heads = [k for k in before if not own[k].joined]
                if heads and scene.tokens[verb - 1].surface == ",":
                    return heads[0]  # The general, a former ally, was
                return heads[-1] if heads else before[0]
            if clause.tokens[0] == verb and group.entry.flags & FLAG_SPEECH:
                return 0  # said the chief
            return 0 if scene.lexicon.verb_second else None
        return 0

    def _pronoun_after(self, own: list[Phrase], verb: int) -> int | None:
        """An object may stand first: "Dat zei hij", "Die wet wil zij wijzigen"."""
        if not self.scene.tags(verb + 1) & SUBJECT_PRONOUN:
            return None
        return next((k for k, p in enumerate(own) if p.first == verb + 1), None)

    def _bare_relative(self, opener: int | None) -> bool:
        return bool(opener is not None and self.scene.tags(opener) & REL_BARE)

    def _antecedent(self, number: int) -> list[Phrase]:
        """The phrase a relative pronoun stands for: the one just before it, or what that one belongs to."""
        clause = self.scene.clauses[number]
        if clause.opener is None or clause.parent is None:
            return _NO_PHRASES
        before = [p for p in self.phrases(clause.parent) if p.tokens[-1] < clause.opener]
        for back in range(len(before) - 1, -1, -1):
            phrase = before[back]
            if back and phrase.prep in self.scene.lexicon.of and self.scene.place_at(phrase.last) is not None:
                continue
            while back and before[back].joined:
                back -= 1
            return _chain(before, back)
        return _NO_PHRASES

    def _subject_of(self, number: int) -> list[Phrase]:
        main = self.scene.main_group(number)
        return self._arguments(main)[0] if main is not None else _NO_PHRASES

    def _controller(self, group: Group) -> list[Phrase]:
        """Whose infinitive it is: of who is asked, else of the subject."""
        scene = self.scene
        before = [g for g in scene.of(group.clause) if g.head < group.head and g.role != "noun"]
        governor = next((g for g in reversed(before) if g.role != "to"), None)
        if governor is None and not scene.lexicon.verb_second:
            own = [p for p in self.phrases(group.clause) if not p.prep and p.first < group.head]
            return _chain(own, next((k for k in range(len(own) - 1, -1, -1) if not own[k].joined), -1))
        if governor is None:
            return _NO_PHRASES
        subject, objects = self._arguments(governor)
        if governor.entry.flags & (FLAG_ASK | FLAG_ALLEGE) and not governor.passive:
            asked = objects or self._verb(governor)[1]
            return asked or (_NO_PHRASES if scene.lexicon.verb_second else subject)
        return subject

    # nouns

    def _noun(self, group: Group) -> tuple[list[Phrase], list[Phrase]]:
        """Actors and recipients of an event noun."""
        own = self.phrases(group.clause)
        actor = recipient = _NO_PHRASES
        following = self._following(group, own)
        if following:
            for role, sources in group.entry.slots:
                for source in sources:
                    hits = [p for p in following if p.prep == source.text and not self._is_where(group, role, p)]
                    if not hits:
                        continue
                    if role != "actor":
                        recipient = recipient + hits
                    elif not actor or source.text not in self.scene.lexicon.of:
                        actor = actor + hits
        return actor or self._noun_actors(group, own), recipient

    def _noun_actors(self, group: Group, own: list[Phrase]) -> list[Phrase]:
        """Who acts in an event where no phrase after its noun says so: a demonym before it, or its verb's subject."""
        phrase = next((p for p in own if p.first <= group.head <= p.last and group.head in p.tokens), None)
        adjective = self._adjective(group, phrase) if phrase is not None else _NO_PHRASES
        verb = self.scene.main_group(group.clause)
        if adjective or verb is None or not verb.entry.flags & FLAG_OCCUR:
            return adjective
        if verb.passive:
            return self._by(verb)
        subject, objects = self._arguments(verb)
        return subject if phrase in objects and phrase not in subject else _NO_PHRASES

    def _is_where(self, group: Group, role: str, phrase: Phrase) -> bool:
        """Whether a phrase says where a happening was and not whose it was: het toernooi van Miami."""
        if role != "actor" or len(phrase.tokens) > 1 or group.entry.event_type != "OTHER":
            return False
        spot = self.scene.place_at(phrase.first)
        return spot is not None and spot.mention.role == "mention"

    def _following(self, group: Group, own: list[Phrase]) -> list[Phrase]:
        """The run of phrases with a preposition that follows the noun."""
        run = _NO_PHRASES
        last = group.last
        for phrase in own:
            if phrase.first <= last:
                continue
            if not phrase.joined and (not phrase.prep or self._is_cut(last + 1, phrase.first)):
                break
            run = [*run, phrase]
            last = phrase.last
        return run

    def _is_cut(self, first: int, end: int) -> bool:
        """Whether a word of a verb or a break stands between."""
        return any(self.scene.uses[i] & VERBAL or self.scene.owner(i) == -1 for i in range(first, end))

    def _adjective(self, group: Group, phrase: Phrase) -> list[Phrase]:
        """A demonym before the noun: de Russische invasie."""
        for i in reversed(phrase.tokens):
            spot = self.scene.place_at(i) if i < group.first else None
            if spot is not None:
                return [Phrase([i], "")] if spot.is_demonym else _NO_PHRASES
        return _NO_PHRASES

    # who says so

    def _sources(self, group: Group, stance: Stance) -> list[Phrase]:
        own = self.phrases(group.clause)
        named = [p for p in own if p.prep and p.prep in self.scene.lexicon.attribution]
        if named:
            return named
        source = stance.source
        if source is None:
            return _NO_PHRASES
        if source.entry.flags & FLAG_EVID:
            reached, said = self._stretch(source), self.scene.lexicon.evidence_from
            return [p for p in reached if p.prep in said and not self._is_noun_event(p)]
        if source.role == "noun":
            return _NO_PHRASES
        if source.passive:
            return self._by(source)
        return self._arguments(source)[0]


def _chain(own: list[Phrase], at: int) -> list[Phrase]:
    """The phrase at a position and those coordinated with it."""
    if not 0 <= at < len(own):
        return _NO_PHRASES
    stop = at + 1
    while stop < len(own) and own[stop].joined:
        stop += 1
    return own if stop - at == len(own) else own[at:stop]
