"""Mentions as a build has them, read to be put together: in order, with who took part.

What belongs here: the SQL of what they say, and reading them. What does not: which are read (`clusters.py`), and
which tell one event (`etl.transform.events.cluster`).
"""

from collections.abc import Iterator

import duckdb
import polars as pl

from etl.transform.events import cluster
from etl.warehouse import rows

AT_ONCE = 20_000
"""Mentions that are put together at once, and no more sets or kinds."""
_WIDTH = "epoch_us(e.end_latest) - epoch_us(e.begin_earliest)"
# e is core.events
IS_TOLD = f"e.polarity = 'POS' AND e.modality IN {cluster.TOLD}"
IS_CLOSE = f"coalesce({_WIDTH} <= {cluster.CLOSE}, false)"
KIND = f"hash(e.event_type, CASE WHEN e.event_type NOT IN {tuple(sorted(cluster.DEEDS))} THEN e.trigger_lemma END)"
"""What close mentions of one event have in common: the type, and the word where it must be the same."""
UNIT = f"hash(e.story_id, {KIND})"
"""What is of one kind in a story."""
IS_PLACED = f"e.location_basis IN {cluster.PLACED}"
# texts as numbers: only whether they are the same matters
SAID = f"""
    e.rowid AS number,
    e.event_type,
    {UNIT} AS unit,
    hash(e.story_id) AS story_id,
    hash(e.article_id) AS article_id,
    CASE WHEN e.mode <> '' THEN hash(e.mode) END AS mode,
    hash(e.trigger_lemma) AS lemma,
    e.tense = 'NONE' AS is_noun,
    CASE WHEN {IS_PLACED} AND e.location_id <> '' THEN hash(e.location_id) END AS place,
    CASE WHEN {IS_PLACED} AND l.country_code <> '' THEN hash(l.country_code) END AS country,
    {", ".join(f"epoch_us(e.{side}) AS {side}" for side in cluster.SIDES)},
    p.role,
    p.name
"""
"""What `cluster.gather` takes, a row for each name of who took part."""
JOINED = """
    LEFT JOIN core.locations AS l ON l.location_id = e.location_id
    LEFT JOIN core.event_participants AS p
        ON p.event_id = e.event_id AND p.role <> 'attribution' AND p.name IS NOT NULL
"""
IN_ORDER = f"coalesce({_WIDTH}, {2**63 - 1}), e.event_id"


def read(con: duckdb.DuckDBPyConnection, query: str, by: str) -> Iterator[pl.DataFrame]:
    """The mentions of a query, those that agree in a column together; the rows of one follow each other."""
    parts = rows.grouped(rows.streamed(con, query, AT_ONCE), "number", AT_ONCE)
    return rows.grouped((_one_each(part) for part in parts), by, AT_ONCE)


def _one_each(part: pl.DataFrame) -> pl.DataFrame:
    """One row a mention, with the names of all who took part; the rows of one follow each other."""
    number = part["number"]
    of_several = number.is_duplicated()
    names = pl.concat(
        [
            part.filter(~of_several).select("number", names=cluster.name_of()),
            part.filter(of_several).group_by("number").agg(names=cluster.names_of()),
        ]
    )
    first = part.filter(number.ne_missing(number.shift(1))).drop("role", "name")
    return first.join(names, on="number", how="left", maintain_order="left")
