"""MB/s of the transform on one core, step by step, beside a bare scan of the same text in the same run.

    make bench                                     the sample pages, repeated
    .venv/bin/python -m tests.bench FILE…          texts of your own (a .jsonl file: its `text` fields)

Absolute figures are those of the machine at that moment; the ratio to the bare scan is what to compare. The bare
scan reads the text once with an expression, once with the gazetteer's names, hashes it and writes it to Parquet:
what any tool that does this work must at least do. Repeated text flatters what is memoised; texts of your own,
with no repetition, do not.
"""

import hashlib
import io
import itertools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import re2
from rich.console import Console
from rich.table import Table

from etl.schema.frames import polars_schema
from etl.schema.raw import Document
from etl.settings import current
from etl.transform import pages, pipeline, sentences
from etl.transform.events import code
from etl.transform.places import gazetteer, locate
from etl.transform.records import Unit
from etl.transform.times import find
from tests.transform.places.mentions import judged

LEAST_CHARS = 3_000_000
"""Text that is measured at least: enough that a run is not over before the clock ticks."""


def texts(paths: list[Path]) -> list[str]:
    """The texts to measure, repeated until there are LEAST_CHARS of them."""
    found: list[str] = []
    for path in paths:
        content = path.read_text(encoding="utf-8")
        found += [json.loads(line)["text"] for line in content.splitlines()] if path.suffix == ".jsonl" else [content]
    times = -(-LEAST_CHARS // sum(map(len, found)))
    return found * times


def documents(batch: list[str]) -> pl.DataFrame:
    """Documents of raw.documents, as extraction would give them."""
    epoch = 0
    return pl.DataFrame(
        [
            {
                "document_id": f"{i:020d}",
                "source_uri": str(i),
                "source_kind": "text",
                "kind": "page",
                "media_type": "text/plain",
                "encoding": "utf-8",
                "content_sha256": "",
                "text": text,
                "n_chars": len(text),
                "language": "nl",
                "ingested_at": epoch,
                "run_id": "bench",
            }
            for i, text in enumerate(batch)
        ],
        schema_overrides=polars_schema(Document),
    ).select(
        pl.col(name) if name not in ("published_earliest", "published_latest") else pl.lit(None, kind).alias(name)
        for name, kind in polars_schema(Document).items()
    )


def bare_scan(batch: list[str]) -> None:
    """One expression, one pass of the gazetteer's names, one hash, one write."""
    joined = "\n".join(batch)
    data = joined.encode()
    for _ in re2.compile(rb"\b\d{1,2} (?:januari|februari|maart|april|mei|juni|juli)\b").finditer(data):
        pass
    gazetteer.load().automaton.find_matches_as_indexes(joined)
    hashlib.blake2b(data)
    pl.DataFrame({"text": batch}).write_parquet(io.BytesIO())


def measure(function: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of the best of three, and what it gave."""
    best, result = float("inf"), None
    for _ in range(3):
        start = time.perf_counter()
        result = function()
        best = min(best, time.perf_counter() - start)
    return best, result


def main(paths: list[Path]) -> None:
    """Print the table."""
    batch = texts(paths or sorted((current().seeds / "pages").glob("*.txt")))
    megabytes = sum(len(text.encode()) for text in batch) / 1e6
    is_place = gazetteer.load().knows
    pipeline.transform(documents(batch[:2]))  # load what is lazy
    units = [Unit(text, i, "body") for i, text in enumerate(batch)]
    homes: list[str | None] = [None] * len(batch)

    scan, _ = measure(lambda: bare_scan(batch))
    steps = {
        "pages, datelines, credits": measure(lambda: [pages.split(text, is_place) for text in batch])[0],
    }
    steps["sentences"], spans = measure(lambda: sentences.split(batch, "nl"))
    steps["times"], times = measure(lambda: find.find(batch, "nl"))
    automaton = gazetteer.load().automaton
    steps["bare Aho-Corasick scan for places"], _ = measure(
        lambda: [automaton.find_matches_as_indexes(text) for text in batch]
    )
    steps["places, found and resolved"], places = measure(lambda: locate.locate(units, "nl", homes))
    steps["events"], _ = measure(lambda: code.code(units, spans, times, places, "nl"))
    steps["whole transform, with rows"], _ = measure(lambda: pipeline.transform(documents(batch)))

    table = Table(title=f"{megabytes:.1f} MB in {len(batch)} pages, one core, best of three")
    table.add_column("step")
    table.add_column("MB/s", justify="right")
    table.add_column("share of the bare scan", justify="right")
    table.add_row("bare scan", f"{megabytes / scan:.1f}", "1.000")
    for name, seconds in steps.items():
        table.add_row(name, f"{megabytes / seconds:.2f}", f"{scan / seconds:.3f}")
    Console().print(table)
    Console().print(reliability())


def reliability() -> Table:
    """How often the place chosen is right, by the trust in it, on our own test set."""
    table = Table(title="trust in the place chosen, on tests/transform/places/mentions.tsv")
    for column in ("trust", "mentions", "mean trust", "share right"):
        table.add_column(column, justify="right")
    own = [j for j in judged() if j.found]
    for low, high in itertools.pairwise((0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)):
        found = [(j.found.confidence, j.is_right) for j in own if j.found and low <= j.found.confidence < high]
        if found:
            mean, right = (sum(values) / len(found) for values in zip(*found, strict=True))
            table.add_row(f"{low:.2f} to {min(high, 1):.2f}", str(len(found)), f"{mean:.3f}", f"{right:.3f}")
    return table


if __name__ == "__main__":
    main([Path(argument) for argument in sys.argv[1:]])
