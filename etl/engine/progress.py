"""How far a step is: told by the loops, shown by the faces. Apart from the loops, so that it imports nothing."""

from collections.abc import Callable

Progress = Callable[[str, int, int, int], None]
"""Told after every batch: the step, documents and characters of text so far, characters in all (0: unknown)."""


def silent(step: str, n_documents: int, n_chars: int, n_all: int) -> None:
    """Tell nobody."""
