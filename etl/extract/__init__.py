"""From files to rows of `raw`: documents as received, capture claims, and what could not be taken.

What belongs here: formats, encodings, manifests, the language of a text. What does not: what a text says, and
databases. `sources.py` reads; a format is one module with one reader, and one line in the table of `sources.py`.
"""
