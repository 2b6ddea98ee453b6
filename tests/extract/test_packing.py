"""Packed files, patterns and standard input."""

import bz2
import gzip
import io
import lzma
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pytest

from etl.extract import files
from etl.extract.records import Source
from etl.settings import Settings
from tests.extract.pages import LEAD, article, refused, rows

TEXT = "\n".join(LEAD)


def zstd(data: bytes) -> bytes:
    return bytes(pyarrow.compress(data, codec="zstd", asbytes=True))


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd,
}


@pytest.mark.parametrize("suffix", PACKERS)
def test_packed_files_are_read_as_what_they_hold(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a.txt.{suffix}").write_bytes(PACKERS[suffix](TEXT.encode()))
    (tmp_path / f"b.html.{suffix}").write_bytes(PACKERS[suffix](article().encode()))
    (tmp_path / f"c.jsonl.{suffix}").write_bytes(PACKERS[suffix](b'{"text": "Een."}\n' * 2))
    (tmp_path / f"noname-{suffix}").write_bytes(PACKERS[suffix](TEXT.encode()))
    found = {row["source_uri"]: row["source_kind"] for row in rows(tmp_path)}
    assert found == {
        f"a.txt.{suffix}": "text",
        f"b.html.{suffix}": "html",
        f"c.jsonl.{suffix}#1": "corpus",
        f"c.jsonl.{suffix}#2": "corpus",
        f"noname-{suffix}": "text",
    }


@pytest.mark.parametrize("suffix", PACKERS)
def test_bombs_end_in_a_refusal(tmp_path: Path, suffix: str) -> None:
    packed = PACKERS[suffix](b" " * 50_000_000)
    for kind in ("txt", "html", "jsonl", "csv", "warc", "xml"):
        (tmp_path / f"a.{kind}.{suffix}").write_bytes(packed)
    (tmp_path / "b.txt").write_text(TEXT)
    settings = Settings(max_document_bytes=100_000, max_markup_bytes=50_000)
    assert [row["source_uri"] for row in rows(tmp_path, settings=settings)] == ["b.txt"]
    found = refused(tmp_path, settings=settings)
    assert {uri for uri, _, _ in found} >= {f"a.{kind}.{suffix}" for kind in ("txt", "html", "jsonl", "csv", "xml")}
    assert {reason for _, reason, _ in found} <= {"too_large", "damaged", "empty"}
    assert all("a." in detail for _, _, detail in found)


@pytest.mark.parametrize("suffix", ["gz", "bz2", "xz", "zst"])
@pytest.mark.parametrize("damage", ["cut", "rubbish", "empty"])
def test_damaged_files_are_refused(tmp_path: Path, suffix: str, damage: str) -> None:
    packed = PACKERS[suffix](TEXT.encode())
    data = {"cut": packed[:-6], "rubbish": b"no packed file", "empty": b""}[damage]
    (tmp_path / f"a.txt.{suffix}").write_bytes(data)
    (tmp_path / "b.txt").write_text(TEXT)
    assert [row["source_uri"] for row in rows(tmp_path)] == ["b.txt"]
    [(uri, reason, _)] = refused(tmp_path)
    assert uri == f"a.txt.{suffix}"
    assert reason in {"damaged", "empty"}


def test_members_of_archives(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("in/a.txt", TEXT)
        archive.writestr("in/b.html", article())
        archive.writestr("c.txt.gz", gzip.compress(TEXT.encode()))
        archive.writestr("../../up.txt", TEXT)
        archive.writestr("scan.pdf", b"%PDF-1.7")
        archive.writestr("deep.zip", b"PK\x03\x04")
        archive.writestr("bomb.txt", b" " * 1_000_000)
        archive.writestr(".hidden", TEXT)
    settings = Settings(max_document_bytes=500_000)
    found = {row["source_uri"]: row["source_kind"] for row in rows(tmp_path, settings=settings)}
    assert found == {
        "a.zip/in/a.txt": "text",
        "a.zip/in/b.html": "html",
        "a.zip/c.txt.gz": "text",
        "a.zip/../../up.txt": "text",
    }
    assert {uri: reason for uri, reason, _ in refused(tmp_path, settings=settings)} == {
        "a.zip/scan.pdf": "unknown_format",
        "a.zip/deep.zip": "unknown_format",
        "a.zip/bomb.txt": "too_large",
    }
    assert not (tmp_path.parent / "up.txt").exists()


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and no more")
    (tmp_path / "b").write_bytes(b"PK\x03\x04 and no more")
    assert [(uri, reason) for uri, reason, _ in refused(tmp_path)] == [("a.zip", "damaged"), ("b", "damaged")]


def test_patterns(tmp_path: Path) -> None:
    for name in ("a/1.txt", "a/2.html", "b/1.txt", "b/c/3.txt", "d[1].txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TEXT)

    def uris(pattern: str) -> list[str]:
        found = files.find([tmp_path / pattern], 1000)
        return [source.uri for source in found if isinstance(source, Source)]

    assert uris("*/*.txt") == ["a/1.txt", "b/1.txt"]
    assert uris("**/*.txt") == ["a/1.txt", "b/1.txt", "b/c/3.txt", "d[1].txt"]
    assert uris("b*") == ["b/1.txt", "b/c/3.txt"]
    assert uris("d[1].txt") == ["d[1].txt"]  # a file of that name comes first
    [(_, reason, detail)] = refused(tmp_path / "*.md")
    assert reason == "missing"
    assert "*.md" in detail


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (TEXT.encode(), "text"),
        (gzip.compress(TEXT.encode()), "text"),
        (article().encode(), "html"),
        (b'{"text": "Een."}\n{"text": "Twee."}\n', "corpus"),
        (b'{"uri": "urn:1", "headline": "Brand", "body_text": "Een brand."}', "ninjs"),
        (b"<?xml version='1.0'?><nitf><body><body.content><p>Een.</p></body.content></body></nitf>", "nitf"),
    ],
)
def test_standard_input_is_known_by_how_it_begins(monkeypatch: pytest.MonkeyPatch, data: bytes, kind: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    found = rows(Path("-"))
    assert {row["source_kind"] for row in found} == {kind}


def test_standard_input_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"x" * 2_000_000)))
    [(uri, reason, _)] = refused(Path("-"), settings=Settings(max_unpacked_bytes=1_000_000))
    assert (uri, reason) == ("stdin", "too_large")
