"""The one place where a reply gets its words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from uuid import UUID

from babel.dates import format_date
from sqlalchemy.orm import Session

from api.answers.figures import (
    amount_in_words,
    day_in_words,
    month_in_words,
    number_in_words,
    part_of_day,
    short_day,
    short_weekday,
    weekday_in_words,
)
from api.answers.recordings import Recording, Recordings
from api.answers.reply import (
    PERSON,
    Month,
    Named,
    NamedList,
    Offer,
    Part,
    Reply,
    Told,
    Weekday,
)
from api.answers.topics import Topic, load_topics
from api.appointments.models import Appointment
from api.appointments.service import list_next
from api.cases.access import find_own_case
from api.cases.local_rules import MUNICIPALITY, local_rules
from api.cases.rules import Rule, Rules, load_rules
from api.clock import local
from api.conversations.models import Conversation
from api.people.contacts import find_contacts
from api.people.models import Contact
from api.settings import DEFAULT_RECORDINGS
from translations.catalogue import OTHER_LANGUAGES, SOURCE, Catalogues, Text

COACH_INSTEAD = {"next_talk_none": "mijn_afspraken"}
MAX_LABEL = 40
"""Longer labels are cut off on a phone."""
LIST_COMMA = {"ar": "، ", "ti": "፣ "}
MORE_TALKS = 3
"""Appointments that are told after the next one."""
COUNT_FROM_SIX = frozenset({"ti"})
"""Where many count the hours from six in the morning: the clock is named with a time."""
TICKED, OPEN = "☑", "☐"
CONTACT_LINES = ("phone", "address", "hours", "url")


@dataclass(frozen=True)
class Rendered:
    """A message as the participant reads it, and its buttons with their labels."""

    text: str
    language: str
    draft: bool
    buttons: tuple[tuple[Offer, str], ...]
    media: str | None


@dataclass(frozen=True)
class Reader:
    """Who reads it, in which language, and when."""

    session: Session
    conversation: Conversation
    language: str
    coach: bool
    """Coaches read the procedure, in Dutch; everybody else the text for participants."""
    now: datetime

    @cached_property
    def knows_the_law(self) -> bool:
        """Whether nobody needs to be told that an older law may hold."""
        return self.coach or find_own_case(self.session, self.conversation.person_id) is not None

    @property
    def today(self) -> date:
        return local(self.now).date()


class Words:
    """Catalogues, rules and topics, loaded once at start and complete or not at all."""

    def __init__(self, translations: Path, recordings: Path = DEFAULT_RECORDINGS) -> None:
        self.catalogue = Catalogues(translations, "wegwijs")
        self.other = Catalogues(translations, "other", (SOURCE, *OTHER_LANGUAGES))
        self.coach = Catalogues(translations, "coach", (SOURCE,))
        self.console = Catalogues(translations, "console", (SOURCE,))
        self.rules: Rules = load_rules()
        self.topics: Mapping[str, Topic] = load_topics(self.rules.sources)
        self.recordings = Recordings(recordings)

    def text(self, language: str, key: str, **values: object) -> str:
        """A text without facts of its own, such as a label or a line of a page."""
        if language in OTHER_LANGUAGES:
            return self.other.text(language, key, values).text
        if key not in self.catalogue and key in self.coach:
            return self.coach.text(SOURCE, key, values).text
        return self.catalogue.text(language, key, values).text

    def render(
        self, session: Session, conversation: Conversation, reply: Reply, now: datetime
    ) -> Rendered:
        """The reply in the language of the conversation, with its facts from the case store."""
        reader = self.reader(session, conversation, reply.language, now)
        parts = self._parts(reader, reply)
        if reader.language in COUNT_FROM_SIX and any(_is_moment(each) for each in reply.offers):
            parts.append(self.catalogue.text(reader.language, "clock_note"))
        offers = self._offers(reader, reply)
        return Rendered(
            text="\n".join(part.text for part in parts),
            language=reader.language,
            draft=any(part.draft for part in parts),
            buttons=tuple((offer, self._label(offer, reader.language)) for offer in offers),
            media=reply.media,
        )

    def reader(
        self, session: Session, conversation: Conversation, language: str | None, now: datetime
    ) -> Reader:
        """Whoever reads this conversation; another language than theirs is for a participant."""
        coach = language is None and conversation.is_with_coach
        return Reader(session, conversation, language or conversation.speaks, coach, now)

    def spoken(self, reader: Reader, keys: Iterable[str]) -> list[Recording]:
        """A recording of each of these texts as it reads today; empty when one is missing."""
        found = []
        for key in keys:
            text, ended = self._known(reader, key, self._facts(reader, {}, key))
            recording = self.recordings.find(reader.language, key, text.text)
            if recording is None or ended:
                return []
            found.append(recording)
        return found

    def as_it_reads(self, language: str, key: str, day: date) -> str:
        """The text with the numbers of this day, as somebody without a town reads it."""
        told = self.rules.told(day)
        facts = {name: number_in_words(language, rule) for name, rule in told.items()}
        return self.catalogue.known(language, key, facts)[0].text

    def catalogue_of(self, key: str) -> Catalogues:
        """Where the text stands: with those for everybody, else with those for coaches."""
        return self.catalogue if key in self.catalogue else self.coach

    def checklist(self, name: str) -> int:
        """How many items the checklist has."""
        catalogue = self.catalogue_of(f"checklist.{name}")
        return sum(key.startswith(f"checklist.{name}.") for key in catalogue.keys())  # noqa: SIM118

    def moment(self, language: str, moment: datetime) -> str:
        """A moment in words: weekday, date, 24-hour time and part of the day."""
        return self.text(language, "moment", **self._moment_facts(language, moment))

    # What stands in a message

    def _parts(self, reader: Reader, reply: Reply) -> list[Text]:
        if reader.language in OTHER_LANGUAGES:
            return [self.other.text(reader.language, reply.key)]
        if reply.key == "next_talk":
            return self._next_talk(reader, reply)
        if reply.key == "checklist.heading":
            return self._checklist(reader, reply)
        if reply.part is Part.helpers and reply.topic:
            return self._helpers(reader, self.topics[reply.topic])
        return self._answer(reader, reply)

    def _answer(self, reader: Reader, reply: Reply) -> list[Text]:
        """The texts of the reply, and what must be known about them."""
        if "appointment" in reply.records:
            return self._about_appointment(reader, reply)
        keys = (self._own(reader, reply.key), *reply.lines)
        told = [self._known(reader, key, self._facts(reader, reply.facts, key)) for key in keys]
        parts = [text for text, _ in told if text.text]
        own = [self._line(reader, each) for each in reply.told]
        parts = [*own, *parts] if reply.told_first else [*parts, *own]
        ended = frozenset[str]().union(*(gaps for _, gaps in told))
        parts += [self._ended(reader, whom) for whom in sorted(self._askable(reader, ended))]
        for key in self._warnings(reader, reply, keys):
            parts.append(self._known(reader, key, self._facts(reader, {}, key))[0])
        topic = self.topics.get(reply.topic) if reply.topic else None
        if topic is None or reply.part in (Part.simple, Part.group):
            return parts
        source = self._source_line(reader, topic)
        return [source, *parts] if reader.coach else [*parts, source]

    def _line(self, reader: Reader, line: Told) -> Text:
        return self._known(reader, line.key, self._facts(reader, line.facts, line.key))[0]

    def _warnings(self, reader: Reader, reply: Reply, keys: Iterable[str]) -> Iterator[str]:
        """What must be said with these texts: a number is not certain, an older law may hold."""
        rules = (rule for key in keys for rule in self._told(reader, key).values())
        if any(rule.status == "unclear" for rule in rules):
            yield "unclear_mark"
        topic = self.topics.get(reply.topic) if reply.topic else None
        if topic and topic.wi2021 and reply.part is Part.short and not reader.knows_the_law:
            yield "older_law"

    def _known(
        self, reader: Reader, key: str, facts: Mapping[str, object]
    ) -> tuple[Text, frozenset[str]]:
        """The text without what is not certain any more. KeyError where a fact is missing."""
        catalogue = self._catalogue_for(reader, key)
        language = SOURCE if catalogue is self.coach else reader.language
        if missing := catalogue.gaps(key) - facts.keys() - self.rules.keys():
            raise KeyError(f"{key} needs {sorted(missing)}")
        return catalogue.known(language, key, facts)

    def _facts(self, reader: Reader, given: Mapping[str, object], key: str) -> dict[str, object]:
        """What may fill the gaps of this text: the rules of today, and the facts of the reply."""
        told = self._told(reader, key)
        facts = {name: number_in_words(reader.language, rule) for name, rule in told.items()}
        return facts | {name: self._fact(reader.language, value) for name, value in given.items()}

    def _told(self, reader: Reader, key: str) -> dict[str, Rule]:
        """The rules in this text that may be told today, the town's own before the default."""
        named = self._catalogue_for(reader, key).gaps(key) & self.rules.keys()
        town = reader.conversation.municipality_id
        is_local = any(self._is_local(name) for name in named)
        own = local_rules(reader.session, self.rules, town, reader.today) if is_local else {}
        told = self.rules.told(reader.today, own) if named else {}
        return {name: told[name] for name in named & told.keys()}

    def _is_local(self, rule: str) -> bool:
        return self.rules[rule].scope == MUNICIPALITY

    def _fact(self, language: str, value: object) -> object:
        match value:
            case datetime():
                return self.moment(language, value)
            case date():
                return day_in_words(language, value)
            case Month():
                return month_in_words(language, value)
            case Weekday():
                return weekday_in_words(language, value.day)
            case Named(key):
                return self.text(language, key)
            case NamedList(keys):
                return LIST_COMMA.get(language, ", ").join(self.text(language, key) for key in keys)
            case Decimal():
                return amount_in_words(language, value)
            case _:
                return value

    def _askable(self, reader: Reader, ended: Iterable[str]) -> set[str]:
        return {self.rules.on(name, reader.today).ask for name in ended}

    def _ended(self, reader: Reader, whom: str) -> Text:
        organisation = self.text(reader.language, f"name.{whom}")
        return self.catalogue.text(reader.language, "rule_ended", {"organisation": organisation})

    def _source_line(self, reader: Reader, topic: Topic) -> Text:
        checked_on = format_date(topic.checked_on, "d-M-y", locale=SOURCE)
        source = self.rules.sources.cite(topic.sources)
        facts = {"source": source, "checked_on": checked_on}
        return self.catalogue.text(reader.language, "source_line", facts)

    def _own(self, reader: Reader, key: str) -> str:
        instead = COACH_INSTEAD.get(key, key)
        return instead if reader.coach and instead in self.coach else key

    def _catalogue_for(self, reader: Reader, key: str) -> Catalogues:
        coached = key in self.coach and (reader.coach or key not in self.catalogue)
        return self.coach if coached else self.catalogue

    # Messages with a shape of their own

    def _helpers(self, reader: Reader, topic: Topic) -> list[Text]:
        """Who can help with this, and where they are in this town."""
        town = reader.conversation.municipality_id
        contacts = find_contacts(reader.session, town, topic.helpers)
        parts = [self.catalogue.text(reader.language, "helpers.heading")]
        for name in topic.helpers:
            key = f"helper.{name}"
            text, _ = self._known(reader, key, self._facts(reader, {}, key))
            where = self._where(reader.language, contacts.get(name))
            parts.append(Text("\n".join((f"• {text.text}", *where)), text.language, text.draft))
        if not contacts:
            parts.append(
                self.catalogue.text(reader.language, "contact.none" if town else "contact.town")
            )
        return parts

    def _where(self, language: str, contact: Contact | None) -> list[str]:
        filled = ((name, getattr(contact, name, None)) for name in CONTACT_LINES)
        return [
            self.text(language, f"contact.{name}", **{name: value})
            for name, value in filled
            if value
        ]

    def _checklist(self, reader: Reader, reply: Reply) -> list[Text]:
        """The items with their marks; `facts` say which list and what is ticked."""
        name, ticked = str(reply.facts["checklist"]), reply.facts["ticked"]
        done = ticked if isinstance(ticked, frozenset) else frozenset()
        total = self.checklist(name)
        title = self.text(reader.language, f"checklist.{name}")
        if "household" in reply.facts:
            title = f"{title} ({reply.facts['household']})"
        facts = {"title": title, "done": len(done), "total": total}
        parts = [self.catalogue.text(reader.language, "checklist.heading", facts)]
        for item in range(1, total + 1):
            key = f"checklist.{name}.{item}"
            text, ended = self._known(reader, key, self._facts(reader, {}, key))
            if not text.text:  # all of it hung on a number that nobody tells any more
                text = self._ended(reader, min(self._askable(reader, ended)))
            mark = TICKED if item in done else OPEN
            parts.append(Text(f"{mark} {item}. {text.text}", text.language, text.draft))
        last = "checklist.all_done" if len(done) == total else "checklist.how"
        return [*parts, self.catalogue.text(reader.language, last)]

    def _about_appointment(self, reader: Reader, reply: Reply) -> list[Text]:
        """When and where it is, if it is this person's own, with the lines that go with it."""
        language = reader.language
        appointment = reader.session.get(Appointment, UUID(reply.records["appointment"]))
        if appointment is None or appointment.case.participant_id != reader.conversation.person_id:
            return [self.catalogue.text(language, "not_linked")]
        facts = self._talk_facts(language, appointment)
        first = self.catalogue.text(language, reply.key, facts)
        note = ("clock_note",) if language in COUNT_FROM_SIX else ()
        if "time" in self.catalogue.gaps(reply.key):
            lines = (*note, *reply.lines)
        else:
            shows_time = any("time" in self.catalogue.gaps(line) for line in reply.lines)
            lines = (*reply.lines, *note) if shows_time else reply.lines
        return [first, *(self.catalogue.text(language, line, facts) for line in lines)]

    def _next_talk(self, reader: Reader, reply: Reply) -> list[Text]:
        """Date and place of the appointment, if it is this person's own, and what comes later."""
        language = reader.language
        appointment = reader.session.get(Appointment, UUID(reply.records["appointment"]))
        if appointment is None or appointment.case.participant_id != reader.conversation.person_id:
            return [self.catalogue.text(language, "not_linked")]
        days = (local(appointment.starts_at).date() - reader.today).days
        when = (
            self.catalogue.text(language, "next_talk.days", {"days": days}, count=days)
            if days
            else self.catalogue.text(language, "next_talk.today")
        )
        facts = self._talk_facts(language, appointment)
        first = self.catalogue.text(language, "next_talk", facts)
        note = [self.catalogue.text(language, "clock_note")] if language in COUNT_FROM_SIX else []
        asked = [self.catalogue.text(language, line) for line in reply.lines]
        return [first, *note, when, *asked, *self._later(reader, appointment)]

    def _later(self, reader: Reader, first: Appointment) -> list[Text]:
        """The few appointments after the next one."""
        language = reader.language
        items = [
            self.catalogue.text(language, "next_talk.item", self._talk_facts(language, each))
            for each in list_next(
                reader.session, first.case.participant_id, first.starts_at, MORE_TALKS
            )
        ]
        return [self.catalogue.text(language, "next_talk.more"), *items] if items else []

    def _talk_facts(self, language: str, appointment: Appointment) -> dict[str, str]:
        return {
            "kind": self.text(language, f"appointment.{appointment.kind}"),
            "where": self._where_of(language, appointment),
            **self._moment_facts(language, appointment.starts_at),
        }

    def _slot(self, language: str, moment: datetime) -> str:
        """A moment on a button, short; which clock it is stands in the message above it."""
        at = local(moment)
        part = self.text(language, f"part.{part_of_day(at.hour)}")
        facts = {
            "weekday": short_weekday(language, at.isoweekday()),
            "date": short_day(language, at.date()),
            "time": f"{at:%H:%M}",
            "part_of_day": part.partition(LIST_COMMA.get(language, ", "))[0],
        }
        return self.text(language, "slot", **facts)

    def _where_of(self, language: str, appointment: Appointment) -> str:
        if appointment.by_phone:
            return self.text(language, "where.phone")
        return self.text(language, "where.place", place=appointment.place)

    def _moment_facts(self, language: str, moment: datetime) -> dict[str, str]:
        at = local(moment)
        return {
            "weekday": weekday_in_words(language, at.isoweekday()),
            "date": day_in_words(language, at.date()),
            "time": f"{at:%H:%M}",
            "part_of_day": self.text(language, f"part.{part_of_day(at.hour)}"),
        }

    # Buttons

    def _offers(self, reader: Reader, reply: Reply) -> tuple[Offer, ...]:
        """The buttons of the reply, and "listen" where every word of it was recorded."""
        if not reply.topic or reply.part is Part.helpers or reply.told or reader.coach:
            return reply.offers
        texts = (reply.key, *reply.lines)
        keys = (*texts, *self._warnings(reader, reply, texts))
        if not self.spoken(reader, keys):
            return reply.offers
        spoken = {"keys": " ".join(keys), "language": reader.language}
        listen = Offer("listen", "button.listen", spoken)
        last = len(reply.offers) - (reply.offers[-1:] == (PERSON,))
        return (*reply.offers[:last], listen, *reply.offers[last:])

    def _label(self, offer: Offer, language: str) -> str:
        match offer.label:
            case None:
                label = self.text(offer.label_language or language, offer.label_key or "")
            case datetime():
                label = self._slot(language, offer.label)
            case Weekday():
                label = weekday_in_words(language, offer.label.day)
            case date():
                label = day_in_words(language, offer.label)
            case Month():
                label = month_in_words(language, offer.label)
            case _:
                return offer.label
        return f"{offer.number} {label}"[:MAX_LABEL] if offer.number else label[:MAX_LABEL]


def _is_moment(offer: Offer) -> bool:
    return isinstance(offer.label, datetime)
