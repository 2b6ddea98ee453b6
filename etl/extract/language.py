"""The language of a text, by its function words.

The words are data: `function_words` in `languages/<code>/language.toml`. A word of two languages tells nothing and
does not count; nor does a text that few of the words stand in, such as one of a language that has no folder.
"""

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import polars as pl

from etl import languages

UNDETERMINED = "und"
"""ISO 639-2 code of a language that is not known."""
_HEAD = 8000
"""Code points that are looked at."""
_MIN_SHARE = 0.08
"""Share of the words of a text that must be function words of its language; in running text a fifth and more are."""
_MIN_WORDS = 2
"""Function words there must be at least: one alone may be part of a name ("DEN HAAG")."""
_MIN_LEAD = 3
"""How many times as often as the next language's."""


def detect(texts: Sequence[str]) -> list[str]:
    """Tell the language of each text.

    Args:
        texts: texts of any length; the first 8,000 code points count.

    Returns:
        ISO 639-1 codes, `und` where it is not clear; one for each text, in order.

    """
    owner, pattern = _words()
    heads = pl.Series("text", texts, dtype=pl.String).str.slice(0, _HEAD)
    words = heads.str.extract_all(pattern).to_list()
    totals = heads.str.count_matches(r"\w+").to_list()
    return [
        _verdict(Counter(owner[word.lower()] for word in found), total)
        for found, total in zip(words, totals, strict=True)
    ]


def _verdict(counts: "Counter[str]", n_words: int) -> str:
    if not counts:
        return UNDETERMINED
    (best, n_best), *others = counts.most_common(2)
    n_next = others[0][1] if others else 0
    is_clear = n_best >= max(_MIN_WORDS, _MIN_LEAD * n_next) and n_best >= _MIN_SHARE * n_words
    return best if is_clear else UNDETERMINED


@lru_cache(maxsize=1)
def _words() -> tuple[dict[str, str], str]:
    """The words that one language alone has, with it; and one pattern that finds them all, in linear time."""
    lists = {code: set(languages.toml(code, "language").get("function_words", ())) for code in languages.available()}
    shared = Counter(word for words in lists.values() for word in words)
    owner = {word: code for code, words in lists.items() for word in words if shared[word] == 1}
    return owner, r"(?i)\b(?:" + "|".join(sorted(owner)) + r")\b"
