"""What a text means to the trained model: used by the door to Rasa and by the evaluation alike."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.constants import DEFAULT_INTENTS, USER_INTENT_OUT_OF_SCOPE
from rasa.shared.core.domain import Domain

from components.doubt import DOUBTS

_RANKED = 10

Understanding = dict[str, Any]


def real_intents(domain: Domain) -> set[str]:
    """What a person can mean: neither Rasa's own commands nor our signs of doubt."""
    commands = set(DEFAULT_INTENTS) - {USER_INTENT_OUT_OF_SCOPE}
    return set(domain.intents) - commands - DOUBTS


async def understand(agent: Any, text: str, language: str | None) -> Understanding:
    """{"intent": {"name", "confidence"}, "ranking": [{"intent", "confidence"}]}, the best first.

    language: of the conversation, for the thresholds of that language; None where it is unknown.
    """
    message = UserMessage(text, metadata={"language": language})
    parsed = await agent.processor.parse_message(message)
    known = real_intents(agent.domain)
    ranking = [
        {"intent": ranked["name"], "confidence": round(ranked["confidence"], 4)}
        for ranked in parsed["intent_ranking"]
        if ranked["name"] in known
    ]
    name, confidence = parsed["intent"]["name"], parsed["intent"]["confidence"]
    return {
        "intent": {"name": name, "confidence": round(confidence, 4)},
        "ranking": ranking[:_RANKED],
    }
