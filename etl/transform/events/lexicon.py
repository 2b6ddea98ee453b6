"""The event lexicon of a language: every inflected form, and what it may stand for.

What belongs here: reading `events_verbs.csv`, `events_nouns.csv` and `events.toml` into look-ups. What does not:
how forms are built (`inflection`), and what a clause makes of them (`verbs`, `nouns`).

A line of `events_verbs.csv` is one verb or verb phrase:

    lemma   op|pakken (the bar: a particle that comes off), bezoek brengen, call off
    type    PLOVER type, STATEMENT or OTHER; empty: a verb that is no event and only shows where clauses are
    mode    PLOVER mode
    slots   who is what, where it differs from the type's default in events.toml: `actor=s,met recipient=o`
            (s subject, o object, else a preposition)
    need    letters of which at least one must stand in the clause, separated by |; three or fewer are a whole word
    not     letters of which none may stand in it
    flags   state, zijn, speech, ask, promise, wish, deny, refuse, allege, claim, evid, impl, occur, subjrec, there
            (the object is where it happened), bare (what is said may follow without a conjunction)

A line of `events_nouns.csv` is one noun: lemma, plural (where the rule does not give it), type, mode, need, flags (x:
it is not looked for at the end of compounds). A noun without a type is no event, nor is what ends in it: aardappel is
no appel.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Any, Final, NamedTuple

from mypy_extensions import i64, mypyc_attr

from etl import languages
from etl.schema.core import Modality
from etl.transform.events.inflection import noun_forms, rules, verb_forms
from etl.transform.events.marks import (
    BE_PAST,
    BE_PRES,
    BEEN,
    COND,
    COORD,
    DID,
    DO,
    FLAG_X,
    GOT,
    GOV_ALLEGED,
    GOV_FUTURE,
    GOV_HYPOTHETICAL,
    GOV_POSSIBLE,
    GOV_REPORTED,
    HAVE_PAST,
    HAVE_PRES,
    HAVING,
    INF,
    PASS_PAST,
    PASS_PRES,
    PAST,
    PREP,
    PRES,
    REFLEXIVE,
    REL,
    SUB,
    TO,
    bits,
)


@mypyc_attr(acyclic=True)
class Source:
    """Where a role is looked for: `s` the subject, `o` the object, else after a preposition; of `to/o` the first."""

    def __init__(self, text: str) -> None:
        self.text, self.parts = text, tuple(text.split("/"))
        self.is_subject, self.is_object = text == "s", text == "o"


@mypyc_attr(acyclic=True)
class Entry:
    """A line of the lexicon."""

    def __init__(
        self,
        lemma: str,
        event_type: str,
        mode: str | None,
        slots: tuple[tuple[str, tuple[Source, ...]], ...],
        need: tuple[str, ...],
        exclude: tuple[str, ...],
        flags: i64,
        particle: str,
        companions: tuple[str, ...],
        source: str,
    ) -> None:
        self.lemma, self.event_type, self.mode, self.slots = lemma, event_type, mode, slots
        self.need, self.exclude, self.flags = need, exclude, flags
        self.particle, self.companions = particle, companions
        self.takes_all = not (need or exclude)
        """It asks for no letters in its clause and excludes none."""
        self.source = source
        """File and line of its entry: events_verbs.csv:12."""
        self.slot_words = frozenset(p for _, sources in slots for source in sources for p in source.parts) - {
            "s",
            "o",
        }
        """The prepositions that its slots name."""
        self.contexts: i64 = 0
        """The PLOVER contexts that its type and mode give, as bits of `Lexicon.contexts`."""


@mypyc_attr(acyclic=True)
class Reading:
    """One thing a form may be."""

    def __init__(self, entry: Entry, feature: i64, of_form: i64, joined: bool, asks: i64) -> None:
        self.entry, self.feature = entry, feature
        self.told: i64 = PAST if of_form & PAST and not of_form & PRES else feature
        """What a group takes the form for, of all that it can be (`of_form`)."""
        self.explains = bool(entry.event_type) + 6 * len(entry.companions) + 2 * bool(entry.need)
        """How much of a clause it explains: a phrase more than a particle, letters more than a bare verb."""
        if entry.particle:
            self.explains += 8
        self.joined = joined
        """Whether the particle is written with it, or it has none."""
        self.asks = asks
        """The signs of the words that must stand in its clause."""


class Actor(NamedTuple):
    """An office, an institution or a group as `events_actors.csv` knows it."""

    sector: str
    country: str


@mypyc_attr(acyclic=True)
class Person:
    """What a form in lower case says of who takes part, be it a name or not."""

    def __init__(
        self,
        actor: Actor | None,
        number: tuple[int, int | None] | None,
        is_number: bool,
        is_decimal: bool,
        bound: str,
        is_particle: bool,
        is_no_person: bool,
        ends_name: bool,
    ) -> None:
        self.actor = actor
        self.number = number
        """The least and the most it stands for."""
        self.is_number, self.is_decimal = is_number, is_decimal
        """A word for a number; a number in digits."""
        self.bound = bound
        """What it says of a number: `least`, `most` or `about`, else nothing."""
        self.is_bound = bound in ("least", "most")
        self.is_particle = is_particle
        """It may be part of a name: van, de."""
        self.is_no_person = is_no_person
        """A number before it counts no people."""
        self.ends_name = ends_name
        """It is the last word of a name in the table."""


@mypyc_attr(acyclic=True)
class Word:
    """What the language's data say about a form, whatever stands around it."""

    def __init__(
        self,
        tags: i64,
        verbs: tuple[Reading, ...],
        nouns: tuple[Entry, ...],
        modal: str | None,
        governs: i64,
        contexts: i64,
        sign: i64,
        person: Person,
    ) -> None:
        self.tags, self.verbs, self.nouns, self.modal, self.governs = tags, verbs, nouns, modal, governs
        self.ranked = tuple(sorted(verbs, key=_explains)) if len(verbs) > 1 else verbs
        """Its verb readings, those first that explain most of a clause."""
        self.contexts = contexts
        """The PLOVER contexts that it gives an event beside it, as bits of `Lexicon.contexts`."""
        self.sign = sign
        """What readings can ask for that it is."""
        self.person = person
        self.features: i64 = 0
        """What its verb readings can be, taken together."""
        for reading in verbs:
            self.features |= reading.feature
        self.is_auxiliary = modal is not None or bool(tags & AUXILIARIES)
        """It can be an auxiliary or a modal."""
        self.is_finite_auxiliary = (modal is not None and modal != "plain") or bool(tags & FINITE_AUXILIARIES)
        """It can be a finite auxiliary or a modal that says more than its verb."""
        self.only_helps = bool(tags & AUXILIARIES) and not any(r.entry.companions for r in verbs)
        """It is an auxiliary wherever it stands: no phrase of the lexicon has it for its verb."""
        self.joins = bool(tags & _JOINERS)
        """It can open a clause."""
        asked = _asked(verbs) if verbs else ()
        self.triggers = bool(nouns) or 0 in asked
        """It can name an event by itself."""
        self.asks = () if self.triggers else asked
        """The signs of what must stand beside it for it to name an event."""
        self.tells = bool(nouns) or bool(asked)
        """It can name an event, alone or with other words."""
        self.governed = _governed(governs) if governs else None
        """How sure it makes what it governs."""

    def as_name(self, is_modal: bool) -> "Word":
        """The form where it is a name: OM, ME, IS are no function words and no verbs; May is no modal."""
        if is_modal:
            word = Word(self.tags, self.verbs, self.nouns, None, self.governs, self.contexts, self.sign, self.person)
            word.is_auxiliary = word.is_finite_auxiliary = False
            return word
        if not self.tags and not self.verbs:
            return self
        word = Word(0, (), self.nouns, None, 0, 0, self.sign, self.person)
        word.tells = False
        return word


def _asked(verbs: tuple[Reading, ...]) -> tuple[int, ...]:
    """The signs of what must stand beside a form for any of its readings to name an event, each once, in order."""
    return tuple(sorted({int(reading.asks) for reading in verbs if reading.entry.event_type}))


def _governed(governs: i64) -> Modality | None:
    for bit, kind in _BY_GOVERNOR:
        if governs & bit:
            return kind
    return None


def _explains(reading: Reading) -> int:
    return -reading.explains


_BY_GOVERNOR: Final[tuple[tuple[int, Modality], ...]] = (
    (GOV_HYPOTHETICAL, "hypothetical"),
    (GOV_POSSIBLE, "possible"),
    (GOV_FUTURE, "future"),
    (GOV_ALLEGED, "alleged"),
    (GOV_REPORTED, "reported"),
)
"""The first that fits counts."""
AUXILIARIES: Final = (
    HAVE_PRES | HAVE_PAST | BE_PRES | BE_PAST | PASS_PRES | PASS_PAST | BEEN | DO | DID | GOT | HAVING
)
FINITE_AUXILIARIES: Final = HAVE_PRES | HAVE_PAST | BE_PRES | BE_PAST | PASS_PRES | PASS_PAST | DO
_JOINERS: Final = SUB | COND | REL | COORD
_FINITE: Final = PRES | PAST
_APART: Final = PRES | PAST | INF
"""What a form can be whose particle stands apart."""
_MOST_RUNS: Final = 50_000
"""Forms, and runs of words, that are remembered: some 70 MB. More are no faster where every title has a new name."""
_LONG_RUN: Final = 60
_MOST_SIGNS: Final = 60
_SMALL_SIGNS: Final = 15
_REFLEXIVE_SIGN: Final = 1 << 60
REFLEXIVES: Final = frozenset({"zich", "oneself"})
"""How the lexicon writes a reflexive companion: it stands for all of them."""
BREAKS: Final = frozenset(",;:()[]–—\"“”„«»…!?.``''")


QUOTES: Final = frozenset('"“”„«»')


@mypyc_attr(acyclic=True)
class Token:
    """A word or mark as it stands in a sentence, the same object wherever it stands in that way."""

    def __init__(self, surface: str, low: str, word: Word, is_name: bool) -> None:
        self.surface, self.low, self.word = surface, low, word
        self.tags, self.features, self.tells = word.tags, word.features, word.tells
        self.sign, self.contexts = word.sign, word.contexts
        self.is_auxiliary, self.joins = word.is_auxiliary, word.joins
        self.person = word.person
        self.is_bound, self.has_number = word.person.is_bound, word.person.number is not None
        self.is_small = bool(word.tags) or self.is_bound
        """It is a small word, or says how many: it may stand between phrases."""
        self.is_noun = bool(word.nouns)
        """It can be a noun that names an event."""
        self.is_verb = bool(word.verbs) and not is_name and not word.only_helps
        """It can be a verb of its own."""
        self.may_be_finite = word.is_finite_auxiliary or (
            bool(word.verbs) and not is_name and bool(word.features & _FINITE) and not word.tags & PREP
        )
        self.helps = word.is_auxiliary or bool(word.tags & TO)
        """It can be an auxiliary, a modal or the "to" of an infinitive."""
        self.length = len(surface)
        self.is_break = surface in BREAKS
        self.is_quote = surface in QUOTES or surface in ("``", "''")
        self.is_plain = not (self.is_break or self.is_quote or self.joins)
        """It neither ends a clause nor opens one."""
        self.is_idle = self.is_plain and not (
            self.may_be_finite
            or self.is_auxiliary
            or self.is_verb
            or self.is_noun
            or word.tags
            or word.sign
            or word.contexts
        )
        """A clause only has it."""
        self.is_capital = surface[0].isupper()
        self.is_name = is_name
        """Written with a capital where the sentence does not ask for one."""


@mypyc_attr(acyclic=True)
class Form:
    """A word or mark as it is written."""

    def __init__(self, surface: str, low: str, word: Word, bare: Word, verb_second: bool) -> None:
        self.surface = surface
        capital = (2 if surface[1:].lower() != surface[1:] else 1) if surface[0].isupper() else 0
        self.opening = _token(surface, low, word, capital == 2, verb_second)
        """Where the sentence begins with it, so that a capital may be owed to its place."""
        self.inner = self.opening if capital != 1 else _token(surface, low, word, True, verb_second)
        """Anywhere else."""
        self.shouted_opening, self.shouted = self.opening, self.inner
        """In a sentence of capitals, where they tell no name from another word."""
        if word is not bare:
            self.shouted_opening = _token(surface, low, bare, capital == 2, verb_second)
            self.shouted = self.shouted_opening if capital != 1 else _token(surface, low, bare, True, verb_second)
        self.bare = bare
        self.tells = self.helps = False
        """It can name an event, alone or with others; it can be an auxiliary or the like; as it stands anywhere."""
        for token in (self.opening, self.inner, self.shouted_opening, self.shouted):
            self.tells, self.helps = self.tells or token.tells, self.helps or token.helps
        self.opens = self.opening.is_break and surface not in (",", "(")
        """The word after it may owe its capital to its place."""


def _token(surface: str, low: str, word: Word, is_name: bool, verb_second: bool) -> Token:
    if is_name and word.modal is not None and not verb_second:
        word = word.as_name(True)  # in May
    return Token(surface, low, word, is_name)


@mypyc_attr(acyclic=True)
class Run:
    """A run of characters without white space, cut into words and marks that leave no character between them."""

    def __init__(self, forms: list[Form]) -> None:
        self.forms = forms
        self.opening = self.read(True, False)
        """Its tokens where the sentence begins with it, so that its first capital may be owed to its place."""
        self.inner = self.read(False, False)
        """Its tokens anywhere else."""
        self.opens = forms[-1].opens
        """The word after it may owe its capital to its place."""
        self.triggers = False
        """It can name an event by itself, as it stands or in a sentence of capitals, where it is no name."""
        self.tells = self.helps = False
        """As its forms do."""
        self.sign: i64 = 0
        asks: tuple[int, ...] = ()
        for form in forms:
            bare = form.bare
            self.tells, self.helps = self.tells or form.tells, self.helps or form.helps
            self.triggers = self.triggers or bare.triggers
            self.sign |= bare.sign
            if bare.asks:
                asks = tuple(sorted({*asks, *bare.asks})) if asks else bare.asks
        self.asks = () if self.triggers else asks
        """The signs of what must stand beside it for it to name an event."""
        self.is_quiet = not (self.triggers or self.asks or self.sign or self.tells or self.helps)
        """None of these holds for it."""

    def read(self, opening: bool, shouted: bool) -> tuple[Token, ...]:
        """Its tokens, where the sentence begins with it or not, in a sentence of capitals or in another one."""
        tokens: list[Token] = []
        for form in self.forms:
            if shouted:
                tokens.append(form.shouted_opening if opening else form.shouted)
            else:
                tokens.append(form.opening if opening else form.inner)
            opening = form.opens
        return tuple(tokens)


class Lexicon:
    """All look-ups of a language. Built once by `load`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.data: dict[str, Any] = languages.toml(language, "events")
        self.verb_second: bool = self.data["order"] == "verb_second"
        self.aux_in_clause: bool = self.data["auxiliaries"] == "clause"
        self.perfect_of_be: bool = self.data["perfect_of_be"]
        noun_rules = rules(language).data["noun"]
        self._min: int = noun_rules["compound_min"]
        self._rest: int = noun_rules["compound_rest"]
        self._tags = _masks(self.data["words"], "")
        self.modals = {w: kind for kind, listed in self.data["modals"].items() for w in listed.split()}
        times = defaultdict(frozenset, {k: frozenset(listed.split()) for k, listed in self.data["when"].items()})
        self.before, self.after, self.until = times["before"], times["after"], times["until"]
        self.topics = times["topics"]
        """Prepositions before an expression that is what the verb speaks of and not when it happened."""
        self.anchoring, self.since, self.after_openers = times["anchoring"], times["since"], times["after_openers"]
        self._read_people()
        self._governs = _masks(self.data["governors"], "GOV_")
        self._verbs: defaultdict[str, list[Reading]] = defaultdict(list)
        self._nouns: defaultdict[str, list[Entry]] = defaultdict(list)
        self._no_events: set[str] = set()
        """Nouns that end in one of those and are none."""
        self.phrases: defaultdict[str, list[Entry]] = defaultdict(list)
        of_words = self.data.get("contexts", {})
        self._type_contexts = {kind: listed.split() for kind, listed in self.data.get("type_contexts", {}).items()}
        self.contexts = sorted({*of_words, *chain.from_iterable(self._type_contexts.values())})
        """The PLOVER contexts that words, types and modes can give."""
        self._parts: dict[str, int] = {}
        """Parts of words that show contexts, with those."""
        for kind, listed in of_words.items():
            for part in listed.split():
                self._parts[part] = self._parts.get(part, 0) | self._context_bits([kind])
        self._opening = min(map(len, self._parts), default=0)
        self._parts_by_opening: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        """The same by as many letters as the shortest has: at few places of a word any of them can begin."""
        for part, shown in self._parts.items():
            self._parts_by_opening[part[: self._opening]].append((part, shown))
        self._named_contexts: dict[int, tuple[str, ...]] = {}
        self._signs: dict[str, int] = {}
        """A bit of each word that readings ask for. As there are more words than bits, some share one, but none of
        the small words, which stand in every sentence, shares one with the rest."""
        self.particles: set[str] = set()
        self._read_verbs()
        self._read_nouns()
        self._noun_ends = {word[-self._min :] for word in chain(self._nouns, self._no_events)}
        """The last letters of the nouns that a compound can end in: few words end in any of them."""
        self.bare_passives = frozenset(self.data.get("bare_passives", "").split())
        """Verbs whose past form, followed by a preposition, is a passive in a headline."""
        self.charged_with = frozenset(self.data.get("charged_with", "").split())
        """Prepositions between who is accused and what of."""
        self.clitics: str = self.data.get("clitics", "")
        self.nominalisers = frozenset(self.data["nominalisers"])
        """What makes a noun of an infinitive: het."""
        self._words: dict[str, Word] = {}
        self._forms: dict[str, Form] = {}
        self.runs: dict[str, Run] = {}
        """What `tokens` has cut. All three are kept small, for names and numbers have no end."""

    def _read_people(self) -> None:
        """What tells who takes part: prepositions, particles of names, numbers, offices and institutions."""
        words = {tag: frozenset(listed.split()) for tag, listed in self.data["words"].items()}
        self.attribution, self.of = words["attribution"], words["of"]
        self.passive_actor: str = self.data["slots"]["passive_actor"]
        people = {tag: frozenset(listed.split()) for tag, listed in self.data["people"].items()}
        self.name_particles, self.not_people = people["name_particles"], people["not_people"]
        self.evidence_from = people["evidence_from"]
        self.empty_subjects = people["empty_subjects"]
        numbers = self.data["numbers"]
        self._bounds = {w: kind for kind in ("least", "most", "about") for w in numbers[kind].split()}
        pairs = [pair.split("=") for pair in numbers["exact"].split()]
        self.numbers: dict[str, tuple[int, int | None]] = {word: (int(n), int(n)) for word, n in pairs}
        self.numbers |= {word: (int(n), None) for word, n in (pair.split("=") for pair in numbers["vague"].split())}
        rows = languages.table(self.language, "events_actors")
        self._actors = {r["word"]: Actor(r["sector"], r["country"]) for r in rows}
        self._actor_ends = {word[-_ACTOR_MIN:] for word in self._actors}
        """The last letters of each: few words end in any of them."""
        self._compound_actors: dict[str, Actor | None] = {}
        self.name_ends = frozenset(word.rpartition(" ")[2] for word in self._actors if " " in word)
        """Last words of names of several words in the table."""

    def actor(self, low: str) -> Actor | None:
        """What a word or a name in lower case says of who bears it; a compound is what one of its parts is."""
        if low in self._actors:
            return self._actors[low]
        if " " in low:
            return None
        if low not in self._compound_actors:
            self._compound_actors[low] = self._compound_actor(low)
        return self._compound_actors[low]

    def _compound_actor(self, low: str) -> Actor | None:
        if "-" in low:
            for part in low.split("-"):
                if part in self._actors:
                    return self._actors[part]
        if low[-_ACTOR_MIN:] in self._actor_ends:
            for cut in range(1, len(low) - _ACTOR_MIN + 1):
                if low[cut:] in self._actors:
                    return self._actors[low[cut:]]
        return None

    def _slots(self, given: str, event_type: str, mode: str, lemma: str, table: str) -> Any:
        known = self.data[table]
        pattern = (
            given
            or known.get(lemma)
            or known.get(f"{event_type}/{mode}")
            or known.get(event_type)
            or known["default"]
        )
        pairs = (part.split("=", 1) for part in pattern.split())
        return tuple((role, tuple(Source(s) for s in sources.split(",") if s)) for role, sources in pairs)

    def _read_verbs(self) -> None:
        inflection = rules(self.language).data
        bar, joins = inflection["separator"], inflection["particle_joins"]
        before = self.data["companions"] == "before"
        for line, row in enumerate(languages.table(self.language, "events_verbs"), start=2):
            words = row["lemma"].split()
            head = words[-1] if before else words[0]
            particle, _, verb = head.rpartition(bar)
            entry = Entry(
                row["lemma"].replace(bar, ""),
                row["type"],
                row["mode"] or None,
                self._slots(row["slots"], row["type"], row["mode"], row["lemma"], "slots"),
                _letters(row["need"]),
                _letters(row["not"]),
                bits(row["flags"].split(), "FLAG_"),
                particle,
                tuple(words[:-1] if before else words[1:]),
                f"events_verbs.csv:{line}",
            )
            entry.contexts = self._contexts_of(entry)
            asks = self._sign_of(entry.companions)
            apart = asks | self._sign_of((particle,)) if particle else asks
            if particle:
                self.particles.add(particle)
            forms = [(surface, bits((name,))) for surface, name in verb_forms(verb, self.language)]
            of_forms: defaultdict[str, int] = defaultdict(int)
            for surface, feature in forms:
                of_forms[surface] |= feature
            for surface, feature in forms:
                whole = of_forms[surface]
                if particle and joins:
                    self._verbs[particle + surface].append(Reading(entry, feature, whole, True, asks))
                if not particle or feature & _APART:
                    of_form = whole & _APART if particle else whole
                    self._verbs[surface].append(Reading(entry, feature, of_form, not particle, apart))

    def _read_nouns(self) -> None:
        for line, row in enumerate(languages.table(self.language, "events_nouns"), start=2):
            words = row["lemma"].split()
            if not row["type"]:
                self._no_events.update(surface for surface, _ in noun_forms(words[-1], row["plural"], self.language))
                continue
            entry = Entry(
                row["lemma"],
                row["type"],
                row["mode"] or None,
                self._slots("", row["type"], row["mode"], row["lemma"], "noun_slots"),
                _letters(row["need"]),
                (),
                bits(row["flags"].split(), "FLAG_"),
                "",
                tuple(words[:-1]),
                f"events_nouns.csv:{line}",
            )
            entry.contexts = self._contexts_of(entry)
            for surface, _ in noun_forms(words[-1], row["plural"], self.language):
                self._nouns[surface].append(entry)

    def word(self, low: str) -> Word:
        """What a form in lower case may be. Remembered by surface."""
        known = self._words.get(low)
        if known is None:
            verbs = () if low in self.numbers else tuple(self._verbs.get(low, ()))
            tags = self._tags.get(low, 0)
            known = self._words[low] = Word(
                tags,
                verbs,
                tuple(self._nouns.get(low, ())) or self._compound(low),
                self.modals.get(low),
                self._governs.get(low, 0),
                self._shown(low),
                self._signs.get(low, 0) | (_REFLEXIVE_SIGN if tags & REFLEXIVE or low in REFLEXIVES else 0),
                self._person(low),
            )
        return known

    def _person(self, low: str) -> Person:
        return Person(
            self.actor(low),
            _number(low, self.numbers),
            low in self.numbers,
            low.isdecimal(),
            self._bounds.get(low, ""),
            low in self.name_particles,
            low in self.not_people,
            low in self.name_ends,
        )

    def _sign_of(self, words: tuple[str, ...]) -> int:
        """The signs of words that a reading asks for."""
        signs = 0
        for word in words:
            known = _REFLEXIVE_SIGN if word in REFLEXIVES else self._signs.get(word)
            if known is None:
                first, n = (0, _SMALL_SIGNS) if word in self._tags else (_SMALL_SIGNS, _MOST_SIGNS - _SMALL_SIGNS)
                known = self._signs[word] = 1 << (first + len(self._signs) % n)
            signs |= known
        return signs

    def _shown(self, low: str) -> int:
        """The contexts that a word shows: by what it begins or ends with, or holds if that is no accident."""
        result = 0
        if not self._opening:
            return result
        for at in range(len(low) - self._opening + 1):
            found = self._parts_by_opening.get(low[at : at + self._opening])
            if found is None:
                continue
            for part, shown in found:
                is_end = at == 0 or at + len(part) == len(low)
                if (is_end or len(part) >= _LONG_PART) and low.startswith(part, at):
                    result |= shown
        return result

    def _context_bits(self, kinds: Iterable[str]) -> int:
        result = 0
        for kind in kinds:
            result |= 1 << self.contexts.index(kind)
        return result

    def _contexts_of(self, entry: Entry) -> int:
        """The contexts that an event's type and mode give it."""
        by_type, by_mode = entry.event_type, f"{entry.event_type}/{entry.mode}"
        return self._context_bits([*self._type_contexts.get(by_type, []), *self._type_contexts.get(by_mode, [])])

    def named_contexts(self, contexts: int) -> tuple[str, ...]:
        """The names of contexts, in order."""
        if not contexts:
            return ()
        known = self._named_contexts.get(contexts)
        if known is None:
            known = tuple(name for i, name in enumerate(self.contexts) if contexts >> i & 1)
            self._named_contexts[contexts] = known
        return known

    def form(self, surface: str) -> Form:
        """What a form is as it is written. Remembered by surface."""
        known = self._forms.get(surface)
        if known is None:
            if len(self._forms) >= _MOST_RUNS:
                self._forget()
            low = surface.lower()
            bare = self.word(low)
            word = bare.as_name(False) if len(surface) > 1 and surface.isupper() else bare
            known = self._forms[surface] = Form(surface, low, word, bare, self.verb_second)
        return known

    def remember(self, text: str, run: Run) -> Run:
        """Keep what a run is cut into, unless it is so long that no other text will have it."""
        if len(self.runs) >= _MOST_RUNS:
            self._forget()
        if len(text) <= _LONG_RUN:
            self.runs[text] = run
        return run

    def _forget(self) -> None:
        for memory in (self.runs, self._forms, self._words, self._compound_actors):
            memory.clear()

    def _compound(self, low: str) -> tuple[Entry, ...]:
        """Nouns that a compound ends in: wapenlevering, anti-ICE-protest. The longest one counts."""
        if low in self._verbs or low in self._tags or low in self._no_events or not low[0].isalpha():
            return ()
        if low[-self._min :] not in self._noun_ends:
            return ()
        for cut in range(self._rest, len(low) - self._min + 1):
            end = low[cut:]
            if end in self._no_events:
                return ()
            found = self._nouns.get(end)
            if found:
                return tuple(e for e in found if not e.companions and not e.flags & FLAG_X)
        return ()


def _masks(lists: dict[str, str], prefix: str) -> dict[str, int]:
    """The classes of each word, from the words of each class."""
    found: defaultdict[str, int] = defaultdict(int)
    for name, listed in lists.items():
        for word in listed.split():
            found[word] |= bits((name,), prefix)
    return dict(found)


def _number(word: str, numbers: dict[str, tuple[int, int | None]]) -> tuple[int, int | None] | None:
    """The least and the most that a word or digits stand for."""
    if word in numbers:
        return numbers[word]
    if not word[0].isdigit() or not _DIGITS.fullmatch(word):
        return None
    value = int(word.replace(".", "").replace(",", ""))
    return value, value


_DIGITS: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})*|\d+")
_LONG_PART: Final = 7  # letters of a part that is looked for inside a word too
_ACTOR_MIN: Final = 6  # letters an office must have to be found at the end of a compound


def _letters(cell: str | None) -> tuple[str, ...]:
    """The letters of a cell; few of them are a word of their own (`clause_text` sets spaces around words)."""
    parts = [part for part in (cell or "").split("|") if part.strip()]
    return tuple(f" {part.strip()} " if len(part.strip()) <= _SHORT else part for part in parts)


_SHORT: Final = 3


@lru_cache
def load(language: str) -> Lexicon:
    """Build the lexicon of a language; remembered."""
    return Lexicon(language)
