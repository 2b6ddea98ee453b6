"""How sure the text is of an event: polarity, modality and who says so.

Rules, strongest first: what the event's own clause says (negation, modal, adverb, condition), what governs it (the
verb or noun before a that-clause or an infinitive), and who is quoted.
"""

from typing import Final

from mypy_extensions import i64, mypyc_attr

from etl.schema.core import Modality, Polarity
from etl.transform.events.marks import (
    ADVERB,
    ALLEGED,
    ATTRIBUTION,
    DEF,
    FLAG_ALLEGE,
    FLAG_ASK,
    FLAG_CLAIM,
    FLAG_DENY,
    FLAG_EVID,
    FLAG_IMPL,
    FLAG_PROMISE,
    FLAG_REFUSE,
    FLAG_SPEECH,
    FLAG_WISH,
    GOV_EVIDENCE,
    GOV_NEGATIVE,
    INF,
    NEG,
    POSSIBLE,
    PREP,
    PURPOSE,
    THAT,
    TO,
)
from etl.transform.events.scene import COVERED, Scene
from etl.transform.events.verbs import Group

# What a governing verb makes of its complement, by flag of its lexicon entry.
_GOVERNED: Final[tuple[tuple[int, Modality], ...]] = (
    (FLAG_ASK, "hypothetical"),
    (FLAG_WISH, "possible"),
    (FLAG_PROMISE, "future"),
    (FLAG_DENY, "denied"),
    (FLAG_REFUSE, "hypothetical"),
    (FLAG_ALLEGE, "alleged"),
    (FLAG_CLAIM, "alleged"),
    (FLAG_SPEECH, "reported"),
    (FLAG_EVID, "reported"),
)
_GOVERNS: Final = (
    FLAG_ASK | FLAG_WISH | FLAG_PROMISE | FLAG_DENY | FLAG_REFUSE | FLAG_ALLEGE | FLAG_CLAIM | FLAG_SPEECH | FLAG_EVID
)
_ASKED: Final = NEG | POSSIBLE | ALLEGED | ATTRIBUTION
"""What rules ask for in the clause of a finite verb."""
_UNREAL: Final[frozenset[Modality]] = frozenset({"possible", "future", "hypothetical", "denied"})
_BY_CHAIN: Final[dict[str, Modality]] = {
    "possible": "possible",
    "future": "future",
    "want": "future",
    "hearsay": "alleged",
    "conditional": "future",
}
_LOOK_AHEAD: Final = 4  # tokens between an event noun and the infinitive that governs it
_LOOK_BACK: Final = 6  # tokens between a governing noun or adjective and the event noun


@mypyc_attr(acyclic=True, free_list_len=1)
class Stance:
    """How sure, and the group that says so where one does."""

    def __init__(self, polarity: Polarity, modality: Modality, source: Group | None) -> None:
        self.polarity, self.modality, self.source = polarity, modality, source


CERTAIN: Final = Stance("POS", "asserted", None)
"""The stance on most events."""


def _made_by(flags: i64) -> Modality | None:
    """What a governing verb makes of its complement."""
    if not flags & _GOVERNS:
        return None
    return next((kind for flag, kind in _GOVERNED if flags & flag), None)


def stance(scene: Scene, group: Group) -> Stance:
    """How sure the sentence is of an event."""
    return CERTAIN if _is_plain(scene, group) else _judge(scene, group, 0)


def _is_plain(scene: Scene, group: Group) -> bool:
    """Whether it is the finite verb of a sentence of one clause, with no word in it that any rule here asks for."""
    clause = scene.clauses[group.clause]
    is_bare = len(scene.clauses) == 1 and group.role == "finite" and not clause.tags & _ASKED
    return is_bare and clause.kind in ("main", "fragment")


def comments(scene: Scene, number: int) -> bool:
    """Whether a clause says after the others who said them: "…, the ministry said"."""
    clause = scene.clauses[number]
    first, last = clause.tokens[0], clause.tokens[-1]
    if clause.verb is None or first == 0 or scene.tokens[first - 1].surface != ",":
        return False
    after = [i for i in clause.tokens if i > clause.verb and not scene.uses[i] & COVERED]
    ends = last + 1 >= len(scene.tokens) or scene.tokens[last + 1].is_break
    holds = any(c.parent == number and c.kind == "that" for c in scene.clauses)
    return ends and not holds and all(scene.tags(i) & (PREP | ADVERB) for i in after)


def _judge(scene: Scene, group: Group, depth: int) -> Stance:
    negated = _negated(scene, group)
    own = _noun(scene, group) if group.role == "noun" else _verb(scene, group)
    source: Group | None = None
    outer: Modality = "asserted"
    if own is None or own in ("reported", "alleged", "asserted"):
        outer, source, refused = _outer(scene, group, depth)
        negated ^= refused
    modality = own if own in _UNREAL else (outer if outer != "asserted" else own or "asserted")
    if own == "alleged" and outer == "reported":
        modality = "alleged"
    if modality == "asserted":
        source = source or _quoting(scene, group)
        if source or _according(scene, group):
            modality = "reported"
    elif source is None and modality in ("reported", "alleged"):
        source = _quoting(scene, group)
    if source is group:
        source = None
    if modality == "asserted" and source is None and not negated:
        return CERTAIN
    return Stance("NEG" if negated else "POS", modality, source)


# the event's own clause


def _negated(scene: Scene, group: Group) -> bool:
    if group.role == "noun":
        for i in range(group.first - 1, max(-1, group.first - _LOOK_BACK), -1):
            tags, word = scene.tags(i), scene.tokens[i].word
            if scene.tokens[i].is_break or (word.verbs and not word.nouns and scene.is_finite(i, group.clause)):
                return False
            if word.governs & GOV_NEGATIVE:
                return True
            if tags & PREP and i < group.first - 3:
                return False
        return False
    if not scene.has_tag(NEG, group.clause):
        return False
    inner = [g for g in scene.of(group.clause) if g.role == "to"]
    for i in scene.tagged(NEG, group.clause):
        following = next((g for g in inner if i < g.head), None)
        between = following is not None and any(
            g.head > i and g.head < following.head and g.role in ("finite", "participle")
            for g in scene.of(group.clause)
        )
        target = following if following is not None and not between and _starts(scene, following) <= i else None
        if (target is group) or (target is None and group.role not in ("to", "nominal", "ing", "reduced")):
            return True
    return False


def _starts(scene: Scene, infinitive: Group) -> int:
    """Where the stretch of an infinitive begins: after the finite verb or the participle before it."""
    start = -1
    for g in scene.of(infinitive.clause):
        if g.last > start and g.head < infinitive.head and g.role in ("finite", "participle", "infinitive"):
            start = g.last
    return start


def _verb(scene: Scene, group: Group) -> Modality | None:
    clause = scene.clauses[group.clause]
    if clause.kind == "cond":
        return "hypothetical"
    if group.role == "to":
        return _infinitive(scene, group)
    if group.role == "nominal":
        return _noun(scene, group)
    if group.role == "ing" and _is_charge(scene, group):
        return "alleged"
    if group.role == "ing" and _is_denied(scene, group):
        return "denied"
    if group.role == "reduced":
        return None
    if group.modal and group.role != "finite":
        kind = _BY_CHAIN.get(group.modal)
        if kind:
            is_open = group.modal in ("hearsay", "conditional") and _has_condition(scene, group.clause)
            return "hypothetical" if is_open else kind
    if _infinitive_mark(scene, group) is not None:
        return _infinitive(scene, group)  # alleged to have done
    return _adverb(scene, group)


def _is_charge(scene: Scene, group: Group) -> bool:
    """Whether a participle says what somebody is accused of: accused of killing."""
    governor = _governor(scene, group)
    if governor is None or not governor.entry.flags & FLAG_ALLEGE:
        return False
    before = scene.tokens[group.head - 1].low if group.head else ""
    return before in scene.lexicon.charged_with


def _is_denied(scene: Scene, group: Group) -> bool:
    """Whether a participle is what somebody denies: denies supporting."""
    governor = _governor(scene, group)
    return bool(governor is not None and governor.entry.flags & FLAG_DENY and governor.head == group.head - 1)


def _infinitive_mark(scene: Scene, group: Group) -> int | None:
    """Index of the "to" before the auxiliaries of a participle."""
    i = group.head - 1
    while i > 0 and group.role == "participle" and scene.tokens[i].word.is_auxiliary:
        i -= 1
    return i if i >= 0 and i < group.head - 1 and scene.tags(i) & TO else None


def _has_condition(scene: Scene, clause: int) -> bool:
    return any(c.kind == "cond" for c in scene.clauses)


def _adverb(scene: Scene, group: Group) -> Modality | None:
    if not scene.has_tag(POSSIBLE | ALLEGED, group.clause):
        return None
    i = scene.tagged(POSSIBLE | ALLEGED, group.clause)[0]
    return "alleged" if scene.tags(i) & ALLEGED else "possible"


def _infinitive(scene: Scene, group: Group) -> Modality | None:
    """An infinitive with te/to: as sure as its governor makes it; of a purpose, future."""
    mark = _infinitive_mark(scene, group)
    i = group.first - 1 if mark is None else mark
    while i >= 0 and scene.owns(group.clause, i) and not scene.tokens[i].is_break:
        if scene.tags(i) & PURPOSE:
            return "future"
        word = scene.tokens[i].word
        if word.governed is not None:
            return word.governed
        if word.modal in _BY_CHAIN and i == group.first - 2:
            return _BY_CHAIN[word.modal]  # wants to
        if word.verbs and any(g.head == i for g in scene.groups):
            break
        i -= 1
    return _governed(scene, group)


def _governor(scene: Scene, group: Group) -> Group | None:
    """The verb before an infinitive in its clause."""
    before: Group | None = None
    for g in scene.of(group.clause):
        if g.head < group.head and g.role != "noun" and not scene.tokens[g.head].is_auxiliary:
            before = g
    return before


def _governed(scene: Scene, group: Group) -> Modality | None:
    governor = _governor(scene, group)
    if governor is None:
        # to be to, and the headline without a verb: Pope to visit Iraq
        return "possible" if scene.lexicon.verb_second else "future"
    flags = governor.entry.flags
    if not scene.lexicon.verb_second and governor.entry.event_type and _made_by(flags) is None:
        return "future"  # met to discuss: a purpose
    if flags & FLAG_IMPL:
        return None
    kind = _made_by(flags)
    return kind or "possible"


def _noun(scene: Scene, group: Group) -> Modality | None:
    """A noun: a governing noun or adjective before it, else the verb it is an object of."""
    first = group.first
    definite = False
    for i in range(first - 1, max(-1, first - 1 - _LOOK_BACK), -1):
        token = scene.tokens[i]
        if token.is_break and token.surface not in "\"“”'":
            break
        if scene.is_finite(i, group.clause):
            break
        if token.word.governed is not None:
            return token.word.governed
        definite = definite or (i == first - 1 and bool(token.tags & DEF))
    if scene.clauses[group.clause].kind == "cond" and not definite:
        return "hypothetical"
    ahead = _ahead(scene, group)
    if ahead is not None:
        return ahead
    verb = scene.main_group(group.clause)
    if verb is None or definite:
        return None
    if verb.modal:
        return _BY_CHAIN.get(verb.modal)
    made = _made_by(verb.entry.flags)
    if made == "alleged" and _is_charged_with(scene, first):
        return made  # beschuldigd van mishandeling
    is_object = verb.passive or verb.head < group.head or scene.clauses[group.clause].kind != "main"
    return made if is_object and made in _UNREAL else None


def _is_charged_with(scene: Scene, first: int) -> bool:
    words = scene.lexicon.charged_with
    return bool(scene.tokens[first - 1].low in words if words else scene.tags(first - 1) & PREP)


def _ahead(scene: Scene, group: Group) -> Modality | None:
    """An infinitive after its object: om een staking te voorkomen."""
    last = group.last
    for i in range(last + 1, min(len(scene.tokens), last + 1 + _LOOK_AHEAD)):
        token = scene.tokens[i]
        if token.is_break:
            return None
        if token.word.features & INF and scene.tags(i - 1) & TO:
            return token.word.governed
    return None


# what stands around the clause


def _outer(scene: Scene, group: Group, depth: int) -> tuple[Modality, Group | None, bool]:
    """What the clause that holds the event's clause makes of it."""
    clause = scene.clauses[group.clause]
    if clause.kind == "sub" and clause.parent is None:
        return "asserted", None, False
    if clause.kind != "that" and not _is_content(scene, group.clause):
        return "asserted", None, False
    if depth > 3 or clause.parent is None:
        return "reported" if clause.kind == "that" else "asserted", None, False
    noun = _noun_before(scene, group.clause)
    if noun:
        return noun, scene.main_group(clause.parent), False
    parent, verb = scene.main_group(clause.parent), scene.clauses[clause.parent].verb
    if verb is not None and scene.tokens[verb].word.modal == "want" and (parent is None or parent.head == verb):
        return "hypothetical", parent, False  # wil dat hij vertrekt
    if parent is None:
        return "asserted", None, False
    kind = _made_by(parent.entry.flags)
    held = _judge(scene, parent, depth + 1)
    if held.modality in _UNREAL and kind in (None, "reported"):
        return held.modality, parent, False
    if kind == "future" and group.tense not in ("FUTURE", "PRESENT", "INFINITIVE"):
        kind = "reported"
    if kind == "reported" and held.polarity == "NEG":
        return "possible", parent, False
    return kind or "asserted", parent if kind else None, bool(parent.entry.flags & FLAG_REFUSE)


def _is_content(scene: Scene, number: int) -> bool:
    """A relative that follows a governing noun is its content: aanwijzingen dat …"""
    clause = scene.clauses[number]
    if clause.kind != "rel" or clause.opener is None or not scene.tags(clause.opener) & THAT:
        return False
    return _noun_before(scene, number) is not None


def _noun_before(scene: Scene, number: int) -> Modality | None:
    """The modality that a noun just before the conjunction gives: de kans dat, geen bewijs dat."""
    opener = scene.clauses[number].opener
    if opener is None or opener == 0:
        return None
    for i in range(opener - 1, max(-1, opener - 4), -1):
        governs = scene.tokens[i].word.governs
        if governs & GOV_EVIDENCE:
            return "possible" if any(scene.tags(j) & NEG for j in range(max(0, i - 3), i)) else "alleged"
        governed = scene.tokens[i].word.governed
        if governed is not None:
            return governed
        if scene.tokens[i].is_break:
            break
    return None


def _quoting(scene: Scene, group: Group) -> Group | None:
    """The speech verb of a main clause that comments on the others: "…, zegt de minister"."""
    for number, clause in enumerate(scene.clauses):
        if number == group.clause or clause.verb is None or clause.kind not in ("main", "fragment"):
            continue
        verb = scene.main_group(number)
        if verb is None or not verb.entry.flags & (FLAG_SPEECH | FLAG_CLAIM | FLAG_EVID | FLAG_ALLEGE):
            continue
        inverted = clause.tokens[0] == clause.verb and number > 0
        if not scene.lexicon.verb_second and comments(scene, number):
            inverted = True
        quoted = scene.clauses[group.clause].quoted and not clause.quoted
        if (inverted or quoted) and verb is not group:
            return verb
    return None


def _according(scene: Scene, group: Group) -> bool:
    return scene.has_tag(ATTRIBUTION, group.clause)
