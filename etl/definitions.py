"""The Dagster code location. It assembles and holds nothing else."""

from dagster import Definitions, definitions, in_process_executor

from etl.defs import automation, checks, core, lake, models, publish, raw
from etl.defs.resources import Warehouse
from etl.engine.progress import Progress, silent
from etl.settings import Settings, current


def build_definitions(settings: Settings | None = None, progress: Progress = silent) -> Definitions:
    """Assemble the graph.

    Args:
        settings: where the warehouse and the SQL models are; default: those of the process.
        progress: told how far reading and transforming are.

    """
    settings = settings or current()
    sql = models.build(settings)
    lakes, upkeep, weekly = lake.build(settings)
    return Definitions(
        assets=[
            *(raw.documents, raw.captures, core.transform, core.anchor),
            *sql.assets,
            *publish.build(sql.marts),
            *lakes,
        ],
        asset_checks=[*checks.declared_steps(), *sql.checks],
        jobs=[automation.JOB, automation.CHECKS, *upkeep],
        schedules=[automation.hourly(settings), automation.weekly_checks(), *weekly],
        sensors=[automation.arrivals(settings)],
        resources={"warehouse": Warehouse(folder=str(settings.warehouse.resolve())), "progress": progress},
        executor=in_process_executor,
    )


@definitions
def defs() -> Definitions:
    """Assemble the graph when Dagster asks for it: the command, which has settings of its own, does so itself."""
    return build_definitions()
