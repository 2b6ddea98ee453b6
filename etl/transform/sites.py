"""Sites: which one a document is of, and the zone its newsroom counts days in (`seeds/sites.csv`).

What belongs here: hosts and top-level domains. What does not: agencies; an agency credited on an item comes first.
"""

import csv
import re
from functools import lru_cache

import polars as pl

from etl.settings import current

_URL = re.compile(r"https?://(?:www\.)?([^/:?#\s]{1,250})", re.IGNORECASE)
# a folder named after a host, as wget and crawlers write them: nos.nl/artikel/1.html
_FOLDER = re.compile(r"(?:www\.)?((?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,20})/", re.IGNORECASE)


def site(source_uri: str) -> str:
    """The host that a source is of, in lower case without www; empty where its name tells none."""
    match = _URL.match(source_uri) or _FOLDER.match(source_uri)
    return match[1].lower() if match else ""


def of(source_uri: str) -> pl.Expr:
    """The same of a column."""
    found = pl.coalesce(*(pl.col(source_uri).str.extract(f"(?i)^{p.pattern}") for p in (_URL, _FOLDER)), pl.lit(""))
    return found.str.to_lowercase()


@lru_cache(maxsize=4096)
def zone(host: str) -> str | None:
    """The zone of the newsroom of a site: of the host, of what it is part of, of its top-level domain; else None."""
    zones = _zones()
    labels = host.split(".")
    return next((z for i in range(len(labels)) if (z := zones.get(".".join(labels[i:])))), None)


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    with (current().seeds / "sites.csv").open(encoding="utf-8", newline="") as lines:
        return {row["site"]: row["timezone"] for row in csv.DictReader(lines)}
