"""From what was found to rows: ids, spans of the document, zones, and which clock each row hangs on.

What belongs here: turning records into rows of `core`; those of what the texts hold are made in `mentions.py`. What
does not: finding anything. Ids are made of the document's hash and a position in it, so that the same input always
gives the same ids.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import polars as pl

from etl import languages
from etl.schema import core, tables
from etl.settings import current
from etl.transform import agencies, dates
from etl.transform.mentions import Mentions, publication_id
from etl.transform.pages import Furniture
from etl.transform.records import Article, Credit, Place, Reading
from etl.transform.repeats import Repeats
from etl.transform.rows import Rows

Tables = dict[str, pl.DataFrame]
"""Frames by qualified table name."""


class Tabulator:
    """Turns records into rows, with ids and spans of the document."""

    def __init__(self, transform_versions: Mapping[str, str]) -> None:
        self._versions = transform_versions
        self._rows = {name: Rows(row) for name, row in tables("core").items()}
        self._places: dict[str, Place] = {}
        self._agencies: dict[str, str] = {}

    def capture(self, document_id: str, zone: str) -> None:
        """Add the clock of a page, its days counted in a zone.

        The capture time is never on the page itself: its basis is none.
        """
        self._rows["anchors"].add(
            anchor_id=capture_id(document_id),
            document_id=document_id,
            kind="capture",
            basis="none",
            timezone=zone,
            capture_basis="unknown",
        )

    def furniture(self, document_id: str, furniture: Sequence[Furniture]) -> None:
        """Add what of a document is no item."""
        for kind, start, end in furniture:
            self._rows["furniture"].add(
                furniture_id=f"{document_id}-f{start}",
                document_id=document_id,
                kind=kind,
                span_start=start,
                span_end=end,
            )

    def add(self, found: Repeats) -> None:
        """Add the rows of the articles of one language."""
        of_read = [_story(article) for article in found.reading.articles]
        stories = [of_read[source] for source in found.sources.tolist()]
        for article, story in zip(found.articles, stories, strict=True):
            date_symbol = article.item.dateline.date_symbol if article.item.dateline else None
            self._article(article, story, date_symbol)
            self._publication(article, date_symbol)
            self._credits(article)
        self._speaks_of(found.reading)
        Mentions(found, self._rows, [story.story_id for story in stories]).add()

    def _speaks_of(self, reading: Reading) -> None:
        """Keep the agencies and places that texts speak of."""
        for _, credit in reading.citations:
            self._agencies.setdefault(credit.agency_id, credit.surface)
        filed = reading.dateline_places
        for mention in [*(m for i in sorted(filed) for m in filed[i]), *reading.places]:
            if mention.place:
                self._places.setdefault(mention.place.location_id, mention.place)

    def frames(self) -> Tables:
        """Everything added, and the places and agencies it speaks of."""
        self._dimensions()
        return {f"core.{name}": rows.frame() for name, rows in self._rows.items()}

    def _dimensions(self) -> None:
        """Add the places and agencies that the batch speaks of."""
        for place in self._places.values():
            self._rows["locations"].add(**place._asdict())
        facts = agencies.directory().facts
        for agency_id, surface in self._agencies.items():
            known = facts.get(agency_id)
            self._rows["agencies"].add(
                agency_id=agency_id,
                code=known.code if known else surface,
                name=known.name if known else None,
                country_code=known.country_code if known else None,
                languages=(known.languages or "").split() if known else [],
                website=known.website if known else None,
                kind=known.kind if known else "unresolved",
                status=known.status if known else "unknown",
            )

    def _article(self, article: Article, story: "_Story", date_symbol: str | None) -> None:
        item, text = article.item, article.text
        headline, dateline, stamp = item.headline, item.dateline, item.stamp
        self._rows["articles"].add(
            article_id=article.article_id,
            document_id=article.document_id,
            position=article.position,
            role=item.role,
            section=item.section,
            language=article.language,
            headline=text[headline.start : headline.end] if headline else None,
            headline_start=headline.start if headline else None,
            headline_end=headline.end if headline else None,
            item_start=item.item.start,
            item_end=item.item.end,
            body=story.body,
            body_start=item.body.start,
            body_end=item.body.end,
            dateline_raw=dateline.places_raw if dateline else None,
            dateline_start=dateline.start if dateline else None,
            dateline_end=dateline.end if dateline else None,
            dateline_symbol=date_symbol,
            dateline_date=dates.nearest(date_symbol, *article.published) if date_symbol else None,
            credit_raw=dateline.credit_raw if dateline else None,
            stamp_raw=text[stamp.start : stamp.end] if stamp else None,
            stamp_start=stamp.start if stamp else None,
            stamp_end=stamp.end if stamp else None,
            stamp_symbol=stamp.symbol if stamp else None,
            body_sha256=story.body_sha256,
            item_key=_item_key(article, story),
            story_id=story.story_id,
            transform_version=self._versions[article.language],
        )

    def _publication(self, article: Article, date_symbol: str | None) -> None:
        """Add the clock of the item, on the best evidence it shows; a lead has none and keeps its upper bound."""
        stamp = article.item.stamp
        basis: core.AnchorBasis = "upper_bound"
        symbol = None
        if any(article.published):
            basis = "document"
        elif stamp:
            basis, symbol = ("relative_stamp" if stamp.offset_min_s is not None else "explicit_stamp"), stamp.symbol
        elif date_symbol:
            basis, symbol = "dateline_date", date_symbol
        self._rows["anchors"].add(
            anchor_id=publication_id(article.article_id),
            document_id=article.document_id,
            article_id=article.article_id,
            kind="publication",
            basis=basis,
            parent_anchor_id=capture_id(article.document_id),
            value_symbolic=symbol,
            offset_min_s=stamp.offset_min_s if stamp and basis == "relative_stamp" else None,
            offset_max_s=stamp.offset_max_s if stamp and basis == "relative_stamp" else None,
            timezone=article.zone,
            capture_basis="unknown",
        )
        filed = article.item.dateline
        if filed and filed.date and filed.date_symbol:
            self._rows["time_expressions"].add(
                time_expression_id=f"{article.article_id}-t{filed.date.start}",
                article_id=article.article_id,
                surface=article.text[filed.date.start : filed.date.end],
                span_start=filed.date.start,
                span_end=filed.date.end,
                timex_type="DATE",
                value_symbolic=str(dates.nearest(filed.date_symbol, *article.published) or filed.date_symbol),
                rule="dateline",
                precision="day",
                confidence=1.0,
                anchor_id=publication_id(article.article_id),
                zones=[article.zone],
            )
        if stamp:
            self._rows["time_expressions"].add(
                time_expression_id=f"{article.article_id}-t{stamp.start}",
                article_id=article.article_id,
                surface=article.text[stamp.start : stamp.end],
                span_start=stamp.start,
                span_end=stamp.end,
                timex_type="TIME" if "T" in stamp.symbol else "DATE",
                value_symbolic=stamp.symbol,
                rule="stamp",
                precision="minute" if "T" in stamp.symbol else "day",
                confidence=1.0,
                anchor_id=capture_id(article.document_id),
                zones=[article.zone],
            )

    def _credits(self, article: Article) -> None:
        for ordinal, credit in enumerate(article.item.credits):
            self._agency(article, ordinal, credit)

    def _agency(self, article: Article, ordinal: int, credit: Credit) -> None:
        self._agencies.setdefault(credit.agency_id, credit.surface)
        self._rows["article_agencies"].add(
            article_agency_id=f"{article.article_id}-c{credit.start}",
            article_id=article.article_id,
            ordinal=ordinal,
            agency_id=credit.agency_id,
            role=credit.role,
            credit_raw=credit.surface,
            span_start=credit.start,
            span_end=credit.end,
        )


def capture_id(document_id: str) -> str:
    """Name the anchor of a page's capture."""
    return f"{document_id}-capture"


def language_zone(language: str) -> str:
    """The zone of a newsroom that writes in the language, where its agency gives none."""
    known = language if language in languages.available() else current().default_language
    return str(languages.toml(known, "language").get("zone") or current().default_zone)


class _Story(NamedTuple):
    """What an item says, which is the same for all that have its words."""

    body: str
    folded: str
    """The body, or the headline where it has none, with white space folded."""
    body_sha256: str
    story_id: str
    """Items with the same words tell one story, on whatever page they stand."""


def _story(article: Article) -> _Story:
    body = article.text[article.item.body.start : article.item.body.end]
    folded = " ".join(body.split())
    body_sha256 = _sha256(folded)
    if body:
        return _Story(body, folded, body_sha256, body_sha256[:20])
    folded = " ".join(_headline(article).split())
    return _Story(body, folded, body_sha256, _sha256(folded)[:20])


def _headline(article: Article) -> str:
    headline = article.item.headline
    return article.text[headline.start : headline.end] if headline else ""


_LEAST_KEY = 60
"""Characters of an item that no other item of its site shares by chance."""


def _item_key(article: Article, story: _Story) -> str | None:
    """What tells that an item of another page of the site is this one, published once.

    Another site publishes the same agency's text at a time of its own, and a lead without a stamp may be the same
    text on a page of years later: neither has a key in common.
    """
    stamp = article.item.stamp
    if stamp is None and not any(article.published):
        return None
    # a brief is a title and a clock: the same title at the same time of day
    words = story.body or (f"{_headline(article)} {stamp.symbol}" if stamp else _headline(article))
    if len(words) < _LEAST_KEY:
        return None
    folded = story.folded if story.body and not words[0].isspace() else " ".join(f"X{words}".split())[1:]
    return _sha256(f"{article.site}\0{folded}")[:20]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
