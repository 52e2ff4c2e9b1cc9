"""How an e-mail to staff reads: that something waits and how much, never what and of whom."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from api.answers.words import Words
from api.conversations.models import Channel
from api.handovers.models import HandOver
from api.handovers.queue import may_see
from api.notices.mails import worth_saying_still
from api.notices.models import StaffMail
from api.notices.sense import is_late, is_nearly_late
from api.outbox.packing import Envelope
from api.outbox.service import Outgoing
from api.people.models import Person
from translations.catalogue import SOURCE, direction


def outgoing_of(
    session: Session, words: Words, mail: StaffMail, public_url: str, now: datetime
) -> Outgoing | None:
    """The e-mail as it is true now; None where nothing is left to say."""
    notices = worth_saying_still(session, mail)
    hand_overs = list({notice.hand_over_id: notice.hand_over for notice in notices}.values())
    if not hand_overs:
        return None
    url = public_url.rstrip("/") + _path(session, hand_overs, mail.person)
    return Outgoing(
        id=mail.id,
        lease=mail.lease or "",
        channel=Channel.email,
        chat_id=f"staff:{mail.person_id}",
        text=_text(words, hand_overs, url, now),
        buttons=(),
        envelope=_envelope(words, mail.person, hand_overs, now),
    )


def _path(session: Session, hand_overs: Sequence[HandOver], person: Person) -> str:
    """To the one that it is about; a coordinator may have to look at the list."""
    if len(hand_overs) == 1 and may_see(session, hand_overs[0], person):
        return f"/console/hand-overs/{hand_overs[0].id}"
    return "/console"


def _text(words: Words, hand_overs: Sequence[HandOver], url: str, now: datetime) -> str:
    told = (
        ("staff_mail.waits", len(hand_overs)),
        ("staff_mail.soon", sum(is_nearly_late(each, now) for each in hand_overs)),
        ("staff_mail.late", sum(is_late(each, now) for each in hand_overs)),
    )
    first = "\n".join(_counted(words, key, count) for key, count in told if count)
    how = words.console.text(SOURCE, "staff_mail.open", {"url": url}).text
    return "\n\n".join((first, how, words.console.text(SOURCE, "staff_mail.why").text))


def _envelope(
    words: Words, person: Person, hand_overs: Sequence[HandOver], now: datetime
) -> Envelope:
    late = any(is_late(each, now) for each in hand_overs)
    key = "staff_mail.subject_late" if late else "staff_mail.subject"
    return Envelope(
        address=person.email,
        sender=words.console.text(SOURCE, "app.name").text,
        subject=_counted(words, key, len(hand_overs)),
        language=SOURCE,
        direction=direction(SOURCE),
        at=now,
    )


def _counted(words: Words, key: str, count: int) -> str:
    return words.console.text(SOURCE, key, {"count": count}, count=count).text
