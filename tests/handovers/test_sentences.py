"""Standard sentences: in the participant's language, with the Dutch under it, gaps looked at."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from api.answers.words import Words
from api.conversations.models import Message
from api.db import Database
from api.errors import Conflict, Invalid, NotAllowed, NotFound
from api.handovers.sentences import PREFIX, list_sentences, send_sentence
from tests.factories import FixedClock, regisseur
from tests.handovers.desk import TalkDesk
from translations.catalogue import LANGUAGES, without_isolates


@pytest.fixture
def desk(sqlite: Database, words: Words, clock: FixedClock) -> Iterator[TalkDesk]:
    with sqlite.writing() as session:
        yield TalkDesk(session, words, clock)


def say(at: TalkDesk, key: str, language: str = "ar", **values: str) -> Message:
    at.conversation.language = language
    who = (at.claimed().id, at.sanne)
    return send_sentence(at.session, at.words, *who, f"sentence.{key}", values, at.clock())


def faults(at: TalkDesk, key: str, **values: str) -> dict[str, str]:
    with pytest.raises(Invalid) as error:
        say(at, key, **values)
    return error.value.faults


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_chosen_in_every_language(words: Words, language: str) -> None:
    found = list_sentences(words, language)
    assert {each.key for each in found} == {
        key for key in sorted(words.catalogue.keys()) if key.startswith(PREFIX)
    }
    assert found[0].key == "sentence.hello"
    assert all(each.text and each.dutch for each in found)


def test_a_name_is_no_gap_to_fill_in(words: Words) -> None:
    gaps = {each.key: each.gaps for each in list_sentences(words, "ar")}
    assert gaps["sentence.hello"] == ()
    assert gaps["sentence.talk"] == ("moment", "place")


@pytest.mark.parametrize("language", [each for each in LANGUAGES if each != "nl"])
def test_it_is_said_in_the_language_of_the_conversation_with_the_dutch_under_it(
    desk: TalkDesk, language: str
) -> None:
    line = say(desk, "thanks", language)
    assert (line.language, line.original) == (language, "Dank u voor uw bericht.")
    assert line.text == desk.words.text(language, "sentence.thanks")
    assert line.text != line.original
    assert (line.machine, line.staff_id) == (False, desk.sanne.id)
    assert line.draft == desk.words.catalogue.entry(language, "sentence.thanks").state.is_draft


def test_who_reads_dutch_gets_only_the_dutch(desk: TalkDesk) -> None:
    line = say(desk, "thanks", "nl")
    assert (line.text, line.original, line.draft) == ("Dank u voor uw bericht.", None, False)


def test_the_first_name_of_who_sends_it_is_filled_in(desk: TalkDesk) -> None:
    line = say(desk, "hello", name="Iemand Anders")
    assert line.original is not None
    assert "Sanne" in line.original
    assert "Anders" not in line.original + line.text


def test_a_moment_stands_in_the_words_of_each_language(desk: TalkDesk) -> None:
    line = say(desk, "call_you", moment="2026-12-03T14:15")
    moment = datetime(2026, 12, 3, 13, 15, tzinfo=UTC)
    assert line.original == f"Ik bel u: {desk.words.moment('nl', moment)}."
    assert without_isolates(desk.words.moment("ar", moment)) in without_isolates(line.text)
    assert "14:15" in line.text


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("nl", "maandag 7 december 2026"),
        ("ar", "الاثنين 7 ديسمبر 2026"),
        ("ti", "ሰኑይ 07-12-2026"),
        ("en", "Monday 7 December 2026"),
        ("tr", "7 Aralık 2026 Pazartesi"),
    ],
)
def test_a_day_is_told_with_its_weekday(desk: TalkDesk, language: str, told: str) -> None:
    assert told in say(desk, "deadline", language, day="2026-12-07").text


@pytest.mark.parametrize(
    ("typed", "told"),
    [("25", "€ 25,00"), ("€ 1.250,50", "€ 1.250,50"), ("12,5", ""), ("1250,-", "€ 1.250,00")],
)
def test_an_amount_is_told_to_the_cent(desk: TalkDesk, typed: str, told: str) -> None:
    if not told:
        assert faults(desk, "amount", amount=typed) == {"amount": "unreadable"}
        return
    assert told in (say(desk, "amount", amount=typed).original or "")


def test_a_moment_later_today_can_be_promised(desk: TalkDesk) -> None:
    assert "10:30" in say(desk, "call_you", moment="2026-11-23T10:30").text


@pytest.mark.parametrize(
    ("key", "values", "wrong"),
    [
        ("talk", {}, {"moment": "empty", "place": "empty"}),
        ("call_you", {"moment": "2026-11-23T09:59"}, {"moment": "over"}),
        ("call_you", {"moment": "2026-02-30T10:00"}, {"moment": "unreadable"}),
        ("call_you", {"moment": "2027-03-28T02:30"}, {"moment": "no_such_time"}),
        ("call_you", {"moment": "2026-12-03T14:15+05:00"}, {"moment": "unreadable"}),
        ("call_you", {"moment": "2062-12-03T14:15"}, {"moment": "too_far"}),
        ("find_out", {"day": "2026-11-22"}, {"day": "over"}),
        ("find_out", {"day": "morgen"}, {"day": "unreadable"}),
        ("call_me", {"phone": "bel maar"}, {"phone": "unreadable"}),
        ("call_me", {"phone": "06"}, {"phone": "unreadable"}),
        ("call_me", {"phone": "0612345678901234"}, {"phone": "unreadable"}),
        ("other_office", {"place": "x" * 81, "phone": "112"}, {"place": "too_long"}),
        (
            "other_office",
            {"place": "NL91ABNA0417164300", "phone": "0800 8020"},
            {"place": "secret"},
        ),
        ("other_office", {"place": "BSN 111222333", "phone": "14 0495"}, {"place": "secret"}),
        ("amount", {"amount": "0"}, {"amount": "unreadable"}),
        ("amount", {"amount": "999999"}, {"amount": "unreadable"}),
        ("amount", {"amount": "vijf"}, {"amount": "unreadable"}),
    ],
)
def test_what_cannot_be_so_is_told_at_its_gap_and_nothing_is_said(
    desk: TalkDesk, key: str, values: dict[str, str], wrong: dict[str, str]
) -> None:
    before = len(desk.lines())
    assert faults(desk, key, **values) == wrong
    assert [line.staff_id for line in desk.lines()[before:]] == [None]  # only the claim


@pytest.mark.parametrize("phone", ["0495 000 001", "+31 6 12345678", "14 0495", "112", "0800-8020"])
def test_a_number_that_can_be_dialled_is_told(desk: TalkDesk, phone: str) -> None:
    assert phone in say(desk, "call_me", phone=phone).text


def test_a_sentence_that_there_is_not_cannot_be_sent(desk: TalkDesk) -> None:
    for key in ("no_such", "../handed_back"):
        with pytest.raises(NotFound):
            say(desk, key)


def test_only_who_has_the_question_sends_sentences(desk: TalkDesk) -> None:
    hand_over = desk.ask()
    with pytest.raises(Conflict):
        send_sentence(
            desk.session, desk.words, hand_over.id, desk.sanne, "sentence.bye", {}, desk.clock()
        )
    desk.claimed()
    other = regisseur(desk.session, desk.clock(), "Joris")
    with pytest.raises(NotAllowed):
        send_sentence(
            desk.session, desk.words, hand_over.id, other, "sentence.bye", {}, desk.clock()
        )


def test_a_sentence_stops_the_clock_as_every_answer_does(desk: TalkDesk) -> None:
    say(desk, "find_out", day="2026-11-24")
    assert desk.claimed().waiting_since is None
