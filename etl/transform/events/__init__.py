"""Events: who did what to whom, coded clause by clause with a lexicon that is data.

`code.code` is the way in for a batch, `explain.explain` shows what it does with one sentence.
"""

from etl import native

native.prefer(__name__, __path__)
