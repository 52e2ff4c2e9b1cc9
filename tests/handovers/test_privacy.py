"""What may not be seen, kept or silenced around a hand-over."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.coaching import asking as coach_asks
from api.conversations.models import Conversation, Message
from api.db import Database
from api.errors import Conflict, Invalid
from api.handovers import asking, service
from api.handovers.asking import set_town
from api.handovers.drafts import Drafted, make_draft
from api.handovers.models import EventKind, HandOver, HandOverEvent, Reason, ReplyDraft
from api.handovers.ownership import lock_conversation
from api.handovers.queue import list_events
from api.handovers.reading import Reading, Readings
from api.handovers.sentences import send_sentence
from api.notices.models import Notice, NoticeKind
from api.people import unlinking
from api.people.linking import unlink
from api.people.models import Municipality, Person, Role
from tests.factories import FixedClock, participant, person, regisseur, town
from tests.handovers.desk import TalkDesk
from tests.handovers.waiting_room import WaitingRoom, at


@pytest.fixture
def room(database: Database, words: Words, clock: FixedClock) -> WaitingRoom:
    return WaitingRoom(database, words, clock)


def note(room: WaitingRoom, who: UUID, text: str) -> None:
    with room.database.writing() as session:
        me = session.get_one(Person, who)
        service.add_note(session, room.hand_over().id, me, text, room.clock())


def move(room: WaitingRoom, to: str) -> None:
    with room.database.writing() as session:
        hand_over = session.get_one(HandOver, room.hand_over().id)
        set_town(session, hand_over, session.get_one(Municipality, to), room.clock())


def notes(room: WaitingRoom) -> list[str]:
    with room.database.reading() as session:
        events = list_events(session, session.get_one(HandOver, room.hand_over().id))
        return [each.text for each in events if each.kind is EventKind.note]


def in_roermond(room: WaitingRoom) -> UUID:
    with room.database.writing() as session:
        town(session, "roermond", "Roermond")
        return regisseur(session, room.clock(), "Femke", towns=("roermond",)).id


def test_what_a_town_noted_stays_there_when_the_question_goes_to_another(
    room: WaitingRoom,
) -> None:
    femke = in_roermond(room)
    room.ask()
    note(room, room.sanne, "Dit is van Weert.")
    move(room, "roermond")
    note(room, femke, "Dit is van Roermond.")
    assert notes(room) == ["Dit is van Roermond."]
    move(room, "weert")
    assert notes(room) == ["Dit is van Weert."]


def test_a_colleague_reads_what_was_noted_before_the_town_was_known(room: WaitingRoom) -> None:
    with room.database.writing() as session:
        session.get_one(Conversation, room.chat).municipality_id = None
    room.ask()
    note(room, room.sanne, "Vraag naar de woonplaats.")
    move(room, "weert")
    note(room, room.joris, "Het is Weert.")
    assert notes(room) == ["Vraag naar de woonplaats.", "Het is Weert."]


def test_the_same_town_again_changes_no_clock_and_gives_no_second_alarm(room: WaitingRoom) -> None:
    room.ask()
    room.look(at(24, 12))
    alarmed_at = room.hand_over().alarmed_at
    assert alarmed_at is not None
    move(room, "weert")
    room.look()
    assert room.hand_over().alarmed_at == alarmed_at
    assert room.events().count(EventKind.alarmed) == 1


@pytest.mark.parametrize("left", ["taken over", "assigned", "too late"])
def test_a_draft_goes_when_who_wrote_it_has_the_question_no_more(
    room: WaitingRoom, left: str
) -> None:
    room.ask()
    room.claim()
    with room.database.writing() as session:
        sanne, joris = (session.get_one(Person, id) for id in (room.sanne, room.joris))
        drafted = Drafted("Ik zoek het uit.", "nl", "Ik zoek het uit.", "", ())
        id = room.hand_over().id
        make_draft(session, id, sanne, drafted, room.clock())
        match left:
            case "taken over":
                service.take_over(session, id, joris, room.clock())
            case "assigned":
                service.assign(session, id, sanne, joris.id, room.clock())
            case _:
                hand_over = session.get_one(HandOver, id)
                service.reopen(session, room.words, hand_over, "late", room.clock())
        assert session.scalar(select(func.count(ReplyDraft.id))) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_who_locks_a_conversation_sees_what_changed_while_they_waited(
    room: WaitingRoom,
) -> None:
    """PostgreSQL lets somebody else write between the look and the lock; SQLite has one writer."""
    with room.database.writing() as session:
        seen = session.get_one(Conversation, room.chat)
        assert seen.language == "nl"
        with room.database.writing() as other:
            changed = update(Conversation).where(Conversation.id == room.chat)
            other.execute(changed.values(language="ar"))
        lock_conversation(session, room.chat)
        assert seen.language == "ar"


def somebody_else_links(session: Session, conversation_id: UUID) -> None:
    """Stands for the lock: between the look and the lock the chat became another's."""
    bilal = session.scalars(select(Person.id).filter_by(first_name="Bilal")).one()
    linked = update(Conversation).where(Conversation.id == conversation_id)
    session.execute(linked.values(person_id=bilal))


@pytest.fixture
def amina(room: WaitingRoom, monkeypatch: pytest.MonkeyPatch) -> UUID:
    """Whose chat becomes Bilal's while somebody waits for the lock."""
    for module in (asking, coach_asks, unlinking):
        monkeypatch.setattr(module, "lock_conversation", somebody_else_links)
    with room.database.writing() as session:
        person(session, room.clock(), Role.participant, name="Bilal")
        id = participant(session, room.clock(), "Amina", "nl").participant_id
        session.get_one(Conversation, room.chat).person_id = id
    return id


def whose(room: WaitingRoom) -> str | None:
    with room.database.reading() as session:
        owner = session.get_one(Conversation, room.chat).person
        return owner.first_name if owner else None


def test_no_conversation_begins_in_a_chat_that_became_anothers(
    room: WaitingRoom, amina: UUID
) -> None:
    with room.database.writing() as session:
        sanne = session.get_one(Person, room.sanne)
        with pytest.raises(Conflict):
            asking.open_conversation(session, room.words, amina, sanne, room.clock())
    assert room.said() == []


def test_who_has_a_conversation_sees_that_its_chat_was_unlinked(room: WaitingRoom) -> None:
    with room.database.writing() as session:
        talk = session.get_one(Conversation, room.chat)
        hand_over = asking.ask_for_person(session, talk, Reason.asked, room.clock())
        unlink(session, talk, room.clock())
        events = [event.kind for event in list_events(session, hand_over)]
    assert events == [EventKind.asked, EventKind.unlinked]


def test_what_a_coach_asked_is_not_told_to_who_has_the_chat_now(
    room: WaitingRoom, amina: UUID
) -> None:
    with room.database.writing() as session:
        joke = person(session, room.clock(), Role.coach, name="Joke")
        coach_asks.tell_asked(session, room.words, joke, amina, room.clock())
    assert room.said() == []


def test_the_town_unlinks_only_who_it_meant(room: WaitingRoom, amina: UUID) -> None:
    with room.database.writing() as session:
        who = session.get_one(Person, amina)
        unlinking.unlink_chat(session, room.words, who, room.chat, room.clock())
    assert (whose(room), room.said()) == ("Bilal", [])


def test_a_translation_is_not_read_for_other_words_with_the_same_number() -> None:
    """SQLite gives the number of an erased line again."""
    readings, now = Readings(), at(23, 10)
    first, second = (Message(id=7, text=text, language="ar") for text in ("واحد", "اثنان"))
    readings.read(first, now, lambda: Reading("een", ()))
    assert readings.read(second, now, lambda: Reading("twee", ())).text == "twee"
    assert readings.read(first, now, lambda: Reading("opnieuw", ())).text == "een"
    later = now + timedelta(hours=1)
    assert readings.read(first, later, lambda: Reading("opnieuw", ())).text == "opnieuw"


def test_a_day_at_the_begin_of_time_is_over_and_no_fault_of_ours(
    sqlite: Database, words: Words, clock: FixedClock
) -> None:
    with sqlite.writing() as session:
        desk = TalkDesk(session, words, clock)
        keys = [
            key
            for key in words.catalogue.starting_with("sentence.")
            if "moment" in words.catalogue.gaps(key)
        ]
        values = {"moment": "0001-01-01T00:00", "place": "Stadhuis"}
        with pytest.raises(Invalid) as refused:
            send_sentence(session, words, desk.claimed().id, desk.sanne, keys[0], values, clock())
        assert refused.value.faults["moment"] == "over"


def test_nothing_that_tells_staff_holds_words_or_a_name(room: WaitingRoom) -> None:
    """A notice and a line of the log say what and when."""
    room.ask()
    room.claim()
    room.reply()
    room.hear()
    with room.database.reading() as session:
        texts = session.scalars(select(HandOverEvent.text)).all()
        kinds = session.scalars(select(Notice.kind)).all()
    assert set(texts) <= {"", "asked"}
    assert set(kinds) <= set(NoticeKind)
