"""Runs of words of time and their words: what is quick gives what is thorough."""

from hypothesis import given
from hypothesis import strategies as st

from etl.transform.times import words
from etl.transform.times.words import Word

DUTCH = words.load("nl")
FORMS = sorted(form.lstrip("=") for form in DUTCH.forms)
SMALL = [form for form in FORMS if len(form) < 4]
PIECES = st.one_of(
    st.sampled_from(SMALL),
    st.sampled_from(FORMS),
    st.sampled_from(
        ["2009", "x", "Jan", "een", "'s", "gisteren", "é", "12", "3e", "15uur", "3.5", "31-12", "a.m.", "İ"]
    ),
    st.integers(0, 2100).map(str),
)
GAPS = st.sampled_from([" ", " ", " ", "  ", ", ", "-", ". ", "\xa0", "", " - "])
TEXTS = st.lists(st.tuples(PIECES, GAPS).map("".join), max_size=60).map("".join)


def told(word: Word) -> tuple[int, int, int, dict[str, str]]:
    """A word as what can be compared."""
    return word.start, word.end, word.classes, word.values


@given(TEXTS)
def test_runs_are_those_of_the_expression_that_counts(text: str) -> None:
    data = text.encode()
    assert words.runs(data, DUTCH) == [match.span() for match in words._bounded("nl").finditer(data)]


@given(TEXTS)
def test_words_between_blanks_are_those_of_the_whole_run(text: str) -> None:
    lower = text.lower()
    folded = (lower if len(lower) == len(text) else text).translate(words._FOLD)
    one_by_one: list[Word] = []
    position = 0
    while position < len(text):
        position = words._next_word(text, folded, position, DUTCH, one_by_one)
    assert list(map(told, words.split(text, DUTCH))) == list(map(told, one_by_one))
