"""What every test shares."""

import os

import pytest
from hypothesis import settings

from etl.settings import Settings

# Tests read the sources, built or not; tests/test_native.py compares the two. Before the first import of the rooms.
os.environ["DATELINE_NATIVE"] = "false"

# No deadline: a busy machine is not a failed property. Derandomised: the same commit gives the same verdict.
settings.register_profile("dateline", deadline=None, derandomize=True)
settings.load_profile("dateline")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A warehouse after a run on the sample pages; tests read it and leave it as it is."""
    from etl import docs

    return docs.sample(tmp_path_factory.mktemp("sample") / "warehouse")
