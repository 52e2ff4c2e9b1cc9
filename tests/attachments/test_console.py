"""A file in the browser of a regisseur: shown safely, played in parts, hidden from others."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

import api.app
from api.answers.words import Words
from api.app import create_app
from api.attachments.models import AttachmentState
from api.db import Database
from api.people.models import Person
from tests.attachments.files import paper, picture, voice
from tests.attachments.sending import Post
from tests.factories import FixedClock
from tests.test_web import Console, settings, url_of


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


@pytest.fixture
def console(sqlite: Database, clock: FixedClock) -> Iterator[Console]:
    app = create_app(settings(url_of(sqlite)), clock)
    with TestClient(app, follow_redirects=False) as client:
        yield Console(client, sqlite, clock)


@pytest.fixture
def me(post: Post, console: Console) -> Person:
    """Signed in, of the town."""
    who = post.regisseur()
    console.signed_in(who)
    return who


def stored(post: Post) -> str:
    id = post.wanted()
    post.fetch()
    assert post.get(id).state is AttachmentState.stored
    return f"/console/attachments/{id}"


@pytest.mark.usefixtures("me")
def test_a_sound_is_played_and_trusted_in_nothing(post: Post, console: Console) -> None:
    post.person.sends_voice(voice())
    answer = console.get(stored(post))
    assert (answer.status_code, answer.content) == (200, voice())
    assert answer.headers["Content-Type"] == "audio/ogg"
    assert answer.headers["Content-Disposition"] == "inline"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Accept-Ranges"] == "bytes"
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy


@pytest.mark.usefixtures("me")
def test_a_picture_is_shown_and_a_paper_is_saved_under_a_name_of_ours(
    post: Post, console: Console
) -> None:
    post.person.sends_photo(picture())
    shown = console.get(stored(post))
    assert (shown.headers["Content-Type"], shown.headers["Content-Disposition"]) == (
        *("image/jpeg", "inline"),
    )
    post.person.sends_document(paper(), name="van Amina.pdf")
    address = stored(post)
    saved = console.get(address)
    assert saved.headers["Content-Type"] == "application/pdf"
    number = address.rpartition("/")[2]
    assert saved.headers["Content-Disposition"] == f'attachment; filename="wegwijs-{number}.pdf"'


@pytest.mark.usefixtures("me")
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-1", 0, 1),
        ("bytes=10-", 10, None),
        ("bytes=-20", -20, None),
        ("bytes=5-9999", 5, 0),
    ],
)
def test_a_player_gets_the_part_that_it_asks_for(
    post: Post, console: Console, asked: str, first: int, last: int | None
) -> None:
    post.person.sends_voice(voice())
    answer = console.client.get(stored(post), headers={"Range": asked})
    begins = first if first >= 0 else len(voice()) + first
    ends = last or len(voice()) - 1
    assert (answer.status_code, answer.content) == (206, voice()[begins : ends + 1])
    assert answer.headers["Content-Range"] == f"bytes {begins}-{ends}/{len(voice())}"


@pytest.mark.usefixtures("me")
@pytest.mark.parametrize(
    ("asked", "status"),
    [("bytes=99999-", 416), ("bytes=-0", 416), ("bytes=0-1,4-5", 200), ("bytes=-", 200)],
)
def test_a_part_that_is_not_there_is_refused_and_nonsense_is_not_heard(
    post: Post, console: Console, asked: str, status: int
) -> None:
    post.person.sends_voice(voice())
    answer = console.client.get(stored(post), headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (status, len(voice()) * (status == 200))
    if status == 416:
        assert answer.headers["Content-Range"] == f"bytes */{len(voice())}"


@pytest.mark.usefixtures("me")
def test_what_is_not_stored_is_not_there(post: Post, console: Console) -> None:
    post.person.sends_voice(voice())
    id = post.wanted()
    assert console.get(f"/console/attachments/{id}").status_code == 404
    assert console.get(f"/console/attachments/{id + 1}").status_code == 404
    assert console.get("/console/attachments/0").status_code == 400


def test_another_town_and_whoever_is_not_signed_in_see_nothing(
    post: Post, console: Console
) -> None:
    post.person.sends_voice(voice())
    address = stored(post)
    assert console.get(address).headers["Location"] == "/console/login"
    console.signed_in(post.regisseur("Tom", "cranendonck"))
    assert console.get(address).status_code == 404
    assert console.post(f"{address}/remove").status_code == 404
    assert console.post(f"{address}/ask").status_code == 404


@pytest.mark.usefixtures("me")
def test_a_colleague_takes_it_away(post: Post, console: Console) -> None:
    post.person.sends_voice(voice())
    address = stored(post)
    hand_over = post.asked()
    answer = console.post(f"{address}/remove")
    assert answer.headers["Location"] == f"/console/hand-overs/{hand_over.id}"
    assert console.get(address).status_code == 404


def test_who_has_the_question_asks_and_nobody_else(
    post: Post, console: Console, me: Person
) -> None:
    post.person.sends_voice(voice())
    address, hand_over = f"/console/attachments/{post.offered()}", post.asked()
    assert console.post(f"{address}/ask").status_code == 409
    post.claimed(hand_over, me)
    answer = console.post(f"{address}/ask")
    assert answer.headers["Location"] == f"/console/hand-overs/{hand_over.id}"
