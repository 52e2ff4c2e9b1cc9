"""One walk through the whole system over HTTP, as a participant and a regisseur would."""

import re
from collections.abc import Callable

import httpx

from api.chat_client import ChatClient, Line
from api.demo import Demo

PVT_QUESTIONS = {
    "ar": "كم ساعة مدة برنامج إعلان المشاركة؟",
    "ti": "መስርሕ መግለጺ ተሳትፎ (PVT) ክንደይ ሰዓት እዩ?",
    "nl": "Hoeveel uur duurt de PVT?",
    "en": "How many hours is the PVT?",
    "tr": "PVT kaç saat sürüyor?",
}
type Say = Callable[[str], None]


class SmokeFailed(Exception):
    """A step did not go as it should; the message says which."""


def walk(url: str, planted: Demo, password: str, say: Say) -> None:
    """Raises SmokeFailed at the first step that does not fit."""
    for language, question in PVT_QUESTIONS.items():
        with ChatClient(url) as chat:
            answer = chat.say(question, language)[-1]
            _print(say, language, question, answer)
            _must(answer["topic"] == "pvt", f"{language}: the answer is about {answer['topic']}")
            _must(answer["language"] == language, f"{language}: answered in {answer['language']}")
    _to_a_person_and_back(url, planted, password, say)


def _to_a_person_and_back(url: str, planted: Demo, password: str, say: Say) -> None:
    with ChatClient(url) as chat, Console(url) as console:
        code = next(code for who, code in planted.codes.items() if who.startswith("Amina"))
        _print(say, "ar", "/start …", chat.say(f"/start {code}", "ar")[-1])
        _print(say, "ar", "نعم", chat.say("نعم", "ar")[0])
        answer = chat.say("ما الذي أنجزته حتى الآن؟", "ar")[0]
        _must("Amina" in answer["text"], "a linked participant is not told their own case")
        _print(say, "ar", "ما الذي أنجزته حتى الآن؟", answer)
        answer = chat.say("أريد أن أتكلم مع موظف من البلدية", "ar")[-1]
        _print(say, "ar", "أريد أن أتكلم مع موظف من البلدية", answer)
        console.sign_in(planted.emails[0], password)
        console.open_question_of("Amina")
        console.act("claim")
        chat.wait_for(lambda line: line["author"] == "bot" and line["inReplyTo"] is None)
        chat.post({"text": "هل أنت إنسان؟"}, "ar")
        console.act("replies", text="Dag Amina, ik ben Sanne. Ik help u.")
        line = chat.wait_for(lambda line: line["author"] in ("person", "bot"))
        _must(line["author"] == "person", "the bot spoke while a person had the conversation")
        say(f"  {line['name']}: {line['text']}")
        console.act("hand-back")
        line = chat.wait_for(lambda line: line["author"] == "bot")
        say(f"  bot: {line['text']}")
        answer = chat.say(PVT_QUESTIONS["ar"], "ar")[-1]
        _must(answer["topic"] == "pvt", "after the hand-back the bot does not answer again")


class Console:
    """The regisseur's side, through the pages a browser would see."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=url, follow_redirects=True, timeout=30)
        self._page = ""
        self._question = ""

    def __enter__(self) -> "Console":
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def sign_in(self, email: str, password: str) -> None:
        self._get("/console/login")
        form = {"email": email, "password": password, "csrf": self._csrf()}
        self._page = self._http.post("/console/login", data=form).raise_for_status().text

    def open_question_of(self, name: str) -> str:
        """The page of the first question in the queue whose link names this person."""
        queue = self._get("/console")
        link = rf'"(/console/hand-overs/[0-9a-f-]{{36}})"[^>]*>(?:<bdi>)?[^<]*{name}'
        found = re.search(link, queue)
        if found is None:
            raise SmokeFailed(f"the question of {name} is not in the queue")
        self._question = found.group(1)
        return self._get(self._question)

    def act(self, what: str, **fields: str) -> str:
        form = {"csrf": self._csrf(), **fields}
        answer = self._http.post(f"{self._question}/{what}", data=form)
        self._page = answer.raise_for_status().text
        return self._page

    def _get(self, path: str) -> str:
        self._page = self._http.get(path).raise_for_status().text
        return self._page

    def _csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self._page)
        if found is None:
            raise SmokeFailed("the page has no form of ours")
        return found.group(1)


def _print(say: Say, language: str, question: str, answer: Line) -> None:
    say(f"[{language}] {question}\n  → {answer['text']}")


def _must(fits: bool, otherwise: str) -> None:
    if not fits:
        raise SmokeFailed(otherwise)
