"""Telegram delivers one update many times in the same moment: one answer may come of it."""

from collections import Counter

from bench.installation import Installation, MeasurementFailed
from bench.questions import question
from bench.results import Finding, Findings

COPIES = 100
CHAT = 6_000_001
LONGEST_ANSWER = 30.0


def measure(installation: Installation) -> Findings:
    """The copies are the only deliveries of this update; none of them comes later than another."""
    [person] = installation.acquaintances([CHAT], ["nl"])
    with installation.telegram.holding_updates():
        update_id = person.says(question("nl", 0))
        statuses = installation.telegram.redeliver(update_id, COPIES, timeout=LONGEST_ANSWER)
    if not installation.wait_until_idle(LONGEST_ANSWER):
        raise MeasurementFailed(f"not answered within {LONGEST_ANSWER:.0f} s")
    answers = len(person.messages)
    counted = {str(status): number for status, number in Counter(statuses).items()}
    return {"same_update_answers": Finding(answers, {"copies": COPIES, "statuses": counted})}
