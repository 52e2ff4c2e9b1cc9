"""The numbers of the law and of the towns, each in one place with its source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

RULES_FILE = Path(__file__).with_name("rules.toml")
STATUSES = frozenset({"confirmed", "changed", "unclear", "local"})
_REQUIRED = ("value", "unit", "source", "checked_on", "status", "valid_from")


@dataclass(frozen=True)
class Rule:
    """One value; `unit` says what it counts, `source` which article or paper says so."""

    key: str
    value: int | str
    unit: str
    source: str
    checked_on: date
    status: str
    valid_from: date
    valid_until: date | None
    groups: tuple[str, ...]

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


class Rules:
    """All rules, validated when they are loaded."""

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules

    def __getitem__(self, key: str) -> Rule:
        return self._rules[key]

    def keys(self) -> frozenset[str]:
        return frozenset(self._rules)

    def values(self, day: date) -> dict[str, int | str]:
        """Key to value for every rule that holds on this day."""
        return {key: rule.value for key, rule in self._rules.items() if rule.holds_on(day)}


def load_rules(path: Path = RULES_FILE) -> Rules:
    """Read the rules. Raises ValueError that names the rule and what is wrong with it."""
    with path.open("rb") as file:
        tables = tomllib.load(file)
    return Rules({key: _rule(path, key, table) for key, table in tables.items()})


def _rule(path: Path, key: str, table: Mapping[str, object]) -> Rule:
    if missing := [name for name in _REQUIRED if name not in table]:
        raise ValueError(f"{path.name}: [{key}] needs {', '.join(missing)}")
    until = table.get("valid_until")
    match table:
        case {
            "value": int() | str() as value,
            "checked_on": date() as checked_on,
            "valid_from": date() as valid_from,
            "status": str(status),
        } if status in STATUSES and isinstance(until, date | None):
            groups = table.get("groups", ["all"])
            return Rule(
                key=key,
                value=value,
                unit=str(table["unit"]),
                source=str(table["source"]),
                checked_on=checked_on,
                status=status,
                valid_from=valid_from,
                valid_until=until,
                groups=tuple(map(str, groups)) if isinstance(groups, list) else ("all",),
            )
        case _:
            raise ValueError(f"{path.name}: [{key}] has a value, date or status that cannot be")
