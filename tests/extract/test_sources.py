"""Files of every kind, good and bad, through `read`."""

import datetime as dt
import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from etl.extract import files, sources
from etl.extract.records import Record, Refusal, RefusedError, Source
from etl.schema import ops, raw
from etl.schema.frames import polars_schema
from etl.settings import Settings

NOW = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
DUTCH = "UTRECHT (ANP) - De brand is volgens de brandweer onder controle.\n"


def read(*paths: Path, settings: Settings | None = None) -> list[sources.Extracted]:
    return list(sources.read(paths, ingested_at=NOW, run_id="run", settings=settings or Settings()))


def reasons(*paths: Path, settings: Settings | None = None) -> dict[str, str]:
    frames = [batch.rejects for batch in read(*paths, settings=settings)]
    return {row["source_uri"]: row["reason"] for frame in frames for row in frame.iter_rows(named=True)}


def uris(*paths: Path) -> list[str]:
    return [uri for batch in read(*paths) for uri in batch.documents["source_uri"]]


def test_a_text_file_is_one_page(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(DUTCH.replace("\n", "\r\n").encode())
    [batch] = read(tmp_path)
    assert batch.documents.schema == polars_schema(raw.Document)
    assert batch.rejects.schema == polars_schema(ops.Reject)
    assert batch.claims.schema == polars_schema(raw.Capture)
    assert (batch.rejects.height, batch.claims.height) == (0, 0)
    row = batch.documents.row(0, named=True)
    digest = hashlib.sha256(DUTCH.replace("\n", "\r\n").encode()).hexdigest()
    key = f"a.txt\0\0{digest}".encode()
    assert row == {
        "document_id": hashlib.blake2b(key).hexdigest()[:20],
        "source_uri": "a.txt",
        "source_kind": "text",
        "kind": "page",
        "media_type": "text/plain",
        "encoding": "utf-8",
        "content_sha256": digest,
        "text": DUTCH,
        "n_chars": len(DUTCH),
        "repairs": None,
        "language": "nl",
        "published_earliest": None,
        "published_latest": None,
        "item_uri": None,
        "item_version": None,
        "crawl_uri": None,
        "crawl_number": None,
        "stated_headline": None,
        "stated_dateline": None,
        "stated_location": None,
        "stated_credit": None,
        "ingested_at": NOW,
        "run_id": "run",
    }
    assert raw.Document.model_validate(row)


def test_folders_are_read_through_and_in_order(tmp_path: Path) -> None:
    for name in ("b/2.txt", "b/10.txt", "a.text", "c", ".hidden", "d.txt.part", "e.tmp", ".git/x.txt", "f.TXT"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(DUTCH)
    assert uris(tmp_path) == ["a.text", "b/10.txt", "b/2.txt", "c", "f.TXT"]
    assert uris(tmp_path / "b") == ["10.txt", "2.txt"]
    assert uris(tmp_path / "b" / "2.txt", tmp_path / ".hidden") == ["2.txt", ".hidden"]


def test_links_in_circles_end(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text(DUTCH)
    (tmp_path / "in" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "self").symlink_to("self")
    found = list(files.find([tmp_path], 1000))
    assert [f.uri for f in found if isinstance(f, Source)] == ["in/a.txt"]
    assert [(f.source_uri, f.reason) for f in found if isinstance(f, Refusal)] == [("self", "unreadable")]


def test_a_link_to_a_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a.txt").write_text(DUTCH)
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "link").symlink_to(tmp_path / "far")
    assert uris(tmp_path / "near") == ["link/a.txt"]


@pytest.mark.parametrize(
    ("content", "reason", "says"),
    [
        (b"", "empty", "holds no text"),
        (b" \r\n\t\n", "empty", "holds no text"),
        (b"\xef\xbb\xbf", "empty", "holds no text"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), "not_text", "control characters"),
        (b"text with its zeros" + b"\0" * 40, "not_text", "control characters"),
        (DUTCH.encode("utf-16-le"), "not_text", "save it as UTF-8"),
        ("Oekraïne en België".encode() + b" \xe9\xe9n", "bad_encoding", "byte 21"),
        (b"caf\x81 in Parijs, zegt de politie", "bad_encoding", "byte 3"),
        ("Москва сообщила об этом".encode("cp1251"), "bad_encoding", "byte 0"),
        (b"\xff\xfe\x00\xd8x\x00", "bad_encoding", "byte 2"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes, reason: str, says: str) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_bytes(content)
    (tmp_path / "good.txt").write_text(DUTCH)
    [batch] = read(tmp_path)
    assert batch.documents["source_uri"].to_list() == ["good.txt"]
    [row] = batch.rejects.to_dicts()
    assert ops.Reject.model_validate(row)
    assert (row["source_uri"], row["stage"], row["reason"], row["rejected_at"]) == ("bad.txt", "extract", reason, NOW)
    assert str(bad) in row["detail"]
    assert says in row["detail"]


def test_what_cannot_be_opened_is_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "dangling.txt").symlink_to("nowhere")
    (tmp_path / "z.txt").write_text(DUTCH)
    (tmp_path / "scan.pdf").write_bytes(b"%PDF-1.7")
    (tmp_path / "data.csv").write_text("name,value\na,1\n")
    huge = tmp_path / "huge.txt"
    huge.touch()
    os.truncate(huge, 200_000_000)
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(tmp_path)  # the name of a socket may have no more than about 100 characters
        try:
            listener.bind("socket.txt")
        finally:
            os.chdir(here)
        assert reasons(tmp_path, tmp_path / "not there", Path("/dev/null")) == {
            "pipe.txt": "not_a_file",
            "socket.txt": "not_a_file",
            "null": "not_a_file",
            "dangling.txt": "missing",
            "not there": "missing",
            "scan.pdf": "unknown_format",
            "data.csv": "no_column",
            "huge.txt": "too_large",
        }
        assert uris(tmp_path, tmp_path / "not there") == ["z.txt"]


def test_too_large_is_known_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("x" * 101)
    assert reasons(path, settings=Settings(max_document_bytes=100)) == {"a.txt": "too_large"}
    assert reasons(path, settings=Settings(max_document_bytes=101)) == {}


def test_a_line_of_200_mb_is_refused_unread_and_the_rest_is_taken(tmp_path: Path) -> None:
    with (tmp_path / "line.txt").open("wb") as file:
        file.truncate(200_000_000)
    (tmp_path / "page.txt").write_text("Een pagina.")
    assert reasons(tmp_path) == {"line.txt": "too_large"}
    assert uris(tmp_path) == ["page.txt"]


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_without_permission(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    (tmp_path / "a.txt").write_text(DUTCH)
    # whoever runs the tests may be allowed everything
    monkeypatch.setattr(os, "open", denied) if kind == "file" else monkeypatch.setattr(Path, "iterdir", denied)
    found = reasons(tmp_path)
    assert found == {"a.txt" if kind == "file" else tmp_path.name: "unreadable"}


def test_a_disk_error_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Source) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(files, "content", broken)
    (tmp_path / "a.txt").write_text(DUTCH)
    assert reasons(tmp_path) == {"a.txt": "unreadable"}


@pytest.mark.parametrize(("n_changes", "is_read"), [(1, True), (2, False)])
def test_a_file_that_changes_is_read_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_changes: int, is_read: bool
) -> None:
    path = tmp_path / "a.txt"
    path.write_text(DUTCH)
    real, looks = os.fstat, iter(range(100))

    def fstat(descriptor: int) -> os.stat_result:
        status = real(descriptor)
        look = next(looks)  # once for its hash, then each reading before and after
        if look % 2 == 1 and look < 2 * n_changes:
            with path.open("a") as more:
                more.write(DUTCH)
        return status

    monkeypatch.setattr(os, "fstat", fstat)
    [batch] = read(tmp_path)
    assert batch.documents["text"].to_list() == ([DUTCH * 2] if is_read else [])
    assert batch.rejects["reason"].to_list() == ([] if is_read else ["changed_while_read"])
    assert batch.files.is_empty()


def test_a_file_that_became_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.txt")
    with pytest.raises(RefusedError, match="named pipe"):
        files.content(Source(tmp_path / "a.txt", "a.txt", 100))


def test_manifests_in_a_folder_are_passed_over(tmp_path: Path) -> None:
    manifest = tmp_path / "captures.csv"
    manifest.write_text("source_uri,captured_at\na.txt,2026-01-31T09:15:00+01:00\n")
    (tmp_path / "a.txt").write_text(DUTCH)
    [batch] = read(tmp_path)
    assert (batch.documents.height, batch.rejects.height) == (1, 0)
    [named] = read(manifest)
    assert "--captures" in named.rejects["detail"][0]


def test_batches_end_at_their_size(tmp_path: Path) -> None:
    for i in range(7):
        (tmp_path / f"{i}.txt").write_text("x" * 40)
    (tmp_path / "3.txt").write_text("y" * 500)
    batches = read(tmp_path, settings=Settings(batch_chars=100))
    assert [batch.documents["n_chars"].to_list() for batch in batches] == [[40, 40], [40], [500], [40, 40], [40]]


def test_rejects_fill_batches_too(tmp_path: Path) -> None:
    missing = [tmp_path / f"{i}.txt" for i in range(20)]
    assert len(read(*missing, settings=Settings(batch_chars=1))) == 20


def test_the_same_again_has_the_same_ids(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(DUTCH)
    (tmp_path / "b.txt").write_text("")
    [first], [second] = read(tmp_path), read(tmp_path, tmp_path / "a.txt")
    assert first.documents.equals(second.documents)
    assert first.rejects.equals(second.rejects)
    (tmp_path / "a.txt").write_text(DUTCH + "Meer.")
    [third] = read(tmp_path)
    assert third.documents["document_id"][0] != first.documents["document_id"][0]


def test_nothing_there_gives_no_batch(tmp_path: Path) -> None:
    assert read(tmp_path) == []
    assert read() == []


def test_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "w") as file:  # noqa: PTH123 - a name of bytes
        file.write(DUTCH)
    assert uris(tmp_path) == ["caf\\xe9.txt"]


def test_a_reader_may_state_captures_and_refuse_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at = dt.datetime(2026, 1, 31, 8, 15, tzinfo=dt.UTC)

    def archive(source: Source) -> Iterator[Record | Refusal]:
        first = Record("http://a.example/", "warc", "text/html", "utf-8", "0", "a", captured=(at, at))
        yield first._replace(capture_basis="warc", published=(None, at))
        yield Refusal(f"{source.uri}#2", "empty", "record 2 holds no text")
        yield first._replace(captured=(at, None), capture_basis="warc", kind="text")
        raise RefusedError("unreadable", "record 3 is cut off: fetch it again")

    monkeypatch.setattr(sources, "READERS", {".warc": archive})
    (tmp_path / "x.warc").touch()
    [batch] = read(tmp_path)
    assert batch.rejects["source_uri"].to_list() == ["x.warc#2", "x.warc"]
    assert batch.documents["document_id"].n_unique() == 2
    assert batch.documents["published_latest"].to_list() == [at, None]
    claims = batch.claims.select("captured_earliest", "captured_latest", "basis", "asserted_by", "confidence")
    assert claims.rows() == [(at, at, "warc", "warc", 0.92), (at, None, "warc", "warc", 0.92)]
    assert batch.claims.join(batch.documents, on="document_id").height == 2
    assert all(raw.Capture.model_validate(row) for row in batch.claims.to_dicts())
    assert isinstance(batch.claims, pl.DataFrame)


def passed(path: Path, has_read: set[str], settings: Settings | None = None) -> list[int]:
    """How many documents are read, and how many files passed over, where some have been read before."""
    given = settings or Settings()
    batches = list(sources.read([path], ingested_at=NOW, run_id="run", settings=given, has_read=has_read))
    return [sum(batch.documents.height for batch in batches), sum(len(batch.passed) for batch in batches)]


def test_a_file_that_was_read_whole_is_passed_over_until_it_or_what_reads_it_changes(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(DUTCH)
    (tmp_path / "b.jsonl").write_text('{"text": "een"}\n{"text": "twee"}\n')
    [batch] = read(tmp_path)
    assert batch.files.schema == polars_schema(ops.File)
    assert batch.files.drop("file_id").rows() == [(1, len(DUTCH)), (2, 7)]
    has_read = set(batch.files["file_id"])
    assert passed(tmp_path, has_read) == [0, 2]
    assert passed(tmp_path, has_read, Settings(max_document_bytes=1000)) == [3, 0]
    with (tmp_path / "b.jsonl").open("a") as more:
        more.write('{"text": "drie"}\n')
    assert passed(tmp_path, has_read) == [3, 1]
    (tmp_path / "a.txt").rename(tmp_path / "c.txt")
    assert passed(tmp_path, has_read) == [4, 0]


def test_a_file_of_which_something_is_refused_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "een"}\nno record\n')
    [batch] = read(tmp_path)
    assert (batch.documents.height, batch.rejects.height, batch.files.height) == (1, 1, 0)
