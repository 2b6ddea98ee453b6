"""Sketches: near-identical bodies share a band, and words decide."""

import itertools

import numpy as np
import polars as pl
import pytest

from etl.schema import ops
from etl.schema.frames import polars_schema
from etl.transform import sketches

WORDS = [a + b for a, b in itertools.product(("dijk", "brug", "weg", "huis", "vaart"), "abcdefghijklmnopqrst")]


def body(seed: int, n_words: int = 60) -> str:
    return " ".join(np.random.default_rng(seed).choice(WORDS, n_words))


def edited(text: str, n_edits: int) -> str:
    """The text with so many words replaced, far from each other: each edit changes three shingles."""
    words = text.split()
    for i in range(n_edits):
        words[2 + i * len(words) // max(n_edits, 1)] = f"anders{i}"
    return " ".join(words)


def jaccard(first: str, second: str) -> float:
    """The share of shingles in common, reckoned word by word."""
    a, b = ({tuple(words[i : i + 3]) for i in range(len(words) - 2)} for words in (first.split(), second.split()))
    return len(a & b) / len(a | b)


def bands(*bodies: str) -> np.ndarray:
    frame = pl.DataFrame({"body_sha256": [f"{i:064d}" for i in range(len(bodies))], "body": bodies})
    return np.array(sketches.sketch(frame)["bands"].to_list(), np.int64)


def test_a_sketch_is_a_row_a_body_and_none_for_a_few_words() -> None:
    frame = pl.DataFrame(
        {"body_sha256": ["a" * 64, "b" * 64, "a" * 64], "body": [body(1), "De brug is dicht.", body(1)]}
    )
    found = sketches.sketch(frame)
    assert found.schema == polars_schema(ops.BodySketch)
    assert found.select("body_sha256", "story_id", "is_compared").rows() == [("a" * 64, "a" * 20, False)]
    assert found["bands"].list.len().to_list() == [sketches.N_BANDS]
    assert sketches.sketch(frame.clear()).is_empty()
    assert sketches.sketch(frame[1:2]).schema == polars_schema(ops.BodySketch)


def test_a_sketch_does_not_hang_on_what_is_sketched_with_it() -> None:
    bodies = [body(seed, n) for seed, n in enumerate((12, 60, 400))]
    together = bands(*bodies)
    assert together.tolist() == [bands(one)[0].tolist() for one in bodies]
    # kept in warehouses: other numbers need another name of the column, so that all is read again
    assert bands("een twee drie vier vijf zes zeven acht negen tien elf twaalf")[0, 0] == FIRST_BAND


FIRST_BAND = 1405436964639676929


def test_case_spaces_and_signs_make_no_difference() -> None:
    text = body(1)
    shouted = "«" + text.upper().replace(" ", ",\n\n ") + "»"
    assert (bands(text) == bands(shouted)).all()
    assert sketches.are_near([text], [shouted]).all()


@pytest.mark.parametrize("n_edits", range(8))
@pytest.mark.parametrize("n_words", [20, 60, 300])
def test_words_decide_as_they_would_counted_one_by_one(n_words: int, n_edits: int) -> None:
    first = [body(seed, n_words) for seed in range(20)]
    second = [edited(text, n_edits) for text in first]
    expected = [jaccard(a, b) >= sketches.LEAST_SHARED for a, b in zip(first, second, strict=True)]
    assert sketches.are_near(first, second).tolist() == expected


def test_bodies_that_are_nearly_the_same_share_a_band_and_most_of_a_sketch() -> None:
    first = [body(seed) for seed in range(300)]
    second = [edited(text, 2) for text in first]
    assert all(jaccard(a, b) >= sketches.LEAST_SHARED for a, b in zip(first, second, strict=True))
    a, b = bands(*first), bands(*second)
    assert (a == b).any(axis=1).all()
    assert sketches.may_be_near(a, b).all()


def test_bodies_that_share_half_their_words_are_set_aside() -> None:
    first = [body(seed) for seed in range(300)]
    second = [" ".join([*text.split()[:30], *body(1000 + seed).split()[:30]]) for seed, text in enumerate(first)]
    near = sketches.may_be_near(bands(*first), bands(*second))
    assert near.mean() < 0.01
    assert not sketches.are_near(first, second).any()


def test_many_bodies_are_hashed_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    bodies = ["", body(1, 400), "x", *(body(seed) for seed in range(20)), ""]
    expected = bands(*bodies)
    for n_chars in (1, 100, 1000):
        monkeypatch.setattr(sketches, "_MOST_CHARS", n_chars)
        assert (bands(*bodies) == expected).all()


def test_no_pairs_are_no_answer() -> None:
    assert sketches.are_near([], []).tolist() == []
    assert sketches.may_be_near(np.empty((0, 16), np.int64), np.empty((0, 16), np.int64)).tolist() == []


def test_a_body_as_long_as_a_book_is_sketched_as_any_other() -> None:
    book = body(1, 40_000)
    assert len(book) > 200_000
    assert sketches.are_near([book, book], [edited(book, 3), body(2, 40_000)]).tolist() == [True, False]
    assert (bands(book) == bands("kort", book, body(3))[:1]).all()
