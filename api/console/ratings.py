"""The page that says for which topics a conversation with a person helped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from fastapi import APIRouter, Request, Response

from api.answers.words import Words
from api.console.routes import Me, render
from api.console.views import console_text
from api.db import Tx
from api.dependencies import Now, TheWords
from api.handovers.models import Helped
from api.handovers.ratings import TopicRatings, ratings_by_topic
from translations.catalogue import SOURCE

PERIOD = timedelta(days=365)
FEWEST = 3
"""Of fewer one could guess who it was."""

pages = APIRouter(prefix="/console/ratings", include_in_schema=False)


@dataclass(frozen=True)
class RatingRow:
    about: str
    counts: Sequence[str]
    """Yes, partly, no; first answer in time, late."""


@pages.get("")
def ratings_page(request: Request, session: Tx, words: TheWords, me: Me, now: Now) -> Response:
    found = ratings_by_topic(session, me.person, now - PERIOD)
    rows = sorted((_row(words, each) for each in found), key=lambda row: row.about.lower())
    columns = [*(f"rating.{each}" for each in Helped), "rating.in_time", "rating.late"]
    return render(request, words, "ratings.html", me, rows=rows, columns=columns)


def _row(words: Words, ratings: TopicRatings) -> RatingRow:
    numbers = (*(ratings.helped[each] for each in Helped), ratings.in_time, ratings.late)
    return RatingRow(_about(words, ratings), [_counted(words, number) for number in numbers])


def _counted(words: Words, number: int) -> str:
    return str(number) if number >= FEWEST else console_text(words, "rating.few", count=FEWEST)


def _about(words: Words, ratings: TopicRatings) -> str:
    """As the participant chose it in the menu, else the topic that the bot answered."""
    subject, topic = ratings.subject, ratings.topic
    key = "button.subject_other" if subject == "other" else f"menu.{subject}"
    for wanted in (key if subject else "", f"label.{topic}"):
        if wanted in words.catalogue:
            return words.text(SOURCE, wanted)
    return console_text(words, "rating.unknown")
