"""How runs grow: over workers, documents, re-runs and engines. `make bench` prints it after the steps.

    .venv/bin/python -m tests.scale [MEGABYTES]

Every run is a process of its own, `dateline run` from an empty warehouse, timed on the wall as a whole: start of
Dagster, reading, transform, anchors, checks, marts and publication. Only the ratios are worth quoting.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests.composed import compose

MEGABYTES = 4.0
"""Text of the full run."""


class Measured(NamedTuple):
    """One run."""

    seconds: float
    peak_mb: float
    """Resident memory of the process that loads, at its highest."""
    n_events: int


def corpus(path: Path, megabytes: float, seed: int) -> None:
    """Composed pages that do not repeat, one a line."""
    with path.open("w", encoding="utf-8") as out:
        for number, text in enumerate(_texts(megabytes * 1e6, seed)):
            record = {"url": f"{seed}/{number}", "text": text, "captured": "2026-02-01T10:00:00Z"}
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


def _texts(n_bytes: float, seed: int) -> Iterator[str]:
    written = 0
    for batch in count():
        for page in compose.pages(500, hard=False, seed=seed * 1000 + batch):
            written += len(page.text.encode())
            yield page.text
            if written >= n_bytes:
                return


def run(warehouse: Path, *arguments: str) -> Measured:
    """Run the command to its end.

    Raises:
        RuntimeError: it failed.
    """
    command = [sys.executable, "-c", "from etl.cli import main; main()", "run", "--warehouse", str(warehouse)]
    start = time.monotonic()
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(output)
    events = next(line.split()[1] for line in output.splitlines() if line.split()[:1] == ["events"])
    return Measured(time.monotonic() - start, usage.ru_maxrss / 1024, int(events))


def main(megabytes: float) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = {"tenth": folder / "tenth.jsonl", "full": folder / "full.jsonl", "new": folder / "new.jsonl"}
        for seed, (which, share) in enumerate((("tenth", 0.1), ("full", 1.0), ("new", 0.01)), start=1):
            corpus(files[which], megabytes * share, seed)
        full, new = str(files["full"]), str(files["new"])
        least = run(folder / "none", str(files["new"]))
        tenth = run(folder / "tenth", str(files["tenth"]))
        one = run(folder / "one", full)
        again = run(folder / "one", full, new)
        two = run(folder / "two", full, "--workers", "2")
        dask = run(folder / "dask", full, "--workers", "2", "--engine", "dask")
        assert one.n_events == two.n_events == dask.n_events, "the engines do not agree"

    table = Table(title=f"whole runs on {megabytes:g} MB of composed pages, {os.cpu_count()} cores")
    for column in ("run", "seconds", "peak MB", "ratio", "of what"):
        table.add_column(column, justify="left" if column in ("run", "of what") else "right")
    work = one.seconds - least.seconds
    rows = [
        ("one hundredth of the documents", least, None, "what a run costs before it reads much"),
        ("a tenth of the documents", tenth, None, ""),
        ("all, one worker", one, one.seconds / tenth.seconds, "the tenth's time (goal: at most 10.5)"),
        ("  the same, without the start", one, work / max(tenth.seconds - least.seconds, 0.1), "the same"),
        (
            "again with 1 % new documents",
            again,
            again.seconds / one.seconds,
            "the full run's time (goal: at most .05)",
        ),
        ("  the same, without the start", again, (again.seconds - least.seconds) / work, "the same"),
        ("all, two workers", two, one.seconds / two.seconds, "one worker's rate (goal: at least 1.8)"),
        ("  the same, without the start", two, work / (two.seconds - least.seconds), "the same"),
        ("all, two Dask workers", dask, dask.seconds / two.seconds, "two workers' time (goal: at most 1.35)"),
    ]
    for label, measured, ratio, of in rows:
        shown = "" if ratio is None else f"{ratio:.2f}"
        table.add_row(label, f"{measured.seconds:.1f}", f"{measured.peak_mb:.0f}", shown, of)
    Console().print(table)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES)
