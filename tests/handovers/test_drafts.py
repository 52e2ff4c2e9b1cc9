"""A reply by machine: shown first, sent as it was shown, and never about money or deadlines."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from api.answers.words import Words
from api.conversations.models import Author, Conversation
from api.db import Database
from api.errors import Conflict, Invalid, NotAllowed, NotFound
from api.handovers.bureau import Bureau
from api.handovers.drafts import (
    MAX_DUTCH_CHARACTERS,
    can_translate,
    find_draft,
    make_draft,
    must_survive,
    send_draft,
    translate_reply,
)
from api.handovers.models import ReplyDraft
from api.handovers.reading import (
    REMEMBERED,
    REMEMBERED_FOR,
    Reading,
    Readings,
    get_foreign_line,
    is_foreign,
    read_in_dutch,
)
from api.handovers.service import hand_back
from api.outbox.service import _as_read
from tests.factories import FixedClock, regisseur
from tests.handovers.desk import TalkDesk
from tests.handovers.scripted_machine import ScriptedMachine
from tests.translations.corpus import CORPUS
from translations.catalogue import SOURCE
from translations.machine import Machine, ModelFailed, NoModel

DUTCH = "Kom maandag om 14:15 naar het stadhuis."
ARABIC = "تعال يوم الاثنين الساعة 14:15 إلى البلدية."
WITHOUT_TIME = "تعال يوم الاثنين إلى البلدية."
BACK = "Kom maandag om 14:15 naar de gemeente."
GOOD: dict[tuple[str, str], str | Exception] = {(DUTCH, "ar"): ARABIC, (ARABIC, "nl"): BACK}


@pytest.fixture
def desk(database: Database, words: Words, clock: FixedClock) -> Iterator[TalkDesk]:
    with database.writing() as session:
        yield TalkDesk(session, words, clock)


def bureau(said: dict[tuple[str, str], str | Exception] | None = None) -> Bureau:
    return Bureau(ScriptedMachine(GOOD if said is None else said))


def drafted(at: TalkDesk, dutch: str = DUTCH) -> ReplyDraft:
    said = GOOD | {("Kom dinsdag.", "ar"): "تعال يوم الثلاثاء."}
    made = translate_reply(bureau(said), dutch, "ar")
    return make_draft(at.session, at.claimed().id, at.sanne, made, at.clock())


def test_a_draft_is_shown_with_its_translation_back_and_sends_nothing(desk: TalkDesk) -> None:
    draft = drafted(desk)
    assert (draft.dutch, draft.translation, draft.back) == (DUTCH, ARABIC, BACK)
    assert draft.faults == []
    assert find_draft(desk.session, desk.claimed(), desk.sanne) is draft
    assert [line.staff_id for line in desk.lines()] == [None]


def test_it_is_sent_as_it_was_shown_marked_and_with_the_dutch_under_it(desk: TalkDesk) -> None:
    draft = drafted(desk)
    line = send_draft(desk.session, desk.claimed().id, desk.sanne, draft.id, desk.clock())
    assert (line.text, line.language, line.original) == (ARABIC, "ar", DUTCH)
    assert (line.machine, line.staff_id) == (True, desk.sanne.id)
    assert desk.claimed().waiting_since is None
    read = _as_read(desk.session.get_one(Conversation, desk.conversation.id), line, desk.words)
    assert desk.words.text("ar", "machine_mark") in read
    assert read.endswith(DUTCH)


def test_what_was_sent_is_no_draft_any_more(desk: TalkDesk) -> None:
    draft = drafted(desk)
    hand_over = desk.claimed()
    send_draft(desk.session, hand_over.id, desk.sanne, draft.id, desk.clock())
    assert find_draft(desk.session, hand_over, desk.sanne) is None
    with pytest.raises(NotFound):
        send_draft(desk.session, hand_over.id, desk.sanne, draft.id, desk.clock())


def test_a_reply_that_changed_is_another_draft_and_the_old_one_cannot_be_sent(
    desk: TalkDesk,
) -> None:
    old = drafted(desk).id
    desk.clock.move(timedelta(minutes=1))
    new = drafted(desk, "Kom dinsdag.")
    assert desk.session.scalars(select(ReplyDraft.id)).all() == [new.id]
    with pytest.raises(NotFound):
        send_draft(desk.session, desk.claimed().id, desk.sanne, old, desk.clock())


def test_a_lost_time_is_a_fault_that_names_it(desk: TalkDesk) -> None:
    said: dict[tuple[str, str], str | Exception] = {(DUTCH, "ar"): WITHOUT_TIME}
    made = translate_reply(bureau(said), DUTCH, "ar")
    assert "missing 14:15" in made.faults


def test_what_must_survive_is_listed_once() -> None:
    values = must_survive(f"{DUTCH} Dus om 14:15.")
    assert [value.text for value in values if value.value == "14:15"] == ["14:15"]


@pytest.mark.parametrize(
    ("dutch", "key"),
    [
        ("", "error.empty_reply"),
        ("x" * (MAX_DUTCH_CHARACTERS + 1), "error.draft_too_long"),
        ("Uw BSN is 111222333.", "error.secret_in_reply"),
        ("U moet 250 euro betalen.", "error.draft_money"),
        ("U krijgt een boete.", "error.draft_fine"),
        ("Stuur het uiterlijk op 3 december op.", "error.draft_deadline"),
    ],
)
def test_what_no_machine_may_say_is_refused_before_it_is_asked(dutch: str, key: str) -> None:
    machine = ScriptedMachine()
    with pytest.raises(Invalid) as error:
        translate_reply(Bureau(machine), dutch, "ar")
    assert error.value.key == key
    assert machine.asked == []


@pytest.mark.parametrize("language", ["ti", "en", SOURCE, "xx"])
def test_without_a_model_there_is_no_draft(language: str) -> None:
    assert not can_translate(bureau(), language)
    with pytest.raises(NoModel):
        translate_reply(bureau(), DUTCH, language)


def test_a_language_that_the_guard_does_not_know_is_not_translated() -> None:
    """A model of one's own for Tigrinya would go unchecked."""
    both = frozenset({("nl", "ti"), ("ti", "nl")})
    assert not can_translate(Bureau(ScriptedMachine(directions=both)), "ti")


def test_a_machine_that_says_nothing_makes_no_draft() -> None:
    with pytest.raises(Invalid) as error:
        translate_reply(Bureau(ScriptedMachine(otherwise=" ")), DUTCH, "ar")
    assert error.value.key == "error.translation_failed"


def test_only_who_wrote_it_sends_it_and_only_while_they_have_the_question(desk: TalkDesk) -> None:
    draft = drafted(desk)
    hand_over, joris = desk.claimed(), regisseur(desk.session, desk.clock(), "Joris")
    with pytest.raises(NotAllowed):
        send_draft(desk.session, hand_over.id, joris, draft.id, desk.clock())
    assert find_draft(desk.session, hand_over, joris) is None
    hand_back(desk.session, desk.words, hand_over.id, desk.sanne, desk.clock())
    with pytest.raises(Conflict):
        send_draft(desk.session, hand_over.id, desk.sanne, draft.id, desk.clock())
    assert desk.session.scalars(select(ReplyDraft)).all() == []


def test_a_draft_of_nothing_cannot_be_sent(desk: TalkDesk) -> None:
    with pytest.raises(NotFound):
        send_draft(desk.session, desk.claimed().id, desk.sanne, uuid4(), desk.clock())


def test_who_chose_another_language_meanwhile_is_not_sent_the_old_one(desk: TalkDesk) -> None:
    draft, made = drafted(desk), translate_reply(bureau(), DUTCH, "ar")
    hand_over = desk.claimed()
    desk.conversation.language = "tr"
    assert find_draft(desk.session, hand_over, desk.sanne) is None
    with pytest.raises(Conflict):
        send_draft(desk.session, hand_over.id, desk.sanne, draft.id, desk.clock())
    with pytest.raises(Conflict):
        make_draft(desk.session, hand_over.id, desk.sanne, made, desk.clock())


# With real models, made in seconds


@pytest.mark.parametrize("language", ["ar", "tr", "en"])
def test_a_reply_goes_through_real_models_there_and_back(
    desk: TalkDesk, tiny_machine: Machine, language: str
) -> None:
    known = next(each for each in CORPUS if ":" in each["nl"])
    desk.conversation.language = language
    made = translate_reply(Bureau(tiny_machine), known["nl"], language)
    assert (made.translation, made.back, made.faults) == (known[language], known["nl"], ())
    hand_over = desk.claimed()
    draft = make_draft(desk.session, hand_over.id, desk.sanne, made, desk.clock())
    line = send_draft(desk.session, hand_over.id, desk.sanne, draft.id, desk.clock())
    assert (line.text, line.original, line.machine) == (known[language], known["nl"], True)


# Reading what a participant wrote


def test_a_line_of_the_participant_is_read_in_dutch_with_its_faults(desk: TalkDesk) -> None:
    desk.ask()
    line = desk.heard(ARABIC)
    found = get_foreign_line(desk.session, desk.ask().id, desk.sanne, line.id)
    assert found is line
    assert read_in_dutch(bureau(), line) == Reading(BACK, ())
    said: dict[tuple[str, str], str | Exception] = {(ARABIC, "nl"): "Kom maandag naar het huis."}
    assert "missing 14:15" in read_in_dutch(bureau(said), line).faults
    assert line.text == ARABIC
    assert line.original is None


def test_only_words_that_are_shown_to_me_can_be_read(desk: TalkDesk) -> None:
    before = desk.heard("قبل ذلك")
    hand_over = desk.ask()
    hand_over.after_message_id = before.id
    alarm, dutch = desk.heard("خطر", topic="nood"), desk.heard("hallo")
    dutch.language = SOURCE
    others = [desk.heard("شيء") for _ in range(2)]
    others[0].author = Author.bot
    desk.session.flush()
    for line in (before, alarm, dutch, others[0]):
        with pytest.raises(NotFound):
            get_foreign_line(desk.session, hand_over.id, desk.sanne, line.id)
    assert is_foreign(others[1])
    bram = regisseur(desk.session, desk.clock(), "Bram", towns=("cranendonck",))
    with pytest.raises(NotFound):
        get_foreign_line(desk.session, hand_over.id, bram, others[1].id)


def test_without_a_model_a_line_is_not_read(desk: TalkDesk) -> None:
    line = desk.heard("ሰላም")
    line.language = "ti"
    with pytest.raises(NoModel):
        read_in_dutch(bureau(), line)


def test_a_line_is_translated_once_and_forgotten_in_time(desk: TalkDesk) -> None:
    line, machine, readings = desk.heard(ARABIC), ScriptedMachine(GOOD), Readings()
    office = Bureau(machine)

    def read() -> Reading:
        return readings.read(line, desk.clock(), lambda: read_in_dutch(office, line))

    assert [read().text, read().text] == [BACK, BACK]
    assert machine.asked == [ARABIC]
    desk.clock.move(REMEMBERED_FOR)
    read()
    assert machine.asked == [ARABIC, ARABIC]


def test_only_so_many_lines_are_remembered(desk: TalkDesk) -> None:
    readings, asked = Readings(), list[int]()
    lines = [desk.heard(f"سطر {number}") for number in range(REMEMBERED + 1)]

    def read(number: int) -> None:
        def translate() -> Reading:
            asked.append(number)
            return Reading("", ())

        readings.read(lines[number], desk.clock(), translate)

    for number in range(REMEMBERED + 1):
        read(number)
    asked.clear()
    read(REMEMBERED)
    read(0)
    assert asked == [0]


def test_what_failed_is_not_remembered(desk: TalkDesk) -> None:
    line, readings = desk.heard(ARABIC), Readings()
    broken = bureau({(ARABIC, "nl"): ModelFailed("RuntimeError")})
    with pytest.raises(ModelFailed):
        readings.read(line, desk.clock(), lambda: read_in_dutch(broken, line))
    found = readings.read(line, desk.clock(), lambda: read_in_dutch(bureau(), line))
    assert found.text == BACK
