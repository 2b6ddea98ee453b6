"""What each kind of evidence says of clocks, which chain a bound tells, and what is set aside."""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from etl.schema import Row, core, raw
from etl.schema.frames import polars_schema
from etl.schema.raw import CLAIMS
from etl.transform import anchors, clocks, evidence
from etl.transform.clocks import Clocks

ZONE = "Europe/Amsterdam"


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


INGESTED = at("2026-03-02T12:00")


def frame(row: type[Row], *rows: dict[str, Any]) -> pl.DataFrame:
    schema = polars_schema(row)
    return pl.DataFrame([{name: r.get(name) for name in schema} for r in rows], schema=schema)


class Pages:
    """Pages in the making."""

    def __init__(self) -> None:
        self.anchors: list[dict[str, Any]] = []
        self.articles: list[dict[str, Any]] = []
        self.captures: list[dict[str, Any]] = []
        self.documents: list[dict[str, Any]] = []

    def page(self, name: str, captured: str | None = None, *, basis: str = "manifest", **document: Any) -> None:
        self.documents.append({"document_id": name, "source_uri": f"{name}.txt", "ingested_at": INGESTED} | document)
        self.anchors.append(
            {
                "anchor_id": f"{name}-capture",
                "document_id": name,
                "kind": "capture",
                "basis": "none",
                "timezone": ZONE,
            }
        )
        if captured:
            self.captures.append(
                {
                    "capture_id": f"{name}{len(self.captures)}",
                    "document_id": name,
                    "captured_earliest": at(captured),
                    "captured_latest": at(captured),
                    "basis": basis,
                    "confidence": 1.0,
                    "asserted_by": "test",
                    "asserted_at": INGESTED,
                }
            )

    def item(self, page: str, position: int, basis: str, symbol: str | None = None, **values: Any) -> None:
        article = f"{page}-{position}"
        known = polars_schema(core.Anchor).names()
        self.articles.append(
            {"article_id": article, "document_id": page, "position": position, "stamp_raw": symbol}
            | {name: value for name, value in values.items() if name not in known}
        )
        self.anchors.append(
            {
                "anchor_id": f"{article}-publication",
                "document_id": page,
                "article_id": article,
                "kind": "publication",
                "basis": basis,
                "parent_anchor_id": f"{page}-capture",
                "value_symbolic": symbol,
                "timezone": ZONE,
            }
            | {name: value for name, value in values.items() if name in known}
        )

    def age(self, page: str, position: int, hours: int, **values: Any) -> None:
        """An item with the stamp "n uur geleden"."""
        offsets = {"offset_min_s": -3600.0 * (hours + 1), "offset_max_s": -3600.0 * (hours - 0.5)}
        self.item(page, position, "relative_stamp", f"-PT{hours}H", **offsets, **values)

    def solve(self, habits: pl.DataFrame | None = None) -> Clocks:
        articles = frame(core.Article, *self.articles).select(evidence.OF_ARTICLES)
        documents = frame(raw.Document, *self.documents).select(
            "document_id",
            "source_uri",
            "ingested_at",
            "published_earliest",
            "published_latest",
            *evidence.OF_SEQUENCES,
        )
        claims = anchors.best_claims(frame(raw.Capture, *self.captures))
        return clocks.solve(frame(core.Anchor, *self.anchors), documents, claims, articles, habits=habits)


def bounds(solved: Clocks, anchor: str) -> tuple[Any, ...]:
    return solved.anchors.filter(pl.col("anchor_id") == anchor).select("earliest", "latest").row(0)


def step(solved: Clocks, anchor: str, side: str) -> dict[str, Any]:
    return solved.steps.row(by_predicate=(pl.col("anchor_id") == anchor) & (pl.col("side") == side), named=True)


def test_a_full_date_in_a_stamp_needs_no_capture_and_bounds_it() -> None:
    pages = Pages()
    pages.page("a")
    pages.item("a", 1, "explicit_stamp", "2026-02-27T19:54")
    solved = pages.solve()
    assert bounds(solved, "a-1-publication") == (at("2026-02-27T18:54"), at("2026-02-27T18:55"))
    assert bounds(solved, "a-capture") == (at("2026-02-27T18:54"), INGESTED)
    assert solved.anchors["capture_basis"].to_list() == ["network", "network"]


@pytest.mark.parametrize(
    ("symbol", "earliest", "latest"),
    [
        ("T19:54", "2026-02-26T18:54", "2026-02-26T18:55"),
        ("P0DT06:10", "2026-02-27T05:10", "2026-02-27T05:11"),
        ("-P1D", "2026-02-25T23:00", "2026-02-26T23:00"),
    ],
)
def test_a_stamp_is_read_against_the_capture_and_goes_on_from_it(symbol: str, earliest: str, latest: str) -> None:
    pages = Pages()
    pages.page("a", "2026-02-27T12:00")
    pages.item("a", 1, "explicit_stamp", symbol)
    solved = pages.solve()
    assert bounds(solved, "a-1-publication") == (at(earliest), at(latest))
    told = step(solved, "a-1-publication", "latest")
    assert (told["kind"], told["from_anchor_id"], told["words"], told["n_steps"]) == (
        "explicit_stamp",
        "a-capture",
        symbol,
        2,
    )
    assert told["seconds"] == (at(latest) - at("2026-02-27T12:00")).total_seconds()


def test_a_clock_bounds_the_capture_by_its_item_elsewhere() -> None:
    pages = Pages()
    pages.page("a", "2026-02-27T12:00")
    pages.page("b")
    for name in "ab":
        for position, key in ((1, "x"), (2, "y")):
            pages.item(name, position, "explicit_stamp", f"T1{position}:00", item_key=key)
    earliest, latest = bounds(pages.solve(), "b-capture")
    assert earliest == at("2026-02-27T11:00")
    assert latest <= at("2026-02-28T12:01")


def test_ages_down_a_list_are_in_order_where_they_tell_enough_apart() -> None:
    def latest(*hours: int) -> Any:
        pages = Pages()
        pages.page("a", "2026-02-27T12:00")
        for position, n in enumerate(hours, start=1):
            pages.age("a", position, n, section="Binnenland", item_key="x" if position == 1 else None)
        # the first is known better from elsewhere
        pages.page("b", "2026-02-27T10:05")
        pages.item("b", 1, "relative_stamp", "-PT6M", offset_min_s=-420.0, offset_max_s=-300.0, item_key="x")
        return bounds(pages.solve(), "a-2-publication")[1]

    assert latest(2, 2, 5, 9) == at("2026-02-27T10:00")
    assert latest(2, 2, 5) == at("2026-02-27T10:30"), "two ages alone may be in order by chance"
    assert latest(2, 2, 9, 5) == at("2026-02-27T10:30"), "a list that is not in order says nothing"


def test_a_dateline_narrows_a_stamp_and_is_the_first_to_fall() -> None:
    def with_date(symbol: str) -> Clocks:
        pages = Pages()
        pages.page("a", "2026-02-27T12:00")
        pages.item(
            "a",
            1,
            "relative_stamp",
            "-P5D",
            offset_min_s=-6 * 86_400.0,
            offset_max_s=-4.5 * 86_400.0,
            dateline_symbol=symbol,
        )
        return pages.solve()

    narrowed = with_date("XXXX-02-20")
    assert bounds(narrowed, "a-1-publication") == (at("2026-02-21T12:00"), at("2026-02-21T23:00"))
    assert step(narrowed, "a-1-publication", "latest")["kind"] == "dateline_date"
    wrong = with_date("2026-02-01")
    assert bounds(wrong, "a-1-publication") == (at("2026-02-21T12:00"), at("2026-02-23T00:00"))
    assert wrong.conflicts["kind"].to_list() == ["dateline_date"]
    (cycle,) = wrong.conflicts["cycle"].to_list()
    assert any("dateline 2026-02-01" in line for line in cycle)
    assert any("-P5D" in line for line in cycle)


def test_a_claim_after_the_ingestion_is_set_aside() -> None:
    pages = Pages()
    pages.page("a", "2026-03-05T12:00")
    pages.age("a", 1, 3)
    solved = pages.solve()
    assert bounds(solved, "a-capture") == (None, INGESTED)
    assert solved.conflicts["says"].to_list() == [
        "the capture of a.txt no earlier than 2026-03-05 12:00:00 UTC (claimed: manifest (test))"
    ]
    assert solved.anchors["capture_basis"].to_list() == ["unknown", "unknown"]


def revisions(*stated: tuple[str, int, str | None]) -> Clocks:
    """Texts that are revisions of an item: name, number, and when it was published where that is stated."""
    pages = Pages()
    for name, version, published in stated:
        time = at(published) if published else None
        pages.page(name, item_uri="urn:a", item_version=version, published_earliest=time, published_latest=time)
        pages.item(name, 0, "document" if published else "upper_bound")
    return pages.solve()


def test_a_later_revision_comes_after_an_earlier_one() -> None:
    solved = revisions(
        ("a", 1, "2026-02-20T12:00"), ("b", 2, None), ("c", 2, None), ("d", 5, "2026-02-21T12:00"), ("e", 6, None)
    )
    for name in "bc":
        assert bounds(solved, f"{name}-0-publication") == (at("2026-02-20T12:00"), at("2026-02-21T12:00"))
    assert bounds(solved, "e-0-publication") == (at("2026-02-21T12:00"), INGESTED)
    told = step(solved, "b-0-publication", "latest")
    assert (told["kind"], told["from_anchor_id"], told["seconds"]) == ("revision", "d-0-publication", 0)
    assert clocks.because(told["kind"], told["words"]) == "a later revision of urn:a comes after an earlier one"
    assert step(solved, "b-0-publication", "earliest")["from_anchor_id"] == "a-0-publication"


def test_a_revision_falls_before_what_the_source_states() -> None:
    solved = revisions(("a", 1, "2026-02-21T12:00"), ("b", 2, "2026-02-20T12:00"))
    assert bounds(solved, "a-0-publication") == (at("2026-02-21T12:00"), at("2026-02-21T12:00"))
    assert set(solved.conflicts["kind"]) == {"revision"}
    (cycle, *_) = solved.conflicts["cycle"].to_list()
    assert any("before its later revisions" in line for line in cycle)
    assert any("after its earlier revisions" in line for line in cycle)


def test_a_page_of_an_archive_lies_between_those_beside_it() -> None:
    pages = Pages()
    for number, captured in ((1, "2026-02-20T12:00"), (2, None), (4, None), (7, "2026-02-20T12:05"), (9, None)):
        pages.page(f"p{number}", captured, basis="warc", crawl_uri="a.warc", crawl_number=number)
    solved = pages.solve()
    for name in ("p2", "p4"):
        assert bounds(solved, f"{name}-capture") == (at("2026-02-20T12:00"), at("2026-02-20T12:05"))
    assert bounds(solved, "p9-capture") == (at("2026-02-20T12:05"), INGESTED)
    told = step(solved, "p2-capture", "earliest")
    assert (told["kind"], told["from_anchor_id"]) == ("crawl", "p1-capture")
    assert "a.warc" in clocks.because(told["kind"], told["words"])


def test_crawlers_side_by_side_write_a_little_out_of_order() -> None:
    pages = Pages()
    for number, captured in ((1, "2026-02-20T12:01"), (2, "2026-02-20T12:00"), (3, None)):
        pages.page(f"p{number}", captured, basis="warc", crawl_uri="a.warc", crawl_number=number)
    solved = pages.solve()
    assert solved.conflicts.is_empty()
    assert bounds(solved, "p2-capture") == (at("2026-02-20T12:00"), at("2026-02-20T12:00"))


def test_the_order_of_an_archive_is_never_believed_against_the_rest() -> None:
    pages = Pages()
    for number, captured in ((1, "2026-02-20T12:00"), (2, None), (3, "2026-02-19T12:00")):
        pages.page(f"p{number}", captured, basis="warc", crawl_uri="a.warc", crawl_number=number)
    assert set(pages.solve().conflicts["kind"]) == {"crawl"}


@pytest.mark.parametrize(
    ("habit", "earliest", "latest"),
    [("cut", "2026-02-27T08:00", "2026-02-27T09:01"), ("rounded", "2026-02-27T08:29", "2026-02-27T09:30")],
)
def test_a_habit_leaves_half_of_an_age_and_is_told(habit: str, earliest: str, latest: str) -> None:
    pages = Pages()
    pages.page("a", "2026-02-27T12:00")
    pages.age("a", 1, 3)
    known = pl.DataFrame({"site": [""], "unit_s": [3600], "habit": [habit]}, schema_overrides={"unit_s": pl.Int64})
    solved = pages.solve(known)
    assert bounds(solved, "a-1-publication") == (at(earliest), at(latest))
    told = step(solved, "a-1-publication", "latest" if habit == "cut" else "earliest")
    assert clocks.because(told["kind"], told["words"]) == f"stamp “-PT3H” of a site where ages are {habit}"
    elsewhere = pages.solve(known.with_columns(site=pl.lit("a.example")))
    assert bounds(elsewhere, "a-1-publication") == (at("2026-02-27T08:00"), at("2026-02-27T09:30"))


def test_other_sites_and_leads_are_not_tied() -> None:
    pages = Pages()
    pages.page("a", "2026-02-27T12:00")
    pages.page("b")
    pages.age("a", 1, 3, item_key="x")
    pages.age("b", 1, 5, item_key="y")
    pages.item("b", 0, "upper_bound", item_key=None)
    assert bounds(pages.solve(), "b-capture") == (None, INGESTED)


def test_words_used_again_among_other_items_fall_before_a_claim() -> None:
    pages = Pages()
    for name, captured, key in (("a", "2026-02-10T12:00", "p"), ("b", "2026-02-10T13:00", "p")):
        pages.page(name, captured)
        pages.age(name, 1, 2 if name == "a" else 3, item_key=key)
        pages.age(name, 2, 4 if name == "a" else 5, item_key="again")
    for name, captured, key in (("c", "2026-02-20T12:00", "q"), ("d", "2026-02-20T13:00", "q")):
        pages.page(name, captured)
        pages.age(name, 1, 2 if name == "c" else 3, item_key=key)
        pages.age(name, 2, 4 if name == "c" else 5, item_key="again")
    solved = pages.solve()
    assert set(solved.conflicts["kind"]) == {"same_words"}
    for name, day in (("a", 10), ("b", 10), ("c", 20), ("d", 20)):
        earliest, latest = bounds(solved, f"{name}-2-publication")
        assert earliest.day == latest.day == day


def test_no_pages_at_all() -> None:
    solved = Pages().solve()
    assert (solved.anchors.height, solved.steps.height, solved.conflicts.height) == (0, 0, 0)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (59, "59 s"), (-7200, "2 h"), (90061, "1 d 1 h"), (2280, "38 min"), (3661, "1 h 1 min")],
)
def test_lengths_in_words(seconds: float, words: str) -> None:
    assert clocks.span(seconds) == words


def test_trust_is_what_the_readme_says_and_falls_down_its_table() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    table = readme.partition("| evidence | says | trust |")[2].partition("\n\n")[0]
    told = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]]
    kinds = {kind: (says, trust) for kinds, says, trust in told for kind in re.findall(r"`(\w+)`", kinds)}
    assert set(kinds) == set(evidence.KINDS) - {"solved"}
    for kind, (says, trust) in kinds.items():
        known = evidence.KINDS[kind]
        assert known.is_low == ("never against the above" in says), kind
        if kind == "claim":
            numbers = [
                (basis.strip().replace(" ", "").lower(), float(number))
                for bases, number in re.findall(r"([A-Za-z, ]+) (\.\d+)", trust)
                for basis in bases.split(",")
            ]
            assert dict(numbers) == {basis: t for basis, (t, _) in CLAIMS.items() if basis != "unknown"}
            assert [n for _, n in numbers] == sorted((n for _, n in numbers), reverse=True)
        else:
            assert known.trust == (1.0 if trust == "by definition" else float(trust)), kind
    order = [evidence.KINDS[kind].trust for kind in kinds]
    for low in (False, True):
        trusts = [t for kind, t in zip(kinds, order, strict=True) if evidence.KINDS[kind].is_low == low]
        assert trusts == sorted(trusts, reverse=True)
    assert set(CLAIMS) == set(anchors.BASES)
    assert all(known.why and known.says for known in evidence.KINDS.values())
