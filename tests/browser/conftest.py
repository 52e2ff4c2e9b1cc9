"""A Chromium for the browser tests, and the whole system for it to look at."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser.counter import Counter, counter_in
from tests.browser.system import System
from tests.running import running
from translations.machine import Machine


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of the system; Playwright's own download is not needed."""
    executable = shutil.which("chromium")
    if executable is None:
        pytest.fail("these tests need Chromium: apt-get install chromium")
    # Its sandbox cannot start as root, and CI runs as root.
    return {**browser_type_launch_args, "executable_path": executable, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    with running(tmp_path_factory.mktemp("system")) as started:
        yield started


@pytest.fixture(scope="session")
def counter(tmp_path_factory: pytest.TempPathFactory, tiny_machine: Machine) -> Iterator[Counter]:
    with counter_in(tmp_path_factory.mktemp("counter"), tiny_machine) as opened:
        yield opened
