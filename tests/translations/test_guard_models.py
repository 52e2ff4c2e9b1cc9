"""The guard against real models, run by Argos Translate itself: what they get wrong is seen."""

from functools import partial
from itertools import permutations

import pytest

from tests.translations.corpus import CORPUS, UNSEEN
from translations.engines.packages import install_file
from translations.guard import LANGUAGES, Guarded, Kind, Reason, translate_guarded
from translations.machine import Machine


def guarded(machine: Machine, text: str, source: str, target: str) -> Guarded:
    return translate_guarded(
        partial(machine.translate, source=source, target=target), text, source, target
    )


@pytest.fixture(scope="module")
def confused_machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """It takes one day for another, unless the day is hidden; one sentence it spoils both times."""
    from tests.translations.tiny_models import build_package

    folder = tmp_path_factory.mktemp("confused")
    pairs = [
        ("Kom op dinsdag.", "Come on Friday."),
        ("Kom op QQA.", "Come on QQA."),
        ("De les is op woensdag.", "The lesson is on Thursday."),
        ("De les is op QQA.", "The lesson is QQA QQA."),
        ("Tot ziens.", "Goodbye."),
    ]
    build_package(pairs, "nl", "en", folder / "nl_en.argosmodel")
    install_file(folder / "nl_en.argosmodel", folder / "models")
    return Machine(folder / "models")


@pytest.mark.parametrize(("source", "target"), list(permutations(LANGUAGES, 2)))
def test_what_a_model_knows_passes_in_every_direction(
    tiny_machine: Machine, source: str, target: str
) -> None:
    sentences = [each for each in CORPUS if "https" not in each["nl"]][::7]
    for sentence in sentences:
        result = guarded(tiny_machine, sentence[source], source, target)
        assert result.text == sentence[target]
        assert result.verdict.is_fine


@pytest.mark.parametrize("target", ["en", "ar"])
def test_a_model_that_changes_a_time_is_caught(tiny_machine: Machine, target: str) -> None:
    verdict = guarded(tiny_machine, "De les begint om 11:45.", "nl", target).verdict
    assert [value.value for value in verdict.missing] == ["11:45"]
    assert [value.value for value in verdict.added] == ["10:30"]


def test_a_model_that_changes_a_day_is_caught(confused_machine: Machine) -> None:
    result = guarded(confused_machine, "De les is op woensdag.", "nl", "en")
    assert (result.text, result.retried) == ("The lesson is on Thursday.", False)
    assert [value.value for value in result.verdict.missing] == ["woensdag"]
    assert [value.value for value in result.verdict.added] == ["donderdag"]


def test_a_day_that_a_model_changes_is_right_when_it_is_hidden(confused_machine: Machine) -> None:
    result = guarded(confused_machine, "Kom op dinsdag.", "nl", "en")
    assert (result.text, result.retried) == ("Come on Tuesday.", True)
    assert result.verdict.is_fine


def test_a_participant_whose_time_was_changed_is_caught(tiny_machine: Machine) -> None:
    verdict = guarded(tiny_machine, "الحافلة تغادر الساعة ١١:٤٥.", "ar", "nl").verdict
    assert [value.text for value in verdict.missing] == ["١١:٤٥"]


def test_a_time_in_other_digits_is_no_other_time(tiny_machine: Machine) -> None:
    result = guarded(tiny_machine, "The bus leaves at 14:15.", "en", "ar")
    assert "١٤:١٥" in result.text
    assert result.verdict.is_fine


@pytest.mark.parametrize(
    ("text", "source", "kind", "value"),
    [
        ("U krijgt 250 euro.", "nl", Kind.money, "250"),
        ("رقمي هو 0612345678.", "ar", Kind.phone, "0612345678"),
    ],
)
def test_an_amount_or_number_that_a_model_changes_is_caught(
    tiny_machine: Machine, text: str, source: str, kind: Kind, value: str
) -> None:
    verdict = guarded(tiny_machine, text, source, "en").verdict
    assert (kind, value) in [(each.kind, each.value) for each in verdict.missing]


@pytest.mark.parametrize("target", ["en", "ar"])
def test_a_model_that_repeats_itself_is_caught(tiny_machine: Machine, target: str) -> None:
    verdict = guarded(tiny_machine, "Dat is goed.", "nl", target).verdict
    assert Reason.repeated in verdict.suspicious


@pytest.mark.parametrize("target", ["en", "ar"])
def test_a_model_that_drops_most_of_a_text_is_caught(tiny_machine: Machine, target: str) -> None:
    text = "Ik moet daar nog even heel goed over nadenken met mijn man en mijn broer."
    assert Reason.too_short in guarded(tiny_machine, text, "nl", target).verdict.suspicious


@pytest.mark.parametrize("target", ["en", "ar", "tr"])
def test_a_talk_that_no_model_has_seen_is_right_or_caught(
    tiny_machine: Machine, target: str
) -> None:
    for sentence in UNSEEN:
        result = guarded(tiny_machine, sentence["nl"], "nl", target)
        told = {(value.kind, value.value) for value in result.values}
        lost = {(value.kind, value.value) for value in result.verdict.missing}
        for kind, value in told - lost:
            assert kind is not Kind.time or value in result.text


def test_a_link_that_a_model_would_drop_stands_under_its_text(tiny_machine: Machine) -> None:
    result = guarded(tiny_machine, "Goedemorgen. https://www.duo.nl/a_b", "nl", "ar")
    assert result.text == "صباح الخير.\nhttps://www.duo.nl/a_b"
    assert result.verdict.is_fine
