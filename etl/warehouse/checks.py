"""Data checks that follow from the declared tables: keys, values, references, and conservation.

Each is one query that gives the rows that break it; no rows, no fault. Physical constraints hold what DuckDB can hold
without locking a parent table; these say the rest, and say the same of data that came another way.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Literal, NamedTuple

from etl.schema import TABLES, Column, Row, core, ops, raw
from etl.schema.ddl import sql_literal
from etl.warehouse.fingerprints import BY_DOCUMENT, LEFT_OUT

if TYPE_CHECKING:
    import duckdb

Severity = Literal["error", "warn"]


class Check(NamedTuple):
    """One rule on one table."""

    name: str
    table: str
    kind: str
    severity: Severity
    description: str
    sql: str
    """Gives the rows that break the rule."""
    is_of_all: bool = False
    """Whether it looks at rows that are no document's, or at those of documents that have nothing to do with it."""

    @property
    def is_local(self) -> bool:
        """Whether it holds for all documents where it holds for some of them and for the rest.

        A key is unique in all where it is among the rows of each document, for it begins with the document's id. What
        a row refers to is the same document's, or one's that its bounds rest on, whose fingerprint is in its own; but
        for clusters, and what all documents share. Rows of `raw` have rules that cost nothing.
        """
        return self.table.startswith("core.") and not self.is_of_all


class Result(NamedTuple):
    """What a check found."""

    check: Check
    n_failed: int
    example: str | None


def declared() -> Iterator[Check]:
    """Every check of the declared tables, by table in order of declaration."""
    for row in TABLES.values():
        if not row.table.startswith(("ref.", "ops.")):
            yield _unique(row)
            for column in row.columns():
                yield from _column_checks(row, column)
    yield from _conservation()


def _check(row: type[Row], kind: str, rule: str, description: str, sql: str) -> Check:
    return Check(f"{row.table}.{rule}", row.table, kind, "error", description, sql)


def _unique(row: type[Row]) -> Check:
    key = ", ".join(row.key)
    sql = f"SELECT {key} FROM {row.table} GROUP BY {key} HAVING count(*) > 1"  # noqa: S608 - declared names only
    description = f"{key} is unique"
    owner = next((name for name in ("document_id", "article_id") if name in row.model_fields), None)
    if row.table.startswith("core.") and owner and owner not in row.key:
        sql += f" UNION ALL SELECT {key} FROM {row.table} WHERE NOT starts_with({key}, {owner} || '-')"  # noqa: S608
        description += f", and begins with its {owner}"
    return _check(row, "unique", "key_unique", description, sql)


def _column_checks(row: type[Row], column: Column) -> Iterator[Check]:
    name, table = column.name, row.table
    if not column.is_nullable:
        sql = f"SELECT {', '.join(row.key)} FROM {table} WHERE {name} IS NULL"  # noqa: S608 - declared names only
        yield _check(row, "not_null", f"{name}_not_null", f"{name} is never NULL", sql)
    if column.accepted:
        values = ", ".join(map(sql_literal, column.accepted))
        sql = f"SELECT {name} FROM {table} WHERE {name} NOT IN ({values})"  # noqa: S608 - declared names only
        yield _check(row, "accepted_values", f"{name}_accepted", f"{name} is one of {values}", sql)
    if column.references:
        parent = TABLES[column.references]
        (key,) = parent.key
        sql = f"SELECT {name} FROM {table} WHERE {name} NOT IN (SELECT {key} FROM {parent.table})"  # noqa: S608
        if parent is row:  # most refer to themselves: neither side is all rows
            sql = f"""
                WITH others AS (SELECT DISTINCT {name} FROM {table} WHERE {name} <> {key})

                FROM others
                WHERE {name} NOT IN (SELECT {key} FROM {table} WHERE {key} IN (FROM others))
            """  # noqa: S608 - declared names only
        check = _check(row, "relationships", f"{name}_relationship", f"{name} is a {key} of {parent.table}", sql)
        yield check._replace(is_of_all=parent not in BY_DOCUMENT or name in LEFT_OUT)


# (table, key, start, end, the words that the span must give or None); all with an article
_SPANS: tuple[tuple[type[Row], str, str, str | None], ...] = (
    (core.Article, "item_start", "item_end", None),
    (core.Article, "body_start", "body_end", "body"),
    (core.Article, "headline_start", "headline_end", "headline"),
    (core.Article, "stamp_start", "stamp_end", "stamp_raw"),
    (core.Sentence, "span_start", "span_end", None),
    (core.ArticleAgency, "span_start", "span_end", "credit_raw"),
    (core.ArticleLocation, "span_start", "span_end", "surface"),
    (core.TimeExpression, "span_start", "span_end", "surface"),
    (core.Event, "span_start", "span_end", "trigger"),
)


def _conservation() -> Iterator[Check]:
    """Nothing is lost on the way, and every span gives its words."""
    for row, start, end, words in _SPANS:
        yield _span_check(row, start, end, words)
    yield _check(
        ops.Run,
        "conservation",
        "documents_conserved",
        "documents read = new + known",
        "SELECT run_id FROM ops.runs WHERE n_read <> n_loaded + n_known",
    )._replace(table=raw.Document.table)
    yield _check(
        core.Article,
        "conservation",
        "documents_transformed",
        "every document has been transformed, and has an item or a reject that says why not",
        """
        SELECT document_id
        FROM raw.documents
        WHERE document_id NOT IN (SELECT document_id FROM core.articles)
            AND source_uri NOT IN (SELECT source_uri FROM ops.rejects WHERE stage = 'transform')
        UNION ALL
        SELECT document_id FROM raw.documents WHERE document_id NOT IN (SELECT document_id FROM ops.transformed)
        """,
    )
    yield _check(
        core.Furniture,
        "conservation",
        "characters_conserved",
        "every character of a document but white space is in one item, title, stamp or furniture, in one only",
        _UNCOVERED,
    )
    yield from _clocks()


# what lies between two neighbours is white space, and no two share a character; a brief holds its title and its stamp
_UNCOVERED = r"""
    WITH covered AS (
        SELECT document_id, item_start AS span_start, item_end AS span_end FROM core.articles
        UNION ALL
        SELECT document_id, headline_start, headline_end FROM core.articles
        WHERE headline_start IS NOT NULL AND role <> 'brief'
        UNION ALL
        SELECT document_id, stamp_start, stamp_end FROM core.articles
        WHERE stamp_start IS NOT NULL AND role <> 'brief'
        UNION ALL
        SELECT document_id, span_start, span_end FROM core.furniture
        UNION ALL
        SELECT document_id, n_chars, n_chars FROM raw.documents
    ),

    neighbours AS (
        SELECT
            *,
            lag(span_end, 1, 0) OVER (PARTITION BY document_id ORDER BY span_start, span_end) AS previous_end
        FROM covered
    )

    SELECT n.document_id, n.span_start
    FROM neighbours AS n
    JOIN raw.documents AS d USING (document_id)
    WHERE n.span_start < n.previous_end
        OR regexp_matches(
            substring(d.text, n.previous_end + 1, n.span_start - n.previous_end),
            '[^\s\v\x1c-\x1f\x{85}\p{Z}]'
        )
"""


def _span_check(row: type[Row], start: str, end: str, words: str | None) -> Check:
    key = row.key[0]
    is_article = row is core.Article
    source = (
        f"{row.table} AS r" if is_article else f"{row.table} AS r JOIN core.articles AS a USING (article_id)"
    ) + f" JOIN raw.documents AS d ON d.document_id = {'r' if is_article else 'a'}.document_id"
    broken = f"r.{start} < 0 OR r.{start} > r.{end} OR r.{end} > d.n_chars"
    if words:
        broken += f" OR substring(d.text, r.{start} + 1, r.{end} - r.{start}) <> r.{words}"
    sql = f"SELECT r.{key} FROM {source} WHERE {broken}"  # noqa: S608 - declared names only
    says = f"{start}..{end} lies within the text" + (f" and gives {words}" if words else "")
    return _check(row, "conservation", f"{start.removesuffix('_start')}_in_text", says, sql)


def _clocks() -> Iterator[Check]:
    """Bounds stand in order, and no clock runs after the one that bounds it."""
    yield _check(
        core.Anchor,
        "bounds",
        "bounds_ordered",
        "earliest <= latest",
        "SELECT anchor_id FROM core.anchors WHERE earliest > latest",
    )
    yield _check(
        core.Anchor,
        "bounds",
        "publication_by_capture",
        "publication <= capture",
        """
        SELECT p.anchor_id
        FROM core.anchors AS p
        JOIN core.anchors AS c ON c.anchor_id = p.parent_anchor_id
        WHERE p.latest > c.latest OR (p.latest IS NULL AND c.latest IS NOT NULL)
        """,
    )
    yield _check(
        core.Anchor,
        "bounds",
        "capture_by_ingestion",
        "capture <= ingestion",
        """
        SELECT anchor_id
        FROM core.anchors JOIN raw.documents USING (document_id)
        WHERE anchors.kind = 'capture' AND (latest > ingested_at OR latest IS NULL)
        """,
    )
    yield _check(
        core.Anchor,
        "conflicts",
        "evidence_agrees",
        "no evidence on a clock is set aside; ops.conflicts has the contradictions",
        "SELECT says FROM ops.conflicts ORDER BY excess_s DESC",
    )._replace(severity="warn", is_of_all=True)
    yield _check(
        core.AnchorEvidence,
        "bounds",
        "every_bound_rests_on_evidence",
        "a bound of a clock is known if and only if it has its evidence",
        """
        SELECT anchor_id, side
        FROM (
            SELECT anchor_id, 'earliest' AS side FROM core.anchors WHERE earliest IS NOT NULL
            UNION ALL
            SELECT anchor_id, 'latest' FROM core.anchors WHERE latest IS NOT NULL
        ) AS b
        FULL JOIN core.anchor_evidence AS e USING (anchor_id, side)
        WHERE b.anchor_id IS NULL OR e.anchor_id IS NULL
        """,
    )
    yield _check(
        core.AnchorEvidence,
        "bounds",
        "chains_add_up",
        "a bound is that of the clock it is reckoned from and the seconds between",
        """
        SELECT e.anchor_id, e.side
        FROM core.anchor_evidence AS e
        JOIN core.anchors AS a USING (anchor_id)
        JOIN core.anchors AS f ON f.anchor_id = e.from_anchor_id
        WHERE abs(
            epoch_us(if(e.side = 'latest', a.latest, a.earliest))
            - epoch_us(if(e.side = 'latest', f.latest, f.earliest))
            - e.seconds * 1e6
        ) > 1
        """,
    )
    yield _check(
        core.TimeExpression,
        "bounds",
        "bounds_ordered",
        "earliest <= latest",
        "SELECT time_expression_id FROM core.time_expressions WHERE earliest > latest",
    )
    yield _check(
        core.Event,
        "bounds",
        "bounds_ordered",
        "begin_earliest <= begin_latest, end_earliest <= end_latest, begin_earliest <= end_latest",
        """
        SELECT event_id
        FROM core.events
        WHERE begin_earliest > begin_latest OR end_earliest > end_latest OR begin_earliest > end_latest
        """,
    )
    yield _check(
        core.Event,
        "bounds",
        "mentions_meet",
        "the mentions of one event leave a time at which it can have been",
        """
        SELECT cluster_id
        FROM core.events
        WHERE cluster_id IN (SELECT cluster_id FROM core.events WHERE cluster_id <> event_id)
        GROUP BY cluster_id
        HAVING max(begin_earliest) > min(begin_latest) OR max(end_earliest) > min(end_latest)
            OR max(begin_earliest) > min(end_latest)
        """,
    )._replace(is_of_all=True)


def run(con: "duckdb.DuckDBPyConnection", checks: Iterable[Check]) -> list[Result]:
    """Run checks; give how many rows break each, and one of them."""
    return [_run(con, check) for check in checks]


def _run(con: "duckdb.DuckDBPyConnection", check: Check) -> Result:
    rows = con.execute(
        f"SELECT count(*), any_value(b) FROM ({check.sql}) AS b"  # noqa: S608 - SQL of this module
    ).fetchall()
    n_failed, example = rows[0]
    return Result(check, n_failed, _show(example) if n_failed else None)


def _show(example: object) -> str:
    if isinstance(example, dict):
        return ", ".join(f"{name} {value}" for name, value in example.items())
    return str(example)
