"""Files that went through Telegram, so that a test can download and compare them."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from tests.fakes.bot_api.errors import bad_request

LARGEST_DOWNLOAD = 20 * 1024 * 1024  # bytes; getFile refuses more


@dataclass(frozen=True)
class StoredFile:
    number: int
    folder: str
    name: str
    mime_type: str
    content: bytes

    @property
    def file_id(self) -> str:
        return f"AgADBAADfile{self.number}_{self.folder}"

    @property
    def path(self) -> str:
        return f"{self.folder}/file_{self.number}{PurePath(self.name).suffix}"

    def as_json(self) -> dict[str, Any]:
        return {
            "file_id": self.file_id,
            "file_unique_id": f"AQADfile{self.number}",
            "file_size": len(self.content),
        }


class Files:
    def __init__(self) -> None:
        self._stored: list[StoredFile] = []

    def store(self, folder: str, content: bytes, name: str, mime_type: str) -> StoredFile:
        if not content:
            raise bad_request("file must be non-empty")
        file = StoredFile(len(self._stored), folder, name, mime_type, content)
        self._stored.append(file)
        return file

    def get(self, file_id: str) -> StoredFile:
        for file in self._stored:
            if file.file_id == file_id:
                return file
        raise bad_request("invalid file_id")

    def find_by_path(self, path: str) -> StoredFile | None:
        return next((file for file in self._stored if file.path == path), None)
