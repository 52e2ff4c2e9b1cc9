"""What tests of installing share: a package, a folder for it, and what became of them."""

from pathlib import Path

from translations.engines.packages import INCOMING
from translations.machine import Machine

NL_EN = "translate-nl_en-1_0"
GOOD_MORNING = ("Goedemorgen.", "Good morning.")


def installed(folder: Path) -> set[str]:
    """What a reader of the folder sees; hidden is only the place of work, and that is empty."""
    incoming = folder / INCOMING
    assert not incoming.exists() or [path.name for path in incoming.iterdir()] == ["lock"]
    return {path.name for path in folder.iterdir() if path.name != INCOMING}


def works(folder: Path) -> bool:
    dutch, english = GOOD_MORNING
    machine = Machine(folder)
    return machine.can("nl", "en") and machine.translate(dutch, "nl", "en") == english
