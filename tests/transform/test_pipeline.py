"""The whole transform: pure, the same whatever the batch, and true to the text."""

import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.schema import Row, core, ops, tables
from etl.schema.frames import polars_schema
from etl.settings import PACKAGE, current
from etl.transform import pipeline
from etl.transform.events import lexicon
from etl.transform.places import gazetteer
from etl.warehouse.checks import declared
from tests.warehouse.test_load import documents

PAGES = [path.read_text(encoding="utf-8") for path in sorted((current().seeds / "pages").glob("*.txt"))]


def test_every_table_has_its_declared_schema_and_no_clock_is_read() -> None:
    rows = pipeline.transform(documents(*PAGES))
    made: list[type[Row]] = [*tables("core").values(), ops.BodySketch]
    assert set(rows) == {row.table for row in made}
    for row in made:
        assert rows[row.table].schema == polars_schema(row)
        for column in row.columns():
            if column.filled_by == "anchor" and column.is_nullable:
                assert rows[row.table][column.name].null_count() == rows[row.table].height, column.name


def test_nothing_gives_no_rows() -> None:
    assert {frame.height for frame in pipeline.transform(documents()).values()} == {0}


def test_the_batch_a_document_comes_in_makes_no_difference() -> None:
    batch = documents(*PAGES)
    whole = pipeline.transform(batch)
    parts = [pipeline.transform(batch[i : i + 1]) for i in range(batch.height)]
    for row in tables("core").values():
        if row in (core.Story, core.Location, core.Agency):
            continue  # dimensions are merged by the load
        together = pl.concat([part[row.table] for part in parts])
        assert_frame_equal(whole[row.table].sort(row.key), together.sort(row.key))


def test_ids_are_unique_and_do_not_change() -> None:
    first, second = (pipeline.transform(documents(*PAGES)) for _ in range(2))
    for row in tables("core").values():
        assert first[row.table].select(row.key).is_duplicated().sum() == 0
        assert_frame_equal(first[row.table], second[row.table])


def test_what_reading_takes_is_let_go_of_and_loaded_again() -> None:
    first = pipeline.transform(documents(*PAGES))
    known, entries = gazetteer.load(), lexicon.load.cache_info().currsize
    assert entries > 0
    pipeline.forget()
    assert gazetteer.load.cache_info().currsize == lexicon.load.cache_info().currsize == 0
    assert type(known).place.cache_info().currsize == 0, "it would hold the gazetteer"
    second = pipeline.transform(documents(*PAGES))
    assert gazetteer.load() is not known
    for name, frame in first.items():
        assert_frame_equal(frame, second[name])


def test_the_checks_speak_of_every_table_the_transform_fills() -> None:
    checked = {check.table for check in declared()}
    assert {row.table for row in tables("core").values()} <= checked


@pytest.mark.parametrize(
    "text", ["x", ".", "(ANP) -", "ANP", "3 uur geleden x", "\U0001f600 \u0130", "a\x85b\u2028c"]
)
def test_odd_texts_give_rows_or_none_but_no_error(text: str) -> None:
    rows = pipeline.transform(documents(text))
    assert rows["core.articles"].height <= 1
    assert rows["core.anchors"].height >= 1


def test_the_modules_that_make_no_rows_have_no_part_in_the_version() -> None:
    code = "import sys; import etl.transform.pipeline; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    used = {name.rpartition(".")[2] + ".py" for name in loaded if name.startswith("etl.transform.")}
    assert used & pipeline.ANCHOR_STEP == set()
    there = {path.name for path in (PACKAGE / "transform").rglob("*.py")}
    assert there >= pipeline.ANCHOR_STEP


def test_a_changed_lexicon_changes_the_version_of_its_language_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "etl"
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(pipeline, "PACKAGE", package)

    def changed(*path: str) -> set[str]:
        file = package.joinpath(*path)
        before = pipeline.transform_versions.__wrapped__()
        file.write_bytes(file.read_bytes() + b"\n")
        after = pipeline.transform_versions.__wrapped__()
        return {language for language in after if after[language] != before[language]}

    assert changed("languages", "nl", "events_verbs.csv") == {"nl"}
    assert changed("languages", "en", "sentences.toml") == {"en"}
    # a stamp, a place or a credit of any language may stand on any page
    assert changed("languages", "nl", "times.toml") == set(pipeline.transform_versions())
    assert changed("transform", "pages.py") == set(pipeline.transform_versions())
    assert changed("transform", "network.py") == set()

    before = pipeline.transform_versions.__wrapped__()
    bytecode = package / "languages" / "__pycache__" / "__init__.cpython-311.pyc"
    bytecode.parent.mkdir()
    bytecode.write_bytes(b"what Python makes of a source is no rule")
    assert pipeline.transform_versions.__wrapped__() == before
