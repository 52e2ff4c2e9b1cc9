"""Spoken answers: voice notes of exactly the text that is read, or no button to listen."""

import copy
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

import api.app
from api.answers.explain import explain
from api.answers.recordings import LARGEST_BYTES, NAME, BadRecording, Recordings, check_voice
from api.answers.reply import PERSON, Offer, Part, Reply
from api.answers.words import Words
from api.app import create_app
from api.cases.models import Group
from api.channels.media import find_media
from api.conversations.models import Conversation
from api.db import Database
from api.settings import Settings
from tests.answers.readers import NOW, check, coach, press, stranger
from tests.factories import FixedClock
from translations.catalogue import LANGUAGES

VOICE = b"OggS\x00\x02" + b"\x00" * 22 + b"OpusHead" + b"\x00" * 100
VORBIS = b"OggS\x00\x02" + b"\x00" * 22 + b"\x01vorbis" + b"\x00" * 100
NEW_YEAR = datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
STEPS = "kinderopvangtoeslag.steps"
DEAD = "http://127.0.0.1:9"


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        yield session


@pytest.fixture
def spoken(words: Words, tmp_path: Path) -> Words:
    """The words, with a folder of recordings of their own."""
    mine = copy.copy(words)
    mine.recordings = Recordings(tmp_path / "recordings")
    return mine


@pytest.fixture
def voice(tmp_path: Path) -> Path:
    return file(tmp_path, VOICE)


def file(folder: Path, content: bytes, name: str = "voice.ogg") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def text_of(words: Words, session: Session, chat: Conversation, key: str) -> str:
    """The text as it reads today, which somebody reads aloud."""
    reader = words.reader(session, chat, None, NOW)
    return words._known(reader, key, words._facts(reader, {}, key))[0].text


def record(
    words: Words, session: Session, chat: Conversation, *keys: str, machine: bool = False
) -> None:
    for key in keys:
        text = text_of(words, session, chat, key)
        path = words.recordings.path_for(chat.speaks, key, text, machine=machine)
        path.write_bytes(VOICE)


def listens(
    words: Words, session: Session, chat: Conversation, reply: Reply, now: datetime = NOW
) -> list[Offer]:
    rendered = check(words, session, chat, reply, now)
    return [offer for offer, _ in rendered.buttons if offer.action == "listen"]


# Files


def test_a_voice_note_is_opus_in_ogg(tmp_path: Path) -> None:
    check_voice(file(tmp_path, VOICE))


@pytest.mark.parametrize(
    "content", [b"", b"OggS", b"OpusHead", VORBIS, b"ID3" + VOICE, b"RIFF" + b"\x00" * 100]
)
def test_anything_else_is_refused_with_the_way_to_convert_it(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(BadRecording, match=r"ffmpeg -i voice\.ogg -c:a libopus"):
        check_voice(file(tmp_path, content))


def test_a_recording_that_is_too_large_for_a_phone_is_refused(tmp_path: Path) -> None:
    check_voice(file(tmp_path, VOICE.ljust(LARGEST_BYTES, b"\x00")))
    with pytest.raises(BadRecording, match="record it shorter"):
        check_voice(file(tmp_path, VOICE.ljust(LARGEST_BYTES + 1, b"\x00")))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecording, match="cannot read"):
        check_voice(tmp_path / "gone.ogg")


def test_a_refused_file_leaves_nothing_behind(spoken: Words, tmp_path: Path) -> None:
    with pytest.raises(BadRecording):
        spoken.recordings.add("ar", "pvt", "text", file(tmp_path, VORBIS))
    assert spoken.recordings.find("ar", "pvt", "text") is None


# Names


def test_a_recording_is_found_by_the_text_that_it_speaks(spoken: Words, voice: Path) -> None:
    kept = spoken.recordings.add("ar", "pvt", "minstens 12 uur", voice)
    assert NAME.fullmatch(kept.name)
    found = spoken.recordings.find("ar", "pvt", "minstens 12 uur")
    assert found is not None
    assert (found.media, found.machine) == (f"recordings/ar/{kept.name}", False)
    sent = find_media(spoken.recordings, found.media)
    assert sent is not None
    assert (sent.content, sent.is_voice) == (VOICE, True)
    assert kept.read_bytes() == VOICE


@pytest.mark.parametrize(
    ("language", "key", "text"),
    [
        ("ar", "pvt", "minstens 14 uur"),
        ("ar", "map", "minstens 12 uur"),
        ("tr", "pvt", "minstens 12 uur"),
    ],
)
def test_another_text_number_or_language_has_no_recording(
    spoken: Words, voice: Path, language: str, key: str, text: str
) -> None:
    spoken.recordings.add("ar", "pvt", "minstens 12 uur", voice)
    assert spoken.recordings.find(language, key, text) is None


def test_signs_that_only_order_numbers_do_not_change_the_name(spoken: Words, voice: Path) -> None:
    spoken.recordings.add("ar", "pvt", "minstens 12 uur", voice)
    assert spoken.recordings.find("ar", "pvt", "minstens \u206812\u2069 uur")


def test_a_person_speaks_before_a_machine(spoken: Words, voice: Path) -> None:
    spoken.recordings.path_for("ar", "pvt", "text", machine=True).write_bytes(VOICE)
    machine = spoken.recordings.find("ar", "pvt", "text")
    spoken.recordings.add("ar", "pvt", "text", voice)
    person = spoken.recordings.find("ar", "pvt", "text")
    assert machine is not None
    assert person is not None
    assert (machine.machine, person.machine) == (True, False)


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("..", "secret-0123456789.ogg"),
        ("ar", "../secret-0123456789.ogg"),
        ("ar", "..%2Fsecret-0123456789.ogg"),
        ("ar/..", "secret-0123456789.ogg"),
        ("", "secret-0123456789.ogg"),
        ("ar", "voice.ogg"),
        ("ar", "pvt-0123456789.mp3"),
        ("ar", "pvt-0123456789.ogg\n"),
        ("ar", ""),
    ],
)
def test_only_names_that_we_gave_are_opened(
    spoken: Words, tmp_path: Path, language: str, name: str
) -> None:
    for folder in (tmp_path, tmp_path / "recordings", tmp_path / "recordings" / "ar"):
        folder.mkdir(exist_ok=True)
        for there in ("voice.ogg", "pvt-0123456789.mp3"):
            file(folder, VOICE, there)
    for folder in (tmp_path, tmp_path / "recordings"):
        file(folder, VOICE, "secret-0123456789.ogg")
    assert spoken.recordings.open(language, name) is None


# The button


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_button_to_listen_where_the_text_was_recorded(
    session: Session, spoken: Words, language: str
) -> None:
    chat = stranger(session, language)
    [reply] = explain(spoken, session, chat, "pvt", Part.simple)
    assert listens(spoken, session, chat, reply) == []
    record(spoken, session, chat, "pvt.simple")
    [listen] = listens(spoken, session, chat, reply)
    assert listen.arguments == {"keys": "pvt.simple", "language": language}
    assert check(spoken, session, chat, reply).buttons[-1][0] is PERSON


def test_each_message_of_an_answer_is_listened_to_by_itself(
    session: Session, spoken: Words
) -> None:
    chat = stranger(session)
    chat.told_group = Group.asiel
    general, line = explain(spoken, session, chat, "kosten_lening")
    record(spoken, session, chat, line.key)
    assert listens(spoken, session, chat, general) == []
    assert len(listens(spoken, session, chat, line)) == 1
    record(spoken, session, chat, general.key)
    assert listens(spoken, session, chat, general) == []
    record(spoken, session, chat, "older_law")
    assert len(listens(spoken, session, chat, general)) == 1


@pytest.mark.parametrize(
    ("topic", "warning"), [("kinderopvangtoeslag", "unclear_mark"), ("pvt", "older_law")]
)
def test_a_warning_under_the_answer_is_heard_too_or_there_is_no_button(
    session: Session, spoken: Words, topic: str, warning: str
) -> None:
    """Who cannot read must not hear as certain, or as theirs, what the text says is not."""
    chat = stranger(session)
    [reply] = explain(spoken, session, chat, topic)
    assert text_of(spoken, session, chat, warning) in check(spoken, session, chat, reply).text
    record(spoken, session, chat, topic)
    for listen in listens(spoken, session, chat, reply):
        assert warning in str(listen.arguments["keys"]).split()


def test_a_person_still_comes_first_where_the_law_is_unclear_for_somebody(
    session: Session, spoken: Words
) -> None:
    chat = stranger(session)
    chat.told_group = Group.asiel
    reply = explain(spoken, session, chat, "boete")[-1]
    record(spoken, session, chat, reply.key)
    assert len(listens(spoken, session, chat, reply)) == 1
    assert check(spoken, session, chat, reply).buttons[0][0] is PERSON


@pytest.mark.parametrize("language", LANGUAGES)
def test_when_a_number_ends_the_recording_that_speaks_it_is_offered_no_more(
    session: Session, spoken: Words, language: str
) -> None:
    chat = stranger(session, language)
    record(spoken, session, chat, STEPS, "unclear_mark", "older_law")
    [reply] = explain(spoken, session, chat, "kinderopvangtoeslag", Part.steps)
    [listen] = listens(spoken, session, chat, reply)
    assert listens(spoken, session, chat, reply, NEW_YEAR) == []
    [told] = press(spoken, session, chat, listen, NEW_YEAR)
    assert (told.key, told.media) == ("listen.none", None)


def test_a_coach_and_a_list_of_helpers_have_nothing_to_listen_to(
    session: Session, spoken: Words
) -> None:
    mine, theirs = coach(session), stranger(session)
    record(spoken, session, mine, "pvt", "older_law")
    [procedure] = explain(spoken, session, mine, "pvt")
    assert listens(spoken, session, mine, procedure) == []
    record(spoken, session, theirs, "helpers.heading")
    [helpers] = explain(spoken, session, theirs, "pvt", Part.helpers)
    assert listens(spoken, session, theirs, helpers) == []


# Listening


def test_pressing_sends_a_recording_for_each_text(session: Session, spoken: Words) -> None:
    chat = stranger(session, "ar")
    [reply] = explain(spoken, session, chat, "pvt")
    keys = (reply.key, "older_law")
    record(spoken, session, chat, *keys)
    told = press(spoken, session, chat, listens(spoken, session, chat, reply)[0])
    media = [each.media or "" for each in told]
    assert len(set(media)) == len(told) >= 2
    for name, key in zip(media, keys, strict=True):
        assert name.startswith(f"recordings/ar/{key}-")
        assert find_media(spoken.recordings, name)
    for each in told:
        rendered = check(spoken, session, chat, each)
        assert (rendered.media, rendered.language) == (each.media, "ar")


@pytest.mark.parametrize("machine", [True, False])
def test_the_speech_of_a_machine_is_marked_as_that(
    session: Session, spoken: Words, machine: bool
) -> None:
    chat = stranger(session)
    record(spoken, session, chat, "pvt.simple", machine=machine)
    [reply] = explain(spoken, session, chat, "pvt", Part.simple)
    [told] = press(spoken, session, chat, listens(spoken, session, chat, reply)[0])
    text = check(spoken, session, chat, told).text
    assert (spoken.text("nl", "listen.machine") in text) is machine


@pytest.mark.parametrize("keys", ["", "gone", "pvt gone", "pvt.simple", "../pvt"])
def test_what_cannot_be_heard_is_said_and_a_person_offered(
    session: Session, spoken: Words, keys: str
) -> None:
    chat = stranger(session)
    offer = Offer("listen", arguments={"keys": keys, "language": "nl"})
    [told] = press(spoken, session, chat, offer)
    assert (told.key, told.offers) == ("listen.none", (PERSON,))


def test_what_a_coach_shows_in_another_language_can_be_listened_to(
    session: Session, spoken: Words
) -> None:
    chat, theirs = coach(session), stranger(session, "ti")
    record(spoken, session, theirs, "pvt", "older_law")
    [reply] = explain(spoken, session, chat, "pvt", language="ti")
    [told, *_] = press(spoken, session, chat, listens(spoken, session, chat, reply)[0])
    assert (told.media or "").startswith("recordings/ti/pvt-")
    assert check(spoken, session, chat, told).language == "ti"


def test_every_text_names_its_recording_so_that_it_can_be_opened(words: Words) -> None:
    for key in words.catalogue.keys():  # noqa: SIM118
        assert NAME.fullmatch(f"{key}-0123456789.ogg"), key


# Over HTTP


@pytest.fixture
def client(
    sqlite: Database, spoken: Words, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TestClient]:
    """The app, with these words instead of its own."""
    monkeypatch.setattr(api.app, "Words", lambda *_: spoken)
    settings = Settings(
        **{
            "database_url": sqlite.engine.url.render_as_string(hide_password=False),
            "rasa_url": DEAD,
            "rasa_secret": "a rasa secret",
            "service_token": "a service token",
            "telegram_token": None,
            "telegram_api_url": DEAD,
            "workers": False,
        }  # type: ignore[arg-type]
    )
    with TestClient(create_app(settings, clock), follow_redirects=False) as client:
        yield client


def test_a_page_can_play_a_recording(client: TestClient, spoken: Words, voice: Path) -> None:
    kept = spoken.recordings.add("ar", "pvt", "text", voice)
    answer = client.get(f"/media/recordings/ar/{kept.name}")
    assert (answer.status_code, answer.content) == (200, VOICE)
    assert answer.headers["Content-Type"] == "audio/ogg"
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    [
        "ar/pvt-0123456789.ogg",
        "ar/secret.ogg",
        "ar/..%2Fsecret-0123456789.ogg",
        "..%2Fsecret-0123456789.ogg",
        "%2e%2e/secret-0123456789.ogg",
        "ar/%2e%2e%2fsecret-0123456789.ogg",
        "..%5c/secret-0123456789.ogg",
        "ar/%00-0123456789.ogg",
    ],
)
def test_no_path_leads_out_of_the_recordings(
    client: TestClient, tmp_path: Path, spoken: Words, path: str
) -> None:
    spoken.recordings.path_for("ar", "x", "y")
    for folder in (tmp_path, tmp_path / "recordings"):
        file(folder, VOICE, "secret-0123456789.ogg")
    file(tmp_path / "recordings" / "ar", VOICE, "secret.ogg")
    answer = client.get(f"/media/recordings/{path}")
    assert answer.status_code == 404 or answer.headers["Location"] == "/chat"
    assert VOICE not in answer.content
