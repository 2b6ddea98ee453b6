"""What sites do with their ages, kept in `ops.site_habits`: learnt anew from a sample of pages whenever any come in.

The votes themselves are `etl.transform.habits`. What is learnt depends on the pages that stand in the build, and not
on the order in which they came.
"""

import duckdb
import polars as pl

from etl.schema import ops
from etl.schema.frames import polars_schema
from etl.transform import habits, sites

# the items of the sampled pages, and of one page for each age at which another shows one of these
_ITEMS = """
    WITH repeated AS (
        SELECT item_key FROM core.articles
        WHERE item_key IS NOT NULL
        GROUP BY item_key
        HAVING min(document_id) <> max(document_id)
    ),

    -- pages that share no item with another have no vote
    sharing AS (SELECT DISTINCT document_id FROM core.articles SEMI JOIN repeated USING (item_key)),

    keys AS (
        SELECT DISTINCT item_key
        FROM core.articles
        SEMI JOIN sampled USING (document_id)
        SEMI JOIN sharing USING (document_id)
        WHERE item_key IS NOT NULL
    ),

    shown AS (
        SELECT a.document_id, a.item_key, c.offset_min_s, c.offset_max_s
        FROM core.articles AS a
        SEMI JOIN keys USING (item_key)
        JOIN core.anchors AS c ON c.article_id = a.article_id AND c.basis = 'relative_stamp'
    ),

    chosen AS (
        SELECT document_id FROM sampled
        UNION
        SELECT min(document_id) FROM shown GROUP BY item_key, offset_min_s, offset_max_s
    )

    SELECT * FROM shown SEMI JOIN chosen USING (document_id) ORDER BY ALL
"""


def learn(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Learn what sites do, and keep it.

    Returns:
        document_id of the pages of sites whose habit is another than it was.
    """
    documents: pl.DataFrame = con.sql("SELECT document_id, source_uri FROM raw.documents WHERE kind = 'page'").pl()
    placed = documents.select("document_id", site=sites.of("source_uri"))
    sampled = habits.sample(placed)
    con.register("sampled", sampled.to_arrow())
    found = habits.learn(con.sql(_ITEMS).pl(), sampled)
    con.unregister("sampled")
    kept = read(con)
    if not found.equals(kept):
        con.execute("DELETE FROM ops.site_habits")
        con.register("found", found.to_arrow())
        con.execute("INSERT INTO ops.site_habits BY NAME SELECT * FROM found")
        con.unregister("found")
    known = [frame.filter(pl.col("habit").is_not_null()).select("site", "unit_s", "habit") for frame in (kept, found)]
    moved = [
        one.join(other, on=["site", "unit_s", "habit"], how="anti")["site"] for one, other in (known, known[::-1])
    ]
    moved_sites = pl.concat(moved).unique().to_list()
    return placed.filter(pl.col("site").is_in(moved_sites)).select("document_id")


def read(con: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """What is known of sites: ops.site_habits."""
    rows: pl.DataFrame = con.sql("SELECT * FROM ops.site_habits ORDER BY site, unit_s").pl()
    return rows.select(pl.col(name).cast(kind) for name, kind in polars_schema(ops.SiteHabit).items())
