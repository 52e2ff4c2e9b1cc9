"""Reads a TOML file of tables into models, and says which table is wrong, and why."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError


class Table(BaseModel):
    """One table of a file; its name is the key. A field that nobody knows is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    key: str


def read_tables[Model: Table](path: Path, model: type[Model]) -> Iterator[Model]:
    """Each table as a model; `[[name]]` gives several of one key.

    Raises ValueError that names the file, the table, the field and what is wrong with it.
    """
    with path.open("rb") as file:
        tables = tomllib.load(file, parse_float=Decimal)
    for key, found in tables.items():
        for table in found if isinstance(found, list) else [found]:
            try:
                yield model.model_validate({"key": key, **table})
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"]))
                what = f"{where}: {first['msg']}" if where else first["msg"]
                raise ValueError(f"{path.name}: [{key}] {what}") from error
