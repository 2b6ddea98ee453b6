"""Slices: small databases in memory, each with the rows of some documents and models on them.

What a run does after the anchor step must not grow with what did not change. So its checks look at the documents
that changed since they held, its exports compute the rows of documents that changed, and both see these through
slices: the same tables, and models of `sql/` as tables, each made once. Memory is that of a slice, however large the
build is.

A slice holds whole documents: those asked for, and those that a bound of theirs rests on. Its models give the rows of
the documents asked for as they are on the whole build, but for those that count or gather over all documents
(`gathered.py`). Which documents changed, and where the rows of each lie, their fingerprints say (`fingerprints.py`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import NamedTuple, TypeVar

import duckdb

from etl.schema import TABLES, Row, core, ops
from etl.schema.ddl import sql_literal, sql_type
from etl.warehouse import fingerprints
from etl.warehouse.connection import n_threads
from etl.warehouse.fingerprints import BY_DOCUMENT
from etl.warehouse.models import Model, Project

SLICE_CHARS = 4_000_000
"""Characters of the documents asked for that a slice holds, and no more documents."""
Given = TypeVar("Given")
Made = TypeVar("Made")


@contextmanager
def sliced(con: duckdb.DuckDBPyConnection) -> Iterator["Slicer"]:
    """Open a slicer for the while, beside those that stay open."""
    slicer = Slicer(con, "passing")
    try:
        yield slicer
    finally:
        slicer.close()


class Slicer:
    """Makes one slice after the other in a database in memory beside another; what is in it goes with it."""

    def __init__(self, source: duckdb.DuckDBPyConnection, name: str = "slice") -> None:
        """Attach the database and make its tables.

        Args:
            source: a connection that uses the database to be sliced. Where the rows of a document lie is looked up in
                the tables of `fingerprints.take`, if it has them: nothing may have changed since they were taken.
            name: of the database in memory; slicers of one connection that are open together need two.
        """
        ((whole,),) = source.execute("SELECT current_database()").fetchall()
        self._source, self._whole, self._database = source, str(whole), name
        self._is_locator = not fingerprints.is_located(source)
        if self._is_locator:
            fingerprints.locate(source)
        self.con = source.cursor()
        """A slice is read through this: its names are those of the whole."""
        self.con.execute(f"ATTACH ':memory:' AS {name}")
        self.con.execute(f"USE {name}")
        self._held: list[str] | None = None
        self._made: set[str] = set()
        """Tables that have the rows of what is held, and models on them."""
        self._noted: dict[str, _Noted] = {}
        """Where the rows of what is held lie, by table, as is noted."""
        self._rows = self._make_tables()

    def close(self) -> None:
        """Drop the database."""
        self.con.execute(f'USE "{self._whole}"')
        self.con.execute(f"DETACH {self._database}")
        self.con.close()
        if self._is_locator:
            fingerprints.forget(self._source)

    def another(self) -> duckdb.DuckDBPyConnection:
        """Another connection to the slice, for another thread; whoever asks closes it."""
        cursor = self.con.cursor()
        cursor.execute(f"USE {self._database}")
        return cursor

    def at_once(self, work: Callable[[duckdb.DuckDBPyConnection, Given], Made], given: Sequence[Given]) -> list[Made]:
        """Do the same work on several things, as many at a time as there are cores, on connections to the slice.

        A slice has too few rows for DuckDB to divide a query on it.
        """
        waiting, made = enumerate(given), dict[int, Made]()

        def take_what_waits() -> None:
            with closing(self.another()) as con:
                for place, one in waiting:  # each goes to the thread that asks first
                    made[place] = work(con, one)

        n = min(n_threads(self.con), len(given))
        with ThreadPoolExecutor(max(1, n)) as pool:
            for worker in [pool.submit(take_what_waits) for _ in range(n)]:
                worker.result()
        return [made[place] for place in range(len(given))]

    def _make_tables(self) -> list[type[Row]]:
        """Make the tables; give those with rows of documents that the whole has too."""
        for schema in ("raw", "core", "ref", "ops"):
            self.con.execute(f"CREATE SCHEMA {schema}")
        for row in TABLES.values():
            if row.table.startswith("ref.") or row in (ops.CheckResult, ops.Run):
                self.con.execute(f'CREATE TABLE {row.table} AS FROM "{self._whole}".{row.table}')
            else:
                self._empty(self.con, row)
        tables = self.con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = ?", [self._whole]
        ).fetchall()
        present = {table for (table,) in tables}
        return [row for row in BY_DOCUMENT if row.table in present]

    def _empty(self, con: duckdb.DuckDBPyConnection, row: type[Row]) -> None:
        """Make a table anew: rows that were deleted stay in memory, and DuckDB is slower beside them."""
        columns = ", ".join(f"{c.name} {sql_type(c)}" for c in row.columns())
        con.execute(f"CREATE OR REPLACE TABLE {row.table} ({columns})")

    def groups(self, documents: list[str]) -> Iterator[list[str]]:
        """Divide documents into such as make a slice each."""
        self._name("asked", documents)
        rows = self.con.execute(
            f"""
            SELECT list(document_id ORDER BY place)
            FROM (
                SELECT
                    d.document_id,
                    d.rowid AS place,
                    (sum(d.n_chars) OVER (ORDER BY d.rowid) - 1) // {SLICE_CHARS} AS slice
                FROM "{self._whole}".raw.documents AS d
                SEMI JOIN main.asked USING (document_id)
            )
            GROUP BY slice
            ORDER BY slice
            """  # noqa: S608 - names of this module
        ).fetchall()
        return (list(group) for (group,) in rows)

    def fill(self, documents: list[str], project: Project, tables: Iterable[str] = ()) -> None:
        """Hold the rows of documents, and of those they hang on, and models on them; what is held already stays.

        Args:
            documents: whose rows.
            project: the models.
            tables: qualified names of those that are read beside what the models read: no others are held.
        """
        if documents != self._held:
            self._ask(documents)
        self._take({*tables, *(source for model in project.models for source in model.sources)})
        self._model(project)

    def _name(self, table: str, documents: Sequence[str]) -> None:
        """Put the names of documents into a table of the slice."""
        query = f"CREATE OR REPLACE TABLE main.{table} AS SELECT unnest(?::VARCHAR[]) AS document_id"
        self.con.execute(query, [documents])

    def _ask(self, documents: list[str]) -> None:
        """Find these documents, those they hang on, and where their rows lie; hold nothing."""
        for row in self._rows:
            if row.table in self._made:
                self._empty(self.con, row)
        self._made.clear()
        self._name("asked", documents)
        reached = [name for (name,) in self._source.execute(_REACHED, [documents]).fetchall()]
        self._name("documents", reached)
        self.con.register("found", self._source.sql(_STRETCHES, params=[reached]).to_arrow_table())
        self.con.execute("CREATE OR REPLACE TABLE main.stretches AS FROM found")
        self.con.unregister("found")
        noted = self.con.execute(
            "SELECT name, sum(n)::BIGINT, min(first), max(last) FROM main.stretches GROUP BY name"
        ).fetchall()
        self._noted = {name: _Noted(*place) for name, *place in noted}
        self._held = documents

    def _take(self, tables: set[str]) -> None:
        """Put the rows of the documents into those of these tables that do not have them."""
        speaking = [row for row in _SPEAKS if row.table in tables - self._made]
        tables = tables.union(*(_SPEAKS[row].tables for row in speaking)) - self._made
        self.at_once(self._take_own, [row for row in self._rows if row.table in tables])
        self.at_once(self._take_spoken_of, speaking)
        self._made |= tables

    def _take_own(self, con: duckdb.DuckDBPyConnection, row: type[Row]) -> None:
        """Put the rows of the documents into a table."""
        noted = self._noted.get(row.table, _NOWHERE)
        stretches = f"FROM main.stretches WHERE name = {sql_literal(row.table)}"
        of_documents = f"{BY_DOCUMENT[row]} IN (SELECT document_id FROM main.documents)"  # noqa: S608 - as above
        lying = fingerprints.lying(stretches, noted.first, noted.last)
        if self._replace(con, row, f"{of_documents} AND {lying}") != noted.n_rows:
            self._replace(con, row, of_documents)  # they no longer lie there

    def _take_spoken_of(self, con: duckdb.DuckDBPyConnection, row: type[Row]) -> None:
        """Put the rows that the documents speak of into a table."""
        self._replace(con, row, _SPEAKS[row].condition)

    def _replace(self, con: duckdb.DuckDBPyConnection, row: type[Row], which: str) -> int:
        """Put rows of the whole in the place of those of a table; give how many."""
        self._empty(con, row)
        ((n,),) = con.execute(
            f'INSERT INTO {row.table} BY NAME FROM "{self._whole}".{row.table} WHERE {which}'
        ).fetchall()
        return int(n)

    def _model(self, project: Project) -> None:
        """Make the models that are not there as tables, so that what reads one often finds it made."""
        waiting = [model for model in project.models if model.name not in self._made]
        for schema in dict.fromkeys(model.schema for model in waiting):
            self.con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        while waiting:
            names = {model.name for model in waiting}
            ready = [model for model in waiting if names.isdisjoint(model.refs)]
            self.at_once(_make, ready)
            self._made |= {model.name for model in ready}
            waiting = [model for model in waiting if model not in ready]


def _make(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    con.execute(f"CREATE OR REPLACE TABLE {model.schema}.{model.name} AS\n{model.sql}")


class _Noted(NamedTuple):
    """Where the rows of some documents lie in a table."""

    n_rows: int
    first: int
    """rowid."""
    last: int


_NOWHERE = _Noted(0, 0, -1)
_STRETCHES = """
    FROM stretches
    WHERE number IN (SELECT rowid FROM raw.documents WHERE document_id IN (SELECT unnest(?::VARCHAR[])))
"""
_REACHED = """
    WITH RECURSIVE reached AS (
        SELECT unnest(?::VARCHAR[]) AS document_id
        UNION
        SELECT from_id FROM reached JOIN links USING (document_id)
    )

    FROM reached
"""


class _Speaks(NamedTuple):
    """Which rows of a table that are no document's a slice needs."""

    tables: tuple[str, ...]
    """Of whose rows in the slice."""
    condition: str


_SPEAKS: dict[type[Row], _Speaks] = {
    core.Story: _Speaks(("core.articles",), "story_id IN (SELECT story_id FROM core.articles)"),
    core.Location: _Speaks(
        ("core.article_locations", "core.events"),
        "location_id IN (SELECT location_id FROM core.article_locations UNION SELECT location_id FROM core.events)",
    ),
    core.Agency: _Speaks(("core.article_agencies",), "agency_id IN (SELECT agency_id FROM core.article_agencies)"),
    ops.Reject: _Speaks(("raw.documents",), "source_uri IN (SELECT source_uri FROM raw.documents)"),
}
