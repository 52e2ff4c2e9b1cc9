"""What a translation loses, makes up or repeats must be seen; what it leaves alone must not."""

from collections.abc import Callable
from itertools import permutations

import pytest

from tests.translations.corpus import CORPUS
from translations.guard import (
    LANGUAGES,
    Doubt,
    Reason,
    compare,
    protected,
    put_back,
    translate_guarded,
    with_placeholders,
)


def lost(source: str, result: str, languages: tuple[str, str] = ("nl", "en")) -> list[str]:
    return [value.value for value in compare(source, result, *languages).missing]


def made_up(source: str, result: str, languages: tuple[str, str] = ("nl", "en")) -> list[str]:
    return [value.value for value in compare(source, result, *languages).added]


def test_a_language_without_lists_is_refused() -> None:
    with pytest.raises(KeyError):
        compare("12", "12", "nl", "ti")


# What a translation may do


@pytest.mark.parametrize(
    ("source", "result", "languages"),
    [
        ("Kom om 14.30 uur.", "Come at 2:30 pm.", ("nl", "en")),
        ("Kom om 8 uur.", "Come at 8 o'clock.", ("nl", "en")),
        ("Kom om 8 uur.", "Come at 08:00.", ("nl", "en")),
        ("De les duurt 8 uur.", "The lesson takes 8 hours.", ("nl", "en")),
        ("Kom op 3-12.", "Come on 3 December.", ("nl", "en")),
        ("Het duurt 2-3 weken.", "It takes 2 to 3 weeks.", ("nl", "en")),
        ("U krijgt 1.000 punten.", "You get 1,000 points.", ("nl", "en")),
        ("Your score is 1.000 points.", "Uw score is 1.000 punten.", ("en", "nl")),
        ("Kom maandag naar de DUO.", "تعال يوم الاثنين إلى DUO.", ("nl", "ar")),
        ("U kunt bezwaar maken.", "يمكنك تقديم اعتراض.", ("nl", "ar")),
        ("Er komt een boete.", "Para cezası gelecek.", ("nl", "tr")),
        ("De tolk is er.", "The interpreter is there.", ("nl", "en")),
        ("I am fine, thank you.", "Het gaat goed, dank u.", ("en", "nl")),
        ("Bel 0495-575000.", "اتصل على ٠٤٩٥٥٧٥٠٠٠.", ("nl", "ar")),
        ("Het is 5 graden op de markt.", "Pazarda 5 derece.", ("nl", "tr")),
    ],
)
def test_another_way_of_writing_is_no_fault(
    source: str, result: str, languages: tuple[str, str]
) -> None:
    assert compare(source, result, *languages).is_fine


@pytest.mark.parametrize(("source", "target"), list(permutations(LANGUAGES, 2)))
def test_right_translations_are_believed(source: str, target: str) -> None:
    doubtful = [
        (each[source], each[target])
        for each in CORPUS
        if not compare(each[source], each[target], source, target).is_fine
    ]
    assert doubtful == []


# What it may not do


@pytest.mark.parametrize(
    ("source", "result", "missing", "added"),
    [
        ("Kom om 14:30.", "Come at 14:15.", ["14:30"], ["14:15"]),
        ("Kom om 14:30.", "Come at 2:30.", ["14:30"], ["02:30"]),
        ("Kom om 8 uur.", "Come at 8 pm.", ["08:00"], ["20:00"]),
        ("Kom maandag.", "Come on Tuesday.", ["maandag"], ["dinsdag"]),
        ("Kom maandag.", "Come soon.", ["maandag"], []),
        ("Kom snel.", "Come on Monday.", [], ["maandag"]),
        ("Kom op 3 december 2026.", "Come on 3 December.", ["2026-12-03"], ["12-03"]),
        ("Kom op 3-12-2026.", "Come on 12/3/2026.", ["2026-12-03"], ["2026-03-12"]),
        ("Kom op 3-12.", "Come on 12-3.", ["3-12"], ["12-3"]),
        ("Kom op 3 en 3.", "Come on 3.", ["3"], []),
        ("Kamer B12.", "Room B21.", ["12"], ["21"]),
        ("Bel 0495-575000.", "Call 0495-575001.", ["0495575000"], ["0495575001"]),
        ("Het kost 25 euro.", "It costs 52 euros.", ["25"], ["52"]),
        ("Het kost 25 euro.", "It costs 25.", ["25"], ["25"]),
        ("U kunt bezwaar maken.", "You can complain.", ["bezwaar"], []),
        ("Uw huurtoeslag komt.", "Your healthcare allowance comes.", ["huurtoeslag"], []),
        ("Doe PVT.", "Do TVP.", ["pvt"], []),
        ("Mail Anna@weert.nl.", "Mail her.", ["anna@weert.nl"], []),
    ],
)
def test_a_change_is_seen(source: str, result: str, missing: list[str], added: list[str]) -> None:
    assert lost(source, result) == missing
    assert made_up(source, result) == added


def test_a_day_left_in_dutch_is_no_translation() -> None:
    assert lost("Kom maandag.", "تعال maandag.", ("nl", "ar")) == ["maandag"]


def test_a_dutch_day_in_an_arabic_message_must_arrive() -> None:
    assert lost("الموعد يوم maandag", "De afspraak is op dinsdag", ("ar", "nl")) == ["maandag"]


def test_what_a_model_writes_without_end_is_not_read_to_its_end() -> None:
    verdict = compare("Kom maandag.", "Friday and perhaps Monday " * 100_000, "nl", "en")
    assert [value.value for value in verdict.added] == ["vrijdag", "maandag"]
    assert Reason.too_long in verdict.suspicious


@pytest.mark.parametrize("text", ["1" * 5000, "፼" * 1500, "1 " * 2000, "\0" * 4000])
def test_numbers_without_end_are_no_trouble(text: str) -> None:
    assert compare(text, text, "ar", "nl").missing == ()


WORDS = "Ik wil graag weten wanneer de nieuwe lessen beginnen en waar de school precies is."


@pytest.mark.parametrize(
    ("result", "language", "reason"),
    [
        ("", "en", Reason.empty),
        ("Yes.", "en", Reason.too_short),
        ("I want to know when lessons start. " + "And also a word about it " * 9, "en", None),
        (
            "I would like to know about schools, and " + " ".join(f"w{n}x" for n in range(99)),
            "en",
            None,
        ),
        ("the the the the the the lessons", "en", Reason.repeated),
        ("where is the school where is the school where is the school", "en", Reason.repeated),
        (
            "I want to know where the school is I want to know where the school is",
            "en",
            Reason.repeated,
        ),
        ("hahahahahahahaha the school starts at some moment", "en", Reason.repeated),
        (WORDS, "en", Reason.untranslated),
        (
            "Ik wil graag weten wanneer nieuwe lessen beginnen, the school precies.",
            "en",
            Reason.untranslated,
        ),
        ("I would like to know when the lessons start", "ar", Reason.wrong_script),
        ("أريد أن أعرف متى تبدأ الدروس", "en", Reason.wrong_script),
        ("I want to ⁇ know when the ⁇ lessons start", "en", Reason.unknown_words),
    ],
)
def test_a_result_that_went_wrong_as_a_whole_is_suspicious(
    result: str, language: str, reason: Reason | None
) -> None:
    suspicious = compare(WORDS, result, "nl", language).suspicious
    assert (reason or Reason.too_long) in suspicious


@pytest.mark.parametrize(
    ("source", "result"),
    [
        ("Ja.", "Yes, certainly, of course."),
        ("Samira", "Samira"),
        ("14:30", "14:30"),
        ("🙂", "🙂"),
        ("ja ja ja ja", "yes yes yes yes"),
    ],
)
def test_short_texts_and_names_are_not_suspicious(source: str, result: str) -> None:
    assert compare(source, result, "nl", "en").is_fine


@pytest.mark.parametrize(
    ("source", "result", "languages"),
    [
        ("Ik kan niet komen.", "I can come.", ("nl", "en")),
        ("Ik heb geen huis.", "لدي منزل.", ("nl", "ar")),
        ("لا أستطيع الحضور", "Ik kan komen", ("ar", "nl")),
        ("Yarın gelemiyorum.", "Ik kom morgen.", ("tr", "nl")),
        ("Bunu yapmayın.", "Doe dat.", ("tr", "nl")),
    ],
)
def test_a_lost_not_is_a_warning_and_no_fault(
    source: str, result: str, languages: tuple[str, str]
) -> None:
    verdict = compare(source, result, *languages)
    assert verdict.warnings == (Doubt.negation_lost,)
    assert verdict.is_fine


def test_a_not_out_of_nowhere_is_a_warning() -> None:
    assert compare("Ik kom.", "I do not come.", "nl", "en").warnings == (Doubt.negation_added,)


# Placeholders and the second attempt


def test_a_value_is_hidden_behind_letters_that_the_text_does_not_have() -> None:
    text = "QQA: kom maandag om 14:30."
    hidden, mapping = with_placeholders(text, protected(text, "nl"))
    assert hidden == "QQA: kom QXA om QXB."
    assert mapping == {"QXA": "maandag", "QXB": "14:30"}


def test_a_value_comes_back_in_the_language_of_the_reader() -> None:
    text = "Kom maandag 3 december 2026 bij DUO om 8 uur 's avonds."
    _, mapping = with_placeholders(text, protected(text, "nl"), "ar")
    assert list(mapping.values()) == ["الاثنين", "3-12-2026", "DUO", "20:00"]


def test_part_of_a_word_is_never_hidden() -> None:
    text = "Kamer B12, maandagmiddag."
    assert with_placeholders(text, protected(text, "nl")) == (text, {})


@pytest.mark.parametrize("returned", ["", "QQA QQA QQB", "QQA", "QQA QQBx", "Q X A QQB"])
def test_a_lost_doubled_or_broken_placeholder_is_refused(returned: str) -> None:
    assert put_back(returned, {"QQA": "14:30", "QQB": "maandag"}) is None


def test_a_placeholder_may_change_its_case() -> None:
    assert put_back("at qqa.", {"QQA": "14:30"}) == "at 14:30."


def answers(*results: str) -> tuple[Callable[[str], str], list[str]]:
    """A machine that gives these results in turn, and what it was asked."""
    asked: list[str] = []

    def translate(text: str) -> str:
        asked.append(text)
        return results[len(asked) - 1]

    return translate, asked


def test_a_good_translation_is_asked_for_once() -> None:
    translate, asked = answers("Come on Monday at 14:30.")
    guarded = translate_guarded(translate, "Kom maandag om 14:30.", "nl", "en")
    assert (guarded.text, guarded.retried) == ("Come on Monday at 14:30.", False)
    assert guarded.verdict.is_fine
    assert asked == ["Kom maandag om 14:30."]


def test_a_lost_value_alone_is_hidden_in_the_second_attempt() -> None:
    translate, asked = answers("Come on Tuesday at 14:30.", "Come on QQA at 14:30.")
    guarded = translate_guarded(translate, "Kom maandag om 14:30.", "nl", "en")
    assert asked[1] == "Kom QQA om 14:30."
    assert (guarded.text, guarded.retried) == ("Come on Monday at 14:30.", True)
    assert guarded.verdict.is_fine


@pytest.mark.parametrize("second", ["Come at 14:30.", "QQA QQA QQA QQA", "Come on QQA at 15:00."])
def test_a_second_attempt_that_is_no_better_is_not_taken(second: str) -> None:
    translate, _ = answers("Come soon at 14:30.", second)
    guarded = translate_guarded(translate, "Kom maandag om 14:30.", "nl", "en")
    assert (guarded.text, guarded.retried) == ("Come soon at 14:30.", False)
    assert [value.text for value in guarded.verdict.missing] == ["maandag"]


def test_a_suspicious_result_without_a_lost_value_is_not_tried_again() -> None:
    translate, asked = answers("good good good good good")
    guarded = translate_guarded(translate, "Dat is goed.", "nl", "en")
    assert guarded.verdict.suspicious == (Reason.repeated,)
    assert len(asked) == 1


def test_links_never_meet_the_machine_and_stand_at_the_end() -> None:
    translate, asked = answers("Look at.\nOr come by.")
    text = "Kijk op https://duo.nl/mijn_pagina.\nOf kom langs."
    guarded = translate_guarded(translate, text, "nl", "en")
    assert asked == ["Kijk op.\nOf kom langs."]
    assert guarded.text == "Look at.\nOr come by.\nhttps://duo.nl/mijn_pagina"
    assert guarded.verdict.is_fine


@pytest.mark.parametrize("text", ["https://duo.nl", "🙂", "", "…"])
def test_what_has_no_words_is_not_translated(text: str) -> None:
    translate, asked = answers()
    assert translate_guarded(translate, text, "nl", "ar").text == text
    assert asked == []


def test_the_values_of_the_source_are_listed_once_in_reading_order() -> None:
    translate, _ = answers("Monday 14:30, DUO. Monday!")
    guarded = translate_guarded(translate, "Maandag 14:30, DUO. Maandag!", "nl", "en")
    assert [value.text for value in guarded.values] == ["Maandag", "14:30", "DUO"]


def test_what_the_machine_raises_passes_through() -> None:
    def broken(text: str) -> str:
        raise RuntimeError("no model")

    with pytest.raises(RuntimeError, match="no model"):
        translate_guarded(broken, "Hallo daar", "nl", "en")
