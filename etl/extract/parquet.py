"""Parquet corpora, read by row groups and in batches within them, and only the columns that are used."""

from collections.abc import Iterator
from typing import Any

from etl.extract import corpora, files, packing
from etl.extract.records import Record, Refusal, RefusedError, Source

_BATCH = 512
"""Rows decoded together."""


def read(source: Source) -> Iterator[Record | Refusal]:
    """Read a Parquet file; no more than a batch of its rows is in memory, and what its pages unpack to."""
    import pyarrow
    from pyarrow import parquet

    if source.layers:
        raise RefusedError("unknown_format", f"{source.place}: a packed Parquet file is read from its end: unpack it")
    with files.opened(source) as stream:
        number = size = 0
        limit = packing.most(source, source.path.stat().st_size)
        try:
            file = parquet.ParquetFile(stream, pre_buffer=False)
            columns = corpora.find(source.columns, file.schema_arrow.names, source)
            used = list(dict.fromkeys(filter(None, columns)))
            # a text that a dictionary repeats is not repeated in memory
            texts = [n for n in used if file.schema_arrow.field(n).type in (pyarrow.string(), pyarrow.large_string())]
            file = parquet.ParquetFile(stream, pre_buffer=False, read_dictionary=texts)
            for batch in file.iter_batches(batch_size=_BATCH, columns=used, use_threads=False):
                for row in _rows(batch):
                    number += 1
                    size += len(str(row[columns.text]))
                    if size > limit:
                        raise packing.too_much(source.place, limit)
                    yield from corpora.record(row, columns, source, number)
        except (pyarrow.ArrowException, OSError, OverflowError) as error:
            reason = " ".join(str(error).split())[:200]
            raise RefusedError(
                "damaged",
                f"{source.place}: broken after row {number} ({reason}): what came before is taken; fetch it again",
            ) from None


def _rows(batch: Any) -> Iterator[dict[str, object]]:
    """Rows one by one. Times are cut to microseconds: Python's have no more."""
    import pyarrow

    columns = {}
    for name, column in zip(batch.schema.names, batch.columns, strict=True):
        if pyarrow.types.is_timestamp(column.type) and column.type.unit == "ns":
            column = column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)
        columns[name] = column
    for i in range(batch.num_rows):
        yield {name: column[i].as_py() for name, column in columns.items()}
