"""The lake, where the settings name one: an asset that follows the checks, and its upkeep as a job."""

from dagster import (
    AssetKey,
    AssetsDefinition,
    DefaultScheduleStatus,
    JobDefinition,
    MaterializeResult,
    MetadataValue,
    OpExecutionContext,
    ScheduleDefinition,
    asset,
    in_process_executor,
    job,
    op,
)

from etl.defs.resources import POOL, Warehouse
from etl.settings import Settings


def build(settings: Settings) -> tuple[list[AssetsDefinition], list[JobDefinition], list[ScheduleDefinition]]:
    """Make the asset, the job and its schedule; none where there is no lake."""
    if settings.lake is None:
        return [], [], []

    @asset(
        name="lake",
        group_name="publish",
        deps=[AssetKey("published")],
        kinds={"delta", "duckdb"},
        pool=POOL,
        description="raw and core as Delta tables that several warehouses write, and published/lake.duckdb, views "
        "over them with the marts on top. A run writes the days whose rows have changed.",
    )
    def lake(warehouse: Warehouse) -> MaterializeResult[None]:
        from etl.warehouse.lake import sync
        from etl.warehouse.publish import publish_lake

        synced = sync(warehouse.connection, settings)
        path = publish_lake(settings)
        return MaterializeResult(
            metadata={**synced._asdict(), "lake": str(settings.lake_uri), "path": MetadataValue.path(str(path))}
        )

    @op(description="Put small files together; remove those that no version of the last hours needs.")
    def keep_up(context: OpExecutionContext) -> None:
        from etl.warehouse.lake import keep_up as work

        kept = work(str(settings.lake_uri), settings.lake_keep_hours)
        context.log.info("%d small files put together, %d removed", *kept)

    @job(name="lake_upkeep", executor_def=in_process_executor, description="Compaction and vacuum of the lake.")
    def upkeep() -> None:
        keep_up()

    weekly = ScheduleDefinition(
        name="lake_weekly",
        job=upkeep,
        cron_schedule="0 3 * * 0",
        default_status=DefaultScheduleStatus.STOPPED,
        description="Upkeep of the lake on Sunday night.",
    )
    return [lake], [upkeep], [weekly]
