"""Claims about when documents were captured: from a manifest, or from the operator."""

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import polars as pl

from etl.extract import text
from etl.extract.records import RefusedError
from etl.schema.frames import polars_schema
from etl.schema.raw import CLAIMS, Capture, CaptureBasis

_COLUMNS = ("source_uri", "captured_at", "captured_earliest", "captured_latest", "basis")
_SCHEMA = pl.Schema(
    {
        "source_uri": pl.String(),
        "captured_earliest": pl.Datetime("us", "UTC"),
        "captured_latest": pl.Datetime("us", "UTC"),
        "basis": pl.String(),
        "asserted_by": pl.String(),
    }
)


class ManifestError(Exception):
    """A manifest that cannot be read: says the file, the line, the column and the remedy."""


def read_manifest(path: Path) -> pl.DataFrame:
    """Read a manifest: CSV with `source_uri`, `captured_at` or one or both of its bounds, and optionally `basis`.

    Times are ISO 8601 with an offset. Several lines may speak of one source: each is a claim.

    Returns:
        source_uri, captured_earliest, captured_latest, basis, asserted_by; one row a line, in order.

    Raises:
        ManifestError: it is not such a table.
        OSError: the system does not give the file.

    """
    try:
        content, encoding = text.decode(path.read_bytes(), str(path))
    except RefusedError as error:
        raise ManifestError(f"{error.detail}; a manifest is a CSV file in UTF-8") from None
    if encoding == "cp1252":
        raise ManifestError(f"{path}: not UTF-8: save it as UTF-8")
    reader = csv.DictReader(io.StringIO(content, newline=""), strict=True)
    try:
        _check_header(path, reader.fieldnames or ())
        rows = [_row(path, reader.line_num, line) for line in reader]
    except csv.Error as error:
        raise ManifestError(f"{path}, line {reader.reader.line_num}: not CSV ({error}): check the quotes") from None
    return pl.DataFrame(rows, schema=_SCHEMA, orient="row")


def is_manifest(path: Path) -> bool:
    """Whether a file is a CSV with the header of a manifest."""
    if path.suffix.lower() != ".csv":
        return False
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        return is_header(lines.readline(500).split(","))


def is_header(names: Sequence[str]) -> bool:
    """Whether the first line of a table is that of a manifest."""
    header = {name.strip() for name in names}
    return "source_uri" in header and header <= set(_COLUMNS)


def claims(manifest: pl.DataFrame, documents: pl.DataFrame, *, asserted_at: dt.datetime) -> pl.DataFrame:
    """Make the claims of a manifest on the documents it names.

    Args:
        manifest: from `read_manifest`.
        documents: document_id and source_uri of those that are known.
        asserted_at: when the claims are made.

    Returns:
        Rows of raw.Capture; of two lines that claim the same, one.

    """
    named = _as_known(manifest, documents)
    pairs = named.join(documents.select("document_id", "source_uri"), on="source_uri", maintain_order="left_right")
    return _frame(
        [
            claim(
                row["document_id"],
                row["captured_earliest"],
                row["captured_latest"],
                row["basis"],
                row["asserted_by"],
                asserted_at,
            )
            for row in pairs.iter_rows(named=True)
        ]
    )


def unmatched(manifest: pl.DataFrame, documents: pl.DataFrame) -> list[str]:
    """The sources that a manifest names and no document has, in order."""
    missing = _as_known(manifest, documents).join(documents, on="source_uri", how="anti", maintain_order="left")
    return missing["source_uri"].unique(maintain_order=True).to_list()


def _as_known(manifest: pl.DataFrame, documents: pl.DataFrame) -> pl.DataFrame:
    """The manifest with its sources named as the documents are.

    A document read from a folder is named by its path within that folder. Who writes `archive/2026/a.txt` means the
    document `2026/a.txt`, or else `a.txt`: the longest end of the path that is known.
    """
    known = set(documents["source_uri"])

    names = {
        uri: next((end for end in path_ends(uri) if end in known), uri) for uri in manifest["source_uri"].unique()
    }
    return manifest.with_columns(pl.col("source_uri").replace(names))


def path_ends(uri: str) -> list[str]:
    """A path, and what is left of it after each of its folders; the longest first."""
    parts = uri.split("/")
    return ["/".join(parts[i:]) for i in range(len(parts))]


def operator_claim(documents: pl.DataFrame, instant: dt.datetime, *, asserted_at: dt.datetime) -> pl.DataFrame:
    """Claim that all these documents were captured at one instant, because whoever runs Dateline says so.

    Args:
        documents: frame with document_id.
        instant: with offset.
        asserted_at: when the claim is made.

    """
    ids = documents["document_id"].to_list()
    return _frame([claim(name, instant, instant, "operator", "operator", asserted_at) for name in ids])


def assertion(
    document_id: str,
    earliest: dt.datetime | None,
    latest: dt.datetime | None,
    basis: str,
    *,
    asserted_by: str,
    asserted_at: dt.datetime,
    is_renewed: bool,
) -> pl.DataFrame:
    """One claim by whoever runs Dateline on one document.

    Args:
        document_id: the document.
        earliest: lower bound of the capture.
        latest: upper bound.
        basis: what it rests on.
        asserted_by: who says so.
        asserted_at: when the claim is made.
        is_renewed: the same claim was made before and another has come since: it is made anew, as the newest.
    """
    again = asserted_at.isoformat() if is_renewed else ""
    return _frame([claim(document_id, earliest, latest, basis, asserted_by, asserted_at, again)])


def impossible(earliest: dt.datetime | None, latest: dt.datetime | None, ingested_at: dt.datetime) -> str | None:
    """Why a page cannot have been captured then; None where it can."""
    if earliest and latest and earliest > latest:
        return f"it would begin at {earliest:%Y-%m-%d %H:%M:%S%z} and end before, at {latest:%Y-%m-%d %H:%M:%S%z}"
    if earliest and earliest > ingested_at:
        return (
            f"captured at {earliest:%Y-%m-%d %H:%M:%S%z} at the earliest, but it was read in before, at "
            f"{ingested_at:%Y-%m-%d %H:%M:%S%z}"
        )
    return None


def claim(
    document_id: str,
    earliest: dt.datetime | None,
    latest: dt.datetime | None,
    basis: str,
    asserted_by: str,
    asserted_at: dt.datetime,
    again: str = "",
) -> dict[str, Any]:
    """One row of raw.captures. Its id leaves out when it was made: the same claim again is the same row."""
    bounds = (moment.astimezone(dt.UTC).isoformat() if moment else "" for moment in (earliest, latest))
    parts = (document_id, *bounds, basis, asserted_by, *([again] if again else ()))
    digest = hashlib.blake2b("\0".join(parts).encode(), digest_size=16)
    return {
        "capture_id": digest.hexdigest(),
        "document_id": document_id,
        "captured_earliest": earliest,
        "captured_latest": latest,
        "basis": basis,
        "confidence": CLAIMS[basis][0],
        "asserted_by": asserted_by,
        "asserted_at": asserted_at,
    }


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=polars_schema(Capture)).unique("capture_id", keep="first", maintain_order=True)


def _check_header(path: Path, header: Sequence[str]) -> None:
    place = f"{path}, line 1"
    if "source_uri" not in header:
        raise ManifestError(f"{place}: no column source_uri: the first line names the columns: {', '.join(_COLUMNS)}")
    if unknown := [name for name in header if name not in _COLUMNS]:
        raise ManifestError(f"{place}: unknown column {unknown[0]!r}: there are {', '.join(_COLUMNS)}")
    if len(set(header)) < len(header):
        raise ManifestError(f"{place}: a column stands twice: name each once")
    if not {"captured_at", "captured_earliest", "captured_latest"} & set(header):
        raise ManifestError(f"{place}: no time: add captured_at, or captured_earliest and captured_latest")


def _row(path: Path, number: int, line: Mapping[Any, Any]) -> tuple[Any, ...]:
    """One line, checked: the values of `_SCHEMA`."""
    place = f"{path}, line {number}"
    if None in line or None in line.values():
        raise ManifestError(f"{place}: not as many fields as the first line names: check the commas")
    fields = {name: value.strip() for name, value in line.items()}
    if not fields["source_uri"]:
        raise ManifestError(f"{place}, column source_uri: empty: name the source as `raw.documents` does")
    at, earliest, latest = (_instant(place, name, fields.get(name, "")) for name in _COLUMNS[1:4])
    if at and (earliest or latest):
        raise ManifestError(f"{place}: captured_at and bounds: give one or the other")
    earliest, latest = (at, at) if at else (earliest, latest)
    if earliest is None and latest is None:
        raise ManifestError(f"{place}: no time: fill captured_at, or captured_earliest and captured_latest")
    if earliest and latest and earliest > latest:
        raise ManifestError(f"{place}, column captured_earliest: later than captured_latest: swap them")
    basis = fields.get("basis") or "manifest"
    if basis not in get_args(CaptureBasis):
        raise ManifestError(f"{place}, column basis: unknown {basis!r}: one of {', '.join(get_args(CaptureBasis))}")
    return fields["source_uri"], earliest, latest, basis, path.name


def _instant(place: str, column: str, value: str) -> dt.datetime | None:
    if not value:
        return None
    try:
        moment = dt.datetime.fromisoformat(value)
        if moment.tzinfo:
            return moment.astimezone(dt.UTC)
        wrong = "without an offset"
    except (ValueError, OverflowError):
        wrong = "not ISO 8601"
    raise ManifestError(f"{place}, column {column}: {value!r} is {wrong}: write it as 2026-01-31T09:15:00+01:00")
