"""`raw`: documents as received, and what is claimed about when they were captured."""

import datetime as dt
from pathlib import Path

from dagster import AssetExecutionContext, AssetKey, Config, MaterializeResult, ResourceParam, asset
from pydantic import Field

from etl.defs.metadata import declared_schema, row_metadata
from etl.defs.resources import POOL, Warehouse
from etl.engine.progress import Progress
from etl.schema import raw
from etl.settings import Settings


class DocumentsConfig(Config):
    """What to read."""

    paths: list[str] | None = Field(
        default=None,
        description="files, folders, patterns; not given: the landing folder of the warehouse; []: nothing",
    )
    captured_at: str = Field(
        default="",
        description="when these files were captured, ISO 8601 with offset; empty: not known, or known by the format",
    )

    columns: str = Field(
        default="",
        description="columns of tables (CSV, JSON lines, Parquet), such as text=content,url=url,captured=timestamp",
    )

    def sources(self, settings: Settings) -> list[Path]:
        """The paths to read."""
        return [settings.landing] if self.paths is None else [Path(path) for path in self.paths]

    def capture_time(self) -> dt.datetime | None:
        """The instant of the capture, where the operator knows it."""
        return dt.datetime.fromisoformat(self.captured_at) if self.captured_at else None


class CapturesConfig(Config):
    """What is learnt about captures."""

    manifest: str = Field(
        default="",
        description="CSV file of claims: source_uri, captured_at or captured_earliest and captured_latest, basis",
    )
    source: str = Field(default="", description="one claim: the source_uri or document_id it speaks of")
    earliest: str = Field(default="", description="its lower bound, ISO 8601 with offset; empty: none")
    latest: str = Field(default="", description="its upper bound, ISO 8601 with offset; empty: none")
    basis: str = Field(default="operator", description="what it rests on")


@asset(
    key=AssetKey(["raw", "documents"]),
    group_name="raw",
    description=raw.Document.comment(),
    metadata={"dagster/column_schema": declared_schema(raw.Document)},
    kinds={"duckdb", "polars"},
    pool=POOL,
)
def documents(
    context: AssetExecutionContext, config: DocumentsConfig, warehouse: Warehouse, progress: ResourceParam[Progress]
) -> MaterializeResult[None]:
    """Read the sources; keep what is new, with the claims its format makes and what could not be taken."""
    from etl.engine import loops
    from etl.extract.records import columns as named_columns

    received = loops.receive(
        warehouse.changing("symbols"),
        config.sources(warehouse.settings),
        captured_at=config.capture_time(),
        columns=named_columns(config.columns),
        run_id=context.run.run_id,
        settings=warehouse.settings,
        progress=progress,
    )
    warehouse.tally(**received._asdict())
    return MaterializeResult(metadata=received._asdict() | row_metadata(warehouse.connection, raw.Document))


@asset(
    key=AssetKey(["raw", "captures"]),
    group_name="raw",
    description=raw.Capture.comment()
    + " Claims of the format and of the operator come with the documents; this step adds a manifest's and others.",
    metadata={"dagster/column_schema": declared_schema(raw.Capture)},
    deps=[documents],
    kinds={"duckdb", "polars"},
    pool=POOL,
)
def captures(config: CapturesConfig, warehouse: Warehouse) -> MaterializeResult[None]:
    """Add the claims of a manifest, or one of the operator, to what is known of captures."""
    from etl.engine import claims

    claimed = claims.Claimed(0, 0)
    if config.manifest:
        claimed = claims.claim(warehouse.connection, Path(config.manifest))
    if config.source:
        earliest, latest = (dt.datetime.fromisoformat(t) if t else None for t in (config.earliest, config.latest))
        given = claims.Assertion(config.source, earliest, latest, config.basis)
        asserted = claims.assert_capture(warehouse.connection, given)
        claimed = claims.Claimed(*(a + b for a, b in zip(claimed, asserted, strict=True)))
    warehouse.tally(**claimed._asdict())
    return MaterializeResult(metadata=claimed._asdict() | row_metadata(warehouse.connection, raw.Capture))
