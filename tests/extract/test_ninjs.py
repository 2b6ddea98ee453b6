"""ninjs of every version, of our own writing."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.extract.pages import AT, LEAD, refused, rows

ONE: dict[str, Any] = {
    "uri": "urn:a:1",
    "type": "text",
    "headline": "Brand in loods",
    "body_text": "\n".join(LEAD[:2]),
    "body_xhtml": f"<p>{LEAD[0]}</p><script>x()</script><p>{LEAD[1]}</p>",
    "versioncreated": "2026-01-31T09:15:00+01:00",
    "firstcreated": "2026-01-31T06:15:00+01:00",
    "located": "Assen",
    "copyrightholder": "ANP",
    "subject": [{"name": "brand"}],
}
TWO: dict[str, Any] = {
    "uri": "urn:a:2",
    "headlines": [{"role": "short", "value": "Brand"}, {"role": "main", "value": "Brand in loods"}],
    "bodies": [{"role": "main", "contenttype": "text/plain", "value": "\n".join(LEAD[:2]), "wordcount": 30}],
    "versioncreated": "2026-01-31T08:15:00Z",
    "located": "Assen",
    "infosources": [{"name": "ANP"}],
}
THREE: dict[str, Any] = {
    "uri": "urn:a:3",
    "standard": {"name": "ninjs", "version": "3.0"},
    "headlines": [{"value": "Brand in loods"}],
    "bodies": [{"contentType": "text/html", "value": f"<p>{LEAD[0]}</p><p>{LEAD[1]}</p>"}],
    "versionCreated": "2026-01-31T08:15:00Z",
    "located": "Assen",
    "infoSources": [{"name": "ANP"}],
}


def write(folder: Path, content: object, name: str = "a.json") -> Path:
    (folder / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


@pytest.mark.parametrize("item", [ONE, TWO, THREE])
@pytest.mark.parametrize("name", ["a.json", "a.ninjs", "a.jsonl"])
def test_items_of_every_version(tmp_path: Path, item: dict[str, Any], name: str) -> None:
    [row] = rows(write(tmp_path, item, name))
    assert row["text"] == f"Brand in loods\n\n{LEAD[0]}\n{LEAD[1]}"
    assert (row["source_uri"], row["source_kind"], row["kind"]) == (item["uri"], "ninjs", "text")
    assert (row["stated_headline"], row["stated_location"], row["stated_credit"]) == (
        "Brand in loods",
        "Assen",
        "ANP",
    )
    assert (row["published_earliest"], row["published_latest"]) == (AT, AT)


@pytest.mark.parametrize(
    ("version", "expected"), [("2", ("urn:a:1", 2)), (2, ("urn:a:1", 2)), ("1.1", (None, None)), (None, (None, None))]
)
def test_revisions_that_are_numbered(tmp_path: Path, version: Any, expected: tuple[str | None, int | None]) -> None:
    [row] = rows(write(tmp_path, ONE | {"version": version}))
    assert (row["item_uri"], row["item_version"]) == expected


@pytest.mark.parametrize("wrap", [list, lambda items: {"items": list(items)}])
def test_lists_of_items(tmp_path: Path, wrap: Any) -> None:
    write(tmp_path, wrap([ONE, {"uri": 7}, TWO]))
    assert [row["source_uri"] for row in rows(tmp_path)] == ["urn:a:1", "urn:a:2"]
    [(uri, reason, detail)] = refused(tmp_path)
    assert (uri, reason) == ("a.json#2", "bad_record")
    assert "uri" in detail


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"versioncreated": None}, ("2026-01-31T05:15:00+00:00", None)),
        ({"versioncreated": None, "firstcreated": None}, (None, None)),
        ({"embargoed": "2026-01-31T12:00:00Z"}, ("2026-01-31T12:00:00+00:00", "2026-01-31T12:00:00+00:00")),
        ({"embargoed": "2026-01-30T12:00:00Z"}, (AT.isoformat(), AT.isoformat())),
    ],
)
def test_when_a_version_went_out(tmp_path: Path, change: dict[str, Any], expected: tuple[str | None, ...]) -> None:
    [row] = rows(write(tmp_path, ONE | change))
    found = (row["published_earliest"], row["published_latest"])
    assert tuple(moment.isoformat() if moment else None for moment in found) == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{broken", "damaged"),
        ("[" * 100_000, "damaged"),
        ('{"name": "no news"}', "unknown_format"),
        ("[]", "unknown_format"),
        ("3", "unknown_format"),
        (json.dumps(ONE | {"pubstatus": "canceled"}), "withdrawn"),
        (json.dumps({"uri": "urn:a:1", "versioncreated": "2026-01-31T08:15:00Z"}), "empty"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, content: str, reason: str) -> None:
    write(tmp_path, content)
    assert rows(tmp_path) == []
    assert [found for _, found, _ in refused(tmp_path)] == [reason]
