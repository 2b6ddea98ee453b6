"""Marts as files: what spreadsheets may not run, what the next program can read."""

import csv
import datetime as dt
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl.warehouse.export import UnknownTableError, export

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("SET GLOBAL TimeZone = 'UTC'")
    con.execute("CREATE SCHEMA marts")
    con.execute(
        """
        CREATE VIEW marts.words AS
        SELECT word, [word, 'x'] AS pair, TIMESTAMPTZ '2026-01-31 09:15:00+01' AS at, -1.5 AS number, NULL::INT AS gap
        FROM (VALUES ('=1+1'), ('+1'), ('-1'), ('@SUM(A1)'), (chr(9) || 'x'), (chr(13) || 'x'), ('plain, "quoted"'))
            AS t (word)
        """
    )
    con.execute('CREATE VIEW marts."select" AS SELECT 1 AS "order"')
    con.execute("CREATE SCHEMA core")
    con.execute("CREATE TABLE core.events AS SELECT 1 AS event_id")
    return con


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_a_cell_of_csv_never_opens_a_formula(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export(con, tmp_path, "csv")
    words = {row["word"] for row in rows(tmp_path / "words.csv")}
    assert words == {"'" + word for word in FORMULAS} | {'plain, "quoted"'}
    assert not any(cell[:1] in "=+@\t\r" for row in rows(tmp_path / "words.csv") for cell in row.values() if cell)


def test_numbers_times_and_lists_are_plain_in_csv(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export(con, tmp_path, "csv", ["words"])
    row = next(r for r in rows(tmp_path / "words.csv") if r["word"].startswith("plain"))
    assert row["number"] == "-1.5"
    assert row["at"] == "2026-01-31T08:15:00.000000Z"
    assert row["pair"] == '["plain, \\"quoted\\"","x"]'
    assert row["gap"] == ""


def test_parquet_keeps_types_and_words_as_they_are(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    export(con, tmp_path, "parquet", ["words"])
    frame = pl.read_parquet(tmp_path / "words.parquet")
    assert set(FORMULAS) <= set(frame["word"])
    assert frame["at"][0] == dt.datetime(2026, 1, 31, 8, 15, tzinfo=dt.UTC)
    assert frame.schema["pair"] == pl.List(pl.String)


def test_names_that_are_words_of_sql_are_quoted(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert [path.name for path in export(con, tmp_path, "csv", ["select"])] == ["select.csv"]
    assert rows(tmp_path / "select.csv") == [{"order": "1"}]


def test_the_same_rows_in_another_order_give_the_same_bytes(tmp_path: Path) -> None:
    written = []
    for order in ("ASC", "DESC"):
        with duckdb.connect() as con:
            con.execute("CREATE SCHEMA marts")
            con.execute(
                f"CREATE TABLE marts.t AS SELECT range AS n, 'w' || range AS w FROM range(5000) ORDER BY n {order}"
            )
            written.append([path.read_bytes() for form in ("csv", "parquet") for path in export(con, tmp_path, form)])
    assert written[0] == written[1]


def test_an_unknown_mart_names_those_there_are(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    with pytest.raises(UnknownTableError, match=r"no table nothing: there are select, words, core\.events"):
        export(con, tmp_path, "csv", ["nothing"])


def test_other_tables_are_named_with_their_schema(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    assert [path.name for path in export(con, tmp_path, "csv", ["core.events", "words"])] == [
        "words.csv",
        "core.events.csv",
    ]
    assert rows(tmp_path / "core.events.csv") == [{"event_id": "1"}]
