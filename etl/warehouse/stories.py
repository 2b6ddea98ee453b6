"""One story for items that are nearly the same: the same text on another page or capture, with an edit or two.

What belongs here: finding near-identical bodies among all that the warehouse holds, and giving them one story. What
does not: bodies that are the same to the letter, whose story_id is the hash of the body (`heads.py`); how a body is
sketched, and what is nearly the same (`sketches.py`).

Sketches come with the rows of a batch. Bodies that share a band are compared with the one of them that has the least
hash, so that a thousand copies cost a thousand comparisons: first their sketches and, where these agree, the words.
A story is called after the hash of the body that was received first, the least of those of one run: it keeps its name
when later bodies join it, and the name does not hang on the order in which they are transformed.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

import duckdb
import numpy as np
import polars as pl
from numpy.typing import NDArray

from etl.transform import sketches
from etl.warehouse.connection import n_threads, transaction
from etl.warehouse.rows import streamed

_SKETCHES_AT_ONCE, _WORDS_AT_ONCE = 20_000, 2_000
"""Pairs whose sketches, or words, are compared together."""
_HELD, _JOINED_AT_ONCE = 2_000_000, 200_000
"""Pairs that are held until their sketches are looked up, so many together: each time all sketches are
read through."""
_CHARS_AT_ONCE = 64_000_000
"""Characters of the bodies of pairs whose words are looked up together: each time all bodies are read through."""
_AT_A_TIME = 2
"""Searches at a time, where there are as many cores: they share what memory a connection may have."""
Part = TypeVar("Part")
Pairs = NDArray[np.int64]
"""Two rows: the numbers (rowid) of the sketches of the first and of the second of each pair."""
_NO_PAIRS: Pairs = np.empty((2, 0), np.int64)


def merge(con: duckdb.DuckDBPyConnection) -> int:
    """Give bodies that are nearly the same one story, and count the items of every story; say how many items moved.

    Only bodies that are new are compared; a run that brings none changes nothing.
    """
    with transaction(con):
        _keep_one_of_each(con)
    pairs = _of_near_words(con, _of_near_sketches(con))
    with transaction(con):
        con.execute("UPDATE ops.body_sketches SET is_compared = true WHERE NOT is_compared")
        _unite(con, pairs)
        moved = _move(con)
        _recount(con)
    return moved


def _keep_one_of_each(con: duckdb.DuckDBPyConnection) -> None:
    """Of a body that several batches brought keep one sketch: one that was compared, unless its bands are other."""
    con.execute(
        """
        DELETE FROM ops.body_sketches AS s
        USING (
            SELECT body_sha256, bands, bool_or(is_compared) AS is_known, min(rowid) AS first
            FROM ops.body_sketches
            WHERE body_sha256 IN (SELECT body_sha256 FROM ops.body_sketches WHERE NOT is_compared)
            GROUP BY ALL
        ) AS b
        WHERE s.body_sha256 = b.body_sha256 AND s.bands = b.bands AND NOT s.is_compared
            AND (b.is_known OR s.rowid <> b.first)
        """
    )
    con.execute(
        """
        DELETE FROM ops.body_sketches
        WHERE is_compared AND body_sha256 IN (SELECT body_sha256 FROM ops.body_sketches WHERE NOT is_compared)
        """
    )


# of bodies with the same band at a place, one of them new: the least, and each of the others
_CANDIDATES = """
    -- most bands are of one body alone: they go before the hashes of bodies are held
    WITH shared AS (
        SELECT bands[{0}] AS band
        FROM ops.body_sketches
        WHERE {1}
        GROUP BY band
        HAVING count(*) > 1 AND NOT bool_and(is_compared)
    ),

    banded AS (
        SELECT rowid AS number, body_sha256, bands[{0}] AS band, NOT is_compared AS is_new
        FROM ops.body_sketches
        WHERE bands[{0}] IN (SELECT band FROM shared)
    ),

    least AS (
        SELECT band, arg_min(number, body_sha256) AS first, arg_min(is_new, body_sha256) AS is_first_new
        FROM banded
        GROUP BY band
    ),

    pairs AS (
        SELECT first, number AS second
        FROM banded
        JOIN least USING (band)
        WHERE number <> first AND (is_new OR is_first_new)
    )

    FROM pairs
"""
_OF_NEW = "bands[{0}] IN (SELECT bands[{0}] FROM ops.body_sketches WHERE NOT is_compared)"
"""Bands that a new body has: where few are new, most others need not be counted."""
_BANDS = """
    SELECT pairs.first, pairs.second, a.bands AS first_bands, b.bands AS second_bands
    FROM pairs
    JOIN ops.body_sketches AS a ON a.rowid = pairs.first
    JOIN ops.body_sketches AS b ON b.rowid = pairs.second
"""


def _of_near_sketches(con: duckdb.DuckDBPyConnection) -> Pairs:
    """Pairs of bodies, one of them new, that share a band and agree in enough of their sketches."""
    near: list[Pairs] = []
    held: list[Pairs] = []
    query = "SELECT 4 * count(*) FILTER (NOT is_compared) < count(*) FROM ops.body_sketches"
    ((are_few,),) = con.execute(query).fetchall()
    sharing = partial(_sharing, which=_OF_NEW if are_few else "true")
    for first in range(1, sketches.N_BANDS + 1, _AT_A_TIME):
        places = range(first, min(first + _AT_A_TIME, sketches.N_BANDS + 1))
        held.append(_beside_each_other(con, sharing, places))
        if sum(pairs.shape[1] for pairs in held) > _HELD or places.stop > sketches.N_BANDS:
            pairs = np.concatenate(held, axis=1)
            n_parts = max(_AT_A_TIME, -(-pairs.shape[1] // _JOINED_AT_ONCE))
            near.append(_beside_each_other(con, _agreeing, np.array_split(pairs, n_parts, axis=1)))
            held.clear()
    return _each_once(near)


def _each_once(pairs: Sequence[Pairs]) -> Pairs:
    # both in one number: pairs put in order by Polars take five times the memory
    both = np.unique(np.concatenate([first << 32 | second for first, second in pairs]))
    return np.stack([both >> 32, both & 0xFFFF_FFFF])


def _numbers(pairs: pl.DataFrame) -> Pairs:
    return np.stack([pairs["first"].to_numpy(), pairs["second"].to_numpy()])


def _sharing(con: duckdb.DuckDBPyConnection, place: int, which: str) -> Pairs:
    """Those that share the band at a place, from 1; of all bands there, or of some."""
    return _numbers(con.sql(_CANDIDATES.format(place, which.format(place))).pl())


def _agreeing(con: duckdb.DuckDBPyConnection, pairs: Pairs) -> Pairs:
    """Those of them that agree in enough of their sketches."""

    def agree(rows: pl.DataFrame) -> NDArray[np.bool_]:
        first, second = (
            rows[name].explode().to_numpy().reshape(-1, sketches.N_BANDS) for name in ("first_bands", "second_bands")
        )
        return sketches.may_be_near(first, second)

    return _looked_up(con, pl.DataFrame(pairs.T, schema=["first", "second"]), _BANDS, _SKETCHES_AT_ONCE, agree)


def _looked_up(
    con: duckdb.DuckDBPyConnection,
    pairs: pl.DataFrame,
    query: str,
    n_rows: int,
    are_near: Callable[[pl.DataFrame], NDArray[np.bool_]],
) -> Pairs:
    """Those pairs that are near by what a query on them shows of both, so many at a time."""
    con.register("pairs", pairs.to_arrow())
    near = [_numbers(rows)[:, are_near(rows)] for rows in streamed(con, query, n_rows)]
    con.unregister("pairs")
    return np.concatenate([_NO_PAIRS, *near], axis=1)


def _beside_each_other(
    con: duckdb.DuckDBPyConnection, find: Callable[[duckdb.DuckDBPyConnection, Part], Pairs], parts: Sequence[Part]
) -> Pairs:
    """The pairs of all parts of a search that only reads, some of them at a time."""

    def found(own: duckdb.DuckDBPyConnection, part: Part) -> Pairs:
        with own:
            return find(own, part)

    with ThreadPoolExecutor(min(n_threads(con), _AT_A_TIME)) as pool:
        return np.concatenate([_NO_PAIRS, *pool.map(found, [con.cursor() for _ in parts], parts)], axis=1)


_TEXTS = """
    SELECT s.rowid AS number, min(a.rowid) AS article, any_value(a.body_end - a.body_start) AS n_chars
    FROM core.articles AS a
    JOIN ops.body_sketches AS s USING (body_sha256)
    WHERE s.rowid IN (FROM numbers)
    GROUP BY ALL
    ORDER BY ALL
"""
# texts only pass by but for those of the first: what is held is small beside them
_WORDS = """
    SELECT pairs.first, pairs.second, a.body AS first_body, b.body AS second_body
    FROM pairs
    JOIN core.articles AS a ON a.rowid = pairs.first_article
    JOIN core.articles AS b ON b.rowid = pairs.second_article
"""


def _of_near_words(con: duckdb.DuckDBPyConnection, pairs: Pairs) -> Pairs:
    """Of these pairs those whose words are nearly the same."""
    numbers = np.unique(pairs)
    con.register("numbers", pl.DataFrame({"number": numbers}).to_arrow())
    texts = con.sql(_TEXTS).pl()
    con.unregister("numbers")
    places = np.searchsorted(numbers, pairs)
    told = np.concatenate([pairs, texts["article"].to_numpy()[places]])
    n_chars = np.cumsum(texts["n_chars"].to_numpy()[places].sum(axis=0))
    n_parts = max(_AT_A_TIME, -(-int(n_chars[-1:].sum()) // _CHARS_AT_ONCE))
    cuts = np.searchsorted(n_chars, n_chars[-1:] * np.arange(1, n_parts) / n_parts)
    return _beside_each_other(con, _near_of, np.split(told, cuts, axis=1))


def _near_of(con: duckdb.DuckDBPyConnection, pairs: Pairs) -> Pairs:
    """Of some; two more rows say which article (rowid) has the body of each."""

    def are_near(rows: pl.DataFrame) -> NDArray[np.bool_]:
        return sketches.are_near(rows["first_body"].to_list(), rows["second_body"].to_list())

    columns = ["first", "second", "first_article", "second_article"]
    return _looked_up(con, pl.DataFrame(pairs.T, schema=columns), _WORDS, _WORDS_AT_ONCE, are_near)


def _unite(con: duckdb.DuckDBPyConnection, pairs: Pairs) -> None:
    """Put the stories of the bodies of each pair together, under the first of their ids."""
    con.register("numbers", pl.DataFrame({"number": np.unique(pairs)}).to_arrow())
    known = dict(
        con.execute("SELECT rowid, story_id FROM ops.body_sketches WHERE rowid IN (FROM numbers)").fetchall()
    )
    con.unregister("numbers")
    con.register("named", pl.DataFrame({"story_id": [*set(known.values())]}).to_arrow())
    since: dict[str, dt.datetime] = dict(con.execute(_SINCE).fetchall())
    con.unregister("named")
    above = _called(((known[first], known[second]) for first, second in pairs.T.tolist()), since)
    con.register("above", pl.DataFrame([*above.items()], schema=["lower", "top"], orient="row").to_arrow())
    con.execute("UPDATE ops.body_sketches AS s SET story_id = top FROM above WHERE s.story_id = lower")
    con.unregister("above")


_SINCE = """
    SELECT left(a.body_sha256, 20) AS story_id, min(d.ingested_at) AS since
    FROM core.articles AS a
    JOIN raw.documents AS d USING (document_id)
    WHERE left(a.body_sha256, 20) IN (FROM named)
    GROUP BY ALL
"""
_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
"""When a body was received that no item has any more."""


def _called(pairs: Iterable[tuple[str, str]], since: Mapping[str, dt.datetime]) -> dict[str, str]:
    """By id that is not the first of those it is connected with, the first: by when its body came, then by itself."""
    above: dict[str, str] = {}

    def rank(story: str) -> tuple[dt.datetime, str]:
        return since.get(story, _NEVER), story

    def top(story: str) -> str:
        while story in above:
            story = above[story]
        return story

    for a, b in pairs:
        first, second = sorted((top(a), top(b)), key=rank)
        if first != second:
            above[second] = first
    return {story: top(story) for story in above}


def _move(con: duckdb.DuckDBPyConnection) -> int:
    """Give the items the stories of their bodies, and the events those of their items; say how many items moved."""
    # most bodies, and their items, are called after themselves: all that are looked up are few
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE moved AS
        WITH parted AS (
            SELECT body_sha256, story_id FROM ops.body_sketches WHERE NOT starts_with(body_sha256, story_id)
        ),

        items AS MATERIALIZED (
            SELECT a.article_id, a.body_sha256, p.story_id AS own
            FROM core.articles AS a
            LEFT JOIN parted AS p USING (body_sha256)
            WHERE a.story_id <> p.story_id OR (p.story_id IS NULL AND NOT starts_with(a.body_sha256, a.story_id))
        )

        SELECT article_id, own AS story_id FROM items WHERE own IS NOT NULL
        UNION ALL
        SELECT i.article_id, s.story_id
        FROM items AS i
        JOIN ops.body_sketches AS s USING (body_sha256)
        WHERE i.own IS NULL
        """
    )
    ((n_moved,),) = con.execute("SELECT count(*) FROM moved").fetchall()
    if n_moved:
        # so that the anchor step looks again at what may tell one event with theirs
        con.execute(
            """
            UPDATE core.events SET cluster_id = NULL
            WHERE cluster_id IN (SELECT cluster_id FROM core.events SEMI JOIN moved USING (article_id))
            """
        )
        for table in ("core.articles", "core.events"):
            con.execute(
                f"UPDATE {table} AS t SET story_id = m.story_id FROM moved AS m WHERE m.article_id = t.article_id"  # noqa: S608 - names of this module
            )
    con.execute("DROP TABLE moved")
    return int(n_moved)


def _recount(con: duckdb.DuckDBPyConnection) -> None:
    """Remove the stories that no item tells any more, add those that are told, count their items."""
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE recounted AS
        SELECT story_id, s.story_id IS NULL AS is_new, c.n
        FROM core.stories AS s
        FULL JOIN (SELECT story_id, count(*) AS n FROM core.articles GROUP BY story_id) AS c USING (story_id)
        WHERE s.n_articles IS DISTINCT FROM c.n;

        DELETE FROM core.stories WHERE story_id IN (SELECT story_id FROM recounted WHERE n IS NULL);

        UPDATE core.stories AS s SET n_articles = r.n FROM recounted AS r
        WHERE s.story_id = r.story_id AND r.n IS NOT NULL;

        INSERT INTO core.stories BY NAME SELECT story_id, n AS n_articles FROM recounted WHERE is_new;

        DROP TABLE recounted
        """
    )
