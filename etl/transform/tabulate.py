"""From what was found to rows: ids, spans of the document, zones, and which clock each row hangs on.

What belongs here: turning records into rows of `core`; those of articles are made in `heads.py`, those of what the
texts hold in `mentions.py`. What does not: finding anything. Ids are made of the document's hash and a position in
it, so that the same input always gives the same ids.
"""

from collections.abc import Mapping, Sequence
from itertools import chain

import polars as pl

from etl import languages
from etl.schema import tables
from etl.settings import current
from etl.transform import agencies
from etl.transform.heads import CAPTURE, Heads
from etl.transform.mentions import Mentions
from etl.transform.pages import Furniture
from etl.transform.records import Place
from etl.transform.repeats import Repeats
from etl.transform.rows import Rows
from etl.transform.zones import Places

Tables = dict[str, pl.DataFrame]
"""Frames by qualified table name."""


class Tabulator:
    """Turns records into rows, with ids and spans of the document."""

    def __init__(self, transform_versions: Mapping[str, str]) -> None:
        self._versions = transform_versions
        self._rows = {name: Rows(row) for name, row in tables("core").items()}
        self._places: dict[str, Place] = {}
        self._agencies: dict[str, str] = {}

    def capture(self, document_id: str, zone: str) -> None:
        """Add the clock of a page, its days counted in a zone.

        The capture time is never on the page itself: its basis is none.
        """
        names = ("anchor_id", "document_id", "kind", "basis", "timezone", "capture_basis")
        capture = (f"{document_id}{CAPTURE}", document_id, "capture", "none", zone, "unknown")
        self._rows["anchors"].add_all(names, [capture])

    def furniture(self, document_id: str, furniture: Sequence[Furniture]) -> None:
        """Add what of a document is no item."""
        names = ("furniture_id", "document_id", "kind", "span_start", "span_end")
        rows = [(f"{document_id}-f{start}", document_id, kind, start, end) for kind, start, end in furniture]
        self._rows["furniture"].add_all(names, rows)

    def add(self, found: Repeats) -> None:
        """Add the rows of the articles of one language."""
        heads = Heads(found, self._rows, self._versions).add()
        places = Places(found)
        Mentions(found, places, self._rows, heads).add()
        own = chain.from_iterable(found.items["credits"])
        for credit in chain(own, (credit for _, credit in found.reading.citations)):
            self._agencies.setdefault(credit.agency_id, credit.surface)
        for place in places.known:
            self._places.setdefault(place.location_id, place)

    def frames(self) -> Tables:
        """Everything added, and the places and agencies it speaks of."""
        self._dimensions()
        return {f"core.{name}": rows.frame() for name, rows in self._rows.items()}

    def _dimensions(self) -> None:
        """Add the places and agencies that the batch speaks of."""
        for place in self._places.values():
            self._rows["locations"].add(**place._asdict())
        facts = agencies.directory().facts
        for agency_id, surface in self._agencies.items():
            known = facts.get(agency_id)
            self._rows["agencies"].add(
                agency_id=agency_id,
                code=known.code if known else surface,
                name=known.name if known else None,
                country_code=known.country_code if known else None,
                languages=(known.languages or "").split() if known else [],
                website=known.website if known else None,
                kind=known.kind if known else "unresolved",
                status=known.status if known else "unknown",
            )


def language_zone(language: str) -> str:
    """The zone of a newsroom that writes in the language, where its agency gives none."""
    known = language if language in languages.available() else current().default_language
    return str(languages.toml(known, "language").get("zone") or current().default_zone)
