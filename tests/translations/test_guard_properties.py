"""Whatever the value, the language and the digits: a change is found, and no change is not."""

from datetime import date

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.translations.test_values import DAYS, DAYS_ELSEWHERE
from translations.guard import LANGUAGES, compare, protected, put_back, with_placeholders

DIGITS = ("0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९")
FRAMES = {
    "nl": "Kom op {day} {date} om {time} met {number} mensen.",
    "en": "Come on {day} {date} at {time} with {number} people.",
    "ar": "تعال يوم {day} {date} الساعة {time} مع {number} أشخاص.",
    "tr": "{day} {date} saat {time} için {number} kişiyle gelin.",
}

numbers = st.integers(min_value=25, max_value=99_999).map(str)
times = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda at: f"{at[0]:02}:{at[1]:02}")
dates = st.dates(date(1950, 1, 1), date(2050, 12, 31)).map(
    lambda day: f"{day.day}-{day.month}-{day.year}"
)
days = st.integers(0, 6)
two_days = st.lists(days, min_size=2, max_size=2, unique=True)
languages = st.sampled_from(LANGUAGES)


def written(language: str, day: int, date: str, time: str, number: str) -> str:
    name = DAYS_ELSEWHERE[language][day]
    return FRAMES[language].format(day=name, date=date, time=time, number=number)


@given(languages, languages, days, dates, times, numbers, st.sampled_from(DIGITS))
def test_what_is_unchanged_is_never_missing_in_any_digits(
    source: str, target: str, day: int, date: str, time: str, number: str, digits: str
) -> None:
    script = str.maketrans(DIGITS[0], digits)
    before = written(source, day, date, time, number)
    after = written(target, day, date, time, number).translate(script)
    verdict = compare(before, after, source, target)
    assert verdict.missing == ()
    assert verdict.added == ()


@given(languages, languages, two_days, dates, times, numbers)
def test_a_changed_day_is_always_found(
    source: str, target: str, both: list[int], date: str, time: str, number: str
) -> None:
    day, other = both
    verdict = compare(
        written(source, day, date, time, number),
        written(target, other, date, time, number),
        source,
        target,
    )
    assert [value.value for value in verdict.missing] == [DAYS[day]]
    assert [value.value for value in verdict.added] == [DAYS[other]]


@given(languages, languages, st.sampled_from(["date", "time", "number"]), st.data())
def test_a_changed_or_dropped_value_is_always_found(
    source: str, target: str, which: str, data: st.DataObject
) -> None:
    kinds = {"date": dates, "time": times, "number": numbers}
    values = {name: data.draw(strategy, label=name) for name, strategy in kinds.items()}
    other = data.draw(st.one_of(kinds[which], st.just("")), label="instead")
    assume(other != values[which])
    before = written(source, 0, **values)
    after = written(target, 0, **values | {which: other})
    verdict = compare(before, after, source, target)
    assert [value.text for value in verdict.missing] == [values[which]]
    assert [value.text for value in verdict.added] == ([other] if other else [])


@given(st.text(max_size=200), languages)
def test_any_text_compared_with_itself_loses_nothing(text: str, language: str) -> None:
    verdict = compare(text, text, language, language)
    assert verdict.missing == ()
    assert verdict.added == ()


def one_of_the_examples() -> st.SearchStrategy[str]:
    pieces = [
        "maandag",
        "14:30",
        "3-12-2026",
        "€ 25",
        "QQA",
        "DUO",
        "kamer B12",
        "x",
        "٣",
        "\u2069",
        "é",
    ]
    return st.lists(st.sampled_from(pieces) | st.text(max_size=5), max_size=9).map(" ".join)


@given(one_of_the_examples(), languages)
def test_placeholders_come_back_as_what_they_hid(text: str, language: str) -> None:
    hidden, mapping = with_placeholders(text, protected(text, language))
    assert put_back(hidden, mapping) == text
    assert all(name.isalnum() for name in mapping)
