"""Rows of what was found in the texts of a batch, column by column.

What belongs here: sentences, cited agencies, places, times and events, with ids, spans of the document and the clock
each hangs on. What does not: rows of articles and their heads (`tabulate.py`), and which articles are alike
(`repeats.py`). Rows are many: what is known of a record is read once, and what the article adds is reckoned for all
rows of a batch together.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from etl.transform import reference
from etl.transform.places import gazetteer
from etl.transform.records import Credit, EventMention, Participant, Place, PlaceMention, TimeMention
from etl.transform.repeats import Numbers, Repeats, Told
from etl.transform.rows import Rows, series

_TEXT, _TEXTS, _INTEGER, _NUMBER = pl.String(), pl.List(pl.String()), pl.Int64(), pl.Float64()


class Mentions:
    """Adds the rows of what was found in the articles of one language."""

    def __init__(self, found: Repeats, rows: Mapping[str, Rows], stories: Sequence[str]) -> None:
        """Take what was found.

        Args:
            found: what was found, and for which articles.
            rows: where rows go, by name of the table.
            stories: by article, the id of its story.
        """
        self._found, self._reading, self._rows = found, found.reading, rows
        self._ids = series([article.article_id for article in found.articles], _TEXT)
        self._clocks = series([publication_id(article.article_id) for article in found.articles], _TEXT)
        self._stories = series(stories, _TEXT)
        self._sentence_units = _numbers([span.unit for span in self._reading.sentences])
        self._sentence_starts = _numbers([span.start for span in self._reading.sentences])
        self._zones = _Zones(found)

    def add(self) -> None:
        """Add the rows of all of it."""
        self._sentences()
        self._citations()
        self._dateline_places()
        self._places()
        self._times()
        self._events()

    def _sentences(self) -> None:
        told = self._found.tell(self._sentence_units)
        units = self._reading.units
        ends = _numbers([span.end for span in self._reading.sentences])
        is_headline = np.array([units[span.unit].kind == "headline" for span in self._reading.sentences], np.bool_)
        starts = told.at + self._sentence_starts[told.record]
        self._rows["sentences"].extend(
            sentence_id=_ids(self._ids[told.article], "-s", starts),
            article_id=self._ids[told.article],
            ordinal=pl.Series(told.ordinal),
            is_headline=pl.Series(is_headline[told.record]),
            span_start=pl.Series(starts),
            span_end=pl.Series(told.at + ends[told.record]),
        )

    def _sentence_ids(self, told: Told, units: Numbers, starts: Numbers) -> pl.Series:
        """By row, the id of the sentence that the record stands in; NULL where none begins before it."""
        longest = 1 + max(self._sentence_starts.max(initial=0), starts.max(initial=0))
        keys = self._sentence_units * longest + self._sentence_starts
        at = np.searchsorted(keys, units * longest + starts, "right") - 1
        is_known = (at >= 0) & (np.append(self._sentence_units, -1)[at] == units)
        first = np.append(self._sentence_starts, 0)[at]
        return _ids(self._ids[told.article], "-s", first[told.record] + told.at, is_known[told.record])

    def _citations(self) -> None:
        credit = _columns(Credit, [credit for _, credit in self._reading.citations])
        told = self._found.tell(_numbers([unit for unit, _ in self._reading.citations]))
        credited = _numbers([len(article.item.credits) for article in self._found.articles])
        record, starts = told.record, _numbers(credit["start"])[told.record] + told.at
        self._rows["article_agencies"].extend(
            article_agency_id=_ids(self._ids[told.article], "-c", starts),
            article_id=self._ids[told.article],
            ordinal=pl.Series(credited[told.article] + told.ordinal),
            agency_id=series(credit["agency_id"], _TEXT)[record],
            role=series(credit["role"], _TEXT)[record],
            credit_raw=series(credit["surface"], _TEXT)[record],
            span_start=pl.Series(starts),
            span_end=pl.Series(_numbers(credit["end"])[record] + told.at),
        )

    def _dateline_places(self) -> None:
        """Places of datelines, whose spans are of the document that was read."""
        filed = self._reading.dateline_places
        read = [(i, mention) for i in sorted(filed) for mention in filed[i]]
        told = self._found.tell_datelines(_numbers([i for i, _ in read]))
        self._add_places([mention for _, mention in read], told, None)

    def _places(self) -> None:
        units = _numbers([mention.unit for mention in self._reading.places])
        told = self._found.tell(units)
        starts = _numbers([mention.start for mention in self._reading.places])
        self._add_places(self._reading.places, told, self._sentence_ids(told, units, starts))

    def _add_places(self, mentions: Sequence[PlaceMention], told: Told, sentences: pl.Series | None) -> None:
        found, record = _columns(PlaceMention, mentions), told.record
        starts = _numbers(found["start"])[record] + told.at
        in_sentences = {} if sentences is None else {"sentence_id": sentences}
        self._rows["article_locations"].extend(
            mention_id=_ids(self._ids[told.article], "-p", starts),
            article_id=self._ids[told.article],
            **in_sentences,
            surface=series(found["surface"], _TEXT)[record],
            span_start=pl.Series(starts),
            span_end=pl.Series(_numbers(found["end"])[record] + told.at),
            role=series(found["role"], _TEXT)[record],
            location_id=series([place.location_id if place else None for place in found["place"]], _TEXT)[record],
            n_candidates=series(found["n_candidates"], _INTEGER)[record],
            runner_up_ids=series(found["runners_up"], _TEXTS)[record],
            confidence=series(found["confidence"], _NUMBER)[record],
        )

    def _times(self) -> None:
        found = _columns(TimeMention, self._reading.times)
        units, starts = _numbers(found["unit"]), _numbers(found["start"])
        told = self._found.tell(units)
        record, start = told.record, starts[told.record] + told.at
        self._rows["time_expressions"].extend(
            time_expression_id=_ids(self._ids[told.article], "-t", start),
            article_id=self._ids[told.article],
            sentence_id=self._sentence_ids(told, units, starts),
            surface=series(found["surface"], _TEXT)[record],
            span_start=pl.Series(start),
            span_end=pl.Series(_numbers(found["end"])[record] + told.at),
            timex_type=series(found["timex_type"], _TEXT)[record],
            value_symbolic=series(found["value"], _TEXT)[record],
            rule=series(found["rule"], _TEXT)[record],
            direction=series(found["direction"], _TEXT)[record],
            precision=series(found["precision"], _TEXT)[record],
            confidence=series(found["confidence"], _NUMBER)[record],
            anchor_id=self._clocks[told.article],
            zones=self._zones.of(told, [None] * len(units), units),
        )

    def _events(self) -> None:
        found, times = _columns(EventMention, self._reading.events), self._reading.times
        units, starts = _numbers(found["unit"]), _numbers(found["start"])
        told = self._found.tell(units)
        record, start = told.record, starts[told.record] + told.at
        ids = _ids(self._ids[told.article], "-e", start)
        kinds = reference.event_types()
        facts = [kinds[kind] for kind in found["event_type"]]
        happened = [times[i] if i is not None else None for i in found["time_mention"]]
        time_units = _numbers([time.unit if time else 0 for time in happened])
        time_at = self._found.starts(told.article, time_units[record])
        time_starts = _numbers([time.start if time else -1 for time in happened])
        where = self._where(units)
        self._rows["events"].extend(
            event_id=ids,
            article_id=self._ids[told.article],
            sentence_id=self._sentence_ids(told, units, starts),
            trigger=series(found["trigger"], _TEXT)[record],
            trigger_lemma=series(found["lemma"], _TEXT)[record],
            span_start=pl.Series(start),
            span_end=pl.Series(_numbers(found["end"])[record] + told.at),
            event_type=series(found["event_type"], _TEXT)[record],
            mode=series(found["mode"], _TEXT)[record],
            context=series(found["context"], _TEXTS)[record],
            cameo_root=series([kind.cameo_root for kind in facts], _TEXT)[record],
            quad_class=series([kind.quad_class for kind in facts], _INTEGER)[record],
            goldstein=series([kind.goldstein for kind in facts], _NUMBER)[record],
            tense=series(found["tense"], _TEXT)[record],
            polarity=series(found["polarity"], _TEXT)[record],
            modality=series(found["modality"], _TEXT)[record],
            attribution=series([_attribution(participants) for participants in found["participants"]], _TEXT)[record],
            location_id=series([place.location_id if place else None for place, _ in where], _TEXT)[record],
            location_basis=series([basis for _, basis in where], _TEXT)[record],
            relation=series(found["relation"], _TEXT)[record],
            time_basis=series(found["time_basis"], _TEXT)[record],
            anchor_id=self._clocks[told.article],
            time_expression_id=_ids(
                self._ids[told.article], "-t", time_starts[record] + time_at, time_starts[record] >= 0
            ),
            zones=self._zones.of(told, [p if b in ("stated", "carried") else None for p, b in where], units),
            time_precision=series(
                [
                    time.precision if time else "day" if basis == "tense_default" else "unbounded"
                    for basis, time in zip(found["time_basis"], happened, strict=True)
                ],
                _TEXT,
            )[record],
            time_status=pl.repeat("symbolic", len(record), dtype=_TEXT, eager=True),
            confidence=series(found["confidence"], _NUMBER)[record],
            story_id=self._stories[told.article],
        )
        self._participants(told, ids)

    def _where(self, units: Numbers) -> list[tuple[Place | None, str]]:
        """By event, where it happened and what says so: what is not said in the text, the dateline does."""
        found, places = [], self._reading.places
        for event, source in zip(self._reading.events, self._found.source(units).tolist(), strict=True):
            place = places[event.place_mention].place if event.place_mention is not None else None
            basis: str = event.location_basis
            if basis in ("none", "actor") and (filed := self._zones.filed[source]):
                place, basis = filed[0], "dateline"
            found.append((place, basis if place else "none"))
        return found

    def _participants(self, told: Told, ids: pl.Series) -> None:
        """Participants of the events, which are told with these ids."""
        found = _columns(Participant, [p for event in self._reading.events for p in event.participants])
        part, row, ordinal = told.parts(_numbers([len(event.participants) for event in self._reading.events]))
        self._rows["event_participants"].extend(
            event_id=ids[row],
            ordinal=pl.Series(ordinal),
            role=series(found["role"], _TEXT)[part],
            span_start=pl.Series(_numbers(found["start"])[part] + told.at[row]),
            span_end=pl.Series(_numbers(found["end"])[part] + told.at[row]),
            surface=series(found["surface"], _TEXT)[part],
            name=series(found["name"], _TEXT)[part],
            country_code=series(found["country_code"], _TEXT)[part],
            sector=series(found["sector"], _TEXT)[part],
            quantity_min=series(found["quantity_min"], _INTEGER)[part],
            quantity_max=series(found["quantity_max"], _INTEGER)[part],
        )


class _Zones:
    """The zones a civil day of an item may count in.

    The newsroom's always; then the place's own where the text states it. Where it does not, the event may have
    happened anywhere in the country it was filed from ("donderdagavond" in a text from St. Paul may be an evening
    in Los Angeles), so the bounds hold that country's zones.
    """

    def __init__(self, found: Repeats) -> None:
        """Take where each article was filed."""
        reading = found.reading
        self.filed = [
            [mention.place for mention in reading.dateline_places.get(i, ()) if mention.place]
            for i in range(len(reading.articles))
        ]
        """By article that was read, the places of its dateline."""
        self._found = found
        self._of_filed = [tuple([zone for place in filed for zone in _around(place)]) for filed in self.filed]
        numbers: dict[str, int] = {}
        self._newsroom = _numbers([numbers.setdefault(a.zone, len(numbers)) for a in found.articles])
        """By article, its newsroom's among the newsrooms' zones."""
        self._newsrooms = list(numbers)

    def of(self, told: Told, stated: Sequence[Place | None], units: Numbers) -> pl.Series:
        """By row, its zones.

        Args:
            told: the rows.
            stated: by record, the place that the text states.
            units: the unit of each record.
        """
        numbers: dict[tuple[str, ...], int] = {}
        for_records = []
        for place, source in zip(stated, self._found.source(units).tolist(), strict=True):
            zones = _of(place) if place else self._of_filed[source]
            for_records.append(numbers.setdefault(zones, len(numbers)))
        pairs = self._newsroom[told.article] * len(numbers) + _numbers(for_records)[told.record]
        used, of_row = np.unique(pairs, return_inverse=True)
        kinds = list(numbers)
        lists = [
            list(dict.fromkeys([self._newsrooms[pair // len(kinds)], *kinds[pair % len(kinds)]]))
            for pair in used.tolist()
        ]
        found: pl.Series = series(lists, _TEXTS)[of_row]
        return found


def _around(place: Place) -> Sequence[str]:
    """The zones of a place and of its country."""
    own = [place.timezone] if place.timezone else []
    return [*own, *(gazetteer.load().zones(place.country_code) if place.country_code else ())]


def _of(place: Place) -> tuple[str, ...]:
    """The zones of a place itself."""
    if place.feature_class != "A" and place.timezone:
        return (place.timezone,)
    return gazetteer.load().zones(place.country_code) if place.country_code else ()


def publication_id(article_id: str) -> str:
    """Name the anchor of an item's publication."""
    return f"{article_id}-publication"


def _attribution(participants: Sequence[Participant]) -> str | None:
    return next((p.surface for p in participants if p.role == "attribution"), None)


def _ids(
    owners: pl.Series, mark: str, positions: Numbers, is_known: npt.NDArray[np.bool_] | None = None
) -> pl.Series:
    """Ids made of an owner's and a position in its text; NULL where the position is not known."""
    made = pl.concat_str(owners, pl.lit(mark), pl.Series(positions))
    ids: pl.Series = pl.select(made if is_known is None else pl.when(pl.Series(is_known)).then(made)).to_series()
    return ids


def _columns(kind: type[NamedTuple], records: Sequence[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
    """The values of records by field."""
    fields = kind._fields
    return dict(zip(fields, zip(*records, strict=True) if records else [()] * len(fields), strict=True))


def _numbers(values: Sequence[int]) -> Numbers:
    return pl.Series(values, dtype=_INTEGER).to_numpy()
