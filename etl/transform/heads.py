"""Rows of articles and of what stands at their heads and feet: clocks, credits, dates and stamps, column by column.

What belongs here: what pages show of their items. What does not: what the texts of the items hold (`mentions.py`).
"""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final

import polars as pl

from etl.transform import dates
from etl.transform.records import Credit, Dateline, Span, Stamp
from etl.transform.repeats import Repeats
from etl.transform.rows import Rows, columns, index, series

_TEXT, _INTEGER, _NUMBER = pl.String, pl.Int64, pl.Float64


class Heads:
    """Adds the rows of the articles of one language."""

    def __init__(self, found: Repeats, rows: Mapping[str, Rows], versions: Mapping[str, str]) -> None:
        """Take the articles.

        Args:
            found: the articles, and which of them have the same words.
            rows: where rows go, by name of the table.
            versions: by language, that of the rules that made the rows.
        """
        self._found, self._rows, self._versions = found, rows, versions
        self._of, self._item = found.articles, found.items
        self._dateline, self._stamp = columns(Dateline, self._item["dateline"]), columns(Stamp, self._item["stamp"])
        self._is_stated = [any(published) for published in self._of["published"]]
        self._filed = [
            dates.nearest(symbol, *published) if symbol else None
            for symbol, published in zip(self._dateline["date_symbol"], self._of["published"], strict=True)
        ]
        self._headlines, self._bodies = found.words("headline"), found.words("body")
        self._ids = series(self._of["article_id"], _TEXT)
        self._clocks = self._ids + PUBLICATION
        self._captures = series(self._of["document_id"], _TEXT) + CAPTURE
        self._stamps = series(_cut(self._of["text"], self._stamp), _TEXT)

    def add(self) -> pl.DataFrame:
        """Add the rows of all of it.

        Returns:
            article_id, anchor_id of its publication and story_id, by article.
        """
        stories = self._add_articles()
        self._add_clocks()
        self._add_expressions()
        self._add_credits()
        return pl.DataFrame({"article_id": self._ids, "anchor_id": self._clocks, "story_id": stories})

    def _add_articles(self) -> pl.Series:
        """Add the articles; give the story of each."""
        of, item, dateline, stamp = self._of, self._item, self._dateline, self._stamp
        headline, whole, body = (columns(Span, item[name]) for name in ("headline", "item", "body"))
        stories, folded = self._stories()
        told = stories[index(self._found.sources)]
        frame = pl.DataFrame(
            {
                "article_id": self._ids,
                "document_id": series(of["document_id"], _TEXT),
                "position": series(of["position"], _INTEGER),
                "role": series(item["role"], _TEXT),
                "section": series(item["section"], _TEXT),
                "language": series(of["language"], _TEXT),
                "headline": series(_cut(of["text"], headline), _TEXT),
                "headline_start": series(headline["start"], _INTEGER),
                "headline_end": series(headline["end"], _INTEGER),
                "item_start": series(whole["start"], _INTEGER),
                "item_end": series(whole["end"], _INTEGER),
                "body": told["body"],
                "body_start": series(body["start"], _INTEGER),
                "body_end": series(body["end"], _INTEGER),
                "dateline_raw": series(dateline["places_raw"], _TEXT),
                "dateline_start": series(dateline["start"], _INTEGER),
                "dateline_end": series(dateline["end"], _INTEGER),
                "dateline_symbol": series(dateline["date_symbol"], _TEXT),
                "dateline_date": series(self._filed, pl.Date),
                "credit_raw": series(dateline["credit_raw"], _TEXT),
                "stamp_raw": self._stamps,
                "stamp_start": series(stamp["start"], _INTEGER),
                "stamp_end": series(stamp["end"], _INTEGER),
                "stamp_symbol": series(stamp["symbol"], _TEXT),
                "body_sha256": told["body_sha256"],
                "item_key": series(self._item_keys(folded), _TEXT),
                "story_id": told["story_id"],
                "transform_version": series([self._versions[language] for language in of["language"]], _TEXT),
            }
        )
        self._rows["articles"].extend(frame)
        return told["story_id"]

    def _stories(self) -> tuple[pl.DataFrame, list[str]]:
        """Of each article that was read: body, body_sha256 and story_id; and the body with its white space folded.

        Items with the same words tell one story, on whatever page they stand.
        """
        headlines, bodies = self._headlines, self._bodies
        folded = _folded(bodies)
        hashes = [_sha256(text) for text in folded]
        ids = [
            (body_sha256 if body else _sha256(" ".join(headline.split())))[:20]
            for headline, body, body_sha256 in zip(headlines, bodies, hashes, strict=True)
        ]
        values = {"body": bodies, "body_sha256": hashes, "story_id": ids}
        return pl.DataFrame([series(own, _TEXT, name) for name, own in values.items()]), folded

    def _item_keys(self, folded: Sequence[str]) -> list[str | None]:
        headlines, bodies = self._headlines, self._bodies
        return [
            None
            if stamp is None and not is_stated
            else _item_key(site, stamp, headlines[source], bodies[source], folded[source])
            for site, is_stated, stamp, source in zip(
                self._of["site"], self._is_stated, self._stamp["symbol"], self._found.sources.tolist(), strict=True
            )
        ]

    def _add_clocks(self) -> None:
        """Add the clock of each item, on the best evidence it shows; a lead has none and keeps its upper bound."""
        is_stated, is_aged = pl.col("is_stated"), pl.col("offset_min_s").is_not_null()
        is_stamped, is_filed = pl.col("stamp").is_not_null(), pl.col("filed").is_not_null()
        frame = pl.DataFrame(
            {
                "anchor_id": self._clocks,
                "document_id": series(self._of["document_id"], _TEXT),
                "article_id": self._ids,
                "parent_anchor_id": self._captures,
                "offset_min_s": series(self._stamp["offset_min_s"], _NUMBER),
                "offset_max_s": series(self._stamp["offset_max_s"], _NUMBER),
                "timezone": series(self._of["zone"], _TEXT),
                "is_stated": series(self._is_stated, pl.Boolean),
                "stamp": series(self._stamp["symbol"], _TEXT),
                "filed": series(self._dateline["date_symbol"], _TEXT),
            }
        )
        clocks = frame.with_columns(
            pl.when(~is_stated).then(pl.col("offset_min_s", "offset_max_s")),
            kind=pl.lit("publication"),
            basis=pl.when(is_stated)
            .then(pl.lit("document"))
            .when(is_aged)
            .then(pl.lit("relative_stamp"))
            .when(is_stamped)
            .then(pl.lit("explicit_stamp"))
            .when(is_filed)
            .then(pl.lit("dateline_date"))
            .otherwise(pl.lit("upper_bound")),
            value_symbolic=pl.when(~is_stated).then(pl.coalesce("stamp", "filed")),
            capture_basis=pl.lit("unknown"),
        )
        self._rows["anchors"].extend(clocks.drop("is_stated", "stamp", "filed"))

    def _add_expressions(self) -> None:
        """Add the dates of datelines, which hang on the publication, and the stamps, which hang on the capture."""
        symbol = pl.col("value_symbolic")
        date = columns(Span, self._dateline["date"])
        dates_raw = series(_cut(self._of["text"], date), _TEXT)
        filed = self._expressions(dates_raw, date, self._dateline["date_symbol"], self._clocks)
        stamps = self._expressions(self._stamps, self._stamp, self._stamp["symbol"], self._captures)
        is_time = symbol.str.contains("T", literal=True)
        both = pl.concat(
            [
                filed.with_columns(
                    timex_type=pl.lit("DATE"),
                    value_symbolic=pl.coalesce(pl.Series(self._filed, dtype=pl.Date).cast(_TEXT), symbol),
                    rule=pl.lit("dateline"),
                    precision=pl.lit("day"),
                ),
                stamps.with_columns(
                    timex_type=pl.when(is_time).then(pl.lit("TIME")).otherwise(pl.lit("DATE")),
                    rule=pl.lit("stamp"),
                    precision=pl.when(is_time).then(pl.lit("minute")).otherwise(pl.lit("day")),
                ),
            ]
        )
        self._rows["time_expressions"].extend(
            both.filter(pl.col("span_start").is_not_null() & symbol.is_not_null())
            .sort("article", maintain_order=True)
            .with_columns(
                time_expression_id=pl.concat_str("article_id", pl.lit("-t"), "span_start"),
                confidence=pl.lit(1.0),
                zones=pl.concat_list("zone"),
            )
            .drop("article", "zone")
        )

    def _expressions(
        self,
        surfaces: pl.Series,
        spans: Mapping[str, Sequence[int | None]],
        symbols: Sequence[str | None],
        anchors: pl.Series,
    ) -> pl.DataFrame:
        """By article, an expression at its head; NULL in what it has none of."""
        return pl.DataFrame(
            {
                "article": range(len(symbols)),
                "article_id": self._ids,
                "surface": surfaces,
                "span_start": series(spans["start"], _INTEGER),
                "span_end": series(spans["end"], _INTEGER),
                "value_symbolic": series(symbols, _TEXT),
                "anchor_id": anchors,
                "zone": series(self._of["zone"], _TEXT),
            }
        )

    def _add_credits(self) -> None:
        credits = self._item["credits"]
        credit = columns(Credit, list(chain.from_iterable(credits)))
        owners = [article_id for article_id, own in zip(self._of["article_id"], credits, strict=True) for _ in own]
        frame = pl.DataFrame(
            {
                "article_id": series(owners, _TEXT),
                "ordinal": series([ordinal for own in credits for ordinal in range(len(own))], _INTEGER),
                "agency_id": series(credit["agency_id"], _TEXT),
                "role": series(credit["role"], _TEXT),
                "credit_raw": series(credit["surface"], _TEXT),
                "span_start": series(credit["start"], _INTEGER),
                "span_end": series(credit["end"], _INTEGER),
            }
        )
        named = frame.with_columns(article_agency_id=pl.concat_str("article_id", pl.lit("-c"), "span_start"))
        self._rows["article_agencies"].extend(named)


def _cut(texts: Sequence[str], spans: Mapping[str, Sequence[int | None]]) -> list[str | None]:
    """The words of spans; None where there is none."""
    return [
        None if start is None else text[start:end]
        for text, start, end in zip(texts, spans["start"], spans["end"], strict=True)
    ]


PUBLICATION: Final = "-publication"
"""What the id of the anchor of an item's publication adds to that of the item."""
CAPTURE: Final = "-capture"
"""What the id of the anchor of a page's capture adds to that of the document."""
_LEAST_KEY: Final = 60
"""Characters of an item that no other item of its site shares by chance."""


_RARE: Final = tuple(mark for mark in map(chr, range(0x3001)) if mark.isspace() and mark not in " \n")
"""White space that is neither a blank nor a line break; the last of Unicode is U+3000."""


def _folded(texts: Sequence[str]) -> list[str]:
    """Texts with their white space as single blanks, and none at their ends.

    What is rare is looked for in all of them at once; with single line breaks as blanks, most are folded already.
    """
    everything = "\n".join(texts)
    rare = [mark for mark in _RARE if mark in everything]
    found: list[str] = []
    for text in texts:
        line = text.replace("\n", " ") if "\n" in text else text
        is_folded = "  " not in line and not line.startswith(" ") and not line.endswith(" ")
        if not is_folded or (rare and any(mark in line for mark in rare)):
            line = " ".join(text.split())
        found.append(line)
    return found


def _item_key(site: str, stamp: str | None, headline: str, body: str, folded: str) -> str | None:
    """What tells that an item of another page of the site is this one, published once.

    Another site publishes the same agency's text at a time of its own, and a lead without a stamp may be the same
    text on a page of years later: neither has a key in common.
    """
    # a brief is a title and a clock: the same title at the same time of day
    words = body or (headline if stamp is None else f"{headline} {stamp}")
    if len(words) < _LEAST_KEY:
        return None
    if not body or words[0].isspace():
        folded = " ".join(f"X{words}".split())[1:]
    return _sha256(f"{site}\0{folded}")[:20]


def _sha256(text: str) -> str:
    return _hash(text.encode()).hexdigest()


_hash: Final = hashlib.sha256
