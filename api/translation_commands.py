"""Models for machine translation: put them on this machine, and see what is there."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from api.settings import DEFAULT_MODEL_INDEX, DEFAULT_MODELS
from api.terminal import told_plainly
from translations.catalogue import LANGUAGES
from translations.engines.models import (
    BadModel,
    Model,
    Pins,
    find_models,
    read_pins,
    size_of,
    sum_of_folder,
)
from translations.engines.packages import (
    CannotInstall,
    Installed,
    Offer,
    Told,
    install,
    offers_in,
    offers_of,
    wanted,
)
from translations.machine import Machine

app = typer.Typer(no_args_is_help=True, help="Models for machine translation.")

Models = Annotated[Path, typer.Option(envvar="WEGWIJS_MODELS", help="The folder of the models.")]


@app.command("install")
def install_models(
    languages: Annotated[list[str], typer.Argument(help="Such as: nl ar en tr.")],
    source: Annotated[
        Path | None, typer.Option("--from", help="A folder with .argosmodel files instead.")
    ] = None,
    pin: Annotated[
        bool, typer.Option("--pin", help="Trust the sums that are found, from now on.")
    ] = False,
    models: Models = DEFAULT_MODELS,
    index: Annotated[
        str, typer.Option(envvar="WEGWIJS_MODEL_INDEX", help="Where packages are looked up.")
    ] = DEFAULT_MODEL_INDEX,
) -> None:
    """Install the models between these languages, by way of English, and compare their sums."""
    with told_plainly(), _told_what_was_refused():
        offers = wanted(offers_in(source) if source else offers_of(index), languages)
        installed = [_install(offer, models, pin) for offer in offers.values()]
        unpinned = [each for each in installed if not each.is_pinned]
        if unpinned:
            _ask_to_pin(unpinned)
        missing = {code for code in languages if not any(code in pair for pair in offers)}
        if missing:
            raise CannotInstall(f"there is no model for {', '.join(sorted(missing))}")


@app.command("list")
def list_models(models: Models = DEFAULT_MODELS) -> None:
    """Say which models there are, how large, with which sum, and whether each can be used."""
    with told_plainly(), _told_what_was_refused():
        machine = Machine(models)
        machine.load()
        pins, found = _pins(models), find_models(models)[0]
        if not found:
            typer.echo(f"There is no model in {models}: `wegwijs translation install`.", err=True)
        for model in found:
            typer.echo(_line(model, machine, pins))
        for name, reason in sorted(machine.broken.items()):
            typer.echo(f"{name}: not used, {reason}", err=True)
        for one, other in permutations(LANGUAGES, 2):
            way = " → ".join(machine.route(one, other)) if machine.can(one, other) else "none"
            typer.echo(f"{one} to {other}: {way}")


def _install(offer: Offer, models: Path, pin: bool) -> Installed:
    with _bar(offer.name) as told:
        return install(offer, models, pin=pin, told=told)


def _ask_to_pin(unpinned: list[Installed]) -> None:
    for each in unpinned:
        typer.echo(f"{each.name}  sha256 {each.sha256}")
    typer.echo(
        "Nobody pinned these sums yet. Compare them with another source or another machine, "
        "then run the same again with --pin: from then on no other file is accepted.",
        err=True,
    )


def _line(model: Model, machine: Machine, pins: Pins) -> str:
    megabytes = f"{size_of(model.folder) / 1e6:.1f} MB"
    pinned = "pinned" if model.folder.name in pins.folders else "not pinned"
    state = "in use" if machine.uses(model) else "not used"
    total = sum_of_folder(model.folder)
    what = f"{model.source} → {model.target}  {model.version}  {megabytes}"
    return f"{what}  {total}  {pinned}, {state}"


def _pins(models: Path) -> Pins:
    try:
        return read_pins(models)
    except BadModel as reason:
        raise CannotInstall(str(reason)) from reason


@contextmanager
def _bar(name: str) -> Iterator[Told]:
    """How far the fetching of one package is, on standard error."""
    columns = TextColumn("  {task.description}"), BarColumn(), DownloadColumn()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(name, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


@contextmanager
def _told_what_was_refused() -> Iterator[None]:
    try:
        yield
    except CannotInstall as reason:
        typer.echo(f"wegwijs: {reason}", err=True)
        raise typer.Exit(1) from reason
