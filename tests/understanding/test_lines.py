"""Files of test lines, ours and other people's."""

from pathlib import Path

import pytest

from api.understanding.lines import NO_STYLE, BadLines, Line, read_lines


def written(tmp_path: Path, text: str, name: str = "lines.tsv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_line_has_an_intent_other_right_intents_and_a_style(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "lang\ttext\tintent\talternatives\tstyle\n"
        "nl\twie betaalt\tkosten_lening\tduo, boete;bijstand\tplain\n"
        "ti\tሰላም\tgreet\t\t\n",
    )
    others = frozenset({"duo", "boete", "bijstand"})
    assert read_lines(path) == [
        Line("nl", "wie betaalt", "kosten_lening", others, "plain"),
        Line("ti", "ሰላም", "greet", frozenset(), NO_STYLE),
    ]


def test_without_a_language_the_name_of_the_file_tells_it(tmp_path: Path) -> None:
    path = written(tmp_path, "text\tintent\nhallo\tgreet\n", "tr.tsv")
    assert read_lines(path)[0].language == "tr"


def test_without_a_language_in_name_or_column_the_texts_tell_it(tmp_path: Path) -> None:
    rows = "randevumu iptal etmek istiyorum\tafspraak_afzeggen\nçocuğum çok hasta\tgezondheid\n"
    assert {line.language for line in read_lines(written(tmp_path, f"text\tintent\n{rows}"))} == {
        "tr"
    }


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_files_of_other_systems_are_read(tmp_path: Path, newline: str) -> None:
    path = tmp_path / "nl.tsv"
    rows = ["text\tintent\talternatives\tstyle", 'wat is "PVT"?\tpvt\t\tplain', ""]
    path.write_bytes(b"\xef\xbb\xbf" + newline.join(rows).encode())
    assert read_lines(path) == [Line("nl", 'wat is "PVT"?', "pvt", frozenset(), "plain")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sentence\tlabel\nhallo\tgreet\n", "text, intent"),
        ("text\tintent\nhallo\t\n", "line 2"),
        ("lang\ttext\tintent\nxx\thallo\tgreet\n", "'xx'"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_with_the_place(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(BadLines, match=told):
        read_lines(written(tmp_path, text))


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadLines, match="nothing"):
        read_lines(tmp_path / "nothing.tsv")
    path = tmp_path / "nl.tsv"
    path.write_bytes(b"text\tintent\n\xff\xfe\tgreet\n")
    with pytest.raises(BadLines, match="nl"):
        read_lines(path)
