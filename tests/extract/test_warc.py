"""Archives as warcio writes them, and as they break."""

import gzip
import io
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from etl.settings import Settings
from tests.extract.pages import AT, LEAD, article, refused, rows

DATE = "2026-01-31T08:15:00Z"


class Archive:
    """A WARC in memory."""

    def __init__(self, *, is_packed: bool = False) -> None:
        self.buffer = io.BytesIO()
        self.writer = WARCWriter(self.buffer, gzip=is_packed)

    def add(
        self,
        uri: str,
        data: bytes,
        kind: str = "response",
        media: str = "text/html; charset=utf-8",
        status: str = "200 OK",
        date: str = DATE,
        **headers: str,
    ) -> "Archive":
        http = None
        if kind == "response":
            named = [("Content-Type", media), *((name.replace("_", "-"), value) for name, value in headers.items())]
            http = StatusAndHeaders(status, named, protocol="HTTP/1.1")
        record = self.writer.create_warc_record(
            uri,
            kind,
            payload=io.BytesIO(data),
            length=len(data),
            http_headers=http,
            warc_content_type="" if http else media,
            warc_headers_dict={"WARC-Date": date},
        )
        self.writer.write_record(record)
        return self

    @property
    def data(self) -> bytes:
        return self.buffer.getvalue()


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_responses_are_pages_with_their_capture(tmp_path: Path, name: str) -> None:
    archive = Archive(is_packed=name.endswith("gz"))
    archive.writer.write_record(archive.writer.create_warcinfo_record(name, {"software": "test"}))
    archive.add("https://a.example/1", article().encode())
    archive.add("https://a.example/1", article().encode(), date="2026-01-31T09:15:00Z")
    archive.add(
        "https://a.example/2", "Één regel uit België.".encode("iso-8859-15"), media="text/plain; charset=ISO-8859-15"
    )
    (tmp_path / name).write_bytes(archive.data)
    first, again, plain = rows(tmp_path)
    assert first["source_uri"] == again["source_uri"] == "https://a.example/1"
    assert first["text"] == again["text"] == "\n".join(("Brand in loods", *LEAD))
    assert first["document_id"] != again["document_id"]
    assert (first["captured_earliest"], first["captured_latest"], first["basis"]) == (AT, AT, "warc")
    assert (first["source_kind"], first["media_type"], first["kind"]) == ("warc", "text/html", "page")
    assert (plain["text"], plain["encoding"]) == ("Één regel uit België.", "iso-8859-15")
    assert refused(tmp_path) == []


def test_wet_records_are_text(tmp_path: Path) -> None:
    archive = Archive().add("https://a.example/1", LEAD[0].encode(), "conversion", "text/plain")
    (tmp_path / "a.warc.wet").write_bytes(archive.data)
    [row] = rows(tmp_path)
    assert (row["text"], row["media_type"], row["basis"]) == (LEAD[0], "text/plain", "warc")


@pytest.mark.parametrize("coding", ["gzip", "chunked"])
def test_payloads_are_decoded(tmp_path: Path, coding: str) -> None:
    data = article().encode()
    archive = Archive()
    if coding == "gzip":
        archive.add("https://a.example/1", gzip.compress(data), Content_Encoding="gzip")
    else:
        chunked = f"{len(data):x}\r\n".encode() + data + b"\r\n0\r\n\r\n"
        archive.add("https://a.example/1", chunked, Transfer_Encoding="chunked")
    (tmp_path / "a.warc").write_bytes(archive.data)
    [row] = rows(tmp_path)
    assert row["text"].startswith("Brand in loods\nASSEN")


def test_what_is_no_page_is_counted_in_one_line(tmp_path: Path) -> None:
    archive = Archive()
    for i in range(3):
        archive.add(f"https://a.example/{i}.png", b"\x89PNG", media="image/png")
    archive.add("https://a.example/gone", b"", status="404 Not Found")
    archive.add("https://a.example/1", article().encode())
    (tmp_path / "a.warc").write_bytes(archive.data)
    assert len(rows(tmp_path)) == 1
    [(uri, reason, detail)] = refused(tmp_path)
    assert (uri, reason) == ("a.warc", "no_page")
    assert "4 records" in detail
    assert "3 image/png, 1 HTTP 404" in detail


@pytest.mark.parametrize("is_packed", [False, True])
def test_of_a_truncated_archive_the_whole_records_are_taken(tmp_path: Path, is_packed: bool) -> None:
    archive = Archive(is_packed=is_packed).add("https://a.example/1", article().encode())
    data = archive.add("https://a.example/2", article().encode()).data
    name = "a.warc.gz" if is_packed else "a.warc"
    (tmp_path / name).write_bytes(data[:-400])
    (tmp_path / "b.txt").write_text(LEAD[0])
    assert [row["source_uri"] for row in rows(tmp_path)] == ["https://a.example/1", "b.txt"]
    [(_, reason, detail)] = refused(tmp_path)
    assert reason == "damaged"
    assert str(tmp_path / name) in detail
    assert "fetch" in detail


def test_rubbish_between_records_is_told_and_passed_over(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    first = Archive().add("https://a.example/1", article().encode()).data
    last = Archive().add("https://a.example/2", article().encode()).data
    (tmp_path / "a.warc").write_bytes(first.rstrip() + b"rubbish\r\n\r\n" + last)
    assert [row["source_uri"] for row in rows(tmp_path)] == ["https://a.example/1", "https://a.example/2"]
    [(uri, reason, _)] = refused(tmp_path)
    assert (uri, reason) == ("a.warc", "damaged")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("data", [b"", b"no archive at all", b"WARC/1.0\r\n" + b"a: b\r\n" * 200_000])
def test_what_is_no_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.warc").write_bytes(data)
    [(uri, reason, _)] = refused(tmp_path)
    assert uri == "a.warc"
    assert reason in {"empty", "damaged"}


def test_one_record_too_large_leaves_the_others(tmp_path: Path) -> None:
    bomb = gzip.compress(b"<html>" + b" " * 5_000_000)
    archive = Archive().add("https://a.example/bomb", bomb, Content_Encoding="gzip")
    (tmp_path / "a.warc").write_bytes(archive.add("https://a.example/1", article().encode()).data)
    settings = Settings(max_markup_bytes=1_000_000)
    assert [row["source_uri"] for row in rows(tmp_path, settings=settings)] == ["https://a.example/1"]
    [(uri, reason, detail)] = refused(tmp_path, settings=settings)
    assert (uri, reason) == ("https://a.example/bomb", "too_large")
    assert "record 1" in detail


def test_a_page_without_a_date_was_seen_between_its_neighbours(tmp_path: Path) -> None:
    archive = Archive()
    for name, date in (
        ("first", "gisteren"),
        ("before", "2026-01-31T08:15:00Z"),
        ("between", "gisteren"),
        ("after", "2026-01-31T08:17:00Z"),
        ("last", "gisteren"),
    ):
        archive.add(f"https://a.example/{name}", article(name).encode(), date=date)
    (tmp_path / "a.warc").write_bytes(archive.data)
    found = {row["source_uri"].rsplit("/", 1)[1]: row for row in rows(tmp_path)}

    def told(name: str) -> tuple[str | None, ...]:
        row = found[name]
        times = (row["captured_earliest"], row["captured_latest"])
        return (row["basis"], *(f"{t:%H:%M}" if t else None for t in times))

    assert told("before") == ("warc", "08:15", "08:15")
    assert told("between") == ("inferred", "08:15", "08:17")
    assert told("first") == ("inferred", None, "08:15")
    assert told("last") == ("inferred", "08:17", None)
    places = [(found[name]["crawl_uri"], found[name]["crawl_number"]) for name in ("first", "before", "last")]
    assert places == [("a.warc", 1), ("a.warc", 2), ("a.warc", 5)]


def test_a_date_that_cannot_be_read_is_told_and_the_page_taken(tmp_path: Path) -> None:
    (tmp_path / "a.warc").write_bytes(Archive().add("https://a.example/1", article().encode(), date="gisteren").data)
    [row] = rows(tmp_path)
    assert row["basis"] is None
    [(_, reason, detail)] = refused(tmp_path)
    assert reason == "bad_time"
    assert "WARC-Date" in detail
