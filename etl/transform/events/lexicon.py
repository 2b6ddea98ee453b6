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
from typing import Any, NamedTuple

from etl import languages
from etl.transform.events.inflection import Feature, noun_forms, rules, verb_forms


class Entry(NamedTuple):
    """A line of the lexicon."""

    lemma: str
    event_type: str
    mode: str | None
    slots: tuple[tuple[str, tuple[str, ...]], ...]
    need: tuple[str, ...]
    exclude: tuple[str, ...]
    flags: frozenset[str]
    particle: str
    companions: tuple[str, ...]
    source: str
    """File and line of its entry: events_verbs.csv:12."""

    @property
    def slot_words(self) -> frozenset[str]:
        """The prepositions that its slots name."""
        return frozenset(p for _, sources in self.slots for source in sources for p in source.split("/")) - {"s", "o"}


class Reading(NamedTuple):
    """One thing a form may be."""

    entry: Entry
    feature: Feature
    joined: bool
    """Whether the particle is written with it, or it has none."""


class Word(NamedTuple):
    """What the language's data say about a form, whatever stands around it."""

    tags: frozenset[str]
    verbs: tuple[Reading, ...]
    nouns: tuple[Entry, ...]
    modal: str | None
    governs: frozenset[str]
    features: frozenset[Feature]
    """What its verb readings can be, taken together."""
    is_auxiliary: bool
    """It can be an auxiliary or a modal."""
    is_finite_auxiliary: bool
    """It can be a finite auxiliary or a modal that says more than its verb."""
    joins: bool
    """It can open a clause."""
    triggers: bool
    """It can name an event, alone or with other words."""
    contexts: frozenset[str]
    """The PLOVER contexts that it gives an event beside it."""


_NAME = Word(frozenset(), (), (), None, frozenset(), frozenset(), False, False, False, False, frozenset())
AUXILIARIES = frozenset(
    {"have_pres", "have_past", "be_pres", "be_past", "pass_pres", "pass_past", "been", "do", "did", "got", "having"}
)
FINITE_AUXILIARIES = frozenset({"have_pres", "have_past", "be_pres", "be_past", "pass_pres", "pass_past", "do"})
_JOINERS = frozenset({"sub", "cond", "rel", "coord"})


_MOST_FORMS = 200_000
BREAKS = frozenset(",;:()[]–—\"“”„«»…!?.``''")


class Form(NamedTuple):
    """A word or mark as it is written."""

    low: str
    word: Word
    is_break: bool
    capital: int
    """0 none, 1 the first letter, 2 one after it too."""
    is_word: bool


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
        self._tags: defaultdict[str, set[str]] = defaultdict(set)
        for tag, listed in self.data["words"].items():
            for word in listed.split():
                self._tags[word].add(tag)
        self.modals = {w: kind for kind, listed in self.data["modals"].items() for w in listed.split()}
        times = defaultdict(frozenset, {k: frozenset(listed.split()) for k, listed in self.data["when"].items()})
        self.before, self.after, self.until = times["before"], times["after"], times["until"]
        self.topics = times["topics"]
        """Prepositions before an expression that is what the verb speaks of and not when it happened."""
        self.anchoring, self.since, self.after_openers = times["anchoring"], times["since"], times["after_openers"]
        self._read_people()
        self._governs: defaultdict[str, set[str]] = defaultdict(set)
        for kind, listed in self.data["governors"].items():
            for word in listed.split():
                self._governs[word].add(kind)
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
        self._words: dict[str, Word] = {}
        self.forms: dict[str, Form] = {}
        """What `form` has answered; kept small, for names and numbers have no end."""

    def _read_people(self) -> None:
        """What tells who takes part: prepositions, particles of names, numbers, offices and institutions."""
        words = {tag: frozenset(listed.split()) for tag, listed in self.data["words"].items()}
        self.attribution, self.of = words["attribution"], words["of"]
        self.passive_actor: str = self.data["slots"]["passive_actor"]
        people = {tag: frozenset(listed.split()) for tag, listed in self.data["people"].items()}
        self.name_particles, self.not_people = people["name_particles"], people["not_people"]
        self.evidence_from, self.empty_subjects = people["evidence_from"], people["empty_subjects"]
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
                frozenset(row["flags"].split()),
                particle,
                tuple(words[:-1] if before else words[1:]),
                f"events_verbs.csv:{line}",
            )
            if particle:
                self.particles.add(particle)
            for surface, feature in verb_forms(verb, self.language):
                if particle and joins:
                    self._verbs[particle + surface].append(Reading(entry, feature, True))
                if not particle or feature in ("PRES", "PAST", "INF"):
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
                frozenset(row["flags"].split()),
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
            tags, modal = frozenset(self._tags.get(low, ())), self.modals.get(low)
            verbs = () if low in self.numbers else tuple(self._verbs.get(low, ()))
            nouns = tuple(self._nouns.get(low, ())) or self._compound(low)
            known = self._words[low] = Word(
                tags,
                verbs,
                nouns,
                modal,
                frozenset(self._governs.get(low, ())),
                frozenset(r.feature for r in verbs),
                modal is not None or bool(tags & AUXILIARIES),
                (modal is not None and modal != "plain") or bool(tags & FINITE_AUXILIARIES),
                bool(tags & _JOINERS),
                bool(nouns) or any(r.entry.event_type for r in verbs),
                frozenset(kind for kind, parts in self._contexts if any(_is_part(part, low) for part in parts)),
            )
        return known

    def name(self, low: str) -> Word:
        """What a form is that is written in capitals: OM, ME, IS are no function words and no verbs."""
        word = self.word(low)
        return word if not word.tags and not word.verbs else _NAME._replace(nouns=word.nouns)

    def form(self, surface: str) -> "Form":
        """What a form is as it is written. Remembered by surface."""
        known = self.forms.get(surface)
        if known is None:
            if len(self.forms) >= _MOST_FORMS:
                self.forms.clear()
                self._words.clear()
                self._compound_actors.clear()
            low, first = surface.lower(), surface[0]
            is_acronym = len(surface) > 1 and surface.isupper()
            capital = first.isupper() and (2 if surface[1:].lower() != surface[1:] else 1)
            word = self.name(low) if is_acronym else self.word(low)
            known = self.forms[surface] = Form(low, word, surface in BREAKS, int(capital), first.isalnum())
        return known

    def _compound(self, low: str) -> tuple[Entry, ...]:
        """Nouns that a compound ends in: wapenlevering, anti-ICE-protest. The longest one counts."""
        if low in self._verbs or low in self._tags or not low[0].isalpha():
            return ()
        for cut in range(self._rest, len(low) - self._min + 1):
            found = self._nouns.get(low[cut:])
            if found:
                return tuple(e for e in found if not e.companions and not e.flags & {"x"})
        return ()


def _is_part(part: str, low: str) -> bool:
    """Whether a word begins or ends with a part, or holds one long enough to be no accident."""
    return low.startswith(part) or low.endswith(part) or (len(part) >= _LONG_PART and part in low)


_LONG_PART = 7
_ACTOR_MIN = 6  # letters an office must have to be found at the end of a compound


def _letters(cell: str | None) -> tuple[str, ...]:
    """The letters of a cell; few of them are a word of their own (`clause_text` sets spaces around words)."""
    parts = [part for part in (cell or "").split("|") if part.strip()]
    return tuple(f" {part.strip()} " if len(part.strip()) <= _SHORT else part for part in parts)


_SHORT = 3


@lru_cache
def load(language: str) -> Lexicon:
    """Build the lexicon of a language; remembered."""
    return Lexicon(language)
