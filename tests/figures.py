"""Figures of the bench as rows of one table."""

from collections.abc import Iterable
from typing import NamedTuple

from rich.console import Console
from rich.table import Table


class Figure(NamedTuple):
    """One thing that was measured."""

    what: str
    value: str
    """With its unit."""
    ratio: str = ""
    of: str = ""
    """What the ratio is to."""
    goal: str = ""


def show(title: str, figures: Iterable[Figure]) -> None:
    """Print them."""
    table = Table(title=title)
    for column in Figure._fields:
        table.add_column(column, justify="right" if column in ("value", "ratio") else "left")
    for figure in figures:
        table.add_row(*figure)
    Console(width=140).print(table)
