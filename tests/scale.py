"""How runs grow: over workers, documents, re-runs and engines. `make bench` prints it after the steps.

    .venv/bin/python -m tests.scale [MEGABYTES]

One core's rate is that of a run that may use one core and no more, with one worker: reading, loading and what DuckDB
does count in it. Two workers are given two cores, and load beside them.

Every run is a process of its own, `dateline run` from an empty warehouse, timed on the wall as a whole: start of
Dagster, reading, transform, anchors, checks, marts and publication. Only the ratios are worth quoting.
"""

import datetime as dt
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import deque
from itertools import count
from pathlib import Path
from typing import NamedTuple

from rich.console import Console

from etl.defs.instance import open_instance
from etl.settings import Settings
from tests.composed import compose
from tests.figures import Figure, show

MEGABYTES = 8.0
"""Text of the full run."""
MEGABYTES_OF_A_SITE = 0.5


class Measured(NamedTuple):
    """One run."""

    seconds: float
    transform_seconds: float
    """Of the step that reads the text, as Dagster timed it."""
    cpu_seconds: float
    """Of the process that loads, without its workers."""
    peak_mb: float
    """Resident memory of the process that loads, at its highest."""
    n_events: int


def corpus(path: Path, megabytes: float, seed: int, n_sites: int = 1, after: Path | None = None) -> None:
    """Composed pages, one a line, of so many sites in turn, in the order they were captured.

    Ten times the news repeats itself ten times as often, and not a hundred times: what pages have in common by
    chance, as made of the same parts, would grow with the square of their number. So no two items are the same by
    chance, and ten times the pages come from ten times the sites in ten times the days. One page in ten is another
    site's of the last days.

    Args:
        path: the file.
        megabytes: of text.
        seed: of what is chosen by chance.
        n_sites: how many sites.
        after: an earlier corpus that this one goes on from.
    """
    chance = random.Random(seed)  # noqa: S311 - the same corpus for the same seed, no secret
    told = deque(_last(after) if after else [], maxlen=_LAST)
    at = max((captured for _, captured in told), default=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
    n_bytes = 0
    with path.open("w", encoding="utf-8") as out:
        for number in count():
            if number % _ONE_IN == _ONE_IN - 1:
                text, captured = chance.choice(told)
            else:
                at += _BETWEEN
                layout = compose.LAYOUTS[number % len(compose.LAYOUTS)]
                page = compose.Composer(seed * _PAGES + number, hard=False, captured=at).page(layout)
                text, captured = page.text, page.captured
                told.append((text, captured))
            url = f"https://site{number % n_sites}.example/{seed}/{number}"
            record = {"url": url, "text": text, "captured": captured.isoformat()}
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
            n_bytes += len(text.encode())
            if n_bytes >= megabytes * 1e6:
                return


_ONE_IN = 10
_BETWEEN = dt.timedelta(minutes=1.1)
"""From one page to the next: 2.5 MB of text a day, a gigabyte in thirteen months."""
_LAST = 4_000
"""The pages of three days."""
_PAGES = 10**9
"""Of a corpus fewer than these, so that no other has the same."""


def _last(corpus_file: Path) -> list[tuple[str, dt.datetime]]:
    """The last pages of a corpus: text, and when it was captured."""
    with corpus_file.open(encoding="utf-8") as lines:
        records = [json.loads(line) for line in deque(lines, maxlen=_LAST)]
    return [(record["text"], dt.datetime.fromisoformat(record["captured"])) for record in records]


def run(warehouse: Path, *arguments: str, n_cores: int = 0) -> Measured:
    """Run the command to its end.

    Args:
        warehouse: where.
        arguments: of the command.
        n_cores: how many cores it may use, its libraries' threads with it; 0: all.

    Raises:
        RuntimeError: it failed.
    """
    cores = sorted(os.sched_getaffinity(0))[: n_cores or None]
    code = f"import os; os.sched_setaffinity(0, {cores}); from etl.cli import main; main()"
    command = [sys.executable, "-c", code, "run", "--warehouse", str(warehouse)]
    start = time.monotonic()
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read() if process.stdout else ""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(output)
    events = next(line.split()[1] for line in output.splitlines() if line.split()[:1] == ["events"])
    seconds = time.monotonic() - start
    measured = Measured(
        seconds,
        _transform(warehouse),
        usage.ru_utime + usage.ru_stime,
        usage.ru_maxrss / 1024,
        int(events.replace(",", "")),
    )
    names = " ".join(Path(argument).name for argument in arguments)
    Console(soft_wrap=True).print(f"{names}: {measured.seconds:.1f} s")  # a run may take minutes
    return measured


def _transform(warehouse: Path) -> float:
    with open_instance(Settings(warehouse=warehouse)) as instance:
        (run_,) = instance.get_runs(limit=1)
        (step,) = instance.get_run_step_stats(run_.run_id, ["transform"])
    return (step.end_time or 0.0) - (step.start_time or 0.0)


def figures(megabytes: float) -> list[Figure]:
    """Run everything, and say what came of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sizes = {"least": 0.0, "tenth": megabytes / 10, "full": megabytes, "new": megabytes / 100}
        files = {which: folder / f"{which}.jsonl" for which in sizes}
        for seed, (which, size) in enumerate(sizes.items(), start=1):
            n_sites = (megabytes if which == "new" else size) / MEGABYTES_OF_A_SITE
            after = files["full"] if which == "new" else None
            corpus(files[which], size, seed, max(1, round(n_sites)), after)
        full, new = str(files["full"]), str(files["new"])
        least = run(folder / "least", str(files["least"]))
        tenth = run(folder / "tenth", str(files["tenth"]))
        core = run(folder / "core", full, n_cores=1)
        one = run(folder / "one", full)
        again = run(folder / "one", full, new)
        two = run(folder / "two", full, "--workers", "2")
        dask = run(folder / "dask", full, "--workers", "2", "--engine", "dask")
        assert core.n_events == one.n_events == two.n_events == dask.n_events, "the engines do not agree"

    def beside(run_: Measured, other: Measured, of: str) -> tuple[str, str]:
        """The ratio of two runs, and what it is to, with the ratio of what they take more than the least run."""
        more, other_more = run_.seconds - least.seconds, max(other.seconds - least.seconds, 0.1)
        return f"{run_.seconds / other.seconds:.3g}", f"{of}; {more / other_more:.2g} less the least run"

    rate, rate_of_two = megabytes / core.transform_seconds, megabytes / two.transform_seconds
    rows = [
        ("run, one page", least, "", "", ""),
        (f"run, {megabytes / 10:g} MB", tenth, "", "", ""),
        (f"run, {megabytes:g} MB", one, *beside(one, tenth, "a tenth"), "<= 10.5"),
        ("run again, 1 % new", again, *beside(again, one, "all"), "<= .05"),
        ("run, two workers", two, f"{two.seconds / one.seconds:.2f}", "one worker", ""),
        ("run, two of Dask", dask, f"{dask.seconds / two.seconds:.2f}", "two workers", "<= 1.35"),
    ]
    return [
        *(Figure(what, f"{r.seconds:.1f} s", ratio, of, goal) for what, r, ratio, of, goal in rows),
        Figure("transform in the run, one core", f"{rate:.2f} MB/s"),
        Figure(
            "transform, two workers", f"{rate_of_two:.2f} MB/s", f"{rate_of_two / rate:.2f}", "one core", ">= 1.8"
        ),
        Figure("memory, a tenth", f"{tenth.peak_mb:.0f} MB"),
        Figure("memory, all", f"{one.peak_mb:.0f} MB", f"{one.peak_mb / tenth.peak_mb:.2f}", "a tenth", "<= 1500 MB"),
    ]


if __name__ == "__main__":
    size = float(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES
    show(f"whole runs on composed pages, {os.cpu_count()} cores", figures(size))
