"""What analysts get: the published file, the exports and the report beside it, after every check."""

from dagster import AssetExecutionContext, AssetKey, AssetsDefinition, MaterializeResult, MetadataValue, asset

from etl.defs.resources import POOL, Warehouse


def build(marts: list[AssetKey]) -> list[AssetsDefinition]:
    """Make the assets that follow the marts."""

    @asset(
        name="published",
        group_name="publish",
        deps=marts,
        kinds={"duckdb"},
        pool=POOL,
        description="The analysts' database, published/dateline.duckdb: a symlink to an immutable versioned file, "
        "swapped by rename once every check has passed. A reader meets the old state or the new one, never a half.",
    )
    def published(context: AssetExecutionContext, warehouse: Warehouse) -> MaterializeResult[None]:
        from etl.warehouse.publish import publish

        path = publish(warehouse.fingerprinted(), warehouse.settings)
        return MaterializeResult(
            metadata={
                "path": MetadataValue.path(str(warehouse.settings.published_file)),
                "version": path.name,
                "bytes": path.stat().st_size,
            }
        )

    @asset(
        name="exports",
        group_name="publish",
        deps=[published],
        kinds={"csv", "parquet"},
        pool=POOL,
        description="Every mart as CSV and as Parquet, in published/csv and published/parquet, swapped as a whole. "
        "The same warehouse gives the same bytes; CSV cells never start a formula. Of much text a mart is a folder "
        "with a file for each part.",
    )
    def exports(warehouse: Warehouse) -> MaterializeResult[None]:
        from etl.warehouse.publish import publish_exports

        with warehouse.resting():
            paths = publish_exports(warehouse.settings)
        return MaterializeResult(
            metadata={
                "files": MetadataValue.md("\n".join(f"* {path}" for path in paths)),
                "bytes": sum(path.stat().st_size for path in paths),
            }
        )

    @asset(
        name="report",
        group_name="publish",
        deps=[published],
        kinds={"html"},
        pool=POOL,
        description="One self-contained HTML page of the published marts, published/report.html: the time line with "
        "its bounds, a map of places, counts by type and agency, and the sentences. The same warehouse gives the "
        "same bytes.",
    )
    def report(warehouse: Warehouse) -> MaterializeResult[None]:
        from etl.warehouse.publish import publish_report

        with warehouse.resting():
            path = publish_report(warehouse.settings)
        return MaterializeResult(metadata={"path": MetadataValue.path(str(path)), "bytes": path.stat().st_size})

    return [published, exports, report]
