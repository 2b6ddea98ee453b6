"""Shards: the rows of one batch of documents as Parquet files, on any path that fsspec knows.

    <uri>/core.articles/<name>.parquet      one file a table
    <uri>/done/<name>                       written last: the shard is whole

A shard is named by what it is made of, the documents and the rules that read them, so that the same batch done twice
is the same shard. Every file is written under a temporary name and renamed: a shard is whole or it is not there.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from etl.warehouse.disk import disk_full, is_disk_full


def name(documents: pl.DataFrame, versions: Mapping[str, str]) -> str:
    """Name the shard that rules make of documents.

    Args:
        documents: frame with document_id, which says source, capture and content.
        versions: of the transform, by language.
    """
    parts = [*(f"{language}={version}" for language, version in sorted(versions.items())), *documents["document_id"]]
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


class Shards:
    """The shards below one path."""

    def __init__(self, uri: str) -> None:
        """Open a path: a folder, or an address such as s3://bucket/shards; nothing is made yet.

        Raises:
            ImportError: fsspec needs a package for this kind of address; the message names it.
        """
        self._fs, root = url_to_fs(uri)
        self._root = root.rstrip("/")

    def write(self, shard: str, tables: Mapping[str, pl.DataFrame]) -> None:
        """Write the tables of a shard, and last the mark that it is whole.

        Raises:
            DiskFullError: there is no room.
        """
        try:
            self._write(shard, tables)
        except Exception as error:
            if is_disk_full(error):
                raise disk_full("the shards") from error
            raise

    def _write(self, shard: str, tables: Mapping[str, pl.DataFrame]) -> None:
        for table, frame in tables.items():
            with _Renamed(self, f"{table}/{shard}.parquet") as path, self._fs.open(path, "wb") as file:
                frame.write_parquet(file)
        with _Renamed(self, f"done/{shard}") as path:
            self._fs.pipe_file(path, "\n".join(tables).encode())

    def is_whole(self, shard: str) -> bool:
        """Whether all of a shard is there."""
        return bool(self._fs.exists(f"{self._root}/done/{shard}"))

    def read(self, shard: str) -> dict[str, pl.DataFrame]:
        """Read the tables of a shard that is whole.

        Raises:
            FileNotFoundError: it is not there.
        """
        frames = {}
        for table in self._tables(shard):
            with self._fs.open(f"{self._root}/{table}/{shard}.parquet", "rb") as file:
                frames[table] = pl.read_parquet(file)
        return frames

    def rows(self, shards: Sequence[str]) -> Mapping[str, pl.DataFrame | list[Path]]:
        """Give the tables of shards that are whole, put together: on a disk their files, from elsewhere frames.

        Raises:
            FileNotFoundError: one is not there.
        """
        if not isinstance(self._fs, LocalFileSystem):
            read = [self.read(shard) for shard in shards]
            return {table: pl.concat([frames[table] for frames in read]) for table in read[0]}
        tables = [self._tables(shard) for shard in shards]
        return {table: [Path(self._root, table, f"{shard}.parquet") for shard in shards] for table in tables[0]}

    def _tables(self, shard: str) -> list[str]:
        return str(self._fs.cat_file(f"{self._root}/done/{shard}").decode()).splitlines()

    def drop(self, shard: str) -> None:
        """Remove a shard: first the mark, so that what is left of one that is cut off here counts as nothing."""
        tables = self._tables(shard)
        for path in (f"{self._root}/done/{shard}", *(f"{self._root}/{table}/{shard}.parquet" for table in tables)):
            self._fs.rm_file(path)

    def sweep(self) -> None:
        """Remove what runs that were cut off have left: for a path that no other run writes to."""
        if self._fs.exists(self._root):
            self._fs.rm(self._root, recursive=True)


class _Renamed:
    """A path to write to, that gets its name when all is written."""

    def __init__(self, shards: Shards, path: str) -> None:
        self._fs, self._path = shards._fs, f"{shards._root}/{path}"
        self._partial = f"{self._path}.{uuid.uuid4().hex}.partial"

    def __enter__(self) -> str:
        self._fs.makedirs(self._path.rpartition("/")[0], exist_ok=True)
        return self._partial

    def __exit__(self, error: object, *_: object) -> None:
        if error is None:
            self._fs.mv(self._partial, self._path)
        elif self._fs.exists(self._partial):
            self._fs.rm_file(self._partial)
