"""Fetching packages that an index names: only whole ones, and only what the index may name."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.translations.installing import installed, works
from translations.engines.packages import CannotInstall, Offer, install, offers_of, wanted


@dataclass
class Site:
    """Files by path; `lacking` bytes of each are promised and not sent."""

    url: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    lacking: int = 0

    def offer(self, package: Path, **other: object) -> None:
        """An index with one package."""
        self.files["/nl_en.argosmodel"] = package.read_bytes()
        said = {"from_code": "nl", "to_code": "en", "package_version": "1.0"}
        entry = {**said, "links": [f"{self.url}nl_en.argosmodel"], **other}
        self.files["/index.json"] = json.dumps([entry]).encode()


class _Answering(BaseHTTPRequestHandler):
    def __init__(self, site: Site, *arguments: object) -> None:
        self.site = site
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        body = self.site.files.get(self.path)
        self.send_response(200 if body is not None else 404)
        lacking = self.site.lacking if self.path.endswith("model") else 0
        self.send_header("Content-Length", str(len(body or b"") + lacking))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[Site]:
    """A small web server on this machine."""
    site = Site()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Answering, site)) as server:
        site.url = f"http://127.0.0.1:{server.server_port}/"
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield site
        server.shutdown()
        thread.join()


def install_all(site: Site, folder: Path) -> None:
    for offer in wanted(offers_of(site.url), ["nl"]).values():
        install(offer, folder)


def test_a_package_is_fetched_from_an_index(package: Path, folder: Path, site: Site) -> None:
    site.offer(package)
    told: list[tuple[int, int | None]] = []
    [offer] = offers_of(site.url.rstrip("/"))
    install(offer, folder, told=lambda done, total: told.append((done, total)))
    assert told[-1] == (package.stat().st_size, package.stat().st_size)
    assert works(folder)


def test_an_index_may_be_a_folder_of_this_machine(
    package: Path, folder: Path, tmp_path: Path
) -> None:
    shutil.copy(package, tmp_path / "nl_en.argosmodel")
    entry = {"from_code": "nl", "to_code": "en", "package_version": "1.0"}
    index = json.dumps([{**entry, "links": ["nl_en.argosmodel"]}])
    (tmp_path / "index.json").write_text(index, encoding="utf-8")
    [offer] = offers_of(tmp_path.as_uri())
    install(offer, folder)
    assert works(folder)


def test_half_a_download_leaves_nothing(package: Path, folder: Path, site: Site) -> None:
    site.offer(package)
    site.lacking = 1000
    with pytest.raises(CannotInstall, match="broke off"):
        install_all(site, folder)
    assert installed(folder) == set()
    site.lacking = 0
    install_all(site, folder)
    assert works(folder)


def test_what_is_cut_off_and_says_nothing_of_it_is_refused(
    package: Path, folder: Path, site: Site
) -> None:
    site.offer(package)
    site.files["/nl_en.argosmodel"] = package.read_bytes()[:-5000]
    with pytest.raises(CannotInstall, match="no whole zip file"):
        install_all(site, folder)
    assert installed(folder) == set()


def test_a_package_that_is_not_there_is_said(package: Path, folder: Path, site: Site) -> None:
    site.offer(package, links=[f"{site.url}gone.argosmodel"])
    with pytest.raises(CannotInstall, match=r"gone.argosmodel cannot be reached"):
        install_all(site, folder)
    with pytest.raises(CannotInstall, match=r"cannot be reached.*--from"):
        offers_of(f"{site.url}elsewhere/")


@pytest.mark.parametrize("content", [b"<html>", b"{}", b"[1]", b"\xff"])
def test_what_is_no_index_is_said(content: bytes, site: Site) -> None:
    site.files["/index.json"] = content
    with pytest.raises(CannotInstall, match="no index of packages"):
        offers_of(site.url)


def test_an_index_on_the_web_cannot_name_files_of_this_machine(package: Path, site: Site) -> None:
    site.offer(package, links=[package.as_uri(), "ftp://example.org/nl_en.argosmodel"])
    assert offers_of(site.url) == []


def test_lines_of_an_index_that_are_no_model_are_passed_over(package: Path, site: Site) -> None:
    site.offer(package, type="sbd")
    assert offers_of(site.url) == []
    site.offer(package, from_code="../nl")
    assert offers_of(site.url) == []


def test_the_newest_of_what_connects_the_languages_is_chosen() -> None:
    def offer(source: str, target: str, version: str = "1.0") -> Offer:
        return Offer(source, target, version, ("https://example.org/",))

    offers = [
        *(offer("nl", "en", "1.8"), offer("nl", "en", "1.10"), offer("nl", "en", "1.9")),
        *(offer("en", "ar"), offer("ar", "en"), offer("en", "fr"), offer("fr", "nl")),
    ]
    chosen = wanted(offers, ["nl", "ar"])
    assert chosen.keys() == {("nl", "en"), ("en", "ar"), ("ar", "en")}
    assert chosen["nl", "en"].version == "1.10"


def test_what_an_index_calls_by_another_name_is_refused(
    package: Path, folder: Path, site: Site
) -> None:
    site.offer(package, to_code="fr")
    [offer] = offers_of(site.url)
    with pytest.raises(CannotInstall, match="it is nl to en"):
        install(offer, folder)
    assert installed(folder) == set()
