"""One batch of documents into one shard: the piece of work that every engine hands out.

What belongs here: what a worker does, on this machine or another. What does not: who does it (`hands.py`), and the
build, which only the loader opens.
"""

import datetime as dt
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from etl.engine import shards
from etl.engine.shards import Shards
from etl.extract import sources
from etl.extract.records import Refusal
from etl.schema import ops, raw
from etl.schema.frames import polars_schema
from etl.settings import current
from etl.transform import pipeline
from etl.transform.tabulate import Tables


class OtherRulesError(RuntimeError):
    """A worker has other rules than the process that gives it work."""


def make(documents: pl.DataFrame, uri: str, versions: Mapping[str, str]) -> str:
    """Transform a batch and write its shard, unless that is there already; give its name.

    Args:
        documents: rows of raw.documents.
        uri: where shards are kept.
        versions: the transform's, by language, as whoever gives the work knows them.

    Raises:
        OtherRulesError: this process has other rules.
    """
    if pipeline.transform_versions() != versions:
        raise OtherRulesError(
            "a worker has other rules than this process: install the same version of Dateline on every machine"
        )
    store, shard = Shards(uri), shards.name(documents, versions)
    if not store.is_whole(shard):
        store.write(shard, _tables(documents, versions, *transform(documents)))
    return shard


def warm() -> None:
    """Load what reading a document takes, by reading one in the language that most are in."""
    given = {"document_id": "", "source_uri": "", "kind": "text", "text": _SENTENCE, "n_chars": len(_SENTENCE)}
    row = {name: given.get(name) for name in polars_schema(raw.Document)} | {"language": current().default_language}
    pipeline.transform_versions()
    transform(pl.DataFrame([row], schema=polars_schema(raw.Document)))


_SENTENCE = "DEN HAAG (ANP) - De politie heeft donderdagavond twee mannen aangehouden in Den Haag."


def refuse(documents: pl.DataFrame, uri: str, versions: Mapping[str, str]) -> str:
    """Write the shard of documents that no worker survives: no rows, and a reject that names each."""
    shard = shards.name(documents, versions)
    refusals = [Refusal(uri, "worker_died", _WORKER_DIED.format(uri)) for uri in documents["source_uri"]]
    Shards(uri).write(shard, _tables(documents, versions, pipeline.transform(documents.clear()), refusals))
    return shard


_WORKER_DIED = (
    "{}: the process that read it was killed, twice, with nothing else to read: for want of memory, or by a fault "
    "of a library; it is read again when the rules change"
)


def _tables(
    documents: pl.DataFrame, versions: Mapping[str, str], tables: Tables, refusals: Sequence[Refusal]
) -> Tables:
    """The tables of `core` with what was refused and by which rules each document was read."""
    marks = [
        {"document_id": document_id, "transform_version": versions[pipeline.reading_language(language)], "run_id": ""}
        for document_id, language in documents.select("document_id", "language").iter_rows()
    ]
    return tables | {
        ops.Reject.table: rejects(refusals, "transform"),
        ops.Transformed.table: pl.DataFrame(marks, schema=polars_schema(ops.Transformed)),
    }


def transform(documents: pl.DataFrame) -> tuple[Tables, list[Refusal]]:
    """Transform a batch; a document that a rule fails on, or in which no item is found, is refused and named.

    A batch that fails is halved until the document is found: the others of the batch are not lost.
    """
    try:
        tables = pipeline.transform(documents)
    except Exception as error:
        if documents.height == 1:
            return pipeline.transform(documents.clear()), [_fault(documents["source_uri"].item(), error)]
        half = documents.height // 2
        (first, refused), (second, also_refused) = transform(documents[:half]), transform(documents[half:])
        both = {name: pl.concat([first[name], second[name]]).unique(maintain_order=True) for name in first}
        return both, refused + also_refused
    bare = documents.join(tables["core.articles"], on="document_id", how="anti", maintain_order="left")
    return tables, [Refusal(uri, "no_item", _NO_ITEM.format(uri)) for uri in bare["source_uri"]]


_NO_ITEM = "{}: no item in it, nothing but headings, stamps or single short lines: check how its text was extracted"


def _fault(source_uri: str, error: Exception) -> Refusal:
    *_, last = traceback.extract_tb(error.__traceback__)
    where = f"{Path(last.filename).name}, line {last.lineno}"
    return Refusal(
        source_uri,
        "transform_failed",
        f"{source_uri}: {type(error).__name__} in {where} ({error}): a fault of the rules, not of the page: "
        "report it with the page; the page is read again when the rules change",
    )


def rejects(refusals: Sequence[Refusal], stage: str) -> pl.DataFrame:
    """Rows of ops.rejects."""
    now = dt.datetime.now(dt.UTC)
    rows = [sources.reject(refusal, stage, now) for refusal in refusals]
    return pl.DataFrame(rows, schema=polars_schema(ops.Reject))
