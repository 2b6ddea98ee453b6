"""What weekday words make likely of a publication, and where they say nothing."""

import datetime as dt
from typing import Any

import polars as pl
import pytest

from etl.schema import Row, core
from etl.schema.frames import polars_schema
from etl.transform import infer


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def frame(row: type[Row], *rows: dict[str, Any]) -> pl.DataFrame:
    schema = polars_schema(row)
    return pl.DataFrame([{name: r.get(name) for name in schema} for r in rows], schema=schema)


def narrowed(earliest: str | None, latest: str, *symbols: str, **event: Any) -> list[tuple[Any, ...]]:
    clock = {
        "anchor_id": "p",
        "kind": "publication",
        "timezone": "Europe/Amsterdam",
        "earliest": at(earliest) if earliest else None,
        "latest": at(latest),
    }
    said = {
        "anchor_id": "p",
        "tense": "PRESENT_PERFECT",
        "modality": "asserted",
        "relation": "IS_INCLUDED",
        "time_basis": "expression",
    } | event
    events = [said | {"event_id": str(i), "time_expression_id": str(i)} for i in range(len(symbols))]
    expressions = [
        {"time_expression_id": str(i), "value_symbolic": symbol, "surface": symbol}
        for i, symbol in enumerate(symbols)
    ]
    found = infer.from_weekdays(
        frame(core.Anchor, clock), frame(core.Event, *events), frame(core.TimeExpression, *expressions)
    )
    return found.select("earliest", "latest").rows()


# a window from Sunday 8 to Wednesday 11 February 2026, as "2 dagen geleden" leaves
WIDE = ("2026-02-08T12:00", "2026-02-11T12:00")


@pytest.mark.parametrize(
    ("symbols", "expected"),
    [
        # Tuesday: on it or on Wednesday
        (["XXXX-WXX-2"], ("2026-02-09T23:00", "2026-02-11T12:00")),
        (["XXXX-WXX-2TEV"], ("2026-02-10T17:00", "2026-02-11T12:00")),
        (["XXXX-WXX-1"], ("2026-02-08T23:00", "2026-02-10T23:00")),
        (["XXXX-WXX-1", "XXXX-WXX-2"], ("2026-02-09T23:00", "2026-02-10T23:00")),
        # a Friday that is neither one of these days nor the one before
        (["XXXX-WXX-5"], None),
        (["-P1D"], None),
        (["2026-02-10"], None),
    ],
)
def test_weekdays_narrow_a_window(symbols: list[str], expected: tuple[str, str] | None) -> None:
    assert narrowed(*WIDE, *symbols) == ([] if expected is None else [tuple(map(at, expected))])


@pytest.mark.parametrize(
    "event", [{"tense": "FUTURE"}, {"modality": "possible"}, {"relation": "BEFORE"}, {"time_basis": "carried"}]
)
def test_only_what_is_told_of_the_past_narrows(event: dict[str, Any]) -> None:
    assert narrowed(*WIDE, "XXXX-WXX-2", **event) == []


def test_a_window_that_is_open_or_longer_than_a_week_is_left() -> None:
    assert narrowed(None, WIDE[1], "XXXX-WXX-2") == []
    assert narrowed("2026-02-01T12:00", WIDE[1], "XXXX-WXX-2") == []


def test_words_that_contradict_each_other_narrow_nothing() -> None:
    assert narrowed("2026-02-08T12:00", "2026-02-13T12:00", "XXXX-WXX-1TMO", "XXXX-WXX-4TEV") == []
