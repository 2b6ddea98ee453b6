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
    """Token indexes of a clause in order, its kind, and how it hangs on the others.

    It begins as a stretch of tokens up to a break or to a word that opens the next.
    """

    def __init__(self, kind: Kind, opener: int | None, break_before: str, quoted: bool, coordinated: bool) -> None:
        self.tokens = NO_TOKENS
        self.kind = kind
        self.verb: int | None = None
        """The finite verb."""
        self.opener = opener
        """The conjunction or relative pronoun."""
        self.parent: int | None = None
        """Index of the clause it hangs on."""
        self.break_before = break_before
        """The marks that stand before it."""
        self.shares_subject, self.quoted, self.after_colon = False, quoted, False
        self.coordinated = coordinated
        self.sure = self.unsure = self.last_unsure = -1
        """The first token that surely is a finite verb; the first and the last that may be one; -1 for none."""
        self.verbs = NO_TOKENS
        """Those of its tokens that can be a verb of their own."""
        self.nouns = NO_TOKENS
        """Those that can be a noun that names an event."""
        self.has_auxiliary = False
        self.mask = 0
        """Its tokens as bits."""
        self.tags: i64 = 0
        self.signs: i64 = 0
        self.contexts: i64 = 0
        """Those of all its words."""
        self.text = ""
        """Its words in lower case, once somebody asks (`clause_text`)."""

    def note(self, i: int, sureness: int) -> None:
        """Keep a token that may be a finite verb."""
        if sureness == 2:
            if self.sure < 0:
                self.sure = i
        elif sureness == 1:
            if self.unsure < 0:
                self.unsure = i
            self.last_unsure = i

    def add(self, i: int, token: Token) -> None:
        """Keep what a word of it says."""
        self.tags |= token.tags
        self.signs |= token.sign
        self.contexts |= token.contexts
        if token.is_auxiliary:
            self.has_auxiliary = True
        if token.is_verb:
            self.verbs = self.verbs + one(i) if self.verbs else one(i)
        if token.is_noun:
            self.nouns = self.nouns + one(i) if self.nouns else one(i)

    def reach(self, begin: int, end: int) -> None:
        """Take the tokens from one to before another."""
        if begin < end:
            found = _INDEXES[begin:end] if end <= _MANY else list(range(begin, end))
            self.tokens = self.tokens + found if self.tokens else found
            self.mask |= (1 << end) - (1 << begin)

    def take(self, other: "Clause") -> None:
        """Take in the words of another that follows."""
        self.tokens = self.tokens + other.tokens
        self.mask |= other.mask
        self.tags |= other.tags
        self.signs |= other.signs
        self.contexts |= other.contexts
        self.has_auxiliary = self.has_auxiliary or other.has_auxiliary
        self.verbs = self.verbs + other.verbs
        self.nouns = self.nouns + other.nouns


_MANY: Final = 512
_INDEXES: Final = list(range(_MANY))
"""A slice of it is made in a fraction of the time that as many numbers take one by one."""
_ALONE: Final = [[i] for i in _INDEXES]


_ALONE_USED: Final[list[tuple[int, ...]]] = [(i,) for i in _INDEXES]


def one(i: int) -> list[int]:
    """A token alone, as a list that is never changed."""
    return _ALONE[i] if i < _MANY else [i]


def one_used(i: int) -> tuple[int, ...]:
    """A token alone, as what a group takes up."""
    return _ALONE_USED[i] if i < _MANY else (i,)


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
    if not tokens[i].joins or not _verb_ahead(tokens, fin, i + 1):
        return None
    tags = tokens[i].tags
    before = tokens[i - 1] if i else None
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


_FEW: Final = 5  # words between quotation marks that still are a part of the sentence around them


def _quoted_after(mark: str, quoted: bool) -> bool:
    """Whether what follows a mark is quoted."""
    if mark not in QUOTES:
        return quoted
    return mark != "”" and (not quoted or mark in "“„")


def _silent(tokens: list[Token], fin: list[int], i: int, verb: int, current: Clause, lexicon: Lexicon) -> Kind | None:
    """The kind of clause that begins at i, after the last verb of another, without a word that says so."""
    if verb < 0 or (lexicon.verb_second and not fin[i]):
        return None
    if lexicon.verb_second:  # no comma after the relative clause: "de man die zij zag is weg"
        if current.kind == "main" or fin[i] != 2 or not tokens[i - 1].word.verbs:
            return None
        holds = current.kind == "rel" or (current.kind == "that" and _is_subject(tokens, current))
        return "main" if holds else None
    if current.kind == "rel" and _resumes(tokens, fin, i):
        return "main"
    return "that" if _is_told(tokens, fin, i, verb) else None


def _is_subject(tokens: list[Token], stretch: Clause) -> bool:
    """Whether a clause is part of the subject: de kans dat hij vertrekt is klein."""
    opener = stretch.opener or 0
    return opener > 0 and bool(tokens[opener - 1].word.governs & _WITH_CONTENT)


def _resumes(tokens: list[Token], fin: list[int], i: int) -> bool:
    """Whether an auxiliary takes up the main clause after a relative one: the man who fled has been found."""
    before = tokens[i - 1].word
    return (
        fin[i] == 2 and tokens[i].word.is_auxiliary and not (fin[i - 1] or before.modal or before.tags & _BEFORE_VERB)
    )


def _is_told(tokens: list[Token], fin: list[int], i: int, verb: int) -> bool:
    """Whether what is said begins at i without "that": Turkey said it had won, said on Friday he would go."""
    tags = tokens[i].tags
    if tags & (THAT | TO | PREP | ADVERB | COORD | REL | SUB | COND) or fin[i]:
        return False
    if not any(r.entry.flags & _TELLS for r in tokens[verb].word.verbs):
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


def _stretches(tokens: list[Token], fin: list[int], lexicon: Lexicon) -> list[Clause]:
    result: list[Clause] = []
    verb_second = lexicon.verb_second
    current = Clause("main", None, "", False, False)
    begin = 0  # of the tokens that the stretch has not taken yet
    verb = -1  # the last finite verb in the stretch so far
    quoted = False
    named: set[int] | None = None  # quotation marks that are passed over, once there is one
    last = len(tokens) - 1
    for i, token in enumerate(tokens):
        passes = verb_second or verb < 0
        if token.is_idle and passes:
            continue
        sureness = fin[i]
        if token.is_plain and not sureness and passes:
            current.add(i, token)
            continue
        if token.is_quote:
            named = _named_in_quotes(tokens, fin) if named is None else named
            if i in named:
                current.reach(begin, i)
                begin = i + 1
                continue
        if token.is_break:
            if i == last:
                break  # nothing follows it
            quoted = _quoted_after(token.surface, quoted)
            current.reach(begin, i)
            mark = token.surface if current.tokens else current.break_before + token.surface
            current = _close(result, current, Clause("main", None, mark, quoted, False))
            begin, verb = i + 1, -1
            continue
        following = _following(tokens, fin, i, verb, begin, current, quoted, lexicon)
        if following is not None:
            current.reach(begin, i)
            current = _close(result, current, following)
            begin, verb = i, -1
            if current.coordinated:  # by a word of neither
                begin = i + 1
                continue
        if sureness:
            current.note(i, sureness)
            verb = i
        current.add(i, token)
    current.reach(begin, last if tokens and tokens[last].is_break else last + 1)
    if current.tokens:
        result.append(current)
    return result


def _following(
    tokens: list[Token],
    fin: list[int],
    i: int,
    verb: int,
    begin: int,
    current: Clause,
    quoted: bool,
    lexicon: Lexicon,
) -> Clause | None:
    """The clause that begins at i, with a word that says so or without."""
    silent = _silent(tokens, fin, i, verb, current, lexicon)
    if silent is not None:
        return Clause(silent, None, "," if silent == "main" else "", quoted, False)
    kind = _opens(tokens, fin, i, verb >= 0, begin == i and not current.tokens)
    if kind is None:
        return None
    if kind != "main":
        return Clause(kind, i, "", quoted, False)
    if current.kind not in ("sub", "that", "cond", "rel"):
        return Clause("main", None, "", quoted, True)
    return Clause(current.kind, current.opener if current.kind == "rel" else None, "", quoted, True)


def _close(result: list[Clause], current: Clause, following: Clause) -> Clause:
    """End a stretch; one without a word leaves what stood before it to the next."""
    if current.tokens:
        result.append(current)
    elif not following.break_before:
        following.break_before = current.break_before
    return following


def _finite_of(stretch: Clause, last: bool) -> int | None:
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
    for clause in _stretches(tokens, fin, lexicon):
        verb = _finite_of(clause, lexicon.verb_second and clause.kind != "main")
        clause.verb = verb
        joined, clause.coordinated = clause.coordinated, False
        if clause.kind != "main":
            clause.shares_subject = joined
            clause.parent = _parent(result, clause)
            result.append(clause)
            continue
        colon = ":" in clause.break_before
        soft = clause.break_before in _SOFT or clause.break_before.endswith(",")
        if verb is None:
            if open_fragment is not None and soft:
                open_fragment.take(clause)
            elif last_main is not None and soft and open_fragment is None:
                last_main.take(clause)
            else:
                clause.kind, clause.after_colon = "fragment", colon
                open_fragment = clause
                result.append(clause)
            continue
        if open_fragment is not None and (soft or clause.tokens[0] == verb) and not colon:
            open_fragment.take(clause)
            open_fragment.kind, open_fragment.verb = "main", verb
            last_main, open_fragment = open_fragment, None
            continue
        clause.after_colon = colon
        if last_main is not None and joined:
            clause.shares_subject = _starts_with(clause, verb, tokens)
            clause.coordinated = not clause.shares_subject
            clause.parent = result.index(last_main)
        result.append(clause)
        last_main = clause
        open_fragment = None
    if lexicon.verb_second:
        _mark_conditions(result, tokens)
    return result


def _starts_with(clause: Clause, verb: int, tokens: list[Token]) -> bool:
    """Whether a clause begins with its verb, or with an adverb before it."""
    first = clause.tokens[0]
    after = len(clause.tokens) > 1 and clause.tokens[1] == verb
    return first == verb or (after and bool(tokens[first].tags & ADVERB))


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


def _parent(known: list[Clause], stretch: Clause) -> int | None:
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
    if stretch.shares_subject and known[best].kind == stretch.kind:
        return known[best].parent
    return best
