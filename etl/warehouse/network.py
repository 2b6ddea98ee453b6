"""The anchor network on the warehouse: which clocks to solve again, and what they rest on.

What belongs here: finding the pages that new documents and claims touch, reading their evidence, and writing
`core.anchor_evidence`, `ops.conflicts` and `ops.anchored`. What does not: the evidence itself and the solving, which
are the transform's; and what hangs on clocks (`anchoring.py`).

Evidence that is added only tightens. So for a document that is new, or that gets its first claim, the search starts
from the bounds that stand: the document and its neighbours (pages that share an item or follow each other, revisions
of an item) are solved with the neighbours' bounds as they are, and on from those that moved, until nothing moves.
Where evidence was taken back, or contradicts what stands, whole components are solved from nothing.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import NamedTuple

import duckdb
import numpy as np
import polars as pl

from etl.schema import Row, core, ops, raw
from etl.schema.frames import polars_schema
from etl.transform import anchors, clocks, evidence
from etl.transform.clocks import Clocks
from etl.transform.network import components
from etl.warehouse import habits
from etl.warehouse.connection import at_rest

_MOST_ROUNDS = 12  # of widening; what still moves then is no neighbourhood
_MOST_NEW = 10_000  # documents that are solved from what stands; where there are more, whole components are
_CLOCKS = 100_000  # that are solved at once, where they are not connected
_MANY = 50_000  # clocks to solve that may have the memory of the connection meanwhile
_OF_CLOCKS = [name for name in core.Anchor.model_fields if not name.startswith("inferred_")]


class Solved(NamedTuple):
    """Clocks that were looked at: as they stand in the warehouse, and as they are now; both in one order."""

    documents: pl.DataFrame
    """document_id of those whose clocks they are."""
    before: pl.DataFrame
    """core.anchors, with their number (rowid)."""
    clocks: Clocks


class Scope(NamedTuple):
    """Documents that are solved together."""

    documents: pl.DataFrame
    """document_id."""
    places: dict[type[Row], tuple[int, int]]
    """Between which rows (rowid) of a table theirs stand; of one that is not there, anywhere."""

    def lying(self, row: type[Row]) -> str:
        """The SQL of whether a row is among these."""
        return "rowid BETWEEN {} AND {}".format(*self.places[row]) if row in self.places else "true"


class Found(NamedTuple):
    """What new documents and claims touch."""

    is_renewed: bool
    """Whether documents were read again: what hung on their clocks before may be gone."""
    scopes: list[Scope | Solved]
    """One after the other, or solved already."""


def find(con: duckdb.DuckDBPyConnection) -> Found:
    """Find what new documents and claims touch, and keep what is learnt of sites; the end is `forget`."""
    con.execute(_CHANGED)
    con.execute("CREATE OR REPLACE TEMP TABLE sequences (document_id VARCHAR, sequence VARCHAR)")
    new, changed = (
        con.sql(f"SELECT document_id FROM changed_clocks WHERE {which} ORDER BY ALL").pl()  # noqa: S608 - of this module
        for which in ("only_adds", "NOT only_adds")
    )
    if new.is_empty() and changed.is_empty():
        return Found(is_renewed=False, scopes=[])
    con.execute(_LINKED)
    ((is_renewed,),) = con.execute("SELECT coalesce(bool_or(is_renewed), false) FROM changed_clocks").fetchall()
    of_other_habit = habits.learn(con)
    con.register("of_other_habit", of_other_habit.to_arrow())
    # so that they are solved again even where this run ends before
    con.execute(
        "UPDATE ops.anchored SET is_stale = true WHERE document_id IN (SELECT document_id FROM of_other_habit)"
    )
    con.unregister("of_other_habit")
    changed = pl.concat([changed, of_other_habit]).unique().sort("document_id")
    widened = _widen(con, new) if changed.is_empty() and new.height <= _MOST_NEW and _stands(con) else None
    scopes = _components(con, pl.concat([new, changed])) if widened is None else [widened]
    return Found(bool(is_renewed), list(scopes))


def solve(con: duckdb.DuckDBPyConnection, scope: Scope | Solved) -> Solved:
    """Solve the clocks of some documents; in no transaction, for the connection rests where they are many."""
    if isinstance(scope, Solved):
        return scope
    given = _read(con, scope)
    with at_rest(con) if given.before.height > _MANY else nullcontext():
        return _solve(given)


def keep(con: duckdb.DuckDBPyConnection, solved: Solved, moved: pl.DataFrame) -> None:
    """Write what bounds rest on, and that they are solved; the bounds themselves are the caller's.

    Args:
        con: the build.
        solved: the clocks.
        moved: document_id of those whose clocks moved, on which something may hang that is to be dated.
    """
    _write(con, solved)
    con.register("scope", solved.documents.to_arrow())
    con.register("moved_documents", moved.to_arrow())
    con.execute(
        """
        CREATE OR REPLACE TEMP TABLE solved_documents AS
        SELECT
            document_id,
            if(c.document_id IS NULL, o.capture_id, c.capture_id) AS capture_id,
            false AS is_stale,
            coalesce(o.is_dated, false) AND document_id NOT IN (SELECT document_id FROM moved_documents) AS is_dated
        FROM scope
        LEFT JOIN changed_clocks AS c USING (document_id)
        LEFT JOIN ops.anchored AS o USING (document_id)
        """
    )
    con.unregister("moved_documents")
    con.unregister("scope")
    _replace(con, ops.Anchored, con.table("solved_documents").pl())
    con.execute("DROP TABLE solved_documents")


def forget(con: duckdb.DuckDBPyConnection) -> None:
    """Put away what `find` found."""
    con.execute("DROP TABLE changed_clocks; DROP TABLE sequences")


# the claim that decides each document: the newest of the strongest basis, as `anchors.best_claims` has it
_CHANGED = f"""
    CREATE OR REPLACE TEMP TABLE changed_clocks AS
    WITH ranked AS (
        SELECT
            document_id,
            capture_id,
            row_number() OVER (
                PARTITION BY document_id
                ORDER BY list_position({list(anchors.BASES)!r}, basis), asserted_at DESC, capture_id
            ) AS place
        FROM raw.captures
    )

    SELECT
        a.document_id,
        r.capture_id,
        -- what was solved without a claim only gains by one; a document read again may have lost evidence
        o.document_id IS NULL
        OR (o.capture_id IS NULL AND a.is_solved AND NOT o.is_stale) AS only_adds,
        o.document_id IS NOT NULL AND (o.is_stale OR NOT a.is_solved) AS is_renewed
    FROM (
        SELECT document_id, bool_and(latest IS NOT NULL) AS is_solved FROM core.anchors GROUP BY document_id
    ) AS a
    LEFT JOIN ranked AS r ON r.document_id = a.document_id AND r.place = 1
    LEFT JOIN ops.anchored AS o ON o.document_id = a.document_id
    WHERE o.document_id IS NULL
        OR NOT a.is_solved
        OR o.capture_id IS DISTINCT FROM r.capture_id
        OR o.is_stale
"""  # noqa: S608 - values of this package


def _stands(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether any clock is solved."""
    return bool(con.sql("SELECT 1 FROM ops.anchored LIMIT 1").fetchall())


def _widen(con: duckdb.DuckDBPyConnection, new: pl.DataFrame) -> Solved | None:
    """Solve documents that only add evidence, and on from the neighbours that they move; None where it conflicts."""
    inner = new
    for _ in range(_MOST_ROUNDS):
        ring = _neighbours(con, inner)
        scope = pl.concat([inner, ring]).unique().sort("document_id")
        if _had_conflicts(con, scope):
            return None
        solved = _solve(_read(con, Scope(scope, {}), keep=True))
        if solved.clocks.conflicts.height:
            return None
        moved = solved.before.filter(_differs(solved.before, solved.clocks.anchors)).select("document_id").unique()
        beyond = moved.join(inner, on="document_id", how="anti")
        if beyond.is_empty():
            return solved
        inner = pl.concat([inner, beyond]).unique()
    return None


def _differs(before: pl.DataFrame, after: pl.DataFrame) -> pl.Series:
    return before["earliest"].ne_missing(after["earliest"]) | before["latest"].ne_missing(after["latest"])


def _had_conflicts(con: duckdb.DuckDBPyConnection, documents: pl.DataFrame) -> bool:
    con.register("scope", documents.to_arrow())
    found = con.sql("SELECT 1 FROM ops.conflicts SEMI JOIN scope USING (document_id) LIMIT 1").fetchall()
    con.unregister("scope")
    return bool(found)


# documents that one says something of the other: revisions of an item, and in an archive with pages that tell no time
# each with the next, but for two that do; see `evidence`
_LINKED = """
    CREATE OR REPLACE TEMP TABLE sequences AS
    WITH crawled AS (
        SELECT document_id, crawl_uri, crawl_number, c.document_id IS NOT NULL AS is_dated
        FROM raw.documents AS d
        LEFT JOIN (SELECT DISTINCT document_id FROM raw.captures WHERE basis = 'warc') AS c USING (document_id)
        WHERE crawl_number IS NOT NULL
        QUALIFY NOT bool_and(is_dated) OVER (PARTITION BY crawl_uri)
    ),

    beside AS (
        SELECT
            document_id,
            lead(document_id) OVER archive AS next_id,
            is_dated AND lead(is_dated) OVER archive AS are_dated
        FROM crawled
        WINDOW archive AS (PARTITION BY crawl_uri ORDER BY crawl_number, document_id)
    )

    SELECT document_id, 'item ' || item_uri AS sequence FROM raw.documents WHERE item_version IS NOT NULL
    UNION ALL
    SELECT unnest([document_id, next_id]), 'after ' || document_id FROM beside
    WHERE next_id IS NOT NULL AND NOT are_dated
"""


def _neighbours(con: duckdb.DuckDBPyConnection, documents: pl.DataFrame) -> pl.DataFrame:
    """Documents that share an item with these, or stand in one sequence with them."""
    con.register("inner_documents", documents.to_arrow())
    found: pl.DataFrame = con.sql(
        """
        WITH keys AS (
            SELECT DISTINCT item_key FROM core.articles SEMI JOIN inner_documents USING (document_id)
            WHERE item_key IS NOT NULL
        ),

        own AS (SELECT DISTINCT sequence FROM sequences SEMI JOIN inner_documents USING (document_id)),

        found AS (
            SELECT document_id FROM core.articles SEMI JOIN keys USING (item_key)
            UNION
            SELECT document_id FROM sequences SEMI JOIN own USING (sequence)
        )

        SELECT document_id FROM found
        WHERE document_id NOT IN (SELECT document_id FROM inner_documents)
        """
    ).pl()
    con.unregister("inner_documents")
    return found


def _components(con: duckdb.DuckDBPyConnection, documents: pl.DataFrame) -> Iterator[Scope]:
    """All documents that are connected with these by shared items or by sequences, those that are connected together.

    Each is tied to the first document with the same key, so that what is held is two numbers a tie.
    """
    ties = con.sql(
        """
        WITH keyed AS (
            SELECT d.rowid AS node, a.item_key AS key
            FROM core.articles AS a
            JOIN raw.documents AS d USING (document_id)
            WHERE a.item_key IS NOT NULL
            UNION ALL
            SELECT d.rowid, s.sequence FROM sequences AS s JOIN raw.documents AS d USING (document_id)
        ),

        shared AS (SELECT key, min(node) AS first FROM keyed GROUP BY key HAVING min(node) <> max(node))

        SELECT DISTINCT node, first FROM keyed JOIN shared USING (key) WHERE node <> first
        """
    ).pl()
    ((n_documents,),) = con.execute("SELECT coalesce(max(rowid), -1) + 1 FROM raw.documents").fetchall()
    labels = components(1 + n_documents, *(1 + ties[name].to_numpy() for name in ("node", "first")))
    con.register("labels", pl.DataFrame({"node": np.arange(n_documents), "label": labels[1:]}).to_arrow())
    con.register("asked", documents.to_arrow())
    found = con.sql(
        """
        WITH labelled AS (
            SELECT d.document_id, labels.label FROM raw.documents AS d JOIN labels ON labels.node = d.rowid
        ),

        touched AS (SELECT DISTINCT label FROM labelled SEMI JOIN asked USING (document_id)),

        counted AS (SELECT document_id, count(*) AS n_clocks FROM core.anchors GROUP BY document_id)

        SELECT document_id, label, coalesce(n_clocks, 0) AS n_clocks
        FROM labelled
        SEMI JOIN touched USING (label)
        LEFT JOIN counted USING (document_id)
        -- the largest are solved each by itself, the others in the order they came: those of a scope stand together
        ORDER BY sum(coalesce(n_clocks, 0)) OVER (PARTITION BY label) >= $most DESC, label, document_id
        """,
        params={"most": _CLOCKS},
    ).pl()
    con.unregister("asked")
    con.unregister("labels")
    # those of one label stay together
    ends = found["n_clocks"].cum_sum() - found["n_clocks"]
    part = pl.select(ends.alias("at")).hstack(found.select("label")).select(pl.col("at").min().over("label"))["at"]
    parts = found.select("document_id", part=part // _CLOCKS)
    places = _places(con, parts)
    for (number,), group in parts.group_by("part", maintain_order=True):
        yield Scope(group.select("document_id").sort("document_id"), places.get(number, {}))


def _places(con: duckdb.DuckDBPyConnection, parts: pl.DataFrame) -> dict[object, dict[type[Row], tuple[int, int]]]:
    """Between which rows of the tables that are read the documents of each part stand: all tables looked at once."""
    con.register("parts", parts.to_arrow())
    places: dict[object, dict[type[Row], tuple[int, int]]] = {}
    for row in (core.Anchor, raw.Document, core.Article):
        found = con.execute(
            f"""
            SELECT part, min(t.rowid), max(t.rowid)
            FROM {row.table} AS t
            JOIN parts USING (document_id)
            GROUP BY part
            """  # noqa: S608 - declared names only
        ).fetchall()
        for part, first, last in found:
            places.setdefault(part, {})[row] = first, last
    con.unregister("parts")
    return places


class _Given(NamedTuple):
    """What the clocks of some documents are solved from: the documents, and what `clocks.solve` takes."""

    documents: pl.DataFrame
    before: pl.DataFrame
    facts: pl.DataFrame
    claims: pl.DataFrame
    articles: pl.DataFrame
    standing: pl.DataFrame | None
    habits: pl.DataFrame


def _solve(given: _Given) -> Solved:
    documents, before, facts, claims, articles, standing, habits_ = given
    return Solved(documents, before, clocks.solve(before, facts, claims, articles, standing, habits_))


def _read(con: duckdb.DuckDBPyConnection, scope: Scope, *, keep: bool = False) -> _Given:
    """Read the evidence on some documents; `keep`: whether the bounds that stand are known to hold."""
    con.register("scope", scope.documents.to_arrow())
    before = con.sql(
        f"""
        SELECT a.rowid AS number, {", ".join(_OF_CLOCKS)}
        FROM {core.Anchor.table} AS a SEMI JOIN scope USING (document_id)
        WHERE {scope.lying(core.Anchor)}
        ORDER BY anchor_id
        """  # noqa: S608 - declared names only
    ).pl()
    facts = con.sql(
        f"""
        SELECT
            document_id, source_uri, ingested_at, published_earliest, published_latest,
            {", ".join(evidence.OF_SEQUENCES)}
        FROM {raw.Document.table} SEMI JOIN scope USING (document_id)
        WHERE {scope.lying(raw.Document)}
        """  # noqa: S608 - names of this package
    ).pl()
    claims = con.sql("SELECT * FROM raw.captures SEMI JOIN scope USING (document_id)").pl()
    articles = con.sql(
        f"""
        SELECT {", ".join(evidence.OF_ARTICLES)}
        FROM {core.Article.table} SEMI JOIN scope USING (document_id)
        WHERE {scope.lying(core.Article)}
        """  # noqa: S608 - names of this package
    ).pl()
    con.unregister("scope")
    standing = _standing(con, before) if keep else None
    return _Given(scope.documents, before, facts, anchors.best_claims(claims), articles, standing, habits.read(con))


def _standing(con: duckdb.DuckDBPyConnection, before: pl.DataFrame) -> pl.DataFrame:
    """The bounds that stand, with the steps that each rests on."""
    con.register("clocks", before.select("anchor_id").to_arrow())
    steps = con.sql(
        "SELECT anchor_id, side, n_steps FROM core.anchor_evidence SEMI JOIN clocks USING (anchor_id)"
    ).pl()
    con.unregister("clocks")
    wide = before.filter(pl.col("latest").is_not_null()).select("anchor_id", "earliest", "latest")
    for side in ("earliest", "latest"):
        counted = steps.filter(pl.col("side") == side).select("anchor_id", pl.col("n_steps").alias(f"steps_{side}"))
        wide = wide.join(counted, on="anchor_id", how="left", maintain_order="left")
    return wide


def _write(con: duckdb.DuckDBPyConnection, solved: Solved) -> None:
    """Put what the bounds rest on in the place of what stands there, where it differs."""
    had_bounds = False
    for side in ("earliest", "latest"):
        had = solved.before.filter(pl.col(side).is_not_null()).select("anchor_id")
        had_bounds |= had.height > 0
        lost = solved.clocks.anchors.filter(pl.col(side).is_null()).join(had, on="anchor_id", how="semi")
        if lost.height:
            # a bound that is known no longer rests on nothing
            con.register("lost", lost.select("anchor_id").to_arrow())
            con.execute(
                f"""
                DELETE FROM core.anchor_evidence
                WHERE side = '{side}' AND anchor_id IN (SELECT anchor_id FROM lost)
                """  # noqa: S608 - of this module
            )
            con.unregister("lost")
    con.register("scope", solved.documents.to_arrow())
    con.execute("DELETE FROM ops.conflicts WHERE document_id IN (SELECT document_id FROM scope)")
    con.unregister("scope")
    # in the order of the clocks themselves, so that what a document has lies together
    places = solved.before.select("anchor_id", "number")
    steps = solved.clocks.steps.join(places, on="anchor_id", how="left").sort("number", "side")
    # where no clock had a bound there is nothing to look for, in the largest table of this step
    (_replace if had_bounds else _add)(con, core.AnchorEvidence, steps)
    _replace(con, ops.Conflict, solved.clocks.conflicts)


def _add(con: duckdb.DuckDBPyConnection, row: type[Row], frame: pl.DataFrame) -> None:
    """Add rows whose keys no row has, in their order."""
    if frame.is_empty():
        return
    con.register("found", frame.select(polars_schema(row).names()).to_arrow())
    con.execute(f"INSERT INTO {row.table} BY NAME FROM found")
    con.unregister("found")


def _replace(con: duckdb.DuckDBPyConnection, row: type[Row], frame: pl.DataFrame) -> None:
    """Put rows in the place of those with their keys, where they differ from them; new ones in their order."""
    if frame.is_empty():
        return
    names = polars_schema(row).names()
    con.register("found", frame.select(names).with_row_index("place").to_arrow())
    same = " AND ".join(f"t.{name} = f.{name}" for name in row.key)
    differs = " OR ".join(f"t.{name} IS DISTINCT FROM f.{name}" for name in names)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE other AS
        SELECT f.* FROM found AS f LEFT JOIN {row.table} AS t ON {same} WHERE {differs}
        """  # noqa: S608 - declared names only
    )
    con.execute(f"DELETE FROM {row.table} AS t USING other AS f WHERE {same}")  # noqa: S608 - as above
    con.execute(f"INSERT INTO {row.table} BY NAME SELECT * EXCLUDE (place) FROM other ORDER BY place")  # noqa: S608
    con.execute("DROP TABLE other")
    con.unregister("found")
