"""A build, and pages to read into it."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.engine import loops
from etl.engine.progress import silent
from etl.settings import Settings
from tests.warehouse.documents import build

PAGE = "ASSEN (ANP) - Een brand heeft vrijdag {} loodsen in Assen verwoest."


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with build() as con:
        yield con


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    """Five pages, and a file that is none."""
    for i in range(5):
        (tmp_path / f"{i}.txt").write_text(PAGE.format(i + 2), encoding="utf-8")
    (tmp_path / "leeg.txt").write_bytes(b"")
    return tmp_path


def receive(con: duckdb.DuckDBPyConnection, *paths: Path) -> loops.Received:
    """Read paths into the build."""
    return loops.receive(con, paths, captured_at=None, run_id="run", settings=Settings(), progress=silent)
