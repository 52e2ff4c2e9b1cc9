"""Asks a command of the bot's own Python, which reads and writes one JSON object a line."""

import json
import os
import subprocess
from collections.abc import Iterable, Mapping

from api.system import BOT, ROOT, CannotStart, bot_python

Found = dict[str, object]
"""One line of what the command wrote."""


def ask_bot(*command: str, asked: Iterable[Mapping[str, object]] = ()) -> list[Found]:
    """Run `start.py <command>` to its end. Raises CannotStart with the end of its errors."""
    finished = subprocess.run(
        [bot_python(), "start.py", *command],
        cwd=BOT,
        input="".join(json.dumps(each) + "\n" for each in asked),
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    if finished.returncode:
        raise CannotStart(f"{' '.join(command)} failed: {finished.stderr[-2000:]}")
    return [json.loads(line) for line in finished.stdout.splitlines() if line.startswith("{")]
