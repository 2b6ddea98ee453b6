"""Habits are learnt from the items that can have a vote, and come out as from all there are."""

from unittest.mock import patch

import duckdb
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.transform import habits, sites
from etl.warehouse import habits as kept

TABLES = """
    CREATE SCHEMA raw;
    CREATE SCHEMA core;
    CREATE SCHEMA ops;
    CREATE TABLE raw.documents AS FROM documents;
    CREATE TABLE core.articles AS SELECT * EXCLUDE (offset_min_s, offset_max_s) FROM items;
    CREATE TABLE core.anchors AS SELECT article_id, 'relative_stamp' AS basis, offset_min_s, offset_max_s FROM items;
    CREATE TABLE ops.site_habits
        (site VARCHAR, unit_s BIGINT, n_cut BIGINT, n_rounded BIGINT, habit VARCHAR)
"""
N_PAGES = 5
SHOWN = st.tuples(st.integers(0, N_PAGES - 1), st.sampled_from(["a", "b", "c", None]), st.integers(1, 200))
"""A page, an item, and how many minutes old it is there."""


def age(minutes: int) -> tuple[float, float]:
    """The bounds of what a site shows that cuts its hours off."""
    if minutes < 60:
        return -60.0 * (minutes + 1), -60.0 * (minutes - 1)
    hours = minutes // 60
    return -3600.0 * (hours + 1), -3600.0 * (hours - 0.5)


def learnt_from_all(documents: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    sampled = habits.sample(documents.select("document_id", site=sites.of("source_uri")))
    keyed = items.filter(pl.col("item_key").is_not_null())
    shown = keyed.join(keyed.join(sampled, on="document_id", how="semi"), on="item_key", how="semi")
    least = shown.group_by("item_key", "offset_min_s", "offset_max_s").agg(pl.col("document_id").min())
    chosen = pl.concat([sampled.select("document_id"), least.select("document_id")])
    return habits.learn(shown.join(chosen, on="document_id", how="semi"), sampled)


@settings(max_examples=50)
@given(st.lists(SHOWN, min_size=2, max_size=14), st.integers(1, 3))
def test_items_on_one_page_alone_have_no_vote(shown: list[tuple[int, str | None, int]], n_sampled: int) -> None:
    documents = pl.DataFrame(
        {
            "document_id": [f"d{page}" for page in range(N_PAGES)],
            "source_uri": ["https://nieuws.example/"] * N_PAGES,
            "kind": ["page"] * N_PAGES,
        }
    )
    rows = [(f"d{page}", f"i{n}", key, *age(minutes)) for n, (page, key, minutes) in enumerate(shown)]
    names = ["document_id", "article_id", "item_key", "offset_min_s", "offset_max_s"]
    items = pl.DataFrame(rows, names, orient="row", schema_overrides={"item_key": pl.String})
    with patch.object(habits, "SAMPLE", n_sampled), duckdb.connect() as con:
        con.register("documents", documents.to_arrow())
        con.register("items", items.to_arrow())
        con.execute(TABLES)
        kept.learn(con)
        assert kept.read(con).equals(learnt_from_all(documents, items))
