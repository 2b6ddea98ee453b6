"""From rows to constraints: what stamps, claims, datelines and pages say of clocks.

What belongs here: which evidence there is, how far it is trusted, and what it says as a difference of two clocks.
What does not: solving (`network.py`), and what follows for expressions and events (`anchors.py`).

Every piece of evidence says that one clock minus another lies between two numbers; against the origin that is a time.
The kinds stand in `KINDS`.
"""

import datetime as dt
import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from etl.schema.raw import CLAIMS
from etl.transform import network, sites
from etl.transform.habits import aged
from etl.transform.network import OPEN, Ints, Network
from etl.transform.times import resolve, stamps
from etl.transform.times.resolve import Interval


class Kind(NamedTuple):
    """How far a kind of evidence is trusted."""

    trust: float
    """1: true by definition, never set aside. What is less true where two contradict each other falls first; the
    numbers are judged, not measured: only their order, and that of their sums over several, has an effect."""
    says: str
    why: str
    """Why so much and no more."""
    is_low: bool = False
    """Whether it is never believed against the rest."""


KINDS = {
    "ingestion": Kind(1.0, "a page was captured before Dateline received it", "by definition"),
    "by_capture": Kind(1.0, "an item was published before its page was captured", "by definition"),
    "solved": Kind(1.0, "what is known already of a page that is not looked at again", "it was weighed before"),
    "relative_stamp": Kind(
        0.97,
        "“37 minuten geleden”: the publication from the capture",
        "made by the page itself; its bounds hold both for sites that cut and that round, but not for odd ones",
    ),
    "explicit_stamp": Kind(
        0.97,
        "“31 jan. 2026”, “Vandaag, 19:54”: a time; without a day, the last such before the capture",
        "as above; what can go wrong is the zone of its clock",
    ),
    "stated": Kind(
        0.96, "the source itself states the publication", "a field of its own, yet some sources put an update in it"
    ),
    "same_item": Kind(
        0.94,
        "the same words on two pages of a site that share a neighbour too are one publication",
        "fails where a whole row of texts is shown again, as in a review of the week",
    ),
    "claim": Kind(0.9, "a page was captured between two instants", "by its basis, see CLAIMS"),
    "revision": Kind(
        0.9,
        "a later revision of an item was published after an earlier one",
        "numbers are given by hand here and there",
    ),
    "same_words": Kind(
        0.85,
        "the same words on two pages that share nothing beside",
        "a text that is used again does this too: in the simulator 2 to 9 % of such pairs, where one in 1,000 is",
    ),
    "dateline_date": Kind(
        0.8,
        "the day in a dateline, with a day on either side",
        "it is the day of writing, or of what is told, and not of the publication",
        is_low=True,
    ),
    "site_habit": Kind(
        0.8,
        "an age on a site that cuts its ages off, or that rounds them",
        "what a site did in 95 % of the votes it need not do in all",
        is_low=True,
    ),
    "order": Kind(
        0.75,
        "ages do not decrease down a list",
        "lists are in order of publication by habit; an editor may move an item",
        is_low=True,
    ),
    "crawl": Kind(
        0.7,
        "a page whose record tells no time was captured between those before and after it",
        "crawlers that work side by side write a little out of order",
        is_low=True,
    ),
}
DOUBT = {kind: round(1 - known.trust, 2) for kind, known in KINDS.items()}
_DOUBT_OF_CLAIM = {basis: round(1 - trust, 2) for basis, (trust, _) in CLAIMS.items()}
_KIND = pl.Enum(sorted(KINDS))
_LOW = tuple(kind for kind, known in KINDS.items() if known.is_low)
OF_ARTICLES = (
    "article_id",
    "document_id",
    "position",
    "section",
    "item_key",
    "stamp_raw",
    "dateline_symbol",
)
"""Columns of core.articles that say something of clocks."""
OF_SEQUENCES = ("item_uri", "item_version", "crawl_uri", "crawl_number")
"""Columns of raw.documents that say what came after what."""
_OF_ANCHORS = (
    "anchor_id",
    "document_id",
    "article_id",
    "kind",
    "basis",
    "parent_anchor_id",
    "value_symbolic",
    "offset_min_s",
    "offset_max_s",
    "timezone",
)
_STAMPED = ("relative_stamp", "explicit_stamp")
_DAY, _HOUR, _MINUTE = 86_400 * 10**6, 3_600 * 10**6, 60 * 10**6
_DAYS_AGO = re.compile(r"-?P(\d+)D(?:T.*)?")
_DAY_MARGIN = dt.timedelta(days=1)
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LEAST_IN_ORDER = 3
"""Ages a list must tell apart, none younger than the one before, to be taken for one in order of publication."""

_PIECE = {
    "kind": pl.String,
    "anchor_id": pl.String,
    "node_id": pl.String,
    "base_id": pl.String,
    "least": pl.Int64,
    "most": pl.Int64,
    "symbol": pl.String,
    "zone": pl.String,
    "words": pl.String,
    "doubt": pl.Float64,
    "steps_least": pl.Int64,
    "steps_most": pl.Int64,
}


class Evidence(NamedTuple):
    """The network of some pages, and what its numbers stand for."""

    anchors: pl.DataFrame
    """core.anchors; the node of row i is i + 1."""
    hubs: pl.Series
    """Names of the nodes after these: the key of an item or of a group of pages with it, or a time between two
    revisions."""
    pieces: pl.DataFrame
    """One row a piece of evidence: piece (its number), kind, anchor, node, base and read_on as nodes (base 0: the
    origin), least, most, symbol, zone, words, doubt."""
    network: Network
    is_least: np.ndarray[Any, np.dtype[np.bool_]]
    """By constraint, whether it is the lower side of its piece."""
    hops: Ints
    derive: network.Derive | None


def collect(
    anchors: pl.DataFrame,
    documents: pl.DataFrame,
    claims: pl.DataFrame,
    articles: pl.DataFrame | None = None,
    solved: pl.DataFrame | None = None,
    habits: pl.DataFrame | None = None,
) -> Evidence:
    """All evidence on the clocks of some pages.

    Args:
        anchors: core.anchors.
        documents: document_id, ingested_at, published_earliest, published_latest, and OF_SEQUENCES where known.
        claims: from `anchors.best_claims`.
        articles: OF_ARTICLES of core.articles; None: no item is known to stand on two pages.
        solved: anchor_id, earliest, latest, steps_earliest, steps_latest of clocks whose bounds are known to hold.
        habits: site, unit_s and habit of sites, from `habits.learn`; then documents have a source_uri.
    """
    anchors = anchors.sort("anchor_id")
    clocks = anchors.select(_OF_ANCHORS).join(documents, on="document_id", how="left", maintain_order="left")
    words = pl.lit(None, pl.String) if articles is None else pl.col("stamp_raw")
    publications = clocks.filter(pl.col("kind") == "publication").drop("kind")
    if articles is not None:
        publications = publications.join(
            articles.drop("document_id"), on="article_id", how="left", maintain_order="left"
        )
    captures = clocks.filter(pl.col("kind") == "capture").drop("kind")
    del clocks
    same = [] if articles is None else _same_items(publications)
    sequences = _in_sequence(publications, captures, claims) if set(OF_SEQUENCES) <= set(documents.columns) else []
    hubs = _hubs([*same, *sequences])
    nodes = pl.concat([anchors["anchor_id"], hubs]).alias("id").to_frame()
    nodes = nodes.with_columns(node=pl.int_range(1, pl.len() + 1, dtype=pl.Int32))
    publications = publications.with_columns(words=words)
    # one after the other, so that few are held with their ids and words
    found = chain(
        _of_captures(captures, claims),
        _of_publications(publications),
        same,
        [] if articles is None else (said(publications) for said in (_in_order, _datelines)),
        sequences,
        [] if habits is None else _habits(publications, habits),
        [] if solved is None else [_solved(solved)],
    )
    coded = [_coded(_full_dates(frame), nodes) for frame in found if not frame.is_empty()]
    del publications, captures, found
    return _numbered(anchors, hubs, pl.concat(coded or [_coded(pl.DataFrame(schema=_PIECE), nodes)]))


def _full_dates(pieces: pl.DataFrame) -> pl.DataFrame:
    """Make times of the symbols that need no capture to be read."""
    if pieces["symbol"].null_count() == pieces.height:
        return pieces
    symbols = ["kind", "symbol", "zone"]
    distinct = pieces.select(symbols).filter(pl.col("symbol").is_not_null()).unique(maintain_order=True)
    read = [_read(*row, -OPEN, OPEN) for row in distinct.iter_rows()]
    bounds = distinct.with_columns(
        pl.Series("_least", [_microseconds(r.earliest) if r.earliest else None for r in read], pl.Int64),
        pl.Series("_most", [_microseconds(r.latest) if r.latest else None for r in read], pl.Int64),
    ).filter(pl.any_horizontal(pl.col("_least", "_most").is_not_null()))
    is_full = pl.any_horizontal(pl.col("_least", "_most").is_not_null())
    return pieces.join(bounds, on=symbols, how="left", maintain_order="left").select(
        pl.when(is_full).then(None).otherwise(name).alias(name)
        if name in ("symbol", "base_id")
        else pl.coalesce(f"_{name}", name).alias(name)
        if name in ("least", "most")
        else name
        for name in _PIECE
    )


def _say(frame: pl.DataFrame, kind: str, **columns: pl.Expr | str | int) -> pl.DataFrame:
    """A piece of evidence a row: the columns of `_PIECE` that are given; numbers stand for themselves."""
    given = {
        name: pl.lit(e) if isinstance(e, int) else pl.col(e) if isinstance(e, str) else e
        for name, e in columns.items()
    }
    given["kind"] = pl.lit(kind)
    return frame.select(given.get(name, pl.lit(None)).cast(dtype).alias(name) for name, dtype in _PIECE.items())


def _of_captures(captures: pl.DataFrame, claims: pl.DataFrame) -> Iterator[pl.DataFrame]:
    claimed = captures.select("anchor_id", "document_id").join(
        claims.filter(pl.any_horizontal(pl.col("captured_earliest", "captured_latest").is_not_null())),
        on="document_id",
        maintain_order="left",
    )
    doubt = pl.col("capture_basis").replace_strict(_DOUBT_OF_CLAIM, default=DOUBT["claim"], return_dtype=pl.Float64)
    yield _say(captures, "ingestion", anchor_id="anchor_id", most=_us("ingested_at"))
    yield _say(
        claimed,
        "claim",
        anchor_id="anchor_id",
        least=_us("captured_earliest"),
        most=_us("captured_latest"),
        words=pl.col("capture_basis") + pl.lit(" (") + pl.col("asserted_by") + pl.lit(")"),
        doubt=pl.max_horizontal(doubt, 1 - pl.col("confidence")),  # versions before trusted some claims more
    )


def _of_publications(publications: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """What the page and the source say of each item."""
    basis = pl.col("basis")
    relative, explicit = (publications.filter(basis == kind) for kind in _STAMPED)
    oldest = pl.col("value_symbolic").map_elements(_oldest, return_dtype=pl.Int64)
    ends: dict[str, pl.Expr | str | int] = {"anchor_id": "anchor_id", "base_id": "parent_anchor_id"}
    stamp = ends | {"words": pl.coalesce("words", "value_symbolic")}
    symbol: dict[str, pl.Expr | str | int] = {"symbol": "value_symbolic", "zone": "timezone"}
    dated = publications.filter(basis == "dateline_date")
    stated = publications.filter(basis == "document")
    yield _say(publications, "by_capture", **ends, most=0)
    yield _say(relative, "relative_stamp", **stamp, least=_offset("offset_min_s"), most=_offset("offset_max_s"))
    # read against the bounds of the capture; and the other way, the capture against the publication
    yield _say(explicit, "explicit_stamp", **stamp, **symbol)
    yield _say(explicit.filter(oldest.is_not_null()), "explicit_stamp", **stamp, least=oldest)
    yield _say(dated, "dateline_date", **ends, **symbol, words="value_symbolic")
    yield _say(stated, "stated", anchor_id="anchor_id", least=_us("published_earliest"), most=_us("published_latest"))


def _habits(publications: pl.DataFrame, habits: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The half of an age's bounds that the habit of its site leaves; a minute for the making of the page."""
    known = habits.filter(pl.col("habit").is_not_null()).select("site", "unit_s", "habit")
    found = (
        aged(publications.filter(pl.col("basis") == "relative_stamp"))
        .with_columns(site=sites.of("source_uri"))
        .join(known, on=["site", "unit_s"], maintain_order="left")
        .with_columns(
            _words=pl.format(
                "stamp “{}” of a site where ages are {}", pl.coalesce("words", "value_symbolic", pl.lit("")), "habit"
            )
        )
    )
    second = pl.col("unit_s") * 1_000_000
    ends: dict[str, pl.Expr | str | int] = {
        "anchor_id": "anchor_id",
        "base_id": "parent_anchor_id",
        "words": "_words",
    }
    most = (-pl.col("count") * second + _MINUTE).cast(pl.Int64)
    least = (-(pl.col("count") + 0.5) * second - _MINUTE).cast(pl.Int64)
    yield _say(found.filter(pl.col("habit") == "cut"), "site_habit", **ends, most=most)
    yield _say(found.filter(pl.col("habit") == "rounded"), "site_habit", **ends, least=least)


def _same_items(publications: pl.DataFrame) -> list[pl.DataFrame]:
    """The same words on pages of a site: one publication, surely so where the pages share a neighbour of it too.

    A text that is used again days later stands among other items. So the pages that show it fall into groups that
    share more than it; within a group it is one publication, and between groups it is believed to be as far as
    nothing speaks against it.
    """
    several = (
        publications.filter(pl.col("item_key").is_not_null())
        .filter(pl.col("document_id").n_unique().over("item_key") > 1)
        .sort("document_id", "position")
    )
    if several.is_empty():
        return []
    grouped = several.with_columns(_group=pl.Series(_groups(several))).with_columns(
        _first=pl.col("anchor_id").min().over("_group"),
        _n=pl.len().over("_group"),
        _several=pl.col("_group").n_unique().over("item_key") > 1,
    )
    hub = pl.when("_several").then(pl.col("item_key") + "/" + pl.col("_first")).otherwise("item_key")
    grouped = grouped.with_columns(_hub=hub)
    is_alone = pl.col("_several") & (pl.col("_n") == 1)
    bridges = _bridges(grouped.filter("_several"), publications)
    own_hub = pl.when(pl.col("_n") > 1).then("_hub")
    return [
        _say(grouped.filter(~is_alone), "same_item", anchor_id="anchor_id", base_id="_hub", least=0, most=0),
        _say(bridges, "same_words", anchor_id="anchor_id", node_id=own_hub, base_id="_bridge", least=0, most=0),
    ]


def _bridges(grouped: pl.DataFrame, publications: pl.DataFrame) -> pl.DataFrame:
    """The groups of one text that may show one publication: the first item of each, and the key they share.

    The ages of a text on two lists say how far apart the lists were captured. Where so many of the items beside it on
    the one would still be young enough for the other, and none of them is there, the text was used again.

    Args:
        grouped: items of several groups, with `_group` and `_first`.
        publications: all items of the pages.
    """
    age = -(pl.col("offset_min_s") + pl.col("offset_max_s")) / 2
    section = pl.col("section").fill_null("")
    lists = publications.select("document_id", section).unique().with_row_index("list")

    def listed(items: pl.DataFrame, *columns: pl.Expr) -> pl.DataFrame:
        placed = items.with_columns(section).join(lists, on=["document_id", "section"], maintain_order="left")
        return placed.select("list", *columns)

    aged = listed(publications.filter(pl.col("basis") == "relative_stamp"), age.alias("other"))
    oldest = aged.group_by("list").agg(oldest=pl.col("other").max())
    shown = (
        listed(
            grouped, pl.col("item_key").rank("dense").alias("key"), pl.col("_group").alias("group"), age.alias("age")
        )
        .join(oldest, on="list", how="left", maintain_order="left")
        .sort("key", maintain_order=True)
        .with_row_index("row")
    )
    # so many pairs at a time
    parts = shown.with_columns(part=pl.len().over("key").cum_sum() // _PAIRS).partition_by("part", include_key=False)
    likely = pl.concat(_likely(first, shown, aged) for first in [shown.head(0), *parts])
    number = grouped.select("_group").unique().sort("_group").with_row_index("node", offset=1)
    ends = [
        likely.select(_group=name).join(number, on="_group", how="left", maintain_order="left")["node"].to_numpy()
        for name in ("group", "group_later")
    ]
    labels = network.components(1 + number.height, *(end.astype(np.int64) for end in ends))
    together = number.with_columns(_together=pl.Series(labels[1:]))
    firsts = grouped.filter(pl.col("anchor_id") == pl.col("_first")).join(together, on="_group")
    named = firsts.with_columns(_bridge=pl.col("item_key") + "//" + pl.col("_first").min().over("_together"))
    return named.filter(pl.len().over("_together") > 1).sort("anchor_id")


def _likely(first: pl.DataFrame, shown: pl.DataFrame, aged: pl.DataFrame) -> pl.DataFrame:
    """Pairs of groups that may show one publication, of these items and others of the same key.

    Args:
        first: some of `shown`.
        shown: row, key, group, list, age, and oldest: the age of the oldest item of the list.
        aged: list, and other: the age of an item on it.
    """
    later = shown.join(first, on="key", how="semi").drop("list")
    pairs = first.join(later, on="key", suffix="_later").filter(
        (pl.col("group") != pl.col("group_later")) & ~(pl.col("age") > pl.col("age_later"))
    )
    missing = (
        pairs.join(aged, on="list")
        .filter(pl.col("other") + pl.col("age_later") - pl.col("age") <= pl.col("oldest_later"))
        .group_by("row", "row_later")
        .agg(n=pl.len() - 1)  # the text itself is there
    )
    few = missing.filter(pl.col("n") >= _MOST_MISSING)
    return pairs.join(few, on=["row", "row_later"], how="anti").select("group", "group_later").unique()


_PAIRS = 100_000
"""Of items of the same words that are looked at together."""
_MOST_MISSING = 2
"""Items of a list that one a little later may miss, all at once, though they are young enough for it."""


def _groups(items: pl.DataFrame) -> Ints:
    """A number for each item on a page; two pages that show it and one of its neighbours give it the same.

    Args:
        items: document_id and item_key in the order of the pages.
    """
    code = items["item_key"].rank("dense").cast(pl.Int64)
    page = items["document_id"].rank("dense").cast(pl.Int64)
    own, pairs = [], []
    here = np.arange(items.height)
    for away in (1, 2, -1, -2):
        other = code.shift(away)
        is_beside = ((page.shift(away) == page) & (other != code)).fill_null(False).to_numpy()
        own.append(here[is_beside])
        pairs.append((code * (1 << 31) + other.fill_null(0)).to_numpy()[is_beside])
    pair, number = np.unique(np.concatenate(pairs), return_inverse=True)
    labels = network.components(
        1 + items.height + len(pair), 1 + np.concatenate(own), 1 + items.height + number.astype(np.int64)
    )
    groups: Ints = labels[1 : 1 + items.height]
    return groups


def _in_order(publications: pl.DataFrame) -> pl.DataFrame:
    """Neighbours in lists whose ages do not decrease and tell enough apart not to be so by chance."""
    lists = ["document_id", "_list"]
    age = -pl.col("offset_max_s")
    stamped = (
        publications.filter(pl.col("basis") == "relative_stamp")
        .with_columns(_list=pl.col("section").fill_null(""))
        .sort("document_id", "_list", "position")
        .with_columns(
            _older=age.diff().over(lists).fill_null(0.0) >= 0, _above=pl.col("anchor_id").shift(1).over(lists)
        )
        .filter(pl.col("_older").all().over(lists) & (age.n_unique().over(lists) >= _LEAST_IN_ORDER))
        .filter(pl.col("_above").is_not_null())
    )
    return _say(stamped, "order", anchor_id="anchor_id", base_id="_above", most=0)


def _in_sequence(publications: pl.DataFrame, captures: pl.DataFrame, claims: pl.DataFrame) -> list[pl.DataFrame]:
    """What the sources say came after what: revisions of one item, and pages in the archive of one crawler.

    Crawlers that work side by side write records a little out of order, so two that tell their own times are left to
    those.
    """
    item = ["item_uri", "item_version"]
    numbered = publications.filter(pl.col("item_version").is_not_null())
    versions = numbered.select(item).unique().sort(item)
    before, after = (pl.col("item_version").shift(n).over("item_uri") for n in (1, -1))
    revised = numbered.join(versions.with_columns(_before=before, _after=after), on=item, maintain_order="left")
    # between two revisions lies a time, whatever the number of documents of either
    gap = pl.col("item_uri") + " after "
    earlier = revised.filter(pl.col("_after").is_not_null()).with_columns(
        _gap=gap + pl.col("item_version").cast(pl.String)
    )
    later = revised.filter(pl.col("_before").is_not_null()).with_columns(_gap=gap + pl.col("_before").cast(pl.String))
    dated = claims.filter(pl.col("capture_basis") == "warc")
    crawled = (
        captures.filter(pl.col("crawl_number").is_not_null())
        .with_columns(_is_dated=pl.col("document_id").is_in(dated["document_id"].to_list()))
        .sort("crawl_uri", "crawl_number", "anchor_id")
        .with_columns(
            _next=pl.col("anchor_id").shift(-1).over("crawl_uri"),
            _is_next_dated=pl.col("_is_dated").shift(-1).over("crawl_uri"),
        )
        .filter(~(pl.col("_is_dated") & pl.col("_is_next_dated")) & pl.col("_next").is_not_null())
    )
    return [
        _say(earlier, "revision", anchor_id="anchor_id", base_id="_gap", most=0, words="item_uri"),
        _say(later, "revision", anchor_id="anchor_id", base_id="_gap", least=0, words="item_uri"),
        _say(crawled, "crawl", anchor_id="anchor_id", base_id="_next", most=0, words="crawl_uri"),
    ]


def _datelines(publications: pl.DataFrame) -> pl.DataFrame:
    """Dates in the datelines of items that show better evidence besides."""
    dated = publications.filter(pl.col("dateline_symbol").is_not_null() & (pl.col("basis") != "dateline_date"))
    return _say(
        dated,
        "dateline_date",
        anchor_id="anchor_id",
        base_id="parent_anchor_id",
        symbol="dateline_symbol",
        zone="timezone",
        words="dateline_symbol",
    )


def _solved(solved: pl.DataFrame) -> pl.DataFrame:
    return _say(
        solved,
        "solved",
        anchor_id="anchor_id",
        least=_us("earliest"),
        most=_us("latest"),
        steps_least="steps_earliest",
        steps_most="steps_latest",
    )


def _hubs(linked: list[pl.DataFrame]) -> pl.Series:
    """What pieces of evidence speak of beside clocks, in order."""
    ids = [
        frame.filter(pl.col("kind").is_in(["same_item", "same_words", "revision"]))[name]
        for frame in linked
        for name in ("base_id", "node_id")
    ]
    return pl.concat([pl.Series(dtype=pl.String), *ids]).drop_nulls().unique().sort()


def _coded(pieces: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Numbers in the place of ids."""
    is_read = pl.col("symbol").is_not_null()
    for name, column in (("anchor_id", "anchor"), ("node_id", "node"), ("base_id", "base")):
        numbers = nodes.rename({"id": name, "node": f"_{column}"})
        pieces = pieces.join(numbers, on=name, how="left", maintain_order="left").drop(name)
    doubt = pl.col("kind").replace_strict(DOUBT, return_dtype=pl.Float64)
    return pieces.select(
        pl.col("kind").cast(_KIND),
        anchor="_anchor",
        node=pl.coalesce("_node", "_anchor"),
        # what is read against the capture's bounds is a time, not a distance from it
        base=pl.when(~is_read).then("_base").fill_null(0),
        read_on=pl.when(is_read).then("_base"),
        least="least",
        most="most",
        symbol="symbol",
        zone="zone",
        words="words",
        doubt=pl.coalesce("doubt", doubt),
        steps_least=pl.col("steps_least").cast(pl.Int32),
        steps_most=pl.col("steps_most").cast(pl.Int32),
    )


def _numbered(anchors: pl.DataFrame, hubs: pl.Series, pieces: pl.DataFrame) -> Evidence:
    """Pieces as numbers, constraints as arrays."""
    # the surest first: of two that say the same, it is the one that is told; what stands only where none does
    pieces = pieces.sort(pl.col("kind") == "solved", "doubt", "kind", "anchor", maintain_order=True).with_row_index(
        "piece"
    )
    is_read = pl.col("symbol").is_not_null()
    ends = {"node": pl.col("node"), "base": pl.col("base"), "piece": pl.col("piece")}
    sides = pl.concat(
        [
            pieces.filter(pl.col("most").is_not_null() | is_read).select(
                source=ends["base"],
                target=ends["node"],
                upper=pl.col("most").fill_null(OPEN),
                piece=ends["piece"],
                is_least=pl.lit(False),
                steps=pl.col("steps_most").fill_null(1),
            ),
            pieces.filter(pl.col("least").is_not_null() | is_read).select(
                source=ends["node"],
                target=ends["base"],
                upper=(-pl.col("least")).fill_null(OPEN),
                piece=ends["piece"],
                is_least=pl.lit(True),
                steps=pl.col("steps_least").fill_null(1),
            ),
        ]
    ).sort("piece", "is_least")
    source, target, piece, steps = (
        sides[name].cast(pl.Int64).to_numpy() for name in ("source", "target", "piece", "steps")
    )
    upper, is_least = sides["upper"].to_numpy(), sides["is_least"].to_numpy()
    del sides
    net = Network(
        anchors.height + hubs.len() + 1,
        source,
        target,
        upper,
        piece,
        pieces["doubt"].to_numpy(),
        pieces["kind"].cast(pl.String).is_in(_LOW).cast(pl.Int64).to_numpy(),
    )
    return Evidence(anchors, hubs, pieces, net, is_least, steps, _reader(pieces, net, is_least))


def _reader(pieces: pl.DataFrame, net: Network, is_least: np.ndarray[Any, Any]) -> network.Derive | None:
    """What reads stamps and dates against the bounds of the capture, where there are any."""
    read = pieces.filter(pl.col("symbol").is_not_null()).select("piece", "symbol", "zone", "kind", "read_on")
    if read.is_empty():
        return None
    captures = read["read_on"].to_numpy()
    edges = np.flatnonzero(np.isin(net.evidence, read["piece"].to_numpy()))
    # two constraints a piece, the upper side first
    most, least = edges[~is_least[edges]], edges[is_least[edges]]
    keys = list(read.select("kind", "symbol", "zone").iter_rows())
    before = np.full((2, len(keys)), OPEN, np.int64)
    uppers = np.full((2, len(keys)), OPEN, np.int64)

    def derive(earliest: Ints, latest: Ints) -> tuple[Ints, Ints]:
        now = np.stack([earliest[captures], latest[captures]])
        for i in np.flatnonzero((now != before).any(axis=0)).tolist():
            kind, symbol, zone = keys[i]
            bounds = _read(kind, symbol, zone, int(now[0, i]), int(now[1, i]))
            uppers[:, i] = [
                OPEN if bounds.latest is None else _microseconds(bounds.latest),
                OPEN if bounds.earliest is None else -_microseconds(bounds.earliest),
            ]
        before[:] = now
        return np.concatenate([most, least]), np.concatenate([uppers[0], uppers[1]])

    return derive


@lru_cache(maxsize=100_000)
def _read(kind: str, symbol: str, zone: str, earliest: int, latest: int) -> Interval:
    """Bounds of a stamp; of a dateline's date with a day on either side, for it can differ from the story's."""
    capture = Interval(_instant(earliest), _instant(latest))
    if kind == "explicit_stamp":
        return stamps.resolve_stamp(symbol, capture, zone)
    first, last = resolve.bounds(symbol, capture, [zone])
    return Interval(first - _DAY_MARGIN if first else None, last + _DAY_MARGIN if last else None)


def _oldest(symbol: str) -> int | None:
    """Publication minus capture that a clock or a day without a date can say, at least; the clocks may change."""
    if symbol.startswith("T"):
        return -_DAY - _HOUR
    if match := _DAYS_AGO.fullmatch(symbol):
        return -(int(match[1]) + 1) * _DAY - _HOUR
    if symbol.startswith("XXXX-WXX-"):
        return -8 * _DAY - _HOUR
    return -367 * _DAY if symbol.startswith("XXXX-") and symbol != "XXXX-02-29" else None


def _instant(microseconds: int) -> dt.datetime | None:
    return None if abs(microseconds) >= OPEN else _EPOCH + dt.timedelta(microseconds=microseconds)


def _microseconds(instant: dt.datetime) -> int:
    return (instant - _EPOCH) // dt.timedelta(microseconds=1)


def _us(column: str) -> pl.Expr:
    return pl.col(column).dt.epoch("us")


def _offset(column: str) -> pl.Expr:
    return (pl.col(column) * 1_000_000).cast(pl.Int64)
