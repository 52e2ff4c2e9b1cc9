"""The command `wegwijs`: try it out, run it, look after it."""

import json
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.console import Console

from api.answers.commands import app as answers
from api.cases.commands import app as cases
from api.chat_client import ChatClient, Line, NoAnswer
from api.clock import system_clock
from api.db import Database
from api.demo import Demo, plant
from api.people.commands import app as towns
from api.progress import Progress
from api.schema import migrate as migrate_database
from api.settings import DEFAULT_DATABASE
from api.smoke import SmokeFailed, walk
from api.system import ROOT, CannotStart, System, free_port, train_if_changed
from api.terminal import store, told_plainly
from api.translation_commands import app as translation
from api.understanding.judging import cross_validate, judge
from api.understanding.learning import COLUMNS
from api.understanding.learning import learn as learn_labelled
from api.understanding.lines import read_development_set, read_lines
from api.understanding.report import print_report, report
from api.understanding.unanswered import list_unanswered
from translations.catalogue import LANGUAGES

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(towns)
app.add_typer(answers, name="answers")
app.add_typer(cases, name="cases")
app.add_typer(translation, name="translation")

DEFAULT_PORT = 8000
DEFAULT_URL = f"http://127.0.0.1:{DEFAULT_PORT}"
DEMO_DATABASE = f"sqlite:///{ROOT / 'var' / 'demo.sqlite'}"


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Where the web chat and the console are.")] = (
        DEFAULT_PORT
    ),
) -> None:
    """Start everything with invented people, until Ctrl-C."""
    progress = Progress()
    began = time.monotonic()
    with told_plainly():
        planted, password = _plant(DEMO_DATABASE)
        with System(DEMO_DATABASE, port, progress=progress) as system:
            _print_welcome(system.url, planted, password, time.monotonic() - began)
            try:
                while True:
                    time.sleep(1)
                    system.check_alive()
            except KeyboardInterrupt:
                progress.say("Stopping …")


@app.command()
def smoke() -> None:
    """Start everything, ask one question per language, walk to a person and back; 0 if all fits."""
    with told_plainly(), _own_system() as (url, password, planted):
        try:
            walk(url, planted, password, typer.echo)
        except (SmokeFailed, NoAnswer) as failure:
            typer.echo(f"FAILED: {failure}", err=True)
            raise typer.Exit(1) from failure
    typer.echo("OK: five languages, a person and back.")


@app.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="The question.")] = None,
    language: Annotated[str, typer.Option(help="nl, ar, ti, en or tr.")] = "nl",
    url: Annotated[str, typer.Option(help="A running system; else one is started.")] = DEFAULT_URL,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Read lines `language<TAB>text` in one start.")
    ] = False,
) -> None:
    """Ask the assistant something and print its answer."""
    if (text is None) != stdin:
        raise typer.BadParameter("give a question, or --stdin")
    questions = _lines_of_stdin() if stdin else iter([(language, text or "")])
    with told_plainly(), _some_system(url) as where:
        for one_language, question in questions:
            if one_language not in LANGUAGES:
                raise CannotStart(f"language {one_language!r}: choose from {', '.join(LANGUAGES)}")
            with ChatClient(where) as chat:
                chat.say("/start", one_language)  # past the first contact
                answers = chat.say(question, one_language)
            typer.echo(_as_json(answers) if as_json else _as_text(answers))


@app.command()
def train() -> None:
    """Train the model if its data changed."""
    with told_plainly():
        typer.echo(train_if_changed(Progress()))


@app.command()
def evaluate(
    file: Annotated[
        Path | None, typer.Option(help="Lines of your own: text, intent, alternatives, style.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    parts: Annotated[int, typer.Option(help="Parts of the cross-validation; 0 for none.")] = 5,
) -> None:
    """Say how well messages are understood, by language, style and intent."""
    progress = Progress()
    with told_plainly():
        lines = read_lines(file) if file else read_development_set()
        judged = judge(lines, progress)
        if as_json:
            typer.echo(json.dumps(report(judged), indent=2, ensure_ascii=False))
            return
        print_report(str(file or "Development set, not trained on"), judged, Console())
        if file is None and parts:
            crossed = cross_validate(parts, progress)
            print_report(f"Training data, {parts}-fold cross-validation", crossed, Console())


@app.command()
def unanswered(
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL")] = DEFAULT_DATABASE,
) -> None:
    """List what was not understood, for a person to label: fill in the last column."""
    with told_plainly(), store(database_url) as session:
        typer.echo("\t".join(COLUMNS))
        for each in list_unanswered(session):
            typer.echo(f"{each.language}\t{each.text}\t{each.times}\t")


@app.command()
def learn(
    file: Annotated[Path, typer.Argument(help="The list of `unanswered`, with intents.")],
) -> None:
    """Write labelled sentences into the training data; `wegwijs train` then learns them."""
    with told_plainly():
        for path, number in learn_labelled(file).items():
            typer.echo(f"{number} into {path.relative_to(ROOT)}")


@app.command()
def migrate(
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL")] = DEFAULT_DATABASE,
) -> None:
    """Bring the database up to date."""
    database = Database(database_url)
    migrate_database(database)
    database.close()
    typer.echo("The database is up to date.")


@app.command()
def worker(
    heartbeat: Annotated[
        Path | None, typer.Option(help="A file to touch every few seconds while all is well.")
    ] = None,
) -> None:
    """Answer, plan, remind and send, without the web pages; several may run beside the api."""
    from api.main import log_to_stderr
    from api.settings import Settings
    from api.workers import run_alone

    log_to_stderr()
    if not run_alone(Settings(), system_clock, heartbeat):
        raise typer.Exit(1)


@app.command()
def openapi(
    check: Annotated[bool, typer.Option("--check", help="Only compare.")] = False,
) -> None:
    """Write openapi.json, or say whether it still describes the API."""
    from api.app import create_v1, describe

    path = ROOT / "openapi.json"
    text = json.dumps(describe(create_v1(None)), indent=2, ensure_ascii=False) + "\n"
    if not check:
        path.write_text(text)
    elif not path.exists() or path.read_text() != text:
        typer.echo("openapi.json is out of date: run `uv run wegwijs openapi`", err=True)
        raise typer.Exit(1)


def _plant(database_url: str) -> tuple[Demo, str]:
    """A migrated database with invented people, and this start's password of the regisseurs."""
    password = secrets.token_urlsafe(9)
    database = Database(database_url)
    migrate_database(database)
    with database.writing() as session:
        planted = plant(session, password, system_clock())
    database.close()
    return planted, password


@contextmanager
def _own_system() -> Iterator[tuple[str, str, Demo]]:
    """A system of our own on a free port, with a store that is thrown away."""
    folder = ROOT / "var" / f"smoke-{secrets.token_hex(4)}"
    folder.mkdir(parents=True)
    database_url = f"sqlite:///{folder / 'wegwijs.sqlite'}"
    try:
        planted, password = _plant(database_url)
        with System(database_url, free_port()) as system:
            yield system.url, password, planted
    finally:
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()


@contextmanager
def _some_system(url: str) -> Iterator[str]:
    """The system that runs at this address, else our own."""
    try:
        running = httpx.get(f"{url}/v1/health", timeout=2).is_success
    except httpx.HTTPError:
        running = False
    if running:
        yield url
        return
    with _own_system() as (own_url, _, _):
        yield own_url


def _lines_of_stdin() -> Iterator[tuple[str, str]]:
    for raw in sys.stdin:
        language, tab, text = raw.rstrip("\n").partition("\t")
        if tab and text.strip():
            yield language.strip(), text


def _as_json(answers: list[Line]) -> str:
    last: dict[str, Any] = answers[-1]
    return json.dumps(
        {
            "intent": last["intent"],
            "confidence": last["confidence"],
            "topic": last["topic"],
            "text": _text(answers),
            "buttons": _labels(answers),
        },
        ensure_ascii=False,
    )


def _as_text(answers: list[Line]) -> str:
    return "".join([_text(answers), *(f"\n  [{label}]" for label in _labels(answers))])


def _text(answers: list[Line]) -> str:
    return "\n\n".join(answer["text"] for answer in answers)


def _labels(answers: list[Line]) -> list[str]:
    return [button["label"] for answer in answers for button in answer["buttons"]]


def _print_welcome(url: str, planted: Demo, password: str, seconds: float) -> None:
    codes = "\n".join(f"    {who:22} /start {code}" for who, code in planted.codes.items())
    typer.echo(
        f"""
Wegwijs runs ({seconds:.0f} s).  Everybody in it is invented.

  Chat              {url}/chat        (or {url}/chat/weert)
  Console           {url}/console
    sign in with    {" or ".join(planted.emails)}
    password        {password}      (new at every start)
  Be somebody: send one of these in the chat, then ask for your next talk
{codes}

  Ctrl-C stops everything."""
    )
