"""What a town writes down about itself: opening times, staff, addresses, its own rules."""

from datetime import timedelta
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from api.answers.topics import HELPERS
from api.cases.local_rules import set_local_rule
from api.cases.rules import load_rules
from api.clock import local, system_clock
from api.errors import Invalid
from api.people.contacts import set_contact as set_contact_of_town
from api.people.models import Person, Role
from api.people.service import save_staff, save_town
from api.people.signin import STAFF, close_sessions, find_staff, open_session
from api.settings import DEFAULT_DATABASE
from api.terminal import store, told_plainly

app = typer.Typer()

LONGEST_REVIEW_DAYS = 3650
LONGEST_TOKEN_DAYS = 366


@app.command()
def add_town(
    town: Annotated[str, typer.Argument(help="The word in /chat/<town>, such as weert.")],
    name: Annotated[str, typer.Argument(help="The name people read.")],
    opens: Annotated[str, typer.Option(help="Opening time, Monday to Friday.")] = "09:00",
    closes: Annotated[str, typer.Option(help="Closing time.")] = "17:00",
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL")] = DEFAULT_DATABASE,
) -> None:
    """Add a municipality, or change its name and opening times."""
    opening = {str(day): [opens, closes] for day in range(1, 6)}
    with told_plainly(), store(database_url) as session:
        save_town(session, town, name, opening)
    typer.echo(f"{name} is there: /chat/{town}")


@app.command()
def set_contact(
    town: Annotated[str, typer.Argument(help="Such as weert.")],
    organisation: Annotated[str, typer.Argument(help="Such as regisseur, guidance or werkkom.")],
    phone: Annotated[str | None, typer.Option(help="As people dial it.")] = None,
    address: Annotated[str | None, typer.Option(help="Street, number, place.")] = None,
    hours: Annotated[str | None, typer.Option(help="When it is open, in figures.")] = None,
    url: Annotated[str | None, typer.Option(help="Its page.")] = None,
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL")] = DEFAULT_DATABASE,
) -> None:
    """Say where an organisation is in this town; people read it under "who helps"."""
    where = {"phone": phone, "address": address, "hours": hours, "url": url}
    with told_plainly(), store(database_url) as session:
        if organisation not in HELPERS:
            raise Invalid(f"{organisation} is none of {', '.join(sorted(HELPERS))}")
        set_contact_of_town(session, town, organisation, **where)
    typer.echo(f"{organisation} in {town} is written down.")


@app.command()
def set_rule(
    town: Annotated[str, typer.Argument(help="Such as weert.")],
    rule: Annotated[str, typer.Argument(help="Such as talk_later_per_year.")],
    value: Annotated[str, typer.Argument(help="The town's own number.")],
    source: Annotated[str, typer.Option(help="The town's decision, with its date.")],
    review_in_days: Annotated[int, typer.Option(help="When to look at it again.")] = 365,
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL")] = DEFAULT_DATABASE,
) -> None:
    """Give a town its own value of what is local policy; the law stays the law."""
    today = local(system_clock()).date()
    with told_plainly(), store(database_url) as session:
        if review_in_days > LONGEST_REVIEW_DAYS:
            raise Invalid(f"look at it again within {LONGEST_REVIEW_DAYS} days")
        review_by = today + timedelta(days=review_in_days)
        set_local_rule(session, load_rules(), town, rule, value, source, today, review_by)
    typer.echo(f"{rule} is {value} in {town}, until somebody looks again on {review_by}.")


@app.command()
def add_staff(
    first_name: str,
    last_name: str,
    email: str,
    town: Annotated[list[str], typer.Option(help="Once for each municipality.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    role: Annotated[str, typer.Option(help=f"One of {', '.join(STAFF)}.")] = Role.regisseur,
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL")] = DEFAULT_DATABASE,
) -> None:
    """Add somebody who signs in to the console; the role says what they see there."""
    with told_plainly(), store(database_url) as session:
        if role not in STAFF:
            raise Invalid(f"{role} is none of {', '.join(STAFF)}")
        now = system_clock()
        save_staff(session, first_name, last_name, email, password, town, now, Role(role))
    typer.echo(f"{first_name} can sign in with {email}.")


@app.command()
def add_regisseur(
    first_name: str,
    last_name: str,
    email: str,
    town: Annotated[list[str], typer.Option(help="Once for each municipality.")],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL")] = DEFAULT_DATABASE,
) -> None:
    """Add somebody who answers questions in the console and keeps the cases."""
    add_staff(first_name, last_name, email, town, password, Role.regisseur, database_url)


@app.command()
def add_token(
    email: Annotated[str, typer.Option(help="Of somebody of the staff; changes are theirs.")],
    days: Annotated[int, typer.Option(help="How long it is worth something.")] = 90,
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL")] = DEFAULT_DATABASE,
) -> None:
    """Make a token for another system of the municipality; it is shown once and not kept."""
    now = system_clock()
    with told_plainly(), store(database_url) as session:
        if not 1 <= days <= LONGEST_TOKEN_DAYS:
            raise Invalid(f"choose 1 to {LONGEST_TOKEN_DAYS} days")
        token = open_session(session, _staff(session, email), now, timedelta(days=days))
    typer.echo(token)
    typer.echo(f"Send it as `Authorization: Bearer <token>`; it works for {days} days.", err=True)


@app.command()
def remove_tokens(
    email: Annotated[str, typer.Option(help="Of somebody of the staff.")],
    database_url: Annotated[str, typer.Option(envvar="DATABASE_URL")] = DEFAULT_DATABASE,
) -> None:
    """Make every token of somebody worthless, and sign them out of the console."""
    with told_plainly(), store(database_url) as session:
        close_sessions(session, _staff(session, email))
    typer.echo(f"No token of {email} works any more.")


def _staff(session: Session, email: str) -> Person:
    person = find_staff(session, email)
    if person is None:
        raise Invalid(f"nobody of the staff has the address {email}")
    return person
