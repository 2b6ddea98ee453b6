"""The grammar of time: reads `grammar.txt`, finds what a row of classed words can be, and builds its symbol.

What a row can be depends on the classes of its words alone, so it is worked out once for each row of classes that
occurs; only the templates are filled in for each expression.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
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


Text = tuple[str, ...]
"""Text with slots: what is plain and the letters of slots, by turns."""


class Call(NamedTuple):
    """A function of build.py and its arguments."""

    function: str
    arguments: tuple[Text, ...]


class Rule(NamedTuple):
    """`head: parts -> template`."""

    head: str
    parts: tuple[Part, ...]
    template: tuple[Text | Call, ...]
    firsts: tuple[Classes, ...] = ()
    """For each part, the classes of the words that it and what follows it can begin with."""

    @property
    def needed(self) -> int:
        """How many parts reach as far as the last that may not be missing."""
        return max((i for i, part in enumerate(self.parts, start=1) if not part.is_optional), default=0)


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
    first: dict[str, Classes]
    """The classes of the words that each head can begin with."""


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
    begun = {
        head: tuple(
            rule._replace(firsts=tuple(_first(rule.parts[i:], rules, frozenset()) for i in range(len(rule.parts))))
            for rule in own
        )
        for head, own in rules.items()
    }
    first = {head: frozenset().union(*(rule.firsts[0] for rule in own)) for head, own in begun.items()}
    return Grammar(begun, top, first)


def _first(parts: Sequence[Part], rules: dict[str, list[Rule]], above: Classes) -> Classes:
    """The classes of the words that parts can begin with; heads that are being worked out above add nothing."""
    found: set[str] = set()
    for part in parts:
        for name in part.names:
            if name not in rules:
                found.add(name)
            elif name not in above:
                found.update(*(_first(rule.parts, rules, above | {name}) for rule in rules[name]))
        if not part.is_optional:
            break
    return frozenset(found)


def _part(word: str) -> Part:
    is_optional = word.endswith("?")
    slot, colon, names = word.rstrip("?").rpartition(":")
    return Part(slot if colon else "", tuple(name.strip('"') for name in names.split("|")), is_optional)


def _template(text: str, line: int) -> tuple[Text | Call, ...]:
    found: list[Text | Call] = []
    position = 0
    for match in _CALL.finditer(text):
        if match.start() > position:
            found.append(_text(text[position : match.start()]))
        if match[1] not in build.FUNCTIONS:
            raise ValueError(f"grammar.txt:{line}: no function {match[1]} in build.py")
        found.append(Call(match[1], tuple(_text(a.strip()) for a in match[2].split(","))))
        position = match.end()
    if position < len(text):
        found.append(_text(text[position:]))
    return tuple(found)


def _text(text: str) -> Text:
    return tuple(_SLOT.split(text))


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
        for head in _that_begin_a_top(row[start]):
            for end, trees in _match(grammar, table, row, head, start).items():
                ends.setdefault(end, []).extend(trees)
        found += [(start, end, tuple(ends[end])) for end in sorted(ends, reverse=True)]
    return tuple(found)


@lru_cache(maxsize=100_000)
def _that_begin_a_top(word: Classes) -> tuple[str, ...]:
    """The top heads that a word can begin, in their order."""
    grammar = load()
    return tuple(head for head in grammar.top if not word.isdisjoint(grammar.first[head]))


@lru_cache(maxsize=100_000)
def _that_begin(head: str, word: Classes) -> tuple[Rule, ...]:
    """The rules of a head that a word can begin, in their order."""
    return tuple(rule for rule in load().rules[head] if not word.isdisjoint(rule.firsts[0]))


def _match(
    grammar: Grammar, table: dict[tuple[str, int], Ends], row: Sequence[Classes], head: str, start: int
) -> Ends:
    """Where a head that begins at `start` can end."""
    key = head, start
    if key not in table:
        table[key] = {}  # a head that would begin with itself finds nothing
        found: dict[int, list[Tree]] = {}
        for rule in _that_begin(head, row[start]):
            for end, slots in _parts(grammar, table, row, rule, 0, start):
                if end > start:
                    found.setdefault(end, []).append(Tree(rule, slots))
        table[key] = {end: tuple(trees) for end, trees in found.items()}
    return table[key]


def _parts(
    grammar: Grammar,
    table: dict[tuple[str, int], Ends],
    row: Sequence[Classes],
    rule: Rule,
    index: int,
    at: int,
) -> Iterator[tuple[int, tuple[tuple[str, tuple[Tree, ...] | int, str], ...]]]:
    """Ways to fit the parts from `index` on to the words from `at` on: where they end, and what fills the slots."""
    if index == len(rule.parts) or at == len(row) or row[at].isdisjoint(rule.firsts[index]):
        if index >= rule.needed:
            yield at, ()
        return
    part = rule.parts[index]
    for name in part.names:
        steps: Iterable[tuple[int, tuple[Tree, ...] | int]] = ()
        if name in row[at]:
            steps = ((at + 1, at),)
        elif name in grammar.first and not grammar.first[name].isdisjoint(row[at]):
            steps = _match(grammar, table, row, name, at).items()
        for end, filling in steps:
            own = ((part.slot, filling, name),) if part.slot else ()
            for last, rest in _parts(grammar, table, row, rule, index + 1, end):
                yield last, own + rest
    if part.is_optional:
        yield from _parts(grammar, table, row, rule, index + 1, at)


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
    cue = ""
    for slot, value in values.items():
        if "@" in value:
            values[slot], _, direction = value.partition("@")
            cue = cue or f"@{direction}"
    text = "".join(
        build.FUNCTIONS[piece.function](*(_fill(argument, values) for argument in piece.arguments))
        if isinstance(piece, Call)
        else _fill(piece, values)
        for piece in tree.rule.template
    )
    return text if "@" in text else text + cue


def _fill(text: Text, values: dict[str, str]) -> str:
    """Plain text and slots by turns, put together; a slot that is missing is empty."""
    if len(text) == 1:
        return text[0]
    return "".join(values.get(piece, "") if i % 2 else piece for i, piece in enumerate(text))
