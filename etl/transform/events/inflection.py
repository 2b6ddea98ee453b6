"""Inflected forms of verbs and nouns, from the rewriting rules and exceptions of a language's data.

What belongs here: applying `events_inflection.toml` and `events_irregular.csv`. What does not: what a word means.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from etl import languages

Feature = Literal["PRES", "PAST", "PART", "INF", "ATTR", "ING", "NOUN"]
"""What a form can be: finite present or past, past participle, infinitive, an inflected participle before a noun,
a present participle, a noun."""


class Form(NamedTuple):
    """A form of a lemma."""

    surface: str
    feature: Feature


class Rules(NamedTuple):
    """The inflection of a language."""

    data: dict[str, Any]
    irregular: dict[str, dict[str, str]]


@lru_cache
def rules(language: str) -> Rules:
    """Read the inflection of a language."""
    irregular = {row["lemma"]: row for row in languages.table(language, "events_irregular")}
    return Rules(languages.toml(language, "events_inflection"), irregular)


def _rewrite(word: str, rewrites: list[list[str]]) -> str:
    for pattern, replacement in rewrites:
        result, n = re.subn(pattern, replacement, word, count=1)
        if n:
            return result
    return word


def _irregular(lemma: str, rule: Rules) -> tuple[str, dict[str, str]] | None:
    """The longest irregular verb that the lemma ends in, and what stands before it: ver + bieden."""
    prefixes = rule.data.get("prefixes", "").split()
    for cut in range(1 if rule.data.get("irregular_whole") else max(0, len(lemma) - 2)):
        row = rule.irregular.get(lemma[cut:])
        known = lemma[:cut] in prefixes if prefixes else cut >= 2 and re.search("[aeiouy]", lemma[:cut])
        if row and (cut == 0 or known):
            return lemma[:cut], row
    return None


@lru_cache(maxsize=8192)
def verb_forms(lemma: str, language: str) -> tuple[Form, ...]:
    """All forms of a verb without its particle, the lemma itself included."""
    return tuple(dict.fromkeys(_verb_forms(lemma, rules(language))))


def _verb_forms(lemma: str, rule: Rules) -> Iterator[Form]:
    verb, spelling = rule.data["verb"], rule.data["verb"]["spelling"]
    bases, participle = verb["bases"], verb["participle"]
    found = _irregular(lemma, rule)
    prefix, row = found or ("", {})
    stem = row.get("stem") and prefix + row["stem"]
    stem = stem or _rewrite(_rewrite(lemma, bases["stem"]), spelling["stem"])
    yield Form(lemma, "INF")
    yield Form(lemma, "PRES")
    if "third" in bases:  # English: one ending in the present, one in the past, a present participle
        past = prefix + row["past"] if row else _rewrite(lemma, bases["past_form"])
        part = prefix + row["participle"] if row else past
        third = prefix + row["third"] if row.get("third") else _rewrite(lemma, bases["third"])
        ing = _rewrite(lemma, bases["ing"])
        for surface, feature in ((third, "PRES"), (past, "PAST"), (part, "PART"), (ing, "ING")):
            yield Form(_rewrite(surface, spelling["finish"]), feature)  # type: ignore[arg-type]
        return
    yield Form(stem, "PRES")
    third_person = prefix + row["third"] if row.get("third") else ""
    yield Form(third_person or _rewrite(stem + "t", spelling["finish"]), "PRES")
    dental = _rewrite(lemma, bases["past"])
    if row:
        pasts = [prefix + row["past"], prefix + row["past_plural"]]
        part = row["participle"] if not prefix else prefix + re.sub("^ge(?=.)", "", row["participle"])
        if prefix and row["participle"] == row["lemma"]:
            part = prefix + row["participle"]
    else:
        pasts = [stem + dental, stem + dental + "n"]
        bare = re.search(participle["without_prefix"], lemma)
        part = _rewrite(("" if bare else participle["prefix"]) + stem, participle["trema"])
        part = part if part.endswith(("t", "d")) else part + dental[0]
    for past in pasts:
        yield Form(past, "PAST")
    yield Form(part, "PART")
    yield Form(part if part.endswith("en") else part + "e", "ATTR")
    yield Form(lemma + "d", "ING")
    yield Form(lemma + "de", "ING")


@lru_cache(maxsize=8192)
def noun_forms(lemma: str, plural: str, language: str) -> tuple[Form, ...]:
    """Singular and plural of a noun; a plural given in the lexicon takes the place of the rule's."""
    many = plural or _rewrite(lemma, rules(language).data["noun"]["plural"])
    return tuple(dict.fromkeys((Form(lemma, "NOUN"), Form(many, "NOUN"))))
