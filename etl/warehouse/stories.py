"""One story for items that are nearly the same: the same text on another page or capture, with an edit or two.

What belongs here: finding near-identical bodies among all that the warehouse holds, and giving them one story. What
does not: bodies that are the same to the letter; their story_id is the hash of the body (`heads.py`).

A body is sketched once: its shingles of three words are hashed, the least hash of each of 64 bins is kept (one
permutation MinHash), and four bins make a band. Bodies that share a band are compared with the one of them that has
the least hash, so that a thousand copies cost a thousand comparisons; what shares enough of its shingles is one
story. The story's id is that of the least body hash among its bodies, which does not hang on the order they came in.
"""

from collections.abc import Iterable

import duckdb

from etl.warehouse.connection import transaction

LEAST_SHARED = 0.8
"""Share of the shingles of two bodies, of all they have, from which they tell one story (Jaccard)."""
LEAST_SHINGLES = 10
"""Shingles of a body that can be nearly the same as another: of a short line every word counts."""

# the distinct shingles of every row of `bodies` (body_sha256, body), as what an expression makes of three words
_SHINGLES = r"""
    SELECT body_sha256, list_distinct(
        list_transform(range(1, len(words) - 1), lambda i: {0})
    ) AS shingles
    FROM (SELECT body_sha256, regexp_extract_all(lower(body), '[\p{{L}}\p{{N}}]+') AS words FROM bodies)
"""
_AS_TEXT = _SHINGLES.format("array_to_string(words[i : i + 2], ' ')")
_AS_NUMBERS = _SHINGLES.format("hash(words[i], words[i + 1], words[i + 2])")  # compared in less time; never stored
_BODIES = "SELECT body_sha256, any_value(body) AS body FROM core.articles WHERE body <> '' GROUP BY body_sha256"

_SKETCH = f"""
    CREATE OR REPLACE TEMP TABLE new_sketches AS
    WITH bodies AS (
        SELECT * FROM ({_BODIES}) ANTI JOIN ops.body_sketches USING (body_sha256)
    ),

    shingles AS ({_AS_TEXT}),

    hashes AS (
        SELECT body_sha256, md5_number_lower(unnest(shingles)) AS hash
        FROM shingles
        WHERE len(shingles) >= {LEAST_SHINGLES}
    ),

    bins AS (
        SELECT body_sha256, (hash % 64)::INTEGER AS bin, min(hash) AS least
        FROM hashes
        GROUP BY ALL
    ),

    bands AS (
        SELECT body_sha256, md5(bin // 4 || ':' || string_agg(least, ',' ORDER BY bin)) AS band
        FROM bins
        GROUP BY body_sha256, bin // 4
    )

    SELECT
        bodies.body_sha256,
        left(bodies.body_sha256, 20) AS story_id,
        coalesce(list(bands.band ORDER BY bands.band) FILTER (WHERE bands.band IS NOT NULL), []) AS bands
    FROM bodies
    LEFT JOIN bands USING (body_sha256)
    GROUP BY bodies.body_sha256
"""  # noqa: S608 - SQL of this module

_PAIRS = f"""
    WITH banded AS (
        SELECT body_sha256, unnest(bands) AS band FROM ops.body_sketches
    ),

    least AS (
        SELECT band, min(body_sha256) AS first_sha256
        FROM banded
        WHERE band IN (SELECT unnest(bands) FROM new_sketches)
        GROUP BY band
        HAVING count(*) > 1
    ),

    candidates AS (
        SELECT DISTINCT least.first_sha256, banded.body_sha256
        FROM banded
        JOIN least USING (band)
        WHERE banded.body_sha256 <> least.first_sha256
            AND (
                banded.body_sha256 IN (SELECT body_sha256 FROM new_sketches)
                OR least.first_sha256 IN (SELECT body_sha256 FROM new_sketches)
            )
    ),

    bodies AS (
        SELECT * FROM ({_BODIES})
        WHERE body_sha256 IN (SELECT body_sha256 FROM candidates UNION SELECT first_sha256 FROM candidates)
    ),

    shingles AS ({_AS_NUMBERS}),

    compared AS (
        SELECT
            c.first_sha256,
            c.body_sha256,
            len(list_intersect(a.shingles, b.shingles)) AS n_shared,
            len(a.shingles) + len(b.shingles) AS n_both
        FROM candidates AS c
        JOIN shingles AS a ON a.body_sha256 = c.first_sha256
        JOIN shingles AS b ON b.body_sha256 = c.body_sha256
    )

    SELECT first_sha256, body_sha256
    FROM compared
    WHERE n_shared >= {LEAST_SHARED} * (n_both - n_shared)
    ORDER BY ALL
"""  # noqa: S608 - SQL of this module


def merge(con: duckdb.DuckDBPyConnection) -> int:
    """Give bodies that are nearly the same one story; say how many items changed theirs.

    Only bodies that are new are sketched and compared; a run that brings none changes nothing.
    """
    with transaction(con):
        con.execute("DELETE FROM ops.body_sketches WHERE body_sha256 NOT IN (SELECT body_sha256 FROM core.articles)")
        con.execute(_SKETCH)
        con.execute("INSERT INTO ops.body_sketches BY NAME SELECT * FROM new_sketches")
        _unite(con, con.execute(_PAIRS).fetchall())
        con.execute("DROP TABLE new_sketches")
        moved = _move(con)
        if moved:
            con.execute(
                """
                UPDATE core.events AS e SET story_id = a.story_id FROM core.articles AS a
                WHERE a.article_id = e.article_id AND a.story_id <> e.story_id
                """
            )
            _recount(con)
    return moved


def _unite(con: duckdb.DuckDBPyConnection, pairs: Iterable[tuple[str, str]]) -> None:
    """Put the stories of the bodies of each pair together, under the least of their ids."""
    known = dict(con.execute("SELECT body_sha256, story_id FROM ops.body_sketches").fetchall()) if pairs else {}
    above: dict[str, str] = {}

    def top(story: str) -> str:
        while story in above:
            story = above[story]
        return story

    for a, b in pairs:
        first, second = sorted((top(known[a]), top(known[b])))
        if first != second:
            above[second] = first
    for story in above:
        con.execute("UPDATE ops.body_sketches SET story_id = ? WHERE story_id = ?", [top(story), story])


def _move(con: duckdb.DuckDBPyConnection) -> int:
    """Give the items the stories of their bodies."""
    moved = con.execute(
        """
        UPDATE core.articles AS a SET story_id = s.story_id FROM ops.body_sketches AS s
        WHERE s.body_sha256 = a.body_sha256 AND s.story_id <> a.story_id
        """
    ).fetchall()
    return int(moved[0][0])


def _recount(con: duckdb.DuckDBPyConnection) -> None:
    """Remove the stories that no item tells any more, add those that are told, count their items."""
    con.execute("DELETE FROM core.stories WHERE story_id NOT IN (SELECT story_id FROM core.articles)")
    con.execute(
        """
        INSERT INTO core.stories BY NAME
        SELECT story_id, count(*) AS n_articles
        FROM core.articles ANTI JOIN core.stories USING (story_id)
        GROUP BY ALL
        """
    )
    con.execute(
        """
        UPDATE core.stories AS s SET n_articles = c.n
        FROM (SELECT story_id, count(*) AS n FROM core.articles GROUP BY ALL) AS c
        WHERE s.story_id = c.story_id AND s.n_articles <> c.n
        """
    )
