"""Sketches of bodies: what finds those that are nearly the same among all, and tells how nearly.

A body is the set of its shingles, every three words in a row. Of each of 64 hash functions the least value over the
shingles is kept (MinHash): the share of the 64 in which two bodies agree is about that of the shingles they have in
common (Jaccard). Four values together make a band; bodies that are nearly the same share at least one of sixteen.

What belongs here: the hashes, all of a batch at once. What does not: which bodies are compared, and the story that
they share (`etl.warehouse.stories`). Words are hashed here and not by a library's hash, whose values change with its
version, while sketches are kept.
"""

import sys
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from etl.schema import ops
from etl.schema.frames import polars_schema

LEAST_SHARED = 0.8
"""Share of the shingles of two bodies, of all they have, from which they tell one story (Jaccard)."""
LEAST_SHINGLES = 10
"""Shingles of a body that can be nearly the same as another: of a short line every word counts."""
N_BANDS = 16
_IN_BAND = 4
_LEAST_EQUAL = 36
"""Values of 64 that agree in all but one of a million pairs that share as much as they must (binomial, p = .8)."""

Numbers = NDArray[np.uint64]


def sketch(articles: pl.DataFrame) -> pl.DataFrame:
    """Sketch every body once.

    Args:
        articles: body_sha256 and body.

    Returns:
        Rows of ops.body_sketches; none for a body of few words.
    """
    bodies = articles.select("body_sha256", "body").unique("body_sha256", keep="first", maintain_order=True)
    hashes, numbers = _shingles(bodies["body"].to_list())
    n_shingles = np.bincount(numbers, minlength=bodies.height)
    is_long = n_shingles >= LEAST_SHINGLES
    bands = _bands(hashes[is_long[numbers]], n_shingles[is_long])
    rows = bodies.filter(pl.Series(is_long, dtype=pl.Boolean)).select(
        "body_sha256",
        story_id=pl.col("body_sha256").str.head(20),
        bands=pl.Series(bands.view(np.int64), dtype=pl.Array(pl.Int64, N_BANDS)).cast(pl.List(pl.Int64)),
        is_compared=pl.lit(False),
    )
    return rows.select(polars_schema(ops.BodySketch).names())


def may_be_near(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the bodies of each pair agree in so much of their sketches that they may be nearly the same.

    Args:
        first: bands of one body of each pair, a row a pair.
        second: bands of the other.
    """
    equal = first.view(np.uint16) == second.view(np.uint16)
    near: NDArray[np.bool_] = equal.sum(axis=1) >= _LEAST_EQUAL
    return near


def are_near(first: Sequence[str], second: Sequence[str]) -> NDArray[np.bool_]:
    """Whether the bodies of each pair are nearly the same: the shingles themselves are compared."""
    number = {body: i for i, body in enumerate(dict.fromkeys([*first, *second]))}
    hashes, numbers = _shingles([*number])
    n_shingles = np.bincount(numbers, minlength=len(number))
    starts = np.cumsum(n_shingles) - n_shingles
    pairs = np.array([[number[body] for body in side] for side in (first, second)], dtype=np.int64).reshape(2, -1)
    n_both = n_shingles[pairs].sum(axis=0)
    of_pair = np.repeat(np.tile(np.arange(pairs.shape[1]), 2), n_shingles[pairs].ravel())
    together = np.concatenate([hashes[_ranges(starts[side], n_shingles[side])] for side in pairs])
    order = np.lexsort((together, of_pair))
    together, of_pair = together[order], of_pair[order]
    shared = (together[1:] == together[:-1]) & (of_pair[1:] == of_pair[:-1])
    n_shared = np.bincount(of_pair[1:][shared], minlength=pairs.shape[1])
    near: NDArray[np.bool_] = n_shared >= LEAST_SHARED * (n_both - n_shared)
    return near


def _ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """The whole numbers of some ranges, one range after the other."""
    ends = np.cumsum(lengths)
    return np.arange(lengths.sum()) + np.repeat(starts - ends + lengths, lengths)


def _shingles(bodies: Sequence[str]) -> tuple[Numbers, NDArray[np.int64]]:
    """The hashes of the distinct shingles of bodies, and the number of the body of each; body after body."""
    hashes, numbers = [np.empty(0, np.uint64)], [np.empty(0, np.int64)]
    for first, some in _groups(bodies):
        words, body = _words(some)
        shingles = _mixed(words[:-2] + _mixed(words[1:-1] + _mixed(words[2:])))
        inside = body[:-2] == body[2:]
        # sorted as one number: that of the body, before 44 bits of hash
        numbered = (body[:-2][inside].astype(np.uint64) << _BODY) | (shingles[inside] >> _REST)
        numbered.sort()
        numbered = numbered[np.diff(numbered, prepend=~np.uint64(0)) != 0]
        hashes.append(_mixed(numbered & ~(~np.uint64(0) << _BODY)))
        numbers.append((numbered >> _BODY).astype(np.int64) + first)
    return np.concatenate(hashes), np.concatenate(numbers)


def _groups(bodies: Sequence[str]) -> Iterator[tuple[int, Sequence[str]]]:
    """Bodies in groups that take little memory and have numbers of 20 bits, with the number of the first of each."""
    ends = np.cumsum([len(body) + 1 for body in bodies])
    first = n_before = 0
    while first < len(bodies):
        after = max(first + 1, int(np.searchsorted(ends, n_before + _MOST_CHARS, side="right")))
        yield first, bodies[first:after]
        first, n_before = after, ends[after - 1]


_MOST_CHARS = 30_000
"""Characters that are hashed at once, at some 50 bytes each: they stay in the processor's own memory."""
_BODY, _REST = np.uint64(44), np.uint64(20)


def _words(bodies: Sequence[str]) -> tuple[Numbers, NDArray[np.int64]]:
    """The hashes of the words of bodies, letters and digits of any script in lower case, and the body of each.

    The hash is that of Rabin and Karp: a polynomial of the code points, of which sums over all text give each word's.
    """
    lower = [body.lower() for body in bodies]
    points = np.frombuffer("\n".join([*lower, ""]).encode("utf-32-le"), np.uint32)
    is_letter = _letters(_BASIC if int(points.max(initial=0)) < _BASIC else sys.maxunicode + 1).take(points)
    turns = np.flatnonzero(np.diff(is_letter, prepend=False, append=False))
    first, last = turns[::2].copy(), turns[1::2].copy()
    sums = np.zeros(points.size + 1, np.uint64)
    np.cumsum(points * _powers(_BASE, points.size), out=sums[1:])
    words = (sums.take(last) - sums.take(first)) * _powers(pow(_BASE, -1, 1 << 64), points.size).take(first)
    ends = np.cumsum([len(body) + 1 for body in lower])
    n_words = np.diff(np.searchsorted(first, ends), prepend=0)
    return _mixed(words), np.repeat(np.arange(len(lower)), n_words)


_BASIC = 1 << 16
"""Code points that all but the rarest text keeps to."""


@lru_cache
def _letters(n: int) -> NDArray[np.bool_]:
    """Of so many code points, whether each is a letter or a digit."""
    return np.fromiter((chr(point).isalnum() for point in range(n)), np.bool_, n)


_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse


def _powers(base: int, n: int) -> Numbers:
    """The powers of a number from the 0th, modulo 2^64."""
    return _first_powers(base)[:n] if n <= _REMEMBERED else _computed_powers(base, n)


_REMEMBERED = 2 * _MOST_CHARS  # few bodies are longer than a group


@lru_cache
def _first_powers(base: int) -> Numbers:
    return _computed_powers(base, _REMEMBERED)


def _computed_powers(base: int, n: int) -> Numbers:
    factors = np.full(n, base, np.uint64)
    factors[:1] = 1
    return np.cumprod(factors, dtype=np.uint64)


def _bands(hashes: Numbers, n_shingles: NDArray[np.int64]) -> Numbers:
    """The bands of bodies: of every 64 bits, four times the 16 highest of the least value of a hash function.

    Bodies of like length stand side by side as columns, each filled up with its own last shingle: the least values
    of many are found at once, in half the time that one body after the other takes.
    """
    starts = np.cumsum(n_shingles) - n_shingles
    least = np.empty((N_BANDS * _IN_BAND, n_shingles.size), np.uint64)
    by_length = np.argsort(n_shingles, kind="stable")
    for first in range(0, by_length.size, _COLUMNS):
        columns = slice(first, first + _COLUMNS)
        some = by_length[columns]
        lengths = n_shingles[some]
        table = hashes.take(starts[some] + np.minimum(np.arange(lengths[-1])[:, None], lengths - 1))
        product = np.empty_like(table)
        for own, factor in zip(least[:, columns], _FACTORS, strict=True):
            np.multiply(table, factor, out=product)
            np.minimum.reduce(product, axis=0, out=own)
    values = np.empty((n_shingles.size, N_BANDS * _IN_BAND), np.uint16)
    values[by_length] = (least >> np.uint64(48)).T
    return values.view(np.uint64)


_COLUMNS = 384
"""Bodies side by side: a table of them and its product with a factor stay in the processor's own memory."""


def _mixed(numbers: Numbers) -> Numbers:
    """Numbers of which every bit hangs on every bit of those given (splitmix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


_FACTORS: Numbers = _mixed(np.arange(1, N_BANDS * _IN_BAND + 1, dtype=np.uint64)) | np.uint64(1)
"""The hash functions: each multiplies by an odd number and keeps the highest bits."""
