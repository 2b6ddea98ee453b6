"""Noun phrases of a clause: where each begins and ends, and the preposition before it.

A phrase runs from its article to its last noun; what a preposition adds ("van het land") is a phrase of its own.
"""

from typing import Final

from mypy_extensions import i64, mypyc_attr

from etl.transform.events.clauses import NO_TOKENS, Clause, one
from etl.transform.events.lexicon import Token
from etl.transform.events.marks import (
    ADVERB,
    AND,
    ARTICLE,
    COND,
    COORD,
    DEF,
    INDEF,
    NEG,
    OF,
    PREP,
    PRONOUN,
    REL,
    SUB,
    THEN,
)
from etl.transform.events.scene import COMPANION, COVERED, SLOT_WORD, VERBAL, Scene


@mypyc_attr(acyclic=True, free_list_len=1)
class Identity:
    """What is known of a participant; `first` and `last` are the tokens of its surface."""

    def __init__(
        self,
        first: int,
        last: int,
        name: str | None,
        country_code: str | None,
        sector: str | None,
        quantity: tuple[int | None, int | None],
    ) -> None:
        self.first, self.last, self.name = first, last, name
        self.country_code, self.sector = country_code, sector
        self.quantity_min, self.quantity_max = quantity


@mypyc_attr(acyclic=True, free_list_len=1)
class Phrase:
    """A noun phrase; `tokens` are contiguous indexes, never changed."""

    def __init__(self, tokens: list[int], prep: str, pronoun: bool = False, joined: bool = False) -> None:
        self.tokens = tokens
        self.first, self.last = tokens[0], tokens[-1]
        """Its first token, the article excluded unless it is all there is; its last one."""
        self.prep = prep
        """The preposition before it, or an empty string."""
        self.pronoun = pronoun
        self.joined = joined
        """Coordinated with the phrase before it: Rusland en China."""
        self.identity: Identity | None = None
        """Who it speaks of, once somebody asks (`identity.identify`)."""
        self.party: bool | None = None
        """Whether it speaks of who can act, once somebody asks (`Cast`)."""


def phrases(scene: Scene, clause: Clause) -> list[Phrase]:
    """The noun phrases of a clause in order."""
    return _Chunker(scene, clause).run()


@mypyc_attr(acyclic=True, free_list_len=1)
class _Chunker:
    def __init__(self, scene: Scene, clause: Clause) -> None:
        self.scene, self.clause = scene, clause
        self.found: list[Phrase] = []
        self.current = NO_TOKENS
        self.determined = False
        self.prep, self.joiner = "", False

    def run(self) -> list[Phrase]:
        scene, last = self.scene, -2
        tokens, uses, has_places = scene.tokens, scene.uses, scene.has_places
        opener = -1 if self.clause.opener is None else self.clause.opener
        for i in self.clause.tokens:
            if i != last + 1 and last >= 0:
                self._comma(last, i)
            last = i
            token = tokens[i]
            if uses[i] & (VERBAL | COVERED) or i == opener:
                self._end(i)
            elif not (token.is_small and self._takes(i, token)):
                if self.current and has_places and self._splits(i):
                    self._close()
                self.current = self.current + one(i) if self.current else one(i)
        self._close()
        if len(self.found) > 2:
            self._enumerations()
        return self.found

    def _takes(self, i: int, token: Token) -> bool:
        """Take a small word: a conjunction, or what ends a phrase or begins one; not what stands inside one."""
        tags = token.tags
        if tags & COORD and not tags & DEF:
            self._close()
            scene = self.scene
            self.joiner = bool(tags & AND) and (scene.lexicon.verb_second or not scene.uses[i - 1] & VERBAL)
            return True
        if tags & _JOINING or token.is_bound:
            return self._joins(i, tags) or self._opens(i, tags)
        return self._opens(i, tags)

    def _opens(self, i: int, tags: i64) -> bool:
        """Take a small word that ends a phrase or begins one: a preposition, a pronoun, an article, an adverb."""
        if tags & PREP and not self._inside_name(i):
            self._close()
            self.prep, self.joiner = self.scene.tokens[i].low, False
        elif tags & PRONOUN and not (tags & DEF and self._noun_follows(i)):
            self._close()
            self.current = one(i)
            self._close(pronoun=True)
        elif tags & (DEF | INDEF) and not self._inside_name(i):
            self._determine(i, tags)
        elif tags & (ADVERB | NEG | SUB | COND | REL):
            if self.current and not self._compares(i):
                self._close()
        else:
            return False
        return True

    def _end(self, i: int) -> None:
        """A word of the verb ends the phrase; an adjective before its noun belongs to that: felle kritiek uiten."""
        scene = self.scene
        if self.current:
            is_noun = bool(scene.uses[i] & COMPANION) and not scene.tokens[i].tags & (PREP | ARTICLE)
            if is_noun and not (self.determined or self._names_somebody()):
                self.current = NO_TOKENS
        self._close()
        if scene.uses[i] & COVERED and i + 1 < len(scene.tokens) and scene.tokens[i + 1].is_noun:
            return  # na dagenlange onderhandelingen
        self.prep = scene.tokens[i].low if scene.uses[i] & SLOT_WORD else ""
        self.joiner = self.joiner and scene.lexicon.verb_second

    def _names_somebody(self) -> bool:
        """Whether the phrase so far is more than an adjective: a name, an office, a number of people."""
        tokens = self.scene.tokens
        return any(
            tokens[i].is_name or tokens[i].person.is_number or tokens[i].person.actor is not None
            for i in self.current
        )

    def _close(self, pronoun: bool = False) -> None:
        if not self.current:
            self.determined = False
            return
        tokens = self.scene.tokens
        if not tokens[self.current[0]].tags & ADVERB or not all(tokens[j].tags & ADVERB for j in self.current):
            joined = self.joiner and bool(self.found) and not self.prep
            prep = self.found[-1].prep if joined else self.prep
            self.found.append(Phrase(self.current, prep, pronoun, joined))
            self.prep, self.joiner = "", False
        self.current, self.determined = NO_TOKENS, False

    def _determine(self, i: int, tags: i64) -> None:
        """Begin a phrase with its article; a quantity is part of it."""
        self._close()
        self.determined = bool(tags & DEF)
        if not tags & DEF and not _is_article(tags):
            self.current = one(i)

    def _joins(self, i: int, tags: i64) -> bool:
        """Take a small word that opens no phrase of its own: thousands of voters, according to, at least."""
        scene = self.scene
        if tags & OF and self.current and self._is_before_of(i):
            self.current = self.current + one(i)
        elif self._is_bound(i) or (tags & PREP and self._is_bound(i + 1)):
            self.joiner = self.joiner and not self.current
            self._close()
        elif tags & PREP and self.prep:
            return scene.tokens[i - 1].low == self.prep and self.prep in scene.lexicon.attribution
        else:
            return False
        return True

    def _is_before_of(self, i: int) -> bool:
        """Whether "of" is part of a quantity or a title: thousands of voters, Secretary of State."""
        scene = self.scene
        if i + 1 >= len(scene.tokens):
            return False
        before = scene.tokens[self.current[-1]]
        if before.person.is_number:
            return True
        if not scene.tokens[i + 1].person.ends_name:
            return False
        return scene.lexicon.actor(f"{before.low} {scene.tokens[i].low} {scene.tokens[i + 1].low}") is not None

    def _is_bound(self, i: int) -> bool:
        """A word such as "least" in "at least": it says how many and is no part of a name."""
        scene = self.scene
        if not 0 < i < len(scene.tokens) or not scene.tokens[i].is_bound:
            return False
        return bool(scene.tags(i - 1) & PREP and not scene.tags(i) & PREP)

    def _comma(self, last: int, i: int) -> None:
        """A gap in the clause: a comma, a quotation mark or another clause."""
        if not all(self.scene.tokens[j].surface in _QUOTE_MARKS for j in range(last + 1, i)):
            self._close()

    def _splits(self, i: int) -> bool:
        """A place ends its phrase: dat Rusland China om wapens vraagt, in Breda twee tieners."""
        here, before = self.scene.place_at(i), self.scene.place_at(i - 1)
        if before is not None and here is None:
            return not before.is_demonym and not self.scene.tokens[i].is_capital  # in Breda twee tieners
        if here is not None and before is None:
            office = self.scene.tokens[i - 1]  # de koning Suriname: no one is called after a place alone
            return not here.is_demonym and not office.is_capital and office.person.actor is not None
        if here is None or before is None or here.index == before.index:
            return False
        return not here.is_demonym and not before.is_demonym

    def _compares(self, i: int) -> bool:
        """Whether a number follows: meer dan zevenhonderd mensen."""
        if not self.scene.tokens[i].tags & THEN or i + 1 >= len(self.scene.tokens):
            return False
        following = self.scene.tokens[i + 1]
        return following.person.is_number or following.low[0].isdigit()

    def _noun_follows(self, i: int) -> bool:
        """Whether a word of a phrase follows a word that is an article or a pronoun."""
        j = i + 1
        if j < len(self.scene.tokens) and self.scene.tokens[j].person.is_decimal:
            return False  # dat het 150 drones …
        if j >= len(self.scene.tokens) or not self.clause.mask >> j & 1 or self.scene.uses[j] & VERBAL:
            return False
        return not self.scene.tags(j) & (PREP | PRONOUN | DEF | COORD) and not self.scene.uses[j] & COVERED

    def _inside_name(self, i: int) -> bool:
        """A particle of a name: Jan van der Berg, Delcy de la Cruz."""
        scene = self.scene
        if not self.current or not scene.tokens[i].person.is_particle:
            return False
        if scene.tokens[i].is_name and i + 1 < len(scene.tokens) and scene.tokens[i + 1].is_name:
            return True  # minister Van Weel
        if not scene.tokens[i - 1].is_capital and not scene.tags(i - 1) & PREP:
            return False
        j = i + 1
        while j < len(scene.tokens) and scene.tokens[j].person.is_particle:
            j += 1
        if j >= len(scene.tokens) or not scene.tokens[j].is_name or scene.place_at(j) is not None:
            return False
        return scene.tokens[j].person.actor is None and scene.tokens[self.current[-1]].is_name

    def _enumerations(self) -> None:
        """A, B en C: the comma before B joins too, where C is joined to B."""
        for k in range(len(self.found) - 1, 1, -1):
            phrase, before = self.found[k - 1], self.found[k - 2]
            if self.found[k].joined and not phrase.joined and not phrase.prep and before.prep != "of":
                between = range(before.tokens[-1] + 1, phrase.tokens[0])
                surfaces = [self.scene.tokens[j].surface for j in between if not self.scene.tags(j) & DEF]
                if surfaces == [","]:
                    phrase.joined, phrase.prep = True, before.prep


_JOINING: Final = OF | PREP
_QUOTE_MARKS: Final = frozenset("\"“”„'’‘«»`´") | {"``", "''"}


def _is_article(tags: i64) -> bool:
    return bool(tags & ARTICLE)
