"""Every path and switch, in one place.

Values come from the command line first, then from environment variables (`DATELINE_WAREHOUSE=…`), then
from the defaults here. Nothing else in the project reads the environment or knows a path.
"""

from functools import cached_property, lru_cache
from pathlib import Path

from platformdirs import user_cache_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

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
    batch_chars: int = Field(4_000_000, gt=0, description="characters of text a batch holds at most")
    max_document_bytes: int = Field(
        64_000_000, gt=0, description="a larger document is rejected: no newswire page comes near it"
    )
    max_markup_bytes: int = Field(
        10_000_000, gt=0, description="a larger page, feed or XML file is rejected: its tree takes ten times as much"
    )
    max_unpacked_bytes: int = Field(
        100_000_000_000, gt=0, description="a packed file, or standard input, that gives more is read no further"
    )
    keep_versions: int = Field(3, gt=0, description="published database versions kept, the current one included")
    keep_minutes: float = Field(
        60.0, ge=0, description="a published version younger than this is kept whatever keep_versions says"
    )
    default_language: str = Field("nl", description="language a text is read in where it could not be told")
    default_zone: str = Field("Europe/Amsterdam", description="newsroom zone where no agency or language gives one")

    native: bool = Field(True, description="use machine code where it has been built; false: always the sources")

    @property
    def build_file(self) -> Path:
        """The database that runs write. Analysts never open it: it has one writer and a lock."""
        return self.warehouse / "build" / "dateline.duckdb"

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
