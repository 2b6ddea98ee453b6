"""What the words beside a name can be in a language: its data, and each word told once."""

from functools import lru_cache
from typing import NamedTuple

from etl import languages
from etl.transform import agencies
from etl.transform.places import gazetteer

_PARTICLES = frozenset(["van", "von", "de", "da", "di", "du"])
_ENDS_SENTENCE = tuple('.!?:;"“”„‘(«»•*')
(LOCATIVE, AREA, LINKING, TITLE, GIVEN_NAME, SMALL, TOWARDS, BODY_OF, CAPITAL, ENDS, PARTICLE, DIVISION) = (
    1 << n for n in range(12)
)
(GOVERNS, DISEASE, BODY, CIVIC, SPEECH, NUMBER, COMMA) = (1 << n for n in range(12, 19))
"""What a word beside a name can be."""


class Rules(NamedTuple):
    """What a language knows about the neighbours of places."""

    locative: frozenset[str]
    linking: frozenset[str]
    areas: frozenset[str]
    titles: frozenset[str]
    speech: frozenset[str]
    organisations: frozenset[str]
    organisation_of: frozenset[str]
    civic: frozenset[str]
    divisions: frozenset[str]
    towards: frozenset[str]
    governs: frozenset[str]
    """Words that follow the name of a town or a county: its police, its mayor."""
    diseases: frozenset[str]
    """Words after the name of a place that some disease is called after."""
    counties: frozenset[str]
    """Words that follow the names of several counties: Mobile and Baldwin counties."""
    county: frozenset[str]
    """The word that a county has with its name."""
    generic: frozenset[str]
    """Words that are part of names, and no name by themselves."""
    small: frozenset[str]
    """Words that open a sentence with a capital and are no name."""


@lru_cache
def rules_of(language: str) -> Rules:
    """The rules of a language; empty where it has none."""
    data = languages.toml(language, "places") if languages.has(language, "places.toml") else {}
    rules = Rules(*(frozenset(str(data.get(name, "")).split()) for name in Rules._fields))
    common = languages.toml(language, "language").get("function_words", ())
    return rules._replace(
        small=rules.small | rules.linking | rules.locative | frozenset(common),
        generic=rules.organisations | rules.civic,
    )


@lru_cache(maxsize=50_000)
def kind(language: str, word: str) -> int:
    """What a word beside a name is in a language, as bits."""
    rules, lowered = rules_of(language), word.lower()
    is_title = lowered in rules.titles
    found = {
        LOCATIVE: lowered in rules.locative,
        AREA: lowered in rules.areas,
        LINKING: lowered in rules.linking,
        TITLE: is_title,
        GIVEN_NAME: word in gazetteer.load().given_names,
        SMALL: lowered in rules.small,
        TOWARDS: lowered in rules.towards,
        BODY_OF: word in rules.organisation_of,
        CAPITAL: word[:1].isupper(),
        ENDS: word[-1:] in _ENDS_SENTENCE and not is_title,
        PARTICLE: lowered in _PARTICLES,
        DIVISION: lowered in rules.divisions,
        GOVERNS: word in rules.governs,
        DISEASE: word in rules.diseases,
        BODY: word.partition("-")[0] in rules.organisations,
        CIVIC: word in rules.civic,
        SPEECH: word in rules.speech,
        NUMBER: word.isdigit(),
        COMMA: word[-1:] == ",",
    }
    return sum(bit for bit, is_so in found.items() if is_so)


@lru_cache(maxsize=1)
def outlets() -> frozenset[str]:
    """The first two words of papers and broadcasters that are named after a place: Washington Post."""
    names = (
        form
        for facts in agencies.directory().facts.values()
        for form in [facts.name, *(facts.prose_names or "").split("|")]
    )
    return frozenset(" ".join(name.casefold().split()[:2]) for name in names if len(name.split()) > 1)
