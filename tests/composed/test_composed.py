"""What Dateline reads in composed pages, against their gold; by hand over more pages: `python -m tests.composed`."""

import datetime as dt
import json

import pytest

from etl.transform import pages
from etl.transform.places import gazetteer
from tests.composed import compose
from tests.composed.__main__ import SETS
from tests.composed.score import score
from tests.conservation import conserved

FLOORS = {"easy": 0.99, "hard": 0.95, "other": 0.95, "wire": 0.95}
"""Least F1 over exact spans of items, titles, places, agencies, dates and stamps."""
N = 120


@pytest.mark.parametrize(("name", "hard", "layouts"), SETS)
def test_floors(name: str, hard: bool, layouts: tuple[str, ...]) -> None:
    scores, _ = score(compose.pages(N, hard=hard, layouts=layouts))
    assert scores["items"].gold >= N
    assert {measure: s.f1 for measure, s in scores.items() if s.f1 < FLOORS[name]} == {}


def test_the_same_seed_gives_the_same_pages() -> None:
    assert compose.pages(8, hard=True, seed=3) == compose.pages(8, hard=True, seed=3)
    assert compose.pages(8, hard=True, seed=3) != compose.pages(8, hard=True, seed=4)


def test_pages_in_a_row_tell_nothing_twice() -> None:
    """By chance alone they would, and the more of them there are the more often."""
    at = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    made = [
        compose.Composer(seed, hard=False, captured=at).page(compose.LAYOUTS[seed % len(compose.LAYOUTS)])
        for seed in range(1600)
    ]
    assert {page.captured for page in made} == {at}
    items = [(page.text, item) for page in made for item in page.items]
    bodies = [text[slice(*item.span)].split(" - ", len(item.places))[-1] for text, item in items]
    titles = [text[slice(*item.title)] for text, item in items if item.title]
    assert len(set(bodies)) == len(bodies)
    assert len(set(titles)) == len(titles)


def test_gold_gives_the_words() -> None:
    """The gold itself holds: spans lie within the text, datelines open their items, stamps are no white space."""
    for page in compose.pages(80, hard=True):
        for item in page.items:
            assert page.text[slice(*item.span)].strip() == page.text[slice(*item.span)]
            head = page.text[item.span[0] : item.span[0] + 140]
            assert all(place in head for place in item.places), json.dumps(head)
            assert item.stamp is None or page.text[slice(*item.stamp)].strip()


@pytest.mark.parametrize(("name", "hard", "layouts"), SETS)
def test_every_character_of_a_composed_page_belongs_somewhere(
    name: str, hard: bool, layouts: tuple[str, ...]
) -> None:
    for page in compose.pages(60, hard=hard, layouts=layouts, seed=1):
        conserved(page.text, pages.split(page.text, gazetteer.load().knows))
        conserved(page.text, pages.whole(page.text, gazetteer.load().knows))
