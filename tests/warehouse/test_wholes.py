"""Marts over all documents that were computed with the views are exported as they would be anew."""

from pathlib import Path

import duckdb

from etl.settings import Settings, current
from etl.warehouse import blocks, figures, wholes
from etl.warehouse.export import marts
from etl.warehouse.models import load_project

PROJECT = load_project(current().sql)


def test_what_was_kept_is_exported(sample: Settings, tmp_path: Path) -> None:
    version = sample.published_file.resolve()
    file = version.with_name(wholes.FILE)
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{version}' AS published (READ_ONLY)")
        con.execute("USE published")
        kept, names = wholes.kept(con, file), marts(con)
        assert set(kept) == {m.name for m in PROJECT.models if m.schema == "marts" and not m.document} - {
            "data_quality"
        }
        for name, table in kept.items():
            both = [con.execute(f"DESCRIBE {one}").fetchall() for one in (table, names[name])]
            assert [column[:2] for column in both[0]] == [column[:2] for column in both[1]]
            rows = [con.execute(f"FROM {one} ORDER BY ALL").fetchall() for one in (table, names[name])]
            assert rows[0] == rows[1]
    (tmp_path / "anew").mkdir()
    bare = tmp_path / "bare.duckdb"
    bare.symlink_to(version)
    blocks.write(bare, PROJECT, tmp_path / "anew", None)
    for name in kept:
        for path in (f"csv/{name}.csv", f"parquet/{name}.parquet"):
            assert (tmp_path / "anew" / path).read_bytes() == (sample.published / path).read_bytes()


def test_nothing_is_kept_of_rows_that_change(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    list(figures.of_layer(con, PROJECT, "marts"))
    wholes.keep(con, tmp_path / "some.duckdb")
    wholes.forget(con)
    wholes.keep(con, tmp_path / "none.duckdb")
    assert (tmp_path / "some.duckdb").exists()
    assert not (tmp_path / "none.duckdb").exists()
    assert wholes.kept(con, tmp_path / "none.duckdb") == {}
