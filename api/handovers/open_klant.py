"""A hand-over in the shape of Open Klant (Klantinteracties): a Klantcontact and its InterneTaak.

Field names and lengths are theirs; what is too long is cut off. What was said is masked once
more, and what raised an alarm about safety is not passed on.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.conversations.models import Author, Kind, Message
from api.handovers.models import HandOver, HandOverState, Reason
from api.handovers.queue import list_lines, raised_alarm
from api.people.models import Municipality, Person
from api.privacy.masking import mask
from api.wire import Moment, Wire
from translations.catalogue import SOURCE

LANGUAGES = {"nl": "nld", "ar": "ara", "ti": "tir", "en": "eng", "tr": "tur"}
"""As Open Klant writes them (ISO 639-2; its own example is `nld`)."""
CHANNEL = "chat"
REGISTER = "wegwijs"
SUBJECT, CONTENT, TASK, NAME = 200, 1000, 200, 200
CUT = "…"


class TaskState(StrEnum):
    te_verwerken = "te_verwerken"
    verwerkt = "verwerkt"


class ActorKind(StrEnum):
    medewerker = "medewerker"
    geautomatiseerde_actor = "geautomatiseerde_actor"
    organisatorische_eenheid = "organisatorische_eenheid"


class Identification(Wire):
    object_id: Annotated[str, Field(max_length=200)]
    code_objecttype: Annotated[str, Field(max_length=200)]
    code_register: Annotated[str, Field(max_length=200)] = REGISTER
    code_soort_object_id: Annotated[str, Field(max_length=200)]


class Actor(Wire):
    naam: Annotated[str, Field(max_length=NAME)]
    soort_actor: ActorKind
    indicatie_actief: bool = True
    actoridentificator: Identification


class Klantcontact(Wire):
    kanaal: Annotated[str, Field(max_length=50)] = CHANNEL
    onderwerp: Annotated[str, Field(max_length=SUBJECT)]
    inhoud: Annotated[str, Field(max_length=CONTENT)]
    reactie: Annotated[str, Field(max_length=CONTENT)]
    indicatie_contact_gelukt: bool
    taal: Annotated[str, Field(min_length=3, max_length=3)]
    vertrouwelijk: bool = True
    plaatsgevonden_op: Moment


class InterneTaak(Wire):
    gevraagde_handeling: Annotated[str, Field(max_length=TASK)]
    toelichting: Annotated[str, Field(max_length=CONTENT)]
    status: TaskState
    toegewezen_op: Moment
    afgehandeld_op: Moment | None
    toegewezen_aan_actoren: list[Actor]


class OpenKlant(Wire):
    klantcontact: Klantcontact
    had_betrokken_actoren: list[Actor]
    """Who led the contact: the bot, and the regisseur who took it over."""
    interne_taak: InterneTaak


def as_open_klant(session: Session, words: Words, hand_over: HandOver) -> OpenKlant:
    """The hand-over as another system can take it over; the caller may see it already."""
    staff = [_employee(hand_over.claimed_by)] if hand_over.claimed_by else []
    return OpenKlant(
        klantcontact=_contact(session, words, hand_over),
        had_betrokken_actoren=[_bot(words), *staff],
        interne_taak=_task(words, hand_over, staff),
    )


def _contact(session: Session, words: Words, hand_over: HandOver) -> Klantcontact:
    lines = [line for line in list_lines(session, hand_over) if _is_passed_on(line)]
    asked = [line.text for line in lines if line.author is Author.participant]
    answered = [line.text for line in lines if line.author is Author.person]
    return Klantcontact(
        onderwerp=_cut(_subject(words, hand_over), SUBJECT),
        inhoud=_newest(asked, CONTENT),
        reactie=_newest(answered, CONTENT),
        indicatie_contact_gelukt=hand_over.claimed_by_id is not None,
        taal=LANGUAGES[hand_over.language],
        plaatsgevonden_op=hand_over.created_at,
    )


def _task(words: Words, hand_over: HandOver, staff: list[Actor]) -> InterneTaak:
    is_done = hand_over.state is HandOverState.closed
    office = [_office(hand_over.municipality)] if hand_over.municipality else []
    return InterneTaak(
        gevraagde_handeling=_cut(_text(words, "open_klant.task", hand_over), TASK),
        toelichting=_cut(_note(words, hand_over), CONTENT),
        status=TaskState.verwerkt if is_done else TaskState.te_verwerken,
        toegewezen_op=_assigned_at(hand_over),
        afgehandeld_op=hand_over.closed_at if is_done else None,
        toegewezen_aan_actoren=staff or office,
    )


def _is_passed_on(line: Message) -> bool:
    """Words of people; not those that raised the alarm."""
    return line.kind in (Kind.text, Kind.button) and bool(line.text) and not raised_alarm(line)


def _subject(words: Words, hand_over: HandOver) -> str:
    if hand_over.reason is Reason.safety or hand_over.topic is None:
        return _text(words, "open_klant.subject", hand_over, otherwise="none")
    topic = words.text(SOURCE, f"label.{hand_over.topic}")
    return words.console.text(SOURCE, "open_klant.subject", {"topic": topic}).text


def _note(words: Words, hand_over: HandOver) -> str:
    language = words.console.text(SOURCE, f"language.{hand_over.language}").text
    facts = {"answer_by": words.moment(SOURCE, hand_over.answer_by), "language": language}
    return words.console.text(SOURCE, "open_klant.note", facts).text


def _text(words: Words, key: str, hand_over: HandOver, otherwise: str = "") -> str:
    """The text for somebody who may not be safe, or the other one."""
    which = "safety" if hand_over.reason is Reason.safety else otherwise
    return words.console.text(SOURCE, f"{key}.{which}" if which else key).text


def _assigned_at(hand_over: HandOver) -> datetime:
    return hand_over.claimed_at or hand_over.created_at


def _bot(words: Words) -> Actor:
    name = words.console.text(SOURCE, "open_klant.bot").text
    return _actor(name, ActorKind.geautomatiseerde_actor, REGISTER, "naam")


def _employee(person: Person) -> Actor:
    return _actor(person.name, ActorKind.medewerker, str(person.id), "uuid")


def _office(town: Municipality) -> Actor:
    return _actor(town.name, ActorKind.organisatorische_eenheid, town.id, "naam")


def _actor(name: str, kind: ActorKind, id: str, kind_of_id: str) -> Actor:
    identification = Identification(
        object_id=id, code_objecttype=kind, code_soort_object_id=kind_of_id
    )
    return Actor(naam=_cut(name, NAME), soort_actor=kind, actoridentificator=identification)


def _newest(texts: list[str], length: int) -> str:
    """As many whole lines as fit, the newest last; of a line that is too long, its beginning."""
    kept: list[str] = []
    for text in reversed([mask(text).text for text in texts]):
        if kept and len("\n".join([text, *kept])) > length:
            break
        kept.insert(0, text)
    return _cut("\n".join(kept), length)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - len(CUT)] + CUT
