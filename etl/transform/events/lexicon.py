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
"""

from collections import defaultdict
from functools import lru_cache
from typing import Any, Final, NamedTuple

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
    PRES,
    REL,
    SUB,
    bits,
)


class Entry:
    """A line of the lexicon."""

    def __init__(
        self,
        lemma: str,
        event_type: str,
        mode: str | None,
        slots: tuple[tuple[str, tuple[str, ...]], ...],
        need: tuple[str, ...],
        exclude: tuple[str, ...],
        flags: int,
        particle: str,
        companions: tuple[str, ...],
        source: str,
    ) -> None:
        self.lemma, self.event_type, self.mode, self.slots = lemma, event_type, mode, slots
        self.need, self.exclude, self.flags = need, exclude, flags
        self.particle, self.companions = particle, companions
        self.spaced_particle = f" {particle} "
        self.spaced_companions = tuple([f" {word} " for word in companions])
        """As they stand in the text of a clause (`clause_text`)."""
        self.is_free = not (particle or companions or need or exclude)
        """It asks nothing of its clause."""
        self.source = source
        """File and line of its entry: events_verbs.csv:12."""
        self.slot_words = frozenset(p for _, sources in slots for part in sources for p in part.split("/")) - {
            "s",
            "o",
        }
        """The prepositions that its slots name."""


class Reading:
    """One thing a form may be."""

    def __init__(self, entry: Entry, feature: int, joined: bool) -> None:
        self.entry, self.feature = entry, feature
        self.joined = joined
        """Whether the particle is written with it, or it has none."""


class Word:
    """What the language's data say about a form, whatever stands around it."""

    def __init__(
        self,
        tags: int,
        verbs: tuple[Reading, ...],
        nouns: tuple[Entry, ...],
        modal: str | None,
        governs: int,
        contexts: frozenset[str],
        is_bound: bool,
    ) -> None:
        self.tags, self.verbs, self.nouns, self.modal, self.governs = tags, verbs, nouns, modal, governs
        self.contexts = contexts
        """The PLOVER contexts that it gives an event beside it."""
        self.is_bound = is_bound
        """It says of a number that it is the least or the most."""
        self.features = 0
        """What its verb readings can be, taken together."""
        for reading in verbs:
            self.features |= reading.feature
        self.is_auxiliary = modal is not None or bool(tags & AUXILIARIES)
        """It can be an auxiliary or a modal."""
        self.is_finite_auxiliary = (modal is not None and modal != "plain") or bool(tags & FINITE_AUXILIARIES)
        """It can be a finite auxiliary or a modal that says more than its verb."""
        self.joins = bool(tags & _JOINERS)
        """It can open a clause."""
        self.triggers = bool(nouns) or any(r.entry.event_type for r in verbs)
        """It can name an event, alone or with other words."""
        self.governed: Modality | None = next((kind for bit, kind in _BY_GOVERNOR if governs & bit), None)
        """How sure it makes what it governs."""

    def as_name(self, is_modal: bool) -> "Word":
        """The form where it is a name: OM, ME, IS are no function words and no verbs; May is no modal."""
        if is_modal:
            word = Word(self.tags, self.verbs, self.nouns, None, self.governs, self.contexts, self.is_bound)
            word.is_auxiliary = word.is_finite_auxiliary = False
            return word
        if not self.tags and not self.verbs:
            return self
        word = Word(0, (), self.nouns, None, 0, frozenset(), self.is_bound)
        word.triggers = False
        return word


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
_MOST_RUNS: Final = 200_000
_LONG_RUN: Final = 60
BREAKS: Final = frozenset(",;:()[]–—\"“”„«»…!?.``''")


QUOTES: Final = frozenset('"“”„«»')


class Form:
    """A word or mark as it is written."""

    def __init__(self, surface: str, low: str, word: Word, bare: Word) -> None:
        self.surface, self.low, self.word = surface, low, word
        self.is_break = surface in BREAKS
        self.capital = (2 if surface[1:].lower() != surface[1:] else 1) if surface[0].isupper() else 0
        """0 none, 1 the first letter, 2 one after it too."""
        self.triggers = bare.triggers
        """It can name an event, as it stands or in a sentence of capitals, where it is no name."""
        self.is_quote = surface in QUOTES or surface in ("``", "''")
        self.opens = self.is_break and surface not in (",", "(")
        """The word after it may owe its capital to its place."""


class Run:
    """A run of characters without white space, cut: each word or mark with where it begins."""

    def __init__(self, text: str, forms: list[tuple[int, Form]]) -> None:
        self.text, self.forms = text, forms
        self.triggers = any(form.triggers for _, form in forms)
        """It can name an event."""


class Actor(NamedTuple):
    """An office, an institution or a group as `events_actors.csv` knows it."""

    sector: str
    country: str


class Lexicon:
    """All look-ups of a language. Built once by `load`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.data: dict[str, Any] = languages.toml(language, "events")
        self.verb_second: bool = self.data["order"] == "verb_second"
        self.aux_in_clause: bool = self.data["auxiliaries"] == "clause"
        self.perfect_of_be: bool = self.data["perfect_of_be"]
        noun_rules = rules(language).data["noun"]
        self._min, self._rest = noun_rules["compound_min"], noun_rules["compound_rest"]
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
        self.phrases: defaultdict[str, list[Entry]] = defaultdict(list)
        self._contexts = [(kind, listed.split()) for kind, listed in self.data.get("contexts", {}).items()]
        """Parts of words that show a context."""
        self.type_contexts = {kind: listed.split() for kind, listed in self.data.get("type_contexts", {}).items()}
        self.particles: set[str] = set()
        self._read_verbs()
        self._read_nouns()
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
        self.bounds = {w: kind for kind in ("least", "most", "about") for w in numbers[kind].split()}
        pairs = [pair.split("=") for pair in numbers["exact"].split()]
        self.numbers: dict[str, tuple[int, int | None]] = {word: (int(n), int(n)) for word, n in pairs}
        self.numbers |= {word: (int(n), None) for word, n in (pair.split("=") for pair in numbers["vague"].split())}
        rows = languages.table(self.language, "events_actors")
        self._actors = {r["word"]: Actor(r["sector"], r["country"]) for r in rows}
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
            parts = low.split("-")
            found = next((a for a in map(self._actors.get, parts) if a), None) if len(parts) > 1 else None
            self._compound_actors[low] = found or next(
                (a for cut in range(1, len(low) - _ACTOR_MIN + 1) if (a := self._actors.get(low[cut:]))), None
            )
        return self._compound_actors[low]

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
        return tuple((role, tuple(s for s in sources.split(",") if s)) for role, sources in pairs)

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
            if particle:
                self.particles.add(particle)
            for surface, name in verb_forms(verb, self.language):
                feature = bits((name,))
                if particle and joins:
                    self._verbs[particle + surface].append(Reading(entry, feature, True))
                if not particle or feature & (PRES | PAST | INF):
                    self._verbs[surface].append(Reading(entry, feature, not particle))

    def _read_nouns(self) -> None:
        for line, row in enumerate(languages.table(self.language, "events_nouns"), start=2):
            words = row["lemma"].split()
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
            for surface, _ in noun_forms(words[-1], row["plural"], self.language):
                self._nouns[surface].append(entry)

    def word(self, low: str) -> Word:
        """What a form in lower case may be. Remembered by surface."""
        known = self._words.get(low)
        if known is None:
            verbs = () if low in self.numbers else tuple(self._verbs.get(low, ()))
            known = self._words[low] = Word(
                self._tags.get(low, 0),
                verbs,
                tuple(self._nouns.get(low, ())) or self._compound(low),
                self.modals.get(low),
                self._governs.get(low, 0),
                frozenset(kind for kind, parts in self._contexts if any(_is_part(part, low) for part in parts)),
                self.bounds.get(low) in ("least", "most"),
            )
        return known

    def contexts_of(self, entry: Entry) -> list[str]:
        """The contexts that an event's type and mode give it."""
        if not self.type_contexts:
            return []
        by_mode = self.type_contexts.get(f"{entry.event_type}/{entry.mode}", [])
        return [*self.type_contexts.get(entry.event_type, []), *by_mode]

    def form(self, surface: str) -> Form:
        """What a form is as it is written. Remembered by surface."""
        known = self._forms.get(surface)
        if known is None:
            if len(self._forms) >= _MOST_RUNS:
                self._forget()
            low = surface.lower()
            bare = self.word(low)
            word = bare.as_name(False) if len(surface) > 1 and surface.isupper() else bare
            known = self._forms[surface] = Form(surface, low, word, bare)
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
        if low in self._verbs or low in self._tags or not low[0].isalpha():
            return ()
        for cut in range(self._rest, len(low) - self._min + 1):
            found = self._nouns.get(low[cut:])
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


def _is_part(part: str, low: str) -> bool:
    """Whether a word begins or ends with a part, or holds one long enough to be no accident."""
    return low.startswith(part) or low.endswith(part) or (len(part) >= _LONG_PART and part in low)


_LONG_PART: Final = 7
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
