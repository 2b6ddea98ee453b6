"""The DuckDB warehouse: connection, load, anchoring, models, checks, publication, export.

What belongs here: everything that speaks SQL. What does not: reading text, and Dagster.
"""
