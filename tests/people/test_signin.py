"""Signing in: only staff, only with their password, and only until they sign out."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from api.db import Database
from api.people.models import Person, Role, StaffSession
from api.people.signin import (
    STAYS_SIGNED_IN,
    check_password,
    close_session,
    find_session,
    hash_password,
    open_session,
)
from tests.factories import PASSWORD, FixedClock, person, regisseur


def test_a_password_is_kept_as_an_argon2_hash_that_differs_each_time() -> None:
    first, second = hash_password(PASSWORD), hash_password(PASSWORD)
    assert first.startswith("$argon2id$")
    assert first != second
    assert PASSWORD not in first


def test_the_right_password_is_the_person(sqlite: Database, clock: FixedClock) -> None:
    with sqlite.writing() as session:
        sanne = regisseur(session, clock())
        assert check_password(session, sanne.email or "", PASSWORD) is sanne


def test_the_address_may_be_typed_with_capitals_and_spaces(
    sqlite: Database, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        sanne = regisseur(session, clock())
        assert check_password(session, f" {(sanne.email or '').upper()} ", PASSWORD) is sanne


@pytest.mark.parametrize("password", ["", "fout", PASSWORD.upper(), PASSWORD + " ", "a" * 10_000])
def test_a_wrong_password_is_nobody(sqlite: Database, clock: FixedClock, password: str) -> None:
    with sqlite.writing() as session:
        sanne = regisseur(session, clock())
        assert check_password(session, sanne.email or "", password) is None


def test_an_unknown_address_is_nobody(sqlite: Database, clock: FixedClock) -> None:
    with sqlite.writing() as session:
        regisseur(session, clock())
        assert check_password(session, "nobody@wegwijs.example", PASSWORD) is None
        assert check_password(session, "", PASSWORD) is None


def test_who_has_no_password_cannot_sign_in(sqlite: Database, clock: FixedClock) -> None:
    with sqlite.writing() as session:
        sanne = regisseur(session, clock())
        sanne.password_hash = None
        assert check_password(session, sanne.email or "", "") is None


@pytest.mark.parametrize("role", [Role.participant, Role.coach, Role.key_person])
def test_who_is_not_staff_cannot_sign_in(sqlite: Database, clock: FixedClock, role: Role) -> None:
    with sqlite.writing() as session:
        person(session, clock(), role, email="joke@wegwijs.example")
        assert check_password(session, "joke@wegwijs.example", PASSWORD) is None


def signed_in(database: Database, clock: FixedClock) -> tuple[Person, str]:
    with database.writing() as session:
        sanne = regisseur(session, clock())
        return sanne, open_session(session, sanne, clock())


def test_a_session_is_found_by_its_token_until_the_end_of_the_working_day(
    database: Database, clock: FixedClock
) -> None:
    sanne, token = signed_in(database, clock)
    clock.move(STAYS_SIGNED_IN - timedelta(seconds=1))
    with database.reading() as session:
        found = find_session(session, token, clock())
        assert found is not None
        assert found.person_id == sanne.id
    clock.move(timedelta(seconds=1))
    with database.reading() as session:
        assert find_session(session, token, clock()) is None


def test_a_session_that_was_closed_is_worth_nothing(database: Database, clock: FixedClock) -> None:
    _, token = signed_in(database, clock)
    with database.writing() as session:
        close_session(session, token)
    with database.reading() as session:
        assert find_session(session, token, clock()) is None


def test_closing_one_session_leaves_the_others_open(sqlite: Database, clock: FixedClock) -> None:
    _, first = signed_in(sqlite, clock)
    _, second = signed_in(sqlite, clock)
    with sqlite.writing() as session:
        close_session(session, first)
        close_session(session, "no such token")
        assert find_session(session, second, clock()) is not None


def test_the_token_itself_is_not_kept(sqlite: Database, clock: FixedClock) -> None:
    _, token = signed_in(sqlite, clock)
    with sqlite.reading() as session:
        kept = session.scalars(select(StaffSession)).one()
    assert token not in (kept.token_hash, kept.csrf)


@pytest.mark.parametrize("token", ["", "x", "\x00", "é" * 60])
def test_a_made_up_token_is_nobody(database: Database, clock: FixedClock, token: str) -> None:
    signed_in(database, clock)
    with database.reading() as session:
        assert find_session(session, token, clock()) is None


def test_old_sessions_are_cleared_away(sqlite: Database, clock: FixedClock) -> None:
    signed_in(sqlite, clock)
    clock.move(STAYS_SIGNED_IN)
    signed_in(sqlite, clock)
    with sqlite.reading() as session:
        assert session.scalar(select(func.count()).select_from(StaffSession)) == 1
