"""The command `wegwijs`, as somebody types it, and how it says yes and no."""

from pathlib import Path

from typer.testing import CliRunner, Result

from api.cli import app


def wegwijs(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def accepted(result: Result) -> str:
    """What it printed."""
    assert result.exit_code == 0, result.stderr or repr(result.exception)
    return result.stdout


def refused(result: Result) -> str:
    """The one sentence that says what is wrong, on standard error."""
    assert isinstance(result.exception, SystemExit), repr(result.exception)
    assert result.exit_code == 1
    assert result.stdout == ""
    *_, sentence = result.stderr.strip().splitlines()
    assert sentence.startswith("wegwijs: ")
    return sentence
