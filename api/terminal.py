"""What every command shares: a plain sentence for what a user can mend, and a store to work in."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from sqlalchemy.orm import Session

from api.answers.recordings import BadRecording
from api.chat_client import NoAnswer
from api.db import Database
from api.errors import WegwijsError
from api.schema import migrate as migrate_database
from api.system import CannotStart
from api.understanding.learning import CannotLearn
from api.understanding.lines import BadLines


@contextmanager
def told_plainly() -> Iterator[None]:
    """What a user can mend is a sentence, not a traceback; a polite kill ends what we started."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(128 + signal.SIGINT) from None
    except (CannotStart, NoAnswer, BadLines, BadRecording, CannotLearn) as error:
        typer.echo(f"wegwijs: {error}", err=True)
        raise typer.Exit(1) from error


@contextmanager
def store(database_url: str) -> Iterator[Session]:
    """A transaction in a migrated database; a refusal is told as a sentence."""
    database = Database(database_url)
    try:
        migrate_database(database)
        with database.writing() as session:
            yield session
    except WegwijsError as error:
        raise CannotStart(str(error)) from error
    finally:
        database.close()
