"""Reference data of `seeds/` that the transform needs: the same rows that load into `ref`, checked against them."""

import csv
from functools import lru_cache
from typing import TypeVar

from etl.schema.base import Row
from etl.schema.ref import EventTypeFacts
from etl.settings import current

R = TypeVar("R", bound=Row)


def rows(kind: type[R], name: str) -> list[R]:
    """Read `seeds/<name>.csv`; an empty field is None.

    Raises:
        pydantic.ValidationError: a row is not what the table declares.
    """
    with (current().seeds / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return [kind.model_validate({k: v or None for k, v in row.items()}) for row in csv.DictReader(lines)]


@lru_cache(maxsize=1)
def event_types() -> dict[str, EventTypeFacts]:
    """CAMEO root, quad class and Goldstein value by event type."""
    return {row.event_type: row for row in rows(EventTypeFacts, "event_types")}
