"""The page of one conversation: what a regisseur sees of it and can do with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request, Response
from sqlalchemy.orm import Session

from api.answers.words import Words
from api.console.hand_over_views import (
    details_of,
    events_of,
    interpreters_of,
    language_name,
)
from api.console.handover_acts import acts_context
from api.console.lines import lines_of
from api.console.routes import Me, render
from api.console.views import console_text, row_of
from api.db import Tx
from api.dependencies import Now, TheBureau, TheWords
from api.errors import WegwijsError
from api.handovers.bureau import Bureau
from api.handovers.drafts import ADDED, MISSING, can_translate, find_draft, must_survive
from api.handovers.interpreters import SPOKEN
from api.handovers.models import HandOver, HandOverState, ReplyDraft
from api.handovers.sentences import NAME, list_sentences
from api.people.models import StaffSession
from translations.catalogue import LANGUAGES, SOURCE, direction

PATH = "/console/hand-overs"


@dataclass(frozen=True)
class Attempt:
    """What was typed in a form that could not be accepted, and what is wrong with it."""

    form: str = ""
    """`reply`, `interpreter`, or the key of a sentence."""
    typed: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SentenceRow:
    key: str
    dutch: str
    """With the names of its gaps."""
    text: str
    draft: bool
    gaps: Sequence[str]


@dataclass(frozen=True)
class DraftRow:
    id: UUID
    dutch: str
    translation: str
    back: str
    faults: Sequence[str]
    values: Sequence[str]


@dataclass(frozen=True)
class Room:
    """What the pages of a conversation need: who looks, when, and with which words."""

    request: Request
    session: Session
    words: Words
    bureau: Bureau
    me: StaffSession
    now: datetime

    def page(
        self, hand_over: HandOver, error: WegwijsError | None = None, attempt: Attempt = Attempt()
    ) -> Response:
        """The whole page; with an error, what was typed stands in it again."""
        status, key = (error.status, error.key) if error else (200, None)
        context = {**self._live(hand_over), **self._acts(hand_over), "attempt": attempt}
        return self._render("hand_over.html", status, {**context, "error_key": key})

    def part(self, hand_over: HandOver) -> Response:
        """What changes by itself: the lines, and what stands beside them."""
        return self._render("_hand_over_live.html", 200, self._live(hand_over))

    def _render(self, template: str, status: int, context: Mapping[str, Any]) -> Response:
        return render(self.request, self.words, template, self.me, status, **context)

    def _live(self, hand_over: HandOver) -> dict[str, Any]:
        session, words, me = self.session, self.words, self.me.person
        claimed = hand_over.state == HandOverState.claimed
        mine = claimed and hand_over.claimed_by_id == me.id
        return {
            "hand_over": row_of(session, words, hand_over, me, self.now),
            "details": details_of(session, words, hand_over, me, self.now),
            "messages": lines_of(session, words, self.bureau, hand_over),
            "events": events_of(session, words, hand_over),
            "interpreters": interpreters_of(session, words, hand_over),
            "speaks": language_name(words, hand_over.conversation.speaks),
            "can_claim": hand_over.state == HandOverState.open,
            "can_reply": mine,
            "can_hand_back": mine,
            "unread": hand_over.state == HandOverState.open and hand_over.read_at is None,
        }

    def _acts(self, hand_over: HandOver) -> dict[str, Any]:
        language = hand_over.conversation.speaks
        draft = find_draft(self.session, hand_over, self.me.person)
        return {
            "language": language,
            "direction": direction(language),
            "can_translate": can_translate(self.bureau, language),
            "draft": draft_row(self.words, draft) if draft else None,
            "sentences": sentence_rows(self.words, language, self.me.person.first_name),
            "languages": [(each, language_name(self.words, each)) for each in SPOKEN],
            "has_models": any(can_translate(self.bureau, each) for each in LANGUAGES),
            **acts_context(self.session, self.words, hand_over, self.me.person, self.now),
        }


def _room(
    request: Request, session: Tx, words: TheWords, bureau: TheBureau, me: Me, now: Now
) -> Room:
    return Room(request, session, words, bureau, me, now)


At = Annotated[Room, Depends(_room)]


def draft_row(words: Words, draft: ReplyDraft) -> DraftRow:
    return DraftRow(
        id=draft.id,
        dutch=draft.dutch,
        translation=draft.translation,
        back=draft.back,
        faults=faults_in_words(words, draft.faults),
        values=[value.text for value in must_survive(draft.dutch)],
    )


def faults_in_words(words: Words, faults: Sequence[str]) -> list[str]:
    """What the guard found, as something to check."""
    found = []
    for fault in faults:
        kind, _, what = fault.partition(" ")
        key = f"fault_of.{kind}" if kind in (MISSING, ADDED) else f"fault_of.{kind}.{what}"
        found.append(console_text(words, key, value=what))
    return found


def sentence_rows(words: Words, language: str, my_name: str) -> list[SentenceRow]:
    """Every sentence with the names of its gaps in it, and mine where it says who I am."""
    rows = []
    for each in list_sentences(words, language):
        names = {gap: f"[{console_text(words, f'gap.{gap}').lower()}]" for gap in each.gaps}
        filled = {**names, NAME: my_name}
        dutch, text = (
            words.catalogue.text(one, each.key, filled).text for one in (SOURCE, language)
        )
        rows.append(SentenceRow(each.key, dutch, text, each.draft, each.gaps))
    return rows
