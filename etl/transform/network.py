"""A Simple Temporal Network (Dechter, Meiri and Pearl, 1991): the tightest bounds that constraints leave.

What belongs here: variables as numbers, constraints `x[target] - x[source] <= upper` as arrays, shortest paths, and
what to do with constraints that contradict each other. What does not: what a variable or a constraint stands for;
that is `evidence.py`.

Node 0 is the origin, x[0] = 0. The upper bound of a node is the shortest path from the origin, the lower bound minus
the shortest path to it; both are found by Bellman and Ford's relaxations over whole arrays, in which only the edges
of nodes that moved take part. Constraints come in pieces of evidence, which are believed or set aside as a whole.

A negative cycle is a contradiction. The evidence that is most doubtful and on most of them is no longer believed,
until none is left; then each piece of it is taken back in turn, the most trusted and least contradicted first, where
it agrees with what is believed. What does not is set aside, with the cycle that it would close. So a wrong clock
falls to its neighbours, and they stay. Where two stated times alone contradict each other and nothing else speaks for
either, both are set aside: one of them is wrong, and a bound that rests on it may be.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

OPEN = 1 << 60
"""No bound, in microseconds: beyond every calendar, and two of them still fit a number of 64 bits."""
_SHUT = 1 << 61  # the length of an edge that is out: longer than any path
_CHECK = 20  # edges looked at for each node, after which a search that goes on is looked over for a cycle
_FEW = 64  # nodes from which a search goes on one by one: round small cycles whole arrays take many times as long


class Network(NamedTuple):
    """Constraints x[target] - x[source] <= upper, in integer microseconds."""

    n_nodes: int
    """The origin and the variables."""
    source: Ints
    target: Ints
    upper: Ints
    """OPEN: none yet; see `Derive`."""
    evidence: Ints
    """Which piece of evidence a constraint is part of."""
    doubt: Floats
    """By evidence, 1 minus the trust in it; 0: true by definition, never set aside."""
    stratum: Ints
    """By evidence: what is of a lower stratum is believed first and is never set aside for a higher one."""


class Conflict(NamedTuple):
    """A piece of evidence that was set aside."""

    evidence: int
    cycle: tuple[int, ...]
    """Constraints of the cycle that it would close with what is believed, in order around it."""
    excess: int
    """Microseconds by which they contradict each other."""


class Solution(NamedTuple):
    """The bounds that hold together, and what they rest on."""

    earliest: Ints
    """-OPEN: none."""
    latest: Ints
    """OPEN: none."""
    earliest_edge: Ints
    """The constraint that makes the bound tight, -1 where there is none; the chain goes on at its other end."""
    latest_edge: Ints
    upper: Ints
    """The constraints' uppers, those that were derived on the way filled in."""
    conflicts: list[Conflict]


Derive = Callable[[Ints, Ints], tuple[Ints, Ints]]
"""From the earliest and latest of all nodes to constraints (their numbers) and uppers that follow from them. It is
asked again while what it gives moves a bound; what it gives must not loosen where the bounds tighten."""


def solve(network: Network, derive: Derive | None = None, hops: Ints | None = None) -> Solution:
    """The tightest bounds, in time that grows with the constraints and little more.

    Args:
        network: the constraints.
        derive: constraints that hang on bounds, such as a clock time without a day.
        hops: by constraint, how many steps it stands for (default: one each).
    """
    state = _State(network)
    for stratum in np.unique(network.stratum):
        state.admit(np.flatnonzero(network.stratum == stratum))
    for _ in range(16 if derive else 0):
        edges, uppers = derive(state.earliest(), state.latest.value)  # type: ignore[misc]
        tighter = uppers < state.upper[edges]
        if not tighter.any():
            break
        state.tighten(edges[tighter], uppers[tighter])
    conflicts = sorted(state.conflicts.values())
    steps = np.ones(len(network.source), np.int64) if hops is None else hops
    return Solution(
        state.earliest(),
        state.latest.value,
        state.soonest.tree(steps),
        state.latest.tree(steps),
        state.upper,
        conflicts,
    )


def components(n_nodes: int, source: Ints, target: Ints) -> Ints:
    """The least node that each node is connected with, the origin left out.

    Args:
        n_nodes: how many there are.
        source: one end of each constraint.
        target: the other.
    """
    label = np.arange(n_nodes, dtype=np.int64)
    inner = (source != 0) & (target != 0)
    a, b = source[inner], target[inner]
    while True:
        least = np.minimum(label[a], label[b])
        before = label.copy()
        np.minimum.at(label, label[a], least)
        np.minimum.at(label, label[b], least)
        while not np.array_equal(jumped := label[label], label):
            label = jumped
        if np.array_equal(before, label):
            return label


class _Log(NamedTuple):
    """What a search changed, to be undone."""

    nodes: list[Ints]
    values: list[Ints]
    parents: list[Ints]


class _Paths:
    """Shortest paths from the origin, one way along the constraints."""

    def __init__(self, n_nodes: int, tail: Ints, head: Ints, length: Ints) -> None:
        self.tail, self.head = tail, head
        self.edge = _sorted_by(tail)
        self._at = np.empty_like(self.edge)
        self._at[self.edge] = np.arange(len(tail))
        self._first = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=n_nodes))])
        self._heads = head[self.edge]
        self._lengths = np.where(self._heads == 0, _SHUT, length[self.edge])
        self.value = np.full(n_nodes, OPEN, np.int64)
        self.parent = np.full(n_nodes, -1, np.int64)
        self.value[0] = 0
        self.n_looked_at = 0
        self.held = np.zeros(n_nodes, np.bool_)
        """Nodes from which the search has not gone on: their bounds cross, or a cycle was met."""
        self._of_nodes = self.value.data, self.parent.data, self._first.data
        self._of_places = self.edge.data, self._heads.data, self._lengths.data

    def set_lengths(self, edges: Ints, lengths: Ints) -> None:
        """Put lengths on edges; OPEN takes them out."""
        self._lengths[self._at[edges]] = np.where((self.head[edges] == 0) | (lengths >= OPEN), _SHUT, lengths)

    def _leaving(self, nodes: Ints) -> tuple[Ints, Ints]:
        """Places of the edges that leave the nodes, and the values of those nodes."""
        first = self._first[nodes]
        counts = self._first[nodes + 1] - first
        places = np.repeat(first - np.cumsum(counts) + counts, counts)
        places += np.arange(len(places))
        return places, np.repeat(self.value[nodes], counts)

    def step(self, frontier: Ints, log: _Log | None = None) -> Ints:
        """Shorten paths along the edges that leave nodes.

        Args:
            frontier: nodes whose edges may shorten a path.
            log: takes what is changed.

        Returns:
            The nodes whose paths are shorter now.
        """
        places, reached = self._leaving(frontier)
        return self._shorten(places, reached, log)

    def step_few(self, frontier: list[int]) -> list[int]:
        """What `step` does, for a few nodes, in order."""
        (value, parent, first), (edge, heads, lengths) = self._of_nodes, self._of_places
        shorter: dict[int, tuple[int, int]] = {}
        for node in frontier:
            before, start, end = value[node], first[node], first[node + 1]
            self.n_looked_at += end - start
            for place in range(start, end):
                reached, head = before + lengths[place], heads[place]
                if reached < value[head] and (head not in shorter or reached <= shorter[head][0]):
                    shorter[head] = reached, place
        for head, (reached, place) in shorter.items():
            value[head], parent[head] = reached, edge[place]
        return sorted(shorter)

    def hold_few(self, nodes: list[int], other: "_Paths") -> list[int]:
        """What `hold` does, for a few nodes."""
        value, others = self._of_nodes[0], other._of_nodes[0]
        on = [node for node in nodes if value[node] + others[node] >= 0]
        if len(on) < len(nodes):
            self.held[[node for node in nodes if node not in on]] = True
        return on

    def enter(self, edges: Ints) -> Ints:
        """Shorten paths along edges that were put in; gives the nodes whose paths are shorter now."""
        before = self.value[self.tail[edges]]
        known = before < OPEN
        return self._shorten(self._at[edges[known]], before[known])

    def _shorten(self, places: Ints, reached: Ints, log: _Log | None = None) -> Ints:
        """The same for places of edges and the values of the nodes that they leave."""
        self.n_looked_at += len(places)
        heads = self._heads[places]
        reached = reached + self._lengths[places]
        shorter = reached < self.value[heads]
        places, heads, reached = places[shorter], heads[shorter], reached[shorter]
        moved = _distinct(heads, len(self.value))
        if log is not None:
            log.nodes.append(moved)
            log.values.append(self.value[moved])
            log.parents.append(self.parent[moved])
        np.minimum.at(self.value, heads, reached)
        won = reached == self.value[heads]
        self.parent[heads[won]] = self.edge[places[won]]
        return moved

    def hold(self, nodes: Ints, other: Ints) -> Ints:
        """Those of the nodes to go on from; beyond one whose bounds cross nothing is learnt."""
        crossed = self.value[nodes] + other[nodes] < 0
        self.held[nodes[crossed]] = True
        return nodes[~crossed]

    def relax(self, frontier: Ints, log: _Log, watch: int, other: Ints) -> bool:
        """Search on from the nodes until nothing moves.

        Args:
            frontier: nodes whose edges may shorten a path.
            log: takes what is changed.
            watch: a node that a path through a new edge can only shorten by going round.
            other: values of the other way.

        Returns:
            False where a negative cycle was met.
        """
        while len(frontier):
            frontier = self.step(frontier, log)
            if watch >= 0 and (frontier == watch).any():
                return False
            if (self.value[frontier] + other[frontier] < 0).any():
                return False
        return True

    def relax_edge(self, edge: int, log: _Log, watch: int, other: Ints) -> bool:
        """Search on from one edge; see `relax`."""
        head = int(self.head[edge])
        reached = int(self.value[self.tail[edge]] + self._lengths[self._at[edge]])
        if self.value[self.tail[edge]] >= OPEN or reached >= self.value[head]:
            return True
        moved = np.array([head])
        log.nodes.append(moved)
        log.values.append(self.value[moved])
        log.parents.append(self.parent[moved])
        self.value[head], self.parent[head] = reached, edge
        return reached + int(other[head]) >= 0 and self.relax(moved, log, watch, other)

    def undo(self, log: _Log) -> None:
        """Put back what a search changed."""
        for nodes, values, parents in zip(
            reversed(log.nodes), reversed(log.values), reversed(log.parents), strict=True
        ):
            self.value[nodes], self.parent[nodes] = values, parents

    def _above(self) -> Ints:
        """The node before each on its path; itself where there is none."""
        here = np.arange(len(self.parent))
        return np.where(self.parent >= 0, self.tail[self.parent], here)

    def cyclic(self) -> Ints:
        """Nodes on cycles of the paths as they stand: negative ones."""
        above = self._above()
        for _ in range(max(1, len(above)).bit_length() + 1):
            jumped = above[above]
            if np.array_equal(jumped, above):
                break
            above = jumped
        return np.unique(above[self.parent[above] >= 0])

    def roots(self) -> Ints:
        """The first edge of the path to each node, -1 where there is none."""
        above = self._above()
        is_first = (self.parent >= 0) & (self.tail[self.parent] == 0)
        top = np.where(is_first, np.arange(len(above)), above)
        while not np.array_equal(jumped := top[top], top):
            top = jumped
        return self.parent[top]

    def forget(self, edges: Ints, other: "_Paths") -> Ints:
        """Forget the paths over edges that were taken out; gives the nodes to search on from.

        Args:
            edges: those taken out.
            other: the paths the other way, which know the edges that lead to a node.
        """
        n = len(self.value)
        lost = [_distinct(self.head[edges[self.parent[self.head[edges]] == edges]], n)]
        is_lost = np.zeros(n, np.bool_)
        while len(lost[-1]):
            is_lost[lost[-1]] = True
            places, _ = self._leaving(lost[-1])
            heads = self._heads[places]
            hung = heads[self.parent[heads] == self.edge[places]]
            lost.append(_distinct(hung[~is_lost[hung]], n))
        nodes = np.concatenate(lost)
        self.value[nodes], self.parent[nodes], self.held[nodes] = OPEN, -1, False
        places, _ = other._leaving(nodes)
        tails = self.tail[other.edge[places]]
        return _distinct(tails[self.value[tails] < OPEN], n)

    def freed(self, other: Ints) -> Ints:
        """Nodes where the search was held and whose bounds cross no more."""
        free = np.flatnonzero(self.held & (self.value + other >= 0))
        self.held[free] = False
        return free

    def path(self, node: int) -> list[int]:
        """Edges from a node back to the origin, or around to the node itself."""
        edges, at = [], node
        while (edge := int(self.parent[at])) >= 0:
            edges.append(edge)
            at = int(self.tail[edge])
            if at in (node, 0) or len(edges) > len(self.value):
                break
        return edges

    def tree(self, steps: Ints) -> Ints:
        """For each node the edge that makes its value tight, with the fewest steps to the origin; the first of such.

        It depends on the constraints alone, not on the way the values were found.
        """
        n = len(self.value)
        reached = np.repeat(self.value, np.diff(self._first)) + self._lengths
        is_tight = (reached == self.value[self._heads]) & (reached < OPEN)
        depth, chosen = np.full(n, OPEN, np.int64), np.full(n, OPEN, np.int64)
        depth[0] = 0
        frontier, level = np.zeros(1, np.int64), 0
        waiting: dict[int, list[Ints]] = {}
        while True:
            places, _ = self._leaving(frontier)
            places = places[is_tight[places]]
            places = places[depth[self._heads[places]] == OPEN]
            counts = steps[self.edge[places]]
            for count in np.unique(counts):
                waiting.setdefault(level + int(count), []).append(places[counts == count])
            if not waiting:
                chosen[chosen == OPEN] = -1
                return chosen
            level = min(waiting)
            places = np.concatenate(waiting.pop(level))
            places = places[depth[self._heads[places]] == OPEN]
            heads = self._heads[places]
            np.minimum.at(chosen, heads, self.edge[places])
            depth[heads] = level
            frontier = _distinct(heads, n)


def _sorted_by(numbers: Ints) -> Ints:
    """What `argsort(kind="stable")` gives for numbers below 2**31, in half the time."""
    places: Ints = np.sort((numbers << 32) | np.arange(len(numbers))) & 0xFFFF_FFFF
    return places


def _distinct(nodes: Ints, n_nodes: int) -> Ints:
    """The nodes, each once, in order."""
    if len(nodes) * 200 < n_nodes:
        return np.unique(nodes)
    is_in = np.zeros(n_nodes, np.bool_)
    is_in[nodes] = True
    return np.flatnonzero(is_in)


class _State:
    """What is believed so far, and the bounds that follow."""

    def __init__(self, network: Network) -> None:
        self._net = network
        self.upper = network.upper.copy()
        self._on = np.zeros(len(network.doubt), np.bool_)
        closed = np.full(len(network.source), _SHUT, np.int64)
        self.latest = _Paths(network.n_nodes, network.source, network.target, closed)
        self.soonest = _Paths(network.n_nodes, network.target, network.source, closed)
        """Paths to the origin: minus the earliest."""
        self._edges = _sorted_by(network.evidence)
        counts = np.bincount(network.evidence, minlength=len(network.doubt))
        self._first = np.concatenate([[0], np.cumsum(counts)])
        self._states_time = np.zeros(len(network.doubt), np.bool_)
        self._states_time[network.evidence[(network.source == 0) | (network.target == 0)]] = True
        self.conflicts: dict[int, Conflict] = {}

    def earliest(self) -> Ints:
        """Lower bounds."""
        earliest: Ints = -self.soonest.value
        return earliest

    def _edges_of(self, evidence: Ints) -> Ints:
        is_in = np.zeros(len(self._on), np.bool_)
        is_in[evidence] = True
        return np.flatnonzero(is_in[self._net.evidence])

    def _switch(self, edges: Ints, *, on: bool) -> None:
        lengths = self.upper[edges] if on else np.full(len(edges), OPEN, np.int64)
        for side in (self.latest, self.soonest):
            side.set_lengths(edges, lengths)

    def admit(self, evidence: Ints) -> None:
        """Believe evidence, but for what contradicts what is believed or itself."""
        edges = self._edges_of(evidence)
        self._on[evidence] = True
        self._switch(edges, on=True)
        accused: Counter[int] = Counter()
        fallen: set[int] = set()
        may_fall = np.zeros(len(self._on), np.bool_)
        may_fall[evidence] = self._net.doubt[evidence] > 0
        self._relax(edges)
        while cycles := self._contradictions():
            suspects = [{e for e in self._net.evidence[list(cycle)].tolist() if may_fall[e]} for cycle in cycles]
            for each in suspects:
                accused.update(each)
            worst = self._worst(suspects, accused)
            fallen |= worst
            self._drop(np.array(sorted(worst), np.int64))
        score = {e: accused[e] * float(self._net.doubt[e]) for e in fallen}
        by_score = sorted(fallen, key=lambda e: (score[e], e))
        for piece in by_score:
            self._take_back(piece)
        self._settle_ties(by_score, score)

    def _settle_ties(self, fallen: list[int], score: dict[int, float]) -> None:
        """Of two times that contradict each other and are doubted and contradicted alike, believe neither.

        Args:
            fallen: evidence that was no longer believed; some of it is again, the rest is set aside.
            score: of each, the doubt times the contradictions it is part of.
        """
        rivals = {e: found for e in fallen if e in self.conflicts and (found := self._rivals(e, score))}
        if not rivals:
            return
        told = {e: self.conflicts.pop(e) for e in rivals}
        tried = set().union(*rivals.values())
        self._drop(np.array(sorted(tried), np.int64))
        torn = [e for e in rivals if self._take_back(e, keep=False)]
        neither = set(torn).union(*(rivals[e] for e in torn))
        for piece in torn:
            for each in (piece, *rivals[piece]):
                self.conflicts[each] = told[piece]._replace(evidence=each)
        for piece in fallen:
            hung = piece in self.conflicts and neither & self._told_by(self.conflicts[piece])
            if piece not in neither and (piece in tried or hung):
                self.conflicts.pop(piece, None)
                self._take_back(piece)

    def _rivals(self, evidence: int, score: dict[int, float]) -> list[int]:
        """What a piece that is set aside contradicts, where both state a time, as doubtful and as contradicted."""
        if not self._states_time[evidence]:
            return []
        alike = (self._net.doubt[evidence], score[evidence])
        others = sorted(self._told_by(self.conflicts[evidence]) - {evidence})
        return [q for q in others if self._states_time[q] and (self._net.doubt[q], score.get(q)) == alike]

    def _told_by(self, conflict: Conflict) -> set[int]:
        return set(self._net.evidence[list(conflict.cycle)].tolist())

    def _contradictions(self) -> set[tuple[int, ...]]:
        """Negative cycles, where there are any; where there are none, the bounds are whole."""
        if not (self.latest.held.any() or self.soonest.held.any()):
            return set()
        while not (cycles := self._cycles()):
            freed = self.latest.freed(self.soonest.value), self.soonest.freed(self.latest.value)
            if not any(map(len, freed)):
                return self._violations() if self._violated().any() else set()
            self._search(*freed)
        return cycles

    def _worst(self, cycles: list[set[int]], accused: Counter[int]) -> set[int]:
        """The evidence that on at least half of its cycles none surpasses in doubt and number of cycles."""
        score = {e: accused[e] * float(self._net.doubt[e]) for cycle in cycles for e in cycle}
        led: Counter[int] = Counter()
        for cycle in cycles:
            most = max((score[e] for e in cycle), default=0.0)
            led.update(e for e in cycle if score[e] == most)
        on = Counter(e for cycle in cycles for e in cycle)
        return {e for e, n in led.items() if 2 * n >= on[e]}

    def tighten(self, edges: Ints, uppers: Ints) -> None:
        """Put smaller uppers on constraints of evidence that is believed, or may be now that they have one."""
        self.upper[edges] = uppers
        evidence = np.unique(self._net.evidence[edges])
        self.admit(evidence[[e not in self.conflicts for e in evidence.tolist()]])

    def _relax(self, edges: Ints) -> None:
        """Search on from edges that were put in."""
        moved = self.latest.enter(edges), self.soonest.enter(edges)
        self._search(self.latest.hold(moved[0], self.soonest.value), self.soonest.hold(moved[1], self.latest.value))

    def _search(self, latest: Ints, soonest: Ints) -> None:
        """Search on both ways from nodes, step by step, so that what contradicts is met where it is told.

        A search that goes on for long is looked over for a cycle, and ends there.
        """
        budget = _CHECK * self._net.n_nodes
        for side in (self.latest, self.soonest):
            side.n_looked_at = 0
        while len(latest) or len(soonest):
            if len(latest) + len(soonest) <= _FEW:
                few = self._search_few(latest.tolist(), soonest.tolist(), budget)
                latest, soonest = (np.array(nodes, np.int64) for nodes in few)
            else:
                latest = self.latest.hold(self.latest.step(latest), self.soonest.value)
                soonest = self.soonest.hold(self.soonest.step(soonest), self.latest.value)
            if self.latest.n_looked_at + self.soonest.n_looked_at > budget:
                if self._is_cyclic():
                    self.latest.held[latest] = True
                    self.soonest.held[soonest] = True
                    return
                budget += _CHECK * self._net.n_nodes

    def _search_few(self, latest: list[int], soonest: list[int], budget: int) -> tuple[list[int], list[int]]:
        """Steps both ways from a few nodes, while they are few and no more edges are looked at than the budget."""
        while 0 < len(latest) + len(soonest) <= _FEW:
            latest = self.latest.hold_few(self.latest.step_few(latest), self.soonest)
            soonest = self.soonest.hold_few(self.soonest.step_few(soonest), self.latest)
            if self.latest.n_looked_at + self.soonest.n_looked_at > budget:
                break
        return latest, soonest

    def _is_cyclic(self) -> bool:
        return any(len(side.cyclic()) for side in (self.latest, self.soonest))

    def _violated(self) -> npt.NDArray[np.bool_]:
        return self.latest.value + self.soonest.value < 0

    def _violations(self) -> set[tuple[int, ...]]:
        """Cycles through the origin: from the bound above a node down to the bound below it, where they cross.

        One for each pair of first edges, the worst: what is contradicted by many is told by the number of them.
        """
        nodes = np.flatnonzero(self._violated())
        excess = (self.latest.value + self.soonest.value)[nodes]
        above, below = self.latest.roots()[nodes], self.soonest.roots()[nodes]
        order = np.lexsort([nodes, excess, below, above])
        pairs = np.stack([above, below], axis=1)[order]
        is_first = np.concatenate([[True], (pairs[1:] != pairs[:-1]).any(axis=1)])
        return {self._through_origin(int(node)) for node in nodes[order][is_first]}

    def _through_origin(self, node: int) -> tuple[int, ...]:
        """A simple negative cycle of the way from the origin to a node whose bounds cross, and back."""
        walk = [*reversed(self.latest.path(node)), *self.soonest.path(node)]
        upper = self.upper[walk].tolist()
        targets = self._net.target[walk].tolist()
        kept: list[tuple[int, int, int]] = []  # constraint, upper, where it leads
        reached = {int(self._net.source[walk[0]]): 0}
        for edge, length, target in zip(walk, upper, targets, strict=True):
            kept.append((edge, length, target))
            if target in reached:
                round_about = kept[reached[target] :]
                if sum(length for _, length, _ in round_about) < 0:
                    return tuple(edge for edge, _, _ in round_about)
                del kept[reached[target] :]
                for _, _, left in round_about[:-1]:
                    del reached[left]
            else:
                reached[target] = len(kept)
        raise ValueError("bounds that cross without a contradiction")

    def _cycles(self) -> set[tuple[int, ...]]:
        """Cycles that do not pass the origin."""
        found = set()
        for side in (self.latest, self.soonest):
            seen: set[int] = set()
            for node in side.cyclic().tolist():
                if node not in seen:
                    cycle = side.path(node)
                    seen.update(side.tail[np.array(cycle)].tolist())
                    found.add(self._in_order(side, cycle))
        return found

    def _in_order(self, side: _Paths, path: list[int]) -> tuple[int, ...]:
        """A cycle along its constraints, from the least of them."""
        cycle = path[::-1] if side is self.latest else path
        least = cycle.index(min(cycle))
        return (*cycle[least:], *cycle[:least])

    def _drop(self, evidence: Ints) -> None:
        """Believe evidence no longer."""
        if not len(evidence):
            raise ValueError("constraints that are true by definition contradict each other")
        edges = np.concatenate([self._edges[self._first[e] : self._first[e + 1]] for e in evidence.tolist()])
        self._on[evidence] = False
        self._switch(edges, on=False)
        self._search(self.latest.forget(edges, self.soonest), self.soonest.forget(edges, self.latest))

    def _take_back(self, evidence: int, *, keep: bool = True) -> bool:
        """Believe a piece of evidence again where it agrees with what is believed; else set it aside.

        Args:
            evidence: the piece.
            keep: whether to believe it; else it is only tried.

        Returns:
            Whether it agrees.
        """
        logs = tuple(_Log([], [], []) for _ in range(2))
        edges = self._edges[self._first[evidence] : self._first[evidence + 1]]
        cycle: tuple[int, ...] | None = None
        for edge in edges.tolist():
            self._switch(np.array([edge]), on=True)
            cycle = self._closes(edge, logs)
            if cycle:
                break
        if not cycle and keep:
            self._on[evidence] = True
            return True
        for side, log in zip((self.latest, self.soonest), logs, strict=True):
            side.undo(log)
        self._switch(edges, on=False)
        if cycle:
            excess = -int(self.upper[np.array(cycle)].sum())
            self.conflicts[evidence] = Conflict(evidence, cycle, excess)
        return not cycle

    def _closes(self, edge: int, logs: tuple[_Log, ...]) -> tuple[int, ...] | None:
        """The negative cycle that an edge closes, or None; the bounds move as far as it lets them."""
        sides = (self.latest, self.soonest)
        for side, other, log in zip(sides, reversed(sides), logs, strict=True):
            # nothing leads round through the origin but where the two ways cross
            watch = int(side.tail[edge]) or -1
            if side.relax_edge(edge, log, watch, other.value):
                continue
            round_about = side.path(watch) if watch > 0 else []
            if round_about and int(side.tail[round_about[-1]]) == watch:
                return self._in_order(side, round_about)
            moved = log.nodes[-1]
            excess = side.value[moved] + other.value[moved]
            return self._through_origin(int(moved[np.argmin(excess)]))
        return None


def chain(solution: Solution, network: Network, node: int, *, is_latest: bool) -> Iterable[int]:
    """The constraints that make a bound, from the node back to the origin."""
    edges = solution.latest_edge if is_latest else solution.earliest_edge
    ends = network.source if is_latest else network.target
    while (edge := int(edges[node])) >= 0:
        yield edge
        node = int(ends[edge])
