"""What analysts read: an immutable versioned copy of the build, and symlinks that are swapped by rename.

    published/dateline.duckdb -> versions/<version>/dateline.duckdb
    published/csv             -> versions/<version>/csv
    published/parquet         -> versions/<version>/parquet
    published/report.html     -> versions/<version>/report.html
    published/lake.duckdb     -> versions/<version>/lake.duckdb      views over the lake, where there is one

A reader that has opened a version keeps it: versions stay for a while after the swap, and none is ever written again.
"""

import datetime as dt
import os
import shutil
from contextlib import suppress
from pathlib import Path

import duckdb

from etl.schema.ddl import sql_literal
from etl.settings import Settings
from etl.warehouse.connection import DiskFullError, connect, disk_full, is_disk_full
from etl.warehouse.export import export
from etl.warehouse.page import write as write_page

FORMATS = ("csv", "parquet")
_PARTIAL = ".partial"


class PublicationError(RuntimeError):
    """The new version could not be written; the one before it stays."""


def publish(con: duckdb.DuckDBPyConnection, settings: Settings) -> Path:
    """Copy the build into a new version and swap the symlink; give the version's file.

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
        _copy(con, file)
        file.chmod(0o444)
        _sync(file)
        partial.rename(version)
        _swap(settings.published_file, version / file.name)
    except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise _refusal(error, settings.published) from error
    _drop_old(versions, settings)
    return version / file.name


def publish_exports(settings: Settings) -> list[Path]:
    """Write every mart of the published file as CSV and as Parquet beside it, and swap their symlinks.

    Not those of the build: DuckDB writes other bytes of the same rows where they were updated in this session.

    Raises:
        PublicationError: as for `publish`.

    """
    version = settings.published_file.resolve().parent
    written = []
    try:
        for form in FORMATS:
            partial = version / (form + _PARTIAL)
            shutil.rmtree(partial, ignore_errors=True)
            with connect(version / settings.published_file.name, read_only=True) as con:
                names = [path.name for path in export(con, partial, form)]
            shutil.rmtree(version / form, ignore_errors=True)
            partial.rename(version / form)
            _swap(settings.published / form, version / form)
            written += [settings.published / form / name for name in names]
    except (OSError, duckdb.IOException) as error:
        raise _refusal(error, settings.published) from error
    return written


def publish_report(settings: Settings) -> Path:
    """Write the report of the published file beside it, and swap its symlink.

    Raises:
        PublicationError: as for `publish`.

    """
    version = settings.published_file.resolve().parent
    try:
        with connect(version / settings.published_file.name, read_only=True) as con:
            file = write_page(con, version / settings.published_report.name)
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


def _copy(con: duckdb.DuckDBPyConnection, file: Path) -> None:
    ((name,),) = con.execute("SELECT current_database()").fetchall()
    con.execute(f"ATTACH {sql_literal(str(file))} AS version")
    try:
        con.execute(f'COPY FROM DATABASE "{name}" TO version')
    finally:
        con.execute("DETACH version")


def _sync(file: Path) -> None:
    """See that the version is on the disk before a name points to it."""
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
