"""Pages of our own sentences with exact gold, and a scorer: `python -m tests.composed` measures by hand."""
