"""The command from end to end on two small pages, and what it says when something is wrong."""

import csv
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from typer.testing import CliRunner, Result

from etl.cli import ExitCode, app
from etl.settings import current

PAGE = """\
Brand legt loods in Assen in de as
ASSEN (ANP) - Een grote brand heeft vrijdag een loods in Assen verwoest. Niemand raakte gewond.
Meer uit Binnenland
DEN HAAG (ANP) - De politie heeft donderdagavond twee mannen aangehouden in Den Haag.
3 uur geleden
LONDEN (ANP/RTR) - De Britse premier bezoekt morgen Parijs.
2 dagen geleden
"""
OTHER = """\
Staking treft haven van Antwerpen
ANTWERPEN (ANP/BELGA) - Havenarbeiders hebben maandag in Antwerpen het werk neergelegd.
"""


class Answer(NamedTuple):
    """What a command did."""

    code: int
    out: str
    err: str

    def counts(self) -> dict[str, str]:
        """The table a run ends with."""
        pairs = (line.rsplit(None, 1) for line in self.out.splitlines() if line.strip())
        return {name.strip(): value for name, value in pairs}


def dateline(*arguments: object) -> Answer:
    result: Result = CliRunner().invoke(app, [str(a) for a in arguments])
    return Answer(result.exit_code, result.stdout, result.stderr)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for kind in ("csv", "parquet")
        for path in sorted((folder / kind).rglob("*"))
        if path.is_file()
    }


def rows(settings_folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of core and raw in the published file."""
    with duckdb.connect(str(settings_folder / "published" / "dateline.duckdb"), read_only=True) as con:
        names = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('core', 'raw')"
        ).fetchall()
        return {name: con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for (name,) in names}


class House(NamedTuple):
    """A warehouse after three runs: the pages, the pages again, and a claim on one of them."""

    folder: Path
    pages: Path
    first: Answer
    second: Answer
    third: Answer
    rows_after: list[dict[str, list[tuple[object, ...]]]]
    digests_after: list[dict[str, str]]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    root = tmp_path_factory.mktemp("house")
    folder, pages = root / "warehouse", root / "pages"
    pages.mkdir()
    (pages / "brand.txt").write_text(PAGE, encoding="utf-8")
    (pages / "staking.txt").write_text(OTHER, encoding="utf-8")
    (pages / "leeg.txt").write_bytes(b"")
    manifest = root / "captures.csv"
    manifest.write_text("source_uri,captured_at,basis\nbrand.txt,2026-01-31T09:15:00+01:00,manifest\n")
    answers, all_rows, all_digests = [], [], []
    for arguments in (["--input", pages], [pages], ["--captures", manifest]):
        answers.append(dateline("run", *arguments, "--warehouse", folder))
        assert answers[-1].code == ExitCode.OK, answers[-1]
        all_rows.append(rows(folder))
        all_digests.append(digests(folder / "published"))
    first, second, third = answers
    return House(folder, pages, first, second, third, all_rows, all_digests)


def test_the_first_run_reads_transforms_and_publishes(house: House) -> None:
    assert house.first.code == ExitCode.OK, house.first.err
    counts = house.first.counts()
    assert (counts["documents read"], counts["new"], counts["known"], counts["rejected"]) == ("2", "2", "0", "1")
    assert counts["documents transformed"] == "2"
    assert int(counts["articles"]) >= 4
    assert counts["published"] == str(house.folder / "published" / "dateline.duckdb")


def test_without_a_capture_nothing_is_resolved_from_a_stamp(house: House) -> None:
    assert "resolved" not in house.first.counts()
    assert int(house.first.counts()["events"]) >= 3


def test_the_second_run_changes_no_row_and_no_byte(house: House) -> None:
    assert house.second.code == ExitCode.OK, house.second.err
    counts = house.second.counts()
    assert (counts["new"], counts["known"], counts["documents transformed"]) == ("0", "2", "0")
    assert house.rows_after[0] == house.rows_after[1]
    assert house.digests_after[0] == house.digests_after[1]
    assert house.digests_after[0]


def test_a_claim_moves_events_and_reads_no_text(house: House) -> None:
    assert house.third.code == ExitCode.OK, house.third.err
    counts = house.third.counts()
    assert (counts["documents read"], counts["documents transformed"]) == ("0", "0")
    assert counts["capture claims added"] == "1"
    assert int(counts["events moved"]) >= 1
    assert int(counts["resolved"]) >= 1
    before, after = house.rows_after[1], house.rows_after[2]
    same = {"core.articles", "core.sentences", "core.article_locations", "core.event_participants", "raw.documents"}
    assert {name for name in before if before[name] == after[name]} >= same
    assert before["core.events"] != after["core.events"]


@pytest.mark.parametrize("file_format", ["table", "csv", "json"])
def test_sql_prints_rows(house: House, file_format: str) -> None:
    query = "SELECT document_id, n_chars FROM raw.documents ORDER BY ALL"
    answer = dateline("sql", query, "--format", file_format, "--warehouse", house.folder)
    assert answer.code == ExitCode.OK, answer.err
    if file_format == "json":
        assert [sorted(row) for row in json.loads(answer.out)] == [["document_id", "n_chars"]] * 2
    if file_format == "csv":
        assert next(csv.reader(answer.out.splitlines())) == ["document_id", "n_chars"]
    assert str(len(OTHER)) in answer.out


@pytest.mark.parametrize(
    "query",
    [
        "CREATE TABLE core.x (a INT)",
        "SELECT * FROM read_csv('/etc/passwd')",
        "ATTACH 'other.duckdb'",
        "COPY (SELECT 1) TO 'out.csv'",
        "SET enable_external_access = true",
        "SELEC 1",
    ],
)
def test_sql_reads_the_published_file_and_nothing_else(house: House, query: str) -> None:
    answer = dateline("sql", query, "--warehouse", house.folder)
    assert answer.code == ExitCode.FAILED
    assert answer.err.startswith("dateline: ")
    assert len(answer.err.splitlines()) == 1


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_export_writes_the_marts_asked_for(house: House, tmp_path: Path, file_format: str) -> None:
    answer = dateline(
        "export", "--format", file_format, "--output", tmp_path, "--table", "events", "--warehouse", house.folder
    )
    assert answer.code == ExitCode.OK, answer.err
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"events.{file_format}"]
    assert Path(answer.out.strip()).is_file()


def test_status_shows_counts_captures_rejects_and_runs(house: House) -> None:
    answer = dateline("status", "--warehouse", house.folder)
    assert answer.code == ExitCode.OK, answer.err
    for words in ("core.events", "captures of documents", "known", "unknown", "rejects by reason", "last runs"):
        assert words in answer.out


def test_a_busy_warehouse_is_said_in_one_line(house: House) -> None:
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    build = house.folder / "build" / "dateline.duckdb"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(build)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        answer = dateline("run", "--input", house.pages, "--warehouse", house.folder)
        other.communicate("")
    assert answer.code == ExitCode.BUSY
    assert len(answer.err.splitlines()) == 1


def test_a_failed_check_stops_publication_and_names_itself(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    shutil.copytree(house.folder, folder, symlinks=True)
    with duckdb.connect(str(folder / "build" / "dateline.duckdb")) as con:
        con.execute("DELETE FROM core.sentences")
    published = (folder / "published" / "dateline.duckdb").readlink()
    answer = dateline("run", "--input", house.pages, "--warehouse", folder)
    assert answer.code == ExitCode.FAILED
    assert "sentence_id" in answer.err
    assert "nothing was published" in answer.err
    assert (folder / "published" / "dateline.duckdb").readlink() == published


def test_too_little_memory_names_the_setting_and_loses_nothing(tmp_path: Path) -> None:
    folder, page = tmp_path / "warehouse", tmp_path / "brand.txt"
    page.write_text(PAGE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATELINE_DUCKDB_MEMORY", "8MB")
        current.cache_clear()
        answer = dateline("run", "--input", page, "--warehouse", folder)
    current.cache_clear()
    assert answer.code == ExitCode.FAILED
    assert "set DATELINE_DUCKDB_MEMORY" in answer.err
    assert "documents read" not in answer.counts()
    again = dateline("run", "--input", page, "--warehouse", folder)
    assert again.code == ExitCode.OK
    assert again.counts()["documents read"] == "1"


def test_check_looks_at_what_a_run_does_not(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "warehouse"
    shutil.copytree(house.folder, folder, symlinks=True)
    assert dateline("check", "--warehouse", folder).code == ExitCode.OK
    with duckdb.connect(str(folder / "build" / "dateline.duckdb")) as con:
        con.execute("UPDATE raw.documents SET text = repeat('x', n_chars)")  # no fingerprint holds the text
    answer = dateline("check", "--warehouse", folder)
    assert answer.code == ExitCode.FAILED
    assert "gives body" in answer.err or "body_in_text" in answer.err


def test_annotate_writes_a_record_for_each_and_says_which_failed(tmp_path: Path) -> None:
    source, output = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    good = {"id": 1, "text": "Minister bezoekt vrijdag Parijs.", "reference": "2026-01-31", "lang": "nl"}
    source.write_text(json.dumps(good) + "\n{broken\n", encoding="utf-8")
    answer = dateline("annotate", "--input", source, "--output", output)
    assert answer.code == ExitCode.FAILED
    first, second = (json.loads(line) for line in output.read_text(encoding="utf-8").splitlines())
    assert first["id"] == 1
    assert "events" in first
    assert "error" in second


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run"], ExitCode.USAGE, "--input"),
        (["run", "x.txt", "--captured-at", "yesterday"], ExitCode.USAGE, "ISO 8601"),
        (["run", "x.txt", "--captured-at", "2026-01-31T09:15:00"], ExitCode.USAGE, "offset"),
        (["run", "--captured-at", "2026-01-31T09:15:00Z", "--captures", "x.csv"], ExitCode.USAGE, "--input"),
        (["run", "x.csv", "--columns", "content"], ExitCode.USAGE, "FIELD=COLUMN"),
        (["run", "x.txt", "--captures", "none.csv"], ExitCode.NO_INPUT, "none.csv"),
        (["status"], ExitCode.NO_INPUT, "dateline run"),
        (["sql", "SELECT 1"], ExitCode.NO_INPUT, "dateline run"),
        (["export", "--output", "out"], ExitCode.NO_INPUT, "dateline run"),
        (["annotate", "--input", "none.jsonl", "--output", "out.jsonl"], ExitCode.NO_INPUT, "none.jsonl"),
        (["annotate", "--input", "none.jsonl", "--output", "o", "--prefer", "never"], ExitCode.USAGE, "prefer"),
        (["unknown"], ExitCode.USAGE, "unknown"),
    ],
)
def test_errors_name_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: ExitCode, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = dateline(*arguments)
    assert answer.code == code
    assert words in answer.err
    assert "Traceback" not in answer.err


def test_nothing_readable_is_said(house: House, tmp_path: Path) -> None:
    answer = dateline("run", "--input", tmp_path / "nowhere", "--warehouse", house.folder)
    assert answer.code == ExitCode.NO_INPUT
    assert "nowhere" in answer.err


def test_a_broken_manifest_is_a_reject_and_says_why(house: House, tmp_path: Path) -> None:
    manifest = tmp_path / "broken.csv"
    manifest.write_bytes(b"\xff\xfe\x00 no table")
    answer = dateline("run", "--captures", manifest, "--warehouse", house.folder)
    assert answer.code == ExitCode.NO_INPUT
    assert "broken.csv" in answer.err
    assert answer.counts()["rejected"] == "1"


@pytest.mark.parametrize("command", ["run", "dev", "annotate", "export", "sql", "status"])
def test_every_command_has_help_with_an_example(command: str) -> None:
    answer = dateline(command, "--help")
    assert answer.code == ExitCode.OK
    assert f"  dateline {command}" in answer.out.split("Example:")[1]


def test_help_documents_every_exit_code_and_loads_nothing_heavy() -> None:
    code = (
        "import sys; from etl.cli import app; app(['--help'], standalone_mode=False)\n"
        "print([m for m in ('dagster', 'polars', 'duckdb', 'pydantic') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    for member in ExitCode:
        assert f"  {member.value}  " in done.stdout


def test_lexicon_test_shows_line_event_and_participants() -> None:
    answer = dateline("lexicon", "test", "De politie heeft twee mannen aangehouden in Den Haag.", "--lang", "nl")
    assert answer.code == ExitCode.OK, answer.err
    for shown in ("clause (main)", "etl/languages/nl/events_verbs.csv:", "COERCE/arrest", "politie", "Den Haag"):
        assert shown in answer.out


def test_lexicon_test_detects_the_language_and_says_where_there_is_no_event() -> None:
    answer = dateline("lexicon", "test", "The report that was read by them contains maps and figures of the region.")
    assert answer.code == ExitCode.OK, answer.err
    assert "no event: a new one needs a line in etl/languages/en/events_verbs.csv" in answer.out


@pytest.mark.parametrize(
    ("arguments", "remedy"), [(["", "--lang", "nl"], "give a sentence"), (["x", "--lang", "de"], "--lang nl")]
)
def test_lexicon_test_names_the_remedy(arguments: list[str], remedy: str) -> None:
    answer = dateline("lexicon", "test", *arguments)
    assert answer.code == ExitCode.USAGE
    assert remedy in answer.err.replace("\n", " ")


def test_lexicon_help_has_an_example() -> None:
    assert "dateline lexicon test" in dateline("lexicon", "test", "--help").out


def test_report_is_published_and_can_be_written_elsewhere(house: House, tmp_path: Path) -> None:
    published = house.folder / "published" / "report.html"
    assert published.is_symlink()
    answer = dateline("report", "--output", tmp_path / "new" / "page.html", "--warehouse", house.folder)
    assert answer.code == ExitCode.OK, answer.err
    assert answer.out.strip() == str(tmp_path / "new" / "page.html")
    assert (tmp_path / "new" / "page.html").read_bytes() == published.read_bytes()
    assert "twee mannen aangehouden" in published.read_text(encoding="utf-8")


def test_report_needs_a_warehouse_and_a_file_name(house: House, tmp_path: Path) -> None:
    missing = dateline("report", "--output", tmp_path / "a.html", "--warehouse", tmp_path / "none")
    assert missing.code == ExitCode.NO_INPUT
    assert "dateline run --input" in missing.err
    folder = dateline("report", "--output", tmp_path, "--warehouse", house.folder)
    assert folder.code == ExitCode.USAGE
    assert "report.html" in folder.err
