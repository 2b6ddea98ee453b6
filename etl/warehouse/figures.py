"""What is shown of a table or view beside its name: columns, number of rows, the first rows.

A view is computed once for that. One whose rows are each of one document (`meta: {document: …}`) is only counted. One
whose yml names its grain (`meta: {grain: table.column}`: a row for each value of that column but NULL), or a column
that says how many it has (`meta: {counted_by: table.column}`), is not even that: its rows are counted there. Their
first rows come from a slice of the documents that have to do with them.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from typing import Any, NamedTuple

import duckdb

from etl.schema import TABLES, Row
from etl.schema.ddl import sql_literal
from etl.warehouse import slices, wholes
from etl.warehouse.fingerprints import BY_DOCUMENT, KEYS, document_of
from etl.warehouse.models import Model, Project

PREVIEW_ROWS = 5
_ROWS_OF_PREVIEW = 1000
"""Rows of a table from whose values those that are shown are taken."""


class Figures(NamedTuple):
    """What is shown of one table or view."""

    n_rows: int
    types: dict[str, str]
    """By column."""
    first: Sequence[tuple[Any, ...]]
    """PREVIEW_ROWS rows, or all there are."""


def of_table(con: duckdb.DuckDBPyConnection, table: str) -> Figures:
    """Read a table or view of a database that the project declares."""
    relation = con.table(table)
    ((n_rows,),) = relation.count("*").fetchall()
    return Figures(int(n_rows), _types(relation), relation.limit(PREVIEW_ROWS).fetchall())


def of_layer(
    con: duckdb.DuckDBPyConnection, project: Project, layer: str, slicer: slices.Slicer | None = None
) -> Iterator[tuple[Model, Figures]]:
    """The models of a layer, which stands, in their order.

    Args:
        con: the build.
        project: the models.
        layer: the schema.
        slicer: of the build; none: one for the while.
    """
    models = [model for model in project.models if model.schema == layer]
    keys = {model.name: _first_keys(con, *model.grain) for model in project.models if model.grain}
    with nullcontext(slicer) if slicer else slices.sliced(con) as slicer:
        firsts = _first_rows(con, project, layer, slicer, keys)
    for model in models:
        name = f"{model.schema}.{model.name}"
        if model.grain:
            yield model, Figures(_count(con, model), _types(con.table(name)), firsts[model.name])
        elif model.document:
            n_rows = _count(con, model)
            first = firsts[model.name]
            if len(first) < min(PREVIEW_ROWS, n_rows):
                first = con.table(name).limit(PREVIEW_ROWS).fetchall()
            yield model, Figures(n_rows, _types(con.table(name)), first)
        else:
            table = wholes.left_as(project, model) or "shown"
            con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS FROM {name}")
            yield model, of_table(con, table)
    con.execute("DROP TABLE IF EXISTS shown")


def _types(relation: duckdb.DuckDBPyRelation) -> dict[str, str]:
    return {name: str(kind) for name, kind in zip(relation.columns, relation.types, strict=True)}


def _count(con: duckdb.DuckDBPyConnection, model: Model) -> int:
    """The rows of a model, where they can be counted without computing it."""
    table, what = f"{model.schema}.{model.name}", "count(*)"
    if model.counted_by:
        table, column = model.counted_by
        what = f"coalesce(sum({column}), 0)"
    elif model.grain:
        table, column = model.grain
        what = _n_values(TABLES[table], column)
    ((n_rows,),) = con.execute(f"SELECT {what} FROM {table}").fetchall()  # noqa: S608 - names of our own files
    return int(n_rows)


def _n_values(row: type[Row], column: str) -> str:
    """The SQL of how many values a column has."""
    if row.key == (column,):
        return f"count({column})"
    (of_table,) = (known.references for known in row.columns() if known.name == column)
    if of_table == row.table:  # rows that are called after one of them, which is so too
        return f"count(*) FILTER ({column} = {row.key[0]})"
    return f"count(DISTINCT {column})"


def _first_keys(con: duckdb.DuckDBPyConnection, table: str, column: str) -> list[str]:
    """The first values of the column, as literals of SQL."""
    first = f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL LIMIT {_ROWS_OF_PREVIEW}"  # noqa: S608 - as above
    rows = con.execute(f"SELECT DISTINCT {column} FROM ({first}) ORDER BY {column} LIMIT {PREVIEW_ROWS}").fetchall()  # noqa: S608
    return [sql_literal(str(value)) for (value,) in rows]


def _first_rows(
    con: duckdb.DuckDBPyConnection, project: Project, layer: str, slicer: slices.Slicer, keys: Mapping[str, list[str]]
) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of these keys, or of the documents that speak of any, by model of the layer: one slice for all."""
    asked = {
        model.name: f"{model.grain[1]} IN ({', '.join(keys[model.name])})"
        for model in project.models
        if model.grain and keys[model.name]
    }
    found: dict[str, list[tuple[Any, ...]]] = {model.name: [] for model in project.models}
    if not asked:
        return found
    of_keys = " UNION ".join(
        _documents(*model.grain, asked[model.name], keys[model.name])
        for model in project.models
        if model.grain and model.name in asked
    )
    documents = [str(document) for (document,) in con.execute(f"{of_keys} ORDER BY document_id").fetchall()]
    slicer.fill(documents, project.until(layer))
    for model in project.models:
        if model.schema != layer or not (model.name in asked or model.document):
            continue
        document = document_of(model.document or "")
        of_key = asked.get(model.name) or f"{document} IN (SELECT document_id FROM main.asked)"  # noqa: S608
        rows = f"FROM {layer}.{model.name} WHERE {of_key} LIMIT {PREVIEW_ROWS}"
        found[model.name] = slicer.con.execute(rows).fetchall()
    return found


def _documents(table: str, column: str, of_key: str, keys: Sequence[str]) -> str:
    """The query of the documents that speak of some values of a column; an id begins with its document's."""
    if column in KEYS:
        return f"SELECT {document_of(column)} AS document_id FROM (SELECT unnest([{', '.join(keys)}]) AS {column})"  # noqa: S608
    return f"SELECT {BY_DOCUMENT[TABLES[table]]} AS document_id FROM {table} WHERE {of_key}"  # noqa: S608 - as above
