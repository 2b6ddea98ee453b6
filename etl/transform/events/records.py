"""The records of events that the coder gives: there are so many that they are classes of machine code.

As such they are made, read and freed in half the time that named tuples take (`etl/transform/records.py`).
"""

from mypy_extensions import mypyc_attr

from etl.schema.core import (
    LocationBasis,
    Modality,
    ParticipantRole,
    Polarity,
    Relation,
    Tense,
    TimeBasis,
)


@mypyc_attr(acyclic=True)
class Participant:
    """A participant in an event; span in the unit's text."""

    def __init__(
        self,
        role: ParticipantRole,
        start: int,
        end: int,
        surface: str,
        name: str | None,
        country_code: str | None,
        sector: str | None,
        quantity_min: int | None,
        quantity_max: int | None,
    ) -> None:
        self.role = role
        self.start, self.end, self.surface = start, end, surface
        self.name, self.country_code, self.sector = name, country_code, sector
        self.quantity_min, self.quantity_max = quantity_min, quantity_max


@mypyc_attr(acyclic=True)
class EventMention:
    """An event found in a unit, with indexes into the time and place mentions that were given to the coder."""

    def __init__(
        self,
        unit: int,
        start: int,
        end: int,
        trigger: str,
        lemma: str,
        event_type: str,
        mode: str | None,
        context: tuple[str, ...],
        tense: Tense,
        polarity: Polarity,
        modality: Modality,
        relation: Relation,
        time_basis: TimeBasis,
        time_mention: int | None,
        place_mention: int | None,
        location_basis: LocationBasis,
        participants: tuple[Participant, ...],
        confidence: float,
    ) -> None:
        self.unit, self.start, self.end = unit, start, end
        self.trigger, self.lemma = trigger, lemma
        self.event_type, self.mode, self.context = event_type, mode, context
        self.tense, self.polarity, self.modality = tense, polarity, modality
        self.relation, self.time_basis = relation, time_basis
        self.time_mention = time_mention
        """Index of the TimeMention it hangs on, or None."""
        self.place_mention = place_mention
        """Index of the PlaceMention that says where, or None."""
        self.location_basis = location_basis
        self.participants = participants
        self.confidence = confidence
