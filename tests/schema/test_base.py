"""Declaring a table: what is derived from a declaration, and what a bad declaration says."""

import datetime as dt
from pathlib import Path
from typing import Literal

import duckdb
import polars as pl
import pytest

from etl.schema import TABLES, Row
from etl.schema.base import column
from etl.schema.ddl import ddl, sql_literal
from etl.schema.frames import polars_schema


@pytest.fixture(autouse=True)
def own_tables() -> object:
    """Tables declared in a test are forgotten after it."""
    before = dict(TABLES)
    yield
    TABLES.clear()
    TABLES.update(before)


def declare() -> type[Row]:
    class Thing(Row, table="core.things", key=("thing_id",)):
        """One row per thing.

        On two lines.
        """

        thing_id: str = column("its id; it's quoted")
        kind: Literal["a", "b"] | None = column("its kind")
        share: float = column("a share", ge=0, le=1)
        n: int | None = column("a count", ge=0, references="core.things", filled_by="anchor")
        words: list[str] = column("words")
        seen_at: dt.datetime | None = column("an instant")
        seen_date: dt.date | None = column("a day")
        is_good: bool = column("a truth")

    return Thing


def test_columns_know_all_that_is_derived_from_them() -> None:
    row = declare()
    columns = {c.name: c for c in row.columns()}
    assert list(columns) == ["thing_id", "kind", "share", "n", "words", "seen_at", "seen_date", "is_good"]
    assert (columns["kind"].accepted, columns["kind"].is_nullable) == (("a", "b"), True)
    assert (columns["share"].minimum, columns["share"].maximum) == (0, 1)
    assert (columns["n"].references, columns["n"].filled_by) == ("core.things", "anchor")
    assert columns["words"].is_list
    assert row.comment() == "One row per thing. On two lines."
    assert TABLES["core.things"] is row


def test_the_table_in_duckdb_and_the_frame_in_polars_hold_the_same() -> None:
    row = declare()
    with duckdb.connect() as con:
        con.execute("SET GLOBAL TimeZone = 'UTC'; CREATE SCHEMA core")
        for statement in ddl(row):
            con.execute(statement)
        assert con.table("core.things").pl().schema == polars_schema(row)
        comments = con.execute("SELECT comment FROM duckdb_columns() WHERE table_name = 'things'").fetchall()
        assert comments[0] == ("its id; it's quoted",)


def test_ids_that_the_anchor_step_writes_again_are_not_compressed(tmp_path: Path) -> None:
    class Member(Row, table="core.members", key=("member_id",)):
        """One row per member."""

        member_id: str = column("its id")
        head_id: str | None = column("the one it follows", references="core.members", filled_by="anchor")

    with duckdb.connect(tmp_path / "members.duckdb") as con:
        con.execute("CREATE SCHEMA core")
        for statement in ddl(Member):
            con.execute(statement)
        con.execute("INSERT INTO core.members SELECT md5(i::VARCHAR), md5(i::VARCHAR) FROM range(10_000) AS r(i)")
        con.execute("CHECKPOINT")
        stored = con.execute(
            "SELECT DISTINCT column_name, compression FROM pragma_storage_info('core.members') "
            "WHERE segment_type = 'VARCHAR'"
        ).fetchall()
    compression = dict(stored)
    assert compression["head_id"] == "Uncompressed" != compression["member_id"]


@pytest.mark.parametrize(
    "values",
    ["NULL, 'a', 0.5, 1", "'x', 'c', 0.5, 1", "'x', 'a', 1.5, 1", "'x', 'a', 0.5, -1"],
    ids=["key is NULL", "no such kind", "above the most", "below the least"],
)
def test_the_database_refuses_what_the_declaration_forbids(values: str) -> None:
    with duckdb.connect() as con:
        con.execute("CREATE SCHEMA core")
        for statement in ddl(declare()):
            con.execute(statement)
        con.execute(
            "INSERT INTO core.things BY NAME SELECT 'y' AS thing_id, 0 AS share, [] AS words, true AS is_good"
        )
        with pytest.raises(duckdb.ConstraintException):
            con.execute(f"INSERT INTO core.things VALUES ({values}, [], NULL, NULL, true)")


def test_a_declaration_without_grain_or_comment_is_refused() -> None:
    with pytest.raises(TypeError, match="needs a docstring"):
        type("Bad", (Row,), {"__module__": __name__}, table="core.bad", key=("x",))

    with pytest.raises(TypeError, match="it has no comment"):

        class Mute(Row, table="core.mute", key=("mute_id",)):
            """One row per mute."""

            mute_id: str

        Mute.columns()


def test_a_type_that_no_column_can_have_is_named() -> None:
    class Odd(Row, table="core.odd", key=("odd_id",)):
        """One row per odd."""

        odd_id: complex = column("a number of another kind")

    with pytest.raises(TypeError, match="no column type for"):
        Odd.columns()


@pytest.mark.parametrize("text", ["plain", "it's", "''", "; DROP TABLE x --", "ë\n"])
def test_a_literal_gives_its_text(text: str) -> None:
    with duckdb.connect() as con:
        assert con.execute(f"SELECT {sql_literal(text)}").fetchall() == [(text,)]


@pytest.mark.parametrize("table", sorted(TABLES))
def test_names_keep_to_their_suffixes(table: str) -> None:
    """WAREHOUSE's grammar of names: `_at` an instant, `_date` a day, `n_` a count, `is_` a truth."""
    kinds = {"_at": dt.datetime, "_date": dt.date, "_earliest": dt.datetime, "_latest": dt.datetime}
    for c in TABLES[table].columns():
        for suffix, kind in kinds.items():
            if c.name.endswith(suffix):
                assert c.python_type is kind, c.name
        if c.name.startswith("n_"):
            assert c.python_type is int, c.name
        assert c.name.startswith("is_") == (c.python_type is bool), c.name


@pytest.mark.parametrize("table", sorted(TABLES))
def test_every_table_opens_with_its_grain_and_refers_to_what_is_there(table: str) -> None:
    row = TABLES[table]
    assert row.comment().startswith("One row per ")
    for c in row.columns():
        assert c.references is None or (c.references in TABLES and len(TABLES[c.references].key) == 1)
    assert isinstance(polars_schema(row), pl.Schema)
