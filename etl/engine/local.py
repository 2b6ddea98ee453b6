"""Batches on this machine, one after the other: each is committed before the next is read.

What belongs here: the loops between reading, transforming and loading, and what they counted. What does not: SQL,
rules about text, and Dagster.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from etl.settings import Settings

Progress = Callable[[str, int, int], None]
"""Told after every batch: the step's name, documents and characters of text so far."""


def silent(step: str, n_documents: int, n_chars: int) -> None:
    """Tell nobody."""


class Received(NamedTuple):
    """What reading found."""

    n_read: int
    """Documents read: new and known."""
    n_loaded: int
    n_known: int
    n_rejected: int
    n_claims: int
