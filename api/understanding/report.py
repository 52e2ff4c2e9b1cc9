"""From judged messages to figures, as JSON for programs and as tables for people."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table

from api.conversations.replies import SAFETY
from api.understanding.judging import Judged

CONFUSIONS = 15
WORST_INTENTS = 15
TOP = 3

Report = dict[str, Any]


def report(judged: Sequence[Judged]) -> Report:
    """Shares from 0 to 1 for each language code, and counts of safety under `safety`."""
    languages = {
        language: _language(each) for language, each in _by(judged, lambda one: one.line.language)
    }
    return {**languages, "safety": _safety(judged)}


def confusions(judged: Iterable[Judged]) -> Counter[tuple[str, str]]:
    """How often (the right intent, the one that came first) were mixed up."""
    wrong = (each for each in judged if not each.is_right)
    return Counter((each.line.intent, (each.ranking or ("nothing",))[0]) for each in wrong)


def macro_f1(judged: Sequence[Judged]) -> float:
    """The mean over intents of the harmonic mean of precision and recall."""
    right, said, meant = Counter[str](), Counter[str](), Counter[str]()
    for each in judged:
        meaning, best = each.line.intent, (each.ranking or ("nothing",))[0]
        best = meaning if each.is_right else best
        meant[meaning] += 1
        said[best] += 1
        right[meaning] += best == meaning
    scores = [2 * right[intent] / (said[intent] + meant[intent]) for intent in meant]
    return sum(scores) / len(scores) if scores else 0.0


def print_report(title: str, judged: Sequence[Judged], console: Console) -> None:
    """Tables for people: languages, styles, the worst intents and confusions, and safety."""
    console.rule(title)
    console.print(_language_table(judged))
    console.print(_style_table(judged))
    console.print(_worst_table(judged))
    mixed = confusions(judged).most_common(CONFUSIONS)
    console.print("Most often mixed up (right → told):")
    for (right, told), times in mixed:
        console.print(f"  {times:4}  {right} → {told}")
    found = _safety(judged)
    console.print(
        f"Safety: {found['missed']} of {found['n']} missed, "
        f"{found['false_alarms']} false alarms in {found['ordinary']} ordinary messages"
    )


def _by(judged: Iterable[Judged], key: Callable[[Judged], str]) -> list[tuple[str, list[Judged]]]:
    return [(name, list(group)) for name, group in groupby(sorted(judged, key=key), key)]


def _share(judged: Sequence[Judged], holds: Callable[[Judged], bool]) -> float:
    return round(sum(map(holds, judged)) / len(judged), 4) if judged else 0.0


def _language(judged: Sequence[Judged]) -> Report:
    answered = [each for each in judged if each.answered]
    return {
        "n": len(judged),
        "top1": _share(judged, lambda each: each.is_right),
        "top3": _share(judged, lambda each: each.is_right_within(TOP)),
        "answered": _share(judged, lambda each: each.answered),
        "answered_precision": _share(answered, lambda each: each.is_right),
        "styles": {
            style: {"n": len(group), "top1": _share(group, lambda each: each.is_right)}
            for style, group in _by(judged, lambda each: each.line.style)
        },
    }


def _safety(judged: Sequence[Judged]) -> Mapping[str, int]:
    danger = [each for each in judged if each.line.intent == SAFETY]
    ordinary = [each for each in judged if not each.line.is_right(SAFETY)]
    return {
        "n": len(danger),
        "missed": sum(not each.is_alarm for each in danger),
        "false_alarms": sum(each.is_alarm for each in ordinary),
        "ordinary": len(ordinary),
    }


def _language_table(judged: Sequence[Judged]) -> Table:
    table = Table("language", "n", "top 1", "top 3", "macro F1", "answered", "of these right")
    for language, group in _by(judged, lambda each: each.line.language):
        found = _language(group)
        shares = (found["top1"], found["top3"], macro_f1(group))
        answered = (found["answered"], found["answered_precision"])
        table.add_row(language, str(len(group)), *map(_percent, (*shares, *answered)))
    return table


def _style_table(judged: Sequence[Judged]) -> Table:
    by_language = _by(judged, lambda each: each.line.language)
    styles = sorted({each.line.style for each in judged})
    table = Table("style", *(language for language, _ in by_language))
    for style in styles:
        groups = [[each for each in group if each.line.style == style] for _, group in by_language]
        table.add_row(style, *(_style_cell(group) for group in groups))
    return table


def _style_cell(group: Sequence[Judged]) -> str:
    return f"{_percent(_share(group, lambda each: each.is_right))} of {len(group)}" if group else ""


def _worst_table(judged: Sequence[Judged]) -> Table:
    table = Table("intent", "n", "top 1", "top 3")
    rows = [
        (_share(group, lambda each: each.is_right), intent, group)
        for intent, group in _by(judged, lambda each: each.line.intent)
    ]
    for top_1, intent, group in sorted(rows, key=lambda row: row[:2])[:WORST_INTENTS]:
        top_3 = _share(group, lambda each: each.is_right_within(TOP))
        table.add_row(intent, str(len(group)), _percent(top_1), _percent(top_3))
    return table


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"
