"""`ops`: what runs did, what they could not take, and what the checks found."""

import datetime as dt
from typing import Literal

from etl.schema.base import Row, column

AgeHabit = Literal["cut", "rounded"]


class Run(Row, table="ops.runs", key=("run_id",)):
    """One row per run that finished its load."""

    run_id: str = column("Dagster's run id")
    started_at: dt.datetime = column("start of the run")
    ended_at: dt.datetime = column("end of the load")
    n_read: int = column("documents read", ge=0)
    n_loaded: int = column("documents new to the warehouse", ge=0)
    n_known: int = column("documents known already with the same content", ge=0)
    n_rejected: int = column("sources not taken", ge=0)
    n_transformed: int = column("documents whose text was read by the transform in this run", ge=0)
    n_renewed: int = column("of these, documents that had been read before, by other rules", ge=0)
    n_claims: int = column("capture claims added", ge=0)
    n_events_moved: int = column("events whose bounds changed in the anchor step", ge=0)
    n_bounds_gained: int = column("bounds of clocks known before the run that it gave where there was none", ge=0)
    n_bounds_moved: int = column("bounds of clocks that the run gave another value", ge=0)
    moved_s: int = column("seconds that these moved, the median", ge=0)
    moved_most_s: int = column("seconds that these moved, the most", ge=0)


class Reject(Row, table="ops.rejects", key=("reject_id",)):
    """One row per thing that was not taken, with the reason and the remedy."""

    reject_id: str = column("hash of source, stage, reason and detail")
    source_uri: str = column("the file, line or record")
    stage: str = column("the step that refused it: extract, captures, transform, load")
    reason: str = column("short code of the reason, for counting")
    detail: str = column("what was wrong, where, and what to do about it")
    rejected_at: dt.datetime = column("when it was first refused")


class File(Row, table="ops.files", key=("file_id",)):
    """One row per file that was read whole and of which nothing was refused: one that is the same is passed over."""

    file_id: str = column("hash of its name, its bytes, and of what reads it: columns, limits, code")
    n_documents: int = column("documents that it gave", ge=0)
    n_chars: int = column("characters of these", ge=0)


class Transformed(Row, table="ops.transformed", key=("document_id",)):
    """One row per document whose rows stand in core, with the version of the transform that made them."""

    document_id: str = column("the document", references="raw.documents")
    transform_version: str = column("hash of the rules and data, for its language, that made its rows")
    run_id: str = column("the run that made them")


class BodySketch(Row, table="ops.body_sketches", key=("body_sha256",)):
    """One row per distinct body of ten words or more: what finds those nearly the same, and the story they share."""

    body_sha256: str = column("SHA-256 of the body with white space folded")
    story_id: str = column("the story it tells: the hash of the first of the bodies that are nearly the same")
    bands: list[int] = column(
        "sketch of its words, in sixteen numbers: bodies that are nearly the same share one at the same place"
    )
    is_compared: bool = column("whether it was compared with the others: false until the run that brings it ends")


class LakeDay(Row, table="ops.lake_days", key=("uri", "table_name", "day")):
    """One row per day of a table that was written to a lake, as it was written last."""

    uri: str = column("the lake")
    table_name: str = column("the table, with its schema")
    day: str = column("day on which the documents were ingested, or none for rows of no one document")
    fingerprint: str = column("number and hash of the rows: a day that has it still is not written again")


class Anchored(Row, table="ops.anchored", key=("document_id",)):
    """One row per document whose clocks were solved, with what they were solved from."""

    document_id: str = column("the document", references="raw.documents")
    capture_id: str | None = column("the capture claim that decided; NULL where there was none")
    is_stale: bool = column("whether it is to be solved again, since a page that shares an item was read again, say")
    is_dated: bool = column("whether what hangs on its clocks has the bounds that follow")


class SiteHabit(Row, table="ops.site_habits", key=("site", "unit_s")):
    """One row per site and unit of its ages: whether it cuts them off or rounds them, as its own pages tell."""

    site: str = column("host of the site; empty for pages of which none is known")
    unit_s: int = column("the unit, in seconds", ge=1)
    n_cut: int = column("items on two pages whose ages fit a site that cuts and none that rounds", ge=0)
    n_rounded: int = column("items on two pages whose ages fit a site that rounds and none that cuts", ge=0)
    habit: AgeHabit | None = column("cut: 1 h 50 is 1 hour; rounded: it is 2; NULL: too few votes, or at odds")


class Conflict(Row, table="ops.conflicts", key=("conflict_id",)):
    """One row per piece of evidence on a clock that contradicts what is trusted more, and was set aside."""

    conflict_id: str = column("kind of evidence, the clock and what it is measured from")
    document_id: str = column("the document whose clock it speaks of")
    anchor_id: str = column("the clock")
    kind: str = column("kind of evidence: claim, relative_stamp, same_item …")
    confidence: float = column("trust in it, 0 to 1", ge=0, le=1)
    says: str = column("what it says, in words")
    excess_s: float = column("seconds by which the cycle contradicts itself", ge=0)
    cycle: list[str] = column("the contradiction in words: constraints around a cycle, of which not all can be true")


class CheckResult(Row, table="ops.checks", key=("check_name",)):
    """One row per data check, as it stood when its table was last checked."""

    check_name: str = column("the check: table, column, rule")
    table_name: str = column("the table or view it speaks of, with its schema")
    kind: str = column(
        "unique, not_null, accepted_values, relationships, conservation, bounds, conflicts or singular"
    )
    is_passed: bool = column("whether it held")
    severity: str = column("error: blocks publication; warn: does not")
    n_failed: int = column("rows that break it", ge=0)
    detail: str | None = column("an example of what breaks it")
    since_at: dt.datetime = column("when it first came out like this: a run that finds the same changes no row")
