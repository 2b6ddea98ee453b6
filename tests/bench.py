"""MB/s of the transform on one core, step by step, beside a bare scan of the same text in the same run.

    make bench                                     the sample pages, repeated; with peers and whole runs, one table
    .venv/bin/python -m tests.bench                the steps alone
    .venv/bin/python -m tests.bench FILE…          texts of your own (a .jsonl file: its `text` fields)
    .venv/bin/python -m tests.bench --html [FILE…] the HTML reader beside trafilatura alone
    .venv/bin/python -m tests.bench --places       places alone

Absolute figures are those of the machine at that moment; the ratio to the bare scan is what to compare. The bare
scan reads the text from a file, goes through it once with expressions of time and once with the gazetteer's names,
hashes it and writes it to Parquet: what any tool that does this work must at least do. Repeated text flatters what is
memoised, and alike items are read once, so pages, times, events and the whole are measured on text that does not
repeat too: composed pages of one seed after those of another, as a run reads news of today after that of yesterday;
and times with each expression of the text read for the first time. As in a run, Python's search for cycles is off
while a step works. Pages, times, places and events run as machine code where `make native` has built it; the title
says so.
"""

import datetime as dt
import gc
import hashlib
import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

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
from etl.transform.records import TimeMention, Unit
from etl.transform.times import find, resolve, symbols
from etl.transform.times.resolve import Interval
from tests.composed import compose
from tests.figures import Figure, show
from tests.transform.places import drawn, news
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


_GIVEN = (
    *("document_id", "source_uri", "source_kind", "kind", "media_type", "encoding", "content_sha256"),
    *("text", "n_chars", "language", "ingested_at", "run_id"),
)
"""Columns of raw.documents that a bare text has."""


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
        pl.col(name) if name in _GIVEN else pl.lit(None, kind).alias(name)
        for name, kind in polars_schema(Document).items()
    )


_EXPRESSIONS = (
    r"\b\d{1,2} (?:januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december)\b",
    r"\b(?:maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag|gisteren|vandaag|morgen)\b",
    r"\b\d{1,2}[.:]\d\d\b",
    r"\b\d{4}-\d\d-\d\d\b",
)


def bare_scan(batch: list[str]) -> float:
    """One reading, one pass of expressions, one of the gazetteer's names, one hash, one write; seconds, the best."""
    expressions, automaton = re2.compile("|".join(_EXPRESSIONS).encode()), gazetteer.load().automaton
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name) / "texts.jsonl", Path(name) / "texts.parquet"
        pl.DataFrame({"text": batch}).write_ndjson(source)

        def scan() -> None:
            with source.open(encoding="utf-8") as lines:
                texts = [json.loads(line)["text"] for line in lines]
            joined = "\n".join(texts)
            data = joined.encode()
            for _ in expressions.finditer(data):
                pass
            automaton.find_matches_as_indexes(joined)
            hashlib.blake2b(data)
            pl.DataFrame({"text": texts}).write_parquet(target)

        return measure(scan)[0]


def date_times(batch: list[str]) -> list[TimeMention]:
    """Find the time expressions of texts published an hour apart, and their bounds."""
    start = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    clocks = [Interval(moment, moment) for moment in (start + dt.timedelta(hours=i) for i in range(len(batch)))]
    found = find.find(batch, "nl")
    for mention in found:
        resolve.bounds(mention.value, clocks[mention.unit], ["Europe/Amsterdam"], direction=mention.direction)
    return found


def date_unread_times(batch: list[str], once: list[str]) -> None:
    """As `date_times`, piece by piece of the length of `once`, and no expression remembered from one to the next."""
    for i in range(0, len(batch), len(once)):
        for module in (find, symbols, resolve):
            for memory in vars(module).values():
                # what remembers a few things is of the language
                if hasattr(memory, "cache_clear") and memory.cache_parameters()["maxsize"] > 1000:
                    memory.cache_clear()
        date_times(batch[i : i + len(once)])


def composed(seed: int) -> list[str]:
    """Composed pages, of which those of two seeds have their words in common and little else."""
    return [page.text for hard in (False, True) for page in compose.pages(1000, hard=hard, seed=seed)]


def measure_unread(function: Callable[[list[str]], Any], megabytes: float) -> float:
    """Seconds for so many megabytes of composed pages, after others were read: the best of three."""
    seed = int(time.time())
    function(composed(seed))
    best = float("inf")
    for later in range(seed + 1, seed + 4):
        pages_ = composed(later)
        seconds, _ = measure(lambda texts=pages_: function(texts), 1)  # type: ignore[misc]
        best = min(best, seconds / sum(len(text.encode()) for text in pages_))
    return best * megabytes * 1e6


def measure(function: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    """Seconds of processor time of the best of three or more, and what it gave."""
    best, result = float("inf"), None
    for _ in range(times):
        with pipeline.no_search_for_cycles():
            start = time.process_time()
            result = function()
            best = min(best, time.process_time() - start)
        gc.collect()
    return best, result


class Kind(NamedTuple):
    """What a page of a news site holds."""

    paragraphs: int
    items: int
    """Items of the list beside or instead of the article."""
    stamp: str
    """The element of an item that says when, with a number in it."""
    links: int = 60
    """Of each of two menus."""


_TIME = "<time>{0} uur geleden</time>"
KINDS = {
    "article, and a list beside it": Kind(25, 20, _TIME),
    "article alone": Kind(25, 0, _TIME),
    "article, stamps told by their class": Kind(25, 20, '<span class="teaser__date date">{0} uur geleden</span>'),
    "list of items": Kind(0, 60, _TIME),
    "large": Kind(150, 100, _TIME, 300),
    "short": Kind(3, 0, _TIME, 10),
}


def news_page(kind: Kind, seed: int) -> str:
    """A page as a news site makes it: menus, scripts, an article, a list of items, a footer."""
    sentence = (
        "De gemeente heeft vrijdag besloten dat de brug over het kanaal twee weken dicht blijft, zegt de wethouder. "
    )
    link = '<li class="nav-item"><a class="nav-link" href="/{0}">Rubriek {0}</a></li>'
    menu = "".join(link.format(i) for i in range(kind.links))
    script = "<script>window.data = {" + ", ".join(f"a{i}: {i}" for i in range(2000)) + "};</script>"
    body = "".join(f'<p class="article__text">{i + seed}. {sentence * 4}</p>' for i in range(kind.paragraphs))
    item = '<li class="teaser"><a href="/n/{0}"><h3>Bericht {0} van vandaag</h3></a><p>{1}</p>' + kind.stamp + "</li>"
    items = "".join(item.format(i + 1, sentence) for i in range(kind.items))
    listed = f"<aside><h2>Meer uit Binnenland</h2><ul>{items}</ul></aside>" if items else ""
    article = f"<article><h1>Brug blijft dicht</h1><time>31 januari 2026</time>{body}</article>" if body else ""
    return (
        f'<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Brug dicht | Krant</title>{script}</head>'
        f"<body><header><nav><ul>{menu}</ul></nav></header><main>{article}{listed}</main><footer>{menu}</footer>"
        "</body></html>"
    )


def html_pages(paths: list[Path]) -> None:
    """Print how long the HTML reader takes beside trafilatura alone, on the same pages in turn."""
    given = {"your own": [path.read_text(encoding="utf-8") for path in paths]} if paths else {}
    made = {name: [news_page(kind, seed) for seed in range(10)] for name, kind in KINDS.items()}
    table = Table(title="HTML, one core, best of nine: trafilatura alone, and with lists, stamps and metadata")
    for column in ("pages", "KB each", "alone, ms", "with lists, ms", "times as long"):
        table.add_column(column, justify="left" if column == "pages" else "right")
    for name, batch in (given or made).items():
        alone, ours = html_times(batch)
        size = sum(len(page.encode()) for page in batch) / len(batch) / 1e3
        row = (
            f"{size:.0f}",
            f"{alone / len(batch) * 1e3:.2f}",
            f"{ours / len(batch) * 1e3:.2f}",
            f"{ours / alone:.3f}",
        )
        table.add_row(name, *row)
    Console().print(table)


def html_times(pages: list[str]) -> tuple[float, float]:
    """Seconds that trafilatura alone takes for pages, and that our reader takes.

    They read each page in turn, nine times, so that what else the machine does falls on both.
    """
    import trafilatura

    from etl.extract import html

    html.extract(pages[0], "a page")  # load what is lazy
    seconds = [0.0, 0.0]
    for page in pages:
        readers = (lambda page=page: trafilatura.extract(page)), (lambda page=page: html.extract(page, "a page"))
        runs = [[measure(reader, 1)[0] for reader in readers] for _ in range(9)]
        seconds = [total + min(times) for total, times in zip(seconds, zip(*runs, strict=True), strict=True)]
    return seconds[0], seconds[1]


def measure_events(batch: list[str]) -> float:
    """Seconds that coding takes after sentences, times and places are found."""
    units, spans = [Unit(text, i, "body") for i, text in enumerate(batch)], sentences.split(batch, "nl")
    times, places = find.find(batch, "nl"), locate.locate(units, "nl", [None] * len(batch))
    return measure(lambda: code.code(units, spans, times, places, "nl"))[0]


SCAN = "bare scan"
SCAN_COMPOSED = "bare scan, composed pages"
GOALS = {
    "pages, datelines, credits": ">= 15 MB/s",
    "times, found and dated": ">= 10 MB/s, 3 chrono-node",
    "events": ">= 4 MB/s",
    "whole, composed pages not read before": ">= 3 MB/s, .07",
}


def steps(paths: list[Path]) -> tuple[str, list[Figure]]:
    """Measure every step: a title that says on what, and a figure each."""
    batch = texts(paths or sorted((current().seeds / "pages").glob("*.txt")))
    megabytes = sum(len(text.encode()) for text in batch) / 1e6
    is_place = gazetteer.load().knows
    pipeline.transform(documents(batch[:2]))  # load what is lazy
    units = [Unit(text, i, "body") for i, text in enumerate(batch)]
    homes: list[str | None] = [None] * len(batch)

    def split_all(texts: list[str]) -> int:
        return sum(len(pages.split(text, is_place).items) for text in texts)

    scan = bare_scan(batch)
    taken = {"pages, datelines, credits": measure(lambda: split_all(batch))[0]}
    taken["pages, composed pages not read before"] = measure_unread(split_all, megabytes)
    taken["sentences"], spans = measure(lambda: sentences.split(batch, "nl"))
    taken["times, found and dated"], times = measure(lambda: date_times(batch))
    once = list(dict.fromkeys(batch))
    taken["times, each expression new"], _ = measure(lambda: date_unread_times(batch, once))
    taken["times, composed pages not read before"] = measure_unread(date_times, megabytes)
    automaton = gazetteer.load().automaton
    taken["bare Aho-Corasick scan for places"], _ = measure(
        lambda: [automaton.find_matches_as_indexes(text) for text in batch]
    )
    taken["places, found and resolved"], places = measure(lambda: locate.locate(units, "nl", homes))
    taken["events"], _ = measure(lambda: code.code(units, spans, times, places, "nl"))
    fresh = composed(int(time.time()) + 9)
    share = megabytes * 1e6 / sum(len(text.encode()) for text in fresh)  # as if there were as much of them
    taken["events, composed pages"] = measure_events(fresh) * share
    taken["whole transform, with rows"], _ = measure(lambda: pipeline.transform(documents(batch)))
    taken["whole, composed pages not read before"] = measure_unread(
        lambda texts: pipeline.transform(documents(texts)), megabytes
    )

    form = "sources" if str(code.__file__).endswith(".py") else "machine code"
    title = f"{megabytes:.1f} MB in {len(batch)} pages, one core, best of three; {form}"
    scans = {SCAN: scan, SCAN_COMPOSED: bare_scan(fresh) * share}

    def figure(name: str, seconds: float) -> Figure:
        """Beside the scan of the same text."""
        of = SCAN_COMPOSED if "composed" in name else SCAN
        return Figure(name, f"{megabytes / seconds:.2f} MB/s", f"{scans[of] / seconds:.3f}", of, GOALS.get(name, ""))

    return title, [figure(name, seconds) for name, seconds in (scans | taken).items()]


def print_places() -> None:
    """Print what is to be said of places."""
    console = Console()
    console.print(places_table())
    console.print(memory(), soft_wrap=True)
    console.print(reliability("in our own texts", own_texts()))
    console.print(reliability("in drawn articles", drawn_articles()))


def places_table() -> Table:
    """Finding and resolving places on news of our own making, beside a bare scan for names of the same text."""
    table = Table(title="places, one core, best of five; articles of our own making, none twice")
    for column in ("text", "mentions a KB", "bare Aho-Corasick scan, MB/s", "found and resolved, MB/s", "share"):
        table.add_column(column, justify="right")
    automaton = gazetteer.load().automaton
    for language in ("nl", "en"):
        batch = list(news.articles(language, LEAST_CHARS // 2))
        size, homes = sum(len(text.encode()) for text in batch), [None] * len(batch)
        units = [Unit(text, i, "body") for i, text in enumerate(batch)]
        mentions = locate.locate(units, language, homes)  # load what is lazy
        scan, _ = measure(lambda batch=batch: [automaton.find_matches_as_indexes(text) for text in batch], 5)  # type: ignore[misc]
        found, _ = measure(lambda u=units, lang=language, h=homes: locate.locate(u, lang, h), 5)  # type: ignore[misc]
        row = f"{len(mentions) / size * 1e3:.1f}", f"{size / scan / 1e6:.1f}", f"{size / found / 1e6:.2f}"
        table.add_row(language, *row, f"{scan / found:.3f}")
    return table


def memory() -> str:
    """What the gazetteer takes in a process that has done nothing else, before and after a batch of each language."""
    code = (
        "import json, sys\n"
        "from etl.transform.places import gazetteer, locate\n"
        "from etl.transform.records import Unit\n"
        "def resident():\n"
        "    lines = open('/proc/self/status').read().splitlines()\n"
        "    return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith('VmRSS'))\n"
        "before = resident()\n"
        "names = [gazetteer.load().names(language) for language in ('nl', 'en')]\n"
        "loaded = resident()\n"
        "for language, texts in json.load(sys.stdin).items():\n"
        "    locate.locate([Unit(t, i, 'body') for i, t in enumerate(texts)], language, [None] * len(texts))\n"
        "print(f'{before:.0f} MB with the imports, {loaded:.0f} loaded, {resident():.0f} after 300 articles')\n"
    )
    texts = {language: list(itertools.islice(news.articles(language, 10**9), 150)) for language in ("nl", "en")}
    done = subprocess.run(
        [sys.executable, "-c", code], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    return f"gazetteer with Dutch and English, resident: {done.stdout.strip()}"


def reliability(title: str, found: list[tuple[float, bool]]) -> Table:
    """How often the place chosen is right, by the trust in it."""
    table = Table(title=f"trust in the place chosen, {title}")
    for column in ("trust", "mentions", "mean trust", "share right"):
        table.add_column(column, justify="right")
    for low, high in itertools.pairwise((0.0, 0.6, 0.7, 0.8, 0.9, 0.95, 1.01)):
        own = [(trust, is_right) for trust, is_right in found if low <= trust < high]
        if own:
            mean, right = (sum(values) / len(own) for values in zip(*own, strict=True))
            table.add_row(f"{low:.2f} to {min(high, 1):.2f}", str(len(own)), f"{mean:.3f}", f"{right:.3f}")
    return table


def own_texts() -> list[tuple[float, bool]]:
    """Trust, and whether it is right, in our own texts but those the weights were set on; extra ones are wrong."""
    own = [*judged(), *judged("paragraphs", half=1)]
    return [(j.found.confidence, j.is_right) for j in own if j.found]


def drawn_articles() -> list[tuple[float, bool]]:
    """The same in articles whose places are drawn from the gazetteer; right within a hundred miles."""
    batch = list(drawn.articles(1000, seed=2))
    units = [Unit(article.text, i, "body") for i, article in enumerate(batch)]
    return [
        (m.confidence, drawn.is_near(batch[m.unit].places[m.start, m.end], m.place))
        for m in locate.locate(units, "en", [None] * len(units))
        if m.place and (m.start, m.end) in batch[m.unit].places
    ]


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:] if not argument.startswith("--")]
    if "--places" in sys.argv:
        print_places()
    else:
        html_pages(given) if "--html" in sys.argv else show(*steps(given))
