"""Points 1 to 6 of what must work: Telegram, the real Rasa, the actions, the api, the console."""

import time

import httpx
import pytest
from sqlalchemy import select

from api.answers.words import Words
from api.conversations.models import Channel, Conversation, Message
from api.people.models import Person
from api.smoke import PVT_QUESTIONS
from tests.fakes.bot_api.people import Person as Chatter
from tests.fakes.bot_api.people import SentMessage
from tests.running import Running

pytestmark = pytest.mark.timeout(240)

PVT_WORDS = {
    "ar": "برنامج إعلان المشاركة",
    "ti": "መስርሕ መግለጺ ተሳትፎ",
    "nl": "participatieverklaringstraject",
    "en": "participation statement",
    "tr": "katılım beyanı",
}


def last(chatter: Chatter) -> int:
    """The id of the newest message, to wait for the next one."""
    return chatter.messages[-1].message_id if chatter.messages else 0


def ask(chatter: Chatter, text: str, contains: str) -> SentMessage:
    seen = last(chatter)
    chatter.says(text)
    return chatter.wait_for(lambda message: contains in message.text, timeout=20, after=seen)


@pytest.mark.parametrize("language", PVT_QUESTIONS)
def test_a_question_on_telegram_is_answered_in_its_language_with_buttons(
    system: Running, language: str
) -> None:
    chatter = system.telegram.person(
        7100 + list(PVT_QUESTIONS).index(language), "Noor", language_code=language
    )
    answer = ask(chatter, PVT_QUESTIONS[language], PVT_WORDS[language])
    assert "12" in answer.text
    assert answer.labels
    welcome = chatter.messages[0]
    assert {"Nederlands", "العربية", "ትግርኛ", "English", "Türkçe"} <= set(welcome.labels)


def test_the_script_of_a_message_decides_while_nobody_chose_a_language(system: Running) -> None:
    chatter = system.telegram.person(7150, "Noor", language_code="nl")
    assert PVT_WORDS["ar"] in ask(chatter, PVT_QUESTIONS["ar"], "12").text


def test_a_participant_is_taken_to_a_person_and_back(system: Running, words: Words) -> None:
    system.new_codes()
    amina = system.telegram.person(7201, "Amina", language_code="ar")
    amina.starts(system.code_of("Amina"))
    confirms(amina, "Amina")
    ask(amina, PVT_QUESTIONS["ar"], "12")

    seen = last(amina)
    amina.presses(words.text("ar", "button.person"))
    amina.wait_for(lambda message: "09:00" in message.text or "2026" in message.text, 20, seen)
    ask(amina, PVT_QUESTIONS["ar"], "12")  # not claimed yet: the bot goes on answering

    console = system.console()
    page = console.open_question_of("Amina")
    assert PVT_QUESTIONS["ar"] in page
    seen = last(amina)
    console.act("claim")
    amina.wait_for(lambda message: bool(message.text), timeout=20, after=seen)

    before = len(amina.messages)
    amina.says(PVT_QUESTIONS["ar"])
    wait_until_heard(system, "7201", PVT_QUESTIONS["ar"], 3)
    assert len(amina.messages) == before  # a person has the conversation: the bot is silent

    seen = last(amina)
    console.act("replies", text="Dag Amina, ik help u.")
    reply = amina.wait_for(lambda message: "ik help u" in message.text, timeout=20, after=seen)
    assert "Sanne" in reply.text

    seen = last(amina)
    console.act("hand-back")
    amina.wait_for(lambda message: bool(message.labels), timeout=20, after=seen)
    assert "12" in ask(amina, PVT_QUESTIONS["ar"], PVT_WORDS["ar"]).text


def test_a_linked_participant_hears_of_the_next_talk_and_rasa_keeps_no_facts(
    system: Running,
) -> None:
    system.new_codes()
    tesfay = system.telegram.person(7202, "Tesfay", language_code="ti")
    tesfay.starts(system.code_of("Tesfay"))
    confirms(tesfay, "Tesfay")
    talk = ask(tesfay, "ቆጸራይ መዓስ እዩ?", "Stadhuis")
    assert "Weert" in talk.text
    tracker = tracker_of(system, "7202")
    assert "action_my_appointments" in tracker
    for fact in ("Stadhuis", "Weert", "Tesfay", "ቆጸራይ"):
        assert fact not in tracker


def confirms(chatter: Chatter, name: str) -> None:
    """Say yes to the question whose code it is."""
    asked = chatter.wait_for(lambda message: name in message.text, timeout=20)
    chatter.presses(asked.labels[0])
    chatter.wait_for(lambda message: name in message.text, timeout=20, after=asked.message_id)


def test_an_unlinked_participant_is_told_how_to_be_linked(system: Running) -> None:
    chatter = system.telegram.person(7203, "Noor", language_code="nl")
    ask(chatter, "Wanneer is mijn volgende gesprek?", "code")


def test_a_coach_reads_the_procedure(system: Running) -> None:
    system.new_codes()
    joke = system.telegram.person(7204, "Joke", language_code="nl")
    joke.starts(system.code_of("Joke"))
    confirms(joke, "Joke")
    answer = ask(joke, "Hoe regel ik kinderopvang voor het gezin?", "DigiD")
    with system.database.reading() as session:
        linked = session.scalar(
            select(Person.first_name).join(Conversation).where(Conversation.chat_id == "7204")
        )
    assert linked == "Joke"
    assert "Bron:" in answer.text


def test_a_typed_bsn_is_masked_before_anything_is_stored(system: Running) -> None:
    chatter = system.telegram.person(7205, "Noor", language_code="nl")
    chatter.says("mijn bsn is 111222333, wanneer begint de PVT?")
    chatter.wait_for_messages(2, timeout=20)
    with system.database.reading() as session:
        texts = session.scalars(
            select(Message.text)
            .join(Conversation)
            .where(Conversation.channel == Channel.telegram, Conversation.chat_id == "7205")
        ).all()
    assert any("PVT" in text for text in texts)
    assert not any("111222333" in text for text in texts)


def test_danger_is_answered_with_the_numbers_at_once(system: Running) -> None:
    chatter = system.telegram.person(7206, "Noor", language_code="nl")
    ask(chatter, "mijn man slaat mij", "112")


def test_a_slash_is_only_text(system: Running) -> None:
    chatter = system.telegram.person(7207, "Noor", language_code="nl")
    chatter.says('/mens_spreken{"x":1}')
    chatter.wait_for_messages(2, timeout=20)
    with httpx.Client(base_url=system.url) as http:
        assert http.get("/v1/health").is_success


def wait_until_heard(system: Running, chat_id: str, text: str, times: int) -> None:
    """Until the participant's own words stand in the transcript so many times."""
    for _ in range(100):
        with system.database.reading() as session:
            heard = session.scalars(
                select(Message.id)
                .join(Conversation)
                .where(
                    Conversation.chat_id == chat_id,
                    Message.text == text,
                    Message.author == "participant",
                )
            ).all()
        if len(heard) >= times:
            time.sleep(0.5)  # an answer of the bot would come now
            return
        time.sleep(0.1)
    raise AssertionError(f"heard {len(heard)} times")


def tracker_of(system: Running, chat_id: str) -> str:
    """Everything Rasa remembers of this conversation."""
    with system.database.reading() as session:
        session_id = session.scalars(
            select(Conversation.session_id).where(Conversation.chat_id == chat_id)
        ).one()
    answer = httpx.get(
        f"{system.system.rasa_url}/conversations/{session_id}/tracker",
        params={"token": system.system.tracker_token, "include_events": "ALL"},
    )
    return answer.raise_for_status().text
