"""What a bound rests on, in words: `dateline explain`.

What belongs here: reading the chain of an article's or event's bounds from the published file and saying it. What
does not: the words for single pieces of evidence (`etl.transform.clocks`).
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import duckdb

from etl.settings import Settings
from etl.transform import clocks
from etl.warehouse.connection import connect

_LONGEST = 100
_MOST_STEPS = 40


class UnknownNameError(LookupError):
    """There is no article, event or document of that name."""


def explain(settings: Settings, name: str) -> list[str]:
    """The bounds of an article, an event or a page, and what each rests on, from the bound to the claims.

    Args:
        settings: where the warehouse is.
        name: an article_id, event_id, document_id or source_uri.

    Returns:
        Lines of text.

    Raises:
        UnknownNameError: nothing is called so.

    """
    with connect(settings.published_file, read_only=True) as con:
        if event := _row(con, _EVENT, name):
            return [*_of_event(event), "", *_of_article(con, event["article_id"])]
        if _row(con, "SELECT 1 AS found FROM core.articles WHERE article_id = ?", name):
            return _of_article(con, name)
        documents = con.execute(
            "SELECT document_id FROM raw.documents WHERE document_id = ? OR source_uri = ? ORDER BY ALL", [name, name]
        ).fetchall()
        if documents:
            return [line for (document,) in documents for line in _of_document(con, document)]
    raise UnknownNameError(
        f"no article, event or document is called {name}: `dateline sql` finds one in marts.articles or marts.events"
    )


_EVENT = """
    SELECT e.*, t.surface AS words, a.position, d.source_uri
    FROM core.events AS e
    JOIN core.articles AS a USING (article_id)
    JOIN raw.documents AS d USING (document_id)
    LEFT JOIN core.time_expressions AS t USING (time_expression_id)
    WHERE e.event_id = ?
"""
_HOW = {
    "IS_INCLUDED": "it was within",
    "BEFORE": "it was before",
    "AFTER": "it is after",
    "INCLUDES": "it lasts beyond",
    "OVERLAP": "it reaches over",
}


def _row(con: duckdb.DuckDBPyConnection, sql: str, *parameters: str) -> dict[str, Any] | None:
    result = con.execute(sql, list(parameters))
    names = [column for column, *_ in result.description or []]
    row = result.fetchone()
    return dict(zip(names, row, strict=True)) if row else None


def _of_event(event: dict[str, Any]) -> Iterator[str]:
    yield f"event “{event['trigger']}” of item {event['position']} of {event['source_uri']}: {event['time_status']}"
    yield f"  began   {_between(event['begin_earliest'], event['begin_latest'])}"
    yield f"  ended   {_between(event['end_earliest'], event['end_latest'])}"
    how = _HOW[event["relation"]]
    if event["words"]:
        yield f"  {how} “{event['words']}”, read against the publication below"
    else:
        yield f"  no words of time ({event['time_basis']}): {how} the publication below, by tense {event['tense']}"


def _of_article(con: duckdb.DuckDBPyConnection, article_id: str) -> list[str]:
    article = _row(
        con,
        """
        SELECT a.position, a.role, a.stamp_raw, coalesce(a.headline, a.body) AS words, d.source_uri
        FROM core.articles AS a JOIN raw.documents AS d USING (document_id)
        WHERE a.article_id = ?
        """,
        article_id,
    )
    anchor = _row(con, "SELECT * FROM core.anchors WHERE article_id = ? AND kind = 'publication'", article_id)
    assert article is not None  # noqa: S101 - the caller has seen it
    assert anchor is not None  # noqa: S101 - every article has its clock
    stamp = f", stamped “{article['stamp_raw']}”" if article["stamp_raw"] else ", without a stamp"
    words = " ".join(article["words"].split())
    return [
        f"item {article['position']} ({article['role']}) of {article['source_uri']}{stamp}",
        f"  {words[:_LONGEST]}{' …' if len(words) > _LONGEST else ''}",
        *_of_clock(con, anchor, "published"),
    ]


def _of_document(con: duckdb.DuckDBPyConnection, document_id: str) -> list[str]:
    anchor = _row(
        con,
        "SELECT a.*, source_uri FROM core.anchors AS a JOIN raw.documents USING (document_id) "
        "WHERE document_id = ? AND a.kind = 'capture'",
        document_id,
    )
    assert anchor is not None  # noqa: S101 - every document has its clock
    items = con.execute(
        "SELECT article_id, role FROM core.articles WHERE document_id = ? ORDER BY position", [document_id]
    ).fetchall()
    return [
        f"{anchor['source_uri']} ({document_id})",
        *_of_clock(con, anchor, "captured"),
        *(f"  {role} {article}" for article, role in items),
    ]


def _of_clock(con: duckdb.DuckDBPyConnection, anchor: dict[str, Any], verb: str) -> Iterator[str]:
    """Both bounds of a clock, each with its chain, and what was set aside."""
    for side, limit in (("earliest", "no earlier"), ("latest", "no later")):
        bound = anchor[side]
        if bound is None:
            yield f"{verb} {limit} than: not known"
            continue
        yield f"{verb} {limit} than {_at(bound)}"
        for number, step in enumerate(_chain(con, anchor["anchor_id"], side), start=1):
            yield f"  {number}. {_step(step, limit)}"
    for says, cycle in con.execute(
        "SELECT says, cycle FROM ops.conflicts WHERE document_id = ? ORDER BY conflict_id", [anchor["document_id"]]
    ).fetchall():
        yield f"set aside: {says}"
        yield from (f"    against: {line}" for line in cycle if line not in says)


def _chain(con: duckdb.DuckDBPyConnection, anchor_id: str, side: str) -> list[dict[str, Any]]:
    result = con.execute(
        """
        WITH RECURSIVE chain AS (
            SELECT *, 1 AS ordinal FROM core.anchor_evidence WHERE anchor_id = $anchor AND side = $side
            UNION ALL
            SELECT e.*, chain.ordinal + 1
            FROM chain JOIN core.anchor_evidence AS e ON e.anchor_id = chain.from_anchor_id AND e.side = chain.side
            WHERE chain.ordinal < $most
        )

        SELECT
            chain.*,
            a.kind AS clock, a.article_id, d.source_uri, if(chain.side = 'latest', a.latest, a.earliest) AS bound,
            f.kind AS from_clock, f.article_id AS from_article_id, fd.source_uri AS from_source_uri
        FROM chain
        JOIN core.anchors AS a USING (anchor_id)
        JOIN raw.documents AS d ON d.document_id = a.document_id
        LEFT JOIN core.anchors AS f ON f.anchor_id = chain.from_anchor_id
        LEFT JOIN raw.documents AS fd ON fd.document_id = f.document_id
        ORDER BY ordinal
        """,
        {"anchor": anchor_id, "side": side, "most": _MOST_STEPS},
    )
    names = [column for column, *_ in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _step(step: dict[str, Any], limit: str) -> str:
    """One step in words."""
    own = clocks.name_of(step["clock"], step["source_uri"], step["article_id"])
    why = clocks.because(step["kind"], step["words"])
    if step["from_anchor_id"] is None:
        return f"{own} {limit} than {_at(step['bound'])}: {why}"
    other = clocks.name_of(step["from_clock"], step["from_source_uri"], step["from_article_id"])
    seconds = step["seconds"]
    if not seconds and step["kind"] in ("same_item", "same_words"):
        return f"{own} is {other}: {why}"
    apart = "than" if not seconds else f"than {clocks.span(seconds)} {'after' if seconds > 0 else 'before'}"
    return f"{own} {limit} {apart} {other}: {why}"


def _between(earliest: dt.datetime | None, latest: dt.datetime | None) -> str:
    return f"{_at(earliest) if earliest else 'not known'} .. {_at(latest) if latest else 'not known, or open'}"


def _at(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"
