"""`wegwijs answers …`: keeping the texts, their recordings and their states."""

import re
from pathlib import Path
from typing import Annotated

import typer

from api.answers.page import answers_page
from api.answers.speech import speak
from api.answers.words import Words
from api.clock import local, system_clock
from api.progress import Progress
from api.settings import DEFAULT_RECORDINGS
from api.system import ROOT, CannotStart
from api.terminal import told_plainly
from translations.catalogue import LANGUAGES, SOURCE, State

app = typer.Typer(
    no_args_is_help=True, help="Keep the answers: recordings, checks by native speakers, the pages."
)

Recordings = Annotated[Path, typer.Option(envvar="WEGWIJS_RECORDINGS")]


@app.command()
def record(
    language: Annotated[str, typer.Argument(help="ar, ti, nl, en or tr")],
    key: Annotated[str, typer.Argument(help="The text, such as pvt, pvt.simple or pays.offer")],
    file: Annotated[Path, typer.Argument(help="A voice note: Opus in Ogg")],
    recordings: Recordings = DEFAULT_RECORDINGS,
) -> None:
    """Add a recording of a text as it reads today; a changed text asks for a new one."""
    with told_plainly():
        words = Words(ROOT / "translations", recordings)
        text = _for_everybody(words, language, key)
        kept = words.recordings.add(language, key, text, file)
        typer.echo(f"{kept.name}: people can listen to {key} in {language}.")


@app.command("speak")
def speak_all(
    language: Annotated[str, typer.Argument(help="ar, nl, en or tr")],
    key: Annotated[str | None, typer.Argument(help="One text; without it, all answers")] = None,
    recordings: Recordings = DEFAULT_RECORDINGS,
) -> None:
    """Let the program espeak-ng speak what no person has recorded; marked as a machine's voice."""
    with told_plainly():
        words = Words(ROOT / "translations", recordings)
        keys = [key] if key else spoken_keys(words)
        progress = Progress()
        with progress.step(f"Speaking {len(keys)} texts in {language}"):
            for each in keys:
                text = _for_everybody(words, language, each)
                if words.recordings.find(language, each, text) is None:
                    target = words.recordings.path_for(language, each, text, machine=True)
                    speak(text, language, target)


@app.command()
def check(
    language: Annotated[str, typer.Argument(help="ar, ti, en or tr")],
    key: Annotated[str, typer.Argument(help="The text, such as pvt")],
    by: Annotated[str, typer.Option(help="The native speaker who read it.")],
) -> None:
    """Mark a translation as checked; it counts until the Dutch changes."""
    with told_plainly():
        path = ROOT / "translations" / language / "LC_MESSAGES" / "wegwijs.po"
        words = Words(ROOT / "translations")
        _as_it_reads(words, language, key)
        if language == SOURCE:
            raise CannotStart("Dutch is the source: it is not a translation to be checked")
        today = local(system_clock()).date()
        if words.catalogue.entry(language, key).state is State.outdated:
            raise CannotStart(f"{key}: the Dutch has changed since; translate it anew first")
        if not by.strip() or not by.isprintable():
            raise CannotStart("say who checked it: --by and a name")
        text = path.read_text(encoding="utf-8")
        entry = re.compile(rf'^# state: [^\n]*\n(?=msgctxt "{re.escape(key)}"\n)', re.MULTILINE)
        line = f"# state: checked by {by.strip()} on {today}\n"
        path.write_text(entry.sub(lambda _: line, text), encoding="utf-8")
        typer.echo(f"{key} in {language} is checked by {by}.")


@app.command()
def write(
    compare: Annotated[bool, typer.Option("--check", help="Only compare.")] = False,
) -> None:
    """Write docs/answers.md and one page for each language, or say whether they are current."""
    with told_plainly():
        words = Words(ROOT / "translations")
        for language in LANGUAGES:
            path, page = page_path(language), answers_page(words, language)
            if not compare:
                path.write_text(page, encoding="utf-8")
            elif not path.exists() or path.read_text(encoding="utf-8") != page:
                raise CannotStart(f"{path.name} is out of date: run `uv run wegwijs answers write`")


def page_path(language: str) -> Path:
    return ROOT / "docs" / ("answers.md" if language == SOURCE else f"answers.{language}.md")


def spoken_keys(words: Words) -> list[str]:
    """Every text of an answer that can be listened to."""
    keys = ["unclear_mark", "older_law", "group.same", "group.from_case"]
    keys += [f"group.unknown.{topic.question}" for topic in words.topics.values()]
    for topic in words.topics.values():
        parts = (topic.key, f"{topic.key}.simple", f"{topic.key}.steps")
        keys += [key for key in (*parts, *topic.by_group.values()) if key in words.catalogue]
    return list(dict.fromkeys(keys))


def _as_it_reads(words: Words, language: str, key: str) -> str:
    if language not in LANGUAGES:
        raise CannotStart(f"{language} is none of {', '.join(LANGUAGES)}")
    if key not in words.catalogue:
        raise CannotStart(f"there is no text {key}; docs/answers.md lists them")
    return words.as_it_reads(language, key, local(system_clock()).date())


def _for_everybody(words: Words, language: str, key: str) -> str:
    """The text, if it holds no facts of one person: those cannot be spoken to all."""
    text = _as_it_reads(words, language, key)
    if words.catalogue.gaps(key) - words.rules.keys():
        raise CannotStart(f"{key} holds facts of one person: it cannot be recorded for everybody")
    return text
