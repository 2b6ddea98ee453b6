"""What the UI shows of a table beside its name: columns, number of rows, the first rows."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dagster import MetadataValue, TableColumn, TableColumnConstraints, TableConstraints, TableSchema

from etl.schema import Row

if TYPE_CHECKING:
    import duckdb

PREVIEW_ROWS = 5
_CELL = 60


def declared_schema(row: type[Row]) -> TableSchema:
    """The columns of a declared table."""
    from etl.schema.derive import sql_type

    return TableSchema(
        columns=[
            TableColumn(
                name=column.name,
                type=sql_type(column),
                description=column.comment,
                constraints=TableColumnConstraints(
                    nullable=column.is_nullable,
                    unique=row.key == (column.name,),
                    other=[f"in {', '.join(column.accepted)}"] if column.accepted else [],
                ),
            )
            for column in row.columns()
        ],
        constraints=TableConstraints(other=[f"primary key: {', '.join(row.key)}"]),
    )


def described_schema(con: "duckdb.DuckDBPyConnection", table: str, descriptions: Mapping[str, str]) -> TableSchema:
    """The columns of a view as they are, with the descriptions that its yml gives."""
    relation = con.table(table)
    return TableSchema(
        [
            TableColumn(name, type=str(kind), description=descriptions.get(name))
            for name, kind in zip(relation.columns, relation.types, strict=True)
        ]
    )


def table_metadata(con: "duckdb.DuckDBPyConnection", table: str) -> dict[str, Any]:
    """Row count and preview of a table or view; `table` is a qualified name that the project declares."""
    relation = con.table(table)
    ((n_rows,),) = relation.count("*").fetchall()
    first = relation.limit(PREVIEW_ROWS)
    return {
        "dagster/row_count": int(n_rows),
        "preview": MetadataValue.md(markdown(first.columns, first.fetchall())),
    }


def counts_markdown(counts: Mapping[str, int]) -> MetadataValue:
    """Counts by name as a small table."""
    return MetadataValue.md(markdown(("value", "rows"), counts.items()))


def markdown(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; a cell is one line and is cut where it is long."""
    header = list(columns)
    lines = [header, ["---"] * len(header), *([_cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    text = text if len(text) <= _CELL else text[: _CELL - 1] + "…"
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`")
