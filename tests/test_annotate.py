"""Stand-off annotations of single records, through the same functions as a run."""

import json
from typing import Any, Literal

import pytest

from etl.annotate import annotate

PAGE = """\
Haven dicht na storm
ROTTERDAM (ANP) - De haven van Rotterdam is vrijdag gesloten.
Meer uit Binnenland
ASSEN (ANP/RTR) - De politie heeft donderdagavond in Assen twee mannen aangehouden.
3 uur geleden
"""


def one(prefer: Literal["past", "future"] = "past", **record: object) -> dict[str, Any]:
    (found,) = annotate([json.dumps({"id": "r", "lang": "nl", **record})], prefer)
    return found


def test_a_page_gives_items_with_their_publication() -> None:
    found = one(text=PAGE, kind="page", reference="2026-01-31T00:00:00Z")
    lead, teaser = found["articles"]
    assert (lead["role"], teaser["role"]) == ("lead", "teaser")
    assert lead["headline"] == "Haven dicht na storm"
    assert lead["published"] == {"earliest": None, "latest": "2026-01-31T00:00:00Z", "basis": "upper_bound"}
    assert teaser["published"] == {
        "earliest": "2026-01-30T20:00:00Z",
        "latest": "2026-01-30T21:30:00Z",
        "basis": "relative_stamp",
    }
    assert teaser["dateline"]["agencies"] == ["ANP", "RTR"]
    assert [place["country"] for place in teaser["dateline"]["places"]] == ["NL"]


def test_every_span_gives_its_words() -> None:
    found = one(text=PAGE, kind="page", reference="2026-01-31T00:00:00Z")
    people = [p for e in found["events"] for role in ("actors", "recipients", "attribution") for p in e[role]]
    spans = [*found["agencies"], *found["locations"], *found["times"], *found["events"], *people]
    assert len(spans) > 8
    for span in spans:
        assert PAGE[span["start"] : span["end"]] == span["text"]


def test_without_a_reference_everything_stays_symbolic() -> None:
    found = one(text=PAGE, kind="page", reference=None)
    for event in found["events"]:
        assert event["time"]["begin_earliest"] is None
        assert event["time"]["end_earliest"] is None
        assert event["time"]["status"] == "symbolic"
    evening = next(t for t in found["times"] if t["text"] == "donderdagavond")
    assert (evening["timex"], evening["values"]) == ("XXXX-WXX-4TEV", [])


@pytest.mark.parametrize(
    ("reference", "first"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-30T00:00:00"),
        ("2026-01-31T12:00:00", "2026-01-30T00:00:00"),
        ("2026-01-31", "2026-01-30T00:00:00"),
        # half past midnight in Amsterdam is the day before in UTC: civil days are the newsroom's
        ("2026-01-29T23:30:00Z", "2026-01-30T00:00:00"),
    ],
)
def test_a_reference_is_an_instant_civil_time_or_a_day(reference: str, first: str) -> None:
    found = one(text="De haven is vrijdag gesloten.", reference=reference)
    (friday,) = found["times"]
    assert friday["values"][0]["start"] == first


@pytest.mark.parametrize(("prefer", "day"), [("past", "2026-01-26"), ("future", "2026-02-02")])
def test_the_one_switch_is_which_way_a_bare_day_looks(prefer: Literal["past", "future"], day: str) -> None:
    found = one(prefer, text="De haven is maandag dicht.", reference="2026-01-31")
    (monday,) = found["times"]
    assert monday["values"][0]["start"].startswith(day)


@pytest.mark.parametrize(
    ("line", "identity", "says"),
    [
        ("{broken", "line 2", "Expecting"),
        ('["a", "list"]', "line 2", "valid dictionary"),
        ('{"id": 7, "text": "   "}', 7, "text is empty"),
        ('{"id": 7}', 7, "text: Field required"),
        ('{"id": 7, "text": "x", "kind": "book"}', 7, "kind"),
        ('{"id": 7, "text": "x", "reference": "yesterday"}', 7, "not ISO 8601"),
        ('{"id": 7, "text": "\\ud800"}', 7, "surrogate"),
    ],
)
def test_a_record_that_cannot_be_read_says_why_and_the_others_go_on(line: str, identity: object, says: str) -> None:
    good = json.dumps({"id": 1, "text": "De haven is dicht.", "lang": "nl"})
    first, bad, last = annotate([good, line, good])
    assert first["id"] == last["id"] == 1
    assert "error" not in first
    assert bad["id"] == identity
    assert says in bad["error"]


def test_records_come_back_in_order_beyond_a_batch() -> None:
    lines = [json.dumps({"id": i, "text": f"In {i} huizen is brand.", "lang": "nl"}) for i in range(1203)]
    assert [record["id"] for record in annotate(lines)] == list(range(1203))


def test_unknown_keys_and_blank_lines_are_passed_over() -> None:
    line = json.dumps({"id": 1, "text": "De haven is dicht.", "lang": "nl", "mentions": []})
    assert [record["id"] for record in annotate(["", line, "\n"])] == [1]
