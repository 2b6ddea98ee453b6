"""Whether a site cuts its ages off or rounds them: learnt from items that stand on two of its pages.

What belongs here: the votes of pairs of pages, and what they decide. What does not: what follows for clocks
(`evidence.py`), and where habits are kept (`etl.warehouse.habits`).

An age holds both where the habit is not known: "3 uur geleden" is [2 h 30, 4 h). But two pages that show one item in
minutes were captured as far apart as its ages are, give or take a minute, whatever the habit. So another item that
shows minutes on the first and hours on the second tells how old it was when the second wrote its hours: at 1 h 50 a
site that cuts writes 1 hour, one that rounds writes 2. No clock has a part in it, so no wrong clock misleads it.
"""

import polars as pl

from etl.schema import ops
from etl.schema.frames import polars_schema

SAMPLE = 500
"""Pages of a site that are looked at, with those that share an item with them."""
LEAST_VOTES = 10
LEAST_SHARE = 0.95
"""Of the votes that a habit needs. A text that is used again, or an item without its last lines, votes at random."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_OF_WIDTH = {2.0 * _MINUTE: _MINUTE, 1.5 * _HOUR: _HOUR, 1.5 * _DAY: _DAY}
"""Unit of an age by the width of its bounds, see `stamps`; in seconds."""


def aged(stamped: pl.DataFrame) -> pl.DataFrame:
    """Items with the age their stamp says.

    Args:
        stamped: offset_min_s and offset_max_s, and any other columns.

    Returns:
        These rows, but for those of other units, with unit_s and count: the age is about count units.
    """
    width = pl.col("offset_max_s") - pl.col("offset_min_s")
    return (
        stamped.filter(width.is_in(list(_OF_WIDTH)))
        .with_columns(unit_s=width.replace_strict(_OF_WIDTH, return_dtype=pl.Int64))
        .with_columns(count=-pl.col("offset_min_s") / pl.col("unit_s") - 1)
    )


def sample(documents: pl.DataFrame) -> pl.DataFrame:
    """The pages to learn from: of each site those whose ids come first, which is as good as at random.

    Args:
        documents: document_id and site.
    """
    return documents.sort("document_id").group_by("site", maintain_order=True).head(SAMPLE)


def learn(items: pl.DataFrame, sampled: pl.DataFrame) -> pl.DataFrame:
    """What each site does.

    Args:
        items: document_id, item_key, offset_min_s and offset_max_s of items on the sampled pages, and on pages that
            share an item with these.
        sampled: from `sample`.

    Returns:
        ops.site_habits: one row for each unit that was voted on.
    """
    keyed = items.filter(pl.col("item_key").is_not_null())
    ages = aged(keyed).select("document_id", "item_key", "unit_s", "count")
    first = ages.join(sampled, on="document_id", how="semi")
    # of pages that show an item at one age, one speaks for all
    second = ages.sort("document_id").unique(["item_key", "unit_s", "count"], keep="first", maintain_order=True)
    second = ages.join(second.select("document_id").unique(), on="document_id", how="semi")
    pair = ["document_id", "document_id_other", "item_key", "unit_s"]
    votes = (
        pl.concat(
            [
                _votes(first, second).with_columns(_sampled="document_id"),
                _votes(second, first).with_columns(_sampled="document_id_other"),
            ]
        )
        .unique(pair)
        .join(sampled.rename({"document_id": "_sampled"}), on="_sampled")
    )
    return (
        votes.group_by("site", "unit_s")
        .agg(n_cut=pl.col("was_cut").sum().cast(pl.Int64), n_rounded=pl.col("was_rounded").sum().cast(pl.Int64))
        .with_columns(_n=pl.col("n_cut") + pl.col("n_rounded"))
        .filter(pl.col("_n") > 0)
        .with_columns(
            habit=pl.when(pl.col("_n") < LEAST_VOTES)
            .then(None)
            .when(pl.col("n_cut") >= LEAST_SHARE * pl.col("_n"))
            .then(pl.lit("cut"))
            .when(pl.col("n_rounded") >= LEAST_SHARE * pl.col("_n"))
            .then(pl.lit("rounded"))
        )
        .select(pl.col(name).cast(kind) for name, kind in polars_schema(ops.SiteHabit).items())
        .sort("site", "unit_s")
    )


def _votes(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    """Pairs of pages and an item on both, in a larger unit on the second, with what its age there says."""
    pages = ["document_id", "document_id_other"]
    shared = first.join(second, on="item_key", suffix="_other").filter(
        pl.col("document_id") != pl.col("document_id_other")
    )
    apart = (
        shared.filter(pl.col("unit_s") == pl.col("unit_s_other"))
        .with_columns(_apart=(pl.col("count_other") - pl.col("count")) * pl.col("unit_s"))
        .group_by(pages)
        .agg(
            _least=(pl.col("_apart") - pl.col("unit_s")).max(),
            _most=(pl.col("_apart") + pl.col("unit_s")).min(),
        )
    )
    unit = pl.col("unit_s_other")
    youngest = (pl.col("count") - 0.5) * pl.col("unit_s") + pl.col("_least")
    oldest = (pl.col("count") + 1) * pl.col("unit_s") + pl.col("_most")
    return (
        shared.filter(pl.col("unit_s") < unit)
        .join(apart, on=pages)
        .select(
            *pages,
            "item_key",
            unit_s="unit_s_other",
            was_cut=youngest >= (pl.col("count_other") + 0.5) * unit,
            was_rounded=oldest <= pl.col("count_other") * unit,
        )
    )
