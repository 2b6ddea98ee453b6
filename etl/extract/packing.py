"""Packed files: gzip, bzip2, xz, Zstandard, and the members of ZIP archives, unpacked as they are read.

Nothing is unpacked ahead of its reading, and nothing without a bound: a bomb ends in a refusal that says so.
"""

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from etl.extract.records import Refusal, RefusedError, Source

SUFFIXES: Mapping[str, str] = {".gz": "gz", ".bz2": "bz2", ".xz": "xz", ".zst": "zst"}
"""How a file is packed, by suffix."""
MAGIC: Mapping[bytes, str] = {b"\x1f\x8b": "gz", b"BZh": "bz2", b"\xfd7zXZ\0": "xz", b"\x28\xb5\x2f\xfd": "zst"}
"""How a file is packed, by its first bytes."""
_MAX_RATIO = 300
"""How many times its size a packed file may give: text packs to a third or a tenth, a bomb to a thousandth."""


def members(source: Source) -> Iterator[Source | Refusal]:
    """The source unpacked, as its name says; of an archive each member, in the archive's order.

    Raises:
        RefusedError: it is no archive though its name says so.

    """
    if source.suffix == ".zip":
        yield from _zip_members(source)
    elif layer := SUFFIXES.get(source.suffix):
        name = (source.name or source.path.name)[: -len(source.suffix)]
        yield source._replace(layers=(*source.layers, layer), name=name)
    else:
        yield source


def _zip_members(source: Source) -> Iterator[Source | Refusal]:
    if source.layers:
        yield Refusal(
            source.uri, "unknown_format", f"{source.place}: an archive in a packed file: unpack the outer one"
        )
        return
    try:
        with zipfile.ZipFile(source.path) as archive:
            entries = [(entry.filename, entry.flag_bits & 1) for entry in archive.infolist() if not entry.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise RefusedError("damaged", f"{source.place}: no ZIP archive ({error}): fetch it again") from None
    for name, is_locked in entries:
        uri, label = f"{source.uri}/{name}", f"{source.place}, member {name}"
        if is_locked:
            yield Refusal(uri, "unreadable", f"{label}: locked with a password: unpack it and name the files")
        elif not Path(name).name.startswith(".") and "__MACOSX" not in name:
            member = source._replace(uri=uri, layers=(f"zip:{name}",), name=Path(name).name, label=label)
            yield from members(member)


@contextmanager
def unpacked(file: BinaryIO, source: Source, size: int) -> Iterator[BinaryIO]:
    """Lay the source's layers over its bytes. Whoever reads the stream to its end hears of damage afterwards.

    Args:
        file: its bytes, open.
        source: says how it is packed.
        size: of the file.

    Raises:
        RefusedError: it is damaged, or gives more than it may; raised once the reading is done.

    """
    with ExitStack() as stack:
        stream: Any = file
        try:
            for layer in source.layers:
                stream = stack.enter_context(_LAYERS.get(layer, _member(layer))(stream))
        except _DAMAGE as error:
            raise RefusedError("damaged", f"{source.place}: cannot be unpacked ({error}): fetch it again") from None
        bounded = _Bounded(stream, most(source, size), source.place)
        yield io.BufferedReader(bounded, 1 << 18)
        if bounded.refusal:
            raise bounded.refusal


def most(source: Source, size: int) -> int:
    """How many bytes a packed file of this size may give."""
    return min(source.max_unpacked_bytes, max(source.max_bytes, _MAX_RATIO * size))


def too_much(place: str, limit: int) -> RefusedError:
    """A file gave more than it may."""
    return RefusedError(
        "too_large",
        f"{place} unpacks to more than {limit} bytes, more than text does: look at what it holds, split it, or set "
        "DATELINE_MAX_UNPACKED_BYTES higher",
    )


def _zstandard(file: BinaryIO) -> Any:
    import pyarrow

    return pyarrow.CompressedInputStream(pyarrow.PythonFile(_KeptOpen(file), mode="r"), "zstd")


class _KeptOpen(io.RawIOBase):
    """A file that stays open when pyarrow is done with it: who opened it closes it."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, as io asks."""
        data = self._file.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _member(layer: str) -> Callable[[BinaryIO], Any]:
    name = layer.removeprefix("zip:")
    return lambda file: zipfile.ZipFile(file).open(name)


_LAYERS: Mapping[str, Callable[[BinaryIO], Any]] = {
    "gz": lambda file: gzip.GzipFile(fileobj=file),
    "bz2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
    "zst": _zstandard,
}
_DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError, RuntimeError)
"""What the unpackers raise where the bytes are not what they should be."""


class _Bounded(io.RawIOBase):
    """A stream that ends where it gives too much or breaks off, and keeps why: what came before is still read."""

    def __init__(self, stream: Any, limit: int, place: str) -> None:
        super().__init__()
        # read1 gives what there is before it meets damage
        self._read = getattr(stream, "read1", stream.read)
        self._limit, self._place, self._n = limit, place, 0
        self.refusal: RefusedError | None = None

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer, as io asks."""
        if self.refusal:
            return 0
        try:
            data = self._read(len(buffer))
        except _DAMAGE as error:
            self.refusal = RefusedError(
                "damaged",
                f"{self._place}: after {self._n} unpacked bytes it is damaged or cut off ({error}): fetch it again",
            )
            return 0
        self._n += len(data)
        if self._n > self._limit:
            self.refusal = too_much(self._place, self._limit)
            return 0
        buffer[: len(data)] = data
        return len(data)
