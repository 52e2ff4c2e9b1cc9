"""Moves in the console: asking, consent on paper, taking back, and what either town is shown."""

import re
from datetime import timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

import api.app
import api.main
from api.answers.words import Words
from api.cases.models import Transfer, TransferState
from api.cases.transfers import answer_transfer, list_transfers
from api.conversations.models import Conversation
from api.handovers.asking import ask_for_person
from api.handovers.models import Reason
from api.handovers.service import claim_handover
from tests.factories import conversation, regisseur, town
from tests.test_console_cases import LIST, Desk, desk, either

__all__ = ["desk", "either"]
PAPER = {"on": "2026-11-20", "how": "formulier op papier"}


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


class Move:
    """Amina may move from Weert to Nederweert."""

    def __init__(self, at: Desk, words: Words) -> None:
        self.at, self.words, self.case_id = at, words, at.add()
        self.path = f"{LIST}/{self.case_id}"
        with at.database.writing() as session:
            town(session, "nederweert", "Nederweert")
            self.bram = regisseur(session, at.clock(), "Bram", towns=("nederweert",))

    def chat(self, name: str = "chat-1", **more: Any) -> UUID:
        """A chat of the participant."""
        with self.at.database.writing() as session:
            made = conversation(session, self.at.clock(), name)
            made.person_id, made.municipality_id = (
                self.at.case(self.case_id).participant_id,
                "weert",
            )
            for key, value in more.items():
                setattr(made, key, value)
            return made.id

    def claim(self, chat: UUID) -> None:
        with self.at.database.writing() as session:
            talk = session.get_one(Conversation, chat)
            asked = ask_for_person(session, talk, Reason.asked, self.at.clock())
            claim_handover(session, self.words, asked.id, self.at.me, self.at.clock())

    def post(self, rest: str, **form: str) -> Any:
        return self.at.post(f"{self.path}/transfers{rest}", {"csrf": self.at.csrf(), **form})

    def ask(self, **form: str) -> Any:
        return self.post("", **{"to": "nederweert", **form})

    def asked(self) -> Transfer:
        with self.at.database.reading() as session:
            return list_transfers(session, self.at.me, self.case_id)[0]

    def consent(self, **form: str) -> Any:
        return self.post(f"/{self.asked().id}/consent", **{**PAPER, **form})

    def withdraw(self) -> Any:
        return self.post(f"/{self.asked().id}/withdrawal")

    def answer(self, agreed: bool) -> None:
        asked, who = self.asked().id, self.at.case(self.case_id).participant_id
        with self.at.database.writing() as session:
            more = (who, asked, agreed, self.at.clock())
            answer_transfer(session, self.words, self.words.rules, *more)

    def section(self, path: str | None = None) -> str:
        """What the section of the page says."""
        page = self.at.page(path or self.path)
        part = page[page.index('id="transfer"') : page.index('id="timeline"')]
        return re.sub(r"\s+", " ", re.sub(r"<(?!a |form |input )[^>]+>", " ", part))


@pytest.fixture
def move(desk: Desk, words: Words) -> Move:
    return Move(desk, words)


@pytest.fixture
def either_move(either: Desk, words: Words) -> Move:
    return Move(either, words)


# Asking


def test_the_page_asks_for_another_town_of_this_installation(move: Move) -> None:
    page = move.at.page(move.path)
    options = re.findall(r'<option value="(\w+)">', page[page.index('id="f-to"') :])
    assert options == ["nederweert"]
    assert "<form" in move.section()


def test_where_there_is_no_other_town_nothing_can_be_asked(desk: Desk) -> None:
    id = desk.add()
    page = desk.page(f"{LIST}/{id}")
    assert "geen andere gemeente" in page
    assert f"{id}/transfers" not in page


def test_once_asked_the_page_says_since_when_and_offers_paper_and_withdrawal(
    either_move: Move,
) -> None:
    either_move.chat()
    answer = either_move.ask(registered_on="2026-12-01")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{either_move.path}#transfer")
    section = either_move.section()
    for words in ("Nederweert", "ma 23-11-2026, 10:00", "01-12-2026", "nog niet geantwoord"):
        assert words in section, words
    asked = either_move.asked()
    for rest in ("consent", "withdrawal"):
        assert f'action="{either_move.path}/transfers/{asked.id}/{rest}"' in section
    assert f'action="{either_move.path}/transfers"' not in section
    assert "niet gesteld" not in section


@pytest.mark.parametrize(
    ("form", "field", "fault"),
    [
        ({"to": ""}, "to", "verplicht|invullen|Vul|Kies"),
        ({"to": "weert"}, "to", "Kies een andere gemeente"),
        ({"to": "atlantis"}, "to", "Kies een andere gemeente"),
        ({"to": "'; --"}, "to", "Kies"),
        ({"registered_on": "morgen"}, "registered_on", "datum|dag"),
        ({"registered_on": "1826-01-01"}, "registered_on", "jaar"),
    ],
)
def test_what_is_wrong_with_the_question_stands_beside_the_field(
    move: Move, form: dict[str, str], field: str, fault: str
) -> None:
    answer = move.ask(**form)
    assert answer.status_code == 400
    assert f'href="#f-{field}"' in answer.text
    beside = re.search(rf'id="f-{field}-fault">([^<]+)<', answer.text)
    assert beside
    assert re.search(fault, unescape(beside[1]))
    assert "f-to" in answer.text
    assert "nog niet geantwoord" not in move.section()


def test_what_was_typed_is_there_again(move: Move) -> None:
    page = unescape(move.ask(registered_on="31-31-2026").text)
    assert 'value="nederweert" selected' in page
    assert 'value="31-31-2026"' in page


def test_a_second_question_is_told_of_the_first(either_move: Move) -> None:
    either_move.ask()
    answer = either_move.ask()
    assert answer.status_code == 409
    assert "al gevraagd" in answer.text
    assert "/withdrawal" in answer.text


def test_where_a_colleague_has_the_chat_the_page_says_that_nobody_was_asked(
    either_move: Move,
) -> None:
    either_move.claim(either_move.chat())
    either_move.chat("chat-2")
    either_move.ask()
    assert "In 1 chat is de vraag niet gesteld" in either_move.section()


def test_without_a_chat_the_page_says_that_the_question_is_nowhere(move: Move) -> None:
    move.chat(blocked_at=move.at.clock())
    move.ask()
    assert "niet via de chat te bereiken" in move.section()


def test_a_chat_that_is_linked_later_is_not_said_to_be_claimed(move: Move) -> None:
    move.chat()
    move.ask()
    move.chat("chat-2", linked_at=move.at.clock() + timedelta(minutes=1))
    assert "niet gesteld" not in move.section()


# What became of it


def test_consent_on_paper_moves_the_case_and_either_page_tells_its_side(either_move: Move) -> None:
    move = either_move
    move.ask()
    answer = move.consent()
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{move.path}#transfer")
    gone = move.section()
    for words in ("naar Nederweert gegaan", "20-11-2026", "formulier op papier", "23-11-2026"):
        assert words in gone, words
    assert "<form" not in gone
    with move.at.database.reading() as session:
        new_id = session.scalars(select(Transfer.new_case_id)).one()
    assert str(new_id) not in move.at.page(move.path)
    assert move.at.get(f"{LIST}/{new_id}").status_code == 404

    move.at.client.cookies.clear()
    move.at.sign_in(move.bram)
    came = move.section(f"{LIST}/{new_id}")
    assert "komt uit Weert" in came
    assert "ma 23-11-2026, 10:00" in came
    assert str(move.case_id) not in move.at.page(f"{LIST}/{new_id}")
    assert move.at.get(move.path).status_code == 404


def test_a_yes_in_the_chat_is_told_as_such(move: Move) -> None:
    move.chat()
    move.ask()
    move.answer(agreed=True)
    assert "in de chat op 23-11-2026" in move.section()


def test_after_a_no_it_can_be_asked_again(move: Move) -> None:
    move.chat()
    move.ask()
    move.at.clock.move(timedelta(hours=1))
    move.answer(agreed=False)
    section = move.section()
    assert "gaf geen toestemming voor Nederweert" in section
    assert "23-11-2026, 11:00" in section
    assert f'action="{move.path}/transfers"' in section


def test_a_question_is_taken_back(either_move: Move) -> None:
    either_move.ask()
    either_move.at.clock.move(timedelta(hours=2))
    assert either_move.withdraw().status_code == 303
    section = either_move.section()
    assert "ingetrokken" in section
    assert "23-11-2026, 12:00" in section
    assert either_move.asked().state is TransferState.withdrawn
    again = either_move.withdraw()
    assert again.status_code == 409
    assert "wacht niet meer" in again.text


@pytest.mark.parametrize(
    ("form", "field"),
    [({"on": ""}, "on"), ({"on": "2026-11-24"}, "on"), ({"how": " "}, "how")],
)
def test_consent_without_a_day_or_a_way_moves_nothing(
    move: Move, form: dict[str, str], field: str
) -> None:
    move.ask()
    answer = move.consent(**form)
    assert answer.status_code == 400
    assert f'id="f-{field}-fault"' in answer.text
    kept = next(value for name, value in PAPER.items() if name != field)
    assert kept in answer.text
    assert move.at.case(move.case_id).closed_on is None


def test_of_a_closed_case_the_question_can_only_be_taken_back(move: Move) -> None:
    move.ask()
    move.at.save(f"{move.path}/edit", closed_on="2026-11-23")
    section = move.section()
    assert "/withdrawal" in section
    assert "/consent" not in section
    answer = move.consent()
    assert answer.status_code == 409
    assert "Dit dossier is gesloten" in answer.text
    move.withdraw()
    assert "kan niet meer" in move.section()
    assert move.ask().status_code == 409


def test_only_who_sees_the_case_moves_it_with_a_form_of_our_own(move: Move) -> None:
    assert move.at.post(f"{move.path}/transfers", {"to": "nederweert"}).status_code == 403
    move.ask()
    asked = move.asked().id
    assert move.post(f"/{uuid4()}/withdrawal").status_code == 404
    move.at.client.cookies.clear()
    move.at.sign_in(move.bram)
    for rest in ("", f"/{asked}/consent", f"/{asked}/withdrawal"):
        assert move.post(rest, to="weert", **PAPER).status_code == 404, rest
    assert move.asked().state is TransferState.asked
