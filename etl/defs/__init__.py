"""Dagster's view of the project: assets, checks, job, schedule and sensor.

What belongs here: names, order, groups, descriptions and metadata. What does not: work. The bodies are a few lines
that call the rooms.
"""
