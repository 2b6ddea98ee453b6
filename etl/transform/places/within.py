"""Places that the text itself says where to look for: "Paris, Texas", "Lebanon's Bekaa Valley"."""

import re
from collections.abc import Iterator

from etl.transform.places.candidates import Candidate, Name
from etl.transform.places.gazetteer import Names
from etl.transform.places.weigh import IN_CONTAINER, KNOWN, REACH, SURE, Hit, around_of, weigh
from etl.transform.places.words import Rules

_AREA = r"[A-ZÀ-Þ][\w.'’-]*(?: (?:of |and |de )?[A-ZÀ-Þ][\w.'’-]*){0,3}"
_CONTAINER = re.compile(
    rf"(?:, ?|,? in | \(|, (?:[a-zà-ÿ]{{1,12}} ){{1,5}}(?:of|van|in|von|de) (?:the |de |het )?)(?P<area>{_AREA})"
)
OPENS = (",", " (", " in ")
_CONTAINED = re.compile(
    r"(?P<name>[A-ZÀ-Þ][\w'’.-]*(?: (?:de |la |of |on |upon )?[A-ZÀ-Þ][\w'’.-]*){0,3})(?:, | \()$"
)
_AGED = re.compile(r"\d, of (?:nearby )?(?P<name>[A-Z][\w'’-]+(?: [A-Z][\w'’-]+){0,2})")
_LISTED_NAMES = re.compile(
    r"(?:[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,2}(?:, and |, | and ))*[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,2}\Z"
)
_ONE_NAME = re.compile(r"[A-Z][\w.'’-]*(?: [A-Z][\w.'’-]*){0,2}")
NOWHERE: tuple[None, int] = (None, -1)
_POSTAL = re.compile(r", ([A-Z]{2})(?!\w|\.\w)")


def container(text: str, end: int, name: Name, names: Names) -> tuple[Candidate | None, int]:
    """The area that follows a name and holds a place of that name, and where it starts: "Paris, Texas"."""
    if name.candidates[0].feature_code == "PCLI" or (match := _CONTAINER.match(text, end, end + REACH)) is None:
        return NOWHERE
    area = match["area"]
    while area:
        for written in (area, area.rstrip(".,")):
            for candidate in names.areas.get(written, ()):
                if _fits(name, candidate):
                    # "Harlem, New York" is in the state; "a part of New York" may say the town
                    is_said = text[match.start("area") - 2] in ",(" or text[match.start("area") - 1] == "("
                    return candidate, match.start("area") if is_said else -1
        area = area.rpartition(" ")[0]
    return NOWHERE


def owner(last: Hit | None, start: int, name: Name) -> Candidate | None:
    """The area just before, with an apostrophe, that holds a place of the name: "Lebanon's Bekaa Valley"."""
    if last is None or last.end + 3 != start or last.weight <= 0:
        return None
    return next((c for c in last.name.candidates[:1] if c.feature_class == "A" and _fits(name, c)), None)


def _fits(name: Name, area: Candidate) -> bool:
    """Whether a place of the name lies in an area; a division is never said to lie in another: that is a list."""
    if name.candidates[0].feature_code == "ADM1" and area.feature_code != "PCLI":
        return name.candidates[0].country == area.country and len(name.candidates) > 1 and _holds_city(name, area)
    return any(holds(area, c) for c in name.candidates)


def _holds_city(name: Name, area: Candidate) -> bool:
    return any(holds(area, c) for c in name.candidates[1:] if c.prominence >= KNOWN)


def holds(area: Candidate, candidate: Candidate) -> bool:
    """Whether an area holds a place; a county, whether it lies in the same division."""
    if area.location_id == candidate.location_id or candidate.feature_code == "PCLI":
        return False
    if area.feature_code == "PCLI":
        return area.country == candidate.country
    return area.division == candidate.division


def with_contained(unit: int, text: str, hits: list[Hit], names: Names, language: str) -> list[Hit]:
    """The hits, with places that are known by their container alone: "Honey Grove, Texas", "Reno, TX"."""
    if not hits and ", " not in text:
        return hits
    taken = {hit.end for hit in hits}
    added: list[Hit] = []
    areas = [(hit.start, hit.name.candidates[0]) for hit in hits if hit.name.candidates[0].feature_class == "A"]
    if "TX" in names.areas:
        for match in _POSTAL.finditer(text):
            for area in names.areas.get(match[1], ())[:1]:
                areas.append((match.start(1), area))
                surface = match[1]
                name = Name(surface, (area,), "mention", 0, 1)
                if match.start() in taken or _contained(unit, text, match.start(1), area, names, language, taken):
                    added.append(Hit(unit, match.start(1), match.end(1), surface, name, SURE))
    for start, area in areas:
        if text[max(0, start - 2) : start] in (", ", " (") and start - 2 not in taken:
            added += _contained(unit, text, start, area, names, language, taken)
    for match in _AGED.finditer(text) if ", of " in text else ():
        added += _resident(unit, text, match, names, language, taken)
    return list(apart(added + hits)) if added else hits


def _contained(
    unit: int, text: str, at: int, area: Candidate, names: Names, language: str, taken: set[int]
) -> list[Hit]:
    """The name before an area, the longest that a place in it bears."""
    match = _CONTAINED.search(text[max(0, at - REACH) : at])
    if match is None or at - 2 in taken:
        return []
    words, end = match["name"], at - 2
    while words:
        name = names.exact(words)
        if name and name.role == "mention" and any(holds(area, c) for c in name.candidates):
            around = around_of(text, end - len(words), end)
            weight, is_person = weigh(name, around, names, language, None, end - len(words))
            return [Hit(unit, end - len(words), end, words, name, weight + IN_CONTAINER, area, is_person)]
        words = words.partition(" ")[2]
    return []


def _resident(unit: int, text: str, match: re.Match[str], names: Names, language: str, taken: set[int]) -> list[Hit]:
    """The place that a person of some age is said to be of: "Tina Powderly, 29, of Deport"."""
    words, start = match["name"], match.start("name")
    while words:
        end = start + len(words)
        if end in taken:
            return []
        if (name := names.exact(words)) and name.role == "mention":
            weight, _ = weigh(name, around_of(text, start, end), names, language, None, start)
            return [Hit(unit, start, end, words, name, weight)]
        words = words.rpartition(" ")[0]
    return []


def with_counties(unit: int, text: str, hits: list[Hit], names: Names, plural: str, single: str) -> list[Hit]:
    """The hits, with the counties of lists that say what they are at the end: "Mobile and Baldwin counties"."""
    found: list[Hit] = []
    at = text.find(f" {plural}")
    while at >= 0:
        if listed := _LISTED_NAMES.search(text[max(0, at - REACH * 2) : at]):
            first = max(0, at - REACH * 2) + listed.start()
            for match in _ONE_NAME.finditer(text, first, at):
                if name := names.exact(f"{match[0]} {single}"):
                    found.append(Hit(unit, match.start(), match.end(), match[0], name, SURE))
        at = text.find(f" {plural}", at + 1)
    return list(apart(found + hits)) if found else hits


def division_word(text: str, end: int, after: str, name: Name, rules: Rules) -> int:
    """Length of the word with a capital that ends the name of a division: Lagos State, but not Michigan State."""
    if not after[:1].isupper() or after.lower() not in rules.divisions:
        return 0
    next_word = end + 1 + len(after)
    if not text.startswith(after, end + 1) or text[next_word + 1 : next_word + 2].isupper():
        return 0
    is_division = any(c.feature_code == "ADM1" and c.country != "US" for c in name.candidates)
    return 1 + len(after) if is_division else 0


def apart(hits: list[Hit]) -> Iterator[Hit]:
    """Hits in order, none over another: of two, the one that starts first, then the longer, then the surer."""
    last = 0
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end, -hit.weight)):
        if hit.start >= last:
            yield hit
            last = hit.end
