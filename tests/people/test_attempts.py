"""Who guesses passwords has to wait; who mistypes once does not."""

from datetime import UTC, datetime, timedelta

import pytest

from api.people.attempts import MAX_WRONG, WAIT, Attempts

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
EMAIL = "sanne@wegwijs.example"


def after(wrong: int, email: str = EMAIL) -> Attempts:
    attempts = Attempts()
    for _ in range(wrong):
        attempts.wrong(email, NOW)
    return attempts


def test_a_few_wrong_passwords_are_forgiven() -> None:
    assert not after(MAX_WRONG - 1).too_many(EMAIL, NOW)


def test_after_too_many_the_address_has_to_wait_a_quarter_of_an_hour() -> None:
    attempts = after(MAX_WRONG)
    assert attempts.too_many(EMAIL, NOW + WAIT - timedelta(seconds=1))
    assert not attempts.too_many(EMAIL, NOW + WAIT)


def test_other_addresses_do_not_have_to_wait() -> None:
    assert not after(MAX_WRONG).too_many("bram@wegwijs.example", NOW)


def test_a_right_password_clears_the_wrong_ones() -> None:
    attempts = after(MAX_WRONG)
    attempts.right(EMAIL)
    assert not attempts.too_many(EMAIL, NOW)


@pytest.mark.parametrize("spelled", [EMAIL.upper(), f" {EMAIL}", f"{EMAIL}\t"])
def test_another_spelling_of_the_address_is_the_same_address(spelled: str) -> None:
    assert after(MAX_WRONG).too_many(spelled, NOW)
    assert after(MAX_WRONG, spelled).too_many(EMAIL, NOW)
    attempts = after(MAX_WRONG)
    attempts.right(spelled)
    assert not attempts.too_many(EMAIL, NOW)


def test_many_addresses_do_not_fill_the_memory() -> None:
    attempts = Attempts()
    for number in range(25_000):
        attempts.wrong(f"{number}@wegwijs.example", NOW)
    assert len(attempts._wrong) <= 10_001
