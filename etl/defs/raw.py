"""`raw`: documents as received, and what is claimed about when they were captured."""

from dagster import AssetExecutionContext, AssetKey, Config, MaterializeResult, ResourceParam, asset
from pydantic import Field

from etl.defs.metadata import declared_schema, table_metadata
from etl.defs.resources import POOL, Warehouse
from etl.engine.local import Progress
from etl.schema import raw


class DocumentsConfig(Config):
    """What to read."""

    paths: list[str] | None = Field(
        None, description="files and folders to read; not given: the landing folder of the warehouse; []: nothing"
    )
    captured_at: str = Field(
        "", description="when these files were captured, ISO 8601 with offset; empty: not known, or known by the format"
    )


class CapturesConfig(Config):
    """What is learnt about captures."""

    manifest: str = Field(
        "",
        description="CSV file of claims: source_uri, captured_at or captured_earliest and captured_latest, basis",
    )


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
) -> MaterializeResult:
    """Read the sources; keep what is new, with the claims its format makes and what could not be taken."""
    from etl.engine import local

    received = local.receive(
        warehouse.connection,
        config.paths,
        captured_at=config.captured_at,
        run_id=context.run_id,
        settings=warehouse.settings,
        progress=progress,
    )
    warehouse.tally(**received._asdict())
    return MaterializeResult(
        metadata=received._asdict() | table_metadata(warehouse.connection, raw.Document.table)
    )


@asset(
    key=AssetKey(["raw", "captures"]),
    group_name="raw",
    description=raw.Capture.comment()
    + " Formats that know their capture and --captured-at add theirs with the documents; this step adds a manifest's.",
    metadata={"dagster/column_schema": declared_schema(raw.Capture)},
    deps=[documents],
    kinds={"duckdb", "polars"},
    pool=POOL,
)
def captures(config: CapturesConfig, warehouse: Warehouse) -> MaterializeResult:
    """Add the claims of a manifest to what is known of captures."""
    from etl.engine import local

    n_claims = local.claim(warehouse.connection, config.manifest) if config.manifest else 0
    warehouse.tally(n_claims=n_claims)
    return MaterializeResult(
        metadata={"n_claims": n_claims} | table_metadata(warehouse.connection, raw.Capture.table)
    )
