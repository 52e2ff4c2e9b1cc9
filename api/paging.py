"""Long lists come in pages, and are searched by name."""

from typing import Annotated, NamedTuple

from fastapi import Depends, Query
from pydantic import Field

from api.wire import Line, Wire

PAGE_SIZE, LARGEST_PAGE, LAST_PAGE = 50, 200, 100_000


class Page(Wire):
    """Where in the list we are: `page` begins at 1, `pages` is at least 1."""

    total: int
    page: int
    page_size: int
    pages: int


class NameSearch(Wire):
    """A name stands in the body: an address is kept in logs, and must not tell about anybody."""

    name: Annotated[Line, Field(max_length=80)]
    """How the first or the last name begins; capitals do not matter."""


class Paging(NamedTuple):
    page: int
    size: int

    def of(self, total: int) -> dict[str, int]:
        """What the page says about itself."""
        pages = max(1, -(-total // self.size))
        return {"total": total, "page": self.page, "page_size": self.size, "pages": pages}


def paging(
    page: Annotated[int, Query(ge=1, le=LAST_PAGE)] = 1,
    page_size: Annotated[int, Query(alias="pageSize", ge=1, le=LARGEST_PAGE)] = PAGE_SIZE,
) -> Paging:
    return Paging(page, page_size)


ThePage = Annotated[Paging, Depends(paging)]
