"""`core`: the transform, then the anchor step. Each is one step that writes many tables."""

from collections.abc import Iterator
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetSpec,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    multi_asset,
)

from etl.defs.metadata import declared_schema, markdown, row_metadata
from etl.defs.resources import POOL, Warehouse
from etl.engine.progress import Progress
from etl.schema import Row, core

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


def _spec(row: type[Row], deps: list[AssetKey], remark: str = "") -> AssetSpec:
    return AssetSpec(
        asset_key(row),
        deps=deps,
        description=row.comment() + remark,
        group_name="core",
        metadata={"dagster/column_schema": declared_schema(row)},
        kinds={"duckdb", "polars"},
    )


@multi_asset(name="transform", specs=[_spec(row, [AssetKey(["raw", "documents"])]) for row in TRANSFORMED], pool=POOL)
def transform(
    context: AssetExecutionContext, warehouse: Warehouse, progress: ResourceParam[Progress]
) -> Iterator[MaterializeResult[None]]:
    """Read the text of documents that are new, or that an older version of the rules has read."""
    from etl.engine import local

    transformed = local.transform_pending(
        warehouse.connection, run_id=context.run.run_id, settings=warehouse.settings, progress=progress
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

    anchored = anchoring.anchor(warehouse.connection)
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
