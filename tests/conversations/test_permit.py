"""The permit in words: the buttons are not the only way, and money is never guessed about."""

import pytest

from api.answers.explain import FAMILY, UNKNOWN
from api.answers.words import Words
from api.cases.models import Group
from api.conversations.permit import told_permit, told_permit_of_family
from tests.conversations.chat import Chat
from tests.factories import ScriptedRasa, understood
from translations.catalogue import LANGUAGES

BUTTONS = {"asiel": Group.asiel, "family": FAMILY, "other": Group.overig, "unknown": UNKNOWN}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("label", BUTTONS)
def test_the_words_of_a_button_mean_the_button(words: Words, language: str, label: str) -> None:
    assert told_permit(words.text(language, f"choice.{label}")) == BUTTONS[label]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("asielvergunning", Group.asiel),
        ("I am a refugee", Group.asiel),
        ("mülteciyim", Group.asiel),
        ("أنا لاجئ", Group.asiel),
        ("ik woon bij mijn man", FAMILY),
        ("my husband has an asylum permit", FAMILY),
        ("eşimin yanında yaşıyorum", FAMILY),
        ("أعيش مع زوجي", FAMILY),
        ("ምስ ሰብኣየይ እነብር", FAMILY),
        ("geen idee", UNKNOWN),
        ("I'm not sure", UNKNOWN),
        ("bilmiyorum", UNKNOWN),
        ("ما بعرف", UNKNOWN),
        ("ኣይፈልጥን እየ", UNKNOWN),
    ],
)
def test_people_say_it_in_their_own_words(text: str, told: str) -> None:
    assert told_permit(text) == told


@pytest.mark.parametrize(
    "text",
    [
        "ik heb geen asielvergunning",
        "I have no asylum permit",
        "iznim yok",
        "hallo",
        "",
        "krijgt mijn vrouw ook les?",
        "هل زوجي عليه الاندماج؟",
        "mijn man en ik zijn in 2019 gekomen en toen hebben wij lang gewacht op een huis",
    ],
)
def test_what_is_not_clear_or_is_a_question_is_not_an_answer(text: str) -> None:
    assert told_permit(text) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_no_and_not_knowing_answer_for_the_family(words: Words, language: str) -> None:
    typed = [words.text(language, key) for key in ("button.yes", "button.no", "choice.unknown")]
    told = [told_permit_of_family(text) for text in typed]
    assert told == [Group.gezin_van_asiel, Group.gezin_overig, UNKNOWN]


def asked(chat: Chat, rasa: ScriptedRasa) -> None:
    chat.send("hallo")
    rasa.otherwise = understood("kosten_lening")
    assert chat.send("wie betaalt de cursus") == ["kosten_lening", "group.ask.course"]


def test_the_permit_can_be_told_in_words(chat: Chat, rasa: ScriptedRasa) -> None:
    asked(chat, rasa)
    rasa.otherwise = understood("out_of_scope")
    assert chat.send("Ik heb een asielvergunning") == ["group.remembered", "pays.offer"]
    assert chat.conversation.told_group == Group.asiel


def test_both_questions_can_be_answered_in_words(chat: Chat, rasa: ScriptedRasa) -> None:
    asked(chat, rasa)
    rasa.otherwise = understood("nood")
    assert chat.send("ik woon bij mijn man") == ["group.ask_family"]
    rasa.otherwise = understood("deny")
    assert chat.send("nee") == ["group.remembered", "pays.own"]
    assert chat.conversation.told_group == Group.gezin_overig


@pytest.mark.parametrize("intent", ["affirm", "deny", "unsure", "unknown"])
def test_an_answer_that_is_not_clear_is_asked_again(
    chat: Chat, rasa: ScriptedRasa, intent: str
) -> None:
    asked(chat, rasa)
    rasa.otherwise = understood(intent)
    assert chat.send("tja") == ["group.ask.course"]
    assert chat.conversation.told_group is None


def test_a_question_that_is_not_understood_is_not_taken_for_an_unclear_answer(
    chat: Chat, rasa: ScriptedRasa
) -> None:
    asked(chat, rasa)
    guesses = understood("did_you_mean", "pvt", "map")
    rasa.otherwise = guesses.model_copy(update={"intent": "unsure"})
    assert chat.send("hoe zit het met de lessen over waarden") == ["did_you_mean"]


def test_another_question_goes_before_the_permit(chat: Chat, rasa: ScriptedRasa) -> None:
    asked(chat, rasa)
    rasa.otherwise = understood("pvt")
    assert chat.send("wat is PVT?") == ["pvt"]
    rasa.otherwise = understood("affirm")
    assert chat.send("ik heb een asielvergunning") == ["affirm"]


def test_danger_goes_before_the_permit(chat: Chat, rasa: ScriptedRasa) -> None:
    asked(chat, rasa)
    assert chat.send("mijn man slaat mij")[0] == "nood"


def test_easier_words_twice_lead_to_a_person(chat: Chat, rasa: ScriptedRasa) -> None:
    chat.send("hallo")
    chat.send("wat is PVT?")
    rasa.otherwise = understood("simpler")
    assert chat.send("te moeilijk") == ["pvt.simple"]
    assert chat.send("nog makkelijker") == ["simpler.last"]
    assert chat.actions()[-1] == "person"
