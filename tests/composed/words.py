"""Reads `words.toml`: what composed pages are made of."""

import tomllib
from pathlib import Path
from typing import Any

_DATA: dict[str, Any] = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))

SENTENCES: dict[str, list[list[str]]] = {
    name: [parts["subjects"], parts["predicates"], parts["ends"]] for name, parts in _DATA["sentences"].items()
}
"""Subjects, predicates and ends of sentences by language, and of titles; any three make one."""
MONTHS: dict[str, list[str]] = _DATA["months"]
WIRES: list[tuple[str, str, list[str]]] = [(form, language, agencies) for form, language, agencies in _DATA["wires"]]
PARTNERS: list[tuple[str, str]] = [(written, code) for written, code in _DATA["partners"]]


def words(name: str) -> list[str]:
    """A list of words."""
    return list(_DATA[name])
