"""The one place where a reply gets its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from babel.dates import format_date, get_day_names
from babel.numbers import format_decimal
from sqlalchemy.orm import Session

from api.answers.reply import Named, Offer, Reply, ask
from api.answers.topics import Topic, load_topics
from api.appointments.models import Appointment
from api.cases.rules import Rules, load_rules
from api.clock import local
from api.conversations.models import Conversation
from api.people.models import Role
from translations.catalogue import OTHER_LANGUAGES, SOURCE, Catalogues, Text

HUMAN = "mens_spreken"
"""Offered under every answer anyway, by a button that needs no Rasa."""
COACH_INSTEAD = {"next_talk_none": "mijn_afspraken"}
DATES = {"ti": "dd-MM-y"}
"""Month names in Tigrinya also name the months of the Ge'ez calendar; a number cannot mislead."""
MAX_LABEL = 40
"""Longer labels are cut off on a phone."""


@dataclass(frozen=True)
class Rendered:
    """A message as the participant reads it, and its buttons with their labels."""

    text: str
    language: str
    draft: bool
    buttons: tuple[tuple[Offer, str], ...]


class Words:
    """Catalogues, rules and topics, loaded once at start and complete or not at all."""

    def __init__(self, translations: Path) -> None:
        self.catalogue = Catalogues(translations, "wegwijs")
        self.other = Catalogues(translations, "other", (SOURCE, *OTHER_LANGUAGES))
        self.coach = Catalogues(translations, "coach", (SOURCE,))
        self.console = Catalogues(translations, "console", (SOURCE,))
        self.rules: Rules = load_rules()
        self.topics: Mapping[str, Topic] = load_topics()

    def text(self, language: str, key: str, **values: object) -> str:
        """A text without facts of its own, such as a label or a line of a page."""
        catalogue = self.other if language in OTHER_LANGUAGES else self.catalogue
        return catalogue.text(language, key, values).text

    def render(
        self, session: Session, conversation: Conversation, reply: Reply, now: datetime
    ) -> Rendered:
        """The reply in the language of the conversation, with its facts from the case store."""
        language = reply.language or conversation.speaks
        parts = self._parts(session, conversation, reply, now)
        return Rendered(
            text="\n".join(part.text for part in parts),
            language=language,
            draft=any(part.draft for part in parts),
            buttons=tuple((offer, self._label(offer, language)) for offer in self._offers(reply)),
        )

    def moment(self, language: str, moment: datetime) -> str:
        """A moment in words: weekday, date, 24-hour time and part of the day."""
        return self.text(language, "moment", **self._moment_facts(language, moment))

    def _parts(
        self, session: Session, conversation: Conversation, reply: Reply, now: datetime
    ) -> list[Text]:
        language = reply.language or conversation.speaks
        if language in OTHER_LANGUAGES:
            return [self.other.text(language, reply.key)]
        if reply.key == "next_talk":
            return self._next_talk(session, conversation, reply, now)
        catalogue, key = self._variant(conversation, reply.key)
        facts = self._facts(language, reply, now)
        if catalogue.gaps(key) - facts.keys():  # a rule has expired: no number is told
            return [self.catalogue.text(language, "unclear_mark")]
        parts = [catalogue.text(language, key, facts)]
        if any(self.rules[name].status == "unclear" for name in self._rules_in(catalogue, key)):
            parts.append(self.catalogue.text(language, "unclear_mark"))
        if topic := self._topic(reply):
            if topic.wi2021 and catalogue is self.catalogue:
                parts.append(catalogue.text(language, "older_law", facts))
            parts.append(self._source_line(language, topic))
        return parts

    def _facts(self, language: str, reply: Reply, now: datetime) -> dict[str, object]:
        """What may fill a gap: the rules that hold today and the facts of the reply."""
        facts: dict[str, object] = {}
        for name, number in self.rules.values(local(now).date()).items():
            is_money = self.rules[name].unit == "euro"
            facts[name] = format_decimal(number, locale=language) if is_money else number
        for name, value in reply.facts.items():
            facts[name] = self._fact(language, value)
        return facts

    def _fact(self, language: str, value: object) -> object:
        match value:
            case datetime():
                return self.moment(language, value)
            case Named(key):
                return self.text(language, key)
            case _:
                return value

    def _rules_in(self, catalogue: Catalogues, key: str) -> frozenset[str]:
        return catalogue.gaps(key) & self.rules.keys()

    def _topic(self, reply: Reply) -> Topic | None:
        return self.topics.get(reply.topic) if reply.topic else None

    def _offers(self, reply: Reply) -> tuple[Offer, ...]:
        """The buttons of the reply, after those to the topics related to it."""
        topic = self._topic(reply)
        related = topic.related if topic else ()
        return (*map(ask, (key for key in related if key != HUMAN)), *reply.offers)

    def _variant(self, conversation: Conversation, key: str) -> tuple[Catalogues, str]:
        """Coaches read the procedure, in Dutch; everybody else the text for participants."""
        person = conversation.person
        is_coach = person is not None and person.has_role(Role.coach)
        coach_key = COACH_INSTEAD.get(key, key)
        if is_coach and conversation.speaks == SOURCE and coach_key in self.coach:
            return self.coach, coach_key
        return self.catalogue, key

    def _source_line(self, language: str, topic: Topic) -> Text:
        checked_on = format_date(topic.checked_on, "d-M-y", locale=SOURCE)
        return self.catalogue.text(
            language, "source_line", {"source": topic.source, "checked_on": checked_on}
        )

    def _next_talk(
        self, session: Session, conversation: Conversation, reply: Reply, now: datetime
    ) -> list[Text]:
        """Read date and place of the appointment, if it is this person's own."""
        language = conversation.speaks
        appointment = session.get(Appointment, UUID(reply.records["appointment"]))
        if appointment is None or appointment.case.participant_id != conversation.person_id:
            return [self.catalogue.text(language, "not_linked")]
        facts = {
            "kind": self.text(language, f"appointment.{appointment.kind}"),
            "place": appointment.place,
            **self._moment_facts(language, appointment.starts_at),
        }
        days = (local(appointment.starts_at).date() - local(now).date()).days
        return [
            self.catalogue.text(language, "next_talk", facts),
            self.catalogue.text(language, "next_talk.days", {"days": days}, count=days)
            if days
            else self.catalogue.text(language, "next_talk.today"),
        ]

    def _moment_facts(self, language: str, moment: datetime) -> dict[str, str]:
        at = local(moment)
        return {
            "weekday": get_day_names("wide", "stand-alone", locale=language)[at.weekday()],
            "date": format_date(at.date(), DATES.get(language, "d MMMM y"), locale=language),
            "time": f"{at:%H:%M}",
            "part_of_day": self.text(language, f"part.{_part_of_day(at.hour)}"),
        }

    def _label(self, offer: Offer, language: str) -> str:
        if offer.label is not None:
            return offer.label
        return self.text(offer.label_language or language, offer.label_key or "")[:MAX_LABEL]


def _part_of_day(hour: int) -> str:
    return ("night", "morning", "afternoon", "evening")[hour // 6]
