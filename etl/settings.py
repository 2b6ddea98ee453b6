"""Every path and switch, in one place.

Values come from the command line first, then from environment variables (`DATELINE_WAREHOUSE=…`), then
from the defaults here. Nothing else in the project reads the environment or knows a path.
"""

import platform
import re
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

FIRST_DAY = "2026-01-01"
"""The first day on which a document can have been ingested, for those who schedule by day: before Dateline was."""

PACKAGE = Path(__file__).resolve().parent


def project_folder(name: str) -> Path:
    """`sql` or `seeds`: beside the package in a checkout, inside it in an installed wheel."""
    beside = PACKAGE.parent / name
    return beside if beside.is_dir() else PACKAGE / "_project" / name


class Settings(BaseSettings):
    """Where the warehouse lives and how runs behave."""

    model_config = SettingsConfigDict(env_prefix="DATELINE_", frozen=True, extra="ignore")

    warehouse: Path = Field(Path("warehouse"), description="folder that holds everything Dateline writes")
    cache: Path = Field(
        default_factory=lambda: user_cache_path("dateline"),
        description="folder of what is made once and can be made again: the compact gazetteer",
    )
    batch_chars: int = Field(1_000_000, gt=0, description="characters of text a batch holds at most")
    max_document_bytes: int = Field(
        64_000_000, gt=0, description="a larger document is rejected: no newswire page comes near it"
    )
    max_markup_bytes: int = Field(
        10_000_000, gt=0, description="a larger page, feed or XML file is rejected: its tree takes ten times as much"
    )
    max_unpacked_bytes: int = Field(
        100_000_000_000, gt=0, description="a packed file, or standard input, that gives more is read no further"
    )
    engine: Literal["local", "dask"] = Field("local", description="where batches are transformed")
    workers: int = Field(1, ge=0, description="processes that transform at a time on this machine; 0: one a core")
    scheduler: str | None = Field(
        None, description="address of a Dask scheduler (tcp://…); none: a cluster on this machine"
    )
    shards: str | None = Field(
        None,
        description="folder, or address that fsspec knows, where batches wait to be loaded; none: the warehouse's",
    )
    lake: str | None = Field(
        None, description="folder, or address, of Delta tables that several warehouses write; none: no lake"
    )
    lake_writer: str = Field(
        default_factory=lambda: re.sub(r"[^\w.-]", "-", platform.node()) or "warehouse",
        pattern=r"^[\w.-]+$",
        description="name of this warehouse in the lake; two warehouses of one machine need two",
    )
    lake_keep_hours: int = Field(
        168, ge=0, description="files of a lake that no version this young needs are removed by its upkeep"
    )
    keep_versions: int = Field(3, gt=0, description="published database versions kept, the current one included")
    keep_minutes: float = Field(
        60.0, ge=0, description="a published version younger than this is kept whatever keep_versions says"
    )
    default_language: str = Field("nl", description="language a text is read in where it could not be told")
    default_zone: str = Field("Europe/Amsterdam", description="newsroom zone where no agency or language gives one")

    duckdb_memory: str = Field(
        "512MB", description="memory of a DuckDB connection (512MB, 4GB): what takes more is put on the disk"
    )
    native: bool = Field(True, description="use machine code where it has been built; false: always the sources")

    @property
    def build_file(self) -> Path:
        """The database that runs write. Analysts never open it: it has one writer and a lock."""
        return self.warehouse / "build" / "dateline.duckdb"

    @property
    def checked(self) -> Path:
        """Where checks write down of which documents they held."""
        return self.warehouse / "build" / "checked"

    @property
    def shards_uri(self) -> str:
        """Where batches wait to be loaded."""
        return self.shards or str(self.warehouse.resolve() / "shards")

    @property
    def published(self) -> Path:
        """The folder analysts read: `dateline.duckdb` (a symlink), `csv/`, `parquet/` and `report.html`."""
        return self.warehouse / "published"

    @property
    def published_file(self) -> Path:
        """The name analysts open: a symlink to an immutable versioned file."""
        return self.published / "dateline.duckdb"

    @property
    def published_report(self) -> Path:
        """The report of the published file: a symlink beside it."""
        return self.published / "report.html"

    @property
    def lake_uri(self) -> str | None:
        """The lake, a folder as its full path."""
        return self.lake if self.lake is None or "://" in self.lake else str(Path(self.lake).resolve())

    @property
    def published_lake(self) -> Path:
        """A DuckDB file of views over the lake: a symlink beside the published file."""
        return self.published / "lake.duckdb"

    @property
    def landing(self) -> Path:
        """The folder the sensor watches."""
        return self.warehouse / "landing"

    @property
    def dagster_home(self) -> Path:
        """DAGSTER_HOME of the commands that start Dagster."""
        return self.warehouse / "dagster"

    @cached_property
    def sql(self) -> Path:
        """The SQL models: a dbt project."""
        return project_folder("sql")

    @cached_property
    def seeds(self) -> Path:
        """Reference data as CSV, and the sample pages."""
        return project_folder("seeds")


@lru_cache(maxsize=1)
def current() -> Settings:
    """Give the settings of this process, for code that has no run to take them from."""
    return Settings()
