"""Rows of what was found in the texts of a batch, column by column.

What belongs here: sentences, cited agencies, places, times and events, with ids, spans of the document and the clock
each hangs on. What does not: rows of articles and their heads (`heads.py`), and which articles are alike
(`repeats.py`). Rows are many: what is known of a record is read once, and what the article adds is reckoned for all
rows of a batch together.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from etl.transform import reference
from etl.transform.events.records import EventMention
from etl.transform.records import Credit, PlaceMention, SentenceSpan, TimeMention
from etl.transform.repeats import Repeats, Told
from etl.transform.rows import Numbers, Rows, columns, index, numbers, picked, series
from etl.transform.zones import Places, Zones

_TEXT, _TEXTS, _INTEGER, _NUMBER = pl.String, pl.List(pl.String), pl.Int64, pl.Float64


class _Named(NamedTuple):
    """Rows that others name."""

    told: Told
    ids: pl.Series

    def of(self, article: Numbers, record: Numbers) -> pl.Series:
        """The ids of the rows that tell these records for these articles; NULL for record -1."""
        return picked(self.ids, np.where(record < 0, -1, self.told.first[article] + record))


class Mentions:
    """Adds the rows of what was found in the articles of one language."""

    def __init__(self, found: Repeats, places: Places, rows: Mapping[str, Rows], heads: pl.DataFrame) -> None:
        """Take what was found.

        Args:
            found: what was found, and for which articles.
            places: the places it speaks of.
            rows: where rows go, by name of the table.
            heads: article_id, anchor_id of its publication and story_id, by article.
        """
        self._found, self._reading, self._rows, self._heads = found, found.reading, rows, heads
        self._places, self._locations = places, series([place.location_id for place in places.known], _TEXT)
        self._zones = Zones(found, places)
        sentences = columns(SentenceSpan, self._reading.sentences)
        self._sentence_units, self._sentence_starts = numbers(sentences["unit"]), numbers(sentences["start"])
        self._sentence_ends = numbers(sentences["end"])

    def add(self) -> None:
        """Add the rows of all of it."""
        self._sentences = self._add_sentences()
        self._add_citations()
        self._add_dateline_places()
        self._add_places_of_text()
        self._times = self._add_times()
        self._add_events()

    def _told(
        self, told: Told, key: str, mark: str, spans: tuple[Numbers, Numbers], records: pl.DataFrame, *heads: str
    ) -> pl.DataFrame:
        """Rows of records.

        Args:
            told: which record each row tells, and for which article.
            key: the column of their id, which is made of the article's and of where they start.
            mark: what stands between these.
            spans: where the records start and end in their texts.
            records: the other columns of the records.
            heads: columns of the article beside its id.
        """
        starts, ends = (pl.Series(at[told.record] + told.at) for at in spans)
        of_article, of_record = index(told.article), index(told.record)
        ids = (self._heads["article_id"] + mark)[of_article] + starts.cast(_TEXT)
        return pl.concat(
            [
                pl.DataFrame({key: ids, "span_start": starts, "span_end": ends}),
                self._heads[["article_id", *heads]][of_article],
                records[of_record],
            ],
            how="horizontal",
        )

    def _sentences_told(self, told: Told, units: Numbers, starts: Numbers) -> pl.Series:
        """By row, the id of the sentence that its record stands in; NULL where none begins before it.

        Args:
            told: the rows.
            units: the unit of each record.
            starts: where each record starts there.
        """
        longest = 1 + max(self._sentence_starts.max(initial=0), starts.max(initial=0))
        keys = self._sentence_units * longest + self._sentence_starts
        at = np.searchsorted(keys, units * longest + starts, "right") - 1
        sentence = np.where((at >= 0) & (np.append(self._sentence_units, -1)[at] == units), at, -1)
        return self._sentences.of(told.article, sentence[told.record]).alias("sentence_id")

    def _add_sentences(self) -> _Named:
        units, starts, ends = self._sentence_units, self._sentence_starts, self._sentence_ends
        told = self._found.tell(units)
        is_headline = np.array([unit.kind == "headline" for unit in self._reading.units], np.bool_)
        records = pl.DataFrame({"is_headline": is_headline[units]})
        frame = self._told(told, "sentence_id", "-s", (starts, ends), records)
        self._rows["sentences"].extend(frame.hstack([pl.Series("ordinal", told.ordinal)]))
        return _Named(told, frame["sentence_id"])

    def _add_citations(self) -> None:
        credit = columns(Credit, [credit for _, credit in self._reading.citations])
        told = self._found.tell(numbers([unit for unit, _ in self._reading.citations]))
        credited = numbers(list(map(len, self._found.items["credits"])))
        records = pl.DataFrame(
            {
                "agency_id": series(credit["agency_id"], _TEXT),
                "role": series(credit["role"], _TEXT),
                "credit_raw": series(credit["surface"], _TEXT),
            }
        )
        spans = numbers(credit["start"]), numbers(credit["end"])
        ordinal = pl.Series("ordinal", credited[told.article] + told.ordinal)
        self._rows["article_agencies"].extend(
            self._told(told, "article_agency_id", "-c", spans, records).hstack([ordinal])
        )

    def _add_dateline_places(self) -> None:
        """Add places of datelines, whose spans are of the document that was read."""
        filed = self._reading.dateline_places
        read = [(i, mention) for i in sorted(filed) for mention in filed[i]]
        mentions = [mention for _, mention in read]
        told = self._found.tell_datelines(numbers([i for i, _ in read]))
        found = columns(PlaceMention, mentions)
        self._rows["article_locations"].extend(self._places_told(told, found, self._places.of(mentions)))

    def _add_places_of_text(self) -> None:
        found = columns(PlaceMention, self._reading.places)
        units = numbers(found["unit"])
        told = self._found.tell(units)
        frame = self._places_told(told, found, self._places.of_mention)
        sentences = self._sentences_told(told, units, numbers(found["start"]))
        self._rows["article_locations"].extend(frame.hstack([sentences]))

    def _places_told(self, told: Told, found: dict[str, list[Any]], places: Numbers) -> pl.DataFrame:
        records = pl.DataFrame(
            {
                "surface": series(found["surface"], _TEXT),
                "role": series(found["role"], _TEXT),
                "location_id": picked(self._locations, places),
                "n_candidates": numbers(found["n_candidates"]),
                "runner_up_ids": series(found["runners_up"], _TEXTS),
                "confidence": series(found["confidence"], _NUMBER),
            }
        )
        return self._told(told, "mention_id", "-p", (numbers(found["start"]), numbers(found["end"])), records)

    def _add_times(self) -> _Named:
        found = columns(TimeMention, self._reading.times)
        units, starts = numbers(found["unit"]), numbers(found["start"])
        told = self._found.tell(units)
        self._precisions = series(found["precision"], _TEXT)
        records = pl.DataFrame(
            {
                "surface": series(found["surface"], _TEXT),
                "timex_type": series(found["timex_type"], _TEXT),
                "value_symbolic": series(found["value"], _TEXT),
                "rule": series(found["rule"], _TEXT),
                "direction": series(found["direction"], _TEXT),
                "precision": self._precisions,
                "confidence": series(found["confidence"], _NUMBER),
            }
        )
        spans = starts, numbers(found["end"])
        frame = self._told(told, "time_expression_id", "-t", spans, records, "anchor_id")
        of_rows = [self._sentences_told(told, units, starts), self._zones.of(told, units).alias("zones")]
        self._rows["time_expressions"].extend(frame.hstack(of_rows))
        return _Named(told, frame["time_expression_id"])

    def _add_events(self) -> None:
        found = list(self._reading.events)
        units, starts = numbers([event.unit for event in found]), numbers([event.start for event in found])
        told = self._found.tell(units)
        times = numbers([event.time_mention for event in found])
        participants = _participants(found)
        counts = numbers([len(event.participants) for event in found])
        place, basis = self._where(found, units)
        facts, numbered = _event_types()
        kinds = numbers([numbered[event.event_type] for event in found])
        is_of_tense = pl.col("time_basis") == "tense_default"
        records = pl.DataFrame(
            {
                "trigger": series([event.trigger for event in found], _TEXT),
                "trigger_lemma": series([event.lemma for event in found], _TEXT),
                "mode": series([event.mode for event in found], _TEXT),
                "context": series([event.context for event in found], _TEXTS),
                "tense": series([event.tense for event in found], _TEXT),
                "polarity": series([event.polarity for event in found], _TEXT),
                "modality": series([event.modality for event in found], _TEXT),
                "attribution": picked(participants["surface"], _attributed(participants, counts)),
                "location_id": picked(self._locations, place),
                "location_basis": basis,
                "relation": series([event.relation for event in found], _TEXT),
                "time_basis": series([event.time_basis for event in found], _TEXT),
                "time_precision": picked(self._precisions, times),
                "confidence": series([event.confidence for event in found], _NUMBER),
            }
        ).with_columns(
            time_precision=pl.coalesce(
                "time_precision", pl.when(is_of_tense).then(pl.lit("day")), pl.lit("unbounded")
            ),
            time_status=pl.lit("symbolic"),
        )
        spans = starts, numbers([event.end for event in found])
        frame = self._told(told, "event_id", "-e", spans, records, "anchor_id", "story_id")
        stated = np.where(((basis == "stated") | (basis == "carried")).to_numpy(), place, -1)
        of_rows = [
            self._sentences_told(told, units, starts),
            self._times.of(told.article, times[told.record]).alias("time_expression_id"),
            self._zones.of(told, units, stated).alias("zones"),
        ]
        self._rows["events"].extend(frame.hstack(of_rows).hstack(facts[index(kinds[told.record])]))
        self._add_participants(told, frame["event_id"], participants, counts)

    def _where(self, found: list[EventMention], units: Numbers) -> tuple[Numbers, pl.Series]:
        """By event, where it happened and what says so: what is not said in the text, the dateline does."""
        mention = numbers([event.place_mention for event in found])
        said = series([event.location_basis for event in found], _TEXT)
        filed = numbers([places[0] if places else -1 for places in self._places.filed])[self._found.source(units)]
        is_filed = ((said == "none") | (said == "actor")).to_numpy() & (filed >= 0)
        place = np.where(is_filed, filed, np.append(self._places.of_mention, -1)[mention])
        basis = (
            pl.when(pl.Series(place < 0))
            .then(pl.lit("none"))
            .when(pl.Series(is_filed))
            .then(pl.lit("dateline"))
            .otherwise(said)
        )
        return place, pl.select(basis).to_series()

    def _add_participants(self, told: Told, events: pl.Series, participants: pl.DataFrame, counts: Numbers) -> None:
        """Add the participants of the events, which are told with these ids."""
        part, row, ordinal = told.parts(counts)
        own = pl.DataFrame({"event_id": events[index(row)], "ordinal": ordinal, "at": told.at[row]})
        frame = own.hstack(participants[index(part)]).with_columns(pl.col("span_start", "span_end") + pl.col("at"))
        self._rows["event_participants"].extend(frame.drop("at"))


def _participants(of_events: list[EventMention]) -> pl.DataFrame:
    """The participants of events, one after another; spans in the unit's text."""
    found = [participant for event in of_events for participant in event.participants]
    return pl.DataFrame(
        {
            "role": series([participant.role for participant in found], _TEXT),
            "span_start": numbers([participant.start for participant in found]),
            "span_end": numbers([participant.end for participant in found]),
            "surface": series([participant.surface for participant in found], _TEXT),
            "name": series([participant.name for participant in found], _TEXT),
            "country_code": series([participant.country_code for participant in found], _TEXT),
            "sector": series([participant.sector for participant in found], _TEXT),
            "quantity_min": series([participant.quantity_min for participant in found], _INTEGER),
            "quantity_max": series([participant.quantity_max for participant in found], _INTEGER),
        }
    )


def _attributed(participants: pl.DataFrame, counts: Numbers) -> Numbers:
    """By event, the first of its participants to whom it is attributed; -1 where there is none."""
    hits = np.flatnonzero((participants["role"] == "attribution").to_numpy())
    events, first = np.unique(np.repeat(np.arange(len(counts)), counts)[hits], return_index=True)
    found = np.full(len(counts), -1, np.int64)
    found[events] = hits[first]
    return found


@lru_cache(maxsize=1)
def _event_types() -> tuple[pl.DataFrame, dict[str, int]]:
    """What is known of the types of events, as columns of their rows; and the number of each type there."""
    kinds = reference.event_types()
    facts = [(kind, known.cameo_root, known.quad_class, known.goldstein) for kind, known in kinds.items()]
    schema = {"event_type": _TEXT, "cameo_root": _TEXT, "quad_class": _INTEGER, "goldstein": _NUMBER}
    return pl.DataFrame(facts, schema, orient="row"), {kind: i for i, kind in enumerate(kinds)}
