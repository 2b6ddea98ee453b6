"""The check that every character of a document is an item's or furniture's, on data that breaks it."""

import duckdb
import pytest

from etl.warehouse import checks
from tests.warehouse.documents import add, build

TEXT = """\
zaterdag 31 januari 2026
Editie Noord
Net binnen
- Drenthe 15:44 Wolf gezien in Emmen
Meer uit Binnenland
ANP Brug bij Zwolle dicht
De brug\u00a0is dicht.
5 jaar geleden
"""


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = build()
    add(con, TEXT)
    return con


def n_failed(con: duckdb.DuckDBPyConnection) -> int:
    (check,) = (c for c in checks.declared() if c.name == "core.furniture.characters_conserved")
    (result,) = checks.run(con, [check])
    return result.n_failed


def test_a_page_is_conserved(con: duckdb.DuckDBPyConnection) -> None:
    kinds = con.execute("SELECT kind, count(*) FROM core.furniture GROUP BY ALL ORDER BY ALL").fetchall()
    assert kinds == [("boilerplate", 2), ("heading", 2), ("stamp", 1)]
    assert n_failed(con) == 0


@pytest.mark.parametrize(
    "breakage",
    [
        "DELETE FROM core.furniture WHERE kind = 'stamp'",
        "UPDATE core.furniture SET span_end = span_end + 30 WHERE kind = 'stamp'",
        "UPDATE core.articles SET item_end = item_end - 1 WHERE role <> 'brief'",
        "DELETE FROM core.articles WHERE role = 'brief'",
        "UPDATE core.articles SET stamp_start = NULL WHERE role <> 'brief'",
    ],
)
def test_what_is_lost_or_taken_twice_is_found(con: duckdb.DuckDBPyConnection, breakage: str) -> None:
    con.execute(breakage)
    assert n_failed(con) > 0


def test_a_document_read_again_replaces_its_furniture(con: duckdb.DuckDBPyConnection) -> None:
    before = con.execute("SELECT * FROM core.furniture ORDER BY ALL").fetchall()
    add(con, TEXT, version="v2")
    assert con.execute("SELECT * FROM core.furniture ORDER BY ALL").fetchall() == before
