"""Which mentions tell one event, across items and pages.

What belongs here: putting mentions together by type, names, place, bounds and wording. What does not: finding them
(`code`) and dating them (`etl.transform.anchors`). A mention joins a cluster only where the bounds of all its
mentions still have a time in common, so that the intersection of their bounds is the event's.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import polars as pl

from etl.transform import network

_TOLD = ("asserted", "reported", "alleged")
_CLOSE = dt.timedelta(days=8)
"""How wide the bounds of mentions in two stories may be, to be taken for one event."""
_DEED = frozenset({"RETREAT", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT", "AID"})
"""Types of what is done once to somebody; of the others the same word must be used."""
_MOST = 50  # clusters of one key that a mention is compared with: the last ones

Bounds = tuple[dt.datetime | None, dt.datetime | None]
"""Least and most; None: not known, or open."""


class _Mention(NamedTuple):
    event_id: str
    article_id: str
    story_id: str
    event_type: str
    mode: str | None
    lemma: str
    is_noun: bool
    place: str | None
    """Where the text says it was."""
    country: str | None
    begin: Bounds
    end: Bounds
    names: dict[str, frozenset[str]]
    """Words of the names of who took part, by role."""


class _Cluster:
    def __init__(self, mention: _Mention) -> None:
        self.first = mention.event_id
        self.begin: Bounds = (None, None)
        self.end: Bounds = (None, None)
        self.members: list[_Mention] = []
        self.add(mention)

    def add(self, mention: _Mention) -> None:
        self.members.append(mention)
        self.begin, self.end = _common(self.begin, mention.begin), _common(self.end, mention.end)
        self.first = min(self.first, mention.event_id)

    def takes(self, mention: _Mention) -> bool:
        """Whether a mention can be of this event."""
        begin, end = _common(self.begin, mention.begin), _common(self.end, mention.end)
        if not (_in_order(begin) and _in_order(end) and _in_order((begin[0], end[1]))):
            return False
        return all(_agree(known, mention) for known in self.members[:_MOST])


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
    where = events.join(
        locations.select("location_id", "country_code"), on="location_id", how="left", maintain_order="left"
    )
    names = _names(participants)
    clusters: list[_Cluster] = []
    by_key: dict[tuple[str, ...], list[_Cluster]] = defaultdict(list)
    for mention in sorted(_mentions(where, names), key=_tightest_first):
        keys = list(_keys(mention))
        own = next((c for key in keys for c in reversed(by_key[key][-_MOST:]) if c.takes(mention)), None)
        if own is None:
            own = _Cluster(mention)
            clusters.append(own)
        else:
            own.add(mention)
        for key in keys:
            if own not in by_key[key][-_MOST:]:
                by_key[key].append(own)
    of = {m.event_id: c.first for c in clusters for m in c.members}
    ids = events["event_id"].to_list()
    return pl.DataFrame(
        {"event_id": ids, "cluster_id": [of.get(i, i) for i in ids]},
        schema={"event_id": pl.String, "cluster_id": pl.String},
    )


def reach(events: pl.DataFrame, participants: pl.DataFrame, moved: pl.Series) -> pl.Series:
    """The mentions whose cluster may change when some get other bounds: all that are tied to them by what they share.

    Clusters are found among mentions that share a key, so mentions that no chain of keys ties to one that moved stay
    where they are. A key that hangs on bounds counts here whatever the bounds are.

    Args:
        events: event_id, article_id, story_id, event_type, trigger_lemma, polarity, modality, location_id,
            location_basis, begin_earliest and end_latest of core.events, of all types that moved.
        participants: event_id, role and name of core.event_participants.
        moved: event_id of those that are new or moved.

    Returns:
        event_id.
    """
    told = events.filter((pl.col("polarity") == "POS") & pl.col("modality").is_in(_TOLD)).with_row_index("node", 1)
    is_close = pl.col("end_latest") - pl.col("begin_earliest") <= _CLOSE
    close = told.filter(is_close | pl.col("event_id").is_in(moved.to_list()))
    names = participants["name"].drop_nulls().unique()
    split = pl.DataFrame(
        {"name": names, "word": [name.casefold().split() for name in names]},
        schema={"name": pl.String, "word": pl.List(pl.String)},
    )
    named = participants.filter(pl.col("role") != "attribution")
    words = close.join(named, on="event_id").join(split, on="name").explode("word")
    stated = close.filter(pl.col("location_basis").is_in(["stated", "carried"]) & pl.col("location_id").is_not_null())
    shared = [
        frame.select("node", key=pl.struct(pl.lit(kind), *columns).hash())
        for kind, frame, columns in (
            ("story", told, ("story_id", "event_type", "trigger_lemma")),
            ("article", told, ("article_id", "event_type")),
            ("name", words, ("event_type", "role", "word")),
            ("place", stated, ("event_type", "location_id")),
        )
    ]
    keyed = pl.concat(shared).with_columns(key=pl.col("key").rank("dense").cast(pl.Int64) + told.height)
    n_nodes = 1 + told.height + keyed["key"].n_unique()
    labels = network.components(n_nodes, keyed["node"].cast(pl.Int64).to_numpy(), keyed["key"].to_numpy())
    labelled = told.select("event_id", label=pl.Series(labels[1 : 1 + told.height]))
    touched = labelled.filter(pl.col("event_id").is_in(moved.to_list()))["label"].unique()
    tied = labelled.filter(pl.col("label").is_in(touched.to_list()))["event_id"]
    return pl.concat([tied, moved]).unique().sort()


def _names(participants: pl.DataFrame) -> dict[str, dict[str, frozenset[str]]]:
    """Words of the participants' names by event and role."""
    found: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    rows = participants.filter(pl.col("name").is_not_null() & (pl.col("role") != "attribution"))
    for event_id, role, name in rows.select("event_id", "role", "name").iter_rows():
        found[event_id][role] = found[event_id].get(role, frozenset()) | set(name.casefold().split())
    return found


def _mentions(events: pl.DataFrame, names: dict[str, dict[str, frozenset[str]]]) -> Iterator[_Mention]:
    told = events.filter((pl.col("polarity") == "POS") & pl.col("modality").is_in(_TOLD))
    stated = pl.col("location_basis").is_in(["stated", "carried"])
    rows = told.select(
        *("event_id", "article_id", "story_id", "event_type", "mode", "trigger_lemma", pl.col("tense") == "NONE"),
        *(pl.when(stated).then(pl.col(name)) for name in ("location_id", "country_code")),
        *("begin_earliest", "begin_latest", "end_earliest", "end_latest"),
    )
    nobody: dict[str, frozenset[str]] = {}
    for *described, begin_earliest, begin_latest, end_earliest, end_latest in rows.iter_rows():
        bounds = (begin_earliest, begin_latest), (end_earliest, end_latest)
        yield _Mention._make((*described, *bounds, names.get(described[0], nobody)))


def _tightest_first(mention: _Mention) -> tuple[Any, ...]:
    begin, end = mention.begin[0], mention.end[1]
    width = end - begin if begin and end else dt.timedelta.max
    return width, mention.event_id


def _keys(mention: _Mention) -> Iterator[tuple[str, ...]]:
    """What two mentions of one event have in common, the surest first."""
    kind = mention.event_type
    yield "story", mention.story_id, kind, mention.lemma
    yield "article", mention.article_id, kind
    begin, end = mention.begin[0], mention.end[1]
    if begin is None or end is None or end - begin > _CLOSE:
        return
    for role, words in sorted(mention.names.items()):
        for word in sorted(words):
            yield "name", kind, role, word
    if mention.place:
        yield "place", kind, mention.place


def _agree(one: _Mention, other: _Mention) -> bool:
    """Whether nothing that two mentions say speaks against their being of one event."""
    if one.mode and other.mode and one.mode != other.mode:
        return False
    if one.country and other.country and one.country != other.country:
        return False
    same_word = one.lemma == other.lemma
    if not same_word and one.event_type not in _DEED:
        return False
    shared = 0
    for role in ("actor", "recipient"):
        mine, theirs = one.names.get(role), other.names.get(role)
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
