"""Which mentions tell one event, across items and pages.

What belongs here: putting mentions together by type, names, place, bounds and wording. What does not: finding them
(`code`), dating them (`etl.transform.anchors`), and which of a build's are looked at (`etl.warehouse.clusters`). A
mention joins a cluster only where the bounds of all its mentions still have a time in common, so that the
intersection of their bounds is the event's.

Mentions are taken in order, those of the tightest bounds first, and each is compared with the clusters that share a
key with it: what it must have in common with one of their mentions, be it names, place, item or story, with the time
and, where it must be the same, the word. So it is compared with few, however many there are. The close ones, with
bounds of `CLOSE` or less, are put together first and by themselves, and time is part of all their keys: the same
words may tell of a day in each of ten years. What comes after them has bounds too wide for that, and is tied by its
item and its story alone.
"""

from array import array
from collections import defaultdict
from functools import lru_cache
from typing import NamedTuple

import numpy as np
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

_FIELD, _ENTRY = "\x1f", "\x1e"  # between a role and a name, and between two such


class Named(NamedTuple):
    """Who took part, by the words of their names."""

    actor: frozenset[str]
    recipient: frozenset[str]
    keys: tuple[str, ...]
    """Roles with words, in order."""


class _Told:
    """What mentions say, a column each: some 150 bytes a mention, however many there are."""

    def __init__(self, mentions: pl.DataFrame) -> None:
        same = {name: _as_numbers(mentions[name]) for name in ("mode", "country", "lemma", "place")}
        self.mode, self.country, self.lemma, self.place = same.values()
        self.story, self.article = _as_numbers(mentions["story_id"]), _as_numbers(mentions["article_id"])
        self.is_noun = _array("b", mentions["is_noun"].fill_null(False))
        self.is_deed = _array("b", mentions["event_type"].is_in(DEEDS))
        texts = mentions.select(pl.col("names").unique(maintain_order=True)).with_row_index("who")
        self.who = mentions.select("names").join(
            texts, on="names", how="left", maintain_order="left", nulls_equal=True
        )["who"]
        self._texts: list[str | None] = texts["names"].to_list()
        self._named: list[Named | None] = [None] * len(self._texts)
        """Of those that were compared: a kilobyte each, and most are named once."""
        keys = [() if text is None else _named(text).keys for text in self._texts]
        # of a list of lists Polars would make a series each
        self.words = pl.DataFrame(
            {
                "who": np.repeat(texts["who"].to_numpy(), [len(words) for words in keys]),
                "name": pl.Series([word for words in keys for word in words], dtype=pl.String).hash(),
            }
        )
        """who and name, a number: each word of each that takes part in an event."""
        self._of = _array("i", self.who)

    def _names(self, one: int) -> Named:
        """Who took part in a mention."""
        who = self._of[one]
        named = self._named[who]
        if named is None:
            text = self._texts[who]
            named = self._named[who] = _NOBODY if text is None else _named(text)
        return named

    def agree(self, one: int, other: int) -> bool:
        """Whether nothing that two mentions say speaks against their being of one event."""
        mode, other_mode = self.mode[one], self.mode[other]
        if mode and other_mode and mode != other_mode:
            return False
        country, other_country = self.country[one], self.country[other]
        if country and other_country and country != other_country:
            return False
        same_word = self.lemma[one] == self.lemma[other]
        if not same_word and not self.is_deed[one]:
            return False
        names, other_names = self._names(one), self._names(other)
        shared = 0
        for mine, theirs in (
            (names.actor, other_names.actor),
            (names.recipient, other_names.recipient),
        ):
            if mine and theirs:
                if not (mine <= theirs or theirs <= mine):
                    return False
                shared += 1
        if shared:
            return True
        if self.article[one] == self.article[other]:
            return bool(self.is_noun[one] or self.is_noun[other])
        place = self.place[one]
        return same_word and (self.story[one] == self.story[other] or bool(place and place == self.place[other]))


class _Clusters:
    """What mentions are in so far, each called by the row of its first.

    Those of a key hang on each other, the last first: 4 bytes a key, and 8 for each cluster that has it.
    """

    def __init__(self, told: _Told, mentions: pl.DataFrame, n_keys: int) -> None:
        self._told = told
        self._last = array("i", [-1]) * n_keys
        self._number, self._before = array("i"), array("i")
        self._members: dict[int, list[int]] = {}
        # of each mention; what a cluster's have in common stands at its first
        least, most = pl.col("begin_earliest", "end_earliest"), pl.col("begin_latest", "end_latest")
        sides = mentions.select(least.fill_null(_EVER_BEFORE), most.fill_null(_EVER_AFTER))
        begin_least, begin_most, end_least, end_most = (_array("q", sides[side]) for side in SIDES)
        self._begin, self._end = (begin_least, begin_most), (end_least, end_most)

    def put(self, key: int, number: int, *, is_new: bool) -> None:
        """Put a cluster under a key, unless it is there, as one that is new cannot be."""
        if is_new or not self._has(key, number):
            self._number.append(number)
            self._before.append(self._last[key])
            self._last[key] = len(self._number) - 1

    def _has(self, key: int, number: int) -> bool:
        at = self._last[key]
        for _ in range(_MOST_CLUSTERS):
            if at < 0:
                return False
            if self._number[at] == number:
                return True
            at = self._before[at]
        return False

    def taking(self, keys: "array[int]", row: int) -> int:
        """The first cluster that a mention can be of: of its surest key the last that came, and so on; or its own."""
        (begins, begins_by), (ends, ends_by) = self._begin, self._end
        begin, begin_by, end, end_by = begins[row], begins_by[row], ends[row], ends_by[row]
        numbers, before = self._number, self._before
        for key in keys:
            at = self._last[key]
            for _ in range(_MOST_CLUSTERS):
                if at < 0:
                    break
                number = numbers[at]
                at = before[at]
                # most fail here: they have no time in common
                if begins[number] <= end_by and begin <= ends_by[number] and self._agrees(number, row):
                    least, most = max(begin, begins[number]), min(end_by, ends_by[number])
                    if least <= min(begin_by, begins_by[number]) and max(end, ends[number]) <= most:
                        return number
        return row

    def _agrees(self, number: int, row: int) -> bool:
        """Whether nothing that a cluster's mentions say speaks against another's being of it."""
        for known in self._members.get(number, (number,)):  # noqa: SIM110 - a generator takes twice as long
            if not self._told.agree(known, row):
                return False
        return True

    def add(self, number: int, row: int) -> None:
        """Put a mention into a cluster."""
        if row == number:
            return
        members = self._members.setdefault(number, [number])
        if len(members) < _MOST:
            members.append(row)
        for least, most in (self._begin, self._end):
            least[number], most[number] = max(least[number], least[row]), min(most[number], most[row])


def cluster(
    events: pl.DataFrame, participants: pl.DataFrame, locations: pl.DataFrame, clocks: pl.DataFrame
) -> pl.DataFrame:
    """Say which mentions tell one event.

    Args:
        events: core.events with bounds.
        participants: core.event_participants.
        locations: core.locations, at least location_id and country_code.
        clocks: core.anchors with bounds, at least anchor_id and latest.

    Returns:
        event_id, cluster_id: one row a mention; the cluster is called after the mention told first (`first_told`).
        One that is negated or not told to have happened is alone.
    """
    is_placed = pl.col("location_basis").is_in(PLACED)
    told = (
        events.filter((pl.col("polarity") == "POS") & pl.col("modality").is_in(TOLD))
        .join(locations.select("location_id", "country_code"), on="location_id", how="left")
        .join(clocks.select("anchor_id", told_by="latest"), on="anchor_id", how="left")
        .with_columns(pl.col(*SIDES).dt.epoch("us"))
        .sort(width(), "event_id")
        .select(
            *("event_id", "event_type", "story_id", "article_id", "mode", *SIDES, "told_by"),
            lemma="trigger_lemma",
            is_noun=pl.col("tense") == "NONE",
            place=pl.when(is_placed).then("location_id"),
            country=pl.when(is_placed).then("country_code"),
            known=pl.lit(None, pl.Int64),
        )
    )
    names = participants.filter(pl.col("role") != "attribution").group_by("event_id").agg(names=names_of())
    mentions = told.join(names, on="event_id", how="left", maintain_order="left")
    found = mentions.select("event_id", "told_by", _number=gather(mentions)).select(
        "event_id", cluster_id=first_told().over("_number")
    )
    return (
        events.select("event_id")
        .join(found, on="event_id", how="left", maintain_order="left")
        .select("event_id", cluster_id=pl.coalesce("cluster_id", "event_id"))
    )


def first_told() -> pl.Expr:
    """What a cluster is called after: the event_id of the mention that was told first, at the latest it can be.

    So an event keeps its name when it is told again. Of those told together it is the least; told_by is the upper
    bound of the clock that a mention hangs on.
    """
    return pl.col("event_id").sort_by("told_by", "event_id", nulls_last=True).first()


def width() -> pl.Expr:
    """How wide the bounds of an event are, in microseconds; the most where they are open."""
    return (pl.col("end_latest") - pl.col("begin_earliest")).fill_null(pl.lit(2**63 - 1, pl.Int64))


def names_of() -> pl.Expr:
    """The roles and names of those who took part in one event, as one text; NULL where none is named."""
    named = name_of().drop_nulls()
    return pl.when(named.len() > 0).then(named.str.join(_ENTRY))


def name_of() -> pl.Expr:
    """The same of each by itself, who is the only one."""
    return pl.concat_str("role", "name", separator=_FIELD)


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
    if mentions.is_empty():
        return pl.Series(dtype=pl.Int64)
    n_close = mentions.select(_is_close().sum()).item()
    if 0 < n_close < mentions.height:
        close = gather(mentions.head(n_close))
        return gather(mentions.with_columns(known=close.extend_constant(None, mentions.height - n_close)))
    told = _Told(mentions)
    first, keys, n_keys = _keys(mentions, told)
    clusters = _Clusters(told, mentions, n_keys)
    found = array("q", range(mentions.height))
    by_known: dict[int, int] = {}
    known = mentions["known"].fill_null(_UNKNOWN)
    has_keys = pl.Series(np.diff(np.frombuffer(first, np.int32)) > 0)
    # the others are alone
    asked = ((known != _UNKNOWN) | has_keys).arg_true()
    for row, number in zip(_array("q", asked), _array("q", known.gather(asked)), strict=True):
        mine = keys[first[row] : first[row + 1]]
        own = clusters.taking(mine, row) if number == _UNKNOWN else by_known.setdefault(number, row)
        clusters.add(own, row)
        found[row] = own
        for key in mine:
            clusters.put(key, own, is_new=own == row)
    return pl.Series(np.frombuffer(found, np.int64))


_UNKNOWN = -1
_EVER_BEFORE, _EVER_AFTER = -(2**63), 2**63 - 1
"""Stand for bounds that are not known, or open."""
_AT_ONCE = 20_000
"""Mentions whose keys are made at once."""


def _array(kind: str, values: pl.Series) -> "array[int]":
    """Numbers, of which one is read faster than from numpy."""
    made: array[int] = array(kind)
    made.frombytes(values.to_numpy().astype(kind).tobytes())
    return made


def _as_numbers(values: pl.Series) -> "array[int]":
    """What is the same has the same number; 0 for NULL and an empty text."""
    if values.dtype == pl.String:
        values = values.set(values == "", None)
    hashed = values.hash().set(values.is_null(), 0)
    return _array("q", hashed.reinterpret(signed=True))


def _keys(mentions: pl.DataFrame, told: _Told) -> "tuple[array[int], array[int], int]":
    """The keys that several mentions have, numbered: where those of each row begin, the keys, and how many there are.

    The surest of each mention stands first.
    """
    numbered = mentions.select(*_OF_KEYS).with_columns(told.who).with_row_index("row")
    parts = [_keys_of(part, told.words) for part in numbered.iter_slices(_AT_ONCE)]
    rows, hashed = [np.concatenate([part[name].to_numpy() for part in parts]) for name in ("row", "key")]
    in_order = np.sort(hashed)
    shared = np.unique(in_order[1:][in_order[1:] == in_order[:-1]])
    # what stands before all is none of them
    keys = np.searchsorted(shared, hashed, side="right") - 1
    is_shared = np.append(shared, 0)[keys] == hashed
    is_shared &= keys >= 0
    first = np.searchsorted(rows[is_shared], np.arange(mentions.height + 1))
    return _array("i", pl.Series(first)), _array("i", pl.Series(keys[is_shared])), len(shared)


_OF_KEYS = ("event_type", "story_id", "article_id", "lemma", "place", "begin_earliest", "end_latest", "known")


def _keys_of(mentions: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """The keys of some mentions: row and key, a number; the surest of each mention first."""
    word = pl.when(~pl.col("event_type").is_in(DEEDS)).then("lemma").alias("word")
    ends = pl.col("begin_earliest") // _SPELL, pl.col("end_latest") // _SPELL + 1
    spells = pl.when(_is_close()).then(pl.int_ranges(*ends)).otherwise([None])
    told = mentions.with_columns(word, spell=spells).explode("spell")
    close = told.filter(pl.col("spell").is_not_null())
    named = close.join(words, on="who", maintain_order="left_right")
    placed = close.filter(pl.col("place").is_not_null())
    parts = (
        ("story", told, ("story_id", "lemma", "spell")),
        ("item", told, ("article_id", "word", "spell")),
        ("name", named, ("word", "name", "spell")),
        ("place", placed, ("word", "place", "spell")),
    )
    keys = [
        frame.select("row", key=pl.struct(pl.lit(what), "event_type", *columns).hash())
        for what, frame, columns in parts
    ]
    return pl.concat(keys).sort("row", maintain_order=True)


def _is_close() -> pl.Expr:
    """Which are put together by themselves first."""
    return (width() <= CLOSE) & pl.col("known").is_null()


_NOBODY = Named(frozenset(), frozenset(), ())


@lru_cache(maxsize=20_000)
def _named(names: str) -> Named:
    """What `names_of` tells."""
    words: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for entry in names.split(_ENTRY):
        role, _, name = entry.partition(_FIELD)
        words[role] |= _words(name)
    keys = tuple(role + _FIELD + word for role in sorted(words) for word in sorted(words[role]))
    return Named(words["actor"], words["recipient"], keys)


@lru_cache(maxsize=20_000)
def _words(name: str) -> frozenset[str]:
    return frozenset(name.casefold().split())
