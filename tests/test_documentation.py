"""The README and ARCHITECTURE.md name only what exists, and the picture shows our real words."""

import ast
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pydantic_core import PydanticUndefined

from api.answers.words import Words
from api.app import create_v1, describe
from api.channels.telegram import WEBHOOK_PATH
from api.cli import app as cli
from api.clock import AMSTERDAM
from api.settings import Settings
from translations.catalogue import SOURCE, Catalogues

ROOT = Path(__file__).parent.parent
PAGES = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")
CODE = ("api", "bench", "bot/actions", "bot/components", "translations", "tests")
READ_BY_THE_BOT = (
    "bot/start.py",
    "bot/endpoints.yml",
    "bot/credentials.yml",
    "bot/actions/actions.py",
)
FILES_OF_A_FOLDER = {"models.py", "service.py", "routes.py"}
MADE_WHILE_RUNNING = ("var/", "bench/results.json")
OURS = (
    "api/",
    "bench/",
    "bot/",
    "docs/",
    "tests/",
    "translations/",
    "var/",
    "docker-",
    "/v1",
    "/channels",
)
PICTURE = ROOT / "docs" / "conversation.svg"
SHORTENED = "[…]"
MONDAY_AT_NINE = datetime(2026, 11, 23, 9, 0, tzinfo=AMSTERDAM)


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def quoted(name: str) -> list[str]:
    """What stands between back-ticks, outside blocks of code."""
    prose = re.sub(r"```.*?```", "", page(name), flags=re.DOTALL)
    return sorted(set(re.findall(r"`([^`\n]+)`", prose)))


def table_rows() -> dict[str, str]:
    """The rows of the README's tables of settings, by variable."""
    rows = re.finditer(r"^\| `([A-Z_]+)` \|.*$", page("README.md"), re.MULTILINE)
    return {row[1]: row[0] for row in rows}


@cache
def names() -> frozenset[str]:
    """Every name that our code defines, and members also as `Class.member`."""
    files = [path for folder in CODE for path in (ROOT / folder).rglob("*.py")]
    return frozenset().union(*map(names_in, files))


def names_in(path: Path) -> set[str]:
    return set(_defined_in(ast.parse(path.read_text(encoding="utf-8")), ""))


def _defined_in(node: ast.AST, owner: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        inner = owner
        match child:
            case ast.ClassDef(name=name):
                inner = name
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield from (name, f"{owner}.{name}")
            case ast.Name(id=name, ctx=ast.Store()):
                yield from (name, f"{owner}.{name}")
        yield from _defined_in(child, inner)


@cache
def keys() -> frozenset[str]:
    """Names of texts and of rules of the law."""
    words = Words(ROOT / "translations")
    return words.catalogue.keys() | words.console.keys() | words.rules.keys()


@cache
def routes() -> frozenset[str]:
    described = describe(create_v1(None))["paths"]
    return frozenset({"/v1", WEBHOOK_PATH, *(f"/v1{path}" for path in described)})


def exists(name: str) -> bool:
    if name.startswith(("/v1", "/channels")):
        return name in routes()
    if name.startswith("make "):
        return name.split()[1] in targets()
    if name.startswith("wegwijs "):
        return name.split()[1] in commands()
    if "/" in name.strip("/"):
        return name.startswith(MADE_WHILE_RUNNING) or is_path(name)
    return name == "/" or name in names() | keys() or is_path(name)


def is_path(name: str) -> bool:
    pattern = re.sub(r"<[^>]+>", "*", name).rstrip("/")
    return any(True for _ in ROOT.glob(pattern))


@cache
def targets() -> frozenset[str]:
    return frozenset(re.findall(r"^([a-z][a-z-]*):", page("Makefile"), re.M))


@cache
def commands() -> frozenset[str]:
    groups = {group.name for group in cli.registered_groups if group.name}
    flat = [group.typer_instance for group in cli.registered_groups if not group.name]
    found = [command for app in (cli, *filter(None, flat)) for command in app.registered_commands]
    named = {command.callback.__name__.replace("_", "-") for command in found if command.callback}
    return frozenset(groups | named)


@pytest.mark.parametrize("name", quoted("ARCHITECTURE.md"))
def test_what_the_architecture_names_exists(name: str) -> None:
    assert exists(name) or name in FILES_OF_A_FOLDER


def test_a_function_is_in_the_file_where_the_architecture_says() -> None:
    said = re.findall(r"`([\w.]+)` in `([\w/]+\.py)`", page("ARCHITECTURE.md"))
    assert [(name, file) for name, file in said if name not in names_in(ROOT / file)] == []


@pytest.mark.parametrize("name", [name for name in quoted("README.md") if name.startswith(OURS)])
def test_a_path_or_route_in_the_readme_exists(name: str) -> None:
    assert exists(name)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", page(name))
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_make_target_and_command_of_a_page_exists(name: str) -> None:
    text = page(name)
    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", text, re.MULTILINE)) <= targets()
    assert set(re.findall(r"(?:uv run |bin/|`)wegwijs ([a-z-]+)", text)) <= commands()


@pytest.mark.parametrize("field", Settings.model_fields)
def test_every_setting_stands_in_the_readme_with_its_default(field: str) -> None:
    setting = Settings.model_fields[field]
    row = table_rows()[str(setting.alias)]
    match setting.default:
        case Path():
            assert setting.default.name in row
        case None:
            assert "| none |" in row
        case _ if setting.default is PydanticUndefined:
            assert "required" in row
        case value:
            assert f"`{str(value).lower() if isinstance(value, bool) else value}`" in row


def test_the_readme_names_no_setting_that_nobody_reads() -> None:
    read = {str(setting.alias) for setting in Settings.model_fields.values()}
    others = "".join(page(path) for path in READ_BY_THE_BOT)
    assert [name for name in table_rows() if name not in read and name not in others] == []


@pytest.mark.parametrize("language", ["ar", "nl"])
def test_the_picture_shows_words_of_the_catalogues(language: str, words: Words) -> None:
    catalogues = words.catalogue if language == "ar" else words.console
    texts = "\n".join(_text(words, catalogues, language, key) for key in sorted(catalogues.keys()))
    shown = [part.strip() for line in _lines(language) for part in line.split(SHORTENED)]
    outdated = [part for part in shown if part not in texts]
    assert not outdated, "draw these lines of the picture again:\n" + "\n".join(outdated)


def _text(words: Words, catalogues: Catalogues, language: str, key: str) -> str:
    """A text with the facts of the picture in its gaps, and the name of a gap for all others."""
    facts: dict[str, object] = {
        **{key: rule.value for key, rule in words.rules.told(MONDAY_AT_NINE.date()).items()},
        "earliest": words.moment(language, MONDAY_AT_NINE),
        "source": words.rules.sources.cite(words.topics["pvt"].sources),
        "language": words.console.text(SOURCE, "language.ar").text,
    }
    values = {gap: facts.get(gap, gap) for gap in catalogues.gaps(key)}
    return without_marks(catalogues.text(language, key, values).text)


def _lines(language: str) -> Iterator[str]:
    """What the picture shows in this language."""
    for element in ElementTree.parse(PICTURE).iter():
        if language in element.get("class", "").split():
            yield without_marks(element.text or "")


def without_marks(text: str) -> str:
    """Marks of direction are not read; the picture breaks its lines where they would stand."""
    return re.sub("[\u200e\u2068\u2069]", "", text)
