"""How far a step is: told by the loops, shown by the faces. Apart from the loops, so that it imports nothing."""

from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told after every batch: the step's name, documents and characters of text so far."""


def silent(step: str, n_documents: int, n_chars: int) -> None:
    """Tell nobody."""
