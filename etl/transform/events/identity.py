"""Who a noun phrase speaks of: the name in it, the country, the sector, and how many people.

Countries come from place mentions and demonyms inside the phrase and from `events_actors.csv`; sectors from that
table alone, and from a country that acts (its government).
"""

from typing import Final

from etl.transform.events.lexicon import Actor
from etl.transform.events.phrases import Identity, Phrase
from etl.transform.events.scene import Scene

_LONGEST_NAME: Final = 3  # words of an institution's name in the table


def identify(scene: Scene, phrase: Phrase) -> Identity:
    """Say who a phrase speaks of. The surface is the name where the phrase ends in one, else the phrase itself."""
    if phrase.identity is None:
        phrase.identity = _identify(scene, phrase)
    return phrase.identity


def _identify(scene: Scene, phrase: Phrase) -> Identity:
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
        if start is not None and position and token.person.is_particle:
            continue
        if not token.is_capital:
            break
        place = scene.place_at(tokens[position])
        if place is not None and place.is_demonym:
            break
        opening = not token.is_name and position == 0 and len(tokens) > 1
        if opening and (token.person.actor is not None or token.tags):
            break
        start = position
    if start and start < len(tokens) - 1 and scene.tokens[tokens[start]].person.is_particle:
        start += 1
    if start is None:
        return None
    before = scene.place_at(tokens[start - 1]) if start else None
    if before is not None and before.is_demonym:
        return start - 1  # Amerikaanse Senaat is one name
    return start


def _facts(scene: Scene, tokens: list[int]) -> tuple[str | None, str | None]:
    """Country and sector: the words nearest the end of the phrase say most."""
    country: str | None = None
    sector: str | None = None
    acts = False
    for position in range(len(tokens) - 1, -1, -1):
        spot = scene.place_at(tokens[position])
        place = spot.mention.place if spot is not None else None
        if spot is not None and place is not None:
            country = country or place.country_code
            is_country_alone = len(tokens) == 1 and place.feature_class == "A"
            acts = acts or spot.mention.role == "metonym" or is_country_alone
        if sector is not None:
            continue
        known = _known(scene, tokens, position)
        if known is not None:
            sector = known.sector or None
            country = country or known.country or None
    return country, sector or ("GOV" if acts else None)


def _known(scene: Scene, tokens: list[int], position: int) -> Actor | None:
    """What the table knows of the longest name that ends at a position of the phrase."""
    person = scene.tokens[tokens[position]].person
    if person.ends_name:
        for n in range(min(_LONGEST_NAME, position + 1), 1, -1):
            known = scene.lexicon.actor(
                " ".join([scene.tokens[i].low for i in tokens[position - n + 1 : position + 1]])
            )
            if known is not None:
                return known
    return person.actor


def _quantity(scene: Scene, phrase: Phrase) -> tuple[int | None, int | None]:
    """Least and most people that the number before the noun allows."""
    tokens = scene.tokens
    low = high = None
    if not any(tokens[i].has_number for i in phrase.tokens):
        return None, None
    if any(tokens[i].person.is_no_person for i in phrase.tokens):
        return None, None
    last = phrase.tokens[-1] if len(phrase.tokens) > 1 else -1  # the noun counts nobody, unless it is all there is
    for i in phrase.tokens:
        found = tokens[i].person.number
        if found is not None and i != last:
            low, high = (
                found
                if low is None
                else (low * max(1, found[0]), None if found[1] is None or high is None else high * found[1])
            )
    if low is None:
        return None, None
    near = range(max(0, phrase.first - 2), phrase.last)
    bound = next((tokens[i].person.bound for i in near if tokens[i].person.bound), "")
    if bound == "least":
        return low, None
    if bound == "most":
        return None, high
    if bound == "about" and high is not None:
        return low * 9 // 10, -(-high * 11 // 10)
    return low, high
