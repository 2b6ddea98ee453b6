"""Clauses of a sentence: runs of tokens that share a finite verb, and what kind each is.

A comma, a conjunction or a relative pronoun opens a stretch; a stretch without a verb goes to the clause it belongs
to, so that "Het bedrijf, een dochter van X, heeft …" is one clause whose tokens do not stand together.
"""

from typing import Final, Literal

from mypy_extensions import i64, mypyc_attr

from etl.transform.events.lexicon import QUOTES, Lexicon, Token
from etl.transform.events.marks import (
    ADVERB,
    BE_PAST,
    BE_PRES,
    BEEN,
    COND,
    COORD,
    DEF,
    FLAG_BARE,
    FLAG_CLAIM,
    FLAG_PROMISE,
    FLAG_SPEECH,
    FLAG_WISH,
    GOV_ALLEGED,
    GOV_EVIDENCE,
    GOV_FUTURE,
    GOV_HYPOTHETICAL,
    GOV_POSSIBLE,
    GOV_REPORTED,
    INDEF,
    NEG,
    PREP,
    PRONOUN,
    REL,
    REL_BARE,
    SUB,
    SUBJECT_PRONOUN,
    THAT,
    THEN,
    TO,
)
from etl.transform.events.tokens import finite

NO_TOKENS: Final[list[int]] = []
Kind = Literal["main", "sub", "that", "cond", "rel", "fragment"]


@mypyc_attr(acyclic=True, free_list_len=1)
class Clause:
    """Token indexes of a clause in order, its kind, and how it hangs on the others."""

    def __init__(
        self,
        tokens: list[int],
        kind: Kind,
        verb: int | None = None,
        opener: int | None = None,
        shares_subject: bool = False,
        quoted: bool = False,
        after_colon: bool = False,
    ) -> None:
        self.tokens, self.kind = tokens, kind
        self.verb = verb
        """The finite verb."""
        self.opener = opener
        """The conjunction or relative pronoun."""
        self.parent: int | None = None
        """Index of the clause it hangs on."""
        self.shares_subject, self.quoted, self.after_colon = shares_subject, quoted, after_colon
        self.coordinated = False
        self.verbs: list[int] = []
        """Those of its tokens that can be a verb of their own."""
        self.nouns = NO_TOKENS
        """Those that can be a noun that names an event."""
        self.has_auxiliary = False
        self.mask = 0
        """Its tokens as bits, once it is complete."""
        self.tags: i64 = 0
        self.signs: i64 = 0
        self.contexts: i64 = 0
        """Those of all its words, once it is complete."""
        self.text = ""
        """Its words in lower case, once somebody asks (`clause_text`)."""


@mypyc_attr(acyclic=True, free_list_len=1)
class _Stretch:
    def __init__(
        self, tokens: list[int], kind: Kind, opener: int | None, break_before: str, quoted: bool, coordinated: bool
    ) -> None:
        self.tokens, self.kind, self.opener = tokens, kind, opener
        self.break_before, self.quoted, self.coordinated = break_before, quoted, coordinated
        self.sure = self.unsure = self.last_unsure = -1
        """The first token that surely is a finite verb; the first and the last that may be one; -1 for none."""

    def note(self, i: int, sureness: int) -> None:
        """Keep a token that may be a finite verb."""
        if sureness == 2:
            if self.sure < 0:
                self.sure = i
        elif sureness == 1:
            if self.unsure < 0:
                self.unsure = i
            self.last_unsure = i


def _verb_ahead(tokens: list[Token], fin: list[int], i: int) -> bool:
    """Whether a finite verb stands between i and the next break or conjunction."""
    for j in range(i, len(tokens)):
        token = tokens[j]
        tags = token.tags
        if token.is_break or (j > i and (tags & COND or (tags & (REL | THAT) and not tags & DEF))):
            return False
        if fin[j]:
            return True
    return False


def _is_demonstrative(tokens: list[Token], fin: list[int], i: int) -> bool:
    """Whether "dat" points: "Dat melden media", "Dat plan …"; not "Dat het leger …"."""
    following = tokens[i + 1] if i + 1 < len(tokens) else None
    if i == 0:
        return following is None or not (following.tags & (DEF | INDEF | PRONOUN) or following.is_name)
    return following is not None and fin[i + 1] == 2


_WITH_CONTENT: Final = GOV_POSSIBLE | GOV_HYPOTHETICAL | GOV_FUTURE | GOV_ALLEGED | GOV_REPORTED | GOV_EVIDENCE


def _subordinates(tokens: list[Token], fin: list[int], i: int, has_verb: bool) -> bool:
    """Whether a word that has other uses joins a clause: "toen de menigte …", "sinds hij …"; not "sinds mei"."""
    tags, before, following = tokens[i].tags, tokens[i - 1] if i else None, tokens[i + 1]
    if tags & ADVERB:
        return not fin[i + 1] and (before is None or before.is_break or has_verb)
    if tags & PREP:
        return bool(following.tags & (DEF | INDEF | PRONOUN)) or following.is_name
    return True


def _opens(tokens: list[Token], fin: list[int], i: int, has_verb: bool, empty: bool) -> Kind | None:
    """The kind of clause that token i opens, or None."""
    tags = tokens[i].tags
    before = tokens[i - 1] if i else None
    if not _verb_ahead(tokens, fin, i + 1):
        return None
    after_noun = before is not None and not before.is_break and not fin[i - 1] and not before.tags
    after_comma = before is not None and before.surface in (",", "(", "–", "—")
    if tags & THAT and tags & REL and before is not None and before.word.governs & _WITH_CONTENT:
        return "that"  # de kans dat, geen bewijs dat
    is_relative = tags & REL and (after_noun or after_comma or (before and before.tags & PREP and not tags & DEF))
    if is_relative and not (tags & THAT and before and before.word.verbs and not after_comma):
        return "rel"
    if tags & THAT:
        return None if tags & DEF and _is_demonstrative(tokens, fin, i) else "that"
    if tags & COND:
        return "cond"
    if tags & SUB:
        return "sub" if _subordinates(tokens, fin, i, has_verb) else None
    if tags & COORD and has_verb and not empty:
        return "main"
    return None


def _named_in_quotes(tokens: list[Token], fin: list[int]) -> set[int]:
    """The quotation marks around a few words that say nothing by themselves: een "historische" stap."""
    found: set[int] = set()
    marks = [i for i, token in enumerate(tokens) if token.is_quote]
    if len(marks) < 2:
        return found
    for k in range(1, len(marks)):
        first, last = marks[k - 1], marks[k]
        if first in found or not 1 <= last - first - 1 <= _FEW:
            continue
        if any(tokens[i].is_break or fin[i] for i in range(first + 1, last)):
            continue
        found.add(first)
        found.add(last)
    return found


_NONE: Final[set[int]] = set()
_FEW: Final = 5  # words between quotation marks that still are a part of the sentence around them


def _quoted_after(mark: str, quoted: bool) -> bool:
    """Whether what follows a mark is quoted."""
    if mark not in QUOTES:
        return quoted
    return mark != "”" and (not quoted or mark in "“„")


def _silent(tokens: list[Token], fin: list[int], i: int, current: _Stretch, lexicon: Lexicon) -> Kind | None:
    """The kind of clause that begins at i without a word that says so."""
    if lexicon.verb_second:  # no comma after the relative clause: "de man die zij zag is weg"
        if current.kind == "main" or fin[i] != 2 or not tokens[i - 1].word.verbs:
            return None
        holds = current.kind == "rel" or (current.kind == "that" and _is_subject(tokens, current))
        return "main" if holds else None
    if current.kind == "rel" and _resumes(tokens, fin, i):
        return "main"
    return "that" if _is_told(tokens, fin, i, current.tokens) else None


def _is_subject(tokens: list[Token], stretch: _Stretch) -> bool:
    """Whether a clause is part of the subject: de kans dat hij vertrekt is klein."""
    opener = stretch.opener or 0
    return opener > 0 and bool(tokens[opener - 1].word.governs & _WITH_CONTENT)


def _resumes(tokens: list[Token], fin: list[int], i: int) -> bool:
    """Whether an auxiliary takes up the main clause after a relative one: the man who fled has been found."""
    before = tokens[i - 1].word
    return (
        fin[i] == 2 and tokens[i].word.is_auxiliary and not (fin[i - 1] or before.modal or before.tags & _BEFORE_VERB)
    )


def _is_told(tokens: list[Token], fin: list[int], i: int, stretch: list[int]) -> bool:
    """Whether what is said begins at i without "that": Turkey said it had won, said on Friday he would go."""
    tags = tokens[i].tags
    if tags & (THAT | TO | PREP | ADVERB | COORD | REL | SUB | COND) or fin[i]:
        return False
    verb = next((j for j in reversed(stretch) if fin[j]), None)
    if verb is None or not any(r.entry.flags & _TELLS for r in tokens[verb].word.verbs):
        return False
    is_bare = any(r.entry.flags & FLAG_BARE for r in tokens[verb].word.verbs)
    if i != verb + 1 and not (tags & SUBJECT_PRONOUN and tokens[verb + 1].tags & PREP):
        return False
    for j in range(i + 1, len(tokens)):
        if tokens[j].is_break or tokens[j].tags & (REL | SUB | COND | COORD):
            return False
        if fin[j] == 2 or (fin[j] and (is_bare or tags & SUBJECT_PRONOUN)):
            return True
    return False


_BEFORE_VERB: Final = SUBJECT_PRONOUN | ADVERB | NEG | REL_BARE | REL | COORD | BE_PRES | BE_PAST | BEEN
_TELLS: Final = FLAG_SPEECH | FLAG_CLAIM | FLAG_WISH | FLAG_PROMISE


def _stretches(tokens: list[Token], fin: list[int], lexicon: Lexicon) -> list[_Stretch]:
    result: list[_Stretch] = []
    verb_second = lexicon.verb_second
    current = _Stretch([], "main", None, "", False, False)
    own = current.tokens
    quoted = has_verb = False  # has_verb: a finite verb stands in the stretch so far
    has_quotes = any(token.is_quote for token in tokens)
    named = _named_in_quotes(tokens, fin) if has_quotes else _NONE
    last = len(tokens) - 1
    for i, token in enumerate(tokens):
        if token.is_plain and not fin[i] and (verb_second or not has_verb):
            own.append(i)
            continue
        if token.is_quote and i in named:
            continue
        if token.is_break:
            if i == last:
                break  # nothing follows it
            quoted = _quoted_after(token.surface, quoted)
            mark = token.surface if current.tokens else current.break_before + token.surface
            current = _close(result, current, _Stretch([], "main", None, mark, quoted, False))
            own, has_verb = current.tokens, False
            continue
        silent = _silent(tokens, fin, i, current, lexicon) if has_verb and (fin[i] or not verb_second) else None
        if silent is not None:
            mark = "," if silent == "main" else ""
            current = _close(result, current, _Stretch([i], silent, None, mark, quoted, False))
            current.note(i, fin[i])
            own, has_verb = current.tokens, bool(fin[i])
            continue
        kind = _opens(tokens, fin, i, has_verb, not current.tokens) if token.joins else None
        if kind is not None and not (kind == "main" and not current.tokens):
            coordinated = kind == "main"
            base: Kind = current.kind if coordinated and current.kind in ("sub", "that", "cond", "rel") else kind
            opener = None if coordinated else i
            if coordinated and base == "rel":
                opener = current.opener
            current = _close(result, current, _Stretch([], base, opener, "", quoted, coordinated))
            own, has_verb = current.tokens, False
            if coordinated:
                continue
        if fin[i]:
            current.note(i, fin[i])
            has_verb = True
        own.append(i)
    if current.tokens:
        result.append(current)
    return result


def _close(result: list[_Stretch], current: _Stretch, following: _Stretch) -> _Stretch:
    """End a stretch; one without a word leaves what stood before it to the next."""
    if current.tokens:
        result.append(current)
    elif not following.break_before:
        following.break_before = current.break_before
    return following


def _finite_of(stretch: _Stretch, last: bool) -> int | None:
    """The finite verb of a stretch: the sure one, else the likeliest of the unsure."""
    if stretch.sure >= 0:
        return stretch.sure
    unsure = stretch.last_unsure if last else stretch.unsure
    return unsure if unsure >= 0 else None


_SOFT: Final = frozenset({",", "(", ")", "–", "—", "),", '",', ""})
"""What stands between the parts of a clause."""


def clauses(tokens: list[Token], lexicon: Lexicon, fin: list[int] | None = None) -> list[Clause]:
    """The clauses of a sentence, in the order of their first tokens."""
    fin = finite(tokens, lexicon) if fin is None else fin
    result: list[Clause] = []
    open_fragment: Clause | None = None
    last_main: Clause | None = None
    for stretch in _stretches(tokens, fin, lexicon):
        at_end = lexicon.verb_second and stretch.kind != "main"
        verb = _finite_of(stretch, at_end)
        if stretch.kind != "main":
            clause = Clause(stretch.tokens, stretch.kind, verb, stretch.opener, stretch.coordinated, stretch.quoted)
            clause.parent = _parent(result, stretch)
            result.append(clause)
            continue
        colon = ":" in stretch.break_before
        soft = stretch.break_before in _SOFT or stretch.break_before.endswith(",")
        if verb is None:
            if open_fragment is not None and soft:
                open_fragment.tokens.extend(stretch.tokens)
            elif last_main is not None and soft and open_fragment is None:
                last_main.tokens.extend(stretch.tokens)
            else:
                open_fragment = Clause(stretch.tokens, "fragment", quoted=stretch.quoted, after_colon=colon)
                result.append(open_fragment)
            continue
        if open_fragment is not None and (soft or stretch.tokens[0] == verb) and not colon:
            open_fragment.tokens.extend(stretch.tokens)
            open_fragment.kind, open_fragment.verb = "main", verb
            last_main, open_fragment = open_fragment, None
            continue
        clause = Clause(stretch.tokens, "main", verb, None, False, stretch.quoted, colon)
        starts_with_verb = stretch.tokens[0] == verb or (
            len(stretch.tokens) > 1 and stretch.tokens[1] == verb and tokens[stretch.tokens[0]].tags & ADVERB
        )
        if last_main is not None and stretch.coordinated and starts_with_verb:
            clause.shares_subject, clause.parent = True, result.index(last_main)
        elif stretch.coordinated and last_main is not None:
            clause.coordinated = True
            clause.parent = result.index(last_main)
        result.append(clause)
        last_main = clause
        open_fragment = None
    if lexicon.verb_second:
        _mark_conditions(result, tokens)
    for clause in result:
        _gather(clause, tokens)
    return result


def _gather(clause: Clause, tokens: list[Token]) -> None:
    """What the words of a clause say, taken together."""
    tags: i64 = 0
    signs: i64 = 0
    contexts: i64 = 0
    mask = 0
    for i in clause.tokens:
        mask |= 1 << i
        token = tokens[i]
        word = token.word
        if token.is_auxiliary:
            clause.has_auxiliary = True
        if token.is_verb:
            clause.verbs.append(i)
        if token.is_noun:
            if not clause.nouns:
                clause.nouns = []
            clause.nouns.append(i)
        tags |= word.tags
        signs |= word.sign
        contexts |= word.contexts
    clause.tags, clause.signs, clause.contexts = tags, signs, contexts
    clause.mask = mask


def _mark_conditions(found: list[Clause], tokens: list[Token]) -> None:
    """A sentence that opens with its verb states a condition where another clause opens with its own or "dan"."""
    if len(found) < 2 or tokens[-1].surface == "?":
        return
    first, second = found[0], found[1]
    if first.kind != "main" or first.quoted or first.tokens[0] != first.verb or second.kind != "main":
        return
    start = second.tokens[0]
    if start == second.verb or (tokens[start].tags & THEN and start + 1 == second.verb):
        first.kind = "cond"


def _parent(known: list[Clause], stretch: _Stretch) -> int | None:
    """The clause that holds the token just before the stretch, or the last one before it."""
    if not known:
        return None
    first = stretch.tokens[0]
    best, latest = 0, -2
    for k, clause in enumerate(known):
        before = -1
        for j in reversed(clause.tokens):
            if j < first:
                before = j
                break
        if before > latest:
            best, latest = k, before
    if stretch.coordinated and known[best].kind == stretch.kind:
        return known[best].parent
    return best
