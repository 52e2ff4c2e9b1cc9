"""Machine speech for answers that nobody has recorded yet: an extra that somebody switches on.

`espeak-ng` speaks and `opusenc` makes the voice note; both are programs, not part of Wegwijs.
"""

import shutil
import subprocess
from pathlib import Path

from api.answers.recordings import BadRecording

VOICES = {"ar": "ar", "en": "en-gb", "nl": "nl", "tr": "tr"}
"""The languages that espeak-ng has a voice for; Tigrinya is not among them."""
WORDS_A_MINUTE = 130
KILOBITS = 24
PATIENCE_SECONDS = 60


def speak(text: str, language: str, target: Path) -> None:
    """Write the text as a voice note. Raises BadRecording that says what is missing."""
    if language not in VOICES:
        raise BadRecording(f"espeak-ng has no voice for {language}: let a person record it")
    for program, package in (("espeak-ng", "espeak-ng"), ("opusenc", "opus-tools")):
        if shutil.which(program) is None:
            raise BadRecording(f"{program} is not there: install the package {package}")
    voice = ("espeak-ng", "-v", VOICES[language], "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout")
    sound = _run(voice, text.encode())
    note = _run(("opusenc", "--quiet", "--bitrate", str(KILOBITS), "-", "-"), sound)
    half = target.with_suffix(".half")
    half.write_bytes(note)
    half.replace(target)


def _run(command: tuple[str, ...], given: bytes) -> bytes:
    try:
        done = subprocess.run(
            command, input=given, capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise BadRecording(f"{command[0]} did not end in {PATIENCE_SECONDS} seconds") from error
    if done.returncode or not done.stdout:
        raise BadRecording(f"{command[0]} failed: {done.stderr.decode(errors='replace')[-200:]}")
    return done.stdout
