"""One folder a language, one loader for all: linguistic knowledge is data.

What belongs here: the data files of each language (TOML and CSV) and the functions that read them. What does
not: rules that use them; those stand in `etl.transform`. Adding a language adds a folder and changes no function.
"""

import csv
import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent


@lru_cache(maxsize=1)
def available() -> tuple[str, ...]:
    """The ISO 639-1 codes of the languages that have a folder."""
    return tuple(sorted(path.parent.name for path in _FOLDER.glob("*/language.toml")))


def has(language: str, file: str) -> bool:
    """Whether the language has a data file of that name."""
    return (_FOLDER / language / file).is_file()


@lru_cache
def toml(language: str, name: str) -> dict[str, Any]:
    """Read `<language>/<name>.toml`.

    Raises:
        FileNotFoundError: the language has no such file.

    """
    return tomllib.loads((_FOLDER / language / f"{name}.toml").read_text(encoding="utf-8"))


@lru_cache
def table(language: str, name: str) -> tuple[dict[str, str], ...]:
    """Read `<language>/<name>.csv` as one dictionary a row; an empty field is an empty string.

    Raises:
        FileNotFoundError: the language has no such file.

    """
    with (_FOLDER / language / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines))


@lru_cache
def words_of_all(name: str, section: str, key: str) -> frozenset[str]:
    """The words under a key of `<language>/<name>.toml` in every language that has them: pages mix languages."""
    tables = (toml(code, name) for code in available() if has(code, f"{name}.toml"))
    return frozenset(word for data in tables for word in data.get(section, {}).get(key, ()))
