"""The grammar: every name in it is a head or a class that some language has words for."""

from hypothesis import given
from hypothesis import strategies as st

from etl import languages
from etl.transform.times import grammar, words

NUMERALS = """
    iso ymd dmy hms hm my year_range decade_code dm hdm decimal quarter_code year2 pair o31 o99 year slashed
    decade_short dm_day n0 n12 n24 n31 n59 n99 n999 w12 w24 w31 w59 w99 w999
"""
MARKS = {",", "plus", "dash", "slash", "tilde", "."}


def test_every_part_is_a_head_or_a_class() -> None:
    rules = grammar.load()
    codes = [code for code in languages.available() if languages.has(code, "times.toml")]
    classes = {name for code in codes for values in words.load(code).forms.values() for name in values}
    used = {name for own in rules.rules.values() for rule in own for part in rule.parts for name in part.names}
    assert used - set(rules.rules) - classes - set(NUMERALS.split()) - MARKS == set()
    assert set(rules.top) <= set(rules.rules)


def test_every_head_is_used() -> None:
    rules = grammar.load()
    used = {name for own in rules.rules.values() for rule in own for part in rule.parts for name in part.names}
    assert set(rules.rules) - used - set(rules.top) == set()


def test_every_slot_of_a_template_is_a_slot_of_its_rule() -> None:
    for own in grammar.load().rules.values():
        for rule in own:
            slots = {part.slot for part in rule.parts}
            texts = [text for t in rule.template for text in (t.arguments if isinstance(t, grammar.Call) else [t])]
            named = {slot for text in texts for slot in text[1::2]}
            assert named <= slots, rule


CLASSES = sorted(grammar.load().bits)
ROWS = st.lists(st.lists(st.sampled_from(CLASSES), max_size=2).map(lambda names: grammar.mask(*names)), max_size=6)


def written(plans: grammar.Plans) -> list[object]:
    """Plans as what can be compared."""

    def of(tree: grammar.Tree) -> object:
        slots = [(slot.letter, slot.word, [of(t) for t in slot.trees], slot.name) for slot in tree.slots]
        return tree.rule.head, tree.rule.template, slots

    return [(end, [of(tree) for tree in trees]) for end, trees in plans]


@given(st.lists(ROWS, min_size=2, max_size=12))
def test_what_was_read_before_changes_nothing(rows: list[list[grammar.Mask]]) -> None:
    """Plans are kept by the classes that were asked for alone: rows that share these have the same."""
    after_others = [written(grammar.plans(row, start)) for row in rows for start in range(len(row))]
    again = [written(grammar.plans(row, start)) for row in rows for start in range(len(row))]
    alone = []
    for row in rows:
        for start in range(len(row)):
            grammar.known.cache_clear()
            alone.append(written(grammar.plans(row, start)))
    assert after_others == again == alone
