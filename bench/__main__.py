"""`python -m bench [--only KEY]`: measure, and write down what was found."""

import argparse
import signal
import sys

from api.progress import Progress
from api.system import CannotStart
from bench.measurements import measure_all
from bench.results import GOALS, RESULTS, Entry, current_commit, entries, write


def main() -> int:
    """0 when everything was measured, whether or not the targets are met."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=GOALS, metavar="KEY", help=", ".join(GOALS))
    only: str | None = parser.parse_args().only
    # A kill signal unwinds as Ctrl-C does, so that every process we started ends.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    progress = Progress()
    commit = current_commit()
    try:
        found = entries(measure_all(progress, only), commit)
    except CannotStart as reason:
        progress.say(str(reason))
        return 1
    except KeyboardInterrupt:
        return 130
    write(found)
    for key, entry in found.items():
        progress.say(_line(key, entry))
    progress.say(f"Written to {RESULTS.relative_to(RESULTS.parent.parent)}")
    return 0 if found.keys() == ({only} if only else GOALS.keys()) else 1


def _line(key: str, entry: Entry) -> str:
    sign = "✓" if entry["met"] else "✗"
    measured = f"{entry['value']:g} {entry['unit']} on {entry['store']}"
    return f"  {sign} {key}: {measured} (target {entry['target']:g})"


if __name__ == "__main__":
    sys.exit(main())
