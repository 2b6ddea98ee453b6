"""Pages of our own writing, in the layouts of news sites, for the tests of the readers."""

import datetime as dt
from pathlib import Path
from typing import Any

from etl.extract import sources
from etl.extract.records import NO_COLUMNS, Columns
from etl.settings import Settings

NOW = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
AT = dt.datetime(2026, 1, 31, 8, 15, tzinfo=dt.UTC)
LEAD = (
    "ASSEN (ANP) - Een grote brand heeft vrijdagavond een loods aan de rand van Assen verwoest, meldt de brandweer.",
    "Niemand raakte gewond, zegt een woordvoerder. De oorzaak van de brand wordt door de politie onderzocht.",
    "Omwonenden kregen het advies ramen en deuren te sluiten. Dat advies is in de loop van de nacht ingetrokken.",
)
TEASERS = (
    ("Twee mannen aangehouden", "DEN HAAG (ANP) - De politie heeft twee mannen aangehouden.", "3 uur geleden"),
    ("Premier naar Parijs", "LONDEN (ANP/RTR) - De Britse premier bezoekt Parijs.", "5 uur geleden"),
    ("Staking in haven", "ANTWERPEN (ANP/BELGA) - Havenarbeiders hebben het werk neergelegd.", "1 dag geleden"),
)


def article(body: str = "", head: str = "") -> str:
    """An article page, with menus and scripts, and what else is to stand in its body."""
    paragraphs = "".join(f"<p>{text}</p>" for text in LEAD)
    return (
        f'<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Brand in loods | De Krant</title>{head}'
        "<script>var x = '<p>geen tekst</p>';</script></head><body><nav><ul><li><a href='/'>Voorpagina</a></li>"
        "<li><a href='/sport'>Sport</a></li></ul></nav><main><article><h1>Brand in loods</h1>"
        f"{paragraphs}</article></main>{body}<footer>Alle rechten voorbehouden</footer></body></html>"
    )


def rows(*paths: Path, columns: Columns = NO_COLUMNS, settings: Settings | None = None) -> list[dict[str, Any]]:
    """The documents of files, with the capture that their format claims."""
    found = []
    for batch in _read(paths, columns, settings):
        claims = {row["document_id"]: row for row in batch.claims.iter_rows(named=True)}
        for row in batch.documents.iter_rows(named=True):
            claim = claims.get(row["document_id"], {})
            names = ("captured_earliest", "captured_latest", "basis")
            found.append(row | {name: claim.get(name) for name in names})
    return found


def refused(
    *paths: Path, columns: Columns = NO_COLUMNS, settings: Settings | None = None
) -> list[tuple[str, str, str]]:
    """What was refused: source, reason, detail."""
    batches = _read(paths, columns, settings)
    return [row for b in batches for row in b.rejects.select("source_uri", "reason", "detail").rows()]


def _read(paths: tuple[Path, ...], columns: Columns, settings: Settings | None) -> list[sources.Extracted]:
    given = settings or Settings()
    return list(sources.read(paths, ingested_at=NOW, run_id="run", settings=given, columns=columns))
