"""What tests of the warehouse share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from etl.settings import Settings
from etl.warehouse.connection import connect


@pytest.fixture
def con(sample: Settings, tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The sample warehouse, to be changed."""
    file = tmp_path / "build.duckdb"
    shutil.copyfile(sample.published_file, file)
    with connect(file) as con:
        yield con
