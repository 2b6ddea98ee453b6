"""From clocks to bounds: captures, publications, then every expression and event that hangs on them.

The text was read once and gave symbols and offsets; this step is all that runs again when a capture time is
learnt later. A bound that is not known is NULL. What always holds: publication <= capture <= ingestion.

The functions take and give frames of the declared tables and change only the columns with `filled_by="anchor"`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal, get_args

import polars as pl

from etl.schema.raw import CaptureBasis
from etl.transform import clocks
from etl.transform.times import resolve
from etl.transform.times.resolve import Interval

Prefer = Literal["past", "future"]

BASES: tuple[str, ...] = get_args(CaptureBasis)
"""Bases of capture claims, the strongest first."""

# The newsroom writes "is aangenomen" of what is at most a day old when it publishes.
_NEWS_WINDOW = pl.duration(days=1)
# Tenses and modalities of what has happened when the text says so: it cannot lie after the publication.
_PAST_TENSES = ["PAST", "PRESENT_PERFECT", "PAST_PERFECT"]
_OPEN_MODALITIES = ["future", "possible", "hypothetical"]


def best_claims(captures: pl.DataFrame) -> pl.DataFrame:
    """The claim that decides each document's capture: the newest of the strongest basis.

    Args:
        captures: raw.captures.

    Returns:
        document_id, capture_id, captured_earliest, captured_latest, capture_basis, confidence, asserted_by; one row a
        document.
    """
    rank = {basis: i for i, basis in enumerate(BASES)}
    return (
        captures.with_columns(_rank=pl.col("basis").replace_strict(rank, return_dtype=pl.Int8))
        .sort("_rank", pl.col("asserted_at"), "capture_id", descending=[False, True, False])
        .unique("document_id", keep="first", maintain_order=True)
        .select(
            "document_id",
            "capture_id",
            "captured_earliest",
            "captured_latest",
            "confidence",
            "asserted_by",
            capture_basis="basis",
        )
    )


def date_anchors(anchors: pl.DataFrame, documents: pl.DataFrame, captures: pl.DataFrame) -> pl.DataFrame:
    """Bounds of every clock, where no item is known to stand on two pages.

    Args:
        anchors: core.anchors.
        documents: document_id, ingested_at, published_earliest, published_latest of raw.documents.
        captures: raw.captures.

    Returns:
        core.anchors with the anchor step's columns set, in the order given.
    """
    return clocks.solve(anchors, documents, best_claims(captures)).anchors


def date_expressions(expressions: pl.DataFrame, anchors: pl.DataFrame, prefer: Prefer = "past") -> pl.DataFrame:
    """Bounds of every time expression.

    Args:
        expressions: core.time_expressions.
        anchors: core.anchors with bounds.
        prefer: the way a bare day or month looks where no cue decides; newswire looks back.

    Returns:
        core.time_expressions with earliest and latest set, in the order given.
    """
    hung = _hang(expressions.drop("earliest", "latest"), anchors)
    # a stamp is itself the evidence for the publication: its bounds are the publication's
    publication = anchors.filter(pl.col("kind") == "publication").select(
        "article_id", _stamp_earliest="earliest", _stamp_latest="latest"
    )
    is_stamp = pl.col("rule") == "stamp"
    return (
        _resolve_symbols(hung, "value_symbolic", prefer)
        .join(publication, on="article_id", how="left", maintain_order="left")
        .with_columns(
            earliest=pl.when(is_stamp).then("_stamp_earliest").otherwise("_earliest"),
            latest=pl.when(is_stamp).then("_stamp_latest").otherwise("_latest"),
        )
        .select(expressions.columns)
    )


def date_events(
    events: pl.DataFrame, expressions: pl.DataFrame, anchors: pl.DataFrame, prefer: Prefer = "past"
) -> pl.DataFrame:
    """Bounds of every event: of the expression it hangs on, cut at its publication, or of its tense against that.

    Args:
        events: core.events.
        expressions: core.time_expressions (bounds are not read: an event's zones may differ).
        anchors: core.anchors with bounds.
        prefer: as for `date_expressions`.

    Returns:
        core.events with the four bounds, time_edtf and time_status set, in the order given.
    """
    symbols = expressions.select("time_expression_id", "direction", _symbol="value_symbolic")
    hung = _hang(events, anchors).join(symbols, on="time_expression_id", how="left", maintain_order="left")
    return (
        _resolve_symbols(hung, "_symbol", prefer)
        .with_columns(**_event_bounds())
        .with_columns(**_cut_at_publication())
        .with_columns(time_status=_status(), time_edtf=_edtf(anchors["timezone"].unique().sort().to_list()))
        .select(events.columns)
    )


def _event_bounds() -> dict[str, pl.Expr]:
    """The four bounds by relation, before the cut at the publication.

    With an expression [a, b): IS_INCLUDED within it, BEFORE ends by its end, AFTER begins with it, INCLUDES and
    OVERLAP reach over it. Without one, against the publication [p, q].
    """
    a, b, p, q = (pl.col(c) for c in ("_earliest", "_latest", "anchor_earliest", "anchor_latest"))
    nothing = pl.lit(None, pl.Datetime("us", "UTC"))
    hangs = a.is_not_null() | b.is_not_null()
    relation = pl.col("relation")
    background = pl.col("time_basis").is_in(["background", "none"]) | (relation == "BEFORE")
    since = p - _NEWS_WINDOW
    begin_earliest = (
        pl.when(hangs & relation.is_in(["IS_INCLUDED", "AFTER"]))
        .then(a)
        .when(hangs | background | (relation == "INCLUDES"))
        .then(nothing)
        .when(relation == "AFTER")
        .then(p)
        .otherwise(since)
    )
    begin_latest = pl.when(relation == "AFTER").then(nothing).when(hangs).then(b).otherwise(q)
    end_earliest = (
        pl.when(hangs & (relation != "BEFORE"))
        .then(a)
        .when(hangs | (background & (relation != "INCLUDES")))
        .then(nothing)
        .when(relation.is_in(["AFTER", "INCLUDES"]))
        .then(p)
        .otherwise(since)
    )
    end_latest = (
        pl.when(relation.is_in(["AFTER", "INCLUDES", "OVERLAP"])).then(nothing).when(hangs).then(b).otherwise(q)
    )
    return {
        "begin_earliest": begin_earliest,
        "begin_latest": begin_latest,
        "end_earliest": end_earliest,
        "end_latest": end_latest,
    }


def _cut_at_publication() -> dict[str, pl.Expr]:
    """What the text says has happened had happened when it was published."""
    q = pl.col("anchor_latest")
    has_happened = (
        ~pl.col("modality").is_in(_OPEN_MODALITIES)
        & (pl.col("tense").is_in(_PAST_TENSES) | (pl.col("relation") == "BEFORE"))
        & pl.col("relation").is_in(["IS_INCLUDED", "BEFORE"])
        & (pl.col("begin_earliest").is_null() | (pl.col("begin_earliest") <= q))
    ).fill_null(False)
    return {
        name: pl.when(has_happened).then(pl.min_horizontal(name, q)).otherwise(name)
        for name in ("begin_latest", "end_latest")
    }


def _status() -> pl.Expr:
    """`symbolic` while nothing but the ingestion bounds the clock, unless the words give a bound by themselves."""
    both = pl.col("begin_earliest").is_not_null() & pl.col("end_latest").is_not_null()
    words = pl.col("_is_absolute").fill_null(False)
    clock = pl.col("anchor_earliest").is_not_null() | (pl.col("capture_basis") != "unknown")
    return (
        pl.when(both)
        .then(pl.lit("resolved"))
        .when(words | clock)
        .then(pl.lit("bounded_one_side"))
        .otherwise(pl.lit("symbolic"))
    )


def _edtf(zones: Sequence[str]) -> pl.Expr:
    """The outer bounds as an EDTF interval of civil days (ISO 8601-2): empty for unknown, `..` for open."""
    begin = pl.col("begin_earliest")
    # an exclusive bound at midnight ends on the day before
    end = pl.max_horizontal(pl.col("end_latest") - pl.duration(microseconds=1), "begin_earliest")
    is_open = pl.col("relation").is_in(["AFTER", "INCLUDES", "OVERLAP"])
    first = _civil_day(begin, zones).fill_null("")
    last = _civil_day(end, zones).fill_null(pl.when(is_open).then(pl.lit("..")).otherwise(pl.lit("")))
    interval = pl.when(first == last).then(first).otherwise(first + "/" + last)
    return pl.when((first != "") | ~last.is_in(["", ".."])).then(interval)


def _civil_day(instant: pl.Expr, zones: Sequence[str]) -> pl.Expr:
    """The civil day of an instant in the row's newsroom zone; zones are few, so one conversion a zone."""
    day = pl.lit(None, pl.String)
    for zone in zones:
        day = (
            pl.when(pl.col("anchor_zone") == zone)
            .then(instant.dt.convert_time_zone(zone).dt.strftime("%Y-%m-%d"))
            .otherwise(day)
        )
    return day


def _hang(frame: pl.DataFrame, anchors: pl.DataFrame) -> pl.DataFrame:
    """Put the anchor's bounds beside each row."""
    clocks = anchors.select(
        "anchor_id", "capture_basis", anchor_earliest="earliest", anchor_latest="latest", anchor_zone="timezone"
    )
    return frame.join(clocks, on="anchor_id", how="left", maintain_order="left")


def _resolve_symbols(frame: pl.DataFrame, symbol: str, prefer: Prefer) -> pl.DataFrame:
    """Add _earliest and _latest: each distinct symbol is resolved once for each distinct anchor and set of zones."""

    def bounds(symbol: str, direction: str | None, zones: str, earliest: Any, latest: Any) -> Interval:
        return resolve.bounds(symbol, Interval(earliest, latest), zones.split(), direction=direction, prefer=prefer)

    def is_absolute(symbol: str) -> bool:
        return bounds(symbol, None, "UTC", None, None) != (None, None)

    keyed = frame.with_columns(
        _zones=pl.col("zones").list.join(" "),
        _symbol=pl.col(symbol),
        _is_absolute=pl.col(symbol).map_elements(is_absolute, return_dtype=pl.Boolean),
    )
    return _per_unique(keyed, ["_symbol", "direction", "_zones", "anchor_earliest", "anchor_latest"], bounds)


def _per_unique(frame: pl.DataFrame, key: list[str], function: Callable[..., Interval]) -> pl.DataFrame:
    """Add _earliest and _latest = function(*key), called once for each distinct key that has a symbol."""
    unique = frame.select(key).filter(pl.col("_symbol").is_not_null()).unique(maintain_order=True)
    results = [function(*row) for row in unique.iter_rows()]
    instant = pl.Datetime("us", "UTC")
    bounds = unique.with_columns(
        pl.Series("_earliest", [r.earliest for r in results], instant),
        pl.Series("_latest", [r.latest for r in results], instant),
    )
    return frame.join(bounds, on=key, how="left", nulls_equal=True, maintain_order="left")
