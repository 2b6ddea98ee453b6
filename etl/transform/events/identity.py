"""Who a noun phrase speaks of: the name in it, the country, the sector, and how many people.

Countries come from place mentions and demonyms inside the phrase and from `events_actors.csv`; sectors from that
table alone, and from a country that acts (its government).
"""

import re
from typing import Final

from etl.transform.events.phrases import Phrase
from etl.transform.events.scene import Scene

_DIGITS: Final = re.compile(r"\d{1,3}(?:[.,]\d{3})*|\d+")
_LONGEST_NAME: Final = 3  # words of an institution's name in the table


class Identity:
    """What is known of a participant; `first` and `last` are the tokens of its surface."""

    def __init__(
        self,
        first: int,
        last: int,
        name: str | None,
        country_code: str | None,
        sector: str | None,
        quantity: tuple[int | None, int | None],
    ) -> None:
        self.first, self.last, self.name = first, last, name
        self.country_code, self.sector = country_code, sector
        self.quantity_min, self.quantity_max = quantity


def identify(scene: Scene, phrase: Phrase) -> Identity:
    """Say who a phrase speaks of. The surface is the name where the phrase ends in one, else the phrase itself."""
    tokens = phrase.tokens
    start = _name_start(scene, tokens)
    first = tokens[start] if start is not None else tokens[0]
    last = tokens[-1]
    named = start is not None
    name = " ".join(scene.tokens[i].surface for i in range(first, last + 1)) if named else None
    country, sector = _facts(scene, tokens)
    return Identity(first, last, name, country, sector, _quantity(scene, phrase))


def _name_start(scene: Scene, tokens: list[int]) -> int | None:
    """Position in the phrase where its closing name begins, or None where it does not end in one."""
    start: int | None = None
    for position in range(len(tokens) - 1, -1, -1):
        token = scene.tokens[tokens[position]]
        if token.low in scene.lexicon.name_particles and start is not None and position:
            continue
        if not token.surface[0].isupper():
            break
        place = scene.place_at.get(tokens[position])
        if place is not None and place[1].role == "demonym":
            break
        opening = not token.is_name and position == 0 and len(tokens) > 1
        if opening and (scene.lexicon.actor(token.low) is not None or token.tags):
            break
        start = position
    if start and start < len(tokens) - 1 and scene.tokens[tokens[start]].low in scene.lexicon.name_particles:
        start += 1
    if start is None:
        return None
    before = scene.place_at.get(tokens[start - 1]) if start else None
    if before is not None and before[1].role == "demonym":
        return start - 1  # Amerikaanse Senaat is one name
    return start


def _facts(scene: Scene, tokens: list[int]) -> tuple[str | None, str | None]:
    """Country and sector: the words nearest the end of the phrase say most."""
    lexicon = scene.lexicon
    country: str | None = None
    sector: str | None = None
    acts = False
    for position in range(len(tokens) - 1, -1, -1):
        mention = scene.place_at.get(tokens[position])
        if mention is not None and mention[1].place is not None:
            country = country or mention[1].place.country_code
            is_country_alone = mention[1].place.feature_class == "A" and len(tokens) == 1
            acts = acts or mention[1].role == "metonym" or is_country_alone
        if sector is not None:
            continue
        longest = _LONGEST_NAME if scene.tokens[tokens[position]].low in lexicon.name_ends else 1
        for n in range(min(longest, position + 1), 0, -1):
            words = " ".join(scene.tokens[i].low for i in tokens[position - n + 1 : position + 1])
            known = lexicon.actor(words)
            if known is not None:
                sector = known.sector or None
                country = country or known.country or None
                break
    return country, sector or ("GOV" if acts else None)


def _quantity(scene: Scene, phrase: Phrase) -> tuple[int | None, int | None]:
    """Least and most people that the number before the noun allows."""
    numbers, tokens = scene.lexicon.numbers, scene.tokens
    low = high = None
    if any(tokens[i].low in scene.lexicon.not_people for i in phrase.tokens):
        return None, None
    at = phrase.tokens[0]
    for i in phrase.tokens[:-1] or phrase.tokens:
        found = _number(tokens[i].low, numbers)
        if found is not None:
            low, high = (
                found
                if low is None
                else (low * max(1, found[0]), None if found[1] is None or high is None else high * found[1])
            )
            at = min(at, i)
    if low is None:
        return None, None
    bound = next(
        (
            scene.lexicon.bounds[tokens[i].low]
            for i in range(max(0, phrase.tokens[0] - 2), phrase.tokens[-1])
            if tokens[i].low in scene.lexicon.bounds
        ),
        None,
    )
    if bound == "least":
        return low, None
    if bound == "most":
        return None, high
    if bound == "about" and high is not None:
        return low * 9 // 10, -(-high * 11 // 10)
    return low, high


def _number(word: str, numbers: dict[str, tuple[int, int | None]]) -> tuple[int, int | None] | None:
    if word in numbers:
        return numbers[word]
    if not word[0].isdigit() or not _DIGITS.fullmatch(word):
        return None
    value = int(word.replace(".", "").replace(",", ""))
    return value, value
