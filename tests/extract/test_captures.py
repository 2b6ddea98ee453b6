"""Manifests and claims."""

import datetime as dt
from pathlib import Path
from typing import get_args

import polars as pl
import pytest

from etl.extract import captures
from etl.extract.captures import ManifestError
from etl.schema.frames import polars_schema
from etl.schema.raw import CLAIMS, Capture, CaptureBasis

NOW = dt.datetime(2026, 2, 1, 12, tzinfo=dt.UTC)
AT = dt.datetime(2026, 1, 31, 8, 15, tzinfo=dt.UTC)
DOCUMENTS = pl.DataFrame({"document_id": ["1", "2", "3"], "source_uri": ["a.txt", "b/c.txt", "a.txt"]})


def manifest(folder: Path, content: str | bytes) -> Path:
    path = folder / "captures.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_both_forms_and_the_basis(tmp_path: Path) -> None:
    path = manifest(
        tmp_path,
        "\ufeffsource_uri,captured_at,captured_earliest,captured_latest,basis\r\n"
        "a.txt,2026-01-31T09:15:00+01:00,,,\r\n"
        '"b,c.txt",,2026-01-31T08:15:00Z,2026-01-31T08:16:00Z,header\r\n'
        "d.txt,,,2026-01-31T08:15Z,inferred\r\n",
    )
    assert captures.read_manifest(path).rows() == [
        ("a.txt", AT, AT, "manifest", "captures.csv"),
        ("b,c.txt", AT, AT + dt.timedelta(minutes=1), "header", "captures.csv"),
        ("d.txt", None, AT, "inferred", "captures.csv"),
    ]


def test_a_header_alone_claims_nothing(tmp_path: Path) -> None:
    frame = captures.read_manifest(manifest(tmp_path, "source_uri,captured_at\n"))
    assert frame.height == 0
    assert captures.claims(frame, DOCUMENTS, asserted_at=NOW).schema == polars_schema(Capture)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "holds no text"),
        (b"\x00\x01\x02\x03", "control characters"),
        ("source_uri,captured_at\ncaf\xe9.txt,2026-01-31T08:15Z\n".encode("cp1252"), "not UTF-8"),
        (b"source_uri\x81,captured_at\n", "byte 10: not utf-8"),
        ("a.txt,2026-01-31T08:15Z\n", "line 1: no column source_uri"),
        ("captured_at\n", "line 1: no column source_uri"),
        ("source_uri,captured_at,colour\n", "line 1: unknown column 'colour'"),
        ("source_uri,source_uri,captured_at\n", "line 1: a column stands twice"),
        ("source_uri,basis\na.txt,manifest\n", "line 1: no time"),
        ("source_uri,captured_at\na.txt,\n", "line 2: no time"),
        ("source_uri,captured_at\n,2026-01-31T08:15Z\n", "line 2, column source_uri: empty"),
        ("source_uri,captured_at\na.txt\n", "line 2: not as many fields"),
        ("source_uri,captured_at\na.txt,2026-01-31T08:15Z,x\n", "line 2: not as many fields"),
        (
            "source_uri,captured_at\na.txt,2026-01-31T08:15Z\nb.txt,2026-01-31T08:15\n",
            "line 3, column captured_at: '2026-01-31T08:15' is without an offset",
        ),
        ("source_uri,captured_at\na.txt,gisteren\n", "line 2, column captured_at: 'gisteren' is not ISO 8601"),
        ("source_uri,captured_at\na.txt,2026-13-31T08:15Z\n", "is not ISO 8601"),
        (
            "source_uri,captured_earliest,captured_latest\na.txt,2026-01-31T08:15Z,2026-01-31T08:14Z\n",
            "line 2, column captured_earliest: later than captured_latest",
        ),
        (
            "source_uri,captured_at,captured_latest\na.txt,2026-01-31T08:15Z,2026-01-31T08:15Z\n",
            "line 2: captured_at and bounds",
        ),
        ("source_uri,captured_at,basis\na.txt,2026-01-31T08:15Z,guess\n", "line 2, column basis: unknown 'guess'"),
        ('source_uri,captured_at\n"a.txt"x,2026-01-31T08:15Z\n', "line 2: not CSV"),
    ],
)
def test_errors_name_place_and_remedy(tmp_path: Path, content: str | bytes, says: str) -> None:
    path = manifest(tmp_path, content)
    with pytest.raises(ManifestError) as error:
        captures.read_manifest(path)
    assert str(error.value).startswith(str(path))
    assert says in str(error.value)
    assert ": " in str(error.value).removeprefix(str(path))


def test_a_time_far_off_is_an_error_of_its_line(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="line 2, column captured_at"):
        captures.read_manifest(manifest(tmp_path, "source_uri,captured_at\na.txt,0001-01-01T00:00:00+10:00\n"))


def test_claims_are_joined_on_the_source(tmp_path: Path) -> None:
    lines = "source_uri,captured_at\na.txt,2026-01-31T08:15Z\na.txt,2026-01-31T09:15+01:00\nx.txt,2026-01-31T08:15Z\n"
    rows = captures.read_manifest(manifest(tmp_path, lines))
    claims = captures.claims(rows, DOCUMENTS, asserted_at=NOW)
    assert claims.schema == polars_schema(Capture)
    assert claims["document_id"].to_list() == ["1", "3"]  # two documents of one name, the same claim twice
    assert all(Capture.model_validate(row) for row in claims.to_dicts())
    assert captures.unmatched(rows, DOCUMENTS) == ["x.txt"]


def test_a_later_line_is_another_claim(tmp_path: Path) -> None:
    lines = "source_uri,captured_at\na.txt,2026-01-31T08:15Z\na.txt,2026-01-31T08:20Z\n"
    rows = captures.read_manifest(manifest(tmp_path, lines))
    assert captures.claims(rows, DOCUMENTS, asserted_at=NOW).height == 4


def test_the_same_claim_later_is_the_same_row() -> None:
    first = captures.operator_claim(DOCUMENTS, AT, asserted_at=NOW)
    later = captures.operator_claim(DOCUMENTS, AT.astimezone(dt.timezone(dt.timedelta(hours=1))), asserted_at=AT)
    other = captures.operator_claim(DOCUMENTS, NOW, asserted_at=NOW)
    assert first["capture_id"].to_list() == later["capture_id"].to_list()
    assert not set(first["capture_id"]) & set(other["capture_id"])
    assert first["basis"].to_list() == ["operator"] * 3
    assert first["captured_earliest"].to_list() == first["captured_latest"].to_list() == [AT] * 3


@pytest.mark.parametrize(
    ("written", "known_as"),
    [
        ("a.txt", "a.txt"),
        ("/archive/b/c.txt", "b/c.txt"),
        ("./pages/a.txt", "a.txt"),
        ("c.txt", None),
        ("aa.txt", None),
        ("a.txt/", None),
    ],
)
def test_a_source_may_be_named_by_its_path(tmp_path: Path, written: str, known_as: str | None) -> None:
    rows = captures.read_manifest(manifest(tmp_path, f"source_uri,captured_at\n{written},2026-01-31T08:15Z\n"))
    expected = DOCUMENTS.filter(pl.col("source_uri") == known_as)["document_id"].to_list() if known_as else []
    assert captures.claims(rows, DOCUMENTS, asserted_at=NOW)["document_id"].to_list() == expected
    assert captures.unmatched(rows, DOCUMENTS) == ([] if known_as else [written])


@pytest.mark.parametrize(
    ("earliest", "latest", "why"),
    [
        (AT, AT, None),
        (None, NOW + dt.timedelta(days=9), None),  # only says that it was captured
        (NOW + dt.timedelta(seconds=1), None, "read in before"),
        (NOW + dt.timedelta(days=1), NOW + dt.timedelta(days=2), "read in before"),
        (AT, AT - dt.timedelta(hours=1), "end before"),
    ],
)
def test_a_claim_that_cannot_be_says_why(earliest: dt.datetime | None, latest: dt.datetime | None, why: str) -> None:
    found = captures.impossible(earliest, latest, NOW)
    assert (why in found) if why and found else found == why


def test_a_claim_made_anew_after_another_is_a_new_row() -> None:
    first, known, renewed = (
        captures.assertion("1", AT, AT, "operator", asserted_by="a", asserted_at=NOW, is_renewed=is_renewed)
        for is_renewed in (False, False, True)
    )
    assert first.equals(known)
    assert first["capture_id"].item() != renewed["capture_id"].item()


@pytest.mark.parametrize("basis", get_args(CaptureBasis))
def test_a_claim_is_trusted_as_its_basis_is(basis: str) -> None:
    said = captures.claim("1", AT, AT, basis, "someone", NOW)
    assert said["confidence"] == CLAIMS[basis][0]
