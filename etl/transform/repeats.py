"""Items whose words stand on several pages of a batch: read once, told for each.

What belongs here: which items are alike, and where what was found in one stands in the others. What does not: finding
anything, and rows. Alike are items with the same headline, body and dateline and a newsroom in the same country:
nothing else of an item has a part in what is found in it.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from etl.transform.records import Article, Dateline, Item, Reading, Span, Unit
from etl.transform.rows import Numbers, columns, numbers


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
        self.articles = columns(Article, articles)
        self.items = columns(Item, self.articles["item"])
        self.sources = numbers(sources)
        self._units = columns(Unit, reading.units)
        self._of_unit = numbers(self._units["article"])
        self._is_body = np.array([kind == "body" for kind in self._units["kind"]], np.bool_)
        self._headline_starts = _starts(self.items["headline"])
        self._body_starts = _starts(self.items["body"])

    def words(self, kind: str) -> list[str]:
        """The headline or the body of each article that was read; empty where it has none."""
        found = [""] * len(self.reading.articles)
        units = self._units
        for text, article, own in zip(units["text"], units["article"], units["kind"], strict=True):
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
        is_body = self._is_body[units[record]]
        at = np.where(is_body, self._body_starts[article], self._headline_starts[article])
        return Told(record, article, at, ordinal, first)

    def tell_datelines(self, read: Numbers) -> Told:
        """Tell records of datelines, whose spans are of the document that was read.

        Args:
            read: the article that was read of each record, in order.
        """
        record, article, ordinal, first = self._tell(read)
        of_all = _starts(self.items["dateline"])
        of_read = of_all[np.unique(self.sources, return_index=True)[1]]  # what is read is the first of its like
        return Told(record, article, of_all[article] - of_read[self.sources[article]], ordinal, first)

    def _tell(self, read: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        firsts = np.searchsorted(read, np.arange(len(self.reading.articles) + 1))
        return _runs(firsts[:-1], np.diff(firsts), self.sources)


def _starts(found: Sequence[Span | Dateline | None]) -> Numbers:
    """Where these start; 0 for None."""
    return numbers([at.start if at else 0 for at in found])


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
