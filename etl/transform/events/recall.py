"""What an article has told already: an event noun that speaks of it again takes its time.

What belongs here: "de aanslag", "het ongeluk" of an event that was dated before, and which way a bare weekday looks
when a verb in the present hangs on it. What does not: the time of an event by its own sentence (`timing`).
"""

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from mypy_extensions import mypyc_attr

from etl.schema.core import Modality
from etl.transform.events.lexicon import Entry
from etl.transform.events.marks import (
    FLAG_STATE,
)
from etl.transform.events.records import EventMention
from etl.transform.events.timing import SAID, When
from etl.transform.records import TimeMention, Unit

_NO_NEWS: Final = frozenset({"OTHER", "STATEMENT"})
"""Types too wide to tell by themselves that two mentions are one event."""
_TOLD: Final[frozenset[Modality]] = frozenset({"asserted", "reported"})
_HAPPENED: Final = frozenset({"PAST", "PRESENT_PERFECT", "PAST_PERFECT"})
_TO_COME: Final[frozenset[Modality]] = frozenset({"future", "possible", "hypothetical"})
_STEM: Final = 3  # letters that a noun and its verb share at least: daling, dalen
_ENDING: Final = 2


@mypyc_attr(acyclic=True, free_list_len=1)
class _Told:
    def __init__(self, entry: Entry, when: When) -> None:
        self.entry, self.when = entry, when


@mypyc_attr(acyclic=True, free_list_len=1)
class Recall:
    """The dated events of an article, in the order of the text."""

    def __init__(self) -> None:
        self._told: dict[str, list[_Told]] = {}
        self._focus: int | None = None
        self._near: tuple[int, int] | None = None
        self._dated: tuple[int, int] | None = None

    def tell(self, entry: Entry, modality: Modality, when: When) -> None:
        """Remember an event that the text dates."""
        if is_news(modality, when):
            known = self._told.get(entry.event_type)
            if known is None:
                known = self._told[entry.event_type] = []
            known.append(_Told(entry, when))

    def was_on(self, day: int | None, line: int) -> None:
        """Remember the expression of a day on which something happened; None: of no day, so the tale breaks off."""
        self._dated = None if day is None else (line, day)

    def day(self, line: int) -> int | None:
        """The expression that the tale of a paragraph goes on from: of the last event in it that has one."""
        return self._dated[1] if self._dated is not None and self._dated[0] == line else None

    def stood(self, place: int, line: int) -> None:
        """Remember where the text says that something happened: the first such place is what the article is about."""
        if self._focus is None:
            self._focus = place
        self._near = line, place

    def where(self, line: int) -> int | None:
        """The place of an event that has none of its own: the last one in its paragraph, else the article's focus."""
        return self._near[1] if self._near is not None and self._near[0] == line else self._focus

    def of(self, entry: Entry) -> When | None:
        """The time of the last event told that a noun may speak of."""
        if entry.flags & FLAG_STATE:
            return None
        for told in reversed(self._told.get(entry.event_type, [])):
            if _is_same(entry, told.entry):
                return When(told.when.relation, "carried", told.when.time)
        return None


def is_news(modality: Modality, when: When) -> bool:
    """Whether an event is told as having happened at a time that the text gives, and not as history."""
    is_dated = when.relation == "IS_INCLUDED" and when.basis in ("expression", "carried", "tense_default")
    return is_dated and modality in _TOLD


def _is_same(noun: Entry, told: Entry) -> bool:
    if noun.event_type in _NO_NEWS:
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(noun.lemma, told.lemma, strict=False)))
        return shared >= max(_STEM, min(len(noun.lemma), len(told.lemma)) - _ENDING)
    return noun.mode is None or told.mode is None or noun.mode == told.mode


def turn(times: Sequence[TimeMention], events: Sequence[EventMention], units: Sequence[Unit]) -> list[TimeMention]:
    """Let a bare day or month look ahead where all that hangs on it is yet to come, and back where it has been.

    "De ministers overleggen vrijdag" is of the next Friday, "zegt vrijdag" and a headline are of the last one.

    Args:
        times: expressions, those that a cue turned already included.
        events: the events of the same units.
        units: the units.

    Returns:
        The expressions in their order, with directions set.
    """
    ahead: dict[int, bool] = {}
    behind: dict[int, bool] = {}
    for event in events:
        index = event.time_mention
        if index is None or event.relation != "IS_INCLUDED" or event.tense == "NONE":
            continue
        is_open, has_been = event.modality in _TO_COME, event.tense in _HAPPENED
        is_planned = event.tense in ("PRESENT", "FUTURE") and event.event_type not in SAID
        is_told = has_been or units[event.unit].kind == "headline"
        ahead[index] = ahead.get(index, True) and (is_open or is_planned) and not is_told
        behind[index] = behind.get(index, True) and has_been and not is_open
    turned = list(times)
    for i in ahead:  # those that an event hangs on
        direction = _direction(times[i], ahead[i], behind[i])
        if direction != times[i].direction:
            turned[i] = times[i]._replace(direction=direction)
    return turned


def _direction(time: TimeMention, ahead: bool, behind: bool) -> str | None:
    if behind:
        return "past"
    return time.direction or ("future" if ahead else None)
