"""The anchor step on a build: what neighbours give a page, what a claim moves; the way there does not matter."""

import datetime as dt
import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.extract import captures
from etl.warehouse import anchoring, checks, clusters, load, mentions, network, rows, stories
from etl.warehouse.connection import transaction
from tests import simulator
from tests.warehouse import sites
from tests.warehouse.documents import add, build

FIRE = "ASSEN (ANP) - Een grote brand heeft vrijdag een loods in Assen verwoest. Niemand raakte daarbij gewond."
ARREST = (
    "DEN HAAG (ANP) - De politie heeft donderdagavond twee mannen aangehouden in Den Haag na een lange achtervolging."
)
BRIDGE = (
    "ZWOLLE (ANP) - De brug bij Zwolle is vrijdag gesloten na een aanvaring met een schip, meldt de brandweer daar."
)
STRIKE = "GENT (ANP/BELGA) - Havenarbeiders in Gent hebben vrijdagochtend het werk neergelegd, zeggen hun vakbonden."
TRIAL = "BREDA (ANP) - De rechtbank in Breda heeft een oud-wethouder veroordeeld tot drie jaar cel wegens omkoping."


def page(title: str, *items: tuple[str, str]) -> str:
    """A page in the layout of the sample: a lead without a stamp, then teasers with theirs."""
    lead = f"UTRECHT (ANP) - Het waterschap heeft maandag besloten over {title.lower()}. Dat zei een woordvoerder."
    return f"{title}\n{lead}\nMeer uit Binnenland\n" + "\n".join(f"{text}\n{stamp}" for text, stamp in items) + "\n"


# the page of the issue, and four that show some of its items earlier or later
SAMPLE = page("Dijk langs de Lek", (FIRE, "37 minuten geleden"), (ARREST, "3 uur geleden"), (BRIDGE, "9 uur geleden"))
NEIGHBOURS = [
    page("Sluis bij Weurt", (STRIKE, "5 minuten geleden"), (FIRE, "2 uur geleden"), (ARREST, "5 uur geleden")),
    page("Gemaal in Wijk", (ARREST, "12 minuten geleden"), (BRIDGE, "6 uur geleden")),
    page("Polder bij Ede", (BRIDGE, "20 minuten geleden"), (TRIAL, "4 uur geleden")),
    page("Weg naar Epe", (STRIKE, "3 uur geleden"), (FIRE, "5 uur geleden")),
]
KNOWN = dt.datetime(2026, 1, 30, 20, tzinfo=dt.UTC)


def claim(
    con: duckdb.DuckDBPyConnection, text: str, at: dt.datetime, *, hours: int = 0, basis: str = "operator"
) -> None:
    """Claim when the page of a text was captured; hours: after other claims."""
    documents = con.execute("SELECT document_id FROM raw.documents WHERE text = ?", [text]).fetchall()
    made = dt.datetime(2026, 2, 2, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
    frame = captures.assertion(
        documents[0][0], at, at, basis, asserted_by="test", asserted_at=made, is_renewed=bool(hours)
    )
    load.load_claims(con, frame)


def anchored(*texts: str, known: str | None = None) -> duckdb.DuckDBPyConnection:
    con = build()
    add(con, *texts)
    stories.merge(con)
    if known:
        claim(con, known, KNOWN)
    anchoring.anchor(con)
    return con


def clocks(con: duckdb.DuckDBPyConnection, text: str) -> list[tuple[Any, ...]]:
    """Role, bounds of each clock of a page, the capture first."""
    return con.execute(
        """
        SELECT coalesce(a.role, 'page'), c.earliest, c.latest
        FROM core.anchors AS c
        JOIN raw.documents AS d USING (document_id)
        LEFT JOIN core.articles AS a USING (article_id)
        WHERE d.text = ? ORDER BY a.position NULLS FIRST
        """,
        [text],
    ).fetchall()


TABLES = (
    "core.anchors",
    "core.anchor_evidence",
    "core.time_expressions",
    "core.events",
    "core.stories",
    "ops.conflicts",
)


def content(con: duckdb.DuckDBPyConnection, *names: str) -> dict[str, list[tuple[Any, ...]]]:
    return {name: con.execute(f"FROM {name} ORDER BY ALL").fetchall() for name in names or TABLES}


def test_the_connection_rests_in_no_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that cannot be met would undo one. Pages that only add are solved while they are looked for."""
    rested = []

    @contextmanager
    def at_rest(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        con.begin()  # which fails within another
        con.rollback()
        rested.append(con)
        yield

    monkeypatch.setattr(network, "_MANY", 0)
    monkeypatch.setattr(network, "at_rest", at_rest)
    con = anchored(SAMPLE, *NEIGHBOURS[:2], known=NEIGHBOURS[0])
    assert rested
    add(con, *NEIGHBOURS[2:])
    stories.merge(con)
    anchoring.anchor(con)
    assert con.execute("SELECT count(*) FROM ops.anchored WHERE NOT is_dated").fetchall() == [(0,)]


def test_one_known_neighbour_resolves_all_teasers_and_leaves_the_lead_open() -> None:
    con = anchored(SAMPLE, *NEIGHBOURS, known=NEIGHBOURS[3])
    capture, lead, *teasers = clocks(con, SAMPLE)
    assert None not in capture
    assert capture[2] - capture[1] <= dt.timedelta(hours=4)
    assert lead[0] == "lead"
    assert lead[1] is None, "the lead is open below"
    assert lead[2] == capture[2]
    assert [role for role, _, _ in teasers] == ["teaser"] * 3
    assert all(earliest and latest for _, earliest, latest in teasers)
    statuses = con.execute(
        """
        SELECT DISTINCT time_status
        FROM core.events JOIN core.articles USING (article_id) JOIN raw.documents USING (document_id)
        WHERE text = ? AND role = 'teaser' AND time_basis <> 'background'
        """,
        [SAMPLE],
    ).fetchall()
    assert statuses == [("resolved",)]
    assert con.execute("SELECT count(*) FROM ops.conflicts").fetchall() == [(0,)]


def test_with_none_known_all_is_symbolic_and_consistent() -> None:
    con = anchored(SAMPLE, *NEIGHBOURS)
    assert con.execute("SELECT count(earliest), count(*) - count(latest) FROM core.anchors").fetchall() == [(0, 0)]
    assert con.execute("SELECT DISTINCT time_status FROM core.events").fetchall() == [("symbolic",)]
    assert con.execute("SELECT count(*) FROM ops.conflicts").fetchall() == [(0,)]


def test_a_capture_known_to_the_second_gives_the_stamps_own_width() -> None:
    con = anchored(SAMPLE, known=SAMPLE)
    _, _, fire, arrest, _ = clocks(con, SAMPLE)
    minutes = dt.timedelta(minutes=1)
    assert fire[1:] == (KNOWN - 38 * minutes, KNOWN - 36 * minutes)
    assert arrest[1:] == (KNOWN - 240 * minutes, KNOWN - 150 * minutes)


def test_the_chain_leads_to_the_claim() -> None:
    con = anchored(SAMPLE, *NEIGHBOURS, known=NEIGHBOURS[3])
    rows = con.execute(
        """
        SELECT e.kind, e.from_anchor_id IS NULL, e.n_steps
        FROM core.anchor_evidence AS e JOIN core.anchors USING (anchor_id) JOIN raw.documents USING (document_id)
        WHERE text = ? AND anchors.kind = 'capture'
        """,
        [SAMPLE],
    ).fetchall()
    assert {(kind, is_end) for kind, is_end, _ in rows} == {("relative_stamp", False)}
    assert all(n >= 4 for _, _, n in rows)
    ends = con.execute("SELECT DISTINCT kind FROM core.anchor_evidence WHERE from_anchor_id IS NULL").fetchall()
    assert {kind for (kind,) in ends} <= {"claim", "ingestion"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_way_there_does_not_matter(order: tuple[int, ...]) -> None:
    """Pages one after the other, the claim first, last or between, give what all at once give."""
    texts = [SAMPLE, *NEIGHBOURS]
    at_once = anchored(*texts, known=NEIGHBOURS[3])
    con = build()
    batches = [texts[:2], texts[2:4], texts[4:]]
    for i in order:
        add(con, *batches[i])
        stories.merge(con)
        if i == 2:
            claim(con, NEIGHBOURS[3], KNOWN)
        anchoring.anchor(con)
    assert content(con) == content(at_once)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_what_comes_after_what_is_told_whatever_comes_in_first(order: tuple[int, ...]) -> None:
    """Pages of an archive, and revisions of an item, one by one and all at once."""

    def loaded(order: tuple[int, ...], *, at_once: bool) -> duckdb.DuckDBPyConnection:
        con = build()
        for i in order:
            add(con, ARCHIVE[i], crawl_uri="a.warc", crawl_number=i + 1)
            add(con, TEXTS[i], kind="text", item_uri="urn:a", item_version=i + 1, **PUBLISHED[i])
            stories.merge(con)
            if i != 1:
                claim(con, ARCHIVE[i], KNOWN + dt.timedelta(hours=8 * i))
            if not at_once:
                anchoring.anchor(con)
        anchoring.anchor(con)
        return con

    one_by_one, at_once = loaded(order, at_once=False), loaded(order, at_once=True)
    assert content(one_by_one) == content(at_once)
    assert clocks(at_once, ARCHIVE[1])[0][1:] == (KNOWN, KNOWN + dt.timedelta(hours=16))
    assert clocks(at_once, TEXTS[1])[1][1:] == (KNOWN, KNOWN + dt.timedelta(hours=2))
    kinds = at_once.execute("SELECT DISTINCT kind FROM core.anchor_evidence ORDER BY ALL").fetchall()
    assert {("crawl",), ("revision",)} <= set(kinds)


ARCHIVE = [page(f"Sluis {n}", (text, "2 uur geleden")) for n, text in enumerate((STRIKE, BRIDGE, TRIAL), start=1)]
TEXTS = [f"Brug dicht ({n})\n\nZWOLLE (ANP) - De brug is dicht. Versie {n}." for n in range(3)]
PUBLISHED: list[dict[str, Any]] = [
    {"published_earliest": time, "published_latest": time} for time in (KNOWN, None, KNOWN + dt.timedelta(hours=2))
]


def test_a_second_step_changes_nothing() -> None:
    con = anchored(SAMPLE, *NEIGHBOURS, known=NEIGHBOURS[3])
    before = content(con)
    again = anchoring.anchor(con)
    assert (again.n_anchors, again.n_events, again.n_bounds_gained, again.n_bounds_moved) == (0, 0, 0, 0)
    assert content(con) == before


def test_a_claim_says_how_many_bounds_it_moved_and_by_how_much() -> None:
    con = anchored(SAMPLE, *NEIGHBOURS)
    claim(con, NEIGHBOURS[3], KNOWN)
    moved = anchoring.anchor(con)
    assert moved.n_bounds_gained == 5 + 12, "the lower bounds of captures and teasers; leads stay open"
    assert moved.n_bounds_moved > 0
    assert 0 < moved.moved_s <= moved.moved_most_s
    claim(con, NEIGHBOURS[3], KNOWN + dt.timedelta(hours=1), hours=1)
    moved = anchoring.anchor(con)
    assert moved.n_bounds_gained == 0
    assert (moved.moved_s, moved.moved_most_s) == (3600, 3600)


def test_the_newest_claim_of_the_strongest_basis_decides_and_all_stay() -> None:
    con = anchored(SAMPLE, *NEIGHBOURS, known=NEIGHBOURS[3])
    first = content(con, "core.anchors")
    claim(con, NEIGHBOURS[3], KNOWN + dt.timedelta(hours=1), hours=1)
    anchoring.anchor(con)
    claim(con, NEIGHBOURS[3], KNOWN, hours=2)
    anchoring.anchor(con)
    assert content(con, "core.anchors") == first
    claim(con, NEIGHBOURS[3], KNOWN + dt.timedelta(hours=3), basis="inferred", hours=3)
    anchoring.anchor(con)
    assert content(con, "core.anchors") == first, "a weaker basis does not decide"
    assert con.execute("SELECT count(*) FROM raw.captures").fetchall() == [(4,)]


def test_a_wrong_clock_is_set_aside_and_told_and_comes_back_when_it_is_put_right() -> None:
    texts = [SAMPLE, *NEIGHBOURS]
    honest = anchored(*texts, known=NEIGHBOURS[3])
    right = {text: clocks(honest, text)[0][1] for text in texts}
    con = anchored(*texts, known=NEIGHBOURS[3])
    for text in NEIGHBOURS[:1]:
        claim(con, text, right[text])
    claim(con, SAMPLE, KNOWN + dt.timedelta(hours=20), basis="filename")
    moved = anchoring.anchor(con)
    assert moved.n_conflicts == 1
    ((kind, says, cycle),) = con.execute("SELECT kind, says, cycle FROM ops.conflicts").fetchall()
    assert kind == "claim"
    assert "filename" in says
    assert len(cycle) >= 4
    assert any("geleden" in line for line in cycle)
    assert clocks(con, SAMPLE)[0][2] < KNOWN
    claim(con, SAMPLE, right[SAMPLE], basis="filename", hours=1)
    assert anchoring.anchor(con).n_conflicts == 0


def test_what_bounds_rest_on_lies_in_the_order_of_the_clocks() -> None:
    con = anchored(SAMPLE, *NEIGHBOURS, known=NEIGHBOURS[3])
    places = con.execute(
        "SELECT a.rowid FROM core.anchor_evidence AS e JOIN core.anchors AS a USING (anchor_id) ORDER BY e.rowid"
    ).fetchall()
    assert places == sorted(places)
    assert len(set(places)) > 2


def test_pages_that_are_read_again_leave_the_same() -> None:
    texts = [SAMPLE, *NEIGHBOURS]
    con = anchored(*texts, known=NEIGHBOURS[3])
    before = content(con, *(t for t in TABLES if t != "core.stories"))
    add(con, *texts[:2], version="v2")
    stories.merge(con)
    anchoring.anchor(con)
    assert content(con, *(t for t in TABLES if t != "core.stories")) == before


def test_a_page_that_is_added_is_solved_from_what_stands() -> None:
    """Bounds, chains and conflicts of pages that come one by one are those of all at once."""
    made = simulator.site(150, seed=8, recycled=0.01, known=0.2, wrong=0.1)
    at_once = build()
    sites.load(at_once, made)
    anchoring.anchor(at_once)
    con = build()
    ids = made.documents["document_id"].to_list()
    sites.load(con, made, ids[:100])
    anchoring.anchor(con)
    for i in range(100, 150, 5):
        sites.load(con, made, ids[i : i + 5])
        anchoring.anchor(con)
    assert content(con, "core.anchors") == content(at_once, "core.anchors")
    assert content(con, "ops.conflicts") == content(at_once, "ops.conflicts")
    assert content(at_once, "ops.conflicts")["ops.conflicts"]


def test_honest_pages_one_by_one_have_the_bounds_of_all_at_once_and_whole_chains() -> None:
    made = simulator.site(120, seed=9, recycled=0.0)
    at_once, con = build(), build()
    sites.load(at_once, made)
    anchoring.anchor(at_once)
    ids = made.documents["document_id"].to_list()
    for i in range(0, 120, 12):
        sites.load(con, made, ids[i : i + 12])
        anchoring.anchor(con)
    bounds = "SELECT anchor_id, earliest, latest, capture_basis FROM core.anchors ORDER BY ALL"
    assert con.execute(bounds).fetchall() == at_once.execute(bounds).fetchall()
    # where two chains are as tight, either may be told; each must add up
    chains = [check for check in checks.declared() if check.table == "core.anchor_evidence"]
    assert [result.check.name for result in checks.run(con, chains) if result.n_failed] == []


def test_clusters_that_are_touched_alone_come_out_as_all_do() -> None:
    texts = [SAMPLE, *NEIGHBOURS]
    con = build()
    for text in texts:
        add(con, text)
        stories.merge(con)
        anchoring.anchor(con)
        before = content(con, "core.events")
        clusters.gather(con, of_all=True)
        assert content(con, "core.events") == before
    assert len({row[-1] for row in before["core.events"]}) < len(before["core.events"])
    assert pl.Series([row[-1] for row in before["core.events"]]).null_count() == 0


def test_small_parts_give_what_large_ones_do(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [SAMPLE, *NEIGHBOURS]
    at_once = anchored(*texts, known=NEIGHBOURS[3])
    _in_small_parts(monkeypatch)
    assert content(anchored(*texts, known=NEIGHBOURS[3])) == content(at_once)


def _in_small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(anchoring, "GROUP_CHARS", 1)
    monkeypatch.setattr(network, "_CLOCKS", 1)
    monkeypatch.setattr(mentions, "AT_ONCE", 2)
    monkeypatch.setattr(rows, "AT_ONCE", 3)


class _KilledError(Exception):
    pass


@pytest.mark.parametrize("step", [1, 3, 6, 10, 15, 21])
def test_a_step_that_is_killed_is_done_again_with_the_same_result(step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before its n-th transaction is committed, at first and when more pages and a claim have come in."""
    texts = [SAMPLE, *NEIGHBOURS, ARREST, f"{FIRE} {STRIKE}"]
    at_once = anchored(*texts, known=NEIGHBOURS[3])
    _in_small_parts(monkeypatch)
    con = build()
    for batch in (texts[:3], texts[3:]):
        add(con, *batch)
        stories.merge(con)
        if NEIGHBOURS[3] in batch:
            claim(con, NEIGHBOURS[3], KNOWN)
        with monkeypatch.context() as patched:
            _kill_at(patched, step)
            with suppress(_KilledError):
                anchoring.anchor(con)
        anchoring.anchor(con)
    assert content(con) == content(at_once)
    assert con.execute("SELECT bool_and(is_dated), bool_or(is_stale) FROM ops.anchored").fetchall() == [(True, False)]


def _kill_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    count = itertools.count(1)

    @contextmanager
    def dying(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        with transaction(con):
            yield
            if next(count) == step:
                raise _KilledError

    for module in (anchoring, rows):
        monkeypatch.setattr(module, "transaction", dying)


@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=7, max_size=7), st.sets(st.integers(0, 6), max_size=3))
def test_documents_in_batches_are_documents_in_one(batch_of: list[int], wrong: set[int]) -> None:
    """Pages that share items, some with a clock that contradicts the others, in any batches."""
    texts = [SAMPLE, *NEIGHBOURS, SAMPLE.replace("37", "52"), NEIGHBOURS[0].replace("2 uur", "50 minuten")]

    def loaded(batches: list[list[int]]) -> duckdb.DuckDBPyConnection:
        con = build()
        for batch in batches:
            for i in batch:
                add(con, texts[i])
                if i in wrong:
                    claim(con, texts[i], KNOWN + dt.timedelta(days=3 * i), basis="filename")
            if 4 in batch:
                claim(con, texts[4], KNOWN, hours=1)
            stories.merge(con)
            anchoring.anchor(con)
        return con

    batches = [[i for i in range(7) if batch_of[i] == n] for n in range(4)]
    assert content(loaded(batches)) == content(loaded([list(range(7))]))


def test_what_is_inferred_lies_within_the_bounds_and_dates_nothing() -> None:
    lead, weekday = f"Twee mannen aangehouden\n{ARREST}\n", page("Kade in Goes", (ARREST, "1 dag geleden"))
    con = anchored(lead, weekday, known=weekday)
    rows = con.execute(
        """
        SELECT
            a.role, c.earliest, c.latest, c.inferred_earliest, c.inferred_latest, c.inferred_from,
            c.inferred_confidence
        FROM core.anchors AS c JOIN core.articles AS a USING (article_id)
        WHERE c.inferred_confidence IS NOT NULL
        """
    ).fetchall()
    assert {row[0] for row in rows} == {"lead", "teaser"}
    for role, earliest, latest, inferred_earliest, inferred_latest, words, confidence in rows:
        assert 0 < confidence < 1
        if role == "teaser":
            assert words == "donderdagavond"
            assert earliest <= inferred_earliest < inferred_latest <= latest
        else:
            assert "aangehouden" in words
            assert earliest is None
            assert inferred_earliest <= latest
    before = content(con)
    anchoring.anchor(con)
    assert content(con) == before
