"""The `dateline` command: arguments in, a few lines out. Work is done by the rooms it calls.

Imports stay inside the commands: `dateline --help` loads neither Dagster nor Polars nor DuckDB.
"""

import csv
import datetime as dt
import gc
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from etl import heaps

if TYPE_CHECKING:
    from etl.defs.launch import Outcome
    from etl.engine.progress import Progress
    from etl.engine.report import RunSummary
    from etl.settings import Settings
    from etl.transform.events.explain import Explained


class ExitCode(IntEnum):
    """How a command ends."""

    OK = 0
    FAILED = 1
    USAGE = 2
    NO_INPUT = 3
    BUSY = 4


EXIT_CODES = """\b
Exit codes:
  0  done
  1  something failed: a check, a step of the run, a record of annotate
  2  the command was not understood
  3  nothing to work on: no input could be read, or there is no warehouse yet
  4  the warehouse is being written by another run
"""


def _example(*lines: str) -> str:
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


class _Commands(TyperGroup):
    """The commands, with one place where errors become one line and an exit code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command; an error names its remedy, and shows where it arose only with --debug."""
        try:
            return super().invoke(ctx)
        except Exception as error:
            code = _exit_code(error)
            if code is None or ctx.params.get("debug"):
                raise
            _fail(_one_line(error), code)


app = typer.Typer(
    cls=_Commands,
    help="Raw newswire text to a DuckDB warehouse in which every event stands on a time line.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Warehouse = Annotated[
    Path | None,
    typer.Option(
        "--warehouse", "-w", metavar="DIR", help="Warehouse folder (default: DATELINE_WAREHOUSE, or ./warehouse)."
    ),
]


@app.callback()
def _options(
    debug: Annotated[bool, typer.Option("--debug", envvar="DATELINE_DEBUG", hidden=True)] = False,
) -> None:
    del debug  # read by _Commands


class TableFormat(StrEnum):
    """How rows are printed."""

    table = "table"
    csv = "csv"
    json = "json"


class FileFormat(StrEnum):
    """How rows are written."""

    csv = "csv"
    parquet = "parquet"


class Engine(StrEnum):
    """Where batches are transformed."""

    local = "local"
    dask = "dask"


class ClaimBasis(StrEnum):
    """What a claim on a capture rests on, strongest first."""

    warc = "warc"
    header = "header"
    feed = "feed"
    manifest = "manifest"
    filename = "filename"
    operator = "operator"
    inferred = "inferred"


class Direction(StrEnum):
    """The way a bare day or month looks where no cue decides."""

    past = "past"
    future = "future"


@app.command(
    epilog=_example(
        "dateline run --input seeds/pages --captures seeds/pages/captures.csv",
        "dateline run page1.txt page2.txt --captured-at 2026-01-31T09:15:00+01:00",
        "dateline run 'crawl/*.parquet' --columns text=content,url=url,captured=timestamp",
        "dateline run archive --workers 0        (every core of this machine)",
        "dateline run --captures learnt.csv      (dates anew; reads no text)",
    )
)
def run(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="More files or folders.")] = None,
    inputs: Annotated[
        list[Path] | None,
        typer.Option(
            "--input", "-i", metavar="PATH…", help="Files, folders, patterns, or - to read; may be given again."
        ),
    ] = None,
    warehouse: Warehouse = None,
    captured_at: Annotated[
        str | None,
        typer.Option(metavar="ISO", help="When these files were captured (ISO 8601 with offset)."),
    ] = None,
    captures: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.csv",
            help="Capture claims: source_uri, captured_at or captured_earliest and captured_latest, basis.",
        ),
    ] = None,
    columns: Annotated[
        str,
        typer.Option(
            metavar="FIELD=NAME,…",
            help="Columns of CSV, JSON lines, Parquet: text, url, captured, published, headline, dateline, credit.",
        ),
    ] = "",
    workers: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Processes that transform, 0: one a core (default: DATELINE_WORKERS, or 1)."
        ),
    ] = None,
    engine: Annotated[
        Engine | None, typer.Option(help="Processes on this machine, or a Dask cluster (default: local).")
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="tcp://…", help="The Dask scheduler; without it a cluster is started on this machine."),
    ] = None,
    lake: Annotated[
        str | None,
        typer.Option(metavar="URI", help="Write raw and core to Delta tables there too (default: DATELINE_LAKE)."),
    ] = None,
    shards: Annotated[
        str | None,
        typer.Option(metavar="URI", help="Where batches wait to be loaded: a path that every worker sees, or s3://…"),
    ] = None,
) -> None:
    """Read files, date their events, check and publish: the whole Dagster job, in this process."""
    sources = [*(inputs or []), *(paths or [])]
    _check_usage(sources, captured_at, captures)
    _check_columns(columns)
    settings = _settings(warehouse, lake)
    if not sources:
        _require(settings.build_file, settings)
    _require_free(settings)
    for path in sources:
        if not path.exists() and not set("*?[") & set(str(path)) and str(path) != "-":
            _say(f"no file or folder at {path}: it is skipped")

    with _progress() as progress:
        from etl.defs.launch import run_job

        outcome = run_job(
            settings,
            paths=sources,
            captured_at=captured_at,
            manifest=captures,
            columns=columns,
            transform={
                "workers": workers,
                "engine": engine.value if engine else None,
                "scheduler": scheduler,
                "shards": shards,
            },
            progress=progress,
        )
    summary = _print_outcome(settings, outcome)
    if sources and summary.n_read == 0:
        _fail("no document could be read", ExitCode.NO_INPUT)
    if not sources and summary.n_rejected:
        _fail(f"no claim could be read from {captures}", ExitCode.NO_INPUT)


@app.command(
    epilog=_example(
        "dateline assert-capture buitenland-1.txt --at 2026-02-10T14:20:00+01:00",
        "dateline assert-capture nos.nl/index.html --earliest 2026-02-10T12:00Z --latest 2026-02-10T18:00Z",
    )
)
def assert_capture(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The document: its source_uri or document_id.")],
    at: Annotated[
        str | None, typer.Option(metavar="ISO", help="When it was captured (ISO 8601 with offset).")
    ] = None,
    earliest: Annotated[str | None, typer.Option(metavar="ISO", help="It was captured no earlier.")] = None,
    latest: Annotated[str | None, typer.Option(metavar="ISO", help="It was captured no later.")] = None,
    basis: Annotated[
        ClaimBasis,
        typer.Option(help="What the claim rests on, strongest first; the newest of the strongest decides."),
    ] = ClaimBasis.operator,
    warehouse: Warehouse = None,
) -> None:
    """Claim when a page was captured; date anew what hangs on it, check and publish. No claim is ever removed."""
    if (at is None) == (earliest is None and latest is None):
        raise typer.BadParameter("give --at, or --earliest and --latest or one of them")
    for text in (at, earliest, latest):
        if text:
            _check_instant(text)
    bounds = {"earliest": at or earliest or "", "latest": at or latest or ""}
    settings = _settings(warehouse)
    _require(settings.build_file, settings)
    _check_claim(settings, source, bounds, basis.value)
    with _progress() as progress:
        from etl.defs.launch import run_job

        claim = {"source": source, **bounds, "basis": basis.value}
        outcome = run_job(settings, paths=[], claim=claim, progress=progress)
    _print_outcome(settings, outcome)


def _check_claim(settings: "Settings", source: str, bounds: Mapping[str, str], basis: str) -> None:
    """Refuse before the run what the run would refuse."""
    from etl.engine import claims
    from etl.warehouse.connection import connect

    earliest, latest = (dt.datetime.fromisoformat(text) if text else None for text in bounds.values())
    with connect(settings.build_file, read_only=True) as con:
        try:
            claims.check_assertion(con, claims.Assertion(source, earliest, latest, basis))
        except claims.UnknownSourceError as error:
            _fail(str(error), ExitCode.NO_INPUT)
        except claims.ClaimRefusedError as error:
            _fail(str(error), ExitCode.FAILED)


@app.command(epilog=_example("dateline check --warehouse warehouse"))
def check(warehouse: Warehouse = None) -> None:
    """Run every check on every row: a run looks at documents that changed since its checks held."""
    settings = _settings(warehouse)
    _require(settings.build_file, settings)
    _require_free(settings)
    from etl.defs.launch import check_everything

    outcome = check_everything(settings)
    for kind, lines in (("warning", outcome.warnings), ("failed", outcome.failures)):
        for line in lines:
            _say(f"{kind}: {line}")
    if not outcome.is_success or outcome.failures:
        _fail("a check failed", ExitCode.FAILED)
    typer.echo("every check held" if not outcome.warnings else "every check that blocks held")


@app.command(
    epilog=_example(
        "dateline explain buitenland-1.txt      (a page: its capture, and the ids of its items)",
        "dateline explain 4f9c0d1e2a3b4c5d6e7f-1      (an item: its publication)",
        "dateline explain 4f9c0d1e2a3b4c5d6e7f-1-e412      (an event)",
    )
)
def explain(
    name: Annotated[str, typer.Argument(metavar="ARTICLE|EVENT", help="An article_id, event_id or source_uri.")],
    warehouse: Warehouse = None,
) -> None:
    """Say what the bounds of an article or event rest on, from the bound to the claims."""
    settings = _settings(warehouse)
    _require(settings.published_file, settings)
    from etl.engine import explain as chains

    try:
        lines = chains.explain(settings, name)
    except chains.UnknownNameError as error:
        _fail(str(error), ExitCode.NO_INPUT)
    for line in lines:
        typer.echo(line)


@app.command(epilog=_example("dateline dev --port 3000"))
def dev(
    warehouse: Warehouse = None,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port on 127.0.0.1.")] = 3000,
) -> None:
    """Start the Dagster UI on 127.0.0.1, with schedules and sensors; Ctrl-C stops it."""
    settings = _settings(warehouse)
    _say(f"Dagster UI on http://127.0.0.1:{port} (ready in some seconds; Ctrl-C stops it)")
    from etl.defs.launch import serve

    raise typer.Exit(serve(settings, port))


@app.command(epilog=_example("dateline annotate --input texts.jsonl --output annotations.jsonl"))
def annotate(
    source: Annotated[Path, typer.Option("--input", "-i", metavar="IN.jsonl", help="Records, one a line.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="OUT.jsonl", help="Annotations, one a line.")],
    prefer: Annotated[
        Direction, typer.Option(help="Way a bare day or month looks where no cue decides.")
    ] = Direction.past,
) -> None:
    """Annotate JSON records (id, text, kind, reference, lang) without a warehouse."""
    if not source.is_file():
        _fail(f"no file at {source}: give the path of a JSON-lines file", ExitCode.NO_INPUT)
    from etl.annotate import annotate as annotations

    n_errors = 0
    partial = output.with_name(output.name + ".partial")
    output.parent.mkdir(parents=True, exist_ok=True)
    with (
        source.open(encoding="utf-8", errors="surrogateescape") as lines,
        partial.open("w", encoding="utf-8", errors="replace") as out,
    ):
        for record in annotations(lines, prefer.value):
            n_errors += "error" in record
            out.write(json.dumps(record, ensure_ascii=False) + "\n")
    partial.replace(output)
    if n_errors:
        _fail(f"{n_errors} records could not be annotated: their lines in {output} say why", ExitCode.FAILED)


@app.command(epilog=_example("dateline export --format csv --output exports --table events --table coverage"))
def export(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="DIR", help="Folder to write to.")],
    file_format: Annotated[FileFormat, typer.Option("--format", "-f", help="File format.")] = FileFormat.csv,
    table: Annotated[
        list[str] | None,
        typer.Option(
            "--table", "-t", help="Only this mart, or a table with its schema (core.events); may be given again."
        ),
    ] = None,
    warehouse: Warehouse = None,
) -> None:
    """Write the published marts, or the tables named, as CSV or Parquet files."""
    settings = _settings(warehouse)
    _require(settings.published_file, settings)
    from etl.warehouse.connection import connect
    from etl.warehouse.export import export as write

    with connect(settings.published_file, read_only=True) as con:
        for path in write(con, output, file_format.value, table):
            typer.echo(path)


@app.command(epilog=_example("dateline report --output events.html"))
def report(
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.html", help="File to write.")] = Path(
        "report.html"
    ),
    warehouse: Warehouse = None,
) -> None:
    """Write the published events as one HTML page: time line, map, counts, sentences."""
    settings = _settings(warehouse)
    _require(settings.published_file, settings)
    if output.is_dir():
        raise typer.BadParameter(f"{output} is a folder: give the name of a file, such as {output / 'report.html'}")
    from etl.warehouse.page import write

    typer.echo(write(settings.published_file, output))


@app.command(
    epilog=_example(
        'dateline sql "SELECT event_type, count(*) FROM marts.events GROUP BY ALL"',
        'dateline sql "SELECT * FROM marts.coverage" --format json',
    )
)
def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One SQL statement (DuckDB).")],
    output_format: Annotated[TableFormat, typer.Option("--format", "-f", help="How to print.")] = TableFormat.table,
    warehouse: Warehouse = None,
    lake: Annotated[
        str | None, typer.Option(metavar="URI", help="Query the views over this lake, as the last run made them.")
    ] = None,
) -> None:
    """Query the published file, read-only and without access to anything else."""
    settings = _settings(warehouse, lake)
    _require(settings.published_lake if lake else settings.published_file, settings)
    from etl.engine.report import query as rows_of

    columns, rows = rows_of(settings, query, on_lake=lake is not None)
    _print_rows(columns, rows, output_format)


@app.command("lake-upkeep", epilog=_example("dateline lake-upkeep --lake /data/lake --keep-hours 168"))
def lake_upkeep(
    lake: Annotated[str, typer.Option(metavar="URI", help="The lake.")],
    keep_hours: Annotated[
        int | None, typer.Option(min=0, help="Keep what versions this young need (default: 168).")
    ] = None,
) -> None:
    """Put the small files of a lake together, and remove those that no version needs any more."""
    settings = _settings(None, lake)
    from etl.warehouse.lake import keep_up

    hours = settings.lake_keep_hours if keep_hours is None else keep_hours
    kept = keep_up(str(settings.lake_uri), hours)
    _print_pairs("", {"small files put together": kept.n_merged, "files removed": kept.n_removed})


@app.command(epilog=_example("dateline status"))
def status(warehouse: Warehouse = None) -> None:
    """Show what stands in the warehouse: version, counts, captures, rejects, last runs."""
    settings = _settings(warehouse)
    _require(settings.published_file, settings)
    from etl.engine.report import standing

    for title, pairs in standing(settings).items():
        _print_pairs(title, pairs)


lexicon = typer.Typer(
    help="See what a line of an event lexicon does.",
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(lexicon, name="lexicon")


@lexicon.command(
    epilog=_example(
        'dateline lexicon test "De politie heeft twee mannen aangehouden."',
        'dateline lexicon test --lang en --headline "Police arrest two in Leeds"',
    )
)
def test(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="One or more sentences.")],
    lang: Annotated[str | None, typer.Option(metavar="CODE", help="Language, ISO 639-1 (default: detected).")] = None,
    headline: Annotated[bool, typer.Option("--headline", help="Read the text as a headline.")] = False,
) -> None:
    """Show what the coder does with a sentence and which lines it takes."""
    from etl.extract.language import UNDETERMINED, detect
    from etl.transform.events import explain

    if not text.strip():
        raise typer.BadParameter("the text is empty: give a sentence")
    language = lang or detect([text])[0]
    language = explain.likeliest(text) if language == UNDETERMINED else language
    known = explain.known_languages()
    if language not in known:
        what = f"no event lexicon for {language!r}" if lang else "the language is not one with an event lexicon"
        raise typer.BadParameter(f"{what}: give --lang {' or --lang '.join(known)}")
    for sentence in explain.explain(text, language, "headline" if headline else "body"):
        _print_explained(sentence, f"etl/languages/{language}")


_OBJECTS = 100_000
"""Objects made and not let go after which Python looks for circles among them that nobody holds. By itself it does so
at 700; but a run begins with half a million that all stay, most of them Dagster's: a tenth of a small run went there.
"""


def main() -> None:
    """Entry of the `dateline` command."""
    heaps.limit()
    gc.set_threshold(_OBJECTS)
    try:
        app()
    finally:
        gc.freeze()  # nor at the end: everything goes with the process


def _settings(warehouse: Path | None, lake: str | None = None) -> "Settings":
    from etl.settings import Settings

    given: dict[str, Any] = {"warehouse": warehouse, "lake": lake}
    return Settings(**{name: value for name, value in given.items() if value is not None})


def _print_outcome(settings: "Settings", outcome: "Outcome") -> "RunSummary":
    """Say what a run did; a failed one ends the command."""
    from etl.engine.report import run_summary

    summary = run_summary(settings, outcome.run_id, is_published=outcome.is_success)
    _print_pairs("", summary.counts)
    for kind, lines in (
        ("rejected", summary.rejects),
        ("warning", outcome.warnings),
        ("failed", outcome.failures),
    ):
        for line in lines:
            _say(f"{kind}: {line}")
    if not outcome.is_success:
        _fail("the run failed; nothing was published", ExitCode.FAILED)
    return summary


def _check_usage(sources: Sequence[Path], captured_at: str | None, captures: Path | None) -> None:
    """See that the arguments of `run` make sense together."""
    if not sources and captures is None:
        raise typer.BadParameter("give --input PATH…, or --captures FILE.csv to date anew what is there")
    if captured_at and not sources:
        raise typer.BadParameter("--captured-at speaks of the files of --input: give some")
    if captured_at:
        _check_instant(captured_at)
        if dt.datetime.fromisoformat(captured_at) > dt.datetime.now(dt.UTC):
            raise typer.BadParameter(
                f"--captured-at {captured_at} is yet to come: nothing can have been captured then"
            )
    if captures is not None and not captures.is_file():
        _fail(f"no manifest at {captures}: give the path of a CSV file", ExitCode.NO_INPUT)


def _check_instant(text: str) -> None:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not ISO 8601, such as 2026-01-31T09:15:00+01:00") from None
    if moment.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no offset: add one, such as +01:00 or Z")


def _check_columns(text: str) -> None:
    from etl.extract.records import columns

    try:
        columns(text)
    except ValueError as error:
        raise typer.BadParameter(f"--columns: {error}") from None


def _require(file: Path, settings: "Settings") -> None:
    if not file.exists():
        _fail(f"no warehouse in {settings.warehouse}: make one with `dateline run --input PATH`", ExitCode.NO_INPUT)


def _require_free(settings: "Settings") -> None:
    """Open and close the build: better to hear now than in the middle of the run that another one is on."""
    from etl.warehouse.connection import connect

    connect(settings.build_file).close()


def _exit_code(error: Exception) -> ExitCode | None:
    """Give the exit code of an error; None for those that carry their own."""
    from typer.exceptions import TyperException

    if isinstance(error, (typer.Exit, typer.Abort, TyperException)):
        return None
    from etl.warehouse.connection import WarehouseBusyError, WarehouseMissingError

    if isinstance(error, WarehouseBusyError):
        return ExitCode.BUSY
    return ExitCode.NO_INPUT if isinstance(error, (WarehouseMissingError, FileNotFoundError)) else ExitCode.FAILED


def _one_line(error: Exception) -> str:
    from etl.warehouse.disk import disk_full, is_disk_full

    text = " ".join(str(disk_full("the warehouse") if is_disk_full(error) else error).split())
    # DuckDB quotes the line of the query and points into it: on one line that helps nobody
    text = text.split(" LINE 1:")[0]
    return text or type(error).__name__


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _fail(text: str, code: ExitCode) -> NoReturn:
    _say(f"dateline: {text}")
    raise typer.Exit(code)


@contextmanager
def _progress() -> Iterator["Progress"]:
    """Show on a terminal how many documents and how much text went by; elsewhere nothing."""
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TextColumn("{task.fields[shown]}"),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        bars.add_task("run", total=None, shown="")
        tasks: dict[str, tuple[Any, float]] = {}

        def show(step: str, n_documents: int, n_chars: int, n_all: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=None, shown=""), time.monotonic()
            task, since = tasks[step]
            speed = n_chars / max(time.monotonic() - since, 1e-3)
            left = f", {dt.timedelta(seconds=round((n_all - n_chars) / speed))} left" if n_all and speed else ""
            shown = f"{n_documents:,} documents, {n_chars / 1e6:,.1f} M characters, {speed / 1e6:.2f} M/s{left}"
            bars.update(task, shown=shown)

        yield show


def _print_pairs(title: str, pairs: Mapping[str, object]) -> None:
    """Names and values, one a line."""
    if title:
        typer.echo(f"\n{title}")
    width = max((len(name) for name in pairs), default=0)
    for name, value in pairs.items():
        typer.echo(f"  {name:<{width}}  {value:,}" if isinstance(value, int) else f"  {name:<{width}}  {value}")


def _print_explained(sentence: "Explained", folder: str) -> None:
    """A sentence with its clauses, and under each verb and noun its line of the lexicon and its event."""
    typer.echo(f"\n{sentence.text}")
    for kind, words in sentence.clauses:
        typer.echo(f"  clause ({kind}): {words}")
    for reading in sentence.readings:
        typer.echo(f"  {reading.words} ({reading.form})")
        for mark, line in (("line", reading.line), *(("not taken", other) for other in reading.others)):
            asks = f"; asks for {line.asks}" if line.asks else ""
            typer.echo(f"    {mark:<11} {folder}/{line.source}  {line.lemma}: {line.meaning}{asks}")
        event = reading.event
        if event is None:
            typer.echo("    event       none")
            continue
        pairs = {"event": reading.line.meaning, "stance": f"{event.polarity} {event.modality}"}
        pairs |= {"place": event.place, "time": event.time}
        for name, value in pairs.items():
            typer.echo(f"    {name:<11} {value}")
        for p in event.participants:
            facts = [fact for fact in (p.country_code, p.sector, _number(p.quantity_min, p.quantity_max)) if fact]
            typer.echo(f"    {p.role:<11} {p.surface}{' (' + ', '.join(facts) + ')' if facts else ''}")
    if not any(reading.event for reading in sentence.readings):
        typer.echo(f"  no event: a new one needs a line in {folder}/events_verbs.csv or events_nouns.csv")


def _number(least: int | None, most: int | None) -> str:
    if least is None and most is None:
        return ""
    return str(least) if least == most else f"{'' if least is None else least}..{'' if most is None else most}"


def _print_rows(columns: Sequence[str], rows: Sequence[Sequence[object]], output_format: TableFormat) -> None:
    if output_format is TableFormat.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
    elif output_format is TableFormat.json:
        typer.echo(
            json.dumps([dict(zip(columns, row, strict=True)) for row in rows], ensure_ascii=False, default=str)
        )
    else:
        _print_table(columns, rows)


def _print_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, show_edge=False)
    for name in columns:
        table.add_column(Text(name), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row))
    Console().print(table)
