"""From the telephone into the store, over a real Bot API: after a yes, and only what is safe."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from api.attachments import worker as working
from api.attachments.fetching import LEASE
from api.attachments.models import Attachment, AttachmentState
from api.attachments.service import keep_back, remove
from api.attachments.types import LARGEST
from api.conversations.models import Kind
from api.handovers.service import hand_back
from tests.attachments.files import HEIC, HTML, SVG, film, office, paper, picture, song, voice
from tests.attachments.sending import Post
from tests.fakes.bot_api import Person as Sender
from tests.outbox.sending import happens

CAPTION = "Wat staat hier? Mijn BSN is 123456782"
SECRET = "een naam in het bestand"


@pytest.mark.parametrize(
    ("send", "kind", "type"),
    [
        (lambda who: who.sends_voice(voice()), Kind.voice, "audio/ogg"),
        (lambda who: who.sends_audio(song()), Kind.voice, "audio/mpeg"),
        (lambda who: who.sends_video_note(film(sees=True)), Kind.voice, "video/mp4"),
        (lambda who: who.sends_photo(picture()), Kind.photo, "image/jpeg"),
        (lambda who: who.sends_document(paper()), Kind.document, "application/pdf"),
        (lambda who: who.sends_document(picture("PNG"), "x.png"), Kind.document, "image/jpeg"),
    ],
)
def test_after_a_yes_it_is_fetched_and_stored(
    post: Post, send: Callable[[Sender], int], kind: Kind, type: str
) -> None:
    send(post.person)
    id = post.wanted()
    assert post.fetch() == 1
    stored = post.get(id)
    assert (stored.state, stored.kind, stored.type) == (AttachmentState.stored, kind, type)
    assert stored.content is not None
    assert stored.size == len(stored.content)
    assert (stored.reference, stored.why, post.told()) == (None, None, [])
    assert post.calls() == ["getFile", "download"]


def test_on_both_databases_the_content_comes_back_as_it_was(either: Post) -> None:
    either.person.sends_voice(voice())
    id = either.wanted()
    either.fetch()
    assert either.get(id).content == voice()
    assert either.fetch() == 0


def test_before_a_yes_nothing_is_fetched(post: Post) -> None:
    post.person.sends_voice(voice())
    id = post.offered()
    post.asked()
    assert post.fetch() == 0
    assert (post.get(id).state, post.calls()) == (AttachmentState.offered, [])


def test_after_a_no_it_is_never_fetched_and_nobody_could(post: Post) -> None:
    post.person.sends_voice(voice())
    id = post.offered()
    with post.writing() as session:
        keep_back(session, session.get_one(Attachment, id), post.clock())
    post.later(48)
    assert (post.fetch(), post.calls()) == (0, [])
    kept = post.get(id)
    assert (kept.state, kept.reference, kept.content) == (AttachmentState.kept_back, None, None)


def test_who_says_nothing_for_a_day_said_no(either: Post) -> None:
    either.person.sends_voice(voice())
    id = either.offered()
    either.later(23)
    assert (either.worker().sweep(), either.get(id).state) == (0, AttachmentState.offered)
    either.later(1)
    assert (either.worker().sweep(), either.worker().sweep()) == (1, 0)
    assert (either.get(id).state, either.get(id).reference) == (AttachmentState.kept_back, None)
    assert either.calls() == []


def test_the_door_keeps_reference_and_size_and_no_name(post: Post) -> None:
    post.person.sends_document(paper(), name=f"{SECRET}.pdf", caption=CAPTION)
    row = post.receive()[0]
    assert row.file is not None
    assert row.file.keys() == {"reference", "size"}
    assert row.file["size"] == len(paper())
    assert SECRET not in f"{row.file}{row.text}"


def test_what_stands_under_a_picture_is_kept_as_words_and_masked(post: Post) -> None:
    post.person.sends_photo(picture(), caption=CAPTION)
    row = post.receive()[0]
    assert (row.kind, row.masked) == (Kind.photo, True)
    assert (row.text or "").startswith("Wat staat hier?")
    assert "123456782" not in (row.text or "")


def test_of_a_photo_the_largest_that_fits_is_taken(post: Post) -> None:
    sizes = [{"file_id": f"photo-{size}", "file_size": size} for size in (900, 90_000, LARGEST + 1)]
    looks = {"file_unique_id": "x", "width": 1, "height": 1}
    post.person.sends(photo=[each | looks for each in sizes])
    assert post.receive()[0].file == {"reference": "photo-90000", "size": 90_000}


def test_a_sticker_or_a_place_is_no_file(post: Post) -> None:
    post.person.sends_sticker()
    post.person.sends_location()
    assert [row.file for row in post.receive()] == [None, None]


def test_a_reference_that_is_far_too_long_is_not_stored(post: Post) -> None:
    post.person.sends(voice={"file_id": "x" * 301, "file_unique_id": "x", "duration": 1})
    assert post.receive()[0].file is None


@pytest.mark.parametrize("content", [HTML, SVG, HEIC, office(), picture()[:300], b"%PDF-1.7"])
def test_what_is_not_what_it_is_called_is_refused_and_told_once(post: Post, content: bytes) -> None:
    post.person.sends_document(content, name="brief.jpg")
    id = post.wanted()
    assert post.fetch_until_settled(id) == 1
    failed = post.get(id)
    assert (failed.state, failed.why) == (AttachmentState.failed, "wrong_type")
    assert (failed.content, failed.reference) == (None, None)
    assert post.told() == [post.text("file.wrong_type")]
    post.later(24)
    assert (post.fetch(), len(post.told())) == (0, 1)


def test_what_says_that_it_is_too_large_is_not_fetched(post: Post) -> None:
    post.person.sends_document(paper(), size=LARGEST + 1)
    id = post.wanted()
    post.fetch()
    assert (post.get(id).state, post.get(id).why) == (AttachmentState.failed, "too_large")
    assert (post.calls(), post.told()) == ([], [post.text("file.too_large")])


def test_what_turns_out_too_large_is_let_go_while_it_comes_in(post: Post) -> None:
    post.person.sends_document(paper() + bytes(LARGEST), size=1_000)
    id = post.wanted()
    assert post.fetch_until_settled(id) == 1
    assert (post.get(id).why, post.get(id).content) == ("too_large", None)
    assert post.told() == [post.text("file.too_large")]


def test_what_telegram_itself_finds_too_large_is_not_tried_again(post: Post) -> None:
    post.telegram.fail("getFile", 400, description="Bad Request: file is too big")
    post.person.sends_voice(voice())
    id = post.wanted()
    assert post.fetch_until_settled(id) == 1
    assert post.get(id).why == "too_large"


@pytest.mark.parametrize("method", ["getFile", "download"])
@pytest.mark.parametrize("status", [404, 500, 502])
def test_a_server_that_is_away_and_comes_back_gives_it_after_all(
    post: Post, method: str, status: int
) -> None:
    post.telegram.fail(method, status, times=3)
    post.person.sends_voice(voice())
    id = post.wanted()
    assert post.fetch_until_settled(id) == 4
    assert (post.get(id).content, post.told()) == (voice(), [])


@pytest.mark.parametrize("method", ["getFile", "download"])
def test_a_connection_that_breaks_is_tried_again(post: Post, method: str) -> None:
    post.telegram.drop_reply(method)
    post.person.sends_voice(voice())
    id = post.wanted()
    assert post.fetch_until_settled(id) == 2
    assert post.get(id).content == voice()


def test_what_telegram_has_no_more_is_tried_five_times_and_then_told(post: Post) -> None:
    post.telegram.fail("getFile", 400, times=None, description="Bad Request: invalid file_id")
    post.person.sends_voice(voice())
    id = post.wanted()
    assert post.fetch_until_settled(id) == 5
    failed = post.get(id)
    assert (failed.state, failed.why) == (AttachmentState.failed, "gone")
    assert failed.reference is None
    assert post.told() == [post.text("file.failed")]


def test_telegram_may_ask_us_to_wait_as_often_as_it_likes(post: Post) -> None:
    post.telegram.fail("getFile", 429, retry_after=30, times=7)
    post.person.sends_voice(voice())
    id = post.wanted()
    assert post.fetch_until_settled(id) == 8
    assert post.get(id).content == voice()


def test_what_takes_too_long_is_given_up_for_now(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working, "FETCH_SECONDS", 0.05)
    post.telegram.slow("download", 0.5)
    post.person.sends_voice(voice())
    id = post.wanted()
    post.fetch()
    waiting = post.get(id)
    assert (waiting.state, waiting.error) == (AttachmentState.wanted, "unreachable")
    assert waiting.due_at > post.clock()


def test_who_is_killed_while_fetching_loses_nothing(either: Post) -> None:
    either.person.sends_voice(voice())
    id = either.wanted()
    assert len(either.claim()) == 1  # and dies
    assert either.fetch() == 0
    either.clock.move(LEASE)
    assert either.fetch() == 1
    assert either.get(id).content == voice()


def test_a_file_over_which_every_worker_dies_is_given_up(post: Post) -> None:
    post.person.sends_voice(voice())
    id = post.wanted()
    for _ in range(working.MOST_TRIES):
        assert len(post.claim()) == 1
        post.clock.move(LEASE)
    assert post.fetch() == 1
    assert (post.get(id).state, post.calls()) == (AttachmentState.failed, [])
    assert post.told() == [post.text("file.failed")]


def test_who_was_too_slow_writes_nothing_over_what_is_there(post: Post) -> None:
    post.person.sends_voice(HTML)
    id = post.wanted()
    slow = post.claim()
    post.clock.move(LEASE)
    quick = post.claim()
    post.work(*quick)
    post.work(*slow)
    assert (post.get(id).why, post.told()) == ("wrong_type", [post.text("file.wrong_type")])


def test_the_same_message_twice_is_one_file(post: Post) -> None:
    post.person.sends_voice(voice())
    post.receive()
    post.offset = 0
    id = post.wanted()
    post.offset = 0
    assert post.receive() == []
    assert post.fetch() == 1
    assert post.get(id).state is AttachmentState.stored


def test_while_a_person_has_the_chat_a_failure_is_shown_and_not_told(post: Post) -> None:
    post.person.sends_voice(HTML)
    id, me = post.wanted(), post.regisseur()
    hand_over = post.asked()
    post.claimed(hand_over, me)
    before = post.told()
    post.fetch()
    assert (post.get(id).state, post.get(id).why) == (AttachmentState.failed, "wrong_type")
    assert post.told() == before


def test_after_the_person_is_done_a_failure_is_told(post: Post) -> None:
    post.person.sends_voice(HTML)
    post.wanted()
    me, hand_over = post.regisseur(), post.asked()
    post.claimed(hand_over, me)
    with post.writing() as session:
        hand_back(session, post.words, hand_over.id, me, post.clock())
    post.fetch()
    assert post.told()[-1] == post.text("file.wrong_type")


def test_what_was_taken_away_while_it_came_is_not_stored(post: Post) -> None:
    post.person.sends_voice(voice())
    id, me = post.wanted(), post.regisseur()
    claimed = post.claim()
    with post.writing() as session:
        remove(session, id, me, post.clock())
    post.work(*claimed)
    assert (post.get(id).state, post.get(id).content) == (AttachmentState.removed, None)


def test_the_loop_fetches_as_soon_as_somebody_agrees(either: Post) -> None:
    either.person.sends_voice(voice())
    id = either.offered()
    either.asked()

    async def fetched() -> None:
        either.database.signals.bind()
        loop = asyncio.create_task(either.worker().run())
        try:
            await asyncio.to_thread(either.agrees, id)
            await happens(lambda: either.get(id).state is AttachmentState.stored)
        finally:
            loop.cancel()
            await asyncio.gather(loop, return_exceptions=True)

    asyncio.run(fetched())


def test_a_log_tells_nothing_of_a_file_nor_the_token(
    post: Post, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trips(_kind: Kind, content: bytes) -> None:
        raise ZeroDivisionError(content)

    monkeypatch.setattr(working, "check", trips)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # as api/main.py does
    with caplog.at_level(logging.INFO):
        post.person.sends_document(paper(SECRET.encode()), name=f"{SECRET}.pdf", caption=SECRET)
        id = post.wanted()
        post.fetch_until_settled(id)
    assert "ZeroDivisionError" in caplog.text
    for secret in (SECRET, post.telegram.token, "AgADBAAD"):
        assert secret not in caplog.text
