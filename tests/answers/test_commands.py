"""`wegwijs answers …`, as the keepers of the texts type it."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session
from typer.testing import Result

from api.answers import commands, speech
from api.answers.explain import UNKNOWN, explain
from api.answers.recordings import Recording
from api.answers.reply import Part
from api.answers.speech import KILOBITS, VOICES, WORDS_A_MINUTE
from api.answers.words import Words
from api.cases.models import Group
from api.clock import local
from api.db import Database
from api.system import ROOT
from tests.answers.readers import check, stranger
from tests.conftest import TRANSLATIONS
from tests.terminal import accepted, refused, wegwijs
from translations.catalogue import LANGUAGES, SOURCE, State

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = local(NOW).date()
HEAD = "OggS voice note OpusHead "
VOICE = HEAD.encode() + b"of a person"
MP3 = b"ID3" + b"\x00" * 100
TRANSLATED = sorted(set(LANGUAGES) - {SOURCE})

PASSES_ON = "exec /bin/cat"
FAILS = "echo 'the voice is gone' >&2; exit 3"
SILENT = "exit 0"
HANGS = "exec /bin/sleep 20"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "system_clock", lambda: NOW)


def answers(*words: str | Path) -> Result:
    return wegwijs("answers", *words)


# Recordings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where recordings are kept, as an installation would say it."""
    recordings = tmp_path / "recordings"
    monkeypatch.setenv("WEGWIJS_RECORDINGS", str(recordings))
    return recordings


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    path = tmp_path / "voice.ogg"
    path.write_bytes(VOICE)
    return path


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def find(folder: Path, language: str, key: str) -> Recording | None:
    """The recording that people are offered with this text as it reads today."""
    words = Words(TRANSLATIONS, folder)
    return words.recordings.find(language, key, words.as_it_reads(language, key, TODAY))


def content(folder: Path, recording: Recording) -> bytes:
    return (folder.parent / recording.media).read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_recording_of_a_person_is_kept_for_the_text_as_it_reads_today(
    folder: Path, voice: Path, language: str
) -> None:
    said = accepted(answers("record", language, "pvt", voice))
    found = find(folder, language, "pvt")
    assert found is not None
    assert (found.machine, content(folder, found)) == (False, VOICE)
    assert [path.name for path in kept(folder)] == [said.partition(":")[0]]


def test_the_folder_of_recordings_can_be_named_with_the_command(
    folder: Path, tmp_path: Path, voice: Path
) -> None:
    accepted(answers("record", "ar", "pvt", voice, "--recordings", tmp_path / "elsewhere"))
    assert len(kept(tmp_path / "elsewhere")) == 1
    assert kept(folder) == []


def test_a_file_that_is_no_voice_note_is_refused_with_the_way_to_convert_it(
    folder: Path, voice: Path
) -> None:
    voice.write_bytes(MP3)
    assert "ffmpeg -i voice.ogg" in refused(answers("record", "ar", "pvt", voice))
    assert kept(folder) == []


def test_a_file_that_is_not_there_is_told_plainly(folder: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "gone.ogg", tmp_path):
        assert f"cannot read {path}" in refused(answers("record", "ar", "pvt", path))
    assert kept(folder) == []


@pytest.mark.parametrize(
    ("language", "key", "why"),
    [
        ("fr", "pvt", f"fr is none of {', '.join(LANGUAGES)}"),
        ("../ar", "pvt", "is none of"),
        ("ar", "pvd", "there is no text pvd; docs/answers.md lists them"),
        ("ar", "../pvt", "there is no text ../pvt"),
    ],
)
@pytest.mark.parametrize("command", ["record", "speak", "check"])
def test_an_unknown_language_or_text_is_told_plainly(
    folder: Path, voice: Path, command: str, language: str, key: str, why: str
) -> None:
    more: dict[str, tuple[str | Path, ...]] = {"record": (voice,), "check": ("--by", "Noor")}
    assert why in refused(answers(command, language, key, *more.get(command, ())))
    assert kept(folder) == []


def test_a_text_about_one_person_cannot_be_recorded_for_everybody(
    folder: Path, voice: Path
) -> None:
    """Without its date and place nothing is left of it to read aloud."""
    assert Words(TRANSLATIONS).as_it_reads("ar", "next_talk", TODAY) == ""
    refused(answers("record", "ar", "next_talk", voice))
    assert kept(folder) == []


# Machine speech

Programs = Callable[[str | None, str | None], None]


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    """Only these programs are there: they know their arguments, then do this; None is away."""
    place = tmp_path / "bin"
    place.mkdir()
    monkeypatch.setenv("PATH", str(place))
    speaks = f"-v ({'|'.join(VOICES.values())}) -s {WORDS_A_MINUTE} --stdin --stdout"
    notes = f"--quiet --bitrate {KILOBITS} - -"

    def put(espeak: str | None, opusenc: str | None) -> None:
        for name, arguments, does in (
            ("espeak-ng", speaks, espeak),
            ("opusenc", notes, opusenc),
        ):
            if does is not None:
                knows = f'echo "$*" | /bin/grep -qxE -e "{arguments}" || exit 9'
                (place / name).write_text(f"#!/bin/sh\n{knows}\n{does}\n")
                (place / name).chmod(0o755)

    return put


MAKES_A_NOTE = f"printf '{HEAD}'; {PASSES_ON}"
SAYS_ITS_VOICE = f'printf "$2: "; {PASSES_ON}'


@pytest.mark.parametrize("language", sorted(VOICES))
def test_a_text_is_spoken_by_the_voice_of_its_language_and_marked_as_a_machines(
    folder: Path, programs: Programs, language: str
) -> None:
    programs(SAYS_ITS_VOICE, MAKES_A_NOTE)
    accepted(answers("speak", language, "pvt"))
    found = find(folder, language, "pvt")
    assert found is not None
    assert found.machine
    text = Words(TRANSLATIONS).as_it_reads(language, "pvt", TODAY)
    assert content(folder, found).decode() == f"{HEAD}{VOICES[language]}: {text}"
    assert [path.name for path in kept(folder)] == [Path(found.media).name]


def test_what_a_person_recorded_is_not_spoken_by_a_machine(
    folder: Path, voice: Path, programs: Programs
) -> None:
    programs(PASSES_ON, MAKES_A_NOTE)
    accepted(answers("record", "nl", "pvt", voice))
    accepted(answers("speak", "nl", "pvt"))
    assert [path.read_bytes() for path in kept(folder)] == [VOICE]


def test_what_was_spoken_already_is_not_spoken_again(folder: Path, programs: Programs) -> None:
    programs(PASSES_ON, MAKES_A_NOTE)
    accepted(answers("speak", "nl", "pvt"))
    programs(FAILS, FAILS)
    accepted(answers("speak", "nl", "pvt"))
    assert len(kept(folder)) == 1


def test_without_a_text_every_answer_gets_a_button_to_listen(
    folder: Path, programs: Programs, sqlite: Database
) -> None:
    programs(PASSES_ON, MAKES_A_NOTE)
    accepted(answers("speak", "nl"))
    words = Words(TRANSLATIONS, folder)
    with sqlite.writing() as session:
        silent = sorted(set(without_listening(words, session)))
    assert silent == []


def without_listening(words: Words, session: Session) -> Iterator[str]:
    """Texts that are shown under a topic, of which nothing can be heard."""
    for group in (None, *Group, UNKNOWN):
        chat = stranger(session)
        chat.told_group = group
        for topic in sorted(words.topics.keys() & words.catalogue.keys()):
            for part in (Part.short, Part.simple, Part.steps):
                if part is not Part.short and f"{topic}.{part}" not in words.catalogue:
                    continue
                for reply in explain(words, session, chat, topic, part):
                    rendered = check(words, session, chat, reply, NOW)
                    actions = [offer.action for offer, _ in rendered.buttons]
                    if reply.topic and "listen" not in actions:
                        yield reply.key


def test_there_is_no_machine_for_tigrinya(folder: Path, programs: Programs) -> None:
    programs(PASSES_ON, MAKES_A_NOTE)
    assert "let a person record it" in refused(answers("speak", "ti", "pvt"))
    assert kept(folder) == []


@pytest.mark.parametrize(
    ("espeak", "opusenc", "why"),
    [
        (None, None, "install the package espeak-ng"),
        (None, MAKES_A_NOTE, "install the package espeak-ng"),
        (PASSES_ON, None, "install the package opus-tools"),
        (FAILS, MAKES_A_NOTE, "espeak-ng failed: the voice is gone"),
        (PASSES_ON, FAILS, "opusenc failed: the voice is gone"),
        (SILENT, MAKES_A_NOTE, "espeak-ng failed"),
        (PASSES_ON, SILENT, "opusenc failed"),
    ],
)
def test_a_program_that_is_away_or_fails_is_told_plainly_and_nothing_is_kept(
    folder: Path, programs: Programs, espeak: str | None, opusenc: str | None, why: str
) -> None:
    programs(espeak, opusenc)
    assert why in refused(answers("speak", "nl", "pvt"))
    assert kept(folder) == []


def test_a_program_that_hangs_is_told_plainly(
    folder: Path, programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speech, "PATIENCE_SECONDS", 0.2)
    programs(HANGS, MAKES_A_NOTE)
    assert "espeak-ng" in refused(answers("speak", "nl", "pvt"))
    assert kept(folder) == []


# Checked by native speakers


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the texts and the pages, for commands that write there."""
    for name in ("translations", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    return tmp_path


def catalogue(repository: Path, language: str) -> Path:
    return repository / "translations" / language / "LC_MESSAGES" / "wegwijs.po"


def texts_in(repository: Path) -> Words:
    return Words(repository / "translations")


def everything(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in kept(folder)}


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("key", ["pvt", "pvt.simple", "next_talk.days"])
def test_a_check_changes_only_the_comment_of_its_text(
    repository: Path, language: str, key: str
) -> None:
    path, before = catalogue(repository, language), everything(repository)
    accepted(answers("check", language, key, "--by", "Noor Voorbeeld"))
    after = everything(repository)
    assert [name for name in after if after[name] != before.get(name)] == [path]
    old, new = before[path].decode().splitlines(), after[path].decode().splitlines()
    changed = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
    assert changed == [("# state: draft", "# state: checked by Noor Voorbeeld on 2026-11-23")]
    entry = texts_in(repository).catalogue.entry(language, key)
    assert (entry.state, entry.note) == (State.checked, "by Noor Voorbeeld on 2026-11-23")


def test_a_later_check_goes_before_the_one_before(repository: Path) -> None:
    for name in ("Noor", "Yusuf"):
        accepted(answers("check", "tr", "pvt", "--by", name))
    assert texts_in(repository).catalogue.entry("tr", "pvt").note == "by Yusuf on 2026-11-23"
    assert catalogue(repository, "tr").read_text().count("by Noor") == 0


def test_the_source_is_no_translation_to_be_checked(repository: Path) -> None:
    before = everything(repository)
    assert "Dutch is the source" in refused(answers("check", "nl", "pvt", "--by", "Noor"))
    assert everything(repository) == before


def test_a_translation_of_older_dutch_is_checked_really_or_not_at_all(repository: Path) -> None:
    dutch = catalogue(repository, SOURCE)
    greet = texts_in(repository).catalogue.entry(SOURCE, "greet").forms[0]
    dutch.write_text(dutch.read_text().replace(greet, f"{greet} Welkom!"))
    assert texts_in(repository).catalogue.entry("ar", "greet").state is State.outdated
    result = answers("check", "ar", "greet", "--by", "Noor")
    state = texts_in(repository).catalogue.entry("ar", "greet").state
    assert (result.exit_code == 0) == (state is State.checked), result.stdout


@pytest.mark.parametrize("name", ["", "  ", "Noor\nVoorbeeld", r"Noor \1", r"Noor \g<0>", "Noor {"])
def test_an_odd_name_does_no_harm_to_the_catalogue(repository: Path, name: str) -> None:
    result = answers("check", "ar", "pvt", "--by", name)
    entry = texts_in(repository).catalogue.entry("ar", "pvt")
    if result.exit_code:
        refused(result)
        assert entry.state is State.draft
    else:
        assert (entry.state, entry.note) == (State.checked, f"by {name} on 2026-11-23")
        assert name.strip()


# The pages of the answers


def test_the_pages_of_the_answers_are_current() -> None:
    accepted(answers("write", "--check"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_that_was_changed_by_hand_or_is_away_is_found_and_written_again(
    repository: Path, language: str
) -> None:
    page = commands.page_path(language)
    good = page.read_bytes()
    for spoil in (lambda: page.write_bytes(good + b"!"), page.unlink):
        spoil()
        said = refused(answers("write", "--check"))
        assert f"{page.name} is out of date" in said
        assert "wegwijs answers write" in said
        accepted(answers("write"))
        assert page.read_bytes() == good
        accepted(answers("write", "--check"))


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_text_that_was_checked_makes_its_page_out_of_date(
    repository: Path, language: str
) -> None:
    accepted(answers("check", language, "pvt", "--by", "Noor"))
    assert f"answers.{language}.md is out of date" in refused(answers("write", "--check"))
    accepted(answers("write"))
    assert "checked by Noor on 2026-11-23" in commands.page_path(language).read_text()


def test_new_dutch_makes_the_pages_out_of_date(repository: Path) -> None:
    path = catalogue(repository, SOURCE)
    text = texts_in(repository).catalogue.entry(SOURCE, "pvt.simple").forms[0].splitlines()[0]
    path.write_text(path.read_text().replace(text, f"Let op. {text}"))
    assert "answers.md is out of date" in refused(answers("write", "--check"))


def test_comparing_writes_nothing(repository: Path) -> None:
    commands.page_path("ar").unlink()
    before = everything(repository)
    refused(answers("write", "--check"))
    assert everything(repository) == before
