"""What must be answered: everything in the towns' papers, and everything the bot recognises."""

import re

import pytest

from api.answers.explain import WALKS
from api.answers.menu import OWN
from api.answers.topics import HELPERS, load_papers, load_topics
from api.answers.words import Words
from api.cases.sources import load_sources
from api.conversations.replies import CHANGING_TALKS, OWN_CASE
from tests.answers.readers import intents, intents_by_file
from translations.catalogue import LANGUAGES, SOURCE

TOPICS = load_topics(load_sources())
PAPERS = load_papers()
COVERED = frozenset(paper for topic in TOPICS.values() for paper in topic.covers)
TALK = intents_by_file()["chat"] | intents_by_file()["doubt"]
"""Manners and doubt: no topic of their own."""
BESIDES_TOPICS = frozenset({"mens_spreken", "taal_wijzigen", "stop_berichten"})
"""What the bot does by itself, and answers with a text of its own."""
ENDED = re.compile(
    r"bestaa?t? niet meer|bestaan niet meer|is dicht|gesloten|gestopt|geëindigd|afgelopen|is klaar"
    r"|zijn er niet meer|is er niet meer",
    re.IGNORECASE,
)
HISTORY = {
    "kansenverkenner": re.compile("kansenverkenner", re.IGNORECASE),
    "integratiefunctionaris": re.compile("integratiefunctionaris|azc in weert", re.IGNORECASE),
    "praktijkleren": re.compile("praktijkverklaring|praktijkleren", re.IGNORECASE),
}


def dutch(words: Words) -> list[tuple[str, str]]:
    """Every Dutch text for participants and for coaches, with its key."""
    return [
        (key, "\n".join(catalogue.entry(SOURCE, key).forms))
        for catalogue in (words.catalogue, words.coach)
        for key in sorted(catalogue.keys())
    ]


# The papers


@pytest.mark.parametrize("paper", sorted(PAPERS))
def test_what_the_papers_name_for_participants_and_coaches_is_answered(paper: str) -> None:
    for_them = PAPERS[paper].audience & {"participant", "coach"}
    assert not for_them or paper in COVERED


def test_topics_answer_only_what_the_papers_name() -> None:
    assert PAPERS.keys() >= COVERED


def test_what_is_only_for_staff_is_in_no_answer() -> None:
    staff = {key for key, paper in PAPERS.items() if paper.audience == {"staff"}}
    assert staff
    assert staff & COVERED == set()


def test_every_source_of_the_papers_is_known() -> None:
    sources = load_sources()
    for paper in PAPERS.values():
        assert not [name for name in paper.sources if name not in sources], paper.key


def test_what_is_history_is_all_looked_for_here() -> None:
    history = {key for key, paper in PAPERS.items() if "history" in paper.audience}
    assert history == HISTORY.keys()


@pytest.mark.parametrize("paper", sorted(HISTORY))
def test_what_is_history_is_named_only_together_with_its_end(words: Words, paper: str) -> None:
    named = [(key, text) for key, text in dutch(words) if HISTORY[paper].search(text)]
    for key, text in named:
        sentences = re.split(r"(?<=[.!?;]) |\n", text)
        about = [sentence for sentence in sentences if HISTORY[paper].search(sentence)]
        assert all(ENDED.search(sentence) for sentence in about), f"{key}: {about}"


@pytest.mark.parametrize("paper", ["kansenverkenner", "integratiefunctionaris", "praktijkleren"])
def test_who_asks_for_what_is_history_hears_that_it_ended(words: Words, paper: str) -> None:
    covering = [topic.key for topic in TOPICS.values() if paper in topic.covers]
    texts = [text for key, text in dutch(words) if key.partition(".")[0] in covering]
    assert any(HISTORY[paper].search(text) and ENDED.search(text) for text in texts)


# Topics


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_topic_leans_on_sources_helpers_and_neighbours_that_exist(topic: str) -> None:
    about, sources = TOPICS[topic], load_sources()
    assert not [name for name in about.sources if name not in sources]
    assert set(about.helpers) <= HELPERS
    assert set(about.related) <= intents()
    assert about.careful <= about.by_group.keys()


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_a_topic_has_a_name_and_the_texts_that_it_leans_on(words: Words, topic: str) -> None:
    about = TOPICS[topic]
    assert f"label.{topic}" in words.catalogue
    for line in about.by_group.values():
        assert line in words.catalogue, line
    for helper in about.helpers:
        assert f"helper.{helper}" in words.catalogue
        assert f"name.{helper}" in words.catalogue


@pytest.mark.parametrize("topic", sorted(TOPICS.keys() - {"mijn_afspraken", "nood"}))
def test_a_topic_is_explained_to_participants_in_two_ways_and_to_coaches(
    words: Words, topic: str
) -> None:
    assert topic in words.catalogue
    assert f"{topic}.simple" in words.catalogue
    assert topic in words.coach or topic == "privacy"
    assert words.topics[topic].helpers


def test_every_part_in_the_catalogue_belongs_to_a_topic(words: Words) -> None:
    keys = words.catalogue.keys() - {"button.steps"}
    parts = {key for key in keys if key.endswith((".simple", ".steps"))}
    assert {key.rpartition(".")[0] for key in parts} <= TOPICS.keys()


def test_what_is_walked_through_is_a_topic() -> None:
    assert WALKS.keys() <= TOPICS.keys()


def test_who_can_be_asked_about_a_number_has_a_name(words: Words) -> None:
    for key in words.rules.keys():  # noqa: SIM118
        for rule in words.rules.versions(key):
            assert rule.ask in HELPERS, key
            assert f"name.{rule.ask}" in words.catalogue


# Intents


@pytest.mark.parametrize(
    "intent", sorted(intents() - TALK - CHANGING_TALKS - OWN_CASE - BESIDES_TOPICS)
)
def test_every_question_that_is_recognised_has_a_topic(intent: str) -> None:
    assert intent in TOPICS


def test_every_topic_can_be_asked_for() -> None:
    assert TOPICS.keys() <= intents()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_that_is_offered_has_a_label(words: Words, language: str) -> None:
    for intent in TOPICS.keys() | CHANGING_TALKS | OWN_CASE | set(OWN):
        assert words.text(language, f"label.{intent}").strip()
