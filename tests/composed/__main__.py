"""Measure on composed pages: `python -m tests.composed [N] [--errors N]`; `--write FILE.jsonl` writes them."""

import argparse
import json
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.composed.compose import pages
from tests.composed.score import score

_OBSERVED = ("A", "B", "C", "C2")
SETS = (("easy", False, _OBSERVED), ("hard", True, _OBSERVED), ("other", True, ("D", "E")), ("wire", True, ("W",)))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("n", nargs="?", type=int, default=2000, help="pages of each set")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--errors", type=int, default=0, help="how many of what is wrong to print")
    parser.add_argument("--write", type=Path, help="write the pages' texts instead, one JSON record a line")
    options = parser.parse_args()
    console = Console(highlight=False, soft_wrap=True)
    if options.write:
        composed = [p for _, hard, layouts in SETS[:2] for p in pages(options.n, hard=hard, layouts=layouts)]
        options.write.write_text("".join(json.dumps({"text": p.text}) + "\n" for p in composed), encoding="utf-8")
        return
    table = Table("set", "measure", "precision", "recall", "F1", title=f"{options.n} pages of each set")
    for name, hard, layouts in SETS:
        composed = pages(options.n, hard=hard, layouts=layouts, seed=options.seed)
        scores, wrong = score(composed)
        for measure, s in scores.items():
            table.add_row(
                name, measure, f"{s.right / max(s.found, 1):.4f}", f"{s.right / max(s.gold, 1):.4f}", f"{s.f1:.4f}"
            )
        console.print(name, dict(Counter((page.layout, measure) for page, measure, _, _ in wrong)))
        for page, measure, missed, invented in wrong[: options.errors]:
            start = max(0, min(fact[0] for fact in missed | invented) - 90)
            console.print(f"[{page.layout}] {measure} missed {missed} invented {invented}", markup=False)
            console.print("    " + repr(page.text[start : start + 260]), markup=False)
    console.print(table)


if __name__ == "__main__":
    main()
