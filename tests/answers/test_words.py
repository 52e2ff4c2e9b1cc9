"""The words: every text in every language, facts only from their one place, nobody else's talk."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from api.answers.reply import PERSON, Offer, Reply, ask, live_in, speak
from api.answers.topics import load_topics
from api.answers.words import MAX_LABEL, Rendered, Words
from api.appointments.models import Appointment, AppointmentKind
from api.cases.sources import load_sources
from api.conversations.models import Conversation
from api.db import Database
from api.people.models import Role
from tests.factories import conversation, participant, person, talk
from translations.catalogue import LANGUAGES, SOURCE

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SHORT = 600
BUTTON_CHARACTERS = 30
NAMES_WITH_DIGITS = re.compile(r"\b[AB][12]\b|\{\w+\}")
ISOLATED = re.compile("\u2068([^\u2068\u2069]*)\u2069")
TOPICS = tuple(sorted(load_topics(load_sources()).keys() - {"mijn_afspraken", "nood"}))


@pytest.fixture
def session(sqlite: Database) -> Iterator[Session]:
    with sqlite.writing() as session:
        yield session


def said(
    session: Session, words: Words, reply: Reply, language: str = "nl", now: datetime = NOW
) -> Rendered:
    """A reply to somebody of whom nothing is known but the language."""
    unknown = Conversation(guessed_language=language, session_used_at=now, created_at=now)
    return words.render(session, unknown, reply, now)


def forms(words: Words, language: str, key: str) -> tuple[str, ...]:
    return words.catalogue._by_language[language].entries[key].forms


# Whole


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_renders_every_key(words: Words, language: str) -> None:
    for key in words.catalogue.keys():  # noqa: SIM118
        gaps = {gap: f"({gap})" for gap in words.catalogue.gaps(key)}
        text = words.text(language, key, **gaps)
        assert text.strip(), key
        assert "{" not in text, key


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_is_told_with_its_source_in_a_length_one_can_read(
    session: Session, words: Words, language: str, topic: str
) -> None:
    rendered = said(session, words, Reply(topic, topic=topic), language)
    assert words.rules.sources.cite(words.topics[topic].sources) in rendered.text
    text = re.sub("[\u2068\u2069]", "", said(session, words, Reply(topic), language).text)
    assert len(text.removesuffix(words.text(language, "unclear_mark"))) <= SHORT


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", TOPICS)
def test_the_line_for_a_permit_group_is_short_too(words: Words, language: str, topic: str) -> None:
    for line in words.topics[topic].by_group.values():
        assert (
            len(re.sub("[\u2068\u2069]", "", words.as_it_reads(language, line, NOW.date())))
            <= SHORT
        )


@pytest.mark.parametrize("topic", TOPICS)
def test_a_topic_says_what_to_read_next_and_when_it_was_checked(words: Words, topic: str) -> None:
    about = words.topics[topic]
    assert date(2026, 1, 1) <= about.checked_on
    assert len(about.related) <= 3
    assert topic not in about.related
    for other in about.related:
        assert f"label.{other}" in words.catalogue


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_fit_on_the_button_of_a_phone(words: Words, language: str) -> None:
    all_keys = words.catalogue.keys()
    keys = [key for key in all_keys if key.startswith(("label.", "button."))]
    assert keys
    long = {key: text for key in keys if len(text := words.text(language, key)) > BUTTON_CHARACTERS}
    assert long == {}


@pytest.mark.parametrize("key", ["moment", "next_talk"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_time_is_told_with_its_part_of_the_day(words: Words, language: str, key: str) -> None:
    """Who counts the hours from sunrise reads 09:00 as three o'clock in the afternoon."""
    assert {"time", "part_of_day", "weekday", "date"} <= words.catalogue.gaps(key)
    assert all("{part_of_day}" in form for form in forms(words, language, key))


# Facts in one place


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_holds_a_number_of_its_own(words: Words, language: str) -> None:
    numbers = {
        key: form
        for key in words.catalogue.keys()  # noqa: SIM118
        for form in forms(words, language, key)
        if re.search(r"[\d፩-፼]", NAMES_WITH_DIGITS.sub("", form))
    }
    assert numbers == {}


def test_no_text_for_coaches_holds_a_number_of_its_own(words: Words) -> None:
    entries = words.coach._by_language[SOURCE].entries
    assert not [
        key
        for key, entry in entries.items()
        if re.search(r"\d", NAMES_WITH_DIGITS.sub("", entry.forms[0]))
    ]


NUMBER_WORDS = "twee|drie|vier|vijf|zes|zeven|acht|negen|tien|twaalf|vijftien|achttien"
UNITS = "weken|week|maanden|maand|jaar|uur|dagen|euro|keer|onderwerpen"


def test_no_dutch_text_hides_a_number_of_a_rule_in_words(words: Words) -> None:
    written_out = re.compile(rf"\b({NUMBER_WORDS}) ({UNITS})\b")
    for catalogue in (words.catalogue, words.coach):
        for key in catalogue.keys():  # noqa: SIM118
            assert not written_out.search(catalogue.entry(SOURCE, key).forms[0]), key


def test_every_gap_of_a_topic_is_a_rule(words: Words) -> None:
    rules = words.rules.keys()
    for topic in TOPICS:
        assert words.catalogue.gaps(topic) <= rules, topic
        if topic in words.coach:
            assert words.coach.gaps(topic) <= rules, topic


def test_what_only_coaches_read_is_about_their_own_work(words: Words) -> None:
    """Everything else is another text for a topic that participants can ask about as well."""
    own = words.coach.keys() - words.catalogue.keys() - {"mijn_afspraken"}
    starts = ("checklist", "choice.", "button.", "reported", "show_in.", "coach.")
    assert [key for key in sorted(own) if not key.startswith(starts)] == []


@pytest.mark.parametrize("topic", TOPICS)
def test_every_topic_has_its_procedure_for_coaches(words: Words, topic: str) -> None:
    assert topic in words.coach


def test_the_number_of_a_rule_reaches_the_text(session: Session, words: Words) -> None:
    hours = words.rules["pvt_min_hours"].value
    assert f" {hours} uur" in said(session, words, Reply("pvt")).text


@pytest.mark.parametrize(
    ("language", "euro"), [("nl", "10.000"), ("en", "10,000"), ("tr", "10.000"), ("ar", "10,000")]
)
def test_money_is_written_as_the_language_writes_it(
    session: Session, words: Words, language: str, euro: str
) -> None:
    assert euro in said(session, words, Reply("pays.own"), language).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_numbers_for_help_stand_unbroken_in_the_text_for_danger(
    session: Session, words: Words, language: str
) -> None:
    text = said(session, words, Reply("nood"), language).text
    for rule in ("emergency_number", "veilig_thuis_number", "suicide_number", "police_number"):
        assert str(words.rules[rule].value) in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_that_leans_on_an_unclear_rule_says_so(
    session: Session, words: Words, language: str
) -> None:
    mark = words.text(language, "unclear_mark")
    assert words.rules["kot_apply_by_months"].status == "unclear"
    assert mark in said(session, words, Reply("kinderopvangtoeslag"), language).text
    assert mark not in said(session, words, Reply("pvt"), language).text


# Draft and direction


def test_what_no_native_speaker_checked_is_a_draft_and_dutch_is_not(
    session: Session, words: Words
) -> None:
    drafts = {code: said(session, words, Reply("pvt"), code).draft for code in LANGUAGES}
    assert drafts == {"nl": False, "ar": True, "ti": True, "en": True, "tr": True}


def test_in_arabic_every_filled_gap_is_isolated_and_elsewhere_none_is(
    session: Session, words: Words
) -> None:
    reply = Reply("pvt", topic="pvt")
    arabic = said(session, words, reply, "ar").text
    source = words.rules.sources.cite(words.topics["pvt"].sources)
    assert {"12", "3", "2022", source} <= set(ISOLATED.findall(arabic))
    for language in ("nl", "ti", "en", "tr"):
        assert "\u2068" not in said(session, words, reply, language).text


@pytest.mark.parametrize("days", [0, 1, 2, 3, 11, 100])
def test_arabic_has_its_own_form_for_each_kind_of_number(words: Words, days: int) -> None:
    text = words.catalogue.text("ar", "next_talk.days", {"days": days}, count=days).text
    expected = {0: 0, 1: 1, 2: 2, 3: 3, 11: 4, 100: 5}[days]
    form = forms(words, "ar", "next_talk.days")[expected]
    assert text == form.format(days=f"\u2068{days}\u2069")
    assert str(days) in text


@pytest.mark.parametrize(
    ("language", "days", "number"),
    [("nl", 1, 0), ("nl", 2, 1), ("en", 1, 0), ("en", 0, 1), ("ti", 1, 0), ("ti", 2, 1)],
)
def test_the_plural_form_fits_the_number(
    words: Words, language: str, days: int, number: int
) -> None:
    text = words.catalogue.text(language, "next_talk.days", {"days": days}, count=days).text
    assert text == forms(words, language, "next_talk.days")[number].format(days=days)


def test_every_language_has_all_its_plural_forms(words: Words) -> None:
    counts = {code: len(forms(words, code, "next_talk.days")) for code in LANGUAGES}
    assert counts == {"nl": 2, "ar": 6, "ti": 2, "en": 2, "tr": 2}


# Moments


def test_a_moment_is_told_on_the_clocks_of_the_towns(words: Words) -> None:
    summer, winter = (
        datetime(2026, 7, 1, 7, 0, tzinfo=UTC),
        datetime(2026, 1, 5, 23, 30, tzinfo=UTC),
    )
    assert words.moment("nl", summer) == "woensdag 1 juli 2026 om 09:00 ('s ochtends)"
    assert words.moment("nl", winter) == "dinsdag 6 januari 2026 om 00:30 ('s nachts)"


@pytest.mark.parametrize(
    ("hour", "part"),
    [
        (0, "night"),
        (5, "night"),
        (6, "morning"),
        (11, "morning"),
        (12, "afternoon"),
        (17, "afternoon"),
        (18, "evening"),
        (23, "evening"),
    ],
)
def test_the_part_of_the_day_fits_the_hour(words: Words, hour: int, part: str) -> None:
    moment = datetime(2026, 1, 5, hour, 0, tzinfo=UTC) - timedelta(hours=1)
    assert words.text("en", f"part.{part}") in words.moment("en", moment)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_digits_of_a_date_are_latin_in_every_language(words: Words, language: str) -> None:
    told = words.moment(language, NOW)
    assert {"23", "2026", "10", "00"} <= set(re.findall(r"\d+", told))
    assert all(sign.isascii() for sign in told if sign.isdigit())


# The next talk


def next_talk(
    session: Session,
    words: Words,
    language: str = "nl",
    starts_at: datetime = NOW + timedelta(days=3),
    kind: AppointmentKind = AppointmentKind.progress_talk,
) -> str:
    case = participant(session, NOW, language=language)
    appointment = talk(session, case, starts_at, "Stadhuis Weert, balie 2")
    appointment.kind = kind
    chat = conversation(session, NOW, language=language)
    chat.person_id = case.participant_id
    return words.render(session, chat, about(appointment), NOW).text


def about(appointment: Appointment) -> Reply:
    return Reply("next_talk", records={"appointment": str(appointment.id)})


def test_my_own_talk_is_told_with_day_time_and_place(session: Session, words: Words) -> None:
    assert next_talk(session, words).splitlines() == [
        "Uw volgende afspraak: een voortgangsgesprek met uw regisseur.",
        "Dag: donderdag 26 november 2026",
        "Tijd: 10:00 uur ('s ochtends)",
        "Plaats: Stadhuis Weert, balie 2",
        "Dat is over 3 dagen.",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", list(AppointmentKind))
def test_every_kind_of_talk_is_told_in_every_language(
    session: Session, words: Words, language: str, kind: AppointmentKind
) -> None:
    text = next_talk(session, words, language, kind=kind)
    assert words.text(language, f"appointment.{kind}") in text
    assert "Stadhuis Weert, balie 2" in text


def test_a_talk_of_today_is_today(session: Session, words: Words) -> None:
    text = next_talk(session, words, starts_at=NOW + timedelta(hours=2))
    assert text.endswith(words.text("nl", "next_talk.today"))


def test_a_talk_of_tomorrow_morning_is_over_one_day_though_it_is_less_than_24_hours(
    session: Session, words: Words
) -> None:
    text = next_talk(session, words, starts_at=NOW + timedelta(hours=22))
    assert text.endswith("Dat is over 1 dag.")


def test_the_talk_of_another_person_is_not_told(session: Session, words: Words) -> None:
    theirs = talk(session, participant(session, NOW, "Tesfay"), NOW + timedelta(days=1), "Geheim")
    mine = conversation(session, NOW)
    refused = words.text("nl", "not_linked")
    assert words.render(session, mine, about(theirs), NOW).text == refused
    mine.person_id = participant(session, NOW, "Amina").participant_id
    assert words.render(session, mine, about(theirs), NOW).text == refused


# Buttons


def test_a_label_is_in_the_language_of_the_conversation_except_the_names_of_languages(
    session: Session, words: Words
) -> None:
    offers = (ask("pvt"), speak("ti"), live_in("weert", "Weert"), PERSON)
    rendered = said(session, words, Reply("greet", offers=offers), "tr")
    labels = [label for _, label in rendered.buttons]
    expected = [words.text("tr", "label.pvt"), "ትግርኛ", "Weert", words.text("tr", "button.person")]
    assert labels == expected


def test_a_label_is_cut_where_a_phone_would_cut_it(session: Session, words: Words) -> None:
    long = Offer("intent", "welcome")
    [(_, label)] = said(session, words, Reply("greet", offers=(long,))).buttons
    assert len(label) == MAX_LABEL


# Coaches


def coach_reads(session: Session, words: Words, key: str, language: str = "nl") -> str:
    chat = conversation(session, NOW, language=language)
    chat.person = person(session, NOW, Role.coach, name="Joke")
    return words.render(session, chat, Reply(key), NOW).text


@pytest.mark.parametrize("key", ["welcome", "pvt", "inburgering", "kinderopvangtoeslag"])
def test_a_coach_reads_the_text_for_coaches(session: Session, words: Words, key: str) -> None:
    rules = {key: rule.value for key, rule in words.rules.told(NOW.date()).items()}
    [first, *_] = words.coach.text("nl", key, rules).text.splitlines()
    assert coach_reads(session, words, key).startswith(first)
    assert not words.catalogue.text("nl", key, rules).text.startswith(first)


def test_a_coach_who_reads_another_language_reads_the_text_for_participants(
    session: Session, words: Words
) -> None:
    assert coach_reads(session, words, "greet", "tr") == words.text("tr", "greet")


def test_a_coach_without_a_talk_of_their_own_reads_how_it_works_for_participants(
    session: Session, words: Words
) -> None:
    assert (
        coach_reads(session, words, "next_talk_none")
        == words.coach.text("nl", "mijn_afspraken").text
    )


def test_a_participant_never_reads_the_text_for_coaches(session: Session, words: Words) -> None:
    chat = conversation(session, NOW)
    chat.person = participant(session, NOW, language="nl").participant.person
    text = words.render(session, chat, Reply("welcome"), NOW).text
    assert text == words.text("nl", "welcome")


# Loading


def test_words_that_are_not_whole_are_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="missing"):
        Words(tmp_path)
