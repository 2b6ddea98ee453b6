"""The report: one HTML page of the published marts that needs nothing but itself.

    page.html (jinja2)  <-  sentences, places, agencies      tables that work without a script
                        <-  three Vega-Lite charts as JSON, and the library that draws them, written into the page

Every mark is a link: a bar of the time line to its sentence, a point of the map and a bar of a count to the list of
theirs. What belongs here: which rows are shown and how they are drawn. The same file gives the same bytes: nothing is
drawn by chance, no id is made up, no clock is read.
"""

import datetime as dt
import json
import os
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import duckdb

from etl.settings import current
from etl.warehouse.connection import beside
from etl.warehouse.gathered import gathering
from etl.warehouse.models import load_project

N_SENTENCES = 2000
"""Events whose sentences are shown: the latest ones."""
N_BARS = 200
"""Of those, the ones that the time line shows: more rows than this nobody reads."""

_VEGA_LITE = "6.4"
_FADE_STEPS = 8
_FADE_SHARE = 0.08  # of the axis: how far a bar fades where its end is not known
_ROW_PX, _WIDTH = 15, 820
_LEAST_SHARE = 0.004  # of the axis: the width below which a bar could not be seen
_OUTLIERS = 0.04  # share of the bounds at each end that the axis need not hold
_N_NAMES = 60
_NAME_DEGREES = (24, 6)  # longitude and latitude that a name takes on the map
_TEMPLATE = Path(__file__).with_name("page.html")

_ORDER = "ORDER BY coalesce(begin_latest, end_latest, begin_earliest, end_earliest) DESC NULLS LAST, event_id LIMIT ?"
_EVENTS = """
    SELECT
        event_id, event_type, mode, trigger, sentence, actors, recipients, polarity, modality, is_asserted,
        place, events.country_code, latitude, longitude, location_id, location_basis,
        begin_earliest, begin_latest, end_earliest, end_latest, time_edtf, time_basis, time_expression, relation,
        articles.headline, articles.credits, articles.source_uri
    FROM marts.events AS events
    LEFT JOIN marts.articles AS articles USING (article_id)
"""
_AGENCIES = "SELECT agency_id, coalesce(name, agency_id) FROM {}.agencies ORDER BY agency_id"


class Segment(NamedTuple):
    """A piece of a bar: from, to in milliseconds since 1970, and how sure it is that the event lasted then."""

    start: float
    end: float
    opacity: float


class Axis(NamedTuple):
    """The stretch of time that is shown, in milliseconds since 1970."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """Its length."""
        return self.end - self.start


def write(file: Path, path: Path) -> Path:
    """Write the page of a published file, replaced in one step: of its marts only what is shown is computed."""
    with beside(file) as con:
        latest = f"SELECT rowid AS member FROM core.events {_ORDER}"  # noqa: S608 - a constant
        con.execute(f"CREATE TEMP TABLE gathered_events AS {latest}", [N_SENTENCES])
        project = load_project(current().sql).behind(["events", "articles"])
        with gathering(con, project.models, {}) as another, closing(another()) as shown:
            events = _rows(shown, _EVENTS + _ORDER, [N_SENTENCES])
        text = _page(con, events, "core")
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
    return path


def render(con: duckdb.DuckDBPyConnection) -> str:
    """The page of a database with marts."""
    return _page(con, _rows(con, _EVENTS + _ORDER, [N_SENTENCES]), "marts")


def _page(con: duckdb.DuckDBPyConnection, events: list[dict[str, Any]], counted: str) -> str:
    """The page of these events, in a database with marts; what is asked of all of them is asked in a schema."""
    from jinja2 import Environment, StrictUndefined

    ((n_events, n_articles),) = con.execute(
        f"SELECT (SELECT count(*) FROM {counted}.events), (SELECT count(*) FROM {counted}.articles)"  # noqa: S608
    ).fetchall()
    names = dict(con.execute(_AGENCIES.format(counted)).fetchall())
    by_type, by_place, by_agency = _indexes(events)
    bars = [e for e in events if any(_bounds(e))][:N_BARS]
    charts = {
        "timeline": timeline(bars),
        "map": places_map(by_place),
        "types": counts(by_type, "t", {name: name for name in by_type}),
        "agencies": counts(by_agency, "a", names),
    }
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["anchor"] = _anchor
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        n_events=n_events,
        n_articles=n_articles,
        n_bars=len(bars),
        events=events,
        types=sorted(by_type.items()),
        places=sorted(by_place.items(), key=lambda item: (item[1][0]["place"] or "", item[0])),
        agencies=[(key, names.get(key, key), found) for key, found in sorted(by_agency.items())],
        charts=_script_json(charts),
        library=_library(),
    )


def _rows(con: duckdb.DuckDBPyConnection, query: str, values: list[Any]) -> list[dict[str, Any]]:
    found = con.execute(query, values)
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


_Index = dict[str, list[dict[str, Any]]]


def _indexes(events: Iterable[dict[str, Any]]) -> tuple[_Index, _Index, _Index]:
    """The events by type, by place and by agency credited."""
    by_type, by_place, by_agency = defaultdict(list), defaultdict(list), defaultdict(list)
    for event in events:
        by_type[event["event_type"]].append(event)
        if event["location_id"]:
            by_place[event["location_id"]].append(event)
        for agency in event["credits"] or ():
            by_agency[agency].append(event)
    return dict(by_type), dict(by_place), dict(by_agency)


def _bounds(event: dict[str, Any]) -> tuple[float | None, float | None, float | None, float | None]:
    moments = (event[name] for name in ("begin_earliest", "begin_latest", "end_earliest", "end_latest"))
    a, b, c, d = (moment.timestamp() * 1000 if moment else None for moment in moments)
    return a, b, c, d


def segments(bounds: tuple[float | None, float | None, float | None, float | None], axis: Axis) -> list[Segment]:
    """A bar in pieces, left to right.

    Full where the event surely went on (from its latest beginning to its earliest end), half where it may have, and
    fading where a bound is not known.
    """
    earliest, begun, ending, latest = bounds
    known = [b for b in bounds if b is not None]
    if not known:
        return []
    start = earliest if earliest is not None else min(known)
    end = latest if latest is not None else max(known)
    least = axis.length * _LEAST_SHARE
    if end - start < least:
        middle = (start + end) / 2
        start, end = (middle - least / 2, middle + least / 2) if earliest is not None else (end - least, end)
    pieces = [Segment(start, end, 0.45)]
    if begun is not None and ending is not None and begun <= ending:
        sure = Segment(max(begun, start), min(max(ending, begun + least), end), 1.0)
        pieces = [Segment(start, sure.start, 0.45), sure, Segment(sure.end, end, 0.45)]
    left = _fade(start, -1, axis) if earliest is None else []
    right = _fade(end, 1, axis) if latest is None else []
    return [piece for piece in (*reversed(left), *pieces, *right) if piece.end > piece.start]


def _fade(edge: float, way: int, axis: Axis) -> list[Segment]:
    """Pieces that pale away from an end that is not known, nearest first."""
    step = axis.length * _FADE_SHARE / _FADE_STEPS
    pieces = []
    for k in range(_FADE_STEPS):
        near, far = edge + way * k * step, edge + way * (k + 1) * step
        pieces.append(Segment(min(near, far), max(near, far), round(0.4 * (1 - (k + 0.5) / _FADE_STEPS), 3)))
    return pieces


def axis_of(events: Iterable[dict[str, Any]]) -> Axis:
    """The stretch of time that holds nearly all bounds: one event of long ago does not squeeze the rest."""
    known = sorted(b for event in events for b in _bounds(event) if b is not None)
    if not known:
        return Axis(0.0, 1.0)
    cut = int(len(known) * _OUTLIERS)
    start, end = known[cut], known[-1 - cut]
    margin = max((end - start) * 0.1, 3_600_000.0)
    return Axis(start - margin, end + margin)


def timeline(events: list[dict[str, Any]]) -> dict[str, Any]:
    """The time line: a row an event, latest on top."""
    axis = axis_of(events)
    values = [
        {
            "row": f"{row}\t{_label(event)}",
            "start": round(piece.start),
            "end": round(piece.end),
            "opacity": piece.opacity,
            "type": event["event_type"],
            "label": _label(event),
            "stance": _stance(event),
            "when": event["time_edtf"] or "not known",
            "href": "#" + _anchor(event["event_id"], "e"),
        }
        for row, event in enumerate(events)
        for piece in segments(_bounds(event), axis)
    ]
    y = {
        "field": "row",
        "type": "nominal",
        "sort": None,
        "title": None,
        "axis": {"labelExpr": "split(datum.label, '\\t')[1]", "labelLimit": 240, "ticks": False, "grid": False},
        "scale": {"paddingInner": 0.25},
    }
    bars = {
        "data": {"values": values},
        "mark": {"type": "bar", "clip": True, "cursor": "pointer"},
        "params": [_zoom("x")],
        "encoding": {
            "y": y,
            "x": {
                "field": "start",
                "type": "temporal",
                "scale": {"type": "utc", "domainMin": round(axis.start), "domainMax": round(axis.end)},
                "axis": {"title": "UTC", "orient": "top"},
            },
            "x2": {"field": "end"},
            "opacity": {"field": "opacity", "type": "quantitative", "scale": None, "legend": None},
            "color": {"field": "type", "type": "nominal", "scale": {"scheme": "tableau20"}, "title": None},
            "href": {"field": "href"},
            "tooltip": [{"field": name, "type": "nominal"} for name in ("label", "type", "stance", "when")],
        },
    }
    return _chart({"height": {"step": _ROW_PX}} | bars)


def _label(event: dict[str, Any]) -> str:
    """The trigger, the place, and how sure the text is where it does not simply say so."""
    label = f"{event['trigger']}, {event['place']}" if event["place"] else str(event["trigger"])
    if not event["is_asserted"]:
        label += f" ({_stance(event)})"
    return " ".join(label.split())


def _stance(event: dict[str, Any]) -> str:
    return ("not " if event["polarity"] == "NEG" else "") + str(event["modality"])


def places_map(by_place: _Index) -> dict[str, Any]:
    """Places by longitude and latitude; the area of a point is its number of events."""
    values = [
        {
            "place": found[0]["place"],
            "longitude": found[0]["longitude"],
            "latitude": found[0]["latitude"],
            "events": len(found),
            "href": "#" + _anchor(location_id, "p"),
        }
        for location_id, found in sorted(by_place.items())
        if found[0]["longitude"] is not None and found[0]["latitude"] is not None
    ]
    position = {
        "x": {
            "field": "longitude",
            "type": "quantitative",
            "scale": {"domain": [-180, 180], "nice": False},
            "axis": {"values": list(range(-180, 181, 30)), "title": "longitude"},
        },
        "y": {
            "field": "latitude",
            "type": "quantitative",
            "scale": {"domain": [-60, 85], "nice": False},
            "axis": {"values": list(range(-60, 91, 30)), "title": "latitude"},
        },
    }
    points = {
        "mark": {"type": "circle", "clip": True, "cursor": "pointer", "opacity": 0.7, "stroke": "white"},
        "params": [_zoom("x", "y")],
        "encoding": position
        | {
            "size": {"field": "events", "type": "quantitative", "scale": {"range": [40, 900]}, "legend": None},
            "href": {"field": "href"},
            "tooltip": [{"field": "place", "type": "nominal"}, {"field": "events", "type": "quantitative"}],
        },
    }
    labelled = _apart(values)
    names = {
        "data": {"values": labelled},
        "mark": {"type": "text", "dy": -9, "fontSize": 10, "clip": True},
        "encoding": position | {"text": {"field": "place"}, "href": {"field": "href"}},
    }
    return _chart({"data": {"values": values}, "height": 440, "layer": [points, names]})


def _apart(values: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The places whose names are written: the ones with most events, none over another."""
    chosen: list[dict[str, Any]] = []
    for value in sorted(values, key=lambda v: -int(v["events"])):
        if len(chosen) < _N_NAMES and all(
            abs(value["longitude"] - other["longitude"]) > _NAME_DEGREES[0]
            or abs(value["latitude"] - other["latitude"]) > _NAME_DEGREES[1]
            for other in chosen
        ):
            chosen.append(value)
    return chosen


def counts(index: _Index, prefix: str, names: dict[str, str]) -> dict[str, Any]:
    """How many events by kind, most first."""
    values = [
        {"name": names.get(key, key), "events": len(found), "href": "#" + _anchor(key, prefix)}
        for key, found in sorted(index.items(), key=lambda item: (-len(item[1]), item[0]))
    ]
    encoding = {
        "y": {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 260}},
        "x": {"field": "events", "type": "quantitative", "axis": {"tickMinStep": 1}},
        "href": {"field": "href"},
        "tooltip": [{"field": "name", "type": "nominal"}, {"field": "events", "type": "quantitative"}],
    }
    layers = [
        {"mark": {"type": "bar", "cursor": "pointer"}},
        {"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": {"text": {"field": "events"}}},
    ]
    return _chart({"data": {"values": values}, "height": {"step": 20}, "encoding": encoding, "layer": layers})


def _chart(body: dict[str, Any]) -> dict[str, Any]:
    config = {"view": {"stroke": "#ccc"}, "font": "system-ui, sans-serif", "axis": {"gridColor": "#eee"}}
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{_VEGA_LITE.partition('.')[0]}.json",
        "width": _WIDTH,
        "background": None,
        "config": config,
    } | body


def _zoom(*encodings: str) -> dict[str, Any]:
    """Dragging moves the axes, the wheel with shift zooms: without it the page scrolls."""
    select = {"type": "interval", "encodings": list(encodings), "zoom": "wheel![event.shiftKey]"}
    return {"name": "zoom", "select": select, "bind": "scales"}


def _anchor(key: str, prefix: str) -> str:
    """The name of a place on the page; without characters that a link would have to write otherwise."""
    return f"{prefix}-{quote(key, safe='')}"


def _script_json(value: Any) -> str:
    """JSON that may stand in a script: no text of a page can end the script or begin a comment."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=_iso)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _iso(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def _library() -> str:
    """The charts' JavaScript in one piece, Vega, Vega-Lite and vega-embed as vl-convert carries them; made once."""
    made = current().cache / f"vega-lite-{_VEGA_LITE}-{version('vl-convert-python')}.js"
    if not made.is_file():
        import vl_convert

        text = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", _VEGA_LITE))
        made.parent.mkdir(parents=True, exist_ok=True)
        partial = made.with_name(f".{made.name}.{os.getpid()}")
        partial.write_text(text.replace("</script", "<\\/script"), encoding="utf-8")
        partial.replace(made)
    return made.read_text(encoding="utf-8")
