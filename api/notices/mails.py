"""From notices to e-mails: the first at once, the next ones together, none about what is over."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from api.errors import Conflict, NotFound
from api.handovers.models import HandOver
from api.leases import Claim, held
from api.notices.models import MailState, Notice, NoticeKind, StaffMail
from api.notices.sense import is_worth_saying
from api.outbox.service import WAITS, SendFailed
from api.people.models import Person, PersonRole
from api.people.signin import STAFF

PAUSE, URGENT_PAUSE = timedelta(minutes=15), timedelta(minutes=3)
"""Between two e-mails to one person; the second where there is danger, or an answer is late."""
LEASE = timedelta(seconds=30)
TRY_AGAIN = (*WAITS[:3], *[PAUSE] * 12)
"""Between the first try and the last: a mail server may be away for three hours. What comes
meanwhile joins the mail that waits, so that no pause is longer than that between two mails."""
UNSAID_KEPT, SAID_KEPT, MAILS_KEPT = timedelta(days=3), timedelta(days=30), timedelta(days=90)
MOST_SHOWN = 200

_UNSAID = Notice.mail_id.is_(None)
_CLAIM = Claim(StaffMail, order=(StaffMail.due_at, StaffMail.id), lease_for=LEASE)


# What is said together


def find_ready(session: Session, now: datetime) -> list[UUID]:
    """Whose notices can go into an e-mail now."""
    people = session.scalars(select(Notice.person_id).where(_UNSAID).distinct()).all()
    return [person_id for person_id in people if _is_time(session, person_id, now)]


def collect(session: Session, person_id: UUID, now: datetime) -> StaffMail | None:
    """One e-mail of everything that this person should hear of and that is still so.

    It joins a mail that waits for another try. None where nothing is left to say, it is not time
    yet, or the mail that waits is being sent.
    """
    # So two processes make one. Whoever writes a notice in the meantime is not kept waiting.
    locked = select(Person).where(Person.id == person_id).with_for_update(key_share=True)
    notices = _worth_saying(session, session.scalars(locked).one(), Notice.person_id == person_id)
    if not notices or not _is_time(session, person_id, now):
        return None
    waiting = select(StaffMail).where(StaffMail.person_id == person_id, StaffMail.done_at.is_(None))
    mail = session.scalar(waiting.with_for_update()) or StaffMail(
        person_id=person_id, made_at=now, due_at=now
    )
    if mail.leased_until is not None and mail.leased_until > now:
        return None
    session.add(mail)
    session.flush()
    for notice in notices:
        notice.mail_id = mail.id
    session.flush()
    return mail


def _worth_saying(session: Session, person: Person, these: ColumnElement[bool]) -> list[Notice]:
    """The unsaid ones that still are so; the others are thrown away."""
    query = select(Notice).where(_UNSAID, these).order_by(Notice.id)
    found = session.scalars(query.options(joinedload(Notice.hand_over))).all()
    worth = [notice for notice in found if is_worth_saying(session, notice, person)]
    for notice in found:
        if notice not in worth:
            session.delete(notice)
    session.flush()
    return worth


def _is_time(session: Session, person_id: UUID, now: datetime) -> bool:
    """The pause since the last e-mail is over; one that waits may always be joined."""
    last = session.scalar(
        select(StaffMail)
        .where(StaffMail.person_id == person_id)
        .order_by(StaffMail.done_at.is_not(None), StaffMail.done_at.desc())
        .limit(1)
    )
    if last is None or last.done_at is None or last.done_at <= now - PAUSE:
        return True
    return last.done_at <= now - URGENT_PAUSE and _is_urgent(session, person_id)


def _is_urgent(session: Session, person_id: UUID) -> bool:
    query = (
        select(Notice.id)
        .join(Notice.hand_over)
        .where(_UNSAID, Notice.person_id == person_id)
        .where(or_(HandOver.urgent, Notice.kind == NoticeKind.alarm))
    )
    return session.scalar(query.limit(1)) is not None


# On its way


def claim_due(session: Session, now: datetime, limit: int) -> list[StaffMail]:
    """The e-mails whose turn it is, the oldest first."""
    return _CLAIM(session, now, limit)


def worth_saying_still(session: Session, mail: StaffMail) -> list[Notice]:
    """What this e-mail is about and still is so, just before it leaves."""
    query = select(Notice).where(Notice.mail_id == mail.id).order_by(Notice.id)
    found = session.scalars(query.options(joinedload(Notice.hand_over)))
    return [notice for notice in found if is_worth_saying(session, notice, mail.person)]


def record_sent(session: Session, mail_id: int, lease: str | None, now: datetime) -> None:
    """The server took it."""
    mail = held(session, StaffMail, mail_id, lease)
    if mail is not None:
        mail.state = MailState.sent
        mail.finish(now)


def record_failure(
    session: Session, mail_id: int, lease: str | None, failure: SendFailed, now: datetime
) -> None:
    """Later again, or on the list of what failed."""
    mail = held(session, StaffMail, mail_id, lease)
    if mail is None:
        return
    if failure.retryable and mail.tries <= len(TRY_AGAIN):
        mail.put_back(now + TRY_AGAIN[mail.tries - 1], failure.code)
    else:
        mail.state = MailState.failed
        mail.finish(now, failure.code)


def drop(session: Session, mail_id: int, lease: str | None) -> None:
    """Nothing of it is so any more, or nobody is there to read it."""
    mail = held(session, StaffMail, mail_id, lease)
    if mail is not None:
        session.execute(delete(Notice).where(Notice.mail_id == mail.id))
        session.delete(mail)


def prune(session: Session, now: datetime) -> None:
    """Throw away what is old: without a mail server notices are never said."""
    unsaid = _UNSAID & (Notice.at < now - UNSAID_KEPT)
    session.execute(delete(Notice).where(or_(unsaid, Notice.at < now - SAID_KEPT)))
    in_use = exists().where(Notice.mail_id == StaffMail.id)
    session.execute(delete(StaffMail).where(StaffMail.done_at < now - MAILS_KEPT, ~in_use))


# What did not arrive


def list_failed(session: Session, me: Person) -> Sequence[StaffMail]:
    """E-mails to colleagues of my towns that could not be delivered, the newest first."""
    query = _failed(me).options(joinedload(StaffMail.person))
    return session.scalars(query.order_by(StaffMail.id.desc()).limit(MOST_SHOWN)).all()


def handle_failed(session: Session, me: Person, mail_id: int, now: datetime) -> StaffMail:
    """Somebody saw it, and told the colleague or had the address corrected."""
    mine = _of_my_towns(me).where(StaffMail.id == mail_id)
    mail = session.scalar(mine.with_for_update(of=StaffMail))
    if mail is None or mail.state not in (MailState.failed, MailState.handled):
        raise NotFound("there is no such e-mail in your municipality")
    if mail.state is MailState.handled:
        raise Conflict("somebody has seen to this already", "error.task_done")
    mail.state, mail.done_at = MailState.handled, now
    session.flush()
    return mail


def _failed(me: Person) -> Select[StaffMail]:
    return _of_my_towns(me).where(StaffMail.state == MailState.failed)


def _of_my_towns(me: Person) -> Select[StaffMail]:
    is_colleague = exists().where(
        PersonRole.person_id == StaffMail.person_id,
        PersonRole.role.in_(STAFF),
        PersonRole.municipality_id.in_(me.municipalities(*STAFF)),
    )
    return select(StaffMail).where(is_colleague)
