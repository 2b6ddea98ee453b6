"""Items with what the finders need to know of them, and all that the finders say of their texts.

What belongs here: the units of items (headlines, bodies, datelines), which go through each finder together, and the
order of the finders. What does not: finding anything, which documents make a batch (`pipeline.py`), and which items
are alike (`repeats.py`).
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from etl.transform import agencies, sentences
from etl.transform.events import code as events
from etl.transform.events import recall
from etl.transform.places import locate
from etl.transform.records import Article, Credit, Dateline, Item, PlaceMention, Reading, Unit
from etl.transform.times import find as times

_REGION: Final = re.compile(r"(?:, [^\W\d_][\w.'’ -]*?[\w.])+(?=[ ]*(?:,? *$|[(/–—_-]))")
"""What stands between the places of a dateline and its date, credit or dash."""
_new: Final = tuple.__new__
"""Makes a named tuple of all its fields in half the time."""
# constants of the machine code; a name is looked up
_UNIT: Final[type[Unit]] = Unit
_PLACE: Final[type[PlaceMention]] = PlaceMention


def articles(
    document: Mapping[str, Any], items: Sequence[Item], language: str, site: str, zone: str
) -> list[Article]:
    """The items of a document with what the steps need to know of it.

    Args:
        document: document_id, kind, text, published_earliest and published_latest of its row.
        items: its items, in order.
        language: the one it is read in.
        site: the site it is of, empty where its source names none.
        zone: that of its newsroom, where no agency gives another.
    """
    text, document_id, of_all = document["text"], document["document_id"], document["kind"] == "text"
    stated, unstated = (document["published_earliest"], document["published_latest"]), (None, None)
    found: list[Article] = []
    for position, item in enumerate(items):
        # what a page states of itself holds for its lead: the items beside it have stamps of their own
        published = stated if of_all or item.role == "lead" else unstated
        home, own_zone = _newsroom(item.credits, zone) if item.credits else (None, zone)
        article_id = f"{document_id}-{position}"
        fields = article_id, document_id, text, position, item, language, own_zone, home, published, site
        found.append(_new(Article, fields))
    return found


def _newsroom(credits: Sequence[Credit], zone: str) -> tuple[str | None, str]:
    """The country and zone of the newsroom: of the first agency credited that is known, or the zone of the site."""
    known = agencies.directory().facts
    for credit in credits:
        if facts := known.get(credit.agency_id):
            return facts.country_code, facts.timezone or zone
    return None, zone


def read(articles: Sequence[Article], language: str) -> Reading:
    """Run every finder over the units of the articles; `Unit.article` is the index among them."""
    units: list[Unit] = []
    datelines: list[Unit] = []
    dateline_offsets: list[int] = []
    for i, article in enumerate(articles):
        text, (_, _, headline, _, (start, end), dateline, *_) = article.text, article.item
        if headline is not None and headline.end > headline.start:
            units.append(_new(_UNIT, (text[headline.start : headline.end], i, "headline")))
        if end > start:
            units.append(_new(_UNIT, (text[start:end], i, "body")))
        if dateline is not None and dateline.places:
            start, end = dateline.places[0].start, _places_end(text, dateline)
            datelines.append(_new(_UNIT, (text[start:end], i, "dateline")))
            dateline_offsets.append(start)
    texts = [unit.text for unit in units]
    found = locate.locate([*units, *datelines], language, [a.home for a in articles])
    places: list[PlaceMention] = []
    dateline_places: dict[int, list[PlaceMention]] = defaultdict(list)
    for mention in found:
        unit, start, end, surface, _, place, n_candidates, trust, runners_up = mention
        if unit < len(units):
            places.append(mention)
            continue
        at, of_article = dateline_offsets[unit - len(units)], datelines[unit - len(units)].article
        moved = unit, start + at, end + at, surface, "dateline", place, n_candidates, trust, runners_up
        dateline_places[of_article].append(_new(_PLACE, moved))
    spans = sentences.split(texts, language)
    expressions = times.find(texts, language)
    coded = events.code(units, spans, expressions, places, language)
    return Reading(
        articles=articles,
        units=units,
        sentences=spans,
        times=recall.turn(expressions, coded, units),
        places=places,
        dateline_places=dateline_places,
        events=coded,
        citations=list(agencies.citations(texts, language)),
    )


def _places_end(text: str, dateline: Dateline) -> int:
    """Where the places of a dateline end, with the region or country that is said to hold the last: PARIS, Texas."""
    last = dateline.places[-1].end
    if not text.startswith(", ", last):
        return last
    ends = [dateline.end, *(credit.start for credit in dateline.credits)]
    if dateline.date:
        ends.append(dateline.date.start)
    region = _REGION.match(text, last, max(last, min(ends)))
    return region.end() if region else last
