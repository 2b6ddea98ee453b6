"""A run may be killed anywhere or find the disk full: the next repairs what it left, and the result is the same."""

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from etl.schema import TABLES

PAGE = """\
Brand legt loods in Assen in de as
ASSEN (ANP) - Een grote brand heeft vrijdag een loods in Assen verwoest. Niemand raakte gewond.
Meer uit Binnenland
DEN HAAG (ANP) - De politie heeft donderdagavond {} mannen aangehouden in Den Haag.
3 uur geleden
"""

# Runs the command in a process that kills itself: in the n-th transaction before it is committed, or in a step of
# the publication. `full` gives it no more than so many bytes a file, as a full disk would.
_COMMAND = """
import os, resource, signal, sys
from contextlib import contextmanager
from etl.warehouse import anchoring, connection, load, publish

where, number, *arguments = sys.argv[1:]
count = 0
real = connection.transaction

def die():
    os.kill(os.getpid(), signal.SIGKILL)

@contextmanager
def dying(con):
    global count
    count += 1
    with real(con):
        yield
        if count == int(number):
            die()

if where == "transaction":
    load.transaction = anchoring.transaction = connection.transaction = dying
elif where == "full":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(number), int(number)))
elif where != "nowhere":
    setattr(publish, where, lambda *_: die())
from etl.cli import app
app(arguments)
"""


def run(where: str, number: int, warehouse: Path, pages: Path) -> "subprocess.CompletedProcess[str]":
    arguments = [
        "run",
        "--input",
        str(pages),
        "--captures",
        str(pages / "captures.csv"),
        "--warehouse",
        str(warehouse),
    ]
    return subprocess.run(
        [sys.executable, "-c", _COMMAND, where, str(number), *arguments], capture_output=True, text=True
    )


def content(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row, but for what says which run made it and when."""
    with duckdb.connect(str(file), read_only=True) as con:
        return {
            name: con.table(name)
            .select(*(c for c in row.model_fields if c not in _OF_THE_RUN))
            .order("ALL")
            .fetchall()
            for name, row in TABLES.items()
            if name not in ("ops.runs",)
        }


_OF_THE_RUN = ("run_id", "ingested_at", "asserted_at", "since_at")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pages")
    names = ("a.txt", "b.txt")
    for name, number in zip(names, ("twee", "drie"), strict=True):
        (folder / name).write_text(PAGE.format(number), encoding="utf-8")
    # with every capture known no bound rests on the time of ingestion
    lines = [f"{name},2026-01-31T09:15:00+01:00" for name in names]
    (folder / "captures.csv").write_text("\n".join(["source_uri,captured_at", *lines]), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def undisturbed(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    warehouse = tmp_path_factory.mktemp("undisturbed")
    assert run("nowhere", 0, warehouse, pages).returncode == 0
    return content(warehouse / "published" / "dateline.duckdb")


def test_a_run_killed_again_and_again_is_repaired_by_the_next(
    pages: Path, tmp_path: Path, undisturbed: dict[str, list[tuple[Any, ...]]]
) -> None:
    published = tmp_path / "published" / "dateline.duckdb"
    # before the documents are committed, before the batch of rows is, and before the new version has its name
    for where, number in [("transaction", 2), ("transaction", 4), ("_swap", 0)]:
        assert run(where, number, tmp_path, pages).returncode == -signal.SIGKILL, (where, number)
        assert not published.exists()
    assert run("nowhere", 0, tmp_path, pages).returncode == 0
    assert content(published) == undisturbed


def test_a_full_disk_is_said_and_the_next_run_goes_on(
    pages: Path, tmp_path: Path, undisturbed: dict[str, list[tuple[Any, ...]]]
) -> None:
    full = run("full", 1_500_000, tmp_path, pages)
    assert full.returncode == 1
    assert "free some space and run again" in full.stderr
    assert not (tmp_path / "published" / "dateline.duckdb").exists()
    assert run("nowhere", 0, tmp_path, pages).returncode == 0
    assert content(tmp_path / "published" / "dateline.duckdb") == undisturbed
