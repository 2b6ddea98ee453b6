"""The anchor network on a simulated site: sound, narrow, and it names the clocks that are wrong."""

import polars as pl
import pytest

from tests import simulator
from tests.simulator import Site

N_PAGES = 2500


@pytest.fixture(scope="module")
def honest() -> Site:
    return simulator.site(N_PAGES, recycled=0.0)


def test_honest_clocks_give_sound_and_narrow_bounds(honest: Site) -> None:
    solved = simulator.solve(honest)
    found = simulator.measure(honest, solved)
    assert found.n_conflicts == 0
    assert found.sound >= 0.995
    assert found.width_min < 45
    assert found.bounded > 0.95
    leads = solved.anchors.filter(pl.col("basis") == "upper_bound")
    assert leads["earliest"].null_count() == leads.height, "a lead stays open below"


def test_wrong_clocks_are_named_and_do_not_poison_the_rest() -> None:
    made = [simulator.site(N_PAGES, wrong=0.02, seed=seed, recycled=0.0) for seed in range(1, 5)]
    found = [simulator.measure(each, simulator.solve(each)) for each in made]
    assert min(m.sound for m in found) >= 0.98
    n_wrong = sum(m.n_wrong for m in found)
    assert n_wrong > 10
    assert sum(m.named * m.n_wrong for m in found) >= 0.9 * n_wrong
    assert sum(m.n_conflicts for m in found) <= 1.2 * n_wrong, "honest evidence stays believed"


@pytest.mark.parametrize("name", simulator.SITES)
def test_sites_of_several_densities(name: str) -> None:
    setting = simulator.SITES[name]
    honest = simulator.site(1500, recycled=0.0, seed=3, **setting)
    found = simulator.measure(honest, simulator.solve(honest))
    assert found.n_conflicts == 0
    assert found.sound >= 0.995
    assert found.width_min < 45 or name == "40 pages a day"
    made = [simulator.site(1500, wrong=0.05, recycled=0.0, seed=seed, **setting) for seed in range(3)]
    solved = [simulator.solve(each) for each in made]
    telling = [simulator.telling(each) for each in made]
    named = [
        tells & set(each.conflicts.filter(pl.col("kind") == "claim")["document_id"].to_list())
        for each, tells in zip(solved, telling, strict=True)
    ]
    assert sum(map(len, telling)) > 5
    assert sum(map(len, named)) >= 0.9 * sum(map(len, telling))


def test_texts_that_are_used_again_do_not_poison_the_rest() -> None:
    made = simulator.site(N_PAGES, recycled=0.002, seed=1)
    found = simulator.measure(made, simulator.solve(made))
    assert found.n_conflicts > 0
    assert found.sound >= 0.99


def test_more_claims_never_loosen_a_bound(honest: Site) -> None:
    fewer = honest._replace(captures=honest.captures.head(honest.captures.height // 2))
    some, every = (simulator.solve(made).anchors for made in (fewer, honest))
    assert some["anchor_id"].equals(every["anchor_id"])
    assert (every["latest"] <= some["latest"]).all()
    assert ((every["earliest"] >= some["earliest"]) | some["earliest"].is_null()).all()
    assert (every["earliest"] > some["earliest"]).any()


@pytest.mark.parametrize("wrong", [0.0, 0.1])
def test_the_order_of_rows_does_not_matter(wrong: float) -> None:
    given = simulator.site(400, wrong=wrong, recycled=0.002)
    shuffled = given._replace(
        **{
            name: getattr(given, name).sample(fraction=1, shuffle=True, seed=4)
            for name in ("anchors", "documents", "captures", "articles")
        }
    )
    first, second = simulator.solve(given), simulator.solve(shuffled)
    assert first.anchors.sort("anchor_id").equals(second.anchors.sort("anchor_id"))
    assert first.steps.equals(second.steps)
    assert first.conflicts.equals(second.conflicts)
    assert bool(first.conflicts.height) == bool(wrong)
