"""Places: an embedded gazetteer, mentions found in one pass, and the choice among those that bear a name."""

from etl import native

native.prefer(__name__, __path__)
