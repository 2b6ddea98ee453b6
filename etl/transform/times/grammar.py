"""The grammar of time: reads `grammar.txt`, finds what a row of classed words can be, and builds its symbol.

What a row can be depends on the classes of its words alone, so it is worked out once for each row of classes that
occurs; only the templates are filled in for each expression.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from etl.transform.times import build

Classes = frozenset[str]
"""The classes a word may have."""


class Part(NamedTuple):
    """One part of a rule."""

    slot: str
    names: tuple[str, ...]
    is_optional: bool


class Call(NamedTuple):
    """A function of build.py and its arguments; one that begins with $ is a slot."""

    function: str
    arguments: tuple[str, ...]


class Rule(NamedTuple):
    """`head: parts -> template`."""

    head: str
    parts: tuple[Part, ...]
    template: tuple[str | Call, ...]


class Tree(NamedTuple):
    """A rule that fits: what fills its slots is the index of a word, or the trees of a head, best first."""

    rule: Rule
    slots: tuple[tuple[str, "tuple[Tree, ...] | int", str], ...]
    """(slot, filling, class of the word or head)."""


Ends = dict[int, tuple[Tree, ...]]
"""Where a head can end, with the rules that get there in the order of the grammar."""


class Grammar(NamedTuple):
    """The rules by head, and the heads that are whole expressions."""

    rules: dict[str, tuple[Rule, ...]]
    top: tuple[str, ...]


_CALL = re.compile(r"([a-z]\w+)\(([^)]*)\)")
_SLOT = re.compile(r"\$([a-z])")


@lru_cache(maxsize=1)
def load() -> Grammar:
    """Read the grammar.

    Raises:
        ValueError: a line is not a rule, or names a function that is not there.
    """
    rules: dict[str, list[Rule]] = {}
    top: tuple[str, ...] = ()
    path = Path(__file__).with_name("grammar.txt")
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        head, _, rest = line.partition(":")
        if head == "top":
            top = tuple(rest.split())
            continue
        body, arrow, template = rest.rpartition("->")
        if not arrow:
            raise ValueError(f"{path.name}:{number}: no `->` in {line!r}")
        parts = tuple(_part(word) for word in body.split())
        rules.setdefault(head, []).append(Rule(head, parts, _template(template.strip(), number)))
    return Grammar({head: tuple(found) for head, found in rules.items()}, top)


def _part(word: str) -> Part:
    is_optional = word.endswith("?")
    slot, colon, names = word.rstrip("?").rpartition(":")
    return Part(slot if colon else "", tuple(name.strip('"') for name in names.split("|")), is_optional)


def _template(text: str, line: int) -> tuple[str | Call, ...]:
    found: list[str | Call] = []
    position = 0
    for match in _CALL.finditer(text):
        if match.start() > position:
            found.append(text[position : match.start()])
        if match[1] not in build.FUNCTIONS:
            raise ValueError(f"grammar.txt:{line}: no function {match[1]} in build.py")
        found.append(Call(match[1], tuple(a.strip() for a in match[2].split(","))))
        position = match.end()
    if position < len(text):
        found.append(text[position:])
    return tuple(found)


@lru_cache(maxsize=100_000)
def plans(row: tuple[Classes, ...]) -> tuple[tuple[int, int, tuple[Tree, ...]], ...]:
    """What a row of words can be: (start, end, trees), for every start the longest ends first.

    Trees of one end stand in the order of the grammar's top heads.
    """
    grammar = load()
    table: dict[tuple[str, int], Ends] = {}
    found = []
    for start in range(len(row)):
        ends: dict[int, list[Tree]] = {}
        for head in grammar.top:
            for end, trees in _match(grammar, table, row, head, start).items():
                ends.setdefault(end, []).extend(trees)
        found += [(start, end, tuple(ends[end])) for end in sorted(ends, reverse=True)]
    return tuple(found)


def _match(
    grammar: Grammar, table: dict[tuple[str, int], Ends], row: Sequence[Classes], head: str, start: int
) -> Ends:
    """Where a head that begins at `start` can end."""
    key = head, start
    if key not in table:
        table[key] = {}  # a head that would begin with itself finds nothing
        found: dict[int, list[Tree]] = {}
        for rule in grammar.rules[head]:
            for end, slots in _parts(grammar, table, row, rule.parts, 0, start):
                if end > start:
                    found.setdefault(end, []).append(Tree(rule, slots))
        table[key] = {end: tuple(trees) for end, trees in found.items()}
    return table[key]


def _parts(
    grammar: Grammar,
    table: dict[tuple[str, int], Ends],
    row: Sequence[Classes],
    parts: tuple[Part, ...],
    index: int,
    at: int,
) -> Iterator[tuple[int, tuple[tuple[str, tuple[Tree, ...] | int, str], ...]]]:
    """Ways to fit the parts from `index` on to the words from `at` on: where they end, and what fills the slots."""
    if index == len(parts):
        yield at, ()
        return
    part = parts[index]
    for name in part.names:
        steps: list[tuple[int, tuple[Tree, ...] | int]] = []
        if name in grammar.rules:
            steps += _match(grammar, table, row, name, at).items()
        elif at < len(row) and name in row[at]:
            steps.append((at + 1, at))
        for end, filling in steps:
            own = ((part.slot, filling, name),) if part.slot else ()
            for last, rest in _parts(grammar, table, row, parts, index + 1, end):
                yield last, own + rest
    if part.is_optional:
        yield from _parts(grammar, table, row, parts, index + 1, at)


def write(trees: Sequence[Tree], words: Sequence[dict[str, str]]) -> str:
    """The symbol of the first tree whose values fit; a template's `@past` or `@future` ends it.

    Args:
        trees: what the row can be, best first.
        words: for each word its value by class.

    Raises:
        ValueError: no values fit, such as a month 13.
    """
    for tree in trees:
        try:
            return _write(tree, words)
        except ValueError:
            continue
    raise ValueError("nothing fits")


def _write(tree: Tree, words: Sequence[dict[str, str]]) -> str:
    values = {
        slot: words[filling][name] if isinstance(filling, int) else write(filling, words)
        for slot, filling, name in tree.slots
    }
    cue = next(("@" + value.partition("@")[2] for value in values.values() if "@" in value), "")
    plain = {slot: value.partition("@")[0] for slot, value in values.items()}

    def fill(text: str) -> str:
        return _SLOT.sub(lambda match: plain.get(match[1], ""), text)

    text = "".join(
        piece if isinstance(piece, str) else build.FUNCTIONS[piece.function](*map(fill, piece.arguments))
        for piece in tree.rule.template
    )
    text = fill(text)
    return text if "@" in text else text + cue
