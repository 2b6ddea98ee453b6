"""Items whose words stand on several pages of a batch: read once, told for each.

What belongs here: which items are alike, and where what was found in one stands in the others. What does not: finding
anything, and rows. Alike are items with the same headline, body and dateline and a newsroom in the same country:
nothing else of an item has a part in what is found in it.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from etl.transform.records import Article, Item, Reading
from etl.transform.rows import Numbers, numbers


class Told(NamedTuple):
    """Records as rows: those of each article in the order of the articles."""

    record: Numbers
    """By row, which of the records it tells."""
    article: Numbers
    """By row, the article it is of."""
    at: Numbers
    """By row, where the text that the record is of starts in the article's document."""
    ordinal: Numbers
    """By row, which of the rows of its article it is, from 0."""
    first: Numbers
    """By article, the row that would tell record 0 of it: its record n is n rows further."""

    def parts(self, counts: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Tell what each record has several of: by row, which part it is, of which row, and its ordinal there.

        Args:
            counts: by record, how many parts it has; the parts are in the order of the records.
        """
        part, row, ordinal, _ = _runs(np.cumsum(counts) - counts, counts, self.record)
        return part, row, ordinal


class Repeats:
    """What was found in the articles that were read, and which of them is read for each article."""

    def __init__(self, reading: Reading, articles: Sequence[Article], sources: Sequence[int]) -> None:
        """Keep them.

        Args:
            reading: what was found in the articles that were read.
            articles: all articles of a batch in one language.
            sources: by article, the index of the one that was read in its place.
        """
        self.reading = reading
        self.articles = articles
        self.sources = numbers(sources)
        self._of_unit = numbers([unit.article for unit in reading.units])
        self._is_body = numbers([unit.kind == "body" for unit in reading.units])
        items = [article.item for article in articles]
        self._starts = np.array([(i.headline.start if i.headline else 0, i.body.start) for i in items], np.int64)

    def words(self, kind: str) -> list[str]:
        """The headline or the body of each article that was read; empty where it has none."""
        found = [""] * len(self.reading.articles)
        for text, article, own in self.reading.units:
            if own == kind:
                found[article] = text
        return found

    def source(self, units: Numbers) -> Numbers:
        """Which of the articles that were read each unit is of."""
        return self._of_unit[units]

    def tell(self, units: Numbers) -> Told:
        """Tell records for every article that has their words.

        Args:
            units: the unit of each record, in order.
        """
        record, article, ordinal, first = self._tell(self.source(units))
        return Told(record, article, self._starts[article, self._is_body[units[record]]], ordinal, first)

    def tell_datelines(self, read: Numbers) -> Told:
        """Tell records of datelines, whose spans are of the document that was read.

        Args:
            read: the article that was read of each record, in order.
        """
        record, article, ordinal, first = self._tell(read)
        of_read = numbers([_dateline_start(article.item) for article in self.reading.articles])
        of_all = numbers([_dateline_start(article.item) for article in self.articles])
        return Told(record, article, of_all[article] - of_read[self.sources[article]], ordinal, first)

    def _tell(self, read: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        firsts = np.searchsorted(read, np.arange(len(self.reading.articles) + 1))
        return _runs(firsts[:-1], np.diff(firsts), self.sources)


def _dateline_start(item: Item) -> int:
    return item.dateline.start if item.dateline else 0


def _runs(firsts: Numbers, counts: Numbers, of: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    """Runs of numbers one after another: the numbers, which run each is in, its place there; and where 0 would be.

    Args:
        firsts: by kind of run, the number it starts with.
        counts: by kind of run, how many numbers it has.
        of: by run, its kind.
    """
    lengths = counts[of]
    starts = np.cumsum(lengths) - lengths
    run = np.repeat(np.arange(len(of)), lengths)
    ordinal = np.arange(len(run)) - starts[run]
    return firsts[of][run] + ordinal, run, ordinal, starts - firsts[of]


def read_once(articles: Sequence[Article], read: Callable[[Sequence[Article]], Reading]) -> Repeats:
    """Read articles, those that are alike once.

    Args:
        articles: the articles of a batch in one language.
        read: what reads them.
    """
    numbers: dict[tuple[Any, ...], int] = {}
    sources: list[int] = []
    firsts: list[Article] = []
    for article in articles:
        source = numbers.setdefault(_likeness(article), len(numbers))
        if source == len(firsts):
            firsts.append(article)
        sources.append(source)
    return Repeats(read(firsts), articles, sources)


def _likeness(article: Article) -> tuple[Any, ...]:
    item, text = article.item, article.text
    headline = text[item.headline.start : item.headline.end] if item.headline else None
    dateline = None
    if item.dateline:
        start, end = item.dateline.start, item.dateline.end
        places = tuple((place.start - start, place.end - start) for place in item.dateline.places)
        dateline = text[start:end], places, item.dateline.date is None
    return headline, text[item.body.start : item.body.end], dateline, article.home
