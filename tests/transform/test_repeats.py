"""Reading alike items once gives the rows that reading each would give."""

from collections.abc import Callable, Sequence

import polars as pl
import pytest

from etl.settings import current
from etl.transform import pipeline, reading, repeats
from etl.transform.records import Article, Reading
from etl.transform.tabulate import Tables
from tests.bench import documents
from tests.composed import compose


def _pages() -> list[str]:
    sample = [path.read_text(encoding="utf-8") for path in sorted((current().seeds / "pages").glob("*.txt"))]
    made = [page.text for page in compose.pages(10, hard=True, seed=11)]
    # pages that repeat whole, and the same items at other places of another page
    return [*sample, *made, *sample[::-1], "Kop van een andere pagina\n\n" + sample[0], *made[3:6]]


def _each(articles: Sequence[Article], read: Callable[[Sequence[Article]], Reading]) -> repeats.Repeats:
    return repeats.Repeats(read(articles), articles, range(len(articles)))


def _rows(texts: list[str], monkeypatch: pytest.MonkeyPatch, *, once: bool) -> tuple[Tables, int]:
    read: list[int] = []
    plain = reading.read

    def counted(articles, language):  # type: ignore[no-untyped-def]
        read.append(len(articles))
        return plain(articles, language)

    with monkeypatch.context() as patch:
        patch.setattr(reading, "read", counted)
        if not once:
            patch.setattr(repeats, "read_once", _each)
        return pipeline.transform(documents(texts)), sum(read)


def test_alike_items_are_read_once_and_give_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = _pages()
    (tables, n_read), (each, n_each) = (_rows(texts, monkeypatch, once=once) for once in (True, False))
    assert n_read < 0.7 * n_each
    for name, frame in tables.items():
        assert frame.equals(each[name], null_equal=True), name
    assert tables["core.events"].height > 300


def test_items_that_differ_in_a_letter_are_read_each(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["BREDA (ANP) - De politie arresteerde een man.", "BREDA (ANP) - De politie arresteerde een vrouw."]
    tables, n_read = _rows(texts, monkeypatch, once=True)
    assert n_read == 2
    assert tables["core.events"].filter(pl.col("trigger") == "arresteerde").height == 2
