"""A full disk: what says that it is, and the error that says what to do. Apart, for workers, which need no DuckDB."""

import errno


class DiskFullError(OSError):
    """There is no room for what is to be written."""


def is_disk_full(error: BaseException) -> bool:
    """Whether an error of the system, DuckDB or SQLite says that there is no room: a full disk, a quota, a limit."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return True
    return any(words in str(error) for words in _FULL)


_FULL = ("No space left", "Disk quota exceeded", "File too large", "disk is full", "disk I/O error")


def disk_full(place: str) -> DiskFullError:
    """Make the error that says what to do."""
    return DiskFullError(
        f"no room on the disk of {place}: free some space and run again; what was loaded and published before stays"
    )
