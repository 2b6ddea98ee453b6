"""How a table is declared: one Pydantic model a table, with what Pydantic has no word for as metadata.

    class Sentence(Row, table="core.sentences", key=("sentence_id",)):
        '''One row per sentence of an article.'''

        sentence_id: str = column("…")
        article_id: str = column("…", references="core.articles")

The class docstring is the table's comment and opens with its grain. Everything else that knows a column
(`ddl.py`, `frames.py`, `dbt.py`, the checks, the data dictionary) reads it from here.
"""

import datetime as dt
import types
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo

TABLES: dict[str, type["Row"]] = {}
"""Every declared table by its qualified name."""


@dataclass(frozen=True)
class Column:
    """One column, as everything that is derived sees it."""

    name: str
    comment: str
    python_type: type
    is_list: bool
    is_nullable: bool
    accepted: tuple[str, ...] | None
    references: str | None
    minimum: float | None
    maximum: float | None
    filled_by: str


def column(
    comment: str,
    *,
    references: str | None = None,
    filled_by: Literal["load", "anchor"] = "load",
    ge: float | None = None,
    le: float | None = None,
) -> Any:
    """Declare a column.

    Args:
        comment: what it holds, with its unit; becomes the comment in the catalogue.
        references: the table whose key it holds ("core.articles").
        filled_by: the step that writes it; `anchor` columns are NULL until clocks are known and are the
            only ones that change when a capture time is learnt later.
        ge: least value.
        le: greatest value.

    """
    return Field(
        description=comment,
        ge=ge,
        le=le,
        json_schema_extra={"references": references, "filled_by": filled_by},
    )


class Row(BaseModel):
    """The base of every table model. Instances are rows; they are built only at the edges (189,000 a second)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]

    def __init_subclass__(cls, table: str = "", key: tuple[str, ...] = (), **kwargs: Any) -> None:
        """Take the declaration's own keywords; `__pydantic_init_subclass__` uses them once the fields stand."""
        super().__init_subclass__(**kwargs)

    @classmethod
    def __pydantic_init_subclass__(cls, table: str = "", key: tuple[str, ...] = (), **kwargs: Any) -> None:
        """Register the table under its qualified name."""
        super().__pydantic_init_subclass__(**kwargs)
        if not cls.__doc__ or not table or not set(key) <= set(cls.model_fields):
            raise TypeError(f"{cls.__name__} needs a docstring, table='schema.name' and key=(its columns)")
        cls.table, cls.key = table, key
        TABLES[table] = cls

    @classmethod
    def columns(cls) -> tuple[Column, ...]:
        """The columns in order of declaration."""
        return tuple(_column(name, info) for name, info in cls.model_fields.items())

    @classmethod
    def comment(cls) -> str:
        """The table's comment: the docstring on one line."""
        return " ".join((cls.__doc__ or "").split())


def tables(schema: str) -> dict[str, type[Row]]:
    """The tables of one schema, by unqualified name."""
    return {name.split(".")[1]: row for name, row in TABLES.items() if name.startswith(schema + ".")}


def _column(name: str, info: FieldInfo) -> Column:
    python_type, is_nullable, accepted, is_list = _unwrap(info.annotation)
    extra = info.json_schema_extra
    if not isinstance(extra, Mapping) or not info.description:
        raise TypeError(f"declare {name} with column(…): it has no comment")
    bounds = {type(rule).__name__: rule for rule in info.metadata}
    references = extra.get("references")
    return Column(
        name=name,
        comment=info.description,
        python_type=python_type,
        is_list=is_list,
        is_nullable=is_nullable,
        accepted=accepted,
        references=str(references) if references else None,
        minimum=getattr(bounds.get("Ge"), "ge", None),
        maximum=getattr(bounds.get("Le"), "le", None),
        filled_by=str(extra["filled_by"]),
    )


def _unwrap(annotation: Any) -> tuple[type, bool, tuple[str, ...] | None, bool]:
    """Take `X | None`, `list[X]` and `Literal[…]` apart: (type, nullable, accepted values, list)."""
    is_nullable = False
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = (arm for arm in get_args(annotation) if arm is not type(None))
        is_nullable = True
    if get_origin(annotation) is Literal:
        return str, is_nullable, get_args(annotation), False
    if get_origin(annotation) is list:
        return get_args(annotation)[0], is_nullable, None, True
    if annotation not in (str, int, float, bool, dt.datetime, dt.date):
        raise TypeError(f"no column type for {annotation!r}")
    return annotation, is_nullable, None, False
