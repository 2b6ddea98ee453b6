"""The bounds of clocks, what each rests on, and what contradicted it, as rows.

What belongs here: from solved networks (`network.py`) of evidence (`evidence.py`) to frames of declared tables, with
words that people can follow. What does not: what follows for expressions and events (`anchors.py`).
"""

import datetime as dt
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from etl.schema import core, ops
from etl.schema.frames import polars_schema
from etl.transform import evidence, network
from etl.transform.evidence import Evidence
from etl.transform.network import OPEN, Conflict, Ints, Solution

_UTC = pl.Datetime("us", "UTC")
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Clocks(NamedTuple):
    """What is known of the clocks of some pages."""

    anchors: pl.DataFrame
    """core.anchors with bounds, in the order given."""
    steps: pl.DataFrame
    """core.anchor_evidence, but for what is `solved` already."""
    conflicts: pl.DataFrame
    """ops.conflicts."""


def solve(
    anchors: pl.DataFrame,
    documents: pl.DataFrame,
    claims: pl.DataFrame,
    articles: pl.DataFrame | None = None,
    solved: pl.DataFrame | None = None,
    habits: pl.DataFrame | None = None,
) -> Clocks:
    """Bounds of every clock from all evidence on them.

    Args:
        anchors: core.anchors.
        documents: document_id, ingested_at, published_earliest, published_latest of raw.documents, and source_uri
            where conflicts shall name it.
        claims: from `anchors.best_claims`.
        articles: columns of core.articles, see `evidence.collect`.
        solved: clocks whose bounds are known to hold, see `evidence.collect`.
        habits: of the sites, from `habits.learn`.
    """
    found = evidence.collect(anchors, documents, claims, articles, solved, habits)
    solution = network.solve(found.network, found.derive, found.hops)
    steps = {side: _steps(found, solution, side) for side in ("earliest", "latest")}
    dated = _dated(found, solution, claims, steps)
    steps_of_all = pl.concat(steps.values()).sort("anchor_id", "side")
    kept = anchors.drop(set(dated.columns) - {"anchor_id"})
    return Clocks(
        kept.join(dated, on="anchor_id", maintain_order="left").select(anchors.columns),
        steps_of_all,
        _conflicts(found, solution, documents),
    )


def _dated(found: Evidence, solution: Solution, claims: pl.DataFrame, steps: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """anchor_id, and what is known of it."""
    n = found.anchors.height + 1
    frame = found.anchors.select("anchor_id", "document_id", "kind", "earliest_basis", "latest_basis").with_columns(
        earliest=_instants(solution.earliest[1:n]), latest=_instants(solution.latest[1:n])
    )
    for side, rows in steps.items():
        rests_on = rows.select("anchor_id", _kind="kind")
        # what stands rests on what it did
        kind = pl.when(pl.col(side).is_not_null()).then(pl.coalesce("_kind", f"{side}_basis"))
        frame = (
            frame.join(rests_on, on="anchor_id", how="left", maintain_order="left")
            .with_columns(kind.alias(f"{side}_basis"))
            .drop("_kind")
        )
    is_aside = pl.col("piece").is_in([c.evidence for c in solution.conflicts]) & (pl.col("kind") == "claim")
    aside = _named(found, found.pieces.filter(is_aside))
    captures = frame.filter(pl.col("kind") == "capture")
    believed = (
        captures.join(aside, on="anchor_id", how="anti")
        .join(claims, on="document_id")
        .select("document_id", "capture_basis")
    )
    from_others = captures.filter(pl.col("earliest").is_not_null()).select("document_id", _network=pl.lit("network"))
    return (
        frame.join(believed, on="document_id", how="left", maintain_order="left")
        .join(from_others, on="document_id", how="left", maintain_order="left")
        .with_columns(capture_basis=pl.coalesce("capture_basis", "_network", pl.lit("unknown")))
        .drop("_network", "document_id", "kind")
    )


def _named(found: Evidence, pieces: pl.DataFrame) -> pl.DataFrame:
    """Pieces of evidence with the ids that their numbers stand for: anchor_id, and base_id; NULL: the origin."""
    ids = pl.concat([found.anchors["anchor_id"], found.hubs])
    base = pieces.select(pl.when(pl.col("base") == 0).then("read_on").otherwise("base")).to_series()
    return pieces.with_columns(
        pl.col("kind").cast(pl.String),
        anchor_id=ids.gather(pieces["anchor"] - 1),
        base_id=ids.gather(base - 1),
    )


def _instants(microseconds: Ints) -> pl.Series:
    values = pl.Series(microseconds)
    return pl.select(pl.when(values.abs() < OPEN).then(values).cast(_UTC)).to_series()


def _steps(found: Evidence, solution: Solution, side: str) -> pl.DataFrame:
    """The last step to each bound: what it says, and the clock from whose bound it goes on."""
    is_latest = side == "latest"
    edges = solution.latest_edge if is_latest else solution.earliest_edge
    value = solution.latest if is_latest else solution.earliest
    n = found.anchors.height + 1
    before, bridged = _before(found, solution, is_latest)
    count = _depths(np.where(edges[:n] >= 0, found.hops[edges[:n]], 0) if len(found.hops) else before * 0, before)
    nodes = np.flatnonzero(edges[:n] >= 0)
    pieces = found.network.evidence[edges[nodes]]
    rows = pl.DataFrame(
        {
            "anchor_id": found.anchors["anchor_id"].gather(nodes - 1),
            "from_anchor_id": found.anchors["anchor_id"].gather((before[nodes] - 1).clip(0)),
            "goes_on": before[nodes] > 0,
            "seconds": (value[nodes] - value[before[nodes]]) / 1e6,
            "bridged": bridged[nodes],
            "n_steps": count[nodes],
        }
    ).with_columns(
        kind=found.pieces["kind"].gather(pieces).cast(pl.String),
        words=found.pieces["words"].gather(pieces),
        doubt=found.pieces["doubt"].gather(pieces),
    )
    # what is said of two groups of pages holds for the items on them
    weak = pl.col("bridged") & (pl.col("kind") == "same_item")
    return (
        rows.filter(pl.col("kind") != "solved")
        .with_columns(
            side=pl.lit(side),
            kind=pl.when(weak).then(pl.lit("same_words")).otherwise("kind"),
            confidence=1 - pl.when(weak).then(evidence.DOUBT["same_words"]).otherwise("doubt"),
            from_anchor_id=pl.when("goes_on").then("from_anchor_id"),
            seconds=pl.when("goes_on").then("seconds"),
        )
        .select(polars_schema(core.AnchorEvidence).names())
    )


def _before(found: Evidence, solution: Solution, is_latest: bool) -> tuple[Ints, "np.ndarray[Any, Any]"]:
    """By clock, the clock from whose bound its own goes on, 0 for none; and whether only shared words tie the two."""
    edges, ends, value = (
        (solution.latest_edge, found.network.source, solution.latest)
        if is_latest
        else (solution.earliest_edge, found.network.target, solution.earliest)
    )
    n = found.anchors.height + 1
    if not len(ends):
        return np.zeros(n, np.int64), np.zeros(n, np.bool_)
    above = np.where(edges >= 0, ends[edges], 0)
    rests_on = found.network.evidence[edges]
    # keys of words stand between items: the step is from item to item
    before = above[:n]
    is_bridge = (found.pieces["kind"] == "same_words").to_numpy()
    bridged = (edges[:n] >= 0) & is_bridge[rests_on[:n]]
    while (before >= n).any():
        bridged |= (before >= n) & is_bridge[rests_on[before]]
        before = np.where(before >= n, above[before], before)
    # what was read against the capture goes on from it, but for one that hangs on it by other ways
    read_on = found.pieces["read_on"].fill_null(0).to_numpy()[rests_on[:n]]
    is_read = (edges[:n] >= 0) & (read_on > 0) & (np.abs(value[read_on]) < OPEN)
    read = np.where(is_read, read_on, before)
    far = read.copy()
    for _ in range(n.bit_length() + 1):
        far = far[far]
    is_round = np.zeros(n, np.bool_)
    is_round[far[far > 0]] = True
    return np.where(is_read & is_round, before, read), bridged


def _depths(steps: Ints, before: Ints) -> Ints:
    """Steps from each clock's bound to the claim it ends at."""
    count, above = steps.copy(), before.copy()
    for _ in range(len(before).bit_length() + 1):
        count = count + count[above]
        above = above[above]
    return count


_TOLD_AT_ONCE = 2_000  # contradictions that are put in words together


def _conflicts(found: Evidence, solution: Solution, documents: pl.DataFrame) -> pl.DataFrame:
    told = [
        _told(found, solution, solution.conflicts[first : first + _TOLD_AT_ONCE], documents)
        for first in range(0, len(solution.conflicts), _TOLD_AT_ONCE)
    ]
    all_told = pl.concat([polars_schema(ops.Conflict).to_frame(), *told])
    return all_told.unique("conflict_id", keep="first", maintain_order=True).sort("conflict_id")


def _told(found: Evidence, solution: Solution, conflicts: list[Conflict], documents: pl.DataFrame) -> pl.DataFrame:
    """Some contradictions in words."""
    edges = sorted({edge for conflict in conflicts for edge in conflict.cycle})
    wanted = {int(found.network.evidence[edge]) for edge in edges}
    pieces = {
        row["piece"]: row
        for row in _named(found, found.pieces.filter(pl.col("piece").is_in(list(wanted)))).iter_rows(named=True)
    }
    ids = {row["anchor_id"] for row in pieces.values()} | {row["base_id"] for row in pieces.values()}
    spoken_of = found.anchors.filter(pl.col("anchor_id").is_in([i for i in ids if i]))
    document_of = dict(spoken_of.select("anchor_id", "document_id").iter_rows())
    name = names(spoken_of, documents)
    rows = []
    for conflict in conflicts:
        piece = pieces[conflict.evidence]
        says = [
            _constraint(
                pieces[int(found.network.evidence[edge])], bool(found.is_least[edge]), int(solution.upper[edge]), name
            )
            for edge in conflict.cycle
        ]
        own = [i for i, edge in enumerate(conflict.cycle) if int(found.network.evidence[edge]) == conflict.evidence]
        rows.append(
            {
                "conflict_id": "|".join(str(piece[c] or "") for c in ("kind", "anchor_id", "base_id")),
                "document_id": document_of[piece["anchor_id"]],
                "anchor_id": piece["anchor_id"],
                "kind": piece["kind"],
                "confidence": 1 - piece["doubt"],
                "says": " and ".join(says[i] for i in own),
                "excess_s": conflict.excess / 1e6,
                "cycle": says,
            }
        )
    return pl.DataFrame(rows, schema=polars_schema(ops.Conflict))


def names(anchors: pl.DataFrame, documents: pl.DataFrame) -> dict[str, str]:
    """What to call each clock: the capture of a page, an item of it by its place."""
    uri = "source_uri" if "source_uri" in documents.columns else "document_id"
    placed = anchors.join(documents.select("document_id", _uri=uri), on="document_id", how="left")
    return {
        row["anchor_id"]: name_of(row["kind"], row["_uri"], row["article_id"]) for row in placed.iter_rows(named=True)
    }


def name_of(kind: str, source_uri: str, article_id: str | None) -> str:
    """What to call a clock."""
    if kind == "capture":
        return f"the capture of {source_uri}"
    return f"item {(article_id or '').rsplit('-', 1)[-1]} of {source_uri}"


def _constraint(piece: dict[str, Any], is_least: bool, upper: int, name: dict[str, str]) -> str:
    """One constraint in words."""
    clock, base = name.get(piece["anchor_id"], ""), name.get(piece["base_id"] or "")
    seconds = -upper / 1e6 if is_least else upper / 1e6
    why = because(piece["kind"], piece["words"])
    if piece["base"] == 0:
        when = f"{_EPOCH + dt.timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S} UTC"
        return f"{clock} {'no earlier' if is_least else 'no later'} than {when} ({why})"
    if piece["kind"] in ("same_item", "same_words"):
        return f"{clock} is the item of the same words elsewhere"
    if piece["kind"] == "order":
        return f"{clock} no later than the one above it in the list"
    if piece["kind"] == "revision":
        return f"{clock} {'after its earlier' if is_least else 'before its later'} revisions ({why})"
    if piece["kind"] == "crawl":
        return f"{clock} no later than {base} ({why})"
    if piece["kind"] == "by_capture":
        return f"{clock} before the capture of its page"
    return f"{clock} {'at most' if is_least else 'at least'} {span(-seconds)} before {base} ({why})"


_BECAUSE = {
    "ingestion": "when it was read in",
    "by_capture": "an item stands on the page before the page is captured",
    "claim": "claimed: {}",
    "relative_stamp": "stamp “{}”",
    "explicit_stamp": "stamp “{}”",
    "stated": "stated by the source",
    "same_item": "the same words beside the same neighbours on both pages",
    "same_words": "the same words on both pages, which share nothing else",
    "dateline_date": "dateline {}, give or take a day",
    "site_habit": "{}",
    "order": "ages do not decrease down the list",
    "revision": "a later revision of {} comes after an earlier one",
    "crawl": "the order in which the crawler wrote {}, where a record tells no time",
    "solved": "known before",
}


def because(kind: str, words: str | None) -> str:
    """A kind of evidence in words, with its own."""
    return _BECAUSE[kind].format(words or "")


def span(seconds: float) -> str:
    """A length of time in words, in its two largest units."""
    left = round(abs(seconds))
    parts: list[str] = []
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts[:2]) or "0 s"
