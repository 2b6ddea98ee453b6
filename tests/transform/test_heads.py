"""Rows of articles: what is the same on two pages is told by hashes of words, not of white space."""

import hashlib

import pytest

from etl.schema.core import Article
from etl.transform import pipeline
from tests.bench import documents

PLAIN = "BREDA (ANP) - De brug over het kanaal blijft dicht. Dat zegt de gemeente vrijdag."


@pytest.mark.parametrize(
    "white", ["\n", "\n\n", " \n", "  ", "\t", "\r\n", "\x1c", "\xa0", "\u2009", "\u2028", "\u3000"]
)
def test_bodies_that_differ_in_white_space_have_one_hash(white: str) -> None:
    texts = [PLAIN, PLAIN.replace("dicht. ", f"dicht.{white}"), PLAIN.replace("kanaal ", f"kanaal{white}")]
    rows = pipeline.transform(documents(texts))[Article.table]
    assert len(set(rows["body"])) == len(texts)
    own = {hashlib.sha256(" ".join(body.split()).encode()).hexdigest() for body in rows["body"]}
    assert set(rows["body_sha256"]) == own
    assert len(own) == 1
