"""When an event happened: the expression it hangs on, or what its tense says against the publication.

What belongs here: `relation`, `time_basis` and the index of the expression. What does not: bounds; those are made by
`etl.transform.anchors` when the clocks are known.
"""

from typing import NamedTuple

from etl.schema.core import Modality, Relation, TimeBasis
from etl.transform.events.scene import Scene
from etl.transform.events.verbs import Group

_VERBAL = frozenset({"speech", "claim", "wish", "ask", "promise", "deny", "refuse", "allege", "evid"})
_OPEN: frozenset[Modality] = frozenset({"future", "possible", "hypothetical"})
_NEAR = 4  # tokens between a noun and the expression that dates it: de aanslag van vorige week


class When(NamedTuple):
    """The expression is an index into the scene's times, or None."""

    relation: Relation
    basis: TimeBasis
    time: int | None


class Timed(NamedTuple):
    """A time expression of the sentence, in token indexes."""

    mention: int
    first: int
    last: int


def when(scene: Scene, group: Group, modality: Modality, times: list[Timed]) -> When:
    """Say when an event happened."""
    background = is_background(scene, group)
    own = _own(scene, group, times, background)
    if own is not None:
        return When(_relation(scene, group, own), "expression", own.mention)
    if group.role == "noun" and not background:
        verb = scene.main_group(group.clause)
        if verb is not None and verb.entry.event_type and modality not in _OPEN:
            inherited = when(scene, verb, modality, times)
            if inherited.time is not None:
                return inherited
    carried = None if background else _carried(scene, group, times)
    if carried is not None and modality not in _OPEN:
        return carried
    return _by_tense(scene, group, modality, background)


def is_background(scene: Scene, group: Group) -> bool:
    """Whether the text treats the event as known or past: "de invasie", "eerder", a relative clause's history."""
    clause = scene.clauses[group.clause]
    if group.role == "noun":
        return _noun_is_background(scene, group)
    if group.tense == "PAST_PERFECT":
        return True
    if any("background" in scene.tags(i) for i in clause.tokens) and group.tense in ("PAST", "PRESENT_PERFECT"):
        return True
    if group.role in ("reduced", "nominal"):
        return True
    return clause.kind == "rel" and group.tense in ("PAST", "PRESENT_PERFECT") and clause.opener is not None


def _noun_is_background(scene: Scene, group: Group) -> bool:
    first = group.used[0]
    clause = scene.clauses[group.clause]
    for back in range(1, 6):
        i = first - back
        if i < 0 or scene.tokens[i].is_break or i == clause.verb:
            break
        word = scene.tokens[i].word
        if "during" in word.tags and back <= 3:
            return False
        if "background" in word.governs or "background" in word.tags:
            during = any("during" in scene.tags(j) for j in range(max(0, i - 1), i))
            return not during
    return False


def _own(scene: Scene, group: Group, times: list[Timed], background: bool) -> Timed | None:
    """The expression of the event's clause; a noun's own stands just after it."""
    last = max(group.used)
    if group.role == "noun":
        near = [t for t in times if 0 < t.first - last <= _NEAR and _plain_between(scene, last, t.first)]
        return near[0] if near else None
    same = [t for t in times if scene.owner[t.first] == group.clause and not _belongs_to_noun(scene, t)]
    if group.role == "to":
        same = [t for t in same if _inside_infinitive(scene, group, t)]
    elif group.role in ("finite", "participle", "infinitive"):
        inner = [g for g in scene.groups if g.clause == group.clause and g.role == "to" and g.head > group.head]
        same = [t for t in same if not any(_inside_infinitive(scene, g, t) for g in inner)] or same[:0]
    return min(same, key=lambda t: min(abs(t.first - i) for i in group.used)) if same else None


def _inside_infinitive(scene: Scene, group: Group, time: Timed) -> bool:
    """Whether an expression stands in the stretch of an infinitive: after the verb that governs it."""
    before = [
        max(g.used)
        for g in scene.groups
        if g.clause == group.clause and g.role in ("finite", "participle") and g.head < group.head
    ]
    start = max(before, default=-1)
    purpose = [i for i in range(start + 1, group.head) if "purpose" in scene.tags(i)]
    if purpose:
        return time.first > purpose[0]
    clause = scene.clauses[group.clause]
    final = max(before, default=-1)
    return time.first > final and final != clause.verb


def _plain_between(scene: Scene, start: int, stop: int) -> bool:
    """Only prepositions, articles and words without a verb stand between."""
    between = range(start + 1, stop)
    return all(scene.tags(i) & {"prep", "def", "of"} for i in between)


def _belongs_to_noun(scene: Scene, time: Timed) -> bool:
    """Whether "van" ties the expression to a noun: het bezoek van vorige week."""
    return any("of" in scene.tags(i) for i in (time.first - 1, time.first - 2)) and time.first > 1


def _relation(scene: Scene, group: Group, time: Timed) -> Relation:
    """What the preposition before the expression says; it may stand inside the expression too."""
    lexicon = scene.lexicon
    ongoing = "state" in group.entry.flags or group.tense == "PRESENT"
    for i in (time.first, time.first - 1, time.first - 2):
        if i < 0 or (i < time.first and scene.tokens[i].is_break):
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
        if "prep" in word and i < time.first:
            break
    return "IS_INCLUDED"


def _carried(scene: Scene, group: Group, times: list[Timed]) -> When | None:
    """The expression of a clause that this one is joined to."""
    clause = scene.clauses[group.clause]
    if clause.parent is None or clause.kind not in ("main", "sub"):
        return None
    near = [t for t in times if scene.owner[t.first] == clause.parent and not _belongs_to_noun(scene, t)]
    if not near:
        return None
    before = clause.opener is not None and scene.tokens[clause.opener].low in scene.lexicon.after_openers
    parent = scene.main_group(clause.parent)
    if parent is not None and _relation(scene, parent, near[0]) != "IS_INCLUDED":
        return None
    if before or group.tense == "PAST_PERFECT":
        return When("BEFORE", "carried", near[0].mention)
    return When("IS_INCLUDED", "carried", near[0].mention) if group.tense != "FUTURE" else None


def _by_tense(scene: Scene, group: Group, modality: Modality, background: bool) -> When:
    tense = group.tense
    has_happened = tense in ("PAST", "PRESENT_PERFECT", "PAST_PERFECT")
    if modality in _OPEN and not (modality == "possible" and has_happened):
        return When("AFTER", "tense_default", None)
    if background:
        return When("BEFORE", "background", None)
    flags = group.entry.flags
    if group.role == "noun":
        return _noun_by_clause(scene, group, modality)
    if tense == "FUTURE":
        return When("AFTER", "tense_default", None)
    if tense == "PRESENT_PERFECT" and "state" in flags:
        return When("OVERLAP", "tense_default", None)
    if has_happened:
        return When("IS_INCLUDED", "tense_default", None)
    if "state" in flags and not group.passive:
        return When("INCLUDES", "none", None)
    if scene.kind == "headline" or (flags & _VERBAL and not group.passive) or group.entry.event_type == "STATEMENT":
        return When("IS_INCLUDED", "tense_default", None)
    if tense == "PRESENT":
        return When("OVERLAP", "tense_default", None)
    return When("BEFORE", "background", None)


def _noun_by_clause(scene: Scene, group: Group, modality: Modality) -> When:
    """A noun that is news itself happens with the verb of its clause."""
    if "state" in group.entry.flags and scene.kind != "headline":
        verb = scene.main_group(group.clause)
        if verb is None or verb.tense in ("PRESENT", "INFINITIVE"):
            return When("INCLUDES", "none", None)
        return When("BEFORE", "background", None)
    verb = scene.main_group(group.clause)
    if scene.kind == "headline" or verb is None:
        return (
            When("IS_INCLUDED", "tense_default", None)
            if scene.kind == "headline"
            else When("BEFORE", "background", None)
        )
    if verb.tense in ("PAST", "PRESENT_PERFECT"):
        return (
            When("BEFORE", "background", None)
            if is_background(scene, verb) or "speech" in verb.entry.flags
            else When("IS_INCLUDED", "tense_default", None)
        )
    return When("BEFORE", "background", None)
