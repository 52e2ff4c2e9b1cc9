"""What was not understood is listed without the person, labelled by one, and learned."""

from pathlib import Path
from shutil import copytree

import pytest

from api.understanding.examples import NLU, Example, read_examples
from api.understanding.learning import CannotLearn, learn
from api.understanding.unanswered import Unanswered, list_unanswered
from tests.conversations.chat import Chat
from tests.factories import understood

HEADER = "language\ttext\ttimes\tintent\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(copytree(NLU, tmp_path / "nlu"))


def labelled(tmp_path: Path, *rows: str) -> Path:
    path = tmp_path / "labelled.tsv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_a_labelled_line_becomes_training_data(tmp_path: Path, folder: Path) -> None:
    file = labelled(tmp_path, "nl\tmoet mijn buurvrouw ook zo'n verklaring zetten\t2\tpvt")
    assert learn(file, folder) == {folder / "nl" / "modules.yml": 1}
    new = Example("nl", "pvt", "moet mijn buurvrouw ook zo'n verklaring zetten")
    assert new in read_examples(folder)


def test_a_line_that_nobody_labelled_is_passed_over(tmp_path: Path, folder: Path) -> None:
    assert learn(labelled(tmp_path, "nl\tqwerty\t1\t"), folder) == {}


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("nl\teen pizza graag\t1\tpizza", "no intent 'pizza'"),
        ("xx\teen pizza graag\t1\tpvt", "'xx' is none of"),
        ("nl\tmijn bsn is •••\t1\tpvt", "masked"),
        (
            "nl\tik begrijp die pvt niet\t1\tpvt\nnl\tIk begrijp die PVT niet!\t1\tmap",
            "taught twice",
        ),
        ("nl\t/restart\t1\thelp", "nobody would type"),
    ],
)
def test_one_wrong_line_and_nothing_is_written(
    tmp_path: Path, folder: Path, row: str, told: str
) -> None:
    before = read_examples(folder)
    file = labelled(tmp_path, "nl\tmoet mijn buurvrouw die verklaring ook zetten\t1\tpvt", row)
    with pytest.raises(CannotLearn, match=told):
        learn(file, folder)
    assert read_examples(folder) == before


def test_what_was_not_understood_is_listed_by_how_often_it_came(chat: Chat) -> None:
    unsure = understood("did_you_mean", "pvt").model_copy(update={"intent": "unsure"})
    unknown = understood("not_understood", "pvt").model_copy(update={"intent": "unknown"})
    chat.rasa_says(
        {
            "blurp": unsure,
            "Blurp!": unsure,
            "hmpf 123456782": unsure,
            "hmpf •••": unknown,
            "pvt?": understood("pvt"),
        }
    )
    for text in ("hmpf 123456782", "blurp", "pvt?", "blurp", "Blurp!"):
        chat.send(text)
    with chat.path.database.reading() as session:
        listed = list_unanswered(session)
    assert listed == [
        Unanswered("nl", "blurp", 2),
        Unanswered("nl", "Blurp!", 1),
        Unanswered("nl", "hmpf •••", 1),
    ]
