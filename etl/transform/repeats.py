"""Items whose words stand on several pages of a batch: read once, told for each.

What belongs here: which items are alike, and moving what was found in one to the others. What does not: finding
anything. Alike are items with the same headline, body and dateline and a newsroom in the same country: nothing else
of an item has a part in what is found in it.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

from etl.transform.records import EventMention, Item, PlaceMention, Unit
from etl.transform.tabulate import Article, Reading


def read_once(articles: Sequence[Article], read: Callable[[Sequence[Article]], Reading]) -> Reading:
    """Read articles, those that are alike once.

    Args:
        articles: the articles of a batch in one language.
        read: what reads them.

    Returns:
        What was found in each, as if each had been read.
    """
    numbers: dict[tuple[Any, ...], int] = {}
    sources = [numbers.setdefault(_likeness(article), len(numbers)) for article in articles]
    if len(numbers) == len(articles):
        return read(articles)
    firsts: dict[int, Article] = {}
    for source, article in zip(sources, articles, strict=True):
        firsts.setdefault(source, article)
    return _told_for_each(articles, sources, read(list(firsts.values())))


def _likeness(article: Article) -> tuple[Any, ...]:
    item, text = article.item, article.text
    headline = text[item.headline.start : item.headline.end] if item.headline else None
    dateline = None
    if item.dateline:
        start, end = item.dateline.start, item.dateline.end
        places = tuple((place.start - start, place.end - start) for place in item.dateline.places)
        dateline = text[start:end], places, item.dateline.date is None
    return headline, text[item.body.start : item.body.end], dateline, article.home


def unit_offsets(item: Item) -> list[int]:
    """Where the units of an item, headline and body, start in its document."""
    return [span.start for span in (item.headline, item.body) if span and span.end > span.start]


class _Slices:
    """The records of each article in a list that is in the order of its units."""

    def __init__(self, units: Sequence[Unit], record_units: Sequence[int]) -> None:
        firsts: dict[int, int] = {}
        for index, unit in enumerate(units):
            firsts.setdefault(unit.article, index)
        self._bounds = {a: bisect_left(record_units, first) for a, first in firsts.items()}
        self._ends: dict[int, int] = {}
        following = len(record_units)
        for article in reversed(list(firsts)):
            self._ends[article] = following
            following = self._bounds[article]

    def of(self, article: int) -> slice:
        return slice(self._bounds.get(article, 0), self._ends.get(article, 0))


def _told_for_each(articles: Sequence[Article], sources: Sequence[int], once: Reading) -> Reading:
    """Repeat what was found for every article, in the order of the articles."""
    own_units = _Slices(once.units, range(len(once.units)))
    lists = (once.sentences, once.times, once.places, once.events)
    own_sentences, own_times, own_places, own_events = (_Slices(once.units, [r.unit for r in own]) for own in lists)
    own_citations = _Slices(once.units, [unit for unit, _ in once.citations])
    result = Reading(articles, [], [], [], [], [], {}, [], [])
    for index, (article, source) in enumerate(zip(articles, sources, strict=True)):
        units = own_units.of(source)
        shift = len(result.units) - units.start
        times, places = own_times.of(source), own_places.of(source)
        time_shift, place_shift = len(result.times) - times.start, len(result.places) - places.start
        result.units.extend(unit._replace(article=index) for unit in once.units[units])
        result.offsets.extend(unit_offsets(article.item))
        result.sentences.extend(s._replace(unit=s.unit + shift) for s in once.sentences[own_sentences.of(source)])
        result.times.extend(t._replace(unit=t.unit + shift) for t in once.times[times])
        result.places.extend(p._replace(unit=p.unit + shift) for p in once.places[places])
        result.events.extend(
            _moved(event, shift, time_shift, place_shift) for event in once.events[own_events.of(source)]
        )
        result.citations.extend((unit + shift, c) for unit, c in once.citations[own_citations.of(source)])
        filed = once.dateline_places.get(source)
        if filed:
            result.dateline_places[index] = _filed(filed, once.articles[source].item, article.item)
    return result


def _moved(event: EventMention, shift: int, time_shift: int, place_shift: int) -> EventMention:
    time, place = event.time_mention, event.place_mention
    return event._replace(
        unit=event.unit + shift,
        time_mention=None if time is None else time + time_shift,
        place_mention=None if place is None else place + place_shift,
    )


def _filed(mentions: Sequence[PlaceMention], read: Item, like: Item) -> list[PlaceMention]:
    """The places of a dateline, where it stands in another document."""
    by = (like.dateline.start if like.dateline else 0) - (read.dateline.start if read.dateline else 0)
    return [m._replace(start=m.start + by, end=m.end + by) for m in mentions]
