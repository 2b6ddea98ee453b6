"""A news site with its true times: items published over weeks, pages captured at random times, claims on some.

    .venv/bin/python -m tests.simulator [PAGES]      prints what the anchor network makes of it

A page shows the newest items of a section with stamps that cut or round their ages, an item on it dropped here and
there, and a lead from the archive without a stamp. Here and there a text is used again days later. A share of the
captures is known; of these a share is wrong by hours or days. The frames are those that the anchor step reads;
nothing of them is text but the stamps.
"""

import datetime as dt
import itertools
import sys
import time
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from rich.console import Console

from etl.schema import core, raw
from etl.schema.frames import polars_schema
from etl.transform import anchors, clocks, evidence, habits, sites
from etl.transform.clocks import Clocks
from etl.transform.times import stamps

_MINUTE, _HOUR, _DAY = 60_000_000, 3_600_000_000, 86_400_000_000
_START = int(dt.datetime(2026, 1, 5, tzinfo=dt.UTC).timestamp() * 1e6)
_UTC = pl.Datetime("us", "UTC")


class Site(NamedTuple):
    """What the anchor step sees of a site, and what is true."""

    anchors: pl.DataFrame
    documents: pl.DataFrame
    captures: pl.DataFrame
    articles: pl.DataFrame
    truth: pl.DataFrame
    """anchor_id and instant."""
    wrong: frozenset[str]
    """Documents whose claim is wrong."""
    recurring: frozenset[str]
    """Documents whose items stand on another page of the same day."""
    rounds: bool
    """Whether it rounds its ages; else it cuts them off."""


def site(
    n_pages: int,
    *,
    seed: int = 0,
    known: float = 0.1,
    wrong: float = 0.0,
    recycled: float = 0.001,
    pages_a_day: int = 160,
    items_a_day: int = 120,
    n_sections: int = 3,
    per_page: int = 8,
    rounds: bool | None = None,
    prefix: str = "d",
) -> Site:
    """Make a site.

    Args:
        n_pages: captures of its section pages.
        seed: of all that is drawn.
        known: share of the captures that a manifest claims.
        wrong: share of these claims that are wrong, by two hours to three days.
        recycled: share of the texts that are used again, days later.
        pages_a_day: captures a day.
        items_a_day: items that it publishes in a day.
        n_sections: lists that it has.
        per_page: items that a list shows, before some are dropped.
        rounds: whether it rounds its ages or cuts them off; None: it is drawn.
        prefix: of the documents' ids and the items' keys.
    """
    draw = np.random.default_rng(seed)
    days = max(2.0, n_pages / pages_a_day)
    n_items = int(days * items_a_day)
    published = _START + np.sort(draw.uniform(0, days * _DAY, n_items)).astype(np.int64)
    section = draw.integers(n_sections, size=n_items)
    text = np.arange(n_items)
    again = np.flatnonzero((draw.random(n_items) < recycled) & (text > 3 * items_a_day))
    text[again] -= (draw.uniform(2, 3, len(again)) * items_a_day).astype(np.int64)
    captured = _START + (draw.uniform(0.25 * _DAY, days * _DAY, n_pages)).astype(np.int64)
    shown_section = draw.integers(n_sections, size=n_pages)
    drawn = bool(draw.random() < 0.5)
    rounds = drawn if rounds is None else rounds

    pages, items = _shown(draw, published, section, captured, shown_section, per_page)
    position = 1 + np.concatenate([np.arange(n) for n in np.unique(pages, return_counts=True)[1]])
    ids = np.array([f"{prefix}{i:07d}" for i in range(n_pages)])
    words = _stamps(captured[pages] - published[items], rounds)
    teasers = pl.DataFrame(
        {
            "document_id": ids[pages],
            "position": position,
            "role": "teaser",
            "section": shown_section[pages].astype(str),
            "item_key": pl.Series(text[items]).cast(pl.String).str.zfill(9) + prefix,
            "stamp_raw": words,
            "published": published[items],
        }
    )
    leads = pl.DataFrame(
        {
            "document_id": ids,
            "position": np.zeros(n_pages, np.int64),
            "role": "lead",
            "published": captured - (draw.exponential(40, n_pages) * _DAY).astype(np.int64),
        }
    )
    articles = pl.concat([leads, teasers], how="diagonal").with_columns(
        article_id=pl.format("{}-{}", "document_id", "position"), dateline_symbol=pl.lit(None, pl.String)
    )
    ingested = int(captured.max()) + 30 * _DAY
    claims, wrong_ids = _claims(draw, ids, captured, known, wrong, ingested)
    clock_rows, truth = _clocks(articles, ids, captured)
    documents = pl.DataFrame({"document_id": ids, "source_uri": ids + ".txt"}).with_columns(
        ingested_at=pl.lit(ingested).cast(_UTC),
        published_earliest=pl.lit(None, _UTC),
        published_latest=pl.lit(None, _UTC),
    )
    return Site(
        clock_rows,
        documents,
        claims,
        articles.select(evidence.OF_ARTICLES),
        truth,
        wrong_ids,
        _recurring(ids, captured, pages, items),
        rounds,
    )


def _shown(
    draw: np.random.Generator, published: Any, section: Any, captured: Any, shown_section: Any, per_page: int
) -> tuple[Any, Any]:
    """Which page shows which item, by page and from the newest: the newest of its section, some dropped."""
    pages, items = [], []
    for s in np.unique(shown_section):
        own = np.flatnonzero(section == s)
        on = np.flatnonzero(shown_section == s)
        last = np.searchsorted(published[own], captured[on])
        at = last[:, None] - 1 - np.arange(per_page)
        is_shown = (at >= 0) & (draw.random(at.shape) < 0.9)
        pages.append(np.broadcast_to(on[:, None], at.shape)[is_shown])
        items.append(own[at[is_shown]])
    all_pages, all_items = np.concatenate(pages), np.concatenate(items)
    order = np.lexsort([-published[all_items], all_pages])
    return all_pages[order], all_items[order]


def _stamps(ages: Any, rounds: bool) -> list[str]:
    """Ages as the site writes them."""
    half = 0.5 if rounds else 0.0
    minutes, hours, days = (np.floor(ages / unit + half).astype(int) for unit in (_MINUTE, _HOUR, _DAY))
    return [
        f"{max(m, 1)} minuten geleden"
        if m < 60
        else f"{max(h, 1)} uur geleden"
        if h < 24
        else f"{max(d, 1)} dagen geleden"
        for m, h, d in zip(minutes.tolist(), hours.tolist(), days.tolist(), strict=True)
    ]


@lru_cache(maxsize=10_000)
def _offsets(words: str) -> tuple[float, float]:
    stamp = stamps.whole(words)
    assert stamp is not None
    assert stamp.offset_min_s is not None
    assert stamp.offset_max_s is not None
    return stamp.offset_min_s, stamp.offset_max_s


def _claims(
    draw: np.random.Generator, ids: Any, captured: Any, known: float, wrong: float, ingested: int
) -> tuple[pl.DataFrame, frozenset[str]]:
    claimed = np.flatnonzero(draw.random(len(ids)) < known)
    if not len(claimed):
        claimed = np.array([0])
    is_wrong = draw.random(len(claimed)) < wrong
    shift = draw.uniform(2 * _HOUR, 3 * _DAY, len(claimed)) * draw.choice([-1, 1], len(claimed))
    instants = captured[claimed] + np.where(is_wrong, shift, 0).astype(np.int64)
    frame = pl.DataFrame({"document_id": ids[claimed], "_at": instants}).select(
        capture_id="document_id",
        document_id="document_id",
        captured_earliest=pl.col("_at").cast(_UTC),
        captured_latest=pl.col("_at").cast(_UTC),
        basis=pl.lit("manifest"),
        confidence=pl.lit(1.0),
        asserted_by=pl.lit("captures.csv"),
        asserted_at=pl.lit(ingested).cast(_UTC),
    )
    return frame.cast(dict(polars_schema(raw.Capture))), frozenset(ids[claimed[is_wrong]].tolist())  # type: ignore[arg-type]


def _clocks(articles: pl.DataFrame, ids: Any, captured: Any) -> tuple[pl.DataFrame, pl.DataFrame]:
    pages = pl.DataFrame({"document_id": ids, "_at": captured}).with_columns(
        anchor_id=pl.col("document_id") + "-capture", kind=pl.lit("capture"), basis=pl.lit("none")
    )
    words = articles["stamp_raw"].drop_nulls().unique().to_list()
    offsets = pl.DataFrame(
        [(word, *_offsets(word)) for word in words],
        schema=["stamp_raw", "offset_min_s", "offset_max_s"],
        orient="row",
    )
    items = articles.join(offsets, on="stamp_raw", how="left", maintain_order="left").select(
        "document_id",
        "article_id",
        "offset_min_s",
        "offset_max_s",
        _at="published",
        anchor_id=pl.col("article_id") + "-publication",
        kind=pl.lit("publication"),
        basis=pl.when(pl.col("stamp_raw").is_null()).then(pl.lit("upper_bound")).otherwise(pl.lit("relative_stamp")),
        parent_anchor_id=pl.col("document_id") + "-capture",
    )
    every = pl.concat([pages, items], how="diagonal").with_columns(
        timezone=pl.lit("Europe/Amsterdam"), capture_basis=pl.lit("unknown")
    )
    schema = polars_schema(core.Anchor)
    rows = every.select(
        (pl.col(name) if name in every.columns else pl.lit(None)).cast(kind).alias(name)
        for name, kind in schema.items()
    )
    return rows, every.select("anchor_id", instant=pl.col("_at").cast(_UTC))


def _recurring(ids: Any, captured: Any, pages: Any, items: Any) -> frozenset[str]:
    shown = pl.DataFrame({"page": pages, "item": items, "day": captured[pages] // _DAY})
    many = shown.filter(pl.col("page").n_unique().over("item", "day") > 1)
    return frozenset(ids[many["page"].unique().to_numpy()].tolist())


class Measured(NamedTuple):
    """How the network did."""

    sound: float
    """Share of clocks whose truth lies within their bounds."""
    width_min: float
    """Median width in minutes of the bounds of captures that nobody claims and whose items recur within the day."""
    bounded: float
    """Share of these captures that have both bounds."""
    named: float
    """Share of the wrong claims that are set aside."""
    n_conflicts: int
    n_wrong: int


def solve(made: Site) -> Clocks:
    """Run the network on a site."""
    claims = anchors.best_claims(made.captures)
    return clocks.solve(made.anchors, made.documents, claims, made.articles, habits=learn(made))


def learn(made: Site) -> pl.DataFrame:
    """What the site does with its ages, as its pages tell."""
    keyed = made.anchors.filter(pl.col("basis") == "relative_stamp").join(
        made.articles.select("article_id", "item_key"), on="article_id"
    )
    sampled = habits.sample(made.documents.select("document_id", site=sites.of("source_uri")))
    return habits.learn(keyed, sampled)


def measure(made: Site, solved: Clocks) -> Measured:
    """Compare bounds with the truth."""
    known = solved.anchors.join(made.truth, on="anchor_id")
    inside = (pl.col("earliest").is_null() | (pl.col("earliest") <= pl.col("instant"))) & (
        pl.col("latest") >= pl.col("instant")
    )
    unclaimed = known.filter(
        (pl.col("kind") == "capture")
        & pl.col("document_id").is_in(list(made.recurring))
        & ~pl.col("document_id").is_in(made.captures["document_id"].to_list())
    )
    width = (unclaimed["latest"] - unclaimed["earliest"]).dt.total_seconds().drop_nulls()
    claims = set(solved.conflicts.filter(pl.col("kind") == "claim")["document_id"].to_list())
    return Measured(
        known.select(inside.mean()).item(),
        float(width.median() or 0) / 60,  # type: ignore[arg-type]
        width.len() / max(unclaimed.height, 1),
        len(claims & made.wrong) / max(len(made.wrong), 1),
        solved.conflicts.height,
        len(made.wrong),
    )


def telling(made: Site) -> frozenset[str]:
    """Documents whose claim is wrong and contradicts what honest evidence says; of the others nothing can tell."""
    is_wrong = pl.col("document_id").is_in(list(made.wrong))
    honest = solve(made._replace(captures=made.captures.filter(~is_wrong))).anchors.filter(
        pl.col("kind") == "capture"
    )
    claimed = made.captures.filter(is_wrong).join(honest, on="document_id")
    is_outside = (pl.col("captured_latest") < pl.col("earliest")) | (pl.col("captured_earliest") > pl.col("latest"))
    return frozenset(claimed.filter(is_outside)["document_id"].to_list())


SITES: dict[str, dict[str, Any]] = {
    "160 pages a day": {},
    "80 pages a day": {"pages_a_day": 80},
    "40 pages a day": {"pages_a_day": 40},
    "24 pages a day of one list of 20, 60 items a day": {
        "pages_a_day": 24,
        "items_a_day": 60,
        "n_sections": 1,
        "per_page": 20,
    },
}
"""Sites of several densities: with 40 pages a day the next page of a list comes after two hours, and half of the
items that it then shows are others."""


def main(n_pages: int) -> None:
    """Print what the network makes of sites with honest and with wrong clocks."""
    for (name, setting), wrong in itertools.product(SITES.items(), (0.0, 0.02)):
        made = site(n_pages, wrong=wrong, **setting)
        start = time.perf_counter()
        solved = solve(made)
        seconds = time.perf_counter() - start
        m = measure(made, solved)
        contradicts = len(telling(made)) if wrong else 0
        named = f", {m.named * m.n_wrong:.0f} of {m.n_wrong} wrong claims named ({contradicts} contradict anything)"
        Console().print(
            f"{n_pages:,} pages, {name}, {made.anchors.height:,} clocks, 10 % of captures known, "
            f"{wrong:.0%} of these wrong: "
            f"sound {m.sound:.4%}, captures unknown: {m.bounded:.1%} bounded, median width {m.width_min:.1f} min; "
            f"{m.n_conflicts} set aside{named if wrong else ''}; {seconds:.1f} s",
            soft_wrap=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
