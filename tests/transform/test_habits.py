"""Whether a site cuts its ages off or rounds them, from pages that show two items of its."""

import polars as pl
import pytest

from etl.transform import habits, sites
from etl.transform.times import stamps
from tests import simulator


def learnt(*pages: tuple[str, dict[str, str]]) -> list[tuple[object, ...]]:
    """Of pages, each with the site and the stamps of its items by their words."""
    rows = [(f"d{i}", key, words) for i, (_, shown) in enumerate(pages) for key, words in shown.items()]
    read = [stamps.whole(words) for *_, words in rows]
    items = pl.DataFrame(
        [(*row[:2], stamp.offset_min_s, stamp.offset_max_s) for row, stamp in zip(rows, read, strict=True) if stamp],
        schema=["document_id", "item_key", "offset_min_s", "offset_max_s"],
        orient="row",
    )
    documents = pl.DataFrame({"document_id": [f"d{i}" for i in range(len(pages))], "site": [s for s, _ in pages]})
    return habits.learn(items, habits.sample(documents)).rows()


def pair(hours: int, *, later: int = 60, n: int = 0, site: str = "a.example") -> list[tuple[str, dict[str, str]]]:
    """Two pages so many minutes apart; an item is 50 minutes old on the first, so many hours on the second."""
    first = {f"x{n}": "4 minuten geleden", f"y{n}": "50 minuten geleden"}
    second = {f"x{n}": f"{4 + later} minuten geleden", f"y{n}": f"{hours} uur geleden"}
    return [(site, first), (site, second)]


@pytest.mark.parametrize(
    ("later", "hours", "votes"),
    [
        (54, 1, (1, 0)),  # 1 h 44
        (54, 2, (0, 1)),
        (20, 1, None),  # 1 h 10 is 1 hour either way
        (41, 1, None),  # 1 h 31, give or take two minutes
    ],
)
def test_an_age_at_which_the_two_differ_votes(later: int, hours: int, votes: tuple[int, int] | None) -> None:
    found = learnt(*pair(hours, later=later))
    assert found == ([] if votes is None else [("a.example", 3600, *votes, None)])


def test_a_habit_needs_votes_and_that_they_agree() -> None:
    def votes(n_cut: int, n_rounded: int, site: str = "a.example") -> list[tuple[str, dict[str, str]]]:
        hours = [1] * n_cut + [2] * n_rounded
        return [page for n, h in enumerate(hours) for page in pair(h, later=54, n=n + 1000 * len(site), site=site)]

    assert learnt(*votes(9, 0)) == [("a.example", 3600, 9, 0, None)]
    assert learnt(*votes(10, 0)) == [("a.example", 3600, 10, 0, "cut")]
    assert learnt(*votes(0, 10)) == [("a.example", 3600, 0, 10, "rounded")]
    assert learnt(*votes(10, 1)) == [("a.example", 3600, 10, 1, None)]
    assert learnt(*votes(19, 1)) == [("a.example", 3600, 19, 1, "cut")]
    assert learnt(*votes(10, 0), *votes(0, 12, "bb.example")) == [
        ("a.example", 3600, 10, 0, "cut"),
        ("bb.example", 3600, 0, 12, "rounded"),
    ]


@pytest.mark.parametrize("seed", range(4))
def test_a_simulated_site_is_seen_through(seed: int) -> None:
    made = simulator.site(1000, seed=seed, wrong=0.3)
    [(_, unit, n_cut, n_rounded, habit)] = simulator.learn(made).rows()
    # what it does shows in no single age, but over all items in how old those of 1 hour become
    assert unit == 3600
    assert habit == ("rounded" if made.rounds else "cut")
    assert min(n_cut, n_rounded) <= 0.02 * max(n_cut, n_rounded)


def test_a_site_that_does_now_this_now_that_has_no_habit() -> None:
    half, other = (
        simulator.site(240, recycled=0.0, rounds=rounds, prefix=prefix)
        for rounds, prefix in ((True, "a"), (False, "b"))
    )
    mixed = half._replace(
        **{
            name: pl.concat([getattr(half, name), getattr(other, name)])
            for name in ("anchors", "documents", "articles")
        }
    )
    assert simulator.learn(mixed)["habit"].to_list() == [None]


def test_sites_of_a_column_are_those_of_each() -> None:
    uris = [
        "https://www.NOS.nl/a",
        "http://x.example:80/b",
        "nos.nl/artikel/1.html",
        "www.Nu.nl/1",
        "page.txt",
        "a/b",
    ]
    frame = pl.DataFrame({"uri": uris}).select(sites.of("uri"))
    assert frame.to_series().to_list() == [sites.site(uri) for uri in uris]
