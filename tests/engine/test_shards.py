"""Shards: whole or not there, on a disk and on an object store."""

from pathlib import Path

import polars as pl
import pytest

from etl.engine import shards, work
from etl.engine.shards import Shards
from etl.transform import pipeline
from tests.engine.conftest import PAGE
from tests.storage import s3  # noqa: F401 - a fixture
from tests.warehouse.documents import document

TABLES = {"core.a": pl.DataFrame({"x": [1, 2]}), "ops.b": pl.DataFrame({"y": ["één"]})}


def check(uri: str) -> None:
    store = Shards(uri)
    assert not store.is_whole("one")
    with pytest.raises(FileNotFoundError):
        store.read("one")
    for _ in range(2):  # a batch done twice is one shard
        store.write("one", TABLES)
    assert store.is_whole("one")
    found = store.read("one")
    assert found.keys() == TABLES.keys()
    assert all(found[name].equals(frame) for name, frame in TABLES.items())
    store.drop("one")
    assert not store.is_whole("one")


def test_a_shard_on_a_disk(tmp_path: Path) -> None:
    check(str(tmp_path / "shards"))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_shard_on_an_object_store(s3: str) -> None:  # noqa: F811 - the fixture
    check(f"{s3}/shards")
    documents = document(PAGE.format("twee"))
    versions = pipeline.transform_versions()
    made = Shards(s3).read(work.make(documents, s3, versions))
    assert made["core.events"].height
    assert all(made[name].equals(frame) for name, frame in pipeline.transform(documents).items())


def test_a_shard_that_is_cut_off_is_not_there(tmp_path: Path) -> None:
    class CannotBeWritten(pl.DataFrame):
        def write_parquet(self, *_: object, **__: object) -> None:
            raise OSError("the cable was pulled")

    store = Shards(str(tmp_path / "shards"))
    with pytest.raises(OSError, match="cable"):
        store.write("one", TABLES | {"core.c": CannotBeWritten({"x": [1]})})
    assert not store.is_whole("one")
    assert not list(tmp_path.rglob("*.partial"))
    store.sweep()
    assert not list(tmp_path.rglob("*.parquet"))
    store.sweep()


def test_the_name_tells_documents_and_rules_apart() -> None:
    one, two = document("a"), document("b")
    names = {
        shards.name(one, {"nl": "1"}),
        shards.name(one, {"nl": "2"}),
        shards.name(two, {"nl": "1"}),
        shards.name(pl.concat([one, two]), {"nl": "1"}),
        shards.name(pl.concat([two, one]), {"nl": "1"}),
    }
    assert len(names) == 5
    assert shards.name(one, {"en": "1", "nl": "2"}) == shards.name(one, {"nl": "2", "en": "1"})


def test_a_shard_that_is_there_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    documents, versions = document(PAGE.format("twee")), pipeline.transform_versions()
    name = work.make(documents, str(tmp_path), versions)
    monkeypatch.setattr(pipeline, "transform", lambda _: pytest.fail("it was made again"))
    assert work.make(documents, str(tmp_path), versions) == name


def test_a_worker_with_other_rules_refuses(tmp_path: Path) -> None:
    with pytest.raises(work.OtherRulesError, match="install the same version"):
        work.make(document("a"), str(tmp_path), {"nl": "of yesterday"})
