"""All answers on one page for each language, with their sources, states and rule values."""

from collections.abc import Iterable, Iterator

from babel.dates import format_date

from api.answers.checklists import FOR_COACHES
from api.answers.figures import number_in_words
from api.answers.menu import PAGES, members
from api.answers.reply import Part
from api.answers.topics import Topic
from api.answers.words import Words
from api.cases.rules import Rule
from translations.catalogue import SOURCE, Catalogues, State, direction

GROUPS = tuple(group for page in PAGES for group in page if group != "mine")
WALK = ("walk.start", *(f"walk.{step}" for step in range(1, 11)), "walk.parties", "walk.end")
TITLES = {
    Part.short: "Short",
    Part.simple: "Simpler",
    Part.steps: "How do I do that?",
}


def answers_page(words: Words, language: str) -> str:
    """Markdown, written by `wegwijs answers write` and compared by a test."""
    return "\n".join(_lines(words, language)) + "\n"


def _lines(words: Words, language: str) -> Iterator[str]:
    yield f"# Answers: {words.text(language, 'language.own_name')}"
    yield ""
    yield (
        "Written by `wegwijs answers write`; change the texts in `translations/`, the numbers in "
        "`api/cases/rules.toml` and the sources in `api/answers/topics.toml`."
    )
    yield ""
    yield _states(words.catalogue, language)
    for group in GROUPS:
        yield f"\n## {words.text(language, f'menu.{group}')}"
        for key in members(group, words.topics):
            if key in words.topics:
                yield from _topic(words, language, words.topics[key])
    yield "\n## Childcare, step by step"
    for key in (*WALK, *_starting(words, "walk.counts."), *_starting(words, "walk.care.")):
        yield from _text(words, language, key, key)
    if language == SOURCE:
        yield from _for_coaches(words)
        yield from _rules(words)


def _topic(words: Words, language: str, topic: Topic) -> Iterator[str]:
    yield f"\n### {words.text(language, f'label.{topic.key}')} (`{topic.key}`)\n"
    checked_on = format_date(topic.checked_on, "d-M-y", locale=SOURCE)
    yield f"- Source: {words.rules.sources.cite(topic.sources)}. Checked on {checked_on}."
    if topic.covers:
        yield f"- Covers: {', '.join(topic.covers)}"
    helpers = ", ".join(words.text(language, f"name.{name}") for name in topic.helpers)
    yield f"- Who helps: {helpers}"
    for part, title in TITLES.items():
        key = topic.key if part is Part.short else f"{topic.key}.{part}"
        if key in words.catalogue:
            yield from _text(words, language, key, title)
    for line in dict.fromkeys(topic.by_group.values()):
        groups = ", ".join(group for group, text in topic.by_group.items() if text == line)
        yield from _text(words, language, line, f"For {groups}")
    if language == SOURCE and topic.key in words.coach:
        yield from _text(words, language, topic.key, "For coaches", words.coach)


def _text(
    words: Words, language: str, key: str, title: str, catalogue: Catalogues | None = None
) -> Iterator[str]:
    """One text with today's numbers; those of a text are those that hold as long as it stands."""
    catalogue = catalogue or words.catalogue
    entry = catalogue.entry(language, key)
    facts = {
        gap: number_in_words(language, words.rules[gap]) if gap in words.rules else f"({gap})"
        for gap in entry.gaps
    }
    told = entry.forms[0].format_map(facts)
    state = entry.state if entry.state is not State.checked else f"checked {entry.note}"
    mark = "" if entry.state is State.source else f" · {state}"
    yield f"\n**{title}**{mark}\n"
    yield f'<div dir="{direction(language)}" lang="{language}">\n'
    yield told.replace("\n", "  \n")
    yield "\n</div>"


def _states(catalogue: Catalogues, language: str) -> str:
    entries = [catalogue.entry(language, key) for key in sorted(catalogue.keys())]
    words = sum(len(form.split()) for entry in entries for form in entry.forms)
    counts = {state: sum(entry.state is state for entry in entries) for state in State}
    told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"{len(entries)} texts, {words} words: {told}."


def _starting(words: Words, start: str) -> list[str]:
    return sorted(key for key in words.catalogue.keys() if key.startswith(start))  # noqa: SIM118


def _for_coaches(words: Words) -> Iterator[str]:
    yield "\n## Checklists"
    for name in FOR_COACHES:
        yield f"\n### {words.text(SOURCE, f'checklist.{name}')}\n"
        for item in range(1, words.checklist(name) + 1):
            key = f"checklist.{name}.{item}"
            entry = words.catalogue_of(key).entry(SOURCE, key)
            facts = {gap: number_in_words(SOURCE, words.rules[gap]) for gap in entry.gaps}
            yield f"- [ ] {entry.forms[0].format_map(facts)}"


def _rules(words: Words) -> Iterator[str]:
    yield "\n## Rules\n"
    yield "| rule | value | for | scope | status | source | checked on | valid until | review by |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for key in sorted(words.rules.keys()):
        for rule in words.rules.versions(key):
            yield f"| {' | '.join(_cells(words, rule))} |"


def _cells(words: Words, rule: Rule) -> Iterable[str]:
    groups = "all" if len(rule.groups) == 4 else ", ".join(sorted(rule.groups))
    yield from (f"`{rule.key}`", f"{number_in_words(SOURCE, rule)} {rule.unit}", groups)
    yield from (rule.scope, rule.status, words.rules.sources.cite(rule.sources))
    yield from (str(rule.checked_on), str(rule.valid_until or ""), str(rule.review_by or ""))
