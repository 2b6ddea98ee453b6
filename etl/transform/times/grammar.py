"""The grammar of time: reads `grammar.txt`, finds what a row of classed words can be, and builds its symbol.

What a row can be depends on the classes of its words alone, so it is worked out once for each row of classes that
occurs; only the templates are filled in for each expression.
"""

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache, reduce
from itertools import pairwise
from threading import Lock

from etl.settings import PACKAGE
from etl.transform.times import build

Classes = frozenset[str]
"""The classes a word may have."""
Mask = int
"""A set of classes, a bit for each."""


class Option:
    """What a part can be: a class, of which this is the bit, or a head and the classes that it can begin with."""

    def __init__(self, name: str, bit: Mask, first: Mask) -> None:
        self.name = name
        self.bit = bit
        self.first = first


class Part:
    """One part of a rule."""

    def __init__(self, slot: str, names: tuple[str, ...], is_optional: bool) -> None:
        self.slot = slot
        self.names = names
        self.is_optional = is_optional
        self.following: Part | None = None
        self.is_enough = True
        """All that follow it may be missing."""
        self.options: tuple[Option, ...] = ()
        self.firsts: Mask = 0
        """The classes of the words that it and what follows it can begin with."""


Text = tuple[str, ...]
"""Text with slots: what is plain and the letters of slots, by turns."""


class Call:
    """A function of build.py and its arguments."""

    def __init__(self, function: Callable[..., str], arguments: tuple[Text, ...]) -> None:
        self.function = function
        self.arguments = arguments


def _slot_alone(template: tuple[Text | Call, ...]) -> str:
    """The slot that is the whole of a template, else empty."""
    only = template[0] if len(template) == 1 else None
    return "" if only is None or isinstance(only, Call) or len(only) != 3 or only[0] or only[2] else only[1]


class Rule:
    """`head: parts -> template`."""

    def __init__(self, head: str, parts: tuple[Part, ...], template: tuple[Text | Call, ...]) -> None:
        self.head = head
        self.parts = parts
        self.template = template
        self.copied = _slot_alone(template)
        """The slot whose symbol the template leaves as it is; empty where it does more."""
        for part, following in pairwise(parts):
            part.following = following
        for part, following in reversed(list(pairwise(parts))):
            part.is_enough = following.is_optional and following.is_enough


Values = Sequence[dict[str, str]]
"""For each word of a row its value by class."""


class Slot:
    """A slot of a rule, and what fills it: a word, or the trees of a head, best first."""

    def __init__(self, letter: str, word: int, trees: "tuple[Tree, ...]", name: str) -> None:
        self.letter = letter
        self.word = word
        """The index of the word; -1: it is filled by trees."""
        self.trees = trees
        self.name = name
        """The class of the word, or the head."""

    def value(self, words: Values) -> str:
        """What the slot says of these words: the word's value, or the symbol of the first tree whose values fit.

        Raises:
            ValueError: those of no tree do.
        """
        if self.word >= 0:
            return words[self.word][self.name]
        last = len(self.trees) - 1
        for i, tree in enumerate(self.trees):
            try:
                return tree.write(words)
            except ValueError:
                if i == last:
                    raise
        raise ValueError("nothing fits")


class Tree:
    """A rule that fits."""

    def __init__(self, rule: Rule, slots: tuple[Slot, ...]) -> None:
        self.rule = rule
        self.slots = slots

    def write(self, words: Values) -> str:
        """The symbol of words; a template's `@past` or `@future` ends it.

        Raises:
            ValueError: no values fit, such as a month 13.
        """
        rule = self.rule
        if rule.copied and len(self.slots) == 1 and self.slots[0].letter == rule.copied:
            return self.slots[0].value(words)
        values: dict[str, str] = {}
        cue = ""
        for slot in self.slots:
            value = slot.value(words)
            if "@" in value:
                value, _, direction = value.partition("@")
                cue = cue or f"@{direction}"
            values[slot.letter] = value
        text = "".join([_filled(piece, values) for piece in rule.template])
        return text if "@" in text else text + cue


def _filled(piece: Text | Call, values: dict[str, str]) -> str:
    """A piece of a template; a slot that is missing is empty."""
    if isinstance(piece, Call):
        return piece.function(*[_filled_text(argument, values) for argument in piece.arguments])
    return _filled_text(piece, values)


def _filled_text(text: Text, values: dict[str, str]) -> str:
    if len(text) == 1:
        return text[0]
    if len(text) == 3 and not text[0] and not text[2]:
        return values.get(text[1], "")
    return "".join([values.get(part, "") if i % 2 else part for i, part in enumerate(text)])


Ends = dict[int, tuple[Tree, ...]]
"""Where a head can end, with the rules that get there in the order of the grammar."""


class Grammar:
    """The rules by head, and the heads that are whole expressions."""

    def __init__(self, rules: dict[str, list[Rule]], top: tuple[str, ...]) -> None:
        self.rules = rules
        self.top = top
        names = sorted({name for own in rules.values() for rule in own for part in rule.parts for name in part.names})
        self.bits = {name: 1 << i for i, name in enumerate([name for name in names if name not in rules])}
        """The bit of each class; `mask` adds those that no rule names."""
        self.first = {head: _all([self._firsts(rule.parts) for rule in own]) for head, own in rules.items()}
        """The classes of the words that each head can begin with."""
        self.opening = _all([self.first[head] for head in top])
        """The classes of the words that an expression can begin with."""
        for own in rules.values():
            for rule in own:
                for i, part in enumerate(rule.parts):
                    part.firsts = self._firsts(rule.parts[i:])
                    part.options = tuple([self._option(name) for name in part.names])
        self._begun: dict[str, dict[Mask, list[Rule]]] = {head: {} for head in rules}

    def beginning(self, head: str, word: Mask) -> list[Rule]:
        """The rules of a head that can begin with a word."""
        begun = self._begun[head]
        found = begun.get(word)
        if found is None:
            found = begun[word] = [rule for rule in self.rules[head] if word & rule.parts[0].firsts]
        return found

    def _firsts(self, parts: Sequence[Part]) -> Mask:
        return _all([self.bits[name] for name in _first(parts, self.rules, frozenset())])

    def _option(self, name: str) -> Option:
        return Option(name, self.bits.get(name, 0), self.first.get(name, 0))


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
    path = PACKAGE / "transform" / "times" / "grammar.txt"
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
    return Grammar(rules, top)


def _all(masks: Iterable[Mask]) -> Mask:
    return reduce(operator.or_, masks, 0)


@lru_cache(maxsize=20_000)
def mask(*classes: str) -> Mask:
    """Classes as bits."""
    bits = load().bits
    with _NEW_BIT:
        return _all(bits.setdefault(name, 1 << len(bits)) for name in classes)


_NEW_BIT = Lock()
"""Held while classes are given bits: each has one of its own, whichever thread meets it first."""


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
        function = getattr(build, match[1], None)
        if not callable(function):
            raise ValueError(f"grammar.txt:{line}: no function {match[1]} in build.py")
        found.append(Call(function, tuple([_text(a.strip()) for a in match[2].split(",")])))
        position = match.end()
    if position < len(text):
        found.append(_text(text[position:]))
    return tuple(found)


def _text(text: str) -> Text:
    return tuple(_SLOT.split(text))


Plans = tuple[tuple[int, tuple[Tree, ...]], ...]
"""What can begin at a word: (end, trees), the longest first; the trees of an end in the order of the top heads.

Ends and the words of trees are counted from that word.
"""


class _Node:
    """Words read so far, as far as the grammar asked for their classes: what it asks of the next word."""

    __slots__ = ("asked", "found", "next")

    def __init__(self, asked: Mask) -> None:
        self.asked = asked
        """Classes any of which would make a difference; 0 where nothing does, and `found` is known."""
        self.next: dict[Mask, _Node] = {}
        self.found: Plans = ()


@lru_cache(maxsize=1)
def known() -> tuple[_Node, list[int]]:
    """What was read, and how many plans that are."""
    return _Node(load().opening), [0]


_MOST_KNOWN = 100_000


def plans(row: Sequence[Mask], start: int = 0) -> Plans:
    """What a row of words can be from a start on.

    It hangs on few words of a row, and on few of their classes, so what is read is kept by these alone: as a tree,
    each node of which says of what classes of the next word it goes on.
    """
    first, count = known()
    node, at, n = first, start, len(row)
    while node.asked:
        following = node.next.get(row[at] & node.asked if at < n else 0)
        if following is None:
            if count[0] >= _MOST_KNOWN:
                known.cache_clear()
            count[0] += 1
            reader = _Reader(row[start:])
            found = reader.plans()
            _keep(first, reader, found)
            return found
        node, at = following, at + 1
    return node.found


def _keep(node: _Node, reader: "_Reader", found: Plans) -> None:
    """Remember what a row is, by what was asked of its words."""
    at = 0
    while node.asked:
        word = reader.row[at] & node.asked if at < reader.n else 0
        at += 1
        following = _Node(reader.asked[at])
        if not following.asked:
            following.found = found  # before another thread can come to it
        node = node.next.setdefault(word, following)


_Way = tuple[int, tuple[Slot, ...]]
"""Where parts end, and what fills their slots."""


class _Reader:
    """Reads a row from its first word on."""

    def __init__(self, row: Sequence[Mask]) -> None:
        self.row = row
        self.n = len(row)
        self.grammar = load()
        self.asked: list[Mask] = [0] * (self.n + 2)
        """What was asked of each word but the first; of a word that is not there too."""
        self.table: list[dict[str, Ends]] = [{} for _ in row]
        """Where a head that begins at a word can end, as far as it is known."""

    def plans(self) -> Plans:
        """What can begin at the first word."""
        ends: dict[int, list[Tree]] = {}
        for head in self.grammar.top:
            if self.n and self.row[0] & self.grammar.first[head]:
                for end, trees in self.match(head, 0).items():
                    ends.setdefault(end, []).extend(trees)
        return tuple((end, tuple(ends[end])) for end in sorted(ends, reverse=True))

    def match(self, head: str, start: int) -> Ends:
        """Where a head that begins at `start` can end."""
        table = self.table[start]
        known = table.get(head)
        if known is None:
            table[head] = {}  # a head that would begin with itself finds nothing
            found: dict[int, list[Tree]] = {}
            for rule in self.grammar.beginning(head, self.row[start]):
                for end, slots in self.parts(rule.parts[0], start):
                    if end > start:
                        found.setdefault(end, []).append(Tree(rule, slots))
            table[head] = known = {end: tuple(trees) for end, trees in found.items()}
        return known

    def parts(self, part: Part, at: int) -> list[_Way]:
        """Ways to fit a part and what follows it to the words from `at` on, the first of which it can begin with."""
        word = self.row[at]
        ways: list[_Way] = []
        for option in part.options:
            if word & option.bit:
                own = (Slot(part.slot, at, (), option.name),) if part.slot else ()
                self.rest(part, at + 1, own, ways)
            elif word & option.first:
                for end, trees in self.match(option.name, at).items():
                    own = (Slot(part.slot, -1, trees, option.name),) if part.slot else ()
                    self.rest(part, end, own, ways)
        if part.is_optional:
            self.rest(part, at, (), ways)
        return ways

    def rest(self, part: Part, at: int, own: tuple[Slot, ...], ways: list[_Way]) -> None:
        """Add the ways to go on from where a part ends, whose own slots are these."""
        following = part.following
        if following is not None and self.goes_on(following.firsts, at):
            for end, slots in self.parts(following, at):
                ways.append((end, own + slots))
        elif part.is_enough:
            ways.append((at, own))

    def goes_on(self, classes: Mask, at: int) -> bool:
        """Whether the word at `at` is of any of these classes."""
        if at:
            self.asked[at] |= classes
        return at < self.n and self.row[at] & classes != 0
