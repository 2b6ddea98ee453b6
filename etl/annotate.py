"""`dateline annotate`: records of text in, stand-off annotations out, through the same functions as a run.

IN, one JSON record a line: `{"id", "text", "kind": "text"|"page", "reference", "lang"}`. A text is one article
published at `reference`; a page was captured at `reference`; null means unknown. `reference` is ISO 8601: with an
offset an instant, without one civil time where the text was written, a date alone that whole day.

OUT, one record a line in the order of IN: `{"id", "articles", "agencies", "locations", "times", "events"}`. Spans
are code points of `text`, end exclusive. `times[].values` are half-open intervals in civil time, best first; event
bounds are instants in UTC. A record that cannot be annotated gives `{"id", "error"}`.
"""

import datetime as dt
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError

from etl.extract.language import detect
from etl.schema.frames import polars_schema
from etl.schema.raw import Capture, Document
from etl.transform import anchors, dates, pipeline, tabulate
from etl.transform.events import cluster
from etl.transform.heads import PUBLICATION
from etl.transform.times import resolve
from etl.transform.times.resolve import Interval

BATCH = 500
"""Records that go through the transform together."""


class Record(BaseModel):
    """One record to annotate. Unknown keys are ignored, so that a gold file is itself a valid input."""

    model_config = ConfigDict(extra="ignore")

    id: str | int
    text: str
    kind: Literal["text", "page"] = "text"
    reference: str | None = None
    lang: str | None = None


class _Task(NamedTuple):
    record: Record
    document_id: str
    language: str
    civil: Interval
    """The reference as civil time where the text was written."""
    instants: Interval
    """The reference as instants."""


def annotate(lines: Iterable[str], prefer: Literal["past", "future"] = "past") -> Iterator[dict[str, Any]]:
    """Annotate records.

    Args:
        lines: JSON records, one a line; blank lines are skipped.
        prefer: the way a bare day or month looks where no cue decides: past, as in news, or future.

    Yields:
        One record for each record read, in order; `{"id", "error"}` where one cannot be annotated.
    """
    numbered = enumerate((line for line in lines if line.strip()), start=1)
    for chunk in iter(lambda: list(itertools.islice(numbered, BATCH)), []):
        tasks = [_task(number, line) for number, line in chunk]
        good = [task for task in tasks if isinstance(task, _Task)]
        results = dict(zip((t.document_id for t in good), _annotate(good, prefer), strict=True))
        for task in tasks:
            yield results[task.document_id] if isinstance(task, _Task) else task


def _task(number: int, line: str) -> "_Task | dict[str, Any]":
    """Validate one record; a bad one becomes its error."""
    identity: object = f"line {number}"
    try:
        data = json.loads(line)
        identity = data.get("id", identity) if isinstance(data, dict) else identity
        record = Record.model_validate(data)
        if not record.text.strip():
            raise ValueError("text is empty: give the words to annotate")
        record.text.encode()  # lone surrogates are not text
        language = record.lang or detect([record.text])[0]
        zone = ZoneInfo(tabulate.language_zone(language))
        civil = _civil(record.reference)
    except ValidationError as error:
        reason = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        return {"id": identity, "error": reason}
    except ValueError as error:
        return {"id": identity, "error": str(error)}
    earliest, latest = (_instant(moment, zone) for moment in civil)
    naive = Interval(*(m.astimezone(zone).replace(tzinfo=None) if m and m.tzinfo else m for m in civil))
    return _Task(record, f"r{number}", language, naive, Interval(earliest, latest))


def _civil(reference: str | None) -> Interval:
    if not reference:
        return Interval(None, None)
    try:
        if len(reference) == 10:
            day = dt.datetime.fromisoformat(reference)
            return Interval(day, day + dt.timedelta(days=1))
        moment = dt.datetime.fromisoformat(reference)
    except ValueError:
        raise ValueError(f"reference {reference!r} is not ISO 8601, such as 2026-01-31T00:00:00Z") from None
    return Interval(moment, moment)


def _instant(moment: dt.datetime | None, zone: ZoneInfo) -> dt.datetime | None:
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(dt.UTC)


def _annotate(tasks: list[_Task], prefer: Literal["past", "future"]) -> Iterator[dict[str, Any]]:
    """Transform and date a batch, then cut it up by record."""
    if not tasks:
        return
    documents, captures = _documents(tasks), _captures(tasks)
    tables = pipeline.transform(documents)
    clocks = anchors.date_anchors(
        tables["core.anchors"],
        documents.select("document_id", "ingested_at", "published_earliest", "published_latest"),
        captures,
    )
    tables["core.anchors"] = clocks
    tables["core.events"] = anchors.date_events(
        tables["core.events"], tables["core.time_expressions"], clocks, prefer
    )
    tables["core.events"] = tables["core.events"].update(
        cluster.cluster(tables["core.events"], tables["core.event_participants"], tables["core.locations"], clocks),
        on="event_id",
    )
    tables["core.time_expressions"] = anchors.date_expressions(tables["core.time_expressions"], clocks, prefer)
    view = _View(tables, prefer)
    for task in tasks:
        yield view.record(task)


def _documents(tasks: list[_Task]) -> pl.DataFrame:
    now = dt.datetime.now(dt.UTC)
    rows = []
    for task in tasks:
        is_text = task.record.kind == "text"
        known = task.instants.latest or now
        rows.append(
            {
                "document_id": task.document_id,
                "source_uri": str(task.record.id),
                "source_kind": "record",
                "kind": task.record.kind,
                "media_type": "text/plain",
                "encoding": "utf-8",
                "content_sha256": "",
                "text": task.record.text,
                "n_chars": len(task.record.text),
                "repairs": None,
                "language": task.language,
                "published_earliest": task.instants.earliest if is_text else None,
                "published_latest": task.instants.latest if is_text else None,
                # a reference may lie in this machine's future: a page is not ingested before its capture
                "ingested_at": max(now, known),
                "run_id": "annotate",
            }
        )
    return pl.DataFrame(rows, schema=polars_schema(Document))


def _captures(tasks: list[_Task]) -> pl.DataFrame:
    rows = [
        {
            "capture_id": task.document_id,
            "document_id": task.document_id,
            "captured_earliest": task.instants.earliest,
            "captured_latest": task.instants.latest,
            "basis": "operator",
            "confidence": 1.0,
            "asserted_by": "annotate",
            "asserted_at": dt.datetime.now(dt.UTC),
        }
        for task in tasks
        if task.record.kind == "page" and task.record.reference
    ]
    return pl.DataFrame(rows, schema=polars_schema(Capture))


class _View:
    """The tables of a batch, by document."""

    def __init__(self, tables: tabulate.Tables, prefer: Literal["past", "future"]) -> None:
        self._prefer: Literal["past", "future"] = prefer
        self._places = {row["location_id"]: row for row in tables["core.locations"].iter_rows(named=True)}
        self._agencies = {row["agency_id"]: row["code"] for row in tables["core.agencies"].iter_rows(named=True)}
        self._anchors = {row["anchor_id"]: row for row in tables["core.anchors"].iter_rows(named=True)}
        self._articles = _by(tables["core.articles"], "document_id")
        self._credits = _by(tables["core.article_agencies"], "article_id")
        self._mentions = _by(tables["core.article_locations"], "article_id")
        self._times = _by(tables["core.time_expressions"], "article_id")
        self._events = _by(tables["core.events"], "article_id")
        self._participants = _by(tables["core.event_participants"], "event_id")

    def record(self, task: _Task) -> dict[str, Any]:
        """The annotations of one record."""
        articles = self._articles[task.document_id]
        ids = [article["article_id"] for article in articles]
        mentions = [m for i in ids for m in self._mentions[i] if m["role"] != "demonym"]
        return {
            "id": task.record.id,
            "articles": [self._article(article) for article in articles],
            "agencies": [
                _span(row)
                | {"text": row["credit_raw"], "agency": self._agencies[row["agency_id"]], "role": row["role"]}
                for i in ids
                for row in self._credits[i]
            ],
            "locations": [self._location(row) for row in mentions],
            "times": sorted(
                (self._time(row, task) for i in ids for row in self._times[i]), key=lambda time: int(time["start"])
            ),
            "events": [self._event(row, mentions) for i in ids for row in self._events[i]],
        }

    def _article(self, row: dict[str, Any]) -> dict[str, Any]:
        anchor = self._anchors[f"{row['article_id']}{PUBLICATION}"]
        places = [m for m in self._mentions[row["article_id"]] if m["role"] == "dateline"]
        names = (row["dateline_raw"] or "").split("/") if row["dateline_raw"] else []
        resolved = {m["surface"]: self._location(m) for m in places}
        dateline = {
            "start": row["dateline_start"],
            "end": row["dateline_end"],
            "places": [
                {
                    "text": name.strip(),
                    "geonameid": resolved.get(name.strip(), {}).get("geonameid"),
                    "country": resolved.get(name.strip(), {}).get("country"),
                }
                for name in names
            ],
            "agencies": [
                self._agencies[c["agency_id"]]
                for c in self._credits[row["article_id"]]
                if c["role"] == "credit" and c["span_start"] >= (row["dateline_start"] or 0)  # no byline's
            ],
            "date": _iso_date(row, anchor),
        }
        stamp = {"start": row["stamp_start"], "end": row["stamp_end"], "text": row["stamp_raw"]}
        return {
            "start": row["item_start"],
            "end": row["item_end"],
            "role": row["role"],
            "section": row["section"],
            "headline": row["headline"],
            "dateline": dateline if row["dateline_start"] is not None else None,
            "stamp": stamp if row["stamp_raw"] else None,
            "published": {
                "earliest": _iso(anchor["earliest"]),
                "latest": _iso(anchor["latest"]),
                "basis": anchor["basis"],
            },
        }

    def _location(self, row: dict[str, Any]) -> dict[str, Any]:
        place = self._places.get(row["location_id"], {})
        return _span(row) | {
            "text": row["surface"],
            "role": row["role"],
            "geonameid": place.get("geonames_id"),
            "name": place.get("name"),
            "country": place.get("country_code"),
            "lat": place.get("latitude"),
            "lon": place.get("longitude"),
            "confidence": row["confidence"],
        }

    def _time(self, row: dict[str, Any], task: _Task) -> dict[str, Any]:
        return _span(row) | {
            "text": row["surface"],
            "type": row["timex_type"],
            "timex": row["value_symbolic"],
            "values": self._values(row, task),
        }

    def _values(self, row: dict[str, Any], task: _Task) -> list[dict[str, str | None]]:
        """Civil values: a stamp's are its publication's bounds, others are resolved against the anchor."""
        anchor = self._anchors[row["anchor_id"]]
        zone = ZoneInfo(anchor["timezone"])
        if row["rule"] == "stamp":
            bounds = Interval(row["earliest"], row["latest"])
            start, end = (_to_civil(moment, zone) for moment in bounds)
            return [{"start": _iso(start), "end": _iso(end), "grain": row["precision"]}] if start or end else []
        if task.record.kind == "text":
            civil = task.civil
        else:
            civil = Interval(_to_civil(anchor["earliest"], zone), _to_civil(anchor["latest"], zone))
        values = resolve.values(row["value_symbolic"], civil, direction=row["direction"], prefer=self._prefer)
        return [{"start": _iso(v.start), "end": _iso(v.end), "grain": v.grain} for v in values]

    def _event(self, row: dict[str, Any], mentions: list[dict[str, Any]]) -> dict[str, Any]:
        people: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for p in self._participants[row["event_id"]]:
            people[p["role"]].append(_span(p) | {"text": p["surface"], "country": p["country_code"]})
        place = self._places.get(row["location_id"])
        said = next((m["surface"] for m in mentions if m["location_id"] == row["location_id"]), None)
        return _span(row) | {
            "text": row["trigger"],
            "lemma": row["trigger_lemma"],
            "type": row["event_type"],
            "mode": row["mode"],
            "polarity": row["polarity"],
            "modality": row["modality"],
            "actors": people["actor"],
            "recipients": people["recipient"],
            "attribution": people["attribution"],
            "place": (
                {"text": said or place["name"], "geonameid": place["geonames_id"], "country": place["country_code"]}
                if place
                else None
            ),
            "place_basis": row["location_basis"],
            "cluster": row["cluster_id"],
            "time": {
                "relation": row["relation"],
                "basis": row["time_basis"],
                **{bound: _iso(row[bound]) for bound in cluster.SIDES},
                "status": row["time_status"],
            },
        }


def _by(frame: pl.DataFrame, column: str) -> dict[str, list[dict[str, Any]]]:
    """Rows by the value of a column, in order."""
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in frame.iter_rows(named=True):
        rows[row[column]].append(row)
    return rows


def _span(row: dict[str, Any]) -> dict[str, Any]:
    return {"start": row["span_start"], "end": row["span_end"]}


def _to_civil(moment: dt.datetime | None, zone: ZoneInfo) -> dt.datetime | None:
    return moment.astimezone(zone).replace(tzinfo=None) if moment else None


def _iso_date(article: dict[str, Any], publication: dict[str, Any]) -> str | None:
    """The date of a dateline; without a year and a publication there is none."""
    symbol = article["dateline_symbol"]
    day = dates.nearest(symbol, publication["earliest"], publication["latest"]) if symbol else None
    return day.isoformat() if day else None


def _iso(moment: dt.datetime | None) -> str | None:
    """ISO 8601, an instant with Z."""
    return moment.isoformat().replace("+00:00", "Z") if moment else None
