"""The page of one conversation: reading, answering in three ways, interpreters, the log."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

import api.app
from api.answers.models import ChecklistTick
from api.answers.words import Words
from api.attachments.models import Attachment, AttachmentState
from api.channels.webchat import _lines
from api.console.views import console_text
from api.conversations.models import Author, Conversation, Kind, Message
from api.db import Database
from api.handovers import asking
from api.handovers.bureau import Bureau, Busy, TooSlow
from api.handovers.models import EventKind, HandOver, HandOverEvent, Reason, ReplyDraft
from api.handovers.service import add_note
from api.people.models import Person, Role
from tests.factories import FixedClock, conversation, participant, person, talk
from tests.handovers.scripted_machine import ScriptedMachine
from tests.test_web import Console, client
from translations.machine import ModelFailed

__all__ = ["client"]

DUTCH = "Kom maandag om 14:15 naar het stadhuis."
ARABIC = "تعال يوم الاثنين الساعة 14:15 إلى البلدية."
BACK = "Kom maandag om 14:15 naar de gemeente."
WITHOUT_TIME = "تعال يوم الاثنين إلى البلدية."
QUESTION = "وصلتني رسالة."
IN_DUTCH = "Ik heb een brief gekregen."


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


@dataclass
class Room(Console):
    """A conversation in Arabic with a regisseur, and a machine that says what a test tells it."""

    words: Words

    def __init__(
        self, client: TestClient, database: Database, clock: FixedClock, words: Words
    ) -> None:
        super().__init__(client, database, clock)
        self.words, self.machine = (
            words,
            ScriptedMachine(
                {(DUTCH, "ar"): ARABIC, (ARABIC, "nl"): BACK, (QUESTION, "nl"): IN_DUTCH}
            ),
        )
        client.app.state.bureau = Bureau(self.machine)  # type: ignore[attr-defined]
        self.sanne = self.add()
        self.id, self.case_id = self._asked("ar")
        self.signed_in(self.sanne)

    def _asked(self, language: str) -> tuple[str, UUID]:
        with self.database.writing() as session:
            case = participant(session, self.clock(), language=language)
            talk(session, case, self.clock() + timedelta(days=3))
            made = conversation(session, self.clock(), f"chat-{language}", language)
            made.person_id, made.municipality_id = case.participant_id, "weert"
            hand_over = asking.ask_for_person(session, made, Reason.asked, self.clock())
            return str(hand_over.id), case.id

    @property
    def here(self) -> str:
        return f"/console/hand-overs/{self.id}"

    def claimed(self) -> "Room":
        assert self.post(f"{self.here}/claim").status_code == 303
        return self

    def page(self) -> str:
        answer = self.get(self.here)
        assert answer.status_code == 200
        return unescape(answer.text)

    def hears(self, text: str = QUESTION, kind: Kind = Kind.text, **more: object) -> int:
        """A line of the participant; its id."""
        with self.database.writing() as session:
            of = self.hand_over(session).conversation
            line = Message(
                **{
                    **{"conversation_id": of.id, "author": Author.participant, "kind": kind},
                    **{"text": text, "language": of.speaks, "at": self.clock(), **more},
                }
            )
            session.add(line)
            session.flush()
            return line.id

    def hand_over(self, session: Session) -> HandOver:
        return session.get_one(HandOver, UUID(self.id))

    def said(self) -> list[Message]:
        """What people of the municipality said."""
        with self.database.reading() as session:
            query = select(Message).where(Message.author == Author.person)
            return list(session.scalars(query.order_by(Message.id)))

    def draft(self) -> ReplyDraft | None:
        with self.database.reading() as session:
            return session.scalar(select(ReplyDraft))

    def t(self, key: str, **gaps: object) -> str:
        return console_text(self.words, key, **gaps)


@pytest.fixture
def room(client: TestClient, sqlite: Database, clock: FixedClock, words: Words) -> Room:
    return Room(client, sqlite, clock, words)


# Reading


def test_getting_the_page_changes_nothing_and_saying_that_it_was_read_tells_once(
    room: Room,
) -> None:
    page = room.page()
    assert f'data-read="{room.here}/read"' in page
    with room.database.reading() as session:
        assert room.hand_over(session).read_at is None
    for _ in range(2):
        assert room.post(f"{room.here}/read").status_code == 204
    with room.database.reading() as session:
        events = session.scalars(select(HandOverEvent.kind)).all()
        assert room.hand_over(session).read_at is not None
    assert events.count(EventKind.read) == 1
    assert "data-read=" not in room.page()


def test_a_foreign_line_offers_its_translation_and_a_dutch_one_does_not(room: Room) -> None:
    foreign, dutch = room.hears(), room.hears("hallo", language="nl")
    alarm = room.hears("خطر", topic="nood")
    page = room.page()
    assert f"messages/{foreign}/translation" in page
    for other in (dutch, alarm):
        assert f"messages/{other}/translation" not in page


def test_a_line_is_read_in_dutch_beside_the_original_and_nothing_is_stored(room: Room) -> None:
    line = room.hears()
    path = f"{room.here}/messages/{line}/translation"
    whole, part = room.get(path).text, room.get(f"{path}?part=true").text
    for text in (whole, part):
        assert IN_DUTCH in text
        assert room.t("line.machine_read") in text
    assert QUESTION in whole
    assert "<html" not in part
    assert room.machine.asked == [QUESTION]
    with room.database.reading() as session:
        stored = session.get_one(Message, line)
        assert (stored.text, stored.original, stored.machine) == (QUESTION, None, False)


def test_a_lost_time_is_told_under_the_translation(room: Room) -> None:
    room.machine.said[ARABIC, "nl"] = "Kom maandag naar de gemeente."
    line = room.hears(ARABIC)
    part = room.get(f"{room.here}/messages/{line}/translation?part=true").text
    assert room.t("fault_of.missing", value="14:15") in part


@pytest.mark.parametrize(
    ("error", "status", "key"),
    [
        (Busy("full"), 503, "error.translation_busy"),
        (TooSlow("slow"), 503, "error.translation_slow"),
        (ModelFailed("RuntimeError"), 503, "error.translation_failed"),
    ],
)
def test_a_machine_that_cannot_now_is_a_calm_line_with_a_way_to_try_again(
    room: Room, error: Exception, status: int, key: str
) -> None:
    room.machine.said[QUESTION, "nl"] = error
    path = f"{room.here}/messages/{room.hears()}/translation"
    answer = room.get(f"{path}?part=true")
    assert (answer.status_code, path in answer.text) == (status, True)
    assert room.t(key) in answer.text
    assert QUESTION in room.get(path).text
    room.machine.said[QUESTION, "nl"] = IN_DUTCH
    assert IN_DUTCH in room.get(path).text


def test_what_is_not_shown_is_not_translated(room: Room) -> None:
    alarm = room.hears("خطر", topic="nood")
    for line in (alarm, 99_999):
        assert room.get(f"{room.here}/messages/{line}/translation").status_code == 404
    assert room.machine.asked == []


def test_a_colleague_elsewhere_reads_nothing(room: Room) -> None:
    line = room.hears()
    room.client.cookies.clear()
    path = f"{room.here}/messages/{line}/translation"
    assert room.get(path).headers["Location"] == "/console/login"
    room.signed_in(room.add("Bram", "cranendonck"))
    assert room.get(path).status_code == 404
    assert room.machine.asked == []


# Answering by machine


def test_a_reply_is_translated_shown_and_sent_only_then(room: Room) -> None:
    room.claimed()
    answer = room.post(f"{room.here}/drafts", text=DUTCH)
    assert answer.headers["Location"] == f"{room.here}#draft"
    assert room.said() == []
    page = room.page()
    for shown in (DUTCH, ARABIC, BACK, room.t("draft.send")):
        assert shown in page
    assert 'dir="rtl"' in page
    draft = room.draft()
    assert draft is not None
    assert room.post(f"{room.here}/drafts/{draft.id}/send").status_code == 303
    [line] = room.said()
    assert (line.text, line.original, line.machine, line.language) == (ARABIC, DUTCH, True, "ar")
    page = room.page()
    assert room.t("line.machine") in page
    assert f'<div class="original" lang="nl" dir="ltr">{DUTCH}</div>' in page
    assert room.t("draft.send") not in page


def test_a_draft_with_a_fault_is_sent_only_after_a_tick(room: Room) -> None:
    room.machine.said[DUTCH, "ar"] = WITHOUT_TIME
    room.claimed().post(f"{room.here}/drafts", text=DUTCH)
    assert room.t("fault_of.missing", value="14:15") in room.page()
    draft = room.draft()
    assert draft is not None
    answer = room.post(f"{room.here}/drafts/{draft.id}/send")
    assert answer.status_code == 400
    assert room.t("error.look_at_draft") in unescape(answer.text)
    assert room.said() == []
    room.post(f"{room.here}/drafts/{draft.id}/send", seen="true")
    assert [line.text for line in room.said()] == [WITHOUT_TIME]


def test_a_draft_can_be_thrown_away(room: Room) -> None:
    room.claimed().post(f"{room.here}/drafts", text=DUTCH)
    assert room.post(f"{room.here}/drafts/discard").status_code == 303
    assert room.draft() is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "error.empty_reply"),
        ("U moet € 250 betalen.", "error.draft_money"),
        ("U krijgt een boete.", "error.draft_fine"),
    ],
)
def test_what_no_machine_may_say_comes_back_as_it_was_typed(
    room: Room, text: str, key: str
) -> None:
    answer = room.claimed().post(f"{room.here}/drafts", text=text)
    page = unescape(answer.text)
    assert answer.status_code == 400
    assert room.t(key) in page
    assert f">{text}</textarea>" in page
    assert room.t("sentences.title") in page
    assert room.machine.asked == []


def test_while_the_machine_is_busy_nothing_that_was_typed_is_lost(room: Room) -> None:
    room.machine.said[DUTCH, "ar"] = Busy("full")
    answer = room.claimed().post(f"{room.here}/drafts", text=DUTCH)
    assert answer.status_code == 503
    assert DUTCH in answer.text
    assert room.t("error.translation_busy") in answer.text
    assert room.draft() is None


def test_the_machine_works_while_no_transaction_is_open(room: Room) -> None:
    """Else a slow translation would keep everybody from writing."""
    room.claimed()
    wrote = []

    def other(text: str, source: str, target: str, give_up: object = None) -> str:
        with room.database.writing() as session:
            session.get_one(HandOver, UUID(room.id)).urgent = True
            wrote.append(text)
        return ARABIC if target == "ar" else BACK

    room.machine.translate = other  # type: ignore[method-assign]
    assert room.post(f"{room.here}/drafts", text=DUTCH).status_code == 303
    line = room.hears()
    assert room.get(f"{room.here}/messages/{line}/translation").status_code == 200
    assert wrote == [DUTCH, ARABIC, QUESTION]


def test_only_our_own_form_of_who_has_the_question_translates(room: Room) -> None:
    assert room.post(f"{room.here}/drafts", text=DUTCH).status_code == 409
    stale = room.client.post(f"{room.here}/drafts", data={"csrf": "made up", "text": DUTCH})
    assert stale.status_code == 403
    room.claimed()
    room.client.cookies.clear()
    room.signed_in(room.add("Joris"))
    assert room.post(f"{room.here}/drafts", text=DUTCH).status_code == 403
    assert room.machine.asked == []


def test_without_models_there_is_no_button_and_one_line_says_how_to_get_them(room: Room) -> None:
    room.machine.known = frozenset()
    line = room.hears()
    page = room.claimed().page()
    assert f"{room.here}/drafts" not in page
    assert f"messages/{line}/translation" not in page
    assert "wegwijs translation install nl ar en tr" in page
    answer = room.post(f"{room.here}/drafts", text=DUTCH)
    assert (answer.status_code, room.t("error.no_model") in answer.text) == (400, True)


def test_for_tigrinya_the_page_offers_sentences_and_an_interpreter(room: Room) -> None:
    room.id, _ = room._asked("ti")
    page = room.claimed().page()
    assert room.t("draft.no_model_ti") in page
    assert '<details id="ask-interpreter" open>' in page
    assert room.words.text("ti", "sentence.bye") in page
    assert f"{room.here}/drafts" not in page


# Answering with a sentence


def test_a_sentence_goes_in_their_language_with_the_dutch_under_it(room: Room) -> None:
    form = {"sentence": "sentence.call_you", "moment_day": "2026-12-03", "moment_time": "14:15"}
    answer = room.claimed().post(f"{room.here}/sentences", **form)
    assert answer.status_code == 303
    [line] = room.said()
    assert (line.language, line.machine) == ("ar", False)
    assert line.original is not None
    assert line.original in room.page()
    assert room.t("line.sentence_draft" if line.draft else "line.sentence") in room.page()


def test_a_sentence_with_a_wrong_gap_comes_back_open_with_what_was_typed(room: Room) -> None:
    form = {"sentence": "sentence.other_office", "place": "Voorbeeldloket", "phone": "geen"}
    answer = room.claimed().post(f"{room.here}/sentences", **form)
    page = unescape(answer.text)
    assert answer.status_code == 400
    assert '<details class="sentences" id="sentences" open>' in page
    assert 'value="Voorbeeldloket"' in page
    assert room.t("gap.fault.unreadable") in page
    assert page.count('aria-invalid="true"') == 1
    assert room.said() == []


def test_the_page_says_which_sentences_no_native_speaker_has_checked(room: Room) -> None:
    drafts = [
        key
        for key in room.words.catalogue.starting_with("sentence.")
        if room.words.catalogue.entry("ar", key).state.is_draft
    ]
    assert room.claimed().page().count(room.t("sentences.draft")) == len(drafts)


# Interpreters


def test_an_interpreter_is_asked_arranged_and_cancelled_on_the_page(room: Room) -> None:
    room.post(f"{room.here}/interpreters", language="ar")
    assert room.t("interpreter.state.asked") in room.page()
    [at] = re.findall(rf'action="({room.here}/interpreters/\d+)/arrange"', room.page())
    form = {"language": "ar", "at_day": "2026-12-03", "at_time": "14:15", "who": "Tolk Bedacht"}
    assert room.post(f"{at}/arrange", **form, phone="0495 000 009").status_code == 303
    page = room.page()
    for shown in ("Tolk Bedacht", "0495 000 009", "do 03-12, 14:15 uur", "Geregeld"):
        assert shown in page
    assert room.post(f"{at}/cancel").status_code == 303
    assert room.t("interpreter.state.cancelled") in room.page()
    assert room.page().count(room.t("event.interpreter") + ": ") == 3


@pytest.mark.parametrize(
    ("form", "key"),
    [
        ({"at_day": "2026-12-03"}, "interpreter.fault.at_unreadable"),
        ({"at_day": "2026-11-01", "at_time": "10:00"}, "interpreter.fault.at_over"),
        ({"phone": "geen"}, "gap.fault.unreadable"),
    ],
)
def test_an_interpreter_that_cannot_be_comes_back_with_what_was_typed(
    room: Room, form: dict[str, str], key: str
) -> None:
    more = {"language": "ar", "who": "Tolk Bedacht", **form}
    answer = room.post(f"{room.here}/interpreters", **more)
    page = unescape(answer.text)
    assert answer.status_code == 400
    assert room.t(key) in page
    assert 'value="Tolk Bedacht"' in page
    assert room.t("interpreter.none") in page


# Beside the conversation


def test_the_details_tell_whose_it_is_what_about_and_who_waits_since_when(room: Room) -> None:
    with room.database.writing() as session:
        hand_over = room.hand_over(session)
        asking.set_subject(session, hand_over, "letters", room.clock())
        hand_over.urgent, hand_over.owner_id, hand_over.asked_times = True, room.sanne.id, 3
        tick = ChecklistTick(conversation_id=hand_over.conversation_id, checklist="letters_duo")
        tick.item, tick.ticked_at = 1, room.clock()
        session.add(tick)
    page = room.page()
    total = room.words.checklist("letters_duo")
    for shown in (
        *(room.t("hand_over.urgent"), room.words.text("nl", "menu.letters")),
        *(room.t("hand_over.asked_times", times=3), f": 1 van {total}"),
        *(f'href="/console/cases/{room.case_id}"', "ma 23-11, 10:00 uur"),
    ):
        assert shown in page
    assert room.t("queue.late") not in page
    with room.database.writing() as session:
        room.hand_over(session).answer_by = room.clock() - timedelta(minutes=1)
    assert room.t("queue.late") in room.page()


def test_the_case_is_linked_only_for_who_may_see_it(room: Room) -> None:
    with room.database.writing() as session:
        hand_over = room.hand_over(session)
        marloes = person(session, room.clock(), Role.coordinator, name="Marloes")
        marloes.email, marloes.password_hash = "marloes@wegwijs.example", room.sanne.password_hash
        hand_over.state, hand_over.claimed_by_id = "claimed", marloes.id  # type: ignore[assignment]
        hand_over.claimed_at = room.clock()
    assert str(room.case_id) in room.page()
    room.client.cookies.clear()
    room.signed_in(_found(room, "marloes@wegwijs.example"))
    assert str(room.case_id) not in room.page()


def _found(room: Room, email: str) -> Person:
    with room.database.reading() as session:
        return session.scalars(select(Person).filter_by(email=email)).one()


def test_the_log_tells_what_happened_by_whom_with_the_notes(room: Room) -> None:
    with room.database.writing() as session:
        me = session.get_one(Person, room.sanne.id)
        add_note(session, UUID(room.id), me, "Belt liever <vroeg>.", room.clock())
    page = room.get(room.here).text
    assert room.t("event.asked") in page
    assert "Belt liever &lt;vroeg&gt;." in page
    assert "<vroeg>" not in page


def test_every_kind_of_event_reason_and_file_has_words(words: Words) -> None:
    keys = words.console.keys()
    assert {f"event.{kind}" for kind in EventKind} <= keys
    assert {f"reason.{reason}" for reason in Reason} <= keys
    shown = {AttachmentState.stored, AttachmentState.failed}
    assert {f"file.state.{state}" for state in AttachmentState if state not in shown} <= keys


def test_what_changes_by_itself_comes_with_the_lines(room: Room) -> None:
    part = room.get(f"{room.here}/messages").text
    assert "<html" not in part
    for name in ("tags", "facts", "log"):
        assert f'data-fresh="{name}"' in part
        assert f'id="{name}"' in room.page()


# What was sent along


@pytest.mark.parametrize(
    ("state", "type", "shown"),
    [
        (AttachmentState.stored, "audio/ogg", '<audio controls preload="none"'),
        (AttachmentState.stored, "image/jpeg", "<img src="),
        (AttachmentState.stored, "application/pdf", "Download het bestand"),
        (AttachmentState.wanted, None, "Wordt opgehaald"),
        (AttachmentState.offered, None, "Vraag toestemming"),
        (AttachmentState.kept_back, None, "Niet doorgegeven"),
        (AttachmentState.failed, None, "Niet gelukt: het bestand is te groot."),
        (AttachmentState.removed, None, "Verwijderd door een medewerker"),
    ],
)
def test_a_file_is_shown_or_what_became_of_it(
    room: Room, state: AttachmentState, type: str | None, shown: str
) -> None:
    line = room.claimed().hears("", kind=Kind.photo)
    with room.database.writing() as session:
        attachment = Attachment(
            conversation_id=room.hand_over(session).conversation_id,
            message_id=line,
            **{"state": state, "kind": Kind.photo, "type": type, "tries": 0},
            why="too_large" if state is AttachmentState.failed else None,
            **dict.fromkeys(("offered_at", "due_at", "done_at"), room.clock()),
        )
        session.add(attachment)
        session.flush()
        file = f"/console/attachments/{attachment.id}"
    page = room.page()
    assert shown in page
    there = state is AttachmentState.stored
    assert (f'"{file}"' in page) == there
    assert (f'action="{file}/remove"' in page) == (there or state is AttachmentState.wanted)
    assert (f'action="{file}/ask"' in page) == (state is AttachmentState.offered)


# What the participant's page is told


def test_the_wire_of_the_chat_carries_the_dutch_and_who_translated(room: Room) -> None:
    room.claimed().post(f"{room.here}/drafts", text=DUTCH)
    draft = room.draft()
    assert draft is not None
    room.post(f"{room.here}/drafts/{draft.id}/send")
    with room.database.reading() as session:
        conversation_id = session.scalars(select(Conversation.id)).one()
    line = _lines(room.database, conversation_id, 0)[-1]
    assert (line.text, line.original, line.machine) == (ARABIC, DUTCH, True)
    page = room.client.get("/chat?language=ar").text
    assert room.words.text("ar", "machine_mark") in unescape(page)
