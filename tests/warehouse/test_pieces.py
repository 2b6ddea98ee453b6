"""What a mart is put together of: runs of documents, in their order, each as long as its source allows."""

from pathlib import Path

import duckdb
import polars as pl

from etl.warehouse import pieces
from etl.warehouse.pieces import Run


def sizes(*rows: tuple[str, str, int, int]) -> pl.DataFrame:
    return pl.DataFrame(
        rows,
        schema={**dict.fromkeys(("label", "document_id"), pl.String), "n_rows": pl.Int64, "size": pl.Int64},
        orient="row",
    )


HELD = sizes(("0", "a", 2, 20), ("0", "b", 1, 10), ("0", "d", 3, 30), ("1", "c", 1, 7))


def test_documents_that_follow_one_another_in_their_source_and_block_are_one_run() -> None:
    held = pieces.placed(HELD, 100)
    fresh = pieces.placed(sizes(("0", "c", 2, 5), ("1", "d", 4, 6)), 0)
    assert list(pieces.runs(held, fresh)) == [
        Run("0", is_fresh=False, first=100, size=30, first_row=0, n_rows=3),
        Run("0", is_fresh=True, first=0, size=5, first_row=0, n_rows=2),
        Run("0", is_fresh=False, first=130, size=30, first_row=3, n_rows=3),
        Run("1", is_fresh=False, first=160, size=7, first_row=0, n_rows=1),
        Run("1", is_fresh=True, first=5, size=6, first_row=0, n_rows=4),
    ]


def test_a_document_that_goes_parts_a_run() -> None:
    held = pieces.placed(HELD, 0).filter(pl.col("document_id") != "b")
    assert [(run.first, run.size, run.n_rows) for run in pieces.runs(held, pieces.none())] == [
        (0, 20, 2),
        (30, 30, 3),
        (60, 7, 1),
    ]


def test_nothing_is_no_run() -> None:
    assert list(pieces.runs(pieces.none(), pieces.none())) == []


def test_what_is_written_is_read_in_order(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        for half in (HELD[:1], HELD[1:].reverse(), pieces.none()):
            pieces.note(con, "sizes", pieces.placed(half, 0))
        pieces.write(con, "sizes", tmp_path / "sizes.parquet")
    for by_label in (False, True):
        found = pieces.read(tmp_path / "sizes.parquet", 9, by_label=by_label)
        assert found.equals(pieces.placed(HELD, 9, by_label=by_label))


def test_where_each_block_has_a_file_its_rows_begin_after_the_names_of_columns() -> None:
    placed = pieces.placed(sizes(("0", "a", 2, 5), ("0", "b", 1, 4), ("1", "c", 4, 6)), 9, by_label=True)
    assert placed["first"].to_list() == [9, 14, 9]
