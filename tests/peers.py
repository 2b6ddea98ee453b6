"""Peers beside Dateline: what each takes for the same text in the same run, where it can be installed.

They are no part of the project: each is fetched into an environment of its own for as long as it is measured, and one
that cannot be had is named with the reason. They do less than our steps do (chrono-node and dateparser find times and
give one moment, flashgeotext finds names of cities and countries and resolves none), and are measured on as much of
the text as they read in some seconds.
"""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from typing import NamedTuple

from etl.settings import PACKAGE

_UV = PACKAGE.parent / ".venv" / "bin" / "uv"
_PYTHON = """
import json, sys, time
texts = json.load(sys.stdin)
{prepare}
read(texts[0])
best = float("inf")
for _ in range({rounds}):
    start = time.process_time()
    for text in texts:
        read(text)
    best = min(best, time.process_time() - start)
print(best)
"""
_NODE = """
const texts = JSON.parse(require("fs").readFileSync(0, "utf-8"));
const chrono = require("chrono-node");
const reference = new Date("2026-01-31T12:00:00Z");
chrono.nl.parse(texts[0], reference);
let best = Infinity;
for (let round = 0; round < 3; round++) {
  const start = process.cpuUsage();
  for (const text of texts) chrono.nl.parse(text, reference);
  const used = process.cpuUsage(start);
  best = Math.min(best, (used.user + used.system) / 1e6);
}
console.log(best);
"""
_PATIENCE = 300
"""Seconds to wait for a peer, its installation included."""


class Peer(NamedTuple):
    """A library that does a part of what Dateline does."""

    name: str
    package: str
    """As its registry knows it, with the versions the call was written for."""
    n_chars: int
    """How much text it is given."""
    prepare: str
    """Python that defines `read`; none: it is chrono-node."""
    rounds: int = 3


PEERS = (
    Peer("chrono-node, Dutch times", "chrono-node@2", 300_000, ""),
    Peer(
        "dateparser, Dutch times",
        "dateparser>=1.2,<2",
        20_000,
        "from dateparser.search import search_dates\nread = lambda text: search_dates(text, languages=['nl'])",
        rounds=1,
    ),
    Peer(
        "flashgeotext, names of places",
        "flashgeotext>=0.5",
        300_000,
        "from flashgeotext.geotext import GeoText\nread = GeoText().extract",
    ),
)


def rate(peer: Peer, texts: Sequence[str]) -> float | str:
    """MB/s of a peer on as much of the texts as it is given, or why it was not measured."""
    part: list[str] = []
    for text in texts:
        if sum(map(len, part)) >= peer.n_chars:
            break
        part.append(text)
    megabytes = sum(len(text.encode()) for text in part) / 1e6
    try:
        seconds = float(_run(peer, json.dumps(part)).split()[-1])
    except (OSError, ValueError, IndexError, subprocess.SubprocessError) as error:
        lines = str(getattr(error, "stderr", "") or error).strip().splitlines()
        return f"not measured: {lines[-1] if lines else type(error).__name__}"
    return megabytes / seconds


def _run(peer: Peer, given: str) -> str:
    def do(command: list[str], folder: str, stdin: str = "") -> str:
        done = subprocess.run(
            command, input=stdin, cwd=folder, capture_output=True, text=True, check=True, timeout=_PATIENCE
        )
        return done.stdout

    with tempfile.TemporaryDirectory() as folder:
        if not peer.prepare:
            do(["npm", "install", "--silent", "--no-audit", "--no-fund", peer.package], folder)
            return do(["node", "-e", _NODE], folder, given)
        code = _PYTHON.format(prepare=peer.prepare, rounds=peer.rounds)
        return do(
            [str(_UV), "run", "-q", "--no-project", "--with", peer.package, "python", "-c", code], folder, given
        )
