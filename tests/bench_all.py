"""One table of the whole bench: every step, the peers on the same text, and whole runs.

make bench
.venv/bin/python -m tests.bench_all [MEGABYTES]     of the runs
"""

import os
import sys
import time

from etl.settings import current
from tests import bench, peers, scale
from tests.figures import Figure, show


def peer_figures() -> list[Figure]:
    """What peers take for composed pages, beside a bare scan of the same and our own step on them."""
    texts = bench.composed(int(time.time()) + 11)
    megabytes = sum(len(text.encode()) for text in texts) / 1e6
    scan = bench.bare_scan(texts)
    ours, _ = bench.measure(lambda: bench.date_times(texts), 1)  # the pages are read for the first time
    figures = [
        Figure(
            "composed pages: times, ours", f"{megabytes / ours:.2f} MB/s", f"{scan / ours:.3f}", bench.SCAN_COMPOSED
        )
    ]
    for peer in peers.PEERS:
        rate = peers.rate(peer, texts)
        if isinstance(rate, str):
            figures.append(Figure(peer.name, rate))
        else:
            figures.append(
                Figure(peer.name, f"{rate:.3g} MB/s", f"{rate * scan / megabytes:.3f}", bench.SCAN_COMPOSED)
            )
    return figures


def main(megabytes: float) -> None:
    """Measure and print."""
    title, steps = bench.steps(sorted((current().seeds / "pages").glob("*.txt")))
    figures = [*steps, *peer_figures(), *scale.figures(megabytes)]
    show(f"steps on {title}; runs on composed pages, {os.cpu_count()} cores", figures)


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else scale.MEGABYTES)
