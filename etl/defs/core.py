"""`core`: the transform, then the anchor step. Each is one step that writes many tables."""

from collections.abc import Iterator
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetSpec,
    BackfillPolicy,
    Config,
    DailyPartitionsDefinition,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    multi_asset,
)
from pydantic import Field

from etl.defs.metadata import declared_schema, markdown, row_metadata
from etl.defs.resources import POOL, Warehouse
from etl.engine.progress import Progress
from etl.schema import Row, core
from etl.settings import FIRST_DAY, Settings

TRANSFORMED: tuple[type[Row], ...] = (
    core.Story,
    core.Article,
    core.Furniture,
    core.Agency,
    core.ArticleAgency,
    core.Sentence,
    core.Location,
    core.ArticleLocation,
    core.EventParticipant,
)
ANCHORED: tuple[type[Row], ...] = (core.Anchor, core.AnchorEvidence, core.TimeExpression, core.Event)

_IN_TWO_STEPS = (
    " The transform puts its rows there with their symbols, in the same transaction as the articles; this step gives"
    " them bounds from what is known of captures, and gives them others when more is learnt."
)


def asset_key(row: type[Row]) -> AssetKey:
    """The asset that stands for a declared table: its schema and its name."""
    return AssetKey(row.table.split("."))


DAYS = DailyPartitionsDefinition(FIRST_DAY, timezone="UTC", end_offset=1)
"""The days on which documents were ingested, today included. A day done again reads what its documents lack."""


def _spec(row: type[Row], deps: list[AssetKey], remark: str = "") -> AssetSpec:
    return AssetSpec(
        asset_key(row),
        deps=deps,
        description=row.comment() + remark,
        group_name="core",
        metadata={"dagster/column_schema": declared_schema(row)},
        kinds={"duckdb", "polars"},
    )


class TransformConfig(Config):
    """Who transforms; what is not given is as the settings say."""

    workers: int | None = Field(default=None, description="processes on this machine; 0: one a core")
    engine: str | None = Field(default=None, description="local, or dask")
    scheduler: str | None = Field(default=None, description="address of a Dask scheduler; none: one on this machine")
    shards: str | None = Field(default=None, description="folder or address where batches wait to be loaded")

    def over(self, settings: Settings) -> Settings:
        """The settings with what is given here."""
        given = {name: value for name, value in self.model_dump().items() if value is not None}
        return Settings(**settings.model_dump() | given)


@multi_asset(
    name="transform",
    specs=[_spec(row, [AssetKey(["raw", "documents"])]) for row in TRANSFORMED],
    partitions_def=DAYS,
    backfill_policy=BackfillPolicy.single_run(),
    pool=POOL,
)
def transform(
    context: AssetExecutionContext, config: TransformConfig, warehouse: Warehouse, progress: ResourceParam[Progress]
) -> Iterator[MaterializeResult[None]]:
    """Read the text of documents of these days, and of this run, that are new or that other rules have read."""
    from etl.engine import loops

    transformed = loops.transform_pending(
        warehouse.changing("symbols"),
        run_id=context.run.run_id,
        settings=config.over(warehouse.settings),
        progress=progress,
        days=context.partition_key_range[:2],
    )
    warehouse.tally(**transformed._asdict())
    for row in TRANSFORMED:
        yield MaterializeResult(
            asset_key=asset_key(row),
            metadata=transformed._asdict() | row_metadata(warehouse.connection, row),
        )


@multi_asset(
    name="anchor",
    specs=[
        _spec(
            row,
            [AssetKey(["raw", "captures"]), *(asset_key(upstream) for upstream in (core.Article, core.Sentence))],
            "" if row is core.AnchorEvidence else _IN_TWO_STEPS,
        )
        for row in ANCHORED
    ],
    pool=POOL,
)
def anchor(context: AssetExecutionContext, warehouse: Warehouse) -> Iterator[MaterializeResult[None]]:
    """Give every clock, expression and event the bounds that follow from what is known now."""
    from etl.engine.report import events_by_status
    from etl.warehouse import anchoring

    anchored = anchoring.anchor(warehouse.changing("bounds"))
    warehouse.tally(
        n_events_moved=anchored.n_events_moved,
        n_bounds_gained=anchored.n_bounds_gained,
        n_bounds_moved=anchored.n_bounds_moved,
        moved_s=round(anchored.moved_s),
        moved_most_s=round(anchored.moved_most_s),
    )
    warehouse.record(context.run.run_id)
    changed: dict[type[Row], dict[str, Any]] = {
        core.Anchor: {
            "n_changed": anchored.n_anchors,
            "n_bounds_gained": anchored.n_bounds_gained,
            "n_bounds_moved": anchored.n_bounds_moved,
            "moved_s (median)": anchored.moved_s,
            "moved_s (most)": anchored.moved_most_s,
            "n_conflicts": anchored.n_conflicts,
        },
        core.AnchorEvidence: {},
        core.TimeExpression: {"n_changed": anchored.n_expressions},
        core.Event: {
            "n_changed": anchored.n_events,
            "n_events_moved": anchored.n_events_moved,
            "by_time_status": MetadataValue.md(
                markdown(("time_status", "events"), events_by_status(warehouse.connection).items())
            ),
        },
    }
    for row in ANCHORED:
        yield MaterializeResult(
            asset_key=asset_key(row), metadata=changed[row] | row_metadata(warehouse.connection, row)
        )
