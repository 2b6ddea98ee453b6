"""Rows come out as a frame of the declared schema, in the order in which they were added."""

import polars as pl
import pytest

from etl.schema.core import Event, Sentence
from etl.schema.frames import polars_schema
from etl.transform.rows import Rows


def test_rows_of_several_shapes_keep_their_order() -> None:
    rows = Rows(Sentence)
    rows.add(sentence_id="a", article_id="x")
    rows.add_all(("sentence_id", "ordinal"), [("b", 1)])
    rows.add(sentence_id="c", article_id="y")
    rows.add_all(("sentence_id", "ordinal"), [("d", 2)])
    frame = rows.frame()
    assert frame.schema == polars_schema(Sentence)
    assert frame["sentence_id"].to_list() == ["a", "b", "c", "d"]
    assert frame["article_id"].to_list() == ["x", None, "y", None]
    assert frame["ordinal"].to_list() == [None, 1, None, 2]


def test_lists_are_lists_and_nothing_given_is_null() -> None:
    rows = Rows(Event)
    rows.add(event_id="a", zones=["Europe/Amsterdam", "Asia/Tokyo"], context=())
    rows.add(event_id="b", zones=[], context=("sport",))
    frame = rows.frame()
    assert frame.schema == polars_schema(Event)
    assert frame["zones"].to_list() == [["Europe/Amsterdam", "Asia/Tokyo"], []]
    assert frame["context"].to_list() == [[], ["sport"]]
    assert frame["location_id"].to_list() == [None, None]


def test_no_row_gives_an_empty_frame_and_a_wrong_name_is_told() -> None:
    rows = Rows(Sentence)
    assert rows.frame().schema == polars_schema(Sentence)
    with pytest.raises(KeyError, match="sentense_id"):
        rows.add(sentense_id="a")
    with pytest.raises(KeyError, match="ordnal"):
        rows.add_all(("sentence_id", "ordnal"), [])
    assert rows.frame().is_empty()


def test_columns_follow_the_rows_before_them_and_rows_follow_columns() -> None:
    rows = Rows(Sentence)
    rows.add(sentence_id="a", ordinal=1)
    rows.extend(pl.DataFrame({"article_id": ["x", None], "sentence_id": ["b", "c"]}))
    rows.extend(pl.DataFrame({"sentence_id": pl.Series([], dtype=pl.String)}))
    rows.add(sentence_id="d", ordinal=2)
    frame = rows.frame()
    assert frame.schema == polars_schema(Sentence)
    assert frame["sentence_id"].to_list() == ["a", "b", "c", "d"]
    assert frame["article_id"].to_list() == [None, "x", None, None]
    assert frame["ordinal"].to_list() == [1, None, None, 2]
    with pytest.raises(KeyError, match="sentense_id"):
        rows.extend(pl.DataFrame({"sentense_id": ["e"]}))
