"""A warm transfer: with consent, all of it or nothing, and either town sees its own side."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import api.app
from api.answers.words import Words
from api.app import create_app
from api.appointments.models import Appointment, AppointmentState
from api.cases import records, transfers
from api.cases.access import get_case
from api.cases.facts import facts_of
from api.cases.findings import Key, State
from api.cases.history import Change
from api.cases.models import Case, Household, Leerroute, Participant, Transfer, TransferState
from api.cases.records import RECORDS
from api.cases.service import findings_of, known_rules
from api.cases.term import term
from api.coaching.models import Coaching, Consent
from api.conversations.models import Button, Conversation, Message
from api.db import Database
from api.errors import Conflict, Invalid, NotAllowed, NotFound
from api.exchange.routes import TransferRead
from api.handovers.asking import ask_for_person
from api.handovers.models import Reason
from api.handovers.service import claim_handover
from api.people.models import PersonRole, Role
from api.people.signin import open_session
from api.settings import Settings
from tests.factories import FixedClock, conversation, participant, person, regisseur, talk, town
from tests.side_by_side import at_once

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)


class Move:
    """Amina moves from Weert to Nederweert."""

    def __init__(self, session: Session, words: Words) -> None:
        self.session, self.words, self.rules = session, words, words.rules
        self.sanne = regisseur(session, NOW)
        self.bram = regisseur(session, NOW, "Bram", towns=("nederweert",))
        self.case = participant(session, NOW)
        self.case.pip_date, self.case.leerroute = date(2026, 3, 1), Leerroute.b1
        self.case.reference, self.case.interpreter_language = "W-1", "Arabisch"
        self.chat = self.link("chat-1")

    @property
    def who(self) -> UUID:
        return self.case.participant_id

    def link(self, chat: str) -> Conversation:
        made = conversation(self.session, NOW, chat)
        made.person_id = self.who
        self.session.flush()
        return made

    def ask(self, to: str = "nederweert", **more: Any) -> Transfer:
        return transfers.request_transfer(
            self.session, self.words, self.sanne, self.case.id, to, NOW, **more
        )

    def answer(self, transfer: Transfer, agreed: bool = True, who: UUID | None = None) -> list[str]:
        said = transfers.answer_transfer(
            self.session, self.words, self.rules, who or self.who, transfer.id, agreed, NOW
        )
        return [reply.key for reply in said]

    def on_paper(self, transfer: Transfer, on: date = TODAY) -> Transfer:
        return transfers.record_consent(
            *(self.session, self.words, self.rules, self.sanne, self.case.id, transfer.id),
            *(on, "formulier op papier", NOW),
        )

    def new_case(self) -> Case:
        query = select(Case).where(Case.transferred_from_id == self.case.id)
        return self.session.scalars(query).one()

    def said(self) -> list[str]:
        return list(self.session.scalars(select(Message.text).order_by(Message.id)))


@pytest.fixture
def move(database: Database, words: Words) -> Iterator[Move]:
    with database.writing() as session:
        yield Move(session, words)


def test_the_participant_is_asked_in_every_chat_with_two_buttons(move: Move) -> None:
    move.link("chat-2")
    gone = move.link("chat-3")
    gone.blocked_at = NOW
    transfer = move.ask()
    assert transfer.state is TransferState.asked
    assert len(move.said()) == 2
    assert all("Nederweert" in text for text in move.said())
    buttons = move.session.scalars(select(Button).filter_by(action="transfer")).all()
    assert [button.arguments for button in buttons[:2]] == [
        {"transfer": str(transfer.id), "answer": "yes"},
        {"transfer": str(transfer.id), "answer": "no"},
    ]
    assert len(buttons) == 4


def test_the_bot_is_silent_where_a_person_has_the_conversation(move: Move) -> None:
    move.chat.municipality_id = "weert"
    hand_over = ask_for_person(move.session, move.chat, Reason.asked, NOW)
    claim_handover(move.session, move.words, hand_over.id, move.sanne, NOW)
    before = len(move.said())
    move.ask()
    assert len(move.said()) == before


def test_a_yes_moves_the_case_with_route_and_term(move: Move) -> None:
    before = term(facts_of(move.session, move.case), _known(move, "weert"))
    assert move.answer(move.ask()) == ["transfer.agreed", "transfer.done"]
    old, new = move.case, move.new_case()
    assert (old.closed_on, new.closed_on) == (TODAY, None)
    assert (new.municipality_id, new.leerroute, new.group) == (
        "nederweert",
        Leerroute.b1,
        old.group,
    )
    assert (new.pip_date, new.term_starts_on) == (None, date(2026, 3, 2))
    assert (new.registered_on, new.regisseur_id, new.reference) == (TODAY, None, None)
    assert new.interpreter_language is None
    assert term(facts_of(move.session, new), _known(move, "nederweert")) == before


def test_the_new_pip_is_due_within_ten_weeks_of_registration(move: Move) -> None:
    move.answer(move.ask(registered_on=date(2026, 12, 1)))
    new = move.new_case()
    pip = findings_of(move.session, move.rules, new, TODAY)[Key.pip]
    assert (pip.on, pip.state) == (date(2026, 12, 1) + timedelta(weeks=10), State.coming)
    assert (new.next_due, new.next_due_on) == (Key.pip, pip.on)


def test_what_the_law_hands_over_goes_along_and_notes_stay(move: Move) -> None:
    day = date(2026, 5, 1)
    rows: dict[str, dict[str, Any]] = {
        "hours": {"kind": "pvt", "on": day, "hours": Decimal("2.5"), "reference": "import:pvt"},
        "goals": {"dimension": "body", "goal": "zwemmen", "agreed_on": day},
        "scores": {"dimension": "body", "on": day, "score": 6},
        "interventions": {
            "partner": "School",
            "dimension": "daily",
            "goal": "taal",
            "starts_on": day,
        },
        "exams": {"part": "knm", "on": day, "result": "passed"},
        "leerroutes": {"leerroute": "b1", "since": day},
        "intake-findings": {"subject": "health", "finding": "goed"},
        "extensions": {
            "ground": "birth",
            "starts_on": day,
            "ends_on": date(2026, 8, 1),
            "decision": "granted",
            "decided_on": day,
        },
        "work-periods": {"employer": "Bakker", "starts_on": day},
        "childcare": {"starts_on": day},
        "attendances": {"activity": "workshop", "on": day, "present": True},
        "enforcement-steps": {"step": "call", "on": day},
        "duo-reports": {"report": "pip", "on": day},
        "notes": {"on": day, "text": "belt liever"},
    }
    assert rows.keys() == RECORDS.keys()
    for kind, fields in rows.items():
        model: Any = RECORDS[kind]
        move.session.add(model(case_id=move.case.id, **fields))
    move.answer(move.ask())
    new = move.new_case()
    left_behind = {
        kind
        for kind, model in RECORDS.items()
        if not move.session.scalar(select(func.count()).where(model.case_id == new.id))
    }
    assert left_behind == {
        *("intake-findings", "work-periods", "enforcement-steps", "duo-reports", "notes")
    }
    hours = move.session.scalars(select(records.Hours).filter_by(case_id=new.id)).one()
    assert (hours.hours, hours.reference, hours.version) == (Decimal("2.50"), "import:pvt", 1)


def test_talks_that_were_held_go_along_and_planned_ones_are_cancelled(move: Move) -> None:
    talk(move.session, move.case, NOW - timedelta(days=30)).state = AppointmentState.held
    planned = talk(move.session, move.case, NOW + timedelta(days=3))
    move.answer(move.ask())
    assert planned.state is AppointmentState.cancelled
    copied = move.session.scalars(select(Appointment).filter_by(case_id=move.new_case().id)).all()
    assert [each.state for each in copied] == [AppointmentState.held]


def test_the_person_moves_and_leaves_household_and_coach(move: Move) -> None:
    coach = person(move.session, NOW, Role.coach, name="Piet")
    home = Household(municipality_id="weert", name="Voorbeeld")
    move.session.add(home)
    move.session.flush()
    coaching = Coaching(household_id=home.id, coach_id=coach.id, began_at=NOW)
    move.session.add(coaching)
    move.case.participant.household_id = home.id
    move.session.flush()
    move.session.add(
        Consent(coaching_id=coaching.id, participant_id=move.who, given=True, answered_at=NOW)
    )
    move.answer(move.ask())
    moved = move.session.get_one(Participant, move.who)
    assert (moved.municipality_id, moved.household_id) == ("nederweert", None)
    assert not move.session.scalars(select(Consent.given)).one()
    roles = move.session.scalars(select(PersonRole).filter_by(person_id=move.who)).all()
    assert [(role.municipality_id, role.role) for role in roles] == [
        ("nederweert", Role.participant)
    ]
    move.session.refresh(move.chat)
    assert (move.chat.municipality_id, move.chat.person_id) == ("nederweert", move.who)


def test_a_no_transfers_nothing_and_can_be_asked_again(move: Move) -> None:
    transfer = move.ask()
    assert move.answer(transfer, agreed=False) == ["transfer.refused"]
    assert (transfer.state, move.case.closed_on) == (TransferState.refused, None)
    assert move.answer(transfer) == ["button_expired"]
    assert move.case.closed_on is None
    assert move.ask().state is TransferState.asked


def test_only_the_participant_answers_and_only_once(move: Move) -> None:
    transfer = move.ask()
    other = participant(move.session, NOW, "Yonas").participant_id
    assert move.answer(transfer, who=other) == ["button_expired"]
    assert transfer.state is TransferState.asked
    move.answer(transfer)
    assert move.answer(transfer) == ["transfer.done"]
    assert move.answer(transfer, agreed=False) == ["transfer.done"]
    move.new_case()


def test_consent_on_paper_is_written_down_and_told_in_the_chats(move: Move) -> None:
    done = move.on_paper(move.ask(), date(2026, 11, 20))
    assert (done.state, done.consent_on, done.consent_how) == (
        TransferState.done,
        date(2026, 11, 20),
        "formulier op papier",
    )
    assert move.new_case().municipality_id == "nederweert"
    assert len(move.said()) == 2


def test_consent_of_tomorrow_is_none(move: Move) -> None:
    transfer = move.ask()
    with pytest.raises(Invalid):
        move.on_paper(transfer, TODAY + timedelta(days=1))
    assert move.case.closed_on is None


def test_without_consent_nothing_is_transferred(move: Move) -> None:
    transfer = move.ask()
    with pytest.raises(Conflict):
        transfers.complete_transfer(move.session, move.rules, transfer, NOW)
    assert move.case.closed_on is None


def test_a_withdrawn_question_moves_nothing(move: Move) -> None:
    transfer = move.ask()
    args = (move.session, move.sanne, move.case.id, transfer.id, NOW)
    assert transfers.withdraw_transfer(*args).state is TransferState.withdrawn
    assert move.answer(transfer) == ["button_expired"]
    with pytest.raises(Conflict):
        transfers.withdraw_transfer(*args)
    with pytest.raises(Conflict):
        move.on_paper(transfer)


def test_a_case_can_go_only_to_another_town_that_is_here(move: Move) -> None:
    for to in ("weert", "amsterdam"):
        with pytest.raises(Invalid):
            move.ask(to)
    move.case.closed_on = TODAY
    move.session.flush()
    with pytest.raises(Conflict):
        move.ask()


def test_one_question_waits_at_a_time(database: Database, words: Words) -> None:
    with database.writing() as session:
        move = Move(session, words)
        move.ask()
    with database.writing() as session:
        move.session = session
        with pytest.raises(Conflict):
            move.ask()
        session.rollback()


def test_either_town_sees_its_own_side_only(move: Move) -> None:
    move.answer(move.ask())
    new = move.new_case()
    for me, own, other in ((move.sanne, move.case, new), (move.bram, new, move.case)):
        assert get_case(move.session, me, own.id)
        with pytest.raises(NotFound):
            get_case(move.session, me, other.id)
        with pytest.raises(NotFound):
            transfers.list_transfers(move.session, me, other.id)
        (seen,) = transfers.list_transfers(move.session, me, own.id)
        shown = TransferRead.of(seen, own.id).model_dump_json()
        assert str(other.id) not in shown


def test_only_regisseurs_of_the_town_ask(move: Move) -> None:
    move.sanne = move.bram
    with pytest.raises(NotFound):
        move.ask()
    for role in Role:
        if role is not Role.regisseur:
            move.sanne = person(move.session, NOW, role)
            with pytest.raises(NotAllowed):
                move.ask()


def test_the_transfer_is_in_the_history_of_both_cases(move: Move) -> None:
    move.answer(move.ask())
    for case, kind in ((move.case, "transfer"), (move.new_case(), "case")):
        found = move.session.scalars(select(Change).filter_by(case_id=case.id, kind=kind)).all()
        assert found
        assert found[-1].by_id == move.who
    reports = select(func.count()).select_from(records.DuoReport)
    assert move.session.scalar(reports) == 0


def test_two_answers_at_once_are_one_transfer(database: Database, words: Words) -> None:
    with database.writing() as session:
        move = Move(session, words)
        transfer, who = move.ask().id, move.who

    def press(_: int) -> str:
        with database.writing() as session:
            given = (session, words, words.rules, who, transfer, True, NOW)
            return transfers.answer_transfer(*given)[-1].key

    assert at_once(3, press) == ["transfer.done"] * 3
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 2


def test_half_a_transfer_leaves_nothing(
    database: Database, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.writing() as session:
        move = Move(session, words)
        transfer = move.ask()
    monkeypatch.setattr(transfers, "_move_person", _broken)
    with pytest.raises(RuntimeError):
        _answered(database, move, transfer)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
        assert session.scalars(select(Case)).one().closed_on is None
        assert session.scalars(select(Transfer)).one().state is TransferState.asked


def test_who_lived_there_before_keeps_one_role(move: Move) -> None:
    town(move.session, "nederweert", "Nederweert")
    role = PersonRole(person_id=move.who, municipality_id="nederweert", role=Role.participant)
    move.session.add(role)
    move.session.flush()
    move.answer(move.ask())
    roles = move.session.scalars(
        select(PersonRole.municipality_id).filter_by(person_id=move.who)
    ).all()
    assert roles == ["nederweert"]


def test_a_transfer_goes_over_http(
    sqlite: Database, clock: FixedClock, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)
    with sqlite.writing() as session:
        move = Move(session, words)
        path = f"/v1/cases/{move.case.id}/transfers"
        token = open_session(session, move.sanne, NOW)
    made: dict[str, Any] = {
        "database_url": sqlite.engine.url.render_as_string(hide_password=False),
        "rasa_secret": "a secret",
        "service_token": "a token",
        "telegram_token": None,
        "workers": False,
    }
    with TestClient(create_app(Settings(**made), clock)) as client:
        assert client.post(path, json={"to": "nederweert"}).status_code == 401
        client.headers["Authorization"] = f"Bearer {token}"
        assert client.post(path, json={"to": "weert"}).status_code == 400
        body = {"to": "nederweert", "registeredOn": "2026-12-01"}
        asked = client.post(path, json=body)
        assert (asked.status_code, asked.json()["state"]) == (201, "asked")
        back = client.post(f"{path}/{asked.json()['id']}/withdrawal").json()
        assert back["state"] == "withdrawn"
        again = client.post(path, json=body).json()
        consent = {"on": "2026-11-20", "how": "op papier"}
        done = client.post(f"{path}/{again['id']}/consent", json=consent).json()
        assert (done["state"], done["otherMunicipality"]) == ("done", "nederweert")
        assert len(client.get(path).json()["results"]) == 2


def _answered(database: Database, move: Move, transfer: Transfer) -> None:
    with database.writing() as session:
        move.session = session
        move.answer(transfer)


def _broken(*_: object) -> None:
    raise RuntimeError("the power fails")


def _known(move: Move, town_id: str) -> Any:
    return known_rules(move.session, move.rules, town_id, TODAY)


def test_a_question_that_waits_goes_along_to_the_new_municipality(move: Move) -> None:
    waiting = ask_for_person(move.session, move.chat, Reason.asked, NOW)
    move.answer(move.ask())
    move.session.refresh(waiting)
    assert waiting.municipality_id == "nederweert"
