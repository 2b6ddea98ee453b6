"""What is likely of clocks beyond what evidence holds: from weekday words, and from events that are dated elsewhere.

What belongs here: narrowing a publication's bounds by what news habitually does, with the trust in it. What does not:
evidence (`evidence.py`). What is inferred stands in columns of its own, lies within the hard bounds, and dates
nothing else.
"""

import datetime as dt
import re
from functools import lru_cache
from zoneinfo import ZoneInfo

import polars as pl

from etl.transform.times import resolve
from etl.transform.times.resolve import Interval

WEEKDAY_TRUST = 0.7
"""That an item which says what happened on a weekday stands in the news on that day or the next."""
EVENT_TRUST = 0.6
"""That an event told elsewhere with its time is the one that the item tells."""
_WEEKDAY = re.compile(r"XXXX-WXX-[1-7](?:T\w+)?")
_WEEK = pl.duration(days=6)
_UTC = pl.Datetime("us", "UTC")
_PAST = ("PAST", "PRESENT_PERFECT", "PAST_PERFECT")
_TOLD = ("asserted", "reported")


def from_weekdays(clocks: pl.DataFrame, events: pl.DataFrame, expressions: pl.DataFrame) -> pl.DataFrame:
    """Publications that weekday words narrow.

    "De brug ging dinsdag dicht" is written on that Tuesday or on the Wednesday. Where one such day, and one only,
    meets the bounds of the publication, it narrows them.

    Args:
        clocks: core.anchors with bounds.
        events: core.events.
        expressions: core.time_expressions.

    Returns:
        anchor_id, earliest, latest, words, confidence: one row a publication, narrower than its bounds.
    """
    windows = clocks.filter(
        (pl.col("kind") == "publication") & (pl.col("latest") - pl.col("earliest") <= _WEEK)
    ).select("anchor_id", "timezone", _earliest="earliest", _latest="latest")
    said = (
        events.filter(
            pl.col("tense").is_in(_PAST)
            & pl.col("modality").is_in(_TOLD)
            & (pl.col("relation") == "IS_INCLUDED")
            & (pl.col("time_basis") == "expression")
        )
        .select("anchor_id", "time_expression_id")
        .unique()
        .join(
            expressions.filter(
                pl.col("value_symbolic").str.contains(f"^{_WEEKDAY.pattern}$")
                & ~pl.col("direction").eq_missing("future")
            ).select("time_expression_id", "value_symbolic", words="surface"),
            on="time_expression_id",
        )
        .join(windows, on="anchor_id")
        .sort("anchor_id", "time_expression_id")
    )
    read = [
        _on_the_day_or_the_next(*row)
        for row in said.select("value_symbolic", "timezone", "_earliest", "_latest").iter_rows()
    ]
    narrowed = said.with_columns(
        pl.Series("earliest", [r.earliest for r in read], _UTC), pl.Series("latest", [r.latest for r in read], _UTC)
    ).filter(pl.col("earliest").is_not_null())
    return (
        narrowed.group_by("anchor_id", maintain_order=True)
        .agg(
            pl.max_horizontal(pl.col("earliest").max(), pl.col("_earliest").first()).alias("earliest"),
            pl.min_horizontal(pl.col("latest").min(), pl.col("_latest").first()).alias("latest"),
            pl.col("words").unique(maintain_order=True).str.join(", "),
            pl.col("_earliest", "_latest").first(),
        )
        .filter(
            (pl.col("earliest") < pl.col("latest"))
            & ((pl.col("earliest") > pl.col("_earliest")) | (pl.col("latest") < pl.col("_latest")))
        )
        .select("anchor_id", "earliest", "latest", "words", confidence=pl.lit(WEEKDAY_TRUST))
    )


@lru_cache(maxsize=65536)
def _on_the_day_or_the_next(symbol: str, zone: str, earliest: dt.datetime, latest: dt.datetime) -> Interval:
    """From the named time to the end of the next civil day, for the one such day that meets the bounds."""
    info, day = ZoneInfo(zone), dt.timedelta(days=1)
    first, last = earliest.astimezone(info).date() - day, latest.astimezone(info).date()
    weekday = int(symbol[9])
    found = []
    for offset in range((last - first).days + 1):
        date = first + offset * day
        if date.isoweekday() != weekday:
            continue
        evening = dt.datetime.combine(date, dt.time(23, 59), info).astimezone(dt.UTC)
        start = resolve.bounds(symbol, Interval(evening, evening), [zone]).earliest
        end = dt.datetime.combine(date + 2 * day, dt.time(), info).astimezone(dt.UTC)
        if start and start <= latest and end > earliest:
            found.append(Interval(start, end))
    return found[0] if len(found) == 1 else Interval(None, None)
