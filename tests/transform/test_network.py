"""The network against brute force, and what it does with contradictions."""

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.transform import network
from etl.transform.network import OPEN, Network

FAR = 10**15


def make(n_nodes: int, rows: list[tuple[int, int, int, int]], doubt: list[float]) -> Network:
    source, target, upper, evidence = (np.array(column, np.int64) for column in zip(*rows, strict=True))
    return Network(n_nodes, source, target, upper, evidence, np.array(doubt), np.zeros(len(doubt), np.int64))


def brute_force(net: Network, believed: set[int]) -> tuple[list[int], list[int]] | None:
    """Earliest and latest of every node by Floyd and Warshall; None where the constraints contradict each other."""
    n = net.n_nodes
    far = [[0 if i == j else OPEN for j in range(n)] for i in range(n)]
    for s, t, u, e in zip(net.source, net.target, net.upper, net.evidence, strict=True):
        if int(e) in believed:
            far[s][t] = min(far[s][t], int(u))
    for k in range(n):
        for i in range(n):
            for j in range(n):
                if far[i][k] < OPEN and far[k][j] < OPEN:
                    far[i][j] = min(far[i][j], far[i][k] + far[k][j])
    if any(far[i][i] < 0 for i in range(n)):
        return None
    return [-far[i][0] for i in range(n)], far[0]


def small(seed: int, *, honest: bool) -> Network:
    """A network of a few variables; honest: there are times that meet every constraint."""
    draw = random.Random(seed)  # noqa: S311 - the same network for the same seed, no secret
    n = draw.randint(2, 9)
    truth = [0, *(draw.randint(-1000, 1000) for _ in range(n - 1))]
    # every variable has an upper bound, as captures and publications have
    rows = [(0, i, truth[i] + draw.randint(0, 2000), 0) for i in range(1, n)]
    doubt = [0.0]
    for _ in range(draw.randint(0, 18)):
        source, target = draw.sample(range(n), 2)
        wrong = 0 if honest or draw.random() < 0.8 else draw.randint(-3000, 3000)
        difference = truth[target] - truth[source] + wrong
        doubt.append(draw.choice([0.05, 0.1, 0.2]))
        rows.append((source, target, difference + draw.randint(0, 300), len(doubt) - 1))
        if draw.random() < 0.7:
            rows.append((target, source, -difference + draw.randint(0, 300), len(doubt) - 1))
    return make(n, rows, doubt)


@pytest.mark.parametrize("seeds", [range(i, i + 50) for i in range(0, 500, 50)], ids=lambda r: f"{r.start}-")
def test_the_bounds_are_those_of_brute_force(seeds: range) -> None:
    for seed in seeds:
        net = small(seed, honest=True)
        solved = network.solve(net)
        assert not solved.conflicts, seed
        expected = brute_force(net, set(range(len(net.doubt))))
        assert expected is not None
        assert (solved.earliest.tolist(), solved.latest.tolist()) == expected, seed


def test_what_is_left_of_contradictions_is_whole_and_the_most_that_is() -> None:
    n_conflicts = n_torn = 0
    for seed in range(300):
        net = small(seed, honest=False)
        solved = network.solve(net)
        aside = {c.evidence for c in solved.conflicts}
        believed = set(range(len(net.doubt))) - aside
        assert (solved.earliest.tolist(), solved.latest.tolist()) == brute_force(net, believed), seed
        for conflict in solved.conflicts:
            n_conflicts += 1
            cycle = list(conflict.cycle)
            told = {int(net.evidence[e]) for e in cycle}
            rivals = told & aside
            if rivals == {conflict.evidence}:
                assert brute_force(net, believed | rivals) is None, "what fits is taken back"
            else:
                n_torn += 1
                assert len({net.doubt[e] for e in rivals}) == 1
                assert all(states_time(net, e) for e in rivals)
                assert all(brute_force(net, believed | {e}) for e in rivals), "what else contradicts it is told first"
                assert brute_force(net, believed | rivals) is None
            assert conflict.evidence in rivals
            assert [int(net.target[e]) for e in cycle] == [int(net.source[e]) for e in cycle[1:] + cycle[:1]]
            assert sum(int(net.upper[e]) for e in cycle) == -conflict.excess < 0
    assert n_conflicts > 100
    assert n_torn >= 4


def states_time(net: Network, evidence: int) -> bool:
    own = net.evidence == evidence
    return bool(((net.source == 0) | (net.target == 0))[own].any())


@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_evidence_does_not_matter_and_more_never_loosens(seed: int, draw: random.Random) -> None:
    net = small(seed, honest=True)
    rows = list(zip(*(a.tolist() for a in (net.source, net.target, net.upper, net.evidence)), strict=True))
    solved = network.solve(net)
    draw.shuffle(rows)
    shuffled = network.solve(make(net.n_nodes, rows, net.doubt.tolist()))
    assert shuffled.latest.tolist() == solved.latest.tolist()
    assert shuffled.earliest.tolist() == solved.earliest.tolist()
    fewer = network.solve(make(net.n_nodes, rows[: len(rows) // 2 + 1], net.doubt.tolist()))
    assert (fewer.latest >= solved.latest).all()
    assert (fewer.earliest <= solved.earliest).all()


def test_the_chain_adds_up_to_the_bound() -> None:
    for seed in range(100):
        net = small(seed, honest=True)
        solved = network.solve(net)
        for node in range(1, net.n_nodes):
            latest = [int(net.upper[e]) for e in network.chain(solved, net, node, is_latest=True)]
            assert sum(latest) == solved.latest[node]
            earliest = [int(net.upper[e]) for e in network.chain(solved, net, node, is_latest=False)]
            assert solved.earliest[node] == (-sum(earliest) if earliest else -OPEN)


def claimed(*times: int | None) -> Network:
    """Pages in a row, each sharing an item with the next, 30 to 200 old on both; of some it is claimed when."""
    n_pages = len(times)
    rows = [(0, i, FAR, 0) for i in range(1, 2 * n_pages)]
    doubt = [0.0]
    for page in range(1, n_pages + 1):
        for item in (n_pages + page - 1, n_pages + page):
            if n_pages < item < 2 * n_pages:
                doubt.append(0.05)
                rows += [(page, item, -30, len(doubt) - 1), (item, page, 200, len(doubt) - 1)]
    for page, time in enumerate(times, start=1):
        if time is not None:
            doubt.append(0.15)
            rows += [(0, page, time, len(doubt) - 1), (page, 0, -time, len(doubt) - 1)]
    return make(2 * n_pages, rows, doubt)


DAY = 86_400


@pytest.mark.parametrize(
    ("times", "wrong"),
    [
        ((1000, 1000 + DAY, 1060), {1}),
        ((1000, 1050, None, 1060 + DAY), {2}),
        ((1000, None, 1050, None, None, 1060 - DAY, None, 1100), {2}),
        # nothing says which of two is wrong
        ((1000, None, 1060 + DAY), {0, 1}),
        ((1000, None, 1060 + DAY, None, None, 1100 + 2 * DAY), {0, 1, 2}),
    ],
)
def test_a_wrong_clock_falls_to_its_neighbours(times: tuple[int | None, ...], wrong: set[int]) -> None:
    net = claimed(*times)
    first = len(net.doubt) - sum(t is not None for t in times)
    assert {c.evidence - first for c in network.solve(net).conflicts} == wrong


def test_a_derived_constraint_follows_the_bounds() -> None:
    net = make(3, [(0, 1, 500, 0), (1, 0, -400, 0), (0, 2, OPEN, 1), (2, 0, OPEN, 1)], [0.0, 0.1])

    def derive(earliest: network.Ints, latest: network.Ints) -> tuple[network.Ints, network.Ints]:
        return np.array([2, 3]), np.array([latest[1] - 100, -(earliest[1] - 100)])

    solved = network.solve(net, derive)
    assert (solved.earliest[2], solved.latest[2]) == (300, 400)


def test_components_are_told_apart_without_the_origin() -> None:
    source, target = np.array([0, 0, 1, 2, 4]), np.array([1, 5, 2, 3, 5])
    assert network.components(7, source, target).tolist() == [0, 1, 1, 1, 4, 4, 6]
