"""Precision, recall and F1 of what Dateline reads in composed pages, over exact spans."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from etl.transform import agencies, pages
from etl.transform.places import gazetteer
from etl.transform.records import Dateline, Item
from tests.composed.compose import Page


class Score(NamedTuple):
    """Counts of one measure."""

    right: int
    found: int
    gold: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return 2 * self.right / (self.found + self.gold) if self.found + self.gold else 1.0


Facts = dict[str, set[tuple[int, object]]]
"""Where an item starts and what is said of it, by measure."""
Wrong = tuple[Page, str, set[tuple[int, object]], set[tuple[int, object]]]
"""Page, measure, missed, invented."""


def gold_facts(page: Page) -> Facts:
    """What is right, by measure."""
    items = page.items
    return {
        "items": {item.span for item in items},
        "titles": {(item.span[0], item.title) for item in items if item.title},
        "places": {(item.span[0], item.places) for item in items if item.places},
        "agencies": {(item.span[0], item.agencies) for item in items if item.agencies},
        "dates": {(item.span[0], item.date) for item in items if item.date},
        "stamps": {(item.span[0], item.stamp) for item in items if item.stamp},
    }


def read_facts(page: Page) -> Facts:
    """What Dateline reads, by measure."""
    split = pages.whole if page.layout == "W" else pages.split
    read = split(page.text, gazetteer.load().knows)
    facts: Facts = {name: set() for name in ("items", "titles", "places", "agencies", "dates", "stamps")}
    for item in read.items:
        at = item.item.start
        facts["items"].add((item.item.start, item.item.end))
        if item.headline:
            facts["titles"].add((at, tuple(item.headline)))
        if item.dateline and item.dateline.places:
            facts["places"].add((at, tuple(page.text[a:b] for a, b in item.dateline.places)))
        if codes := _codes(item):
            facts["agencies"].add((at, codes))
        if item.dateline and (date := _month_and_day(item.dateline)):
            facts["dates"].add((at, date))
        if item.stamp:
            facts["stamps"].add((at, (item.stamp.start, item.stamp.end)))
    return facts


def _codes(item: Item) -> tuple[str, ...]:
    known = agencies.directory().facts
    return tuple(
        known[c.agency_id].code if c.agency_id in known else c.agency_id.removeprefix(agencies.UNRESOLVED).upper()
        for c in item.credits
    )


def _month_and_day(dateline: Dateline) -> tuple[int, int] | None:
    if not dateline.date_symbol:
        return None
    _, month, day = dateline.date_symbol.split("-")
    return int(month), int(day)


def score(composed: Iterable[Page]) -> tuple[dict[str, Score], list[Wrong]]:
    """The score by measure, and what is wrong: page, measure, missed, invented."""
    counts: Counter[tuple[str, str]] = Counter()
    wrong: list[Wrong] = []
    for page in composed:
        gold, read = gold_facts(page), read_facts(page)
        for name in gold:
            counts[name, "right"] += len(gold[name] & read[name])
            counts[name, "found"] += len(read[name])
            counts[name, "gold"] += len(gold[name])
            if gold[name] != read[name]:
                wrong.append((page, name, gold[name] - read[name], read[name] - gold[name]))
    names = dict.fromkeys(name for name, _ in counts)
    return {n: Score(*(counts[n, part] for part in ("right", "found", "gold"))) for n in names}, wrong
