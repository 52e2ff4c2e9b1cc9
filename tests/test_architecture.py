"""What may lean on what: small machine checks of the rules that the code lives by."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OURS = ("api", "bot", "translations", "tests", "components", "actions")
WEB = ("fastapi", "starlette", "uvicorn", "sse_starlette", "jinja2", "telegram", "httpx")
INSIDE = ("models.py", "service.py", "path.py", "transcript.py", "replies.py", "inbox.py")


def files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imported(path: Path) -> Iterator[str]:
    """The full name of every module that a file imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def leaning_on(paths: list[Path], *packages: str) -> dict[str, list[str]]:
    """Which of the files import one of the packages, or a part of it."""
    found = {
        named(path): [name for name in imported(path) if name.split(".")[0] in packages]
        for path in paths
    }
    return {path: names for path, names in found.items() if names}


def test_the_api_never_imports_the_bot() -> None:
    paths = files("api", "translations")
    assert paths
    assert leaning_on(paths, "bot", "rasa", "rasa_sdk", "components", "actions", "tests") == {}


def test_the_actions_of_the_bot_import_nothing_of_ours() -> None:
    paths = files("bot/actions")
    assert paths
    assert leaning_on(paths, *OURS) == {}


def test_the_bot_takes_nothing_from_the_api() -> None:
    ours = [path for path in files("bot") if ".venv" not in path.parts]
    assert leaning_on(ours, "api", "sqlalchemy") == {}


@pytest.mark.parametrize("name", INSIDE)
def test_the_inside_knows_nothing_of_the_web_or_of_telegram(name: str) -> None:
    paths = [path for path in files("api") if path.name == name]
    assert paths
    assert leaning_on(paths, *WEB) == {}


def test_only_the_modules_of_its_channel_know_telegram() -> None:
    knowing = set(leaning_on(files("api"), "telegram")) - {"api/app.py"}
    assert all(each.startswith("api/channels/telegram") for each in knowing)


def test_what_both_pythons_import_leans_on_the_standard_library_only() -> None:
    path = ROOT / "translations" / "normalise.py"
    foreign = [name for name in imported(path) if name.split(".")[0] not in sys.stdlib_module_names]
    assert foreign == []


def calls(path: Path) -> Iterator[str]:
    """Every call by its written name, such as `datetime.now`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func)


def test_the_clock_is_read_in_one_place() -> None:
    forbidden = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"}
    readers = {named(path) for path in files("api") if forbidden & set(calls(path))}
    assert readers == {"api/clock.py"}


LOOKS_AT_CASES = {
    "api/cases/access.py",  # for people
    "api/cases/facts.py",  # what is worked out, without names
    "api/cases/service.py",  # planning, of cases that were looked up through access
    "api/cases/planning.py",  # the same for all cases
    "api/exchange/imports.py",  # by the reference of one municipality, checked before
    "api/appointments/service.py",  # the participant's own
    "api/reminders/planning.py",  # what is planned of it, without names
    "api/schema.py",
}


def test_whoever_looks_for_a_case_asks_for_access() -> None:
    """A query for cases, or a look by id, stands only where it is known who may see what."""
    found = set()
    for path in files("api"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_query(node) and _names_a_case(node):
                found.add(named(path))
    assert found <= LOOKS_AT_CASES


def _is_query(call: ast.Call) -> bool:
    return ast.unparse(call.func).rsplit(".", 1)[-1] in {"select", "get", "get_one", "query"}


def _names_a_case(call: ast.Call) -> bool:
    """`Case` itself, or a column of it, among what is selected."""
    return any(
        ast.unparse(each) == "Case" or ast.unparse(each).startswith("Case.") for each in call.args
    )


def test_nothing_is_committed_by_hand() -> None:
    assert not [named(path) for path in files("api") if "session.commit" in set(calls(path))]


def test_no_module_is_called_utils_helpers_common_core_or_manager() -> None:
    forbidden = {"utils", "util", "helpers", "helper", "common", "core", "manager", "misc", "base"}
    ours = map(named, files("api", "translations", "tests", "bot/actions", "bot/components"))
    assert not [name for name in ours if set(name.removesuffix(".py").split("/")) & forbidden]


def test_every_module_says_in_its_first_line_why_it_exists() -> None:
    silent = [
        named(path)
        for path in files("api", "translations", "tests")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []
