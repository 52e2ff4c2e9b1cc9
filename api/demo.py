"""An invented municipality world to try things out in: nobody in it exists."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.appointments.diary import occupy
from api.appointments.models import Appointment, AppointmentKind, WorkingHours
from api.cases.models import Case, Group, Household, Leerroute, Participant
from api.clock import AMSTERDAM, local
from api.coaching.models import Coaching
from api.demo_cases import fill_case, plan_cases
from api.people.contacts import set_contact
from api.people.linking import create_code
from api.people.models import Municipality, Person, PersonRole, Role
from api.people.signin import hash_password

WEEK = {str(day): ["09:00", "17:00"] for day in range(1, 6)}
TOWNS = {"weert": "Weert", "nederweert": "Nederweert", "cranendonck": "Cranendonck"}
STAFF: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    ("Sanne", "Voorbeeld", "sanne@wegwijs.example", ("weert", "nederweert")),
    ("Bram", "Verzonnen", "bram@wegwijs.example", ("cranendonck",)),
)
CONTACTS = {
    "regisseur": ("0495-000001", "Voorbeeldplein 1, balie 2", "ma t/m vr 9-12 uur"),
    "guidance": ("0495-000002", "Proefstraat 10", "di en do 9-12 uur"),
    "werkkom": ("0495-000003", "Bedachtweg 5", "ma t/m vr 9-16 uur"),
    "vraagwijzer": ("0495-000004", "Voorbeeldplein 1", "ma t/m vr 9-12 uur"),
}
"""Invented, like the people."""
COORDINATOR = ("Marloes", "Bedenksel", "marloes@wegwijs.example", ("weert",))
COACHES = (("Joke", "Proef", "weert"), ("Henk", "Bedacht", "cranendonck"))
PARTICIPANTS = (
    ("Amina", "Alvoorbeeld", "ar", "weert", Group.asiel, Leerroute.b1),
    ("Tesfay", "Verzonnen", "ti", "weert", Group.asiel, Leerroute.z),
    ("Elif", "Deneme", "tr", "weert", Group.gezin_overig, Leerroute.b1),
    ("Samir", "Fictief", "ar", "weert", Group.asiel, Leerroute.onderwijs),
    ("Miriam", "Proefman", "ti", "nederweert", Group.gezin_van_asiel, Leerroute.b1),
    ("Yusuf", "Bedacht", "ar", "nederweert", Group.asiel, Leerroute.z),
    ("Grace", "Sample", "en", "nederweert", Group.gezin_overig, Leerroute.b1),
    ("Selam", "Voorbeeld", "ti", "cranendonck", Group.asiel, Leerroute.b1),
    ("Khaled", "Verzinsel", "ar", "cranendonck", Group.gezin_van_asiel, Leerroute.z),
    ("Deniz", "Ornek", "tr", "cranendonck", Group.overig, None),
    ("Ana", "Fictiva", "en", "cranendonck", Group.gezin_overig, Leerroute.onderwijs),
    ("Omar", "Proeve", "nl", "weert", Group.asiel, Leerroute.b1),
)


@dataclass(frozen=True)
class Demo:
    """What a person needs to try it: who signs in, and codes that link a chat."""

    emails: tuple[str, ...]
    codes: dict[str, str]
    """First name and role to a fresh code."""


def plant(session: Session, password: str, now: datetime) -> Demo:
    """Fill an empty store; in a filled one only renew the password and the codes."""
    if session.get(Municipality, "weert") is None:
        _towns(session)
        staff = [_staff(session, *row, now) for row in STAFF]
        for first, last, town in COACHES:
            _person(session, first, last, "nl", town, Role.coach, now)
        for number, row in enumerate(PARTICIPANTS):
            _participant(session, number, *row, staff, now)
        _staff(session, *COORDINATOR, now, Role.coordinator)
        _household(session, now)
        _work(session)
        session.flush()
        plan_cases(session, now)
    for _, _, email, _ in (*STAFF, COORDINATOR):
        person = session.scalars(select(Person).filter_by(email=email)).one()
        person.password_hash = hash_password(password)
    return Demo(tuple(row[2] for row in (*STAFF, COORDINATOR)), _codes(session, now))


def _towns(session: Session) -> None:
    for town, name in TOWNS.items():
        session.add(Municipality(id=town, name=name, opening=WEEK, closed_on=[]))
    session.flush()
    for organisation, (phone, address, hours) in CONTACTS.items():
        set_contact(session, "weert", organisation, phone=phone, address=address, hours=hours)


def _staff(
    session: Session,
    first: str,
    last: str,
    email: str,
    towns: tuple[str, ...],
    now: datetime,
    role: Role = Role.regisseur,
) -> tuple[Person, tuple[str, ...]]:
    person = Person(first_name=first, last_name=last, email=email, created_at=now)
    person.roles = [PersonRole(municipality_id=town, role=role) for town in towns]
    session.add(person)
    return person, towns


def _work(session: Session) -> None:
    """When the regisseurs have talks: in each of their towns on other days of the week."""
    for first, _, email, towns in STAFF:
        who = session.scalars(select(Person).filter_by(email=email)).one()
        for number, town in enumerate(towns):
            week = {day: times for day, times in WEEK.items() if int(day) % len(towns) == number}
            place = f"Stadhuis {TOWNS[town]}, balie {len(first) - 3}"
            hours = WorkingHours(person_id=who.id, municipality_id=town, week=week, place=place)
            session.add(hours)


def _household(session: Session, now: datetime) -> None:
    """Amina lives with nobody else, and Joke helps her; whether Joke sees anything she decides."""
    household = Household(municipality_id="weert", name="Gezin Alvoorbeeld")
    session.add(household)
    session.flush()
    amina, joke = _named(session, "Amina"), _named(session, "Joke")
    session.get_one(Participant, amina.id).household_id = household.id
    session.add(Coaching(household_id=household.id, coach_id=joke.id, began_at=now))
    session.flush()


def _named(session: Session, first_name: str) -> Person:
    return session.scalars(select(Person).filter_by(first_name=first_name)).one()


def _person(
    session: Session, first: str, last: str, language: str, town: str, role: Role, now: datetime
) -> Person:
    person = Person(first_name=first, last_name=last, language=language, created_at=now)
    person.roles = [PersonRole(municipality_id=town, role=role)]
    session.add(person)
    session.flush()
    return person


def _participant(
    session: Session,
    number: int,
    first: str,
    last: str,
    language: str,
    town: str,
    group: Group,
    leerroute: Leerroute | None,
    staff: list[tuple[Person, tuple[str, ...]]],
    now: datetime,
) -> None:
    person = _person(session, first, last, language, town, Role.participant, now)
    address = f"Bedachtstraat {number + 1}\n6000 ZZ {TOWNS[town]}"
    session.add(
        Participant(
            person_id=person.id,
            municipality_id=town,
            phone=f"06-0000{number:04}",
            email=f"{first.lower()}@wegwijs.example" if number % 3 == 1 else None,
            address=address,
        )
    )
    regisseur = next(who for who, towns in staff if town in towns)
    session.flush()
    case = Case(
        participant_id=person.id,
        municipality_id=town,
        regisseur_id=regisseur.id,
        group=group,
        leerroute=leerroute,
    )
    session.add(case)
    session.flush()
    fill_case(session, case, number, local(now).date())
    if number % 4 != 3:  # a few people have no talk planned, as in life
        day = _working_day(local(now).date() + timedelta(days=3 + 2 * number))
        talk = Appointment(
            case_id=case.id,
            kind=AppointmentKind.progress_talk,
            starts_at=datetime.combine(day, time(9 + number % 6, 30), AMSTERDAM),
            place=f"Stadhuis {TOWNS[town]}, balie 2",
            regisseur_id=regisseur.id,
            interpreter=case.interpreter_language is not None,
        )
        session.add(talk)
        session.flush()
        occupy(session, talk)


def _working_day(day: date) -> date:
    while day.isoweekday() > 5:
        day += timedelta(days=1)
    return day


def _codes(session: Session, now: datetime) -> dict[str, str]:
    names = {
        "Amina": "participant",
        "Tesfay": "participant",
        "Elif": "participant",
        "Joke": "coach",
    }
    codes = {}
    for name, role in names.items():
        person = session.scalars(select(Person).filter_by(first_name=name)).first()
        if person is not None:
            codes[f"{name} ({role})"] = create_code(session, person, None, now)
    return codes
