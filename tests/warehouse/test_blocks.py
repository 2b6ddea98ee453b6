"""Exports by block: the bytes are those of exports from nothing, and what did not change is the same file."""

import csv
import json
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from etl.settings import Settings, current
from etl.warehouse import blocks
from etl.warehouse.models import load_project

PROJECT = load_project(current().sql)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def written(file: Path, folder: Path, before: Path | None = None) -> Path:
    folder.mkdir()
    blocks.write(file, PROJECT, folder, before)
    return folder


@pytest.fixture(autouse=True, params=["one file", "divided"])
def small_blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BLOCK_CHARS", "GATHERED_BLOCK_CHARS"):
        monkeypatch.setattr(blocks, name, 1)
    if request.param == "divided":
        monkeypatch.setattr(blocks, "ONE_FILE_CHARS", 1)


def csv_files(folder: Path, mart: str) -> list[Path]:
    """Those of a mart, in the order of its rows."""
    file = folder / "csv" / f"{mart}.csv"
    return sorted(file.iterdir()) if file.is_dir() else [file]


def csv_rows(folder: Path, mart: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for file in csv_files(folder, mart):
        with file.open(encoding="utf-8", newline="") as lines:
            found += csv.DictReader(lines)
    return found


def test_every_row_is_there_once(sample: Settings, tmp_path: Path) -> None:
    folder = written(sample.published_file, tmp_path / "out")
    with duckdb.connect(str(sample.published_file), read_only=True) as con:
        for mart in (model.name for model in PROJECT.models if model.schema == "marts"):
            ((n_rows,),) = con.execute(f"SELECT count(*) FROM marts.{mart}").fetchall()
            assert len(csv_rows(folder, mart)) == n_rows
            assert pl.read_parquet(folder / "parquet" / f"{mart}.parquet").height == n_rows


def test_what_is_taken_from_the_version_before_gives_the_same_bytes(sample: Settings, tmp_path: Path) -> None:
    first = written(sample.published_file, tmp_path / "first")
    second = written(sample.published_file, tmp_path / "second", first)
    assert contents(first) == contents(second)
    parts = list((first / "parquet" / "events.parquet").iterdir())
    assert len(parts) > 1
    for part in parts:
        assert part.samefile(second / part.relative_to(first))


def test_only_blocks_that_changed_are_written_again(sample: Settings, tmp_path: Path) -> None:
    first = written(sample.published_file, tmp_path / "first")
    changed = tmp_path / "changed.duckdb"
    shutil.copyfile(sample.published_file, changed)
    with duckdb.connect(str(changed)) as con:
        # a later document, so that what stands before and after its rows is taken over too
        rows = con.execute("SELECT document_id FROM core.events JOIN core.articles USING (article_id) ORDER BY 1")
        document = rows.fetchall()[-1][0]
        con.execute("UPDATE core.events SET trigger = 'other' WHERE starts_with(event_id, ?)", [document])
    second = written(changed, tmp_path / "second", first)
    assert contents(second) == contents(written(changed, tmp_path / "anew"))
    parts = [path.relative_to(first) for path in (first / "parquet" / "events.parquet").iterdir()]
    assert sum(not (first / part).samefile(second / part) for part in parts) == 1


def test_of_much_text_each_block_has_a_file_of_csv(
    sample: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same rows in the same order, and a version whose text was less is no hindrance."""
    monkeypatch.setattr(blocks, "ONE_FILE_CHARS", 10**9)
    first = written(sample.published_file, tmp_path / "first")
    assert (first / "csv" / "events.csv").is_file()
    monkeypatch.setattr(blocks, "ONE_FILE_CHARS", 1)
    second = written(sample.published_file, tmp_path / "second", first)
    assert contents(second) == contents(written(sample.published_file, tmp_path / "anew"))
    for mart in ("articles", "events", "story_events"):
        assert len(csv_files(second, mart)) == len(list((second / "parquet" / f"{mart}.parquet").iterdir())) > 1
        assert csv_rows(second, mart) == csv_rows(first, mart)


def test_other_rules_write_everything(sample: Settings, tmp_path: Path) -> None:
    first = written(sample.published_file, tmp_path / "first")
    manifest = first / blocks.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"rules": "others"}))
    second = written(sample.published_file, tmp_path / "second", first)
    for part in (first / "parquet" / "events.parquet").iterdir():
        assert not part.samefile(second / part.relative_to(first))


def test_a_mart_that_did_not_change_is_the_same_file(sample: Settings, tmp_path: Path) -> None:
    first = written(sample.published_file, tmp_path / "first")
    changed = tmp_path / "changed.duckdb"
    shutil.copyfile(sample.published_file, changed)
    with duckdb.connect(str(changed)) as con:
        con.execute("UPDATE core.stories SET n_articles = n_articles + 1")
    second = written(changed, tmp_path / "second", first)
    for file in csv_files(first, "events"):
        assert file.samefile(second / file.relative_to(first))
    assert contents(second) == contents(written(changed, tmp_path / "anew"))
    third = written(sample.published_file, tmp_path / "third", second)
    assert contents(third) == contents(first)


def test_a_warehouse_without_documents_has_files_too(sample: Settings, tmp_path: Path) -> None:
    first = written(sample.published_file, tmp_path / "first")
    empty = tmp_path / "empty.duckdb"
    shutil.copyfile(sample.published_file, empty)
    with duckdb.connect(str(empty)) as con:
        tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'core'").fetchall()
        for (table,) in tables:
            con.execute(f"DELETE FROM core.{table}")
        con.execute("DELETE FROM raw.documents")
    manifest = first / blocks.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"rules": "others"}))
    second = written(empty, tmp_path / "second", first)
    third = written(empty, tmp_path / "third", second)
    assert contents(third) == contents(second)
    assert [len(file.read_text().splitlines()) for file in csv_files(third, "events")] == [1]


# at once, part by part, and with what is told elsewhere collected before
@pytest.mark.parametrize(("n_at_a_time", "n_uncollected"), [(10**9, 10**9), (1, 10**9), (1, 0), (10**9, 0)])
def test_an_event_that_several_pages_tell_is_written_again_when_one_of_them_changes(
    sample: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_at_a_time: int, n_uncollected: int
) -> None:
    monkeypatch.setattr(blocks, "_GATHERED_CHARS", n_at_a_time)
    monkeypatch.setattr(blocks, "_COLLECTED_CHARS", n_uncollected)
    first = written(sample.published_file, tmp_path / "first")
    changed = tmp_path / "changed.duckdb"
    shutil.copyfile(sample.published_file, changed)
    with duckdb.connect(str(changed)) as con:
        # the last event is told with the first, as is one between, and says where they were
        ids = [name for (name,) in con.execute("SELECT event_id FROM core.events ORDER BY rowid").fetchall()]
        others = [ids[len(ids) // 2], ids[-1]]
        con.execute("UPDATE core.events SET cluster_id = ? WHERE list_contains(?, event_id)", [ids[0], others])
    second = written(changed, tmp_path / "second", first)
    assert contents(second) == contents(written(changed, tmp_path / "anew"))
    for file in csv_files(first, "events"):
        assert file.samefile(second / file.relative_to(first))
    (told,) = (row for row in csv_rows(second, "story_events") if row["cluster_id"] == ids[0])
    assert {*others} < {*json.loads(told["event_ids"])}
    assert len({name.split("-")[0] for name in (ids[0], *others)}) == 3
    assert int(told["n_mentions"]) == 3
    shutil.copyfile(sample.published_file, tmp_path / "back.duckdb")
    assert contents(written(tmp_path / "back.duckdb", tmp_path / "third", second)) == contents(first)


@pytest.mark.parametrize("n_uncollected", [0, 10**9])
def test_events_that_are_told_elsewhere_are_gathered_part_by_part_as_all_at_once(
    sample: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_uncollected: int
) -> None:
    with duckdb.connect(str(sample.published_file), read_only=True) as con:
        told = "split_part(cluster_id, '-', 1) <> split_part(event_id, '-', 1)"
        assert con.execute(f"SELECT count(*) FROM core.events WHERE {told}").fetchall() > [(0,)]
    at_once = written(sample.published_file, tmp_path / "at_once")
    monkeypatch.setattr(blocks, "_GATHERED_CHARS", 1)
    monkeypatch.setattr(blocks, "_COLLECTED_CHARS", n_uncollected)
    assert contents(written(sample.published_file, tmp_path / "by_part")) == contents(at_once)


def test_rows_that_do_not_lie_where_it_is_noted_are_found(
    sample: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blocks, "_GATHERED_CHARS", 1)
    monkeypatch.setattr(blocks, "_COLLECTED_CHARS", 0)
    version = sample.published_file.resolve().parent
    expected = written(sample.published_file, tmp_path / "expected")
    for file in (sample.published_file, *version.glob("*.parquet")):
        shutil.copyfile(file, tmp_path / file.name)
    moved = pl.read_parquet(version / "stretches.parquet").with_columns(pl.col("first", "last") + 1)
    moved.write_parquet(tmp_path / "stretches.parquet")
    actual = written(tmp_path / sample.published_file.name, tmp_path / "actual")
    assert contents(actual) == contents(expected)
