"""Who may see which case: the one place that every look at a case passes.

| who | sees |
|---|---|
| regisseur | every case of their municipalities: their own and those of colleagues |
| participant | their own open case, in the chat |
| coach | of the households that they help: next talks and checklists, of who consented |
| coordinator | households and coaches of their municipalities, what volunteers ask; no case |
| key person, administrator | no case |

Other code asks here and never selects a case itself; `tests/test_architecture.py` holds that.
What somebody may not see is answered like what is not there.
"""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from api.cases.models import Case, Household, Participant
from api.cases.records import Record
from api.errors import NotAllowed, NotFound
from api.people.models import SEES_PEOPLE, Person, Role

SEES_CASES = (Role.regisseur,)
SEES_HOUSEHOLDS = SEES_PEOPLE


def towns_of(me: Person) -> list[str]:
    """The municipalities whose cases I may see. NotAllowed for a role that sees none."""
    towns = me.municipalities(*SEES_CASES)
    if not towns:
        raise NotAllowed("cases are for regisseurs only")
    return towns


def cases_for(me: Person) -> Select[Case]:
    """The cases that I may see, to be narrowed further."""
    return select(Case).where(Case.municipality_id.in_(towns_of(me)))


def get_case(session: Session, me: Person, case_id: UUID, *, lock: bool = False) -> Case:
    """A case of one of my municipalities; else NotFound."""
    query = cases_for(me).where(Case.id == case_id)
    case = session.scalar(query.with_for_update(of=Case) if lock else query)
    if case is None:
        raise NotFound("there is no such case in your municipality")
    return case


def find_case(session: Session, me: Person, case_id: UUID) -> Case | None:
    """The same, for what is also shown to who sees no case: then None."""
    towns = me.municipalities(*SEES_CASES)
    return session.scalar(select(Case).where(Case.id == case_id, Case.municipality_id.in_(towns)))


def get_record[R: Record](
    session: Session, me: Person, model: type[R], case_id: UUID, record_id: UUID
) -> R:
    """A record of a case that I may see; else NotFound."""
    get_case(session, me, case_id)
    return record_in(session, model, case_id, record_id)


def record_in[R: Record](session: Session, model: type[R], case_id: UUID, record_id: UUID) -> R:
    """A record of a case that the caller may see already; else NotFound."""
    record = session.scalar(select(model).where(model.id == record_id, model.case_id == case_id))
    if record is None:
        raise NotFound("there is no such record in this case")
    return record


def find_own_case(session: Session, person_id: UUID | None, *, lock: bool = False) -> Case | None:
    """The open case of a participant, for nobody but them; None where there is none."""
    if person_id is None:
        return None
    query = select(Case).where(Case.participant_id == person_id, Case.closed_on.is_(None))
    if lock:
        query = query.with_for_update(of=Case).execution_options(populate_existing=True)
    return session.scalar(query)


def participant_of(session: Session, case: Case) -> Participant:
    """Whom a case is about, for what the program itself does with it."""
    return session.get_one(Participant, case.participant_id)


def every_open_case() -> Select[UUID]:
    """The ids of all open cases, for what the program itself works out; nobody reads them."""
    return select(Case.id).where(Case.closed_on.is_(None))


def households_for(me: Person) -> Select[Household]:
    """The households of my municipalities. NotAllowed for a role that sees none."""
    towns = me.municipalities(*SEES_HOUSEHOLDS)
    if not towns:
        raise NotAllowed("households are for regisseurs and coordinators only")
    return select(Household).where(Household.municipality_id.in_(towns))


def get_household(session: Session, me: Person, household_id: UUID) -> Household:
    """A household of one of my municipalities; else NotFound."""
    household = session.scalar(households_for(me).where(Household.id == household_id))
    if household is None:
        raise NotFound("there is no such household in your municipality")
    return household
