"""What a name can stand for: the name in a language, and each place that bears it as the choice among them sees it.

What belongs here: the two classes that the whole room reads, which is why they are machine code. What does not: where
they come from (`gazetteer`), and the choice (`resolve`).
"""

from mypy_extensions import mypyc_attr

from etl.schema.core import PlaceRole


@mypyc_attr(acyclic=True)
class Candidate:
    """A place as the choice among places of one name sees it."""

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
        self.row, self.location_id, self.prominence = row, location_id, prominence
        self.feature_class, self.feature_code, self.country = feature_class, feature_code, country
        self.division = division
        """GeoNames code of its first-level division with the country's: US.CA."""
        self.cell = cell
        """The square of half a degree it lies in, ROW a row: places in squares side by side are near each other."""
        self.is_country, self.is_division = feature_code == "PCLI", feature_code == "ADM1"

    def weighing(self, prominence: float) -> "Candidate":
        """The same place, as prominent as somebody sees it."""
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


@mypyc_attr(acyclic=True)
class Name:
    """What a name can stand for in a language."""

    def __init__(
        self,
        surface: str,
        candidates: tuple[Candidate, ...],
        role: PlaceRole,
        flags: int,
        n: int,
        shares: Shares = (),
    ) -> None:
        self.surface, self.candidates, self.role = surface, candidates, role
        self.flags = flags
        """What it is beside a place: WORD, GIVEN, SURNAME, OTHER of `sources`."""
        self.n = n
        """Places that bear the name; the candidates are the most prominent of them."""
        self.shares = shares
        """The first of the candidates, each with how likely the name means it where nothing else is said."""
