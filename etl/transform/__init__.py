"""From documents to rows: pure functions over batches.

What belongs here: everything that reads text or resolves what was read. What does not: files, databases,
Dagster; this room imports neither dagster nor duckdb. `pipeline.py` puts the steps of a batch in their order,
`reading.py` those that read its texts, each once.
"""

from etl import native

native.prefer(__name__, __path__)
