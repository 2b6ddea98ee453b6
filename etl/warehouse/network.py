"""The anchor network on the warehouse: which clocks to solve again, and what they rest on.

What belongs here: finding the pages that new documents and claims touch, reading their evidence, and writing
`core.anchor_evidence`, `ops.conflicts` and `ops.anchored`. What does not: the evidence itself and the solving, which
are the transform's; and what hangs on clocks (`anchoring.py`).

Evidence that is added only tightens. So for a document that is new, or that gets its first claim, the search starts
from the bounds that stand: the document and its neighbours (pages that share an item or follow each other, revisions
of an item) are solved with the neighbours' bounds as they are, and on from those that moved, until nothing moves.
Where evidence was taken back, or contradicts what stands, whole components are solved from nothing.
"""

from typing import NamedTuple

import duckdb
import polars as pl

from etl.schema import Row, core, ops
from etl.schema.frames import polars_schema
from etl.transform import anchors, clocks, evidence
from etl.transform.clocks import Clocks
from etl.transform.network import components
from etl.warehouse import habits

_MOST_ROUNDS = 12  # of widening; what still moves then is no neighbourhood


class Solved(NamedTuple):
    """The clocks that were looked at: as they stand in the warehouse, and as they are now; both in one order."""

    before: pl.DataFrame
    after: pl.DataFrame
    only_added: bool
    """Whether evidence was only added: no document was read again, and none lost evidence."""


def solve(con: duckdb.DuckDBPyConnection) -> Solved | None:
    """Solve what new documents and claims touch; write what it rests on. The bounds themselves are the caller's.

    Returns:
        None where nothing is new.
    """
    con.execute(_CHANGED)
    new, changed = (
        con.sql(f"SELECT document_id FROM changed_clocks WHERE {which} ORDER BY ALL").pl()  # noqa: S608 - of this module
        for which in ("only_adds", "NOT only_adds")
    )
    if new.is_empty() and changed.is_empty():
        con.execute("DROP TABLE changed_clocks")
        return None
    con.execute(_LINKED)
    changed = pl.concat([changed, habits.learn(con)]).unique().sort("document_id")
    only_added = changed.is_empty()
    found = _widen(con, new) if only_added else None
    if found is None:
        scope = _component(con, pl.concat([new, changed]))
        found = scope, *_solve(con, scope)
    scope, before, solved = found
    _write(con, scope, solved)
    con.execute("DROP TABLE changed_clocks; DROP TABLE sequences")
    return Solved(before, solved.anchors, only_added)


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
        OR (o.capture_id IS NULL AND a.is_solved AND NOT o.is_stale) AS only_adds
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


def _widen(con: duckdb.DuckDBPyConnection, new: pl.DataFrame) -> "tuple[pl.DataFrame, pl.DataFrame, Clocks] | None":
    """Solve documents that only add evidence, and on from the neighbours that they move; None where it conflicts."""
    inner = new
    for _ in range(_MOST_ROUNDS):
        ring = _neighbours(con, inner)
        scope = pl.concat([inner, ring]).unique().sort("document_id")
        before, solved = _solve(con, scope, keep=True)
        if solved.conflicts.height or _had_conflicts(con, scope):
            return None
        moved = before.filter(_differs(before, solved.anchors)).select("document_id").unique()
        beyond = moved.join(inner, on="document_id", how="anti")
        if beyond.is_empty():
            return scope, before, solved
        inner = pl.concat([inner, beyond]).unique()
    return None


def count_conflicts(con: duckdb.DuckDBPyConnection) -> int:
    """How many pieces of evidence are set aside."""
    ((n,),) = con.table(ops.Conflict.table).count("*").fetchall()
    return int(n)


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


def _component(con: duckdb.DuckDBPyConnection, documents: pl.DataFrame) -> pl.DataFrame:
    """All documents that are connected with these by shared items or by sequences."""
    links = con.sql(
        """
        SELECT document_id, item_key FROM core.articles WHERE item_key IS NOT NULL
        UNION ALL
        SELECT document_id, sequence FROM sequences
        """
    ).pl()
    ids = pl.concat([links["document_id"], documents["document_id"]]).unique().sort()
    keys = links["item_key"].unique().sort()
    number = pl.DataFrame({"document_id": ids}).with_row_index("node", offset=1)
    key_number = pl.DataFrame({"item_key": keys}).with_row_index("key", offset=1 + ids.len())
    numbered = (
        links.join(number, on="document_id").join(key_number, on="item_key").cast({"node": pl.Int64, "key": pl.Int64})
    )
    labels = components(1 + ids.len() + keys.len(), numbered["node"].to_numpy(), numbered["key"].to_numpy())
    labelled = number.with_columns(label=pl.Series(labels[1 : 1 + ids.len()]))
    touched = labelled.join(documents, on="document_id", how="semi")["label"].unique()
    return labelled.filter(pl.col("label").is_in(touched.to_list())).select("document_id").sort("document_id")


def _solve(
    con: duckdb.DuckDBPyConnection, documents: pl.DataFrame, *, keep: bool = False
) -> tuple[pl.DataFrame, Clocks]:
    """Read the evidence on some documents and solve it.

    Args:
        con: the build.
        documents: document_id.
        keep: whether the bounds that stand are known to hold.

    Returns:
        core.anchors as they stand, and what is known now.
    """
    con.register("scope", documents.to_arrow())
    before = con.sql("SELECT * FROM core.anchors SEMI JOIN scope USING (document_id) ORDER BY anchor_id").pl()
    facts = con.sql(
        f"""
        SELECT
            document_id, source_uri, ingested_at, published_earliest, published_latest,
            {", ".join(evidence.OF_SEQUENCES)}
        FROM raw.documents SEMI JOIN scope USING (document_id)
        """  # noqa: S608 - names of this package
    ).pl()
    claims = con.sql("SELECT * FROM raw.captures SEMI JOIN scope USING (document_id)").pl()
    articles = con.sql(
        f"SELECT {', '.join(evidence.OF_ARTICLES)} FROM core.articles SEMI JOIN scope USING (document_id)"  # noqa: S608
    ).pl()
    con.unregister("scope")
    solved = _standing(con, before) if keep else None
    best = anchors.best_claims(claims)
    return before, clocks.solve(before, facts, best, articles, solved, habits.read(con))


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


def _write(con: duckdb.DuckDBPyConnection, scope: pl.DataFrame, solved: Clocks) -> None:
    """Put what the bounds rest on in the place of what stands there, where it differs."""
    con.register("scope", scope.to_arrow())
    con.register("solved_clocks", solved.anchors.select("anchor_id", "earliest", "latest").to_arrow())
    for side in ("earliest", "latest"):
        # a bound that is known no longer rests on nothing
        con.execute(
            f"""
            DELETE FROM core.anchor_evidence
            WHERE side = '{side}' AND anchor_id IN (SELECT anchor_id FROM solved_clocks WHERE {side} IS NULL)
            """  # noqa: S608 - of this module
        )
    con.unregister("solved_clocks")
    con.execute("DELETE FROM ops.conflicts WHERE document_id IN (SELECT document_id FROM scope)")
    con.unregister("scope")
    _replace(con, core.AnchorEvidence, solved.steps)
    _replace(con, ops.Conflict, solved.conflicts)
    con.execute("DELETE FROM ops.anchored WHERE document_id IN (SELECT document_id FROM changed_clocks)")
    con.execute(
        """
        INSERT INTO ops.anchored BY NAME
        SELECT document_id, capture_id, false AS is_stale FROM changed_clocks
        """
    )


def _replace(con: duckdb.DuckDBPyConnection, row: type[Row], frame: pl.DataFrame) -> None:
    """Put rows in the place of those with their keys, where they differ from them."""
    if frame.is_empty():
        return
    names = polars_schema(row).names()
    con.register("found", frame.select(names).to_arrow())
    same = " AND ".join(f"t.{name} = f.{name}" for name in row.key)
    differs = " OR ".join(f"t.{name} IS DISTINCT FROM f.{name}" for name in names)
    con.execute(
        f"""
        CREATE OR REPLACE TEMP TABLE other AS
        SELECT f.* FROM found AS f LEFT JOIN {row.table} AS t ON {same} WHERE {differs}
        """  # noqa: S608 - declared names only
    )
    con.execute(f"DELETE FROM {row.table} AS t USING other AS f WHERE {same}")  # noqa: S608 - as above
    con.execute(f"INSERT INTO {row.table} BY NAME SELECT * FROM other")  # noqa: S608 - as above
    con.execute("DROP TABLE other")
    con.unregister("found")
