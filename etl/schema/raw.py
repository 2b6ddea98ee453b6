"""`raw`: documents as received, and what is claimed about when they were captured."""

import datetime as dt
from collections.abc import Mapping
from typing import Literal

from etl.schema.base import Row, column

CaptureBasis = Literal["warc", "header", "feed", "manifest", "filename", "operator", "inferred", "unknown"]
"""What a capture claim rests on, strongest first: the newest claim of the strongest basis wins."""
CLAIMS: Mapping[str, tuple[float, str]] = {
    "warc": (0.92, "written by the crawler as it fetched"),
    "header": (0.92, "written by the server as it answered"),
    "feed": (0.92, "written by the site as it made the feed"),
    "manifest": (0.9, "written by a program beside the files; some clocks are wrong, some zones left out"),
    "operator": (0.9, "said by someone who knows, by hand"),
    "filename": (0.7, "may be the time of another thing, and tells no zone"),
    "inferred": (0.6, "from what lies beside it"),
    "unknown": (0.5, "nobody says"),
}
"""Trust in a claim by its basis, and why so much."""

DocumentKind = Literal["page", "text"]


class Document(Row, table="raw.documents", key=("document_id",)):
    """One row per document received. The text is kept as it came, decoded; every span counts in its code points."""

    document_id: str = column("hash of source, intrinsic capture time and content")
    source_uri: str = column("where it came from: for files, the path below the folder that was named")
    source_kind: str = column("format of the source: text, html, warc, feed …")
    kind: DocumentKind = column("page: many items and stamps on it; text: the whole is one article")
    media_type: str = column("media type of the source (RFC 6838)")
    encoding: str = column("character encoding it was decoded with")
    content_sha256: str = column(
        "SHA-256 of the bytes as received (of an entry in a larger file: its fields), in hex"
    )
    text: str = column("the text, line ends as \\n")
    n_chars: int = column("length of the text in code points", ge=1)
    repairs: str | None = column(
        "mojibake that was put right in the text: what and how often; NULL where nothing was"
    )
    language: str = column("ISO 639-1 code of the text, und where it is not known")
    published_earliest: dt.datetime | None = column("publication time the source itself states: lower bound")
    published_latest: dt.datetime | None = column("publication time the source itself states: upper bound")
    stated_headline: str | None = column("headline the source itself states in a field of its own")
    stated_dateline: str | None = column("dateline the source itself states")
    stated_location: str | None = column("place of writing the source itself states")
    stated_credit: str | None = column("credit line or information source the source itself states")
    item_uri: str | None = column("identifier the source gives the item, where it numbers its revisions")
    item_version: int | None = column("number of the revision the source states; a later one has a greater", ge=0)
    crawl_uri: str | None = column("archive that a crawler wrote the page into, one after the other")
    crawl_number: int | None = column("number of the page's record in that archive", ge=1)
    ingested_at: dt.datetime = column("when Dateline first received it; an upper bound of every capture")
    run_id: str = column("the run that received it")


class Capture(Row, table="raw.captures", key=("capture_id",)):
    """One row per claim about when a document was captured. Append-only: a claim is never changed or removed."""

    capture_id: str = column("hash of the claim")
    document_id: str = column("the document it speaks of", references="raw.documents")
    captured_earliest: dt.datetime | None = column("lower bound of the capture")
    captured_latest: dt.datetime | None = column("upper bound of the capture")
    basis: CaptureBasis = column("what the claim rests on, strongest first: see CaptureBasis")
    confidence: float = column("trust in the claim, 0 to 1", ge=0, le=1)
    asserted_by: str = column("who or what says so: the manifest's name, the operator, the format")
    asserted_at: dt.datetime = column("when the claim was made")
