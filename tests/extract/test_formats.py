"""One folder with a file of every format, and one with a bomb of every kind."""

import gzip
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from etl.extract import sources
from etl.extract.records import columns
from tests.extract.pages import LEAD, TEASERS, article, refused, rows
from tests.extract.test_feeds import ATOM, ENTRY, ITEM, RSS
from tests.extract.test_newsml import DATA, G2, NEWSML, NITF
from tests.extract.test_ninjs import ONE
from tests.extract.test_warc import Archive

TEXT = "\n".join(LEAD)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    listed = "".join(f"<li><p>{text}</p><time>{stamp}</time></li>" for _, text, stamp in TEASERS)
    page = article(f"<aside><h2>Meer uit Binnenland</h2><ul>{listed}</ul></aside>")
    table = pl.DataFrame({"text": [TEXT], "url": ["https://a.example/"], "timestamp": ["2026-01-31T08:15:00Z"]})
    files: dict[str, str | bytes] = {
        "a.txt": TEXT,
        "noname": TEXT,
        "a.html": page,
        "a.html.gz": gzip.compress(page.encode()),
        "a.warc": Archive().add("https://a.example/1", page.encode()).data,
        "a.warc.gz": Archive(is_packed=True).add("https://a.example/2", page.encode()).data,
        "a.warc.wet.gz": Archive(is_packed=True)
        .add("https://a.example/3", TEXT.encode(), "conversion", "text/plain")
        .data,
        "a.rss": RSS.format(ITEM.format(*LEAD[:2])),
        "a.atom": ATOM.format(ENTRY.format(*LEAD[:2])),
        "feed.xml": RSS.format(ITEM.format(*LEAD[:2]).replace("/1<", "/4<")),
        "a.ninjs": json.dumps(ONE),
        "g2.xml": G2.format(status="usable", dateline="", content=DATA.format(*LEAD)),
        "n1.xml": NEWSML.format(status="Usable", dateline="", content=LEAD[0]).encode("latin-1"),
        "a.nitf": NITF.format(*LEAD, dateline=""),
        "a.jsonl": table.write_ndjson(),
        "a.csv": table.write_csv(),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    table.write_parquet(tmp_path / "a.parquet")
    return tmp_path


def test_a_folder_of_every_format(folder: Path) -> None:
    found = rows(folder, columns=columns("captured=timestamp"))
    assert Counter(row["source_kind"] for row in found) == {
        "text": 2,
        "html": 2,
        "warc": 3,
        "rss": 2,
        "atom": 1,
        "ninjs": 1,
        "newsml-g2": 1,
        "newsml": 1,
        "nitf": 1,
        "corpus": 1,  # the same row in three files is one document
    }
    assert {(row["source_kind"], row["basis"]) for row in found if row["basis"]} == {
        ("warc", "warc"),
        ("corpus", "manifest"),
    }
    assert all("ASSEN (ANP) - " in row["text"] for row in found)
    assert {row["language"] for row in found} == {"nl"}
    assert [(uri, reason) for uri, reason, _ in refused(folder)] == [("urn:newsml:a:2", "no_page")]


def test_the_same_folder_gives_the_same_ids(folder: Path) -> None:
    assert [row["document_id"] for row in rows(folder)] == [row["document_id"] for row in rows(folder)]


def test_what_is_not_understood_says_what_is(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK")
    [(_, reason, detail)] = refused(tmp_path)
    assert reason == "unknown_format"
    assert all(suffix in detail for suffix in (*sources.READERS, ".gz", ".zip"))


BOMBS: dict[str, tuple[str, str]] = {
    "line.html": ("'<p>' + 'een woord ' * 5_000_000", "too_large"),
    "deep.html": ("'<div>' * 10_000 + 'tekst'", "empty"),
    "wide.html": ("'<b>x</b>' * 100_000", "too_large"),
    "deep.xml": ("'<a>' * 1_000_000", "damaged"),
    "field.csv": ("'text\\n\"' + 'x' * 100_000_000 + '\"\\n'", "too_large"),
    "line.jsonl": ("'{\"text\": \"' + 'x' * 100_000_000 + '\"}\\n'", "too_large"),
    "headers.warc": ("'WARC/1.0\\r\\n' + 'a: b\\r\\n' * 10_000_000", "damaged"),
    "line.warc": ("'WARC/1.0\\r\\nWARC-Type: ' + 'x' * 100_000_000", "damaged"),
    "deep.json": ("'[' * 10_000_000", "damaged"),
}
READ = """
import datetime as dt, json, pathlib, resource, sys
import feedparser, ftfy, polars, pyarrow.parquet, trafilatura, warcio.archiveiterator
from etl.extract import sources
from etl.settings import Settings
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
before = peak()
now, folder = dt.datetime.now(dt.UTC), pathlib.Path(sys.argv[1])
found = list(sources.read([folder], ingested_at=now, run_id="", settings=Settings()))
rejects = {row["source_uri"].split("#")[0]: row["reason"] for b in found for row in b.rejects.iter_rows(named=True)}
print(json.dumps([rejects, [uri for b in found for uri in b.documents["source_uri"]], peak() - before]))
"""
MOST_KB = 400_000
"""Memory that reading all the bombs may take; any of them unpacked or parsed as it asks takes more."""


def test_bombs_take_little_memory_and_leave_the_rest(tmp_path: Path) -> None:
    for name, (content, _) in BOMBS.items():
        (tmp_path / name).write_text(eval(content))  # noqa: S307 - our own, of BOMBS
    with gzip.open(tmp_path / "zeros.txt.gz", "wb") as file:
        for _ in range(300):
            file.write(b"\0" * 1_000_000)
    (tmp_path / "z.txt").write_text(TEXT)
    done = subprocess.run([sys.executable, "-c", READ, str(tmp_path)], capture_output=True, text=True, check=True)
    rejects, uris, growth = json.loads(done.stdout)
    assert uris == ["z.txt"]
    assert rejects == {name: reason for name, (_, reason) in BOMBS.items()} | {"zeros.txt.gz": "too_large"}
    assert growth < MOST_KB
