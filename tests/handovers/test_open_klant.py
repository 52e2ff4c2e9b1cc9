"""A hand-over in the shape of Open Klant, for who may see it and for nobody else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

import api.app
from api.answers.words import Words
from api.app import create_app
from api.conversations.models import Author, Message
from api.conversations.replies import SAFETY
from api.db import Database
from api.handovers import asking, open_klant, service
from api.handovers.models import HandOver, Reason
from api.handovers.open_klant import CONTENT, LANGUAGES, as_open_klant
from api.people.models import Person, Role
from api.people.signin import open_session
from api.settings import Settings
from tests.factories import FixedClock, conversation, person, regisseur, town
from translations import catalogue

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BSN = "111222333"


class Desk:
    """A conversation in Arabic that was handed over."""

    def __init__(self, session: Session, words: Words) -> None:
        self.session, self.words = session, words
        town(session)
        self.sanne = regisseur(session, NOW)
        self.conversation = conversation(session, NOW, language="ar")
        self.conversation.municipality_id = "weert"

    def line(
        self, text: str, author: Author = Author.participant, topic: str | None = None
    ) -> None:
        self.session.add(
            Message(
                conversation_id=self.conversation.id,
                author=author,
                text=text,
                language="ar",
                topic=topic,
                at=NOW,
            )
        )
        self.session.flush()

    def ask(self, reason: Reason = Reason.asked) -> HandOver:
        return asking.ask_for_person(self.session, self.conversation, reason, NOW)

    def export(self, hand_over: HandOver) -> dict[str, Any]:
        shown = as_open_klant(self.session, self.words, hand_over)
        return shown.model_dump(mode="json", by_alias=True)


@pytest.fixture
def desk(sqlite: Database, words: Words) -> Iterator[Desk]:
    with sqlite.writing() as session:
        yield Desk(session, words)


def test_a_question_becomes_a_contact_with_a_task(desk: Desk) -> None:
    desk.conversation.topic = "pvt"
    desk.line("wanneer is mijn gesprek?")
    found = desk.export(desk.ask())
    contact, task = found["klantcontact"], found["interneTaak"]
    assert (contact["kanaal"], contact["taal"], contact["vertrouwelijk"]) == ("chat", "ara", True)
    assert contact["inhoud"] == "wanneer is mijn gesprek?"
    assert contact["onderwerp"].startswith("Vraag in de chat: ")
    assert contact["indicatieContactGelukt"] is False
    assert (task["status"], task["afgehandeldOp"]) == ("te_verwerken", None)
    assert task["gevraagdeHandeling"] == "Antwoord geven in de chat"
    assert [actor["soortActor"] for actor in task["toegewezenAanActoren"]] == [
        "organisatorische_eenheid"
    ]
    (bot,) = found["hadBetrokkenActoren"]
    assert (bot["soortActor"], bot["naam"]) == ("geautomatiseerde_actor", "Wegwijs")


def test_what_the_regisseur_answered_and_that_it_is_done_is_told(desk: Desk) -> None:
    hand_over = desk.ask()
    service.claim_handover(desk.session, desk.words, hand_over.id, desk.sanne, NOW)
    service.reply(desk.session, hand_over.id, desk.sanne, "Morgen om tien uur.", NOW)
    service.hand_back(desk.session, desk.words, hand_over.id, desk.sanne, NOW)
    found = desk.export(hand_over)
    assert found["klantcontact"]["reactie"] == "Morgen om tien uur."
    assert found["klantcontact"]["indicatieContactGelukt"] is True
    task = found["interneTaak"]
    assert (task["status"], task["afgehandeldOp"]) == ("verwerkt", "2026-11-23T09:00:00Z")
    (employee,) = task["toegewezenAanActoren"]
    assert (employee["soortActor"], employee["naam"]) == ("medewerker", desk.sanne.name)


def test_what_raised_the_alarm_is_not_passed_on(desk: Desk) -> None:
    desk.line("hij slaat mij")
    hand_over = desk.ask(Reason.safety)
    desk.line("hij komt eraan", topic=SAFETY)
    desk.line("bel mij morgen")
    found = desk.export(hand_over)
    assert found["klantcontact"]["inhoud"] == "bel mij morgen"
    assert "hij" not in found["klantcontact"]["inhoud"].split()
    assert "veilig" in found["klantcontact"]["onderwerp"]


def test_a_bsn_that_slipped_through_is_taken_out(desk: Desk) -> None:
    desk.line(f"mijn bsn is {BSN}")
    assert BSN not in str(desk.export(desk.ask()))


def test_much_text_is_cut_to_what_fits_the_newest_kept(desk: Desk) -> None:
    for number in range(9):
        desk.line(f"{number} " + "x" * 300)
    content = desk.export(desk.ask())["klantcontact"]["inhoud"]
    assert len(content) <= CONTENT
    assert content.splitlines()[-1].startswith("8 ")
    desk.line("y" * 5000)
    assert len(desk.export(desk.ask())["klantcontact"]["inhoud"]) == CONTENT


def test_every_language_has_its_three_letters() -> None:
    assert LANGUAGES.keys() == {*catalogue.LANGUAGES}
    assert all(len(letters) == 3 for letters in LANGUAGES.values())


def test_the_lengths_are_those_of_open_klant() -> None:
    assert (open_klant.SUBJECT, open_klant.TASK, open_klant.NAME) == (200, 200, 200)
    assert CONTENT == 1000


def test_over_http_only_who_may_see_the_hand_over_gets_it(
    sqlite: Database, clock: FixedClock, words: Words, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)
    with sqlite.writing() as session:
        desk = Desk(session, words)
        path = f"/v1/hand-overs/{desk.ask().id}/open-klant"
        may: list[Person] = [desk.sanne]
        may_not = [
            regisseur(session, NOW, "Bram", towns=("nederweert",)),
            person(session, NOW, Role.coordinator),  # it is not of a volunteer
            *(person(session, NOW, role) for role in (Role.key_person, Role.administrator)),
            *(person(session, NOW, role) for role in (Role.coach, Role.participant)),
        ]
        tokens = [[open_session(session, who, NOW) for who in some] for some in (may, may_not)]
    url = sqlite.engine.url.render_as_string(hide_password=False)
    secrets: dict[str, Any] = {"rasa_secret": "a secret", "service_token": "a token"}
    made = Settings(**{"database_url": url, "workers": False, "telegram_token": None, **secrets})
    with TestClient(create_app(made, clock)) as client:
        for allowed, some in zip((True, False), tokens, strict=True):
            for token in some:
                answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
                assert (answer.status_code == 200) is allowed
                assert answer.status_code in (200, 401, 403, 404)
        assert client.get(path).status_code == 401
