"""Corpora in JSON lines, CSV and Parquet."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from etl.extract.records import Columns, columns
from etl.settings import Settings
from tests.extract.pages import AT, LEAD, refused, rows

CRAWL = columns("text=content,url=link,captured=timestamp")
NAMES = ("content", "link", "timestamp")
ROWS: list[tuple[str, str, str]] = [
    (LEAD[0], "https://a.example/1", "2026-01-31T08:15:00Z"),
    (f"{LEAD[1]}\n{LEAD[2]}", "https://a.example/2", "20260131081500"),
]


def write(path: Path, values: list[Any] | None = None, names: tuple[str, ...] = NAMES) -> Path:
    frame = pl.DataFrame(values or ROWS, schema=list(names), orient="row")
    if path.suffix == ".jsonl":
        frame.write_ndjson(path)
    elif path.suffix == ".csv":
        frame.write_csv(path)
    else:
        frame.write_parquet(path)
    return path


@pytest.fixture(params=[".jsonl", ".csv", ".parquet"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"a{request.param}"


def test_named_columns(table: Path) -> None:
    found = rows(write(table), columns=CRAWL)
    assert [(row["text"], row["source_uri"]) for row in found] == [(text, uri) for text, uri, _ in ROWS]
    assert {(row["captured_earliest"], row["captured_latest"], row["basis"]) for row in found} == {
        (AT, AT, "manifest")
    }
    assert {(row["source_kind"], row["kind"]) for row in found} == {("corpus", "page")}
    assert refused(table, columns=CRAWL) == []


def test_a_row_with_a_headline_is_an_article(table: Path) -> None:
    write(table, [("Brand", LEAD[0], "2026-01-31T09:15:00+01:00")], ("title", "text", "published"))
    [row] = rows(table)
    assert row["text"] == f"Brand\n\n{LEAD[0]}"
    assert (row["kind"], row["stated_headline"], row["source_uri"]) == ("text", "Brand", f"{table.name}#1")
    assert (row["published_earliest"], row["published_latest"]) == (AT, AT)


def test_a_time_that_may_mean_anything_is_used_only_where_it_is_named(table: Path) -> None:
    write(table, ROWS, ("text", "url", "timestamp"))
    assert {row["basis"] for row in rows(table)} == {None}
    assert {row["basis"] for row in rows(table, columns=columns("captured=timestamp"))} == {"manifest"}


def test_a_time_that_cannot_be_read_is_told_and_the_document_taken(table: Path) -> None:
    write(table, [(LEAD[0], "u1", "gisteren"), (LEAD[1], "u2", "")])
    assert [row["basis"] for row in rows(table, columns=CRAWL)] == [None, None]
    [(uri, reason, detail)] = refused(table, columns=CRAWL)
    assert (uri, reason) == (f"{table.name}#1", "bad_time")
    assert "column timestamp: 'gisteren'" in detail


@pytest.mark.parametrize("asked", ["", "text=body"])
def test_a_missing_column_is_told_with_those_that_are_there(table: Path, asked: str) -> None:
    write(table, names=("inhoud", "link", "timestamp"))
    assert rows(table, columns=columns(asked)) == []
    found = refused(table, columns=columns(asked))
    assert {reason for _, reason, _ in found} == {"no_column"}
    assert all("inhoud" in detail and "--columns" in detail for _, _, detail in found)


def test_rows_without_text_and_too_large_are_refused(table: Path) -> None:
    write(table, [("", "u0", ""), ("x" * 200, "u1", ""), (LEAD[0], "u2", "")])
    settings = Settings(max_document_bytes=150)
    assert [row["source_uri"] for row in rows(table, columns=CRAWL, settings=settings)] == ["u2"]
    found = refused(table, columns=CRAWL, settings=settings)
    assert [(uri, reason) for uri, reason, _ in found] == [
        (f"{table.name}#1", "empty"),
        (f"{table.name}#2", "too_large"),
    ]


def test_columns_are_read_from_their_flag() -> None:
    assert columns(" text = content , url=link") == Columns(text="content", url="link")
    for wrong in ("text", "text=", "colour=red", "text=a,text=b"):
        with pytest.raises(ValueError, match=r"FIELD=COLUMN|twice"):
            columns(wrong)


def test_a_broken_line_of_json_leaves_the_others(tmp_path: Path) -> None:
    good = [json.dumps({"text": text}) for text in LEAD]
    lines = [
        "\ufeff" + good[0],
        "",
        '{"text": broken',
        "[1]",
        "[" * 100_000,
        good[1],
        '{"text": "' + "x" * 200_000,
        good[2],
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    settings = Settings(max_document_bytes=110_000)
    assert [row["text"] for row in rows(tmp_path, settings=settings)] == list(LEAD)
    found = [(uri, reason) for uri, reason, _ in refused(tmp_path, settings=settings)]
    assert found == [(f"a.jsonl#{i}", "bad_record") for i in (3, 4, 5)] + [("a.jsonl#7", "too_large")]


def test_a_broken_row_of_csv_leaves_the_others(tmp_path: Path) -> None:
    content = (
        b'text,url\r\n"Regel een,\r\nen ""twee"".",u1\r\n\r\nte,veel,velden\r\n'
        + b'"'
        + b"x\n" * 100_000
        + b'",u3\r\n'
        + b"niet\x81 te lezen,u4\r\n"
        + "Één café,u5\r\n".encode("cp1252")
        + b"zonder einde,u6"
    )
    (tmp_path / "a.csv").write_bytes(content)
    settings = Settings(max_document_bytes=100_000)
    found = rows(tmp_path, settings=settings)
    assert [(row["text"], row["encoding"]) for row in found] == [
        ('Regel een,\nen "twee".', "utf-8"),
        ("Één café", "cp1252"),
        ("zonder einde", "utf-8"),
    ]
    assert [(uri, reason) for uri, reason, _ in refused(tmp_path, settings=settings)] == [
        ("a.csv#2", "bad_record"),
        ("a.csv#3", "too_large"),
        ("a.csv#4", "bad_encoding"),
    ]


@pytest.mark.parametrize(("name", "separator"), [("a.csv", ";"), ("a.tsv", "\t"), ("a.csv", "|")])
def test_separators(tmp_path: Path, name: str, separator: str) -> None:
    (tmp_path / name).write_text(f"url{separator}text\nu1{separator}Een, twee.\n")
    assert [(row["source_uri"], row["text"]) for row in rows(tmp_path)] == [("u1", "Een, twee.")]


def test_refusals_of_one_kind_are_counted_past_a_hundred(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,url\n" + "a,b,c\n" * 250 + "Goed.,u\n")
    assert len(rows(tmp_path)) == 1
    found = refused(tmp_path)
    assert len(found) == 101
    assert found[-1][:2] == ("a.csv", "bad_record")
    assert "150 more" in found[-1][2]


def test_times_of_parquet(tmp_path: Path) -> None:
    naive = AT.replace(tzinfo=None, microsecond=123456)
    cases = [
        (pa.array([naive], pa.timestamp("ns")), naive - dt.timedelta(hours=14), naive + dt.timedelta(hours=12)),
        (pa.array([AT], pa.timestamp("ms", "Europe/Amsterdam")), AT, AT),
        (pa.array([int(AT.timestamp())]), AT, AT),
    ]
    for values, earliest, latest in cases:
        parquet.write_table(pa.table({"text": [LEAD[0]], "crawled": values}), tmp_path / "a.parquet")
        [row] = rows(tmp_path, columns=columns("captured=crawled"))
        found = [moment.replace(tzinfo=None) for moment in (row["captured_earliest"], row["captured_latest"])]
        assert found == [earliest.replace(tzinfo=None), latest.replace(tzinfo=None)]


def test_parquet_of_several_row_groups_and_a_repeated_text(tmp_path: Path) -> None:
    texts = [f"Regel {i % 7}." for i in range(3000)]
    table = pa.table({"text": texts, "url": [str(i) for i in range(3000)], "other": [[i] for i in range(3000)]})
    parquet.write_table(table, tmp_path / "a.parquet", row_group_size=700)
    found = rows(tmp_path)
    assert [row["text"] for row in found] == texts
    assert [row["source_uri"] for row in found] == [str(i) for i in range(3000)]


def test_a_parquet_file_that_repeats_a_huge_text_is_stopped(tmp_path: Path) -> None:
    huge = pa.DictionaryArray.from_arrays(pa.array([0] * 1000, pa.int32()), pa.array(["x" * 100_000]))
    parquet.write_table(pa.table({"text": huge}), tmp_path / "a.parquet")
    [(_, reason, detail)] = refused(tmp_path, settings=Settings(max_document_bytes=200_000))
    assert reason == "too_large"
    assert "DATELINE_MAX_UNPACKED_BYTES" in detail


@pytest.mark.parametrize("cut", [4, 200])
def test_damaged_parquet_is_refused(tmp_path: Path, cut: int) -> None:
    data = write(tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(data[:-cut])
    [(uri, reason, detail)] = refused(tmp_path)
    assert (uri, reason) == ("a.parquet", "damaged")
    assert "fetch it again" in detail
