"""What can go wrong between a bot and Telegram, set up by a test."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tests.fakes.bot_api.errors import Refused


class FaultKind(StrEnum):
    REFUSE = "refuse"
    SLOW = "slow"
    DROP_REQUEST = "drop_request"
    DROP_REPLY = "drop_reply"


@dataclass
class Fault:
    """`method` "*" is any; `times` None is until `heal()`; `chat_id` None is any chat."""

    kind: FaultKind
    method: str
    times: int | None
    chat_id: int | None = None
    refusal: Refused | None = None
    as_page: bool = False  # the HTML page of a proxy in place of Telegram's JSON
    seconds: float = 0.0

    def matches(self, kind: FaultKind, method: str, chat_id: Any) -> bool:
        return (
            self.kind is kind
            and self.times != 0
            and self.method.lower() in {"*", method.lower()}
            and self.chat_id in {None, chat_id}
        )


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def heal(self) -> None:
        self._faults.clear()

    def take(self, kind: FaultKind, method: str, chat_id: Any) -> Fault | None:
        """The oldest fault that fits; it counts as used once more."""
        for fault in self._faults:
            if fault.matches(kind, method, chat_id):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None
