"""The queue of updates Telegram keeps for a bot until it has confirmed them."""

from dataclasses import dataclass
from typing import Any

from tests.fakes.bot_api.chats import Json

EVERY_KIND = frozenset(
    [
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "business_connection",
        "business_message",
        "edited_business_message",
        "deleted_business_messages",
        "message_reaction",
        "message_reaction_count",
        "inline_query",
        "chosen_inline_result",
        "callback_query",
        "shipping_query",
        "pre_checkout_query",
        "purchased_paid_media",
        "poll",
        "poll_answer",
        "my_chat_member",
        "chat_member",
        "chat_join_request",
        "chat_boost",
        "removed_chat_boost",
    ]
)
USUAL_KINDS = EVERY_KIND - {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(frozen=True)
class Update:
    """`lane`: updates of one lane are delivered to a webhook one after the other."""

    update_id: int
    kind: str
    payload: Any
    lane: str

    def as_json(self) -> Json:
        return {"update_id": self.update_id, self.kind: self.payload}


class Updates:
    def __init__(self) -> None:
        self.allowed: frozenset[str] = USUAL_KINDS
        self.held = False  # true while a test wants them to pile up
        self.made: dict[int, Update] = {}
        self._pending: dict[int, Update] = {}
        self._last_id = 700_000_000

    @property
    def pending(self) -> list[Update]:
        return list(self._pending.values())

    @property
    def deliverable(self) -> list[Update]:
        return [] if self.held else self.pending

    def allow(self, kinds: Any) -> None:
        """Telegram remembers the last list; an empty one means all but three rare kinds."""
        if isinstance(kinds, list):
            self.allowed = EVERY_KIND.intersection(map(str, kinds)) or USUAL_KINDS

    def add(self, kind: str, payload: Any, lane: str, update_id: int | None = None) -> int:
        """Queue an update, unless the bot did not ask for its kind."""
        number = self._last_id + 1 if update_id is None else update_id
        self._last_id = max(self._last_id, number)
        update = Update(number, kind, payload, lane)
        self.made[number] = update
        if kind in self.allowed:
            self._pending[number] = update
        return number

    def is_pending(self, update_id: int) -> bool:
        return update_id in self._pending

    def forget(self, update_id: int) -> None:
        self._pending.pop(update_id, None)

    def forget_all(self) -> None:
        self._pending.clear()

    def confirm_and_take(self, offset: int, limit: int) -> list[Update]:
        """What getUpdates does with its offset: below it all is forgotten."""
        if offset < 0:
            kept = self.pending[offset:]
            offset = kept[0].update_id if kept else 0
        if offset > 0:
            self._pending = {key: each for key, each in self._pending.items() if key >= offset}
        return self.deliverable[:limit]
