"""Time expressions: found once as symbols that depend on no clock, resolved late against an anchor."""

from etl import native

native.prefer(__name__, __path__)
