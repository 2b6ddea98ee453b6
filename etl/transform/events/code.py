"""From units, sentences, times and places to event mentions: the way into the events room.

Shape: a batch of units of one language in, a list of `EventMention` out, in the order of the sentences. Spans are
code points of the unit's text; indexes point into the time and place mentions that were given.
"""

from collections.abc import Sequence
from typing import Final

from mypy_extensions import mypyc_attr

from etl import languages
from etl.schema.core import LocationBasis
from etl.transform.events import lexicon as lexicons
from etl.transform.events.marks import (
    DEF,
    FLAG_EVID,
    FLAG_OCCUR,
    FLAG_SPEECH,
    FLAG_THERE,
    LOCATIVE,
    OF,
    PREP,
    PRONOUN,
    THAT,
)
from etl.transform.events.modality import Stance, comments, stance
from etl.transform.events.participants import Cast
from etl.transform.events.recall import Recall, is_news
from etl.transform.events.records import EventMention, Participant
from etl.transform.events.scene import COVERED, VERBAL, Scene, Spot, read_events
from etl.transform.events.timing import Timed, When, is_said, when
from etl.transform.events.tokens import Batch
from etl.transform.events.verbs import Group
from etl.transform.records import PlaceMention, SentenceSpan, TimeMention, Unit

_LONGEST: Final = 1500  # characters of a sentence that is read as one: clauses look at each other
_REACH: Final = 6  # tokens from a place back to its preposition
_LONG: Final = frozenset({"month", "quarter", "year"})
_DAYS: Final = frozenset({"day", "part_of_day"})
_DATED: Final = frozenset({"DATE", "TIME"})
_NOWHERE: Final[tuple[int | None, LocationBasis]] = (None, "none")
_NOTHING: Final[list[int]] = []
_NO_TIMES: Final[list[Timed]] = []
_NO_PLACES: Final[list[tuple[int, PlaceMention]]] = []
_NO_SPOTS: Final[list[tuple[int, int]]] = []
_NONE_STATED: Final[dict[int, int]] = {}
_NO_END: Final = 1 << 61
_UNIT: Final = 32  # bits of a place in a unit's text, where unit and place are one number
_POINTS: Final = DEF | PRONOUN | THAT
_SPREAD: Final = 5  # tokens from the first to the last of a trigger; of one further apart the verb alone is told
_LOOK_BACK: Final = 3  # tokens between a preposition of place and the place


def code(
    units: Sequence[Unit],
    sentences: Sequence[SentenceSpan],
    times: Sequence[TimeMention],
    places: Sequence[PlaceMention],
    language: str,
) -> list[EventMention]:
    """Find the events of a batch of units.

    Args:
        units: headlines and bodies in one language.
        sentences: their sentences; an event never reaches over one.
        times: time expressions found in the units.
        places: place mentions found in the units.
        language: ISO 639-1; a language without an event lexicon gives no events.

    Returns:
        Event mentions, in the order of the sentences and of the triggers in them.

    """
    if not languages.has(language, "events_verbs.csv"):
        return []
    lexicon = lexicons.load(language)
    times_of, places_of = _Placed(times), _Placed(places)
    result: list[EventMention] = []
    recalls: dict[int, Recall] = {}
    told, of_article = Recall(), -1
    lines = _Lines()
    spans = _bounded(sentences, units)
    batch = Batch([units[unit].text[start:end] for unit, start, end in spans], lexicon)
    for i, span in enumerate(spans):
        number, start, end = span
        text, article, kind = units[number]
        scene = read_events(batch.cut(i), kind, lexicon)
        if scene is None or not any(_is_event(scene, group) for group in scene.groups):
            continue
        sentence = _Sentence(text, number, start, scene)
        if times_of.has(number, start, end):
            for index in times_of.within(number, start, end):
                sentence.add_time(index, times[index])
        if places_of.has(number, start, end):
            for index in places_of.within(number, start, end):
                sentence.add_place(index, places[index])
        if article != of_article:
            told, of_article = recalls.setdefault(article, Recall()), article
        sentence.add_events(result, told, lines.of(number, text, start))
    return result


def _bounded(sentences: Sequence[SentenceSpan], units: Sequence[Unit]) -> Sequence[SentenceSpan]:
    """Sentences whole; what is too long to be one, a table or a run of words without a stop, in parts."""
    if not any(end - start > _LONGEST for _, start, end in sentences):
        return sentences
    result: list[SentenceSpan] = []
    for span in sentences:
        start, end, text = span.start, span.end, units[span.unit].text
        while end - start > _LONGEST:
            space = text.rfind(" ", start + 1, start + _LONGEST)
            cut = space if space > 0 else start + _LONGEST
            result.append(SentenceSpan(span.unit, start, cut))
            start = cut
        result.append(span if start == span.start else SentenceSpan(span.unit, start, end))
    return result


@mypyc_attr(acyclic=True, free_list_len=1)
class _Lines:
    """Numbers the paragraphs: each line of a unit is one."""

    def __init__(self) -> None:
        self._unit, self._at, self._line = -1, 0, 0

    def of(self, unit: int, text: str, start: int) -> int:
        """The paragraph of a sentence, unlike that of any other unit; asked for in the order of the text."""
        if unit != self._unit or start < self._at:
            self._unit, self._at = unit, 0
            self._line += 1
        if start > self._at:
            self._line += text.count("\n", self._at, start)
            self._at = start
        return self._line


@mypyc_attr(acyclic=True, free_list_len=1)
class _Placed:
    """Mentions in the order of the text, with their indexes in the sequence given."""

    def __init__(self, mentions: Sequence[TimeMention] | Sequence[PlaceMention]) -> None:
        starts = [(m.unit << _UNIT) + m.start for m in mentions]
        order: list[tuple[int, int]] = sorted(zip(starts, range(len(starts)), strict=True))
        self._starts: list[int] = [start for start, _ in order]
        """Unit and start as one number."""
        self._indexes: list[int] = [i for _, i in order]
        self._ends: list[int] = [m.end for m in mentions]
        self._next = 0
        self._before, self._after = -1, self._starts[0] if self._starts else _NO_END
        """The starts at either side of where it was asked last."""

    def has(self, unit: int, start: int, end: int) -> bool:
        """Whether any mention may begin inside a sentence."""
        return (unit << _UNIT) + start <= self._before or self._after < (unit << _UNIT) + end

    def within(self, unit: int, start: int, end: int) -> list[int]:
        """Indexes of the mentions inside a sentence; quick where sentences are asked for in the order of the text."""
        first, stop, n = (unit << _UNIT) + start, (unit << _UNIT) + end, self._next
        while n > 0 and self._starts[n - 1] >= first:
            n -= 1
        while n < len(self._starts) and self._starts[n] < first:
            n += 1
        found = _NOTHING
        while n < len(self._starts) and self._starts[n] < stop:
            if self._ends[self._indexes[n]] <= end:
                found = [*found, self._indexes[n]]
            n += 1
        self._next = n
        self._before = self._starts[n - 1] if n > 0 else -1
        self._after = self._starts[n] if n < len(self._starts) else _NO_END
        return found


@mypyc_attr(acyclic=True, free_list_len=1)
class _Sentence:
    def __init__(self, text: str, unit: int, offset: int, scene: Scene) -> None:
        self.text, self.unit, self.offset, self.scene = text, unit, offset, scene
        """The unit's text, its number, and where the sentence begins in it."""
        # most sentences have none of these
        self.timed = _NO_TIMES
        self.stated = _NONE_STATED
        """The place stated for the first event of a clause that has one."""
        self.days = _NOTHING
        """Those of the expressions that a tale can go on from: "zaterdag", not "om vijf uur" and not "in 2019"."""
        self.places = _NO_PLACES
        self.spots = _NO_SPOTS
        """Index of a place mention that may say where, and its first token."""

    def add_time(self, index: int, time: TimeMention) -> None:
        """Lay a time expression over the tokens."""
        first, last = self._covers(time.start, time.end)
        if first < len(self.scene.starts) and time.timex_type in _DATED:
            self.timed = [*self.timed, Timed(index, first, last, time.precision in _LONG)]
            if time.precision in _DAYS:
                self.days = [*self.days, index]
        for i in range(first, min(last + 1, len(self.scene.starts))):
            self.scene.uses[i] |= COVERED

    def add_place(self, index: int, place: PlaceMention) -> None:
        """Lay a place mention over the tokens."""
        self.places = [*self.places, (index, place)]
        first, last = self._covers(place.start, place.end)
        self.scene.lay(Spot(index, place), first, last + 1)
        if place.role != "demonym" and place.place is not None:
            if first and self.scene.end(first - 1) > place.start - self.offset:
                first -= 1  # it begins inside a token
            if first < len(self.scene.starts):
                self.spots = [*self.spots, (index, first)]

    def _covers(self, start: int, end: int) -> tuple[int, int]:
        """The first and the last token of a stretch of the unit's text."""
        starts, start, end = self.scene.starts, start - self.offset, end - self.offset
        first = 0
        while first < len(starts) and starts[first] < start:
            first += 1
        stop = first
        while stop < len(starts) and starts[stop] < end:
            stop += 1
        return first, max(first, stop - 1)

    def add_events(self, result: list[EventMention], told: Recall, line: int) -> None:
        """Add the events of the sentence.

        Args:
            result: what they are added to.
            told: what its article has told before; what this sentence tells is added.
            line: number of its paragraph.
        """
        scene = self.scene
        cast = Cast(scene, self.text, self.offset)
        events = [group for group in scene.groups if _is_event(scene, group)]
        for group in events:
            if group.entry.flags & _SAYS and _only_says(scene, group, _tells_more(scene, group, events)):
                continue
            how = stance(scene, group)
            at = self._when(group, how, told, line)
            people = cast.of(group, how)
            happened = is_news(how.modality, at) and not is_said(group)
            where = self._where(group, told, line, happened)
            if where[0] is None:
                where = self._of_actor(people)
            result.append(self._mention(group, how, at, where, people))

    def _mention(
        self,
        group: Group,
        how: Stance,
        at: When,
        where: tuple[int | None, LocationBasis],
        participants: tuple[Participant, ...],
    ) -> EventMention:
        first, last = group.first, group.last
        if last - first > _SPREAD:
            first = last = group.head
        start, end = self.scene.starts[first] + self.offset, self.scene.end(last) + self.offset
        entry = group.entry
        return EventMention(
            self.unit,
            start,
            end,
            self.scene.tokens[first].surface if first == last else self.text[start:end],
            entry.lemma,
            entry.event_type,
            entry.mode,
            self.scene.lexicon.named_contexts(self.scene.clauses[group.clause].contexts | entry.contexts),
            group.tense,
            how.polarity,
            how.modality,
            at.relation,
            at.basis,
            at.time,
            where[0],
            where[1],
            participants,
            _confidence(group),
        )

    def _when(self, group: Group, how: Stance, told: Recall, line: int) -> When:
        """The time of an event: by its sentence, by what the article told of it, or by the tale it goes on with."""
        at = when(self.scene, group, how.modality, self.timed)
        if group.role == "noun" and at.basis == "background":
            at = told.of(group.entry) or at
        elif at.basis == "tense_default" and at.relation == "IS_INCLUDED" and _goes_on(group):
            day = told.day(line)
            at = at if day is None else When("IS_INCLUDED", "carried", day)
        told.tell(group.entry, how.modality, at)
        if at.basis == "expression" and is_news(how.modality, at):
            told.was_on(at.time if at.time is not None and at.time in self.days else None, line)
        return at

    def _where(self, group: Group, told: Recall, line: int, happened: bool) -> tuple[int | None, LocationBasis]:
        """The place of an event: stated in its clause, or carried from the clause it hangs on or the article."""
        place = self._stated(group)
        if place is not None:
            if group.clause not in self.stated:
                self.stated = {**self.stated, group.clause: place}
            if happened:
                told.stood(place, line)
            return place, "stated"
        parent = self.scene.clauses[group.clause].parent
        place = self.stated.get(parent) if parent is not None else None
        if place is None and happened:
            place = told.where(line)
        return (place, "carried") if place is not None else _NOWHERE

    def _stated(self, group: Group) -> int | None:
        """The place after a preposition of place in the event's clause; the nearest one, after it not before."""
        best: int | None = None
        best_key = (False, 0)
        for index, first in self.spots:
            if not self.scene.owns(group.clause, first):
                continue
            is_object = bool(group.entry.flags & FLAG_THERE) and 0 < first - group.head <= _LOOK_BACK
            if not is_object and not _is_locative(self.scene, first):
                continue
            distance = first - group.head
            key = (distance < 0, abs(distance))
            if best is None or key < best_key:
                best, best_key = index, key
        return best

    def _of_actor(self, people: Sequence[Participant]) -> tuple[int | None, LocationBasis]:
        """The country in an actor's name: the weakest evidence of where it was."""
        for index, place in self.places:
            if place.place is not None and any(p.role == "actor" and p.start <= place.start < p.end for p in people):
                return index, "actor"
        return _NOWHERE


def _goes_on(group: Group) -> bool:
    """Whether an event is part of a tale: a verb in the past that is no act of speech."""
    return group.tense == "PAST" and group.role != "noun" and not is_said(group)


def _is_event(scene: Scene, group: Group) -> bool:
    """Whether a group is a row of its own."""
    if not group.entry.event_type or scene.uses[group.head] & COVERED:
        return False
    if group.entry.flags & FLAG_OCCUR:  # the noun it says of that it took place is the event
        return not any(g.role == "noun" and g.clause == group.clause for g in scene.groups)
    return True


def _is_first_content(scene: Scene, group: Group) -> bool:
    """Whether it stands in a clause that is the object of what follows: "Dat hij vertrekt, bevestigde de club"."""
    clause = scene.clauses[group.clause]
    return clause.kind == "that" and clause.parent is None


def _tells_more(scene: Scene, group: Group, events: list[Group]) -> bool:
    """Whether another clause than that of a verb of speech tells an event."""
    return any(g.clause != group.clause and not _is_first_content(scene, g) for g in events)


_SAYS: Final = FLAG_SPEECH | FLAG_EVID


def _only_says(scene: Scene, group: Group, has_others: bool) -> bool:
    """Whether a verb of speech does no more than name who says so: "…, zegt de minister", "Dat melden media".

    Said of a sentence that tells another event; what is said of nothing else is an event itself.
    """
    clause = scene.clauses[group.clause]
    if clause.kind != "main" or group.role != "finite":
        return False
    first = clause.tokens[0]
    inverted = first == clause.verb and group.clause > 0
    inverted |= not scene.lexicon.verb_second and comments(scene, group.clause)
    points_back = (
        len(clause.tokens) > 1 and clause.tokens[1] == clause.verb and scene.tags(first) & _POINTS == _POINTS
    )
    return (inverted and has_others) or points_back


def _is_locative(scene: Scene, first: int) -> bool:
    """Whether a preposition of place stands before a place, or before what it belongs to: op het vliegveld van X."""
    for i in range(first - 1, max(-1, first - _REACH), -1):
        tags = scene.tags(i)
        if tags & LOCATIVE:
            return True
        if scene.tokens[i].is_break or scene.uses[i] & VERBAL or (tags & PREP and not tags & OF):
            return False
    return False


def _confidence(group: Group) -> float:
    """A rough trust: phrases and particles say more than a bare verb, a bare verb more than a reduced one."""
    if group.role in ("reduced", "nominal", "ing"):
        return 0.5
    return 0.8 if len(group.used) > 1 or group.entry.need else 0.7
