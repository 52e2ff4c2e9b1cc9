"""What a coach is told of talks: the day and the time, of who agreed to it, and nothing else."""

from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.orm import Session

from api.answers.reply import PERSON, Reply, Told
from api.answers.words import Words
from api.appointments.service import list_next
from api.coaching.service import Coached, seen_by
from translations.catalogue import SOURCE

TALKS_EACH = 3


def talks_for_coach(words: Words, session: Session, coach_id: UUID, now: datetime) -> list[Reply]:
    """The next talks in each household that this coach helps, in the words of the coach."""
    seen = seen_by(session, coach_id)
    if not seen:
        return [Reply.with_person("coach.talks.nobody")]
    replies = [
        _of_household(words, session, list(members), now)
        for _, members in groupby(seen, key=lambda each: each.household.id)
    ]
    *others, last = replies
    return [*others, replace(last, offers=(PERSON,))]


def _of_household(words: Words, session: Session, members: list[Coached], now: datetime) -> Reply:
    told = tuple(line for each in members for line in _of_participant(words, session, each, now))
    return Reply("coach.talks", facts={"household": members[0].household.name}, told=told)


def _of_participant(words: Words, session: Session, seen: Coached, now: datetime) -> list[Told]:
    name = seen.person.first_name
    talks = next_talks(session, seen.participant_id, now)
    if not talks:
        return [Told("coach.talks.none", {"name": name})]
    moments = (words.moment(SOURCE, at) for at in talks)
    return [Told("coach.talks.one", {"name": name, "moment": moment}) for moment in moments]


def next_talks(session: Session, participant_id: UUID, now: datetime) -> list[datetime]:
    """When this participant has planned talks; the caller knows that it may be told."""
    return [each.starts_at for each in list_next(session, participant_id, now, TALKS_EACH)]
