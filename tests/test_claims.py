"""`assert-capture` and `explain` from end to end: a claim dates two pages, and the chain says how."""

from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from typer.testing import CliRunner

from etl.cli import ExitCode, app
from tests.warehouse.test_anchoring import ARREST, BRIDGE, FIRE, page

KNOWN = "2026-01-31T09:15:00+01:00"


class Answer(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str


def dateline(*arguments: object) -> Answer:
    result = CliRunner().invoke(app, [str(a) for a in arguments])
    return Answer(result.exit_code, result.stdout, result.stderr)


class House(NamedTuple):
    """A warehouse of two pages that share items, and what a claim on one of them did."""

    folder: Path
    symbolic: Answer
    """`explain` before the claim."""
    asserted: Answer
    item: str
    event: str


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    root = tmp_path_factory.mktemp("claims")
    folder, pages = root / "warehouse", root / "pages"
    pages.mkdir()
    (pages / "een.txt").write_text(page("Dijk bij Ede", (FIRE, "37 minuten geleden"), (ARREST, "3 uur geleden")))
    (pages / "twee.txt").write_text(page("Sluis bij Ede", (BRIDGE, "5 minuten geleden"), (FIRE, "2 uur geleden")))
    answer = dateline("run", "--input", pages, "--warehouse", folder)
    assert answer.code == ExitCode.OK, answer
    with duckdb.connect(str(folder / "published" / "dateline.duckdb"), read_only=True) as con:
        ((item, event),) = con.execute(
            """
            SELECT any_value(article_id), min(event_id)
            FROM core.events JOIN core.articles USING (article_id) JOIN raw.documents USING (document_id)
            WHERE source_uri = 'twee.txt' AND position = 1 AND time_basis = 'expression'
            """
        ).fetchall()
    symbolic = dateline("explain", item, "--warehouse", folder)
    asserted = dateline("assert-capture", "een.txt", "--at", KNOWN, "--warehouse", folder)
    return House(folder, symbolic, asserted, item, event)


def test_before_a_claim_only_the_ingestion_bounds(house: House) -> None:
    assert house.symbolic.code == ExitCode.OK, house.symbolic.err
    assert "published no earlier than: not known" in house.symbolic.out
    assert "when it was read in" in house.symbolic.out


def test_a_claim_is_published_and_says_what_it_moved(house: House) -> None:
    assert house.asserted.code == ExitCode.OK, house.asserted.err
    lines = dict(line.strip().rsplit("  ", 1) for line in house.asserted.out.splitlines() if "  " in line.strip())
    counts = {name.strip(): value.strip() for name, value in lines.items()}
    assert counts["capture claims added"] == "1"
    assert counts["documents transformed"] == "0"
    assert counts["bounds of clocks gained"] == "6", "two captures and four teasers"
    assert int(counts["bounds of clocks moved"]) >= 6
    assert counts["by the median"].endswith(("min", "h", "d"))
    assert "published" in counts


def test_explain_tells_the_chain_from_the_bound_to_the_claim(house: House) -> None:
    answer = dateline("explain", house.item, "--warehouse", house.folder)
    assert answer.code == ExitCode.OK, answer.err
    out = answer.out
    chain = out[out.index("published no later than") :]
    told = [
        "item 1 of twee.txt no later than 4 min before the capture of twee.txt: stamp “5 minuten geleden”",
        "the capture of twee.txt no later than 3 h after item 2 of twee.txt: stamp “2 uur geleden”",
        "item 2 of twee.txt is item 1 of een.txt: the same words on both pages",
        "item 1 of een.txt no later than 36 min before the capture of een.txt: stamp “37 minuten geleden”",
        "the capture of een.txt no later than 2026-01-31 08:15:00 UTC: claimed: operator",
    ]
    at = [chain.index(line) for line in told]
    assert at == sorted(at)


def test_explain_an_event_and_a_page(house: House) -> None:
    event = dateline("explain", house.event, "--warehouse", house.folder)
    assert event.code == ExitCode.OK, event.err
    assert event.out.startswith("event “")
    assert "read against the publication below" in event.out
    assert "claimed: operator" in event.out
    whole = dateline("explain", "een.txt", "--warehouse", house.folder)
    assert "captured no earlier than 2026-01-31 08:15:00 UTC" in whole.out
    assert "lead " in whole.out


def test_explain_names_what_it_does_not_know(house: House) -> None:
    answer = dateline("explain", "nothing-0", "--warehouse", house.folder)
    assert answer.code == ExitCode.NO_INPUT
    assert "no article, event or document is called nothing-0" in answer.err


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["een.txt", "--at", "2126-01-01T00:00Z"], ExitCode.FAILED, "it was read in before"),
        (["een.txt", "--earliest", "2126-01-01T00:00Z"], ExitCode.FAILED, "it was read in before"),
        (
            ["een.txt", "--earliest", "2026-01-02T00:00Z", "--latest", "2026-01-01T00:00Z"],
            ExitCode.FAILED,
            "and end before",
        ),
        (["drie.txt", "--at", KNOWN], ExitCode.NO_INPUT, "no document comes from drie.txt"),
        (["een.txt"], ExitCode.USAGE, "give --at, or --earliest"),
        (["een.txt", "--at", KNOWN, "--latest", KNOWN], ExitCode.USAGE, "give --at, or --earliest"),
        (["een.txt", "--at", "gisteren"], ExitCode.USAGE, "not ISO 8601"),
        (["een.txt", "--at", "2026-01-31T09:15:00"], ExitCode.USAGE, "no offset"),
        (["een.txt", "--at", KNOWN, "--basis", "rumour"], ExitCode.USAGE, "rumour"),
    ],
)
def test_claims_that_are_refused_say_why_and_change_nothing(
    house: House, arguments: list[str], code: ExitCode, reason: str
) -> None:
    build = house.folder / "build" / "dateline.duckdb"

    def claims() -> int:
        with duckdb.connect(str(build), read_only=True) as con:
            return len(con.execute("FROM raw.captures").fetchall())

    before = claims()
    answer = dateline("assert-capture", *arguments, "--warehouse", house.folder)
    assert answer.code == code, answer
    assert reason in " ".join(answer.err.split())
    assert claims() == before


def test_a_run_cannot_be_told_of_captures_to_come(house: House) -> None:
    answer = dateline("run", "een.txt", "--captured-at", "2126-01-01T00:00Z", "--warehouse", house.folder)
    assert answer.code == ExitCode.USAGE
    assert "is yet to come" in " ".join(answer.err.split())


def test_without_a_warehouse_there_is_nothing_to_claim(tmp_path: Path) -> None:
    for command in (["assert-capture", "een.txt", "--at", KNOWN], ["explain", "een.txt"]):
        answer = dateline(*command, "--warehouse", tmp_path)
        assert answer.code == ExitCode.NO_INPUT
        assert "dateline run --input" in answer.err


@pytest.mark.parametrize("command", ["assert-capture", "explain"])
def test_help_has_an_example(command: str) -> None:
    answer = dateline(command, "--help")
    assert answer.code == ExitCode.OK
    assert f"dateline {command} " in answer.out
