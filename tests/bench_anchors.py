"""The anchor network at scale: growth with its size, and what one page more costs.

    .venv/bin/python -m tests.bench_anchors [PAGES]     part of `make bench`

Absolute figures are those of the machine at that moment; the ratio of a network ten times as large is what to
compare.
"""

import sys
import time

import duckdb
import polars as pl
from rich.console import Console

from etl.transform import anchors, evidence, network
from etl.warehouse import anchoring, load
from tests import simulator
from tests.warehouse import sites

LARGE = 100_000
"""Pages of the build that one more is added to: a million clocks."""
MILLION = 20_000
"""Pages whose evidence is a million constraints."""
_REPEATS = 5


def grow(n_pages: int, wrong: float) -> tuple[tuple[float, int], tuple[float, int]]:
    """Seconds of processor time to solve the network of a site and its constraints, then of one ten times as large.

    The least of several each, in turn: what else the machine does then comes to both alike.
    """
    sizes = []
    for n in (n_pages, 10 * n_pages):
        made = simulator.site(n, wrong=wrong, recycled=0.0)
        claims = anchors.best_claims(made.captures)
        sizes.append(
            evidence.collect(made.anchors, made.documents, claims, made.articles, habits=simulator.learn(made))
        )
    seconds = [float("inf")] * 2
    for _ in range(_REPEATS):
        for i, found in enumerate(sizes):
            start = time.process_time()
            network.solve(found.network, found.derive, found.hops)
            seconds[i] = min(seconds[i], time.process_time() - start)
    small, large = ((s, len(found.network.source)) for s, found in zip(seconds, sizes, strict=True))
    return small, large


def one_more(n_pages: int) -> tuple[float, float, float]:
    """Seconds of the anchor step on a build of so many pages, then of one page more, then of a claim on another."""
    made = simulator.site(n_pages + 1, recycled=0.0)
    con = duckdb.connect()
    con.execute("SET GLOBAL TimeZone = 'UTC'")
    load.prepare(con)
    ids = made.documents["document_id"].to_list()
    middle = n_pages // 2
    claimed = set(made.captures["document_id"].to_list())
    bare = next(i for i in ids[middle + 1 :] if i not in claimed)
    sites.load(con, made, [i for i in ids if i != ids[middle]])
    seconds = [_timed(con)]
    sites.load(con, made, [ids[middle]])
    seconds.append(_timed(con))
    truth = made.truth.filter(pl.col("anchor_id") == f"{bare}-capture")["instant"].item()
    claim = made.captures.head(1).with_columns(
        capture_id=pl.lit("bench"),
        document_id=pl.lit(bare),
        captured_earliest=pl.lit(truth).cast(pl.Datetime("us", "UTC")),
        captured_latest=pl.lit(truth).cast(pl.Datetime("us", "UTC")),
    )
    load.load_claims(con, claim)
    seconds.append(_timed(con))
    whole, page, one_claim = seconds
    return whole, page, one_claim


def _timed(con: duckdb.DuckDBPyConnection) -> float:
    start = time.perf_counter()
    anchoring.anchor(con)
    return time.perf_counter() - start


def main(n_pages: int = LARGE) -> None:
    """Print what the network costs."""
    console = Console(soft_wrap=True)
    for wrong in (0.0, 0.02):
        (small, n_small), (large, n_large) = grow(MILLION // 10, wrong)
        console.print(
            f"anchor network, {wrong:.0%} of the claims wrong: {n_small:,} constraints in {small:.2f} s, "
            f"{n_large:,} in {large:.2f} s, {large / small:.1f} times as long"
        )
    whole, page, claim = one_more(n_pages)
    console.print(
        f"anchor step: {n_pages:,} pages {whole:.1f} s, one page more {page:.2f} s, a claim on one {claim:.2f} s"
    )
    simulator.main(10_000)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LARGE)
