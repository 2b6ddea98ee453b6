"""Which mentions tell one event, across items and pages.

What belongs here: putting mentions together by type, names, place, bounds and wording. What does not: finding them
(`code`), dating them (`etl.transform.anchors`), and which of a build's are looked at (`etl.warehouse.clusters`). A
mention joins a cluster only where the bounds of all its mentions still have a time in common, so that the
intersection of their bounds is the event's.

Mentions are taken in order, those of the tightest bounds first, and each is compared with the clusters that share a
key with it: what it must have in common with one of their mentions, be it names, place, item or story, with the time
and, where it must be the same, the word. So it is compared with few, however many there are. Only bounds of `CLOSE`
or less give keys of names and places. So the close ones of a type are put together first and by themselves; and what
comes after them is tied by its item and its story alone.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import polars as pl

TOLD = ("asserted", "reported", "alleged")
"""Modalities of what is told to have happened; anything else, and what is negated, is alone."""
CLOSE = 8 * 86_400 * 10**6
"""How wide the bounds of mentions in two stories may be, to be taken for one event; in microseconds."""
PLACED = ("stated", "carried")
"""Bases of a place that the text itself gives."""
SIDES = ("begin_earliest", "begin_latest", "end_earliest", "end_latest")
DEEDS = frozenset({"RETREAT", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "AID"})
"""Types of what is done once to somebody; of the others the same word must be used."""
_MOST = 50  # mentions of a cluster that another is compared with: the first ones
_MOST_CLUSTERS = 500  # clusters of one key that a mention is compared with: the last ones
_SPELL = 2 * 86_400 * 10**6
"""Into what time is cut for keys, in microseconds: about as wide as most close bounds are."""

Bounds = tuple[int | None, int | None]
"""Least and most, microseconds; None: not known, or open."""
_FIELD, _ENTRY = "\x1f", "\x1e"  # between a role and a name, and between two such


class Named(NamedTuple):
    """Who took part, by the words of their names."""

    actor: frozenset[str]
    recipient: frozenset[str]
    keys: tuple[str, ...]
    """Roles with words, in order."""


class _Mention(NamedTuple):
    event_type: str
    story_id: Any
    article_id: Any
    mode: Any
    lemma: Any
    is_noun: bool
    place: Any
    """Where the text says it was."""
    country: Any
    begin: Bounds
    end: Bounds
    actor: frozenset[str]
    recipient: frozenset[str]


class _Cluster:
    __slots__ = ("begin", "end", "members", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.begin: Bounds = (None, None)
        self.end: Bounds = (None, None)
        self.members: list[_Mention] = []
        """The first of them, that others are compared with."""

    def add(self, mention: _Mention) -> None:
        if len(self.members) < _MOST:
            self.members.append(mention)
        self.begin, self.end = _common(self.begin, mention.begin), _common(self.end, mention.end)

    def takes(self, mention: _Mention) -> bool:
        """Whether a mention can be of this event."""
        begin, end = _common(self.begin, mention.begin), _common(self.end, mention.end)
        if not (_in_order(begin) and _in_order(end) and _in_order((begin[0], end[1]))):
            return False
        for known in self.members:  # noqa: SIM110 - a generator takes twice as long
            if not _agree(known, mention):
                return False
        return True


def cluster(events: pl.DataFrame, participants: pl.DataFrame, locations: pl.DataFrame) -> pl.DataFrame:
    """Say which mentions tell one event.

    Args:
        events: core.events with bounds.
        participants: core.event_participants.
        locations: core.locations, at least location_id and country_code.

    Returns:
        event_id, cluster_id: one row a mention; the cluster is called after the first of its mentions. One that is
        negated or not told to have happened is alone.
    """
    is_placed = pl.col("location_basis").is_in(PLACED)
    told = (
        events.filter((pl.col("polarity") == "POS") & pl.col("modality").is_in(TOLD))
        .join(locations.select("location_id", "country_code"), on="location_id", how="left")
        .with_columns(pl.col(*SIDES).dt.epoch("us"))
        .sort(width(), "event_id")
        .select(
            *("event_id", "event_type", "story_id", "article_id", "mode", *SIDES),
            lemma="trigger_lemma",
            is_noun=pl.col("tense") == "NONE",
            place=pl.when(is_placed).then("location_id"),
            country=pl.when(is_placed).then("country_code"),
            known=pl.lit(None, pl.Int64),
        )
    )
    names = participants.filter(pl.col("role") != "attribution").group_by("event_id").agg(names=names_of())
    mentions = told.join(names, on="event_id", how="left", maintain_order="left")
    found = mentions.select("event_id", _number=gather(mentions)).select(
        "event_id", cluster_id=pl.col("event_id").min().over("_number")
    )
    return (
        events.select("event_id")
        .join(found, on="event_id", how="left", maintain_order="left")
        .select("event_id", cluster_id=pl.coalesce("cluster_id", "event_id"))
    )


def width() -> pl.Expr:
    """How wide the bounds of an event are, in microseconds; the most where they are open."""
    return (pl.col("end_latest") - pl.col("begin_earliest")).fill_null(pl.lit(2**63 - 1, pl.Int64))


def names_of() -> pl.Expr:
    """The roles and names of those who took part in one event, as one text; NULL where none is named."""
    named = pl.concat_str("role", "name", separator=_FIELD).drop_nulls()
    return pl.when(named.len() > 0).then(named.str.join(_ENTRY))


def gather(mentions: pl.DataFrame) -> pl.Series:
    """Put mentions together.

    Args:
        mentions: those that are told to have happened, in order: the tightest first, then by event_id. event_type;
            story_id, article_id, mode, lemma, place and country, as they are or as numbers that stand for them;
            is_noun; SIDES, microseconds; names, from `names_of`; known, a number for what is in a cluster
            already, NULL for what is not. All that share a key with them by which they may join are given too.

    Returns:
        For each the number of the row that is first in its cluster.
    """
    found = list(range(mentions.height))
    keyed = _keys(mentions)
    left = dict(keyed["key"].value_counts().iter_rows())
    by_key: dict[int, dict[int, _Cluster]] = defaultdict(dict)
    by_known: dict[int, _Cluster] = {}
    for row, mention, known, keys in _read(mentions, keyed):
        if known is not None:
            own = by_known.get(known)
        else:
            own = next((c for key in keys for c in reversed(by_key[key].values()) if c.takes(mention)), None)
        if own is None:
            own = _Cluster(row)
            if known is not None:
                by_known[known] = own
        own.add(mention)
        found[row] = own.number
        for key in keys:
            of_key = by_key[key]
            of_key.setdefault(own.number, own)
            if len(of_key) > _MOST_CLUSTERS:
                del of_key[next(iter(of_key))]
            left[key] -= 1
            if not left[key]:
                del left[key], by_key[key]
    return pl.Series(found, dtype=pl.Int64)


def _keys(mentions: pl.DataFrame) -> pl.DataFrame:
    """The keys that several mentions have: row and key, a number; the surest of each mention first."""
    word = pl.when(~pl.col("event_type").is_in(DEEDS)).then("lemma").alias("word")
    numbered = mentions.with_row_index("_row").with_columns(word)
    within = pl.col("end_latest") - pl.col("begin_earliest") <= CLOSE
    ends = pl.col("begin_earliest") // _SPELL, pl.col("end_latest") // _SPELL + 1
    close = numbered.filter(within & pl.col("known").is_null()).with_columns(spell=pl.int_ranges(*ends))
    texts = close["names"].drop_nulls().unique()
    of_text = pl.Series("name", [_named(text).keys for text in texts], pl.List(pl.String))
    words = texts.to_frame().with_columns(of_text).explode("name")
    named = close.join(words, on="names", maintain_order="left_right")
    placed = close.filter(pl.col("place").is_not_null())
    parts = (
        ("story", numbered, ("story_id", "lemma")),
        ("item", numbered, ("article_id", "word")),
        ("name", named.explode("spell"), ("word", "name", "spell")),
        ("place", placed.explode("spell"), ("word", "place", "spell")),
    )
    keys = [
        frame.select("_row", key=pl.struct(pl.lit(what), "event_type", *columns).hash())
        for what, frame, columns in parts
    ]
    return pl.concat(keys).filter(pl.len().over("key") > 1).sort("_row", maintain_order=True)


_READ = ("event_type", "story_id", "article_id", "mode", "lemma", "is_noun", "place", "country", *SIDES)


def _read(mentions: pl.DataFrame, keyed: pl.DataFrame) -> Iterator[tuple[int, _Mention, int | None, list[int]]]:
    """The mentions that others may be of one event with: row, what it says, number of its cluster if known, keys."""
    rows = (
        mentions.with_row_index("_row")
        .join(keyed.group_by("_row").agg("key"), on="_row", how="left", maintain_order="left")
        .filter(pl.col("key").is_not_null() | pl.col("known").is_not_null())
        .select(*_READ, "names", "_row", "known", "key")
    )
    for *described, begin, begin_latest, end_earliest, end, names, row, known, keys in rows.iter_rows():
        named = _NOBODY if names is None else _named(names)
        mention = _Mention._make(
            (*described, (begin, begin_latest), (end_earliest, end), named.actor, named.recipient)
        )
        yield row, mention, known, keys or []


_NOBODY = Named(frozenset(), frozenset(), ())


@lru_cache(maxsize=20_000)
def _named(names: str) -> Named:
    """What `names_of` tells."""
    words: defaultdict[str, set[str]] = defaultdict(set)
    for entry in names.split(_ENTRY):
        role, _, name = entry.partition(_FIELD)
        words[role].update(name.casefold().split())
    keys = tuple(role + _FIELD + word for role in sorted(words) for word in sorted(words[role]))
    return Named(frozenset(words["actor"]), frozenset(words["recipient"]), keys)


def _agree(one: _Mention, other: _Mention) -> bool:
    """Whether nothing that two mentions say speaks against their being of one event."""
    if one.mode and other.mode and one.mode != other.mode:
        return False
    if one.country and other.country and one.country != other.country:
        return False
    same_word = one.lemma == other.lemma
    if not same_word and one.event_type not in DEEDS:
        return False
    shared = 0
    for mine, theirs in ((one.actor, other.actor), (one.recipient, other.recipient)):
        if mine and theirs:
            if not (mine <= theirs or theirs <= mine):
                return False
            shared += 1
    if shared:
        return True
    if one.article_id == other.article_id:
        return one.is_noun or other.is_noun
    return same_word and (one.story_id == other.story_id or (one.place is not None and one.place == other.place))


def _in_order(bounds: Bounds) -> bool:
    return bounds[0] is None or bounds[1] is None or bounds[0] <= bounds[1]


def _common(one: Bounds, other: Bounds) -> Bounds:
    """The time that two pairs of bounds have in common."""
    (begin, end), (other_begin, other_end) = one, other
    if begin is None or (other_begin is not None and other_begin > begin):
        begin = other_begin
    if end is None or (other_end is not None and other_end < end):
        end = other_end
    return begin, end
