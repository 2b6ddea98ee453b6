"""Which files are read, and how their bytes are had without waiting, without a flood and without half a file."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from etl.extract.records import Refusal, RefusedError, Source

UNFINISHED = frozenset({".part", ".partial", ".tmp", ".crdownload"})
"""Suffixes of files that are on their way: rsync, wget and browsers write them so."""


def find(paths: Sequence[Path], max_bytes: int) -> Iterator[Source | Refusal]:
    """Find the files below the paths, sorted by name within each folder.

    Below a named folder, hidden and unfinished files are passed over, and a folder that several links lead to is
    read once. A file that is named itself is read whatever its name.
    """
    for path in paths:
        yield from _below(path, max_bytes)


def readable(name: str) -> str:
    """Give a file name as text: bytes that are not UTF-8 are escaped."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _below(root: Path, max_bytes: int) -> Iterator[Source | Refusal]:
    """Walk a path that was named. Links to folders are followed, each folder once: they may lead in circles."""
    waiting = [(root, readable(root.name or str(root)))]
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
                prefix = "" if path is root else f"{uri}/"
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


def refusal(path: Path, uri: str, error: OSError | RefusedError) -> Refusal:
    """Say why a file was not taken and what helps."""
    if isinstance(error, RefusedError):
        return Refusal(uri, error.reason, error.detail)
    place = readable(str(path))
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        detail = f"{place} does not exist, or is a link to nothing: check the path"
        return Refusal(uri, "missing", detail)
    if isinstance(error, PermissionError):
        return Refusal(uri, "unreadable", f"{place} may not be read by this user: give it the permission (chmod +r)")
    return Refusal(uri, "unreadable", f"{place} cannot be read ({error.strerror}): check the path and the disk")


def content(source: Source) -> bytes:
    """Read a file whole; where it changes meanwhile, once more.

    Raises:
        RefusedError: it is too large, it keeps changing, or it is no regular file any more.
        OSError: the system does not give it.

    """
    for _ in range(2):
        data = _content_once(source)
        if data is not None:
            return data
    raise RefusedError(
        "changed_while_read",
        f"{readable(str(source.path))} changed while it was read, twice: read it again once it is written",
    )


def _content_once(source: Source) -> bytes | None:
    """The bytes, or None if the file changed before they were all there."""
    # without waiting, should the file have become a pipe since it was found
    descriptor = os.open(source.path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(descriptor, "rb") as file:
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise RefusedError("not_a_file", f"{readable(str(source.path))} {_not_a_file(before.st_mode)}")
        if before.st_size > source.max_bytes:
            raise RefusedError(
                "too_large",
                f"{readable(str(source.path))} has {before.st_size} bytes and at most {source.max_bytes} are taken: "
                "split it, or set DATELINE_MAX_DOCUMENT_BYTES higher",
            )
        # no more than was there: a file that grows does not flood the memory
        data = file.read(before.st_size)
        is_same = _state(before) == _state(os.fstat(descriptor)) == _state(source.path.stat())
    return data if is_same and len(data) == before.st_size else None


def _state(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns
