# Dateline's tasks. `make` or `make help` lists them; each sets up what it needs by itself.
.DEFAULT_GOAL := help
PYTHON ?= python3
UV := .venv/bin/uv
STAMP := .venv/.synced

.PHONY: help run test lint types tests native bench dev dbt docs clean

help: ## list the tasks
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1	\2/' | expand -t 16

$(UV):
	$(PYTHON) -m venv .venv
	.venv/bin/python -m pip install --quiet --disable-pip-version-check "uv>=0.13.9,<0.14"

$(STAMP): $(UV) pyproject.toml uv.lock
	@# bytecode once: where the environment forbids Python to write it, each run would compile what it imports anew
	$(UV) sync --quiet --locked --inexact --compile-bytecode
	@touch $@

run: native ## the main job on the sample pages in seeds/pages/, into warehouse/
	.venv/bin/dateline run --input seeds/pages --captures seeds/pages/captures.csv

test: lint types tests ## lint, types and tests: what CI runs

lint: $(STAMP)
	.venv/bin/ruff format --check --quiet .
	.venv/bin/ruff check --quiet .

types: $(STAMP)
	.venv/bin/mypy

tests: $(STAMP)
	.venv/bin/pytest -q

native: $(STAMP) ## machine code of what reads every word, where there is a C compiler; once, some minutes
	@# our own bytecode, as that of the libraries above
	@.venv/bin/python -m compileall -q etl
	@.venv/bin/python -m etl.native

bench: native ## one table: steps beside a bare scan, peers, whole runs; then places, HTML and the anchor network
	.venv/bin/python -m tests.bench_all
	.venv/bin/python -m tests.bench --places
	.venv/bin/python -m tests.bench --html
	.venv/bin/python -m tests.bench_anchors

dev: native ## the Dagster UI on http://127.0.0.1:3000
	.venv/bin/dateline dev

dbt: $(UV) ## the same models and tests through dbt, as a check on our own loader
	UV_PROJECT_ENVIRONMENT=.venv-dbt $(UV) sync --quiet --locked --no-default-groups --group dbt
	.venv-dbt/bin/pytest -q -m dbt tests/test_dbt.py

docs: $(STAMP) ## write the generated files anew (sql/README.md and the like)
	.venv/bin/python -m etl.docs

clean: ## remove the environment and the warehouse
	rm -rf .venv .venv-dbt warehouse
