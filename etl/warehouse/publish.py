"""What analysts read: an immutable versioned copy of the build, and symlinks that are swapped by rename.

    published/dateline.duckdb -> versions/<version>/dateline.duckdb
    published/csv             -> versions/<version>/csv
    published/parquet         -> versions/<version>/parquet
    published/report.html     -> versions/<version>/report.html
    published/lake.duckdb     -> versions/<version>/lake.duckdb      views over the lake, where there is one

Beside a file stand the fingerprints of its documents, where the rows of each lie, and the marts over all of them, for
the exports.

A reader that has opened a version keeps it: versions stay for a while after the swap, and none is ever written again.
"""

import datetime as dt
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import duckdb

from etl.schema.ddl import sql_literal
from etl.settings import Settings
from etl.warehouse import block_files, blocks, fingerprints, wholes
from etl.warehouse.connection import checkpoint, connect
from etl.warehouse.disk import DiskFullError, disk_full, is_disk_full
from etl.warehouse.export import FORMATS
from etl.warehouse.models import load_project
from etl.warehouse.page import write as write_page

_PARTIAL = ".partial"


class PublicationError(RuntimeError):
    """The new version could not be written; the one before it stays."""


def publish(con: duckdb.DuckDBPyConnection, settings: Settings) -> Path:
    """Copy the build into a new version and swap the symlink; give the version's file.

    Args:
        con: the build; its temporary table `fingerprints`, where it has one, says how its documents stand, and those
            of `wholes.left_as` are its marts over all of them.
        settings: where to.

    Raises:
        PublicationError: the folder cannot be written.
        DiskFullError: there is no room.

    """
    versions = settings.published / "versions"
    version = versions / f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S%f}Z"
    partial = version.with_name(version.name + _PARTIAL)
    try:
        versions.mkdir(parents=True, exist_ok=True)
        _remove_partials(versions)
        partial.mkdir()
        file = partial / settings.published_file.name
        source = _source(con)
        if source is None:
            _copy_rows(con, file)
        with ThreadPoolExecutor(1) as pool:
            on_disk = pool.submit(_put, source, file)  # beside what stands in no file: nothing writes the build
            fingerprints.keep(con, partial)
            wholes.keep(con, partial / wholes.FILE)
            on_disk.result()
        partial.rename(version)
        _swap(settings.published_file, version / file.name)
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise _refusal(error, settings.published) from error
    _drop_old(versions, settings)
    return version / file.name


def publish_exports(settings: Settings) -> list[Path]:
    """Write every mart of the published file as CSV and as Parquet beside it, and swap their symlinks.

    Not those of the build: DuckDB writes other bytes of the same rows where they were updated in this session. What
    did not change since the exports that stand is taken from them (`blocks.py`).

    Returns:
        The files, and the folders of those that stand in several.

    Raises:
        PublicationError: as for `publish`.

    """
    version = settings.published_file.resolve().parent
    partial = version / f"exports{_PARTIAL}"
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        blocks.write(version / settings.published_file.name, load_project(settings.sql), partial, _before(settings))
        written = []
        for form in FORMATS:
            names = sorted(path.name for path in (partial / form).iterdir())
            shutil.rmtree(version / form, ignore_errors=True)
            (partial / form).rename(version / form)
            written += [settings.published / form / name for name in names]
        shutil.rmtree(version / block_files.DETAILS, ignore_errors=True)
        (partial / block_files.DETAILS).rename(version / block_files.DETAILS)
        (partial / blocks.MANIFEST).replace(version / blocks.MANIFEST)  # last: without it nothing is taken from here
        partial.rmdir()
        for form in FORMATS:
            _swap(settings.published / form, version / form)
    except (OSError, duckdb.IOException) as error:
        raise _refusal(error, settings.published) from error
    return written


def _before(settings: Settings) -> Path | None:
    """The version whose exports stand: perhaps this one, whose exports are written again."""
    link = settings.published / FORMATS[0]
    return link.resolve().parent if link.is_symlink() and link.exists() else None


def publish_report(settings: Settings) -> Path:
    """Write the report of the published file beside it, and swap its symlink.

    Raises:
        PublicationError: as for `publish`.

    """
    version = settings.published_file.resolve().parent
    try:
        file = write_page(version / settings.published_file.name, version / settings.published_report.name)
        _swap(settings.published_report, file)
    except (OSError, duckdb.IOException) as error:
        raise _refusal(error, settings.published) from error
    return settings.published_report


def publish_lake(settings: Settings) -> Path:
    """Make a DuckDB file of views over the lake as it stands, beside the published file, and swap its symlink.

    Raises:
        LakeError: no lake there.
        PublicationError: as for `publish`.

    """
    from etl.warehouse import lake  # its package is optional

    file = settings.published_file.resolve().parent / settings.published_lake.name
    partial = file.with_name(file.name + _PARTIAL)
    partial.unlink(missing_ok=True)
    try:
        with connect(partial) as con:
            lake.open_views(con, settings)
        partial.chmod(0o444)
        partial.replace(file)
        _swap(settings.published_lake, file)
    except (OSError, duckdb.IOException) as error:
        raise _refusal(error, settings.published) from error
    return settings.published_lake


def _source(con: duckdb.DuckDBPyConnection) -> Path | None:
    """Put all into the file of the build, and give it; None where there is none, or half of it is empty."""
    ((name, path),) = con.execute(
        "SELECT database_name, path FROM duckdb_databases() WHERE database_name = current_database()"
    ).fetchall()
    if not path:
        return None
    checkpoint(con)
    sizes = con.sql(
        "SELECT total_blocks, free_blocks FROM pragma_database_size() WHERE database_name = $1", params=[name]
    )
    ((n_blocks, n_free),) = sizes.fetchall()
    return Path(path) if n_free * 2 < n_blocks else None


def _copy_rows(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    """Copy the rows of the build into a new file."""
    ((name,),) = con.execute("SELECT current_database()").fetchall()
    con.execute(f"ATTACH {sql_literal(str(file))} AS version")
    try:
        con.execute(f'COPY FROM DATABASE "{name}" TO version')
    finally:
        con.execute("DETACH version")


# where the file system shares blocks between files, nothing is copied
_COPY_BYTES = """
import os, shutil, sys
with open(sys.argv[1], "rb") as source, open(sys.argv[2], "wb") as target:
    try:
        while os.copy_file_range(source.fileno(), target.fileno(), 1 << 30):
            pass
    except (AttributeError, OSError):
        source.seek(0)
        target.seek(0)
        shutil.copyfileobj(source, target, 1 << 20)
"""


def _copy_bytes(source: Path, target: Path) -> None:
    """Copy a file in another process: were it opened and closed in this one, DuckDB's lock on it would be gone.

    Raises:
        OSError: the copy is not whole.
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-I", "-S", "-c", _COPY_BYTES, str(source), str(target)], capture_output=True, text=True
    )
    if done.returncode:
        raise OSError(done.stderr.strip().rpartition("\n")[2])


def _put(source: Path | None, file: Path) -> None:
    """Copy the bytes of a source, if any, and see that the version is on the disk before a name points to it."""
    if source is not None:
        _copy_bytes(source, file)
    file.chmod(0o444)
    with file.open("rb") as handle:
        os.fsync(handle.fileno())


def _swap(link: Path, target: Path) -> None:
    """Let a symlink point elsewhere, in one step."""
    fresh = link.with_name(f".{link.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(os.path.relpath(target, link.parent))
    fresh.replace(link)


def _remove_partials(versions: Path) -> None:
    """Remove what a run that was killed left half done."""
    for path in versions.glob(f"*{_PARTIAL}"):
        shutil.rmtree(path, ignore_errors=True)


def _drop_old(versions: Path, settings: Settings) -> None:
    """Remove versions that are neither among the last few nor young; readers of the younger ones may still be on."""
    kept_since = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=settings.keep_minutes)
    complete = sorted(path for path in versions.iterdir() if path.is_dir() and not path.name.endswith(_PARTIAL))
    for path in complete[: -settings.keep_versions]:
        with suppress(OSError):
            if dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC) < kept_since:
                shutil.rmtree(path)


def _refusal(error: BaseException, folder: Path) -> PublicationError | DiskFullError:
    return disk_full(str(folder)) if is_disk_full(error) else PublicationError(f"cannot publish to {folder}: {error}")
