"""The whole transform: pure, the same whatever the batch, and true to the text."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from etl.schema import core, tables
from etl.schema.frames import polars_schema
from etl.settings import current
from etl.transform import pipeline
from etl.warehouse.checks import declared
from tests.warehouse.test_load import documents

PAGES = [path.read_text(encoding="utf-8") for path in sorted((current().seeds / "pages").glob("*.txt"))]


def test_every_table_has_its_declared_schema_and_no_clock_is_read() -> None:
    rows = pipeline.transform(documents(*PAGES))
    assert set(rows) == {row.table for row in tables("core").values()}
    for row in tables("core").values():
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
