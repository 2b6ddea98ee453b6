"""The SQL models of `sql/`: one asset a model, one step a layer, and their data tests as checks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from dagster import (
    AssetChecksDefinition,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    MaterializeResult,
    multi_asset,
)

from etl.defs.checks import check_step, model_groups
from etl.defs.metadata import described_schema, figures_metadata
from etl.defs.resources import POOL, Warehouse
from etl.settings import Settings

if TYPE_CHECKING:
    from etl.warehouse.models import Model, Project

LAYERS = ("intermediate", "marts")


class Layers(NamedTuple):
    """What the SQL models are to Dagster."""

    assets: list[AssetsDefinition]
    checks: list[AssetChecksDefinition]
    marts: list[AssetKey]


def build(settings: Settings) -> Layers:
    """Make the assets and checks of the models in `settings.sql`."""
    from etl.warehouse.models import load_project

    project = load_project(settings.sql)
    keys = {model.name: AssetKey([model.schema, model.name]) for model in project.models}
    return Layers(
        [_layer(project, layer, keys) for layer in LAYERS],
        [check_step(f"{layer}_checks", model_groups(project, layer), project.until(layer)) for layer in LAYERS],
        [keys[model.name] for model in project.models if model.schema == "marts"],
    )


def _layer(project: "Project", layer: str, keys: dict[str, AssetKey]) -> AssetsDefinition:
    specs = [_spec(model, keys) for model in project.models if model.schema == layer]

    @multi_asset(name=layer, specs=specs, pool=POOL)
    def views(warehouse: Warehouse) -> Iterator[MaterializeResult[None]]:
        from etl.warehouse.figures import of_layer
        from etl.warehouse.models import build as build_views

        build_views(warehouse.connection, project, layer)
        for model, figures in of_layer(warehouse.connection, project, layer, warehouse.slicer("preview")):
            metadata = figures_metadata(figures, described_schema(model.columns))
            yield MaterializeResult(asset_key=keys[model.name], metadata=metadata)

    return views


def _spec(model: "Model", keys: dict[str, AssetKey]) -> AssetSpec:
    upstream = [keys[name] for name in model.refs] + [AssetKey(name.split(".")) for name in model.sources]
    return AssetSpec(
        keys[model.name],
        # reference data and the books of the runs are tables of the warehouse, not assets
        deps=[key for key in upstream if key.path[0] not in {"ref", "ops"}],
        description=model.description,
        group_name=model.schema,
        metadata={"dagster/column_schema": described_schema(model.columns)},
        kinds={"duckdb", "sql"},
    )
