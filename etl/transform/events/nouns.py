"""Event nouns of a sentence: invasie, levering, anti-ICE-protest.

What belongs here: which nouns name an event in their clause. What does not: verbs (`verbs`), how sure it is
(`modality`), and when (`timing`).
"""

from typing import Final

from etl.transform.events.clauses import Clause, one_used
from etl.transform.events.lexicon import Entry, Lexicon, Token
from etl.transform.events.marks import (
    FLAG_OCCUR,
    PREP,
)
from etl.transform.events.verbs import Group, clause_text, holds_any

_NONE: Final[list[Group]] = []


def groups(
    tokens: list[Token],
    clauses: list[Clause],
    fin: list[int],
    verbs: list[Group],
    uses: list[int],
    lexicon: Lexicon,
) -> list[Group]:
    """The event nouns of a sentence as groups of role `noun`, where no verb group tells the same event.

    `uses` is not 0 where a verb group has a token.
    """
    result = _NONE
    for number, clause in enumerate(clauses):
        for i in clause.nouns:
            token = tokens[i]
            if uses[i] or (clause.verb is not None and i == clause.verb):
                continue
            if token.is_name and _inside_name(tokens, i):
                continue
            if token.word.verbs and fin[i] == 2:
                continue
            if not lexicon.verb_second and _is_modifier(tokens, fin, i):
                continue
            entry, used = _best(tokens, clause, i)
            if entry is not None and not any(_tells(g, number, entry, tokens, i, lexicon) for g in verbs):
                result = [*result, Group(i, entry, number, "noun", "NONE", False, None, used)]
    return result


def _is_modifier(tokens: list[Token], fin: list[int], i: int) -> bool:
    """Whether another noun follows that it describes: rescue workers, riot police."""
    if i + 1 >= len(tokens) or fin[i + 1]:
        return False
    following = tokens[i + 1]
    return following.low.isalpha() and following.surface.islower() and not (following.tags or following.word.verbs)


def _tells(verb: Group, clause: int, noun: Entry, tokens: list[Token], i: int, lexicon: Lexicon) -> bool:
    """Whether a verb is the event that its object names: sancties instellen."""
    low = tokens[i].low
    if not lexicon.verb_second:  # its subject and what a preposition adds are no object
        by_prep = any(tokens[j].tags & PREP for j in range(verb.head + 1, i))
        if (i > verb.head) == verb.passive or by_prep:
            return False
    if verb.clause != clause or verb.entry.flags & FLAG_OCCUR or verb.entry.event_type != noun.event_type:
        return False
    return any(letters.strip() in low for letters in verb.entry.need)


def _inside_name(tokens: list[Token], i: int) -> bool:
    """Whether a capital stands beside it: Aanval FC, Radio Oorlog."""
    return (i > 0 and tokens[i - 1].is_capital) or (i + 1 < len(tokens) and tokens[i + 1].is_capital)


def _best(tokens: list[Token], clause: Clause, i: int) -> tuple[Entry | None, tuple[int, ...]]:
    """The entry with the most companions before the noun whose letters stand in the clause, if any; its tokens."""
    best: Entry | None = None
    best_score = 0
    best_used: tuple[int, ...] = ()
    for entry in tokens[i].word.nouns:
        if entry.need and not holds_any(clause_text(tokens, clause), entry.need):
            continue
        n = len(entry.companions)
        used = one_used(i)
        if n:
            before = _before(clause, i, n)
            if tuple([tokens[j].low for j in before]) != entry.companions:
                continue
            used = (*before, i)
        score = 2 * n + (1 if entry.need else 0)
        if best is None or score > best_score:
            best, best_score, best_used = entry, score, used
    return best, best_used


def _before(clause: Clause, i: int, n: int) -> list[int]:
    """The n tokens of a clause before one of them."""
    position = clause.tokens.index(i)
    return clause.tokens[max(0, position - n) : position]
