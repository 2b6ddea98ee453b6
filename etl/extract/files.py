"""Which files are read, and how their bytes are had without waiting, without a flood and without half a file."""

import glob
import hashlib
import itertools
import os
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, NamedTuple

from etl.extract import packing
from etl.extract.records import Refusal, RefusedError, Source

STANDARD_INPUT = Path("-")

UNFINISHED = frozenset({".part", ".partial", ".tmp", ".crdownload"})
"""Suffixes of files that are on their way: rsync, wget and browsers write them so."""


def find(
    paths: Sequence[Path], max_bytes: int, max_unpacked_bytes: int = 100_000_000_000
) -> Iterator[Source | Refusal]:
    """Find the files below the paths, sorted by name within each folder.

    Below a named folder, hidden and unfinished files are passed over, and a folder that several links lead to is
    read once. A file that is named itself is read whatever its name. A path that does not exist and holds `*`, `?`
    or `[` is a pattern (`**` for any folders); its files are known by their path below the pattern's fixed part.
    `-` is standard input.
    """
    for path in paths:
        # a path of the job has been made absolute
        if path == STANDARD_INPUT:
            yield from _standard_input(max_bytes, max_unpacked_bytes)
        elif glob.has_magic(str(path)) and not os.path.lexists(path):
            yield from _matching(path, max_bytes)
        else:
            yield from _below(path, max_bytes)


def _matching(pattern: Path, max_bytes: int) -> Iterator[Source | Refusal]:
    """The files and folders that a pattern finds, sorted."""
    fixed = list(itertools.takewhile(lambda part: not glob.has_magic(part), pattern.parts))
    base = Path(*fixed)
    found = sorted(base.glob(str(Path(*pattern.parts[len(fixed) :]))))
    files = [path for path in found if not path.is_dir() or "**" not in pattern.parts]
    if not files:
        detail = f"{readable(str(pattern))} matches no file: check the pattern, and quote it in a shell"
        yield Refusal(readable(pattern.name), "missing", detail)
    for path in files:
        yield from _below(path, max_bytes, readable(path.relative_to(base).as_posix()))


def _standard_input(max_bytes: int, max_unpacked_bytes: int) -> Iterator[Source | Refusal]:
    """What is piped in, laid down in a temporary file: formats such as Parquet are read from their end."""
    with tempfile.NamedTemporaryFile(prefix="dateline-") as spool:
        n = 0
        while n <= max_unpacked_bytes and (piece := sys.stdin.buffer.read(1 << 20)):
            n += spool.write(piece)
        spool.flush()
        if n > max_unpacked_bytes:
            detail = f"standard input gives more than {max_unpacked_bytes} bytes: write it to files and name those"
            yield Refusal("stdin", "too_large", detail)
        else:
            yield Source(Path(spool.name), "stdin", max_bytes, name="stdin", label="standard input")


def readable(name: str) -> str:
    """Give a file name as text: bytes that are not UTF-8 are escaped."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _below(root: Path, max_bytes: int, uri: str = "") -> Iterator[Source | Refusal]:
    """Walk a path that was named. Links to folders are followed, each folder once: they may lead in circles."""
    named = uri
    waiting = [(root, named or readable(root.name or str(root)))]
    seen: set[tuple[int, int]] = set()
    while waiting:
        path, uri = waiting.pop()
        try:
            status = path.stat()
            if stat.S_ISREG(status.st_mode):
                yield Source(path, uri, max_bytes)
            elif not stat.S_ISDIR(status.st_mode):
                yield Refusal(uri, "not_a_file", f"{readable(str(path))} {_not_a_file(status.st_mode)}")
            elif (status.st_dev, status.st_ino) not in seen:
                seen.add((status.st_dev, status.st_ino))
                prefix = "" if path is root and not named else f"{uri}/"
                below = sorted((p for p in path.iterdir() if _is_finished(p)), reverse=True)
                waiting += [(p, prefix + readable(p.name)) for p in below]
        except OSError as error:
            yield refusal(path, uri, error)


def _is_finished(path: Path) -> bool:
    return not path.name.startswith(".") and path.suffix.lower() not in UNFINISHED


def _not_a_file(mode: int) -> str:
    kinds = {stat.S_IFIFO: "named pipe", stat.S_IFSOCK: "socket", stat.S_IFCHR: "device", stat.S_IFBLK: "device"}
    kind = kinds.get(stat.S_IFMT(mode), "special file")
    return f"is a {kind} and was not opened: write what it gives to a file and name that"


def refusal(path: Path, uri: str, error: OSError | RefusedError, place: str = "") -> Refusal:
    """Say why a file was not taken and what helps."""
    if isinstance(error, RefusedError):
        return Refusal(uri, error.reason, error.detail)
    place = place or readable(str(path))
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        detail = f"{place} does not exist, or is a link to nothing: check the path"
        return Refusal(uri, "missing", detail)
    if isinstance(error, PermissionError):
        return Refusal(uri, "unreadable", f"{place} may not be read by this user: give it the permission (chmod +r)")
    return Refusal(uri, "unreadable", f"{place} cannot be read ({error.strerror}): check the path and the disk")


def content(source: Source, max_bytes: int | None = None) -> bytes:
    """Read a file whole; where it changes meanwhile, once more.

    Args:
        source: the file.
        max_bytes: what is taken at most; not given: `source.max_bytes`.

    Raises:
        RefusedError: it is too large, it keeps changing, it is damaged, or it is no regular file any more.
        OSError: the system does not give it.

    """
    limit = source.max_bytes if max_bytes is None else max_bytes
    for _ in range(2):
        data = _content_once(source, limit)
        if data is not None:
            return data
    raise RefusedError(
        "changed_while_read",
        f"{source.place} changed while it was read, twice: read it again once it is written",
    )


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Open a file, unpacked: a stream of bytes that can be read once, in pieces. One that is not packed can seek.

    Raises:
        RefusedError: as `content`; reading the stream raises it too, where a packed file is damaged or never ends.
        OSError: the system does not give it.

    """
    with ExitStack() as stack:
        file, status = stack.enter_context(_regular(source))
        yield stack.enter_context(packing.unpacked(file, source, status.st_size)) if source.layers else file


class Stamped(NamedTuple):
    """A file as it stands."""

    file_id: str
    """A hash of its name, of all else that says how it is read, and of its bytes."""
    state: tuple[int, int, int]


def stamped(source: Source, readers: str) -> Stamped:
    """Read a file for its hash.

    Args:
        source: the file.
        readers: a name of the code that reads it.

    Raises:
        RefusedError: it is no regular file any more.
        OSError: the system does not give it.

    """
    how = f"{readers}\0{source._replace(path=Path())}"
    with _regular(source) as (file, status):
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return Stamped(hashlib.blake2b(f"{how}\0{content}".encode(), digest_size=16).hexdigest(), _state(status))


def is_still(source: Source, stamp: Stamped) -> bool:
    """Whether a file has not been written since."""
    return _state(source.path.stat()) == stamp.state


def _content_once(source: Source, limit: int) -> bytes | None:
    """The bytes, or None if the file changed before they were all there."""
    with ExitStack() as stack:
        file, before = stack.enter_context(_regular(source))
        if source.layers:
            # no more than one byte too many: a bomb does not flood the memory
            with packing.unpacked(file, source, before.st_size) as stream:
                data = stream.read(limit + 1)
            is_whole = True
        else:
            _check_size(source, before.st_size, limit)
            # no more than was there: a file that grows does not flood the memory
            data = file.read(before.st_size)
            is_whole = len(data) == before.st_size
        is_same = _state(before) == _state(os.fstat(file.fileno())) == _state(source.path.stat())
    if not (is_same and is_whole):
        return None
    _check_size(source, len(data), limit)
    return data


def _check_size(source: Source, size: int, limit: int) -> None:
    if size <= limit:
        return
    is_markup = limit == source.max_markup_bytes != source.max_bytes
    setting = "DATELINE_MAX_MARKUP_BYTES" if is_markup else "DATELINE_MAX_DOCUMENT_BYTES"
    has = f"unpacks to more than {limit} bytes" if source.layers else f"has {size} bytes"
    raise RefusedError(
        "too_large", f"{source.place} {has} and at most {limit} are taken: split it, or set {setting} higher"
    )


@contextmanager
def _regular(source: Source) -> Iterator[tuple[BufferedReader, os.stat_result]]:
    """Open a regular file without waiting, should it have become a pipe since it was found; and how it stands."""
    descriptor = os.open(source.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise RefusedError("not_a_file", f"{source.place} {_not_a_file(status.st_mode)}")
        yield file, status


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns
