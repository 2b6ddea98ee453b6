"""News of our own making with places as dense as in running news, and no article twice: what the bench measures.

The sentences are those of `paragraphs.tsv`, each place replaced by another of its kind, among sentences that name
people and no place. In 52 Dutch articles of Wikinews a place is named every 330 characters, half of the time one that
was named before; here it is one in 250 to 300, and half of them again.
"""

import random
from collections.abc import Iterator

from tests.composed import words
from tests.transform.places import mentions

_PLACED = 0.17
"""Share of the sentences that name places."""
_LENGTH = (8, 22)
"""Sentences of an article."""
_NAMED = 3
"""Places of a kind that an article names."""
_SAYS = {"nl": "zei", "en": "said"}


def articles(language: str, n_chars: int, seed: int = 1) -> Iterator[str]:
    """Articles of a language, of some 2,000 characters each, until there are `n_chars`.

    Args:
        language: `nl` or `en`.
        n_chars: characters to write at least.
        seed: the same seed gives the same articles.
    """
    from faker import Faker

    choose = random.Random(seed)  # noqa: S311 - the same text for the same seed, no secret
    people = Faker({"nl": "nl_NL", "en": "en_US"}[language])
    people.seed_instance(seed)
    placed, towns = list(_sentences(language)), _surfaces(language)
    while n_chars > 0:
        own = {kind: choose.sample(names, min(_NAMED, len(names))) for kind, names in towns.items()}
        text = " ".join(
            _placed(choose, placed, own) if choose.random() < _PLACED else _plain(choose, language, people.name())
            for _ in range(choose.randint(*_LENGTH))
        )
        yield text
        n_chars -= len(text)


def _sentences(language: str) -> Iterator[list[tuple[str, str]]]:
    """Sentences with places, as pieces of text, each with the kind of its place or an empty string."""
    for text, expected in mentions.read("paragraphs", language):
        pieces: list[tuple[str, str]] = []
        at = 0
        for (start, end), place in expected.items():
            pieces += [(text[at:start], ""), (text[start:end], _kind(text[start:end], place))]
            at = end
        pieces.append((text[at:], ""))
        sentence: list[tuple[str, str]] = []
        for piece, kind in pieces:
            head, stop, tail = piece.rpartition(". ")
            if stop and not kind:
                yield [*sentence, (f"{head}.", "")]
                sentence = [(tail, "")]
            else:
                sentence.append((piece, kind))
        yield sentence


def _kind(surface: str, place: str) -> str:
    return "town" if place.startswith("gn") and not surface.isupper() else place[:2]


def _surfaces(language: str) -> dict[str, list[str]]:
    """The names of places by kind; each town of the gazetteer with 15,000 people or more, and those of the texts."""
    from etl.transform.places import gazetteer

    found: dict[str, list[str]] = {}
    for text, expected in mentions.read("paragraphs", language):
        for (start, end), place in expected.items():
            found.setdefault(_kind(text[start:end], place), []).append(text[start:end])
    found["town"] = found["town"] * 40 + [town.name for town in gazetteer.load().towns(15_000)]
    return found


def _placed(choose: random.Random, sentences: list[list[tuple[str, str]]], names: dict[str, list[str]]) -> str:
    return "".join(choose.choice(names[kind]) if kind else piece for piece, kind in choose.choice(sentences)).strip()


def _plain(choose: random.Random, language: str, person: str) -> str:
    subject, predicate, end = (choose.choice(parts) for parts in words.SENTENCES[language])
    if choose.random() < 0.4:
        return f"{subject} {predicate} {end}, {_SAYS[language]} {person}."
    return f"{subject} {predicate} {end}."
