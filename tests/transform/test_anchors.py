"""The anchor step: what each clock, expression and event can be bounded by, and what it must not claim."""

import datetime as dt
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.schema import Row, core, raw
from etl.schema.frames import polars_schema
from etl.transform import anchors

INGESTED = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
CAPTURED = dt.datetime(2026, 2, 27, 20, tzinfo=dt.UTC)  # a Friday evening in Amsterdam


def instant(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text + "+00:00")


def frame(row: type[Row], *rows: dict[str, Any]) -> pl.DataFrame:
    schema = polars_schema(row)
    return pl.DataFrame([{name: r.get(name) for name in schema} for r in rows], schema=schema)


def claim(
    earliest: dt.datetime | None = CAPTURED,
    latest: dt.datetime | None = CAPTURED,
    basis: str = "manifest",
    at: int = 0,
) -> dict[str, Any]:
    return {
        "capture_id": f"{basis}{at}{earliest}",
        "document_id": "d",
        "captured_earliest": earliest,
        "captured_latest": latest,
        "basis": basis,
        "confidence": 1.0,
        "asserted_by": "test",
        "asserted_at": INGESTED + dt.timedelta(seconds=at),
    }


DOCUMENTS = pl.DataFrame(
    {"document_id": ["d"], "ingested_at": [INGESTED], "published_earliest": [None], "published_latest": [None]},
    schema={
        name: polars_schema(raw.Document)[name]
        for name in ("document_id", "ingested_at", "published_earliest", "published_latest")
    },
)
CAPTURE = {
    "anchor_id": "d-capture",
    "document_id": "d",
    "kind": "capture",
    "basis": "none",
    "timezone": "Europe/Amsterdam",
}
PUBLICATION = CAPTURE | {
    "anchor_id": "d-0-publication",
    "article_id": "d-0",
    "kind": "publication",
    "basis": "upper_bound",
    "parent_anchor_id": "d-capture",
}
STAMPED = PUBLICATION | {
    "basis": "relative_stamp",
    "value_symbolic": "-PT3H",
    "offset_min_s": -14400.0,
    "offset_max_s": -9000.0,
}


def clocks(publication: dict[str, Any], *claims: dict[str, Any]) -> pl.DataFrame:
    return anchors.date_anchors(frame(core.Anchor, CAPTURE, publication), DOCUMENTS, frame(raw.Capture, *claims))


def publication_bounds(publication: dict[str, Any], *claims: dict[str, Any]) -> tuple[Any, ...]:
    return clocks(publication, *claims).select("earliest", "latest").row(1)


def test_relative_stamp_is_an_offset_from_the_capture() -> None:
    assert publication_bounds(STAMPED, claim()) == (instant("2026-02-27T16:00"), instant("2026-02-27T17:30"))


def test_capture_unknown_leaves_only_the_ingestion() -> None:
    for publication in (STAMPED, PUBLICATION):
        earliest, latest = publication_bounds(publication)
        assert earliest is None
        assert latest is not None
        assert latest <= INGESTED


def test_lead_stays_open_below_when_the_capture_is_known() -> None:
    assert publication_bounds(PUBLICATION, claim()) == (None, CAPTURED)


@pytest.mark.parametrize(
    ("claims", "wins"),
    [
        ([claim(basis="filename"), claim(earliest=None, basis="warc")], "warc"),
        ([claim(basis="operator", at=9), claim(basis="manifest")], "manifest"),
        ([claim(basis="inferred", at=5), claim(basis="inferred", at=6)], "inferred"),
    ],
)
def test_newest_claim_of_the_strongest_basis_wins(claims: list[dict[str, Any]], wins: str) -> None:
    best = anchors.best_claims(frame(raw.Capture, *claims))
    assert best["capture_basis"].to_list() == [wins]


def test_newest_of_one_basis() -> None:
    older, newer = claim(at=1), claim(earliest=CAPTURED - dt.timedelta(hours=1), at=2)
    best = anchors.best_claims(frame(raw.Capture, newer, older))
    assert best["captured_earliest"].to_list() == [newer["captured_earliest"]]


def event(**values: Any) -> dict[str, Any]:
    return {
        "event_id": "e",
        "article_id": "d-0",
        "anchor_id": "d-0-publication",
        "tense": "PRESENT_PERFECT",
        "polarity": "POS",
        "modality": "asserted",
        "relation": "IS_INCLUDED",
        "time_basis": "tense_default",
        "zones": ["Europe/Amsterdam"],
    } | values


def expression(symbol: str) -> dict[str, Any]:
    return {
        "time_expression_id": "t",
        "article_id": "d-0",
        "anchor_id": "d-0-publication",
        "value_symbolic": symbol,
        "rule": "test",
        "zones": ["Europe/Amsterdam"],
    }


BOUNDS = ("begin_earliest", "begin_latest", "end_earliest", "end_latest")


def dated(
    publication: dict[str, Any], happening: dict[str, Any], symbol: str | None, *claims: dict[str, Any]
) -> dict[str, Any]:
    expressions = frame(core.TimeExpression, *([expression(symbol)] if symbol else []))
    if symbol:
        happening = happening | {"time_expression_id": "t", "time_basis": "expression"}
    return anchors.date_events(frame(core.Event, happening), expressions, clocks(publication, *claims)).row(
        0, named=True
    )


P, Q = instant("2026-02-27T16:00"), instant("2026-02-27T17:30")  # the stamped publication
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, (P - DAY, Q, P - DAY, Q)),
        ({"tense": "NONE", "time_basis": "background", "relation": "BEFORE"}, (None, Q, None, Q)),
        ({"tense": "PRESENT", "relation": "INCLUDES"}, (None, Q, P, None)),
        ({"tense": "PRESENT", "relation": "OVERLAP"}, (P - DAY, Q, P - DAY, None)),
        ({"tense": "FUTURE", "relation": "AFTER", "modality": "future"}, (P, None, P, None)),
    ],
)
def test_tense_against_the_publication(values: dict[str, Any], expected: tuple[Any, ...]) -> None:
    row = dated(STAMPED, event(**values), None, claim())
    assert tuple(row[name] for name in BOUNDS) == expected


def test_weekday_is_cut_at_the_publication() -> None:
    row = dated(STAMPED, event(), "XXXX-WXX-5", claim())
    assert (row["begin_earliest"], row["end_latest"]) == (instant("2026-02-26T23:00"), Q)
    assert row["time_status"] == "resolved"
    assert row["time_edtf"] == "2026-02-27"


def test_evening_lived_elsewhere_holds_both_zones() -> None:
    row = dated(STAMPED, event(zones=["Europe/Amsterdam", "America/Los_Angeles"]), "XXXX-WXX-4TEV", claim())
    assert row["begin_earliest"] == instant("2026-02-26T17:00")
    assert row["end_latest"] == instant("2026-02-27T08:00")


def test_nothing_absolute_without_a_capture() -> None:
    for symbol in (None, "XXXX-WXX-5", "-P1D"):
        row = dated(STAMPED, event(), symbol)
        assert row["begin_earliest"] is None
        assert row["end_earliest"] is None
        assert row["time_status"] == "symbolic"


def test_a_full_date_needs_no_clock() -> None:
    row = dated(PUBLICATION, event(), "2014-03-01")
    assert row["time_edtf"] == "2014-03-01"
    assert row["time_status"] == "resolved"


def test_lead_keeps_an_open_lower_bound() -> None:
    for symbol in (None, "XXXX-WXX-5", "-P1D"):
        row = dated(PUBLICATION, event(), symbol, claim())
        assert row["begin_earliest"] is None
        assert row["time_status"] == "bounded_one_side"


@given(
    st.integers(0, 10_000),
    st.integers(0, 10_000),
    st.sampled_from([None, "XXXX-WXX-5", "XXXX-WXX-1TMO", "-P1D", "2026-02-01", "P3D"]),
    st.sampled_from(["IS_INCLUDED", "BEFORE", "AFTER", "INCLUDES", "OVERLAP"]),
)
def test_bounds_are_ordered_and_a_wider_capture_never_narrows(
    a: int, b: int, symbol: str | None, relation: str
) -> None:
    point = claim()
    wide = claim(CAPTURED - dt.timedelta(minutes=a), min(CAPTURED + dt.timedelta(minutes=b), INGESTED))
    narrow_row, wide_row = (dated(STAMPED, event(relation=relation), symbol, c) for c in (point, wide))
    for row in (narrow_row, wide_row):
        for first, second in (
            ("begin_earliest", "begin_latest"),
            ("end_earliest", "end_latest"),
            ("begin_earliest", "end_latest"),
        ):
            assert row[first] is None or row[second] is None or row[first] <= row[second]
    for name in BOUNDS:
        if wide_row[name] is not None:
            assert narrow_row[name] is not None
            assert (
                (wide_row[name] <= narrow_row[name])
                if name.endswith("earliest")
                else (wide_row[name] >= narrow_row[name])
            )
