"""Machine code says what the sources say, and is used only for the sources it was made from."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from etl import native
from etl.settings import PACKAGE, Settings

_ROWS = """
import hashlib
import polars as pl
from etl.transform import pipeline
from etl.transform.events import code
from tests.bench import documents
from tests.composed import compose
from tests.transform.events import gold
from etl.settings import current

texts = [path.read_text(encoding="utf-8") for path in sorted((current().seeds / "pages").glob("*.txt"))]
texts += [" ".join(s.text for s in gold.read(language)) for language in ("nl", "en")]
texts += [page.text for page in compose.pages(40, hard=True, seed=6)]
given = documents(texts)
tables = [pipeline.transform(given.with_columns(language=pl.lit(language))) for language in ("nl", "en")]
rows = [frame.drop("transform_version", strict=False).rows() for found in tables for frame in found.values()]
print(code.__file__.rpartition(".")[2], sum(map(len, rows)), hashlib.sha256(repr(rows).encode()).hexdigest())
"""


def _rows(use_native: str) -> list[str]:
    environment = {**os.environ, "DATELINE_NATIVE": use_native}
    run = subprocess.run([sys.executable, "-c", _ROWS], capture_output=True, text=True, env=environment, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout.split()


@pytest.mark.skipif(
    shutil.which("cc") is None, reason="machine code is made by a C compiler; without one none is used"
)
def test_machine_code_gives_the_same_rows() -> None:
    if not native.folder().is_dir():
        native.build()
    compiled, sources = _rows("true"), _rows("false")
    assert (compiled[0], sources[0]) == ("so", "py")
    assert int(sources[1]) > 1000
    assert compiled[1:] == sources[1:]


def test_sources_are_read_where_no_machine_code_was_made_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(native, "current", lambda: Settings(native=True, cache=tmp_path))
    path = ["src"]
    native.folder.cache_clear()
    try:
        native.prefer("etl.transform.events", path)
        assert path == ["src"]
        first = native.folder()
        shutil.copytree(PACKAGE, tmp_path / "package", ignore=shutil.ignore_patterns("__pycache__"))
        monkeypatch.setattr("etl.native.PACKAGE", tmp_path / "package")
        with (tmp_path / "package" / native.MODULES[0]).open("a") as source:
            source.write("# edited\n")
        native.folder.cache_clear()
        assert native.folder() != first
    finally:
        native.folder.cache_clear()


def test_every_module_that_is_compiled_exists_and_these_rooms_are_compiled_whole() -> None:
    # run once a batch, for one sentence, or when the gazetteer is made
    left_out: dict[str, set[str]] = {
        "events": {"explain.py"},
        "places": {"gazetteer.py", "sources.py"},
        "times": set(),
    }
    for room, names in left_out.items():
        folder = PACKAGE / "transform" / room
        compiled = {PACKAGE / module for module in native.MODULES if module.startswith(f"transform/{room}/")}
        assert {path for path in folder.glob("*.py") if path.name not in {"__init__.py", *names}} == compiled
    assert [module for module in native.MODULES if not (PACKAGE / module).is_file()] == []


def test_what_a_killed_build_left_goes_and_one_at_work_stays(tmp_path: Path) -> None:
    left, at_work = (tmp_path / f"{native.SCRATCH}{name}" for name in ("left", "at-work"))
    for folder in (left, at_work):
        folder.mkdir()
    os.utime(left, (0, 0))
    native.forget_old(tmp_path / "0123456789abcdef")
    assert [path.name for path in tmp_path.iterdir()] == [at_work.name]
