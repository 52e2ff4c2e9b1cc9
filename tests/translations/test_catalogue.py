"""Catalogues: whole or not at all, and the error says where the hole is."""

from pathlib import Path

import pytest

from translations.catalogue import CatalogueError, Catalogues, State, direction, gaps

PLURALS = {
    "nl": "nplurals=2; plural=(n != 1);",
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 :"
    " n%100>=11 ? 4 : 5);",
}
GREET = ("greet", "Hallo")
TIMES = ("times", "{count} keer")
DRAFT, CHECKED = "state: draft", "state: checked by a native speaker"


def entry(key: str, source: str, translation: str = "", comment: str = DRAFT) -> str:
    return f'# {comment}\nmsgctxt "{key}"\nmsgid "{source}"\nmsgstr "{translation}"\n'


def write(folder: Path, language: str, *entries: str) -> Path:
    path = folder / language / "LC_MESSAGES" / "some.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = (
        f'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {PLURALS[language]}\\n"\n'
    )
    path.write_text("\n".join((head, *entries)), encoding="utf-8")
    return path


def load(folder: Path) -> Catalogues:
    return Catalogues(folder, "some", ("nl", "ar"))


def dutch_and_arabic(folder: Path, *arabic: str) -> Catalogues:
    write(folder, "nl", entry(*GREET), entry(*TIMES))
    write(folder, "ar", *arabic)
    return load(folder)


ARABIC_GREET, ARABIC_TIMES = entry(*GREET, "مرحبا"), entry(*TIMES, "{count} مرات")


def test_a_text_is_found_by_language_and_key(tmp_path: Path) -> None:
    catalogues = dutch_and_arabic(tmp_path, ARABIC_GREET, ARABIC_TIMES)
    assert catalogues.text("nl", "greet").text == "Hallo"
    assert catalogues.text("ar", "greet").text == "مرحبا"
    assert catalogues.keys() == {"greet", "times"}
    assert "greet" in catalogues
    assert "goodbye" not in catalogues


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, "nl", entry(*GREET))
    with pytest.raises(CatalogueError, match=r"ar/LC_MESSAGES/some\.po is missing"):
        load(tmp_path)


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"^ar: .*\['times'\]"):
        dutch_and_arabic(tmp_path, ARABIC_GREET)


def test_a_key_that_the_dutch_does_not_have_is_named(tmp_path: Path) -> None:
    extra = entry("extra", "Extra", "زائد")
    with pytest.raises(CatalogueError, match=r"^ar: .*\['extra'\]"):
        dutch_and_arabic(tmp_path, ARABIC_GREET, ARABIC_TIMES, extra)


def test_an_empty_translation_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="greet has no translation"):
        dutch_and_arabic(tmp_path, entry(*GREET, ""), ARABIC_TIMES)


@pytest.mark.parametrize("wrong", ["مرات", "{counts} مرات", "{count} {more}"])
def test_a_gap_that_does_not_match_is_named(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(CatalogueError, match=r"ar: times must have the gaps \['count'\]"):
        dutch_and_arabic(tmp_path, ARABIC_GREET, entry(*TIMES, wrong))


@pytest.mark.parametrize("wrong", ["{count مرات", "count} مرات", "{count} }"])
def test_a_stray_brace_is_named(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(CatalogueError, match=r"some\.po: times has a stray brace"):
        dutch_and_arabic(tmp_path, ARABIC_GREET, entry(*TIMES, wrong))


def test_a_text_without_a_key_is_named(tmp_path: Path) -> None:
    write(tmp_path, "nl", 'msgid "Hallo"\nmsgstr ""\n')
    with pytest.raises(CatalogueError, match="no msgctxt: 'Hallo'"):
        load(tmp_path)


def test_a_plural_form_without_its_gap_is_named(tmp_path: Path) -> None:
    plural = '# state: draft\nmsgctxt "days"\nmsgid "{days} dag"\nmsgid_plural "{days} dagen"\n'
    write(tmp_path, "nl", plural + 'msgstr[0] ""\nmsgstr[1] ""\n')
    arabic = [f'msgstr[{number}] "{"يوم" if number == 1 else "{days} يوم"}"' for number in range(6)]
    write(tmp_path, "ar", plural + "\n".join(arabic) + "\n")
    with pytest.raises(CatalogueError, match="ar: days must have the gaps"):
        load(tmp_path)


def test_only_a_text_marked_as_draft_is_one(tmp_path: Path) -> None:
    catalogues = dutch_and_arabic(
        tmp_path, ARABIC_GREET, entry(*TIMES, "{count} مرات", comment=CHECKED)
    )
    assert catalogues.text("ar", "greet").draft
    assert not catalogues.text("ar", "times", {"count": 2}).draft


def test_a_translation_without_a_state_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="greet has no line"):
        dutch_and_arabic(tmp_path, entry(*GREET, "مرحبا", comment="nice"), ARABIC_TIMES)


def test_a_checked_text_says_by_whom(tmp_path: Path) -> None:
    checked = entry(*GREET, "مرحبا", comment="state: checked by Noor Voorbeeld on 2026-11-22")
    catalogues = dutch_and_arabic(tmp_path, checked, ARABIC_TIMES)
    found = catalogues.entry("ar", "greet")
    assert (found.state, found.note) == (State.checked, "by Noor Voorbeeld on 2026-11-22")


def test_a_checked_text_is_outdated_when_the_dutch_has_changed(tmp_path: Path) -> None:
    older = entry("greet", "Hoi", "مرحبا", comment=CHECKED)
    catalogues = dutch_and_arabic(tmp_path, older, ARABIC_TIMES)
    assert catalogues.entry("ar", "greet").state is State.outdated
    assert catalogues.text("ar", "greet").draft


def test_a_sentence_whose_gap_nobody_can_fill_is_left_out(tmp_path: Path) -> None:
    dutch = "Een. Nog {count} keer! Twee?\\n• {count} keer. Drie.\\n• {count}"
    arabic = "واحد. {count} مرات! اثنان؟\\n• {count}. ثلاثة.\\n• {count}"
    write(tmp_path, "nl", entry("some", dutch))
    write(tmp_path, "ar", entry("some", dutch, arabic))
    catalogues = load(tmp_path)
    text, unknown = catalogues.known("nl", "some", {})
    assert text.text == "Een. Twee?\n• Drie."
    assert set(unknown) == {"count"}
    assert catalogues.known("ar", "some", {})[0].text == "واحد. اثنان؟\n• ثلاثة."
    assert not catalogues.known("nl", "some", {"count": 2})[1]


def test_an_unknown_key_and_an_empty_gap_are_errors(tmp_path: Path) -> None:
    catalogues = dutch_and_arabic(tmp_path, ARABIC_GREET, ARABIC_TIMES)
    with pytest.raises(KeyError, match="goodbye"):
        catalogues.text("nl", "goodbye")
    with pytest.raises(KeyError, match="count"):
        catalogues.text("nl", "times")


def test_what_fills_a_gap_is_not_read_as_a_gap(tmp_path: Path) -> None:
    catalogues = dutch_and_arabic(tmp_path, ARABIC_GREET, ARABIC_TIMES)
    assert catalogues.text("nl", "times", {"count": "{secret} {0}"}).text == "{secret} {0} keer"


def test_in_a_right_to_left_text_what_fills_a_gap_keeps_its_own_direction(tmp_path: Path) -> None:
    catalogues = dutch_and_arabic(tmp_path, ARABIC_GREET, ARABIC_TIMES)
    assert catalogues.text("ar", "times", {"count": 3}).text == "\u20683\u2069 مرات"
    assert catalogues.text("nl", "times", {"count": 3}).text == "3 keer"


def test_only_arabic_runs_from_right_to_left() -> None:
    assert [direction(code) for code in ("nl", "ar", "ti", "en", "tr")] == [
        "ltr",
        "rtl",
        "ltr",
        "ltr",
        "ltr",
    ]


def test_gaps_are_the_names_between_braces() -> None:
    assert gaps("{a} en {b}, {a}") == {"a", "b"}
    assert gaps("niets") == frozenset()
