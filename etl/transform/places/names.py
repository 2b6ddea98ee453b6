"""A name of a place and the places it can stand for, as finding and choosing see them.

Plain classes and no tuples: as machine code, which reads them for every word that may be a place, their fields are
a step away.
"""

from collections.abc import Sequence

from etl.schema.core import PlaceRole


class Candidate:
    """A place as the choice among places of one name sees it."""

    __slots__ = (
        "cell",
        "country",
        "division",
        "feature_class",
        "feature_code",
        "location_id",
        "prominence",
        "row",
    )

    def __init__(
        self,
        row: int,
        location_id: str,
        prominence: float,
        feature_class: str,
        feature_code: str | None,
        country: str | None,
        division: str | None,
        cell: int | None,
    ) -> None:
        """Take the place.

        Args:
            row: its row in the gazetteer's table.
            location_id: its id.
            prominence: how well known it is, on the scale of log10 of inhabitants.
            feature_class: GeoNames feature class.
            feature_code: GeoNames feature code.
            country: ISO 3166-1 alpha-2 code.
            division: GeoNames code of its first-level division with the country's: US.CA.
            cell: the square of half a degree it lies in, ROW a row: places in squares side by side are near each
                other.
        """
        self.row = row
        self.location_id = location_id
        self.prominence = prominence
        self.feature_class = feature_class
        self.feature_code = feature_code
        self.country = country
        self.division = division
        self.cell = cell

    def weighing(self, prominence: float) -> "Candidate":
        """The same place, as well known as this."""
        return Candidate(
            self.row,
            self.location_id,
            prominence,
            self.feature_class,
            self.feature_code,
            self.country,
            self.division,
            self.cell,
        )


Shares = tuple[tuple[float, Candidate], ...]
"""The places a name may mean, each with how likely it is; together 1."""


class Name:
    """What a name can stand for in a language."""

    __slots__ = ("candidates", "flags", "n", "role", "shares", "surface")

    def __init__(
        self, surface: str, candidates: Sequence[Candidate], role: PlaceRole, flags: int, n: int, shares: Shares = ()
    ) -> None:
        """Take the name.

        Args:
            surface: as written.
            candidates: the most prominent of the places that bear it, those first.
            role: what a mention of it is.
            flags: what it is beside a place: WORD, GIVEN, SURNAME, OTHER of `sources`.
            n: places that bear it.
            shares: the first of the candidates, each with how likely the name means it where nothing else is said.
        """
        self.surface = surface
        self.candidates = tuple(candidates)
        self.role: PlaceRole = role
        self.flags = flags
        self.n = n
        self.shares = shares
