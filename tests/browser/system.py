"""What a browser test needs to know of the system it looks at."""

from typing import Protocol

from api.answers.recordings import Recordings


class System(Protocol):
    """A started system with the demo's invented people."""

    @property
    def url(self) -> str: ...

    @property
    def staff_email(self) -> str: ...

    @property
    def staff_password(self) -> str: ...

    @property
    def recordings(self) -> Recordings: ...
