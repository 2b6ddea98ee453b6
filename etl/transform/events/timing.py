"""When an event happened: the expression it hangs on, or what its tense says against the publication.

What belongs here: `relation`, `time_basis` and the index of the expression. What does not: bounds; those are made by
`etl.transform.anchors` when the clocks are known.
"""

from typing import Final

from mypy_extensions import mypyc_attr

from etl.schema.core import Modality, Relation, TimeBasis
from etl.transform.events.marks import (
    ARTICLE,
    BACKGROUND,
    BE_PAST,
    CONTINUATIVE,
    DEF,
    DURING,
    FLAG_ALLEGE,
    FLAG_ASK,
    FLAG_CLAIM,
    FLAG_DENY,
    FLAG_EVID,
    FLAG_OCCUR,
    FLAG_PROMISE,
    FLAG_REFUSE,
    FLAG_SPEECH,
    FLAG_STATE,
    FLAG_WISH,
    GOV_BACKGROUND,
    LOCATIVE,
    OF,
    PREP,
    PURPOSE,
)
from etl.transform.events.scene import VERBAL, Scene
from etl.transform.events.verbs import Group

_VERBAL: Final = (
    FLAG_SPEECH | FLAG_CLAIM | FLAG_WISH | FLAG_ASK | FLAG_PROMISE | FLAG_DENY | FLAG_REFUSE | FLAG_ALLEGE | FLAG_EVID
)
SAID: Final = frozenset({"STATEMENT", "AGREE", "SUPPORT", "CONCEDE", "REQUEST", "ACCUSE", "REJECT", "THREATEN"})
"""Types of what is done by saying it."""
_OCCASIONS: Final = frozenset({"STATEMENT", "CONSULT"})
_OPEN: Final[frozenset[Modality]] = frozenset({"future", "possible", "hypothetical"})
_FAR: Final = 10  # tokens of a long noun phrase before its expression
_NEAR: Final = 4  # tokens between a noun and the expression that dates it: de aanslag van vorige week


@mypyc_attr(acyclic=True, free_list_len=1)
class When:
    """The expression is an index into the mentions given to the coder, or None."""

    def __init__(self, relation: Relation, basis: TimeBasis, time: int | None) -> None:
        self.relation, self.basis, self.time = relation, basis, time


# what tense and aspect say of most events; never changed
_TO_COME: Final = When("AFTER", "tense_default", None)
_LONG_AGO: Final = When("BEFORE", "background", None)
_NOW: Final = When("OVERLAP", "tense_default", None)
_JUST: Final = When("IS_INCLUDED", "tense_default", None)
_STANDING: Final = When("INCLUDES", "none", None)


@mypyc_attr(acyclic=True, free_list_len=1)
class Timed:
    """A time expression of the sentence, in token indexes."""

    def __init__(self, mention: int, first: int, last: int, is_long: bool) -> None:
        self.mention, self.first, self.last = mention, first, last
        self.is_long = is_long
        """A month or more."""


def when(scene: Scene, group: Group, modality: Modality, times: list[Timed]) -> When:
    """Say when an event happened."""
    background = is_background(scene, group)
    own = _own(scene, group, times, background)
    if own is not None:
        return When(_relation(scene, group, own), "expression", own.mention)
    verb = scene.main_group(group.clause) if group.role == "noun" else None
    if verb is not None and verb.entry.flags & FLAG_OCCUR:
        return when(scene, verb, modality, times)
    if group.role == "noun" and (not background or _is_vehicle(scene, group)):
        if background and verb is not None:
            return when(scene, verb, modality, times)
        if verb is not None and verb.entry.event_type and modality not in _OPEN:
            inherited = when(scene, verb, modality, times)
            if inherited.time is not None:
                return inherited
    carried = None if background else _carried(scene, group, times)
    if carried is not None and modality not in _OPEN:
        return carried
    return _by_tense(scene, group, modality, background)


def is_said(group: Group) -> bool:
    """Whether the event is an act of speech, done when the text says so in the present: zegt, eist, gaat akkoord."""
    if group.passive:
        return group.entry.event_type == "STATEMENT"
    return bool(group.entry.flags & _VERBAL) or group.entry.event_type in SAID


def is_background(scene: Scene, group: Group) -> bool:
    """Whether the text treats the event as known or past: "de invasie", "eerder", a relative clause's history."""
    clause = scene.clauses[group.clause]
    if group.role == "noun":
        return _noun_is_background(scene, group)
    if group.tense == "PAST_PERFECT":
        return True
    if group.tense in ("PAST", "PRESENT_PERFECT") and scene.has_tag(BACKGROUND, group.clause):
        return True
    if group.role in ("reduced", "nominal") or (group.role == "to" and group.tense == "PRESENT_PERFECT"):
        return True
    if clause.kind != "rel" or clause.opener is None or group.tense not in ("PAST", "PRESENT_PERFECT"):
        return False
    # "waarbij" goes on telling, and who speaks speaks now
    return not scene.tags(clause.opener) & CONTINUATIVE and not is_said(group)


def _is_vehicle(scene: Scene, group: Group) -> bool:
    """Whether it is the occasion on which its clause's verb was said: zei hij in zijn toespraak."""
    verb = scene.main_group(group.clause)
    if verb is None or group.entry.event_type not in _OCCASIONS or not is_said(verb):
        return False
    first = group.first
    return any(scene.tags(i) & (LOCATIVE | DURING) for i in range(max(0, first - 2), first))


def _noun_is_background(scene: Scene, group: Group) -> bool:
    """Whether an event noun speaks of what is known: after an article, after "since", as part of another noun."""
    first = group.first
    known = False
    for back in range(1, 6):
        i = first - back
        if i < 0 or scene.tokens[i].is_break or scene.is_finite(i, group.clause):
            break
        word = scene.tokens[i].word
        if word.tags & PREP:
            before = scene.tokens[i - 1].word.governs if i else 0
            if (word.governs | before) & GOV_BACKGROUND:
                return True
            return known and not word.tags & DURING
        if word.governs & GOV_BACKGROUND or word.tags & BACKGROUND:
            known = True
    return known


def _own(scene: Scene, group: Group, times: list[Timed], background: bool) -> Timed | None:
    """The expression of the event's clause; a noun's own stands in its phrase."""
    if not times:
        return None
    if group.role == "noun":
        own = next((t for t in times if _dates_noun(scene, group, t)), None)
        verb = scene.main_group(group.clause)
        if own is None and not background and (verb is None or _leaves_long(verb)):
            near = [t for t in times if scene.owns(group.clause, t.first) and not _belongs_to_noun(scene, t)]
            own = next((t for t in near if verb is None or t.is_long), None)  # vrijdag was er een aanslag
        return own
    same = [t for t in times if scene.owns(group.clause, t.first) and not _belongs_to_noun(scene, t)]
    if _leaves_long(group):
        same = [t for t in same if not t.is_long]
    if group.role == "to":
        same = [t for t in same if _inside_infinitive(scene, group, t)]
    elif group.role in ("finite", "participle", "infinitive"):
        inner = [g for g in scene.of(group.clause) if g.role == "to" and g.head > group.head]
        same = [t for t in same if not any(_inside_infinitive(scene, g, t) for g in inner)] or same[:0]
    if len(same) < 2:
        return same[0] if same else None
    return min(same, key=lambda t: min(abs(t.first - i) for i in group.used))


def _leaves_long(verb: Group) -> bool:
    """Whether a month or more in its clause is of what is said and not of saying it: meldt over 2025 een verlies."""
    return verb.tense == "PRESENT" and verb.role == "finite" and is_said(verb)


def _inside_infinitive(scene: Scene, group: Group, time: Timed) -> bool:
    """Whether an expression stands in the stretch of an infinitive: after the verb that governs it."""
    if not scene.lexicon.verb_second:
        return time.first > group.head
    start = -1
    for g in scene.of(group.clause):
        if g.last > start and g.head < group.head and g.role in ("finite", "participle"):
            start = g.last
    for i in range(start + 1, group.head):
        if scene.tags(i) & PURPOSE:
            return time.first > i
    return time.first > start and start != scene.clauses[group.clause].verb


def _dates_noun(scene: Scene, group: Group, time: Timed) -> bool:
    """Whether an expression is part of the noun's phrase: de aanslag van vorige week, de moord op X in 2018 was …"""
    last = group.last
    if not 0 < time.first - last <= _FAR:
        return False
    between = range(last + 1, time.first)
    if time.first - last <= _NEAR and all(scene.tags(i) & (PREP | DEF | OF) for i in between):
        return True
    # what stands before the finite verb of a main clause is one phrase, and so is all that hangs on its noun
    clause = scene.clauses[group.clause]
    before_verb = clause.kind == "main" and clause.verb is not None and time.last < clause.verb
    if not before_verb or any(not scene.owns(group.clause, i) or scene.uses[i] & VERBAL for i in between):
        return False
    introduced = scene.tags(time.first - 1) & PREP or scene.tags(time.first) & PREP
    return bool(introduced and not any(g.role == "noun" and last < g.head < time.first for g in scene.groups))


def _belongs_to_noun(scene: Scene, time: Timed) -> bool:
    """Whether a noun takes the expression, or a preposition says that it is no time of the verb: winst over 2008."""
    before = (time.first - 1, time.first - 2)
    if time.first > 1 and any(scene.tags(i) & OF for i in before):
        return True
    if _is_attributive(scene, time):
        return True
    for i in before:
        if i >= 0 and scene.tokens[i].low in scene.lexicon.topics:
            return True
        if i < 0 or not scene.tags(i) & DEF:
            break
    return any(g.role == "noun" and _dates_noun(scene, g, time) and _holds(scene, g, time) for g in scene.groups)


def _is_attributive(scene: Scene, time: Timed) -> bool:
    """Whether it stands between an article and its noun: de in februari ontslagen topman."""
    prep = time.first if scene.tags(time.first) & PREP else time.first - 1
    return bool(prep > 0 and scene.tags(prep) & PREP and scene.tags(prep - 1) & ARTICLE)


def _holds(scene: Scene, noun: Group, time: Timed) -> bool:
    """Whether a noun keeps its expression from the verb: before the verb, or a span that the verb does not fill."""
    clause = scene.clauses[noun.clause]
    if clause.verb is not None and time.last < clause.verb and noun.head + 1 < time.first:
        return True
    return any(scene.tokens[i].low in scene.lexicon.since for i in (time.first, time.first - 1))


def _relation(scene: Scene, group: Group, time: Timed) -> Relation:
    """What the preposition before the expression says; it may stand inside the expression too."""
    lexicon = scene.lexicon
    ongoing = group.entry.flags & FLAG_STATE or group.tense == "PRESENT"
    for i in (time.first, time.first - 1, time.first - 2):
        if i < 0 or (i < time.first and (scene.tokens[i].is_break or i == scene.clauses[group.clause].opener)):
            break
        word = scene.tokens[i].low
        if word in lexicon.anchoring:
            return "INCLUDES" if ongoing and word in lexicon.since else "AFTER"
        if word in lexicon.until:
            return "BEFORE"
        if word in lexicon.before:
            return "BEFORE"
        if word in lexicon.after:
            return "AFTER"
        if scene.tags(i) & PREP and i < time.first:
            break
    return "IS_INCLUDED"


def _carried(scene: Scene, group: Group, times: list[Timed]) -> When | None:
    """The expression of a clause that this one is joined to."""
    clause, parent_at = scene.clauses[group.clause], _joined_to(scene, group.clause) if times else None
    if parent_at is None:
        return None
    near = [t for t in times if scene.owns(parent_at, t.first) and not _belongs_to_noun(scene, t)]
    if not near or (near[0].is_long and _leaves_long(group)):
        return None
    before = clause.opener is not None and scene.tokens[clause.opener].low in scene.lexicon.after_openers
    parent = scene.main_group(parent_at)
    if parent is not None and _relation(scene, parent, near[0]) != "IS_INCLUDED":
        return None
    if before or group.tense == "PAST_PERFECT":
        return When("BEFORE", "carried", near[0].mention)
    return When("IS_INCLUDED", "carried", near[0].mention) if group.tense != "FUTURE" else None


def _joined_to(scene: Scene, number: int) -> int | None:
    """The clause whose time a clause shares: the one it hangs on, or the main clause told before it."""
    clause = scene.clauses[number]
    if clause.parent is not None:
        continues = clause.opener is not None and scene.tags(clause.opener) & CONTINUATIVE
        return clause.parent if clause.kind in ("main", "sub") or continues else None
    if clause.kind != "main" or clause.quoted:
        return None
    return next((k for k in range(number - 1, -1, -1) if scene.clauses[k].kind == "main"), None)


def _by_tense(scene: Scene, group: Group, modality: Modality, background: bool) -> When:
    tense = group.tense
    has_happened = tense in ("PAST", "PRESENT_PERFECT", "PAST_PERFECT")
    if modality in _OPEN and not (modality == "possible" and has_happened):
        return _TO_COME
    if background:
        return _LONG_AGO
    flags = group.entry.flags
    if group.role == "noun":
        return _noun_by_clause(scene, group, modality)
    if tense == "FUTURE":
        return _TO_COME
    if tense == "PRESENT_PERFECT" and flags & FLAG_STATE:
        return _NOW
    if has_happened:
        return _JUST
    if flags & FLAG_STATE and not group.passive:
        return _STANDING
    if scene.kind == "headline" or is_said(group):
        return _JUST
    if tense == "PRESENT":
        return _NOW
    return _LONG_AGO


def _was(scene: Scene, number: int) -> bool:
    """Whether a clause tells of a noun with no more than a verb of being in the past: er was brand."""
    verb = scene.clauses[number].verb
    return bool(verb is not None and scene.tags(verb) & BE_PAST)


def _noun_by_clause(scene: Scene, group: Group, modality: Modality) -> When:
    """A noun that is news itself happens with the verb of its clause."""
    if group.entry.flags & FLAG_STATE and scene.kind != "headline":
        verb = scene.main_group(group.clause)
        if verb is None or verb.tense in ("PRESENT", "INFINITIVE"):
            return _STANDING
        return _LONG_AGO
    verb = scene.main_group(group.clause)
    if scene.kind == "headline" or (verb is None and _was(scene, group.clause)):
        return _JUST
    if verb is None:
        return _LONG_AGO
    if verb.tense in ("PAST", "PRESENT_PERFECT"):
        return _LONG_AGO if is_background(scene, verb) or verb.entry.flags & FLAG_SPEECH else _JUST
    return _LONG_AGO
