"""What the UI shows of a table beside its name: columns, number of rows, the first rows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dagster import MetadataValue, TableColumn, TableColumnConstraints, TableConstraints, TableSchema

from etl.schema import Column, Row

if TYPE_CHECKING:
    import duckdb

    from etl.warehouse.figures import Figures

WIDE = 7
"""Columns that fit beside each other."""
_CELL = 60


def declared_schema(row: type[Row]) -> TableSchema:
    """The columns of a declared table. Types are Python's: the database's own come with the first run."""
    return TableSchema(
        [_declared_column(column, row.key) for column in row.columns()],
        TableConstraints([f"primary key: {', '.join(row.key)}"]),
    )


def described_schema(descriptions: Mapping[str, str]) -> TableSchema:
    """The columns of a SQL model, as its yml describes them; their types come with the first run."""
    return TableSchema([TableColumn(name, type="", description=text) for name, text in descriptions.items()])


def _declared_column(column: Column, key: tuple[str, ...]) -> TableColumn:
    name = column.python_type.__name__
    return TableColumn(
        name=column.name,
        type=f"list[{name}]" if column.is_list else name,
        description=column.comment,
        constraints=TableColumnConstraints(
            nullable=column.is_nullable,
            unique=key == (column.name,),
            other=[f"one of {', '.join(column.accepted)}"] if column.accepted else [],
        ),
    )


def figures_metadata(figures: "Figures", schema: TableSchema) -> dict[str, Any]:
    """Row count, preview, and columns with their types in the database.

    Args:
        figures: what the database says.
        schema: the columns as declared.

    """
    return {
        "dagster/row_count": figures.n_rows,
        "dagster/column_schema": _with_types(schema, figures.types),
        "preview": MetadataValue.md(preview(list(figures.types), figures.first)),
    }


def row_metadata(con: "duckdb.DuckDBPyConnection", row: type[Row]) -> dict[str, Any]:
    """Give `figures_metadata` of a declared table."""
    from etl.warehouse.figures import of_table

    return figures_metadata(of_table(con, row.table), declared_schema(row))


def _with_types(schema: TableSchema, types: Mapping[str, str]) -> TableSchema:
    described = {column.name: column for column in schema.columns}
    return TableSchema(
        [
            TableColumn(
                name,
                kind,
                described[name].description if name in described else None,
                described[name].constraints if name in described else None,
            )
            for name, kind in types.items()
        ],
        schema.constraints,
    )


def preview(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Rows as a Markdown table; those of a wide table stand upright, because the UI cuts at the right."""
    if len(columns) <= WIDE:
        return markdown(columns, rows)
    upright = ((name, *(row[i] for row in rows)) for i, name in enumerate(columns))
    return markdown(("column", *(f"row {n}" for n in range(1, len(rows) + 1))), upright)


def markdown(columns: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; a cell is one line and is cut where it is long."""
    header = list(columns)
    lines = [header, ["---"] * len(header), *([_cell(value) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cell(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    text = text if len(text) <= _CELL else text[: _CELL - 1] + "…"
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("`", "\\`")
