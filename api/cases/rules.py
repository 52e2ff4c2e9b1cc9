"""The numbers of the law and of the towns, each in one place with its source."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from api.cases.models import Group
from api.cases.sources import Sources, load_sources
from api.tables import Table, read_tables

RULES_FILE = Path(__file__).with_name("rules.toml")
EVERYBODY = frozenset(Group)
PHONE = "phone"

Value = int | Decimal | str


class Rule(Table):
    """One value for one period; `unit` says what it counts."""

    value: Value
    unit: str
    groups: frozenset[Group]
    scope: Literal["national", "municipality"]
    """A town can have its own value of local policy, never of what is law."""
    sources: tuple[str, ...] = Field(min_length=1)
    """References into sources.toml, such as "bi 5.3"."""
    checked_on: date
    valid_from: date
    valid_until: date | None = None
    review_by: date | None = None
    status: Literal["confirmed", "changed", "unclear", "local"]
    cited: str | None = None
    """Where a town's own value stands, in the words of the town."""
    ask: str = "regisseur"
    """Whom to ask while no number can be told: a helper of the answers."""

    @field_validator("groups", mode="before")
    @classmethod
    def all_means_everybody(cls, groups: Any) -> Any:
        return EVERYBODY if groups == ["all"] else groups

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise ValueError("it ends before it begins")
        return self

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def told_on(self, day: date) -> bool:
        """Whether a text may still say it. A number to call is never withheld."""
        if self.unit == PHONE:
            return True
        return self.holds_on(day) and not self.review_is_due(day)

    def review_is_due(self, day: date) -> bool:
        return self.review_by is not None and day > self.review_by


class Rules:
    """All rules with their versions over time, validated when they are loaded."""

    def __init__(self, rules: Iterable[Rule], sources: Sources) -> None:
        self.sources = sources
        self._versions: dict[str, list[Rule]] = {}
        for rule in sorted(rules, key=lambda rule: rule.valid_from):
            self._versions.setdefault(rule.key, []).append(rule)

    def __contains__(self, key: object) -> bool:
        return key in self._versions

    def __getitem__(self, key: str) -> Rule:
        """The newest version. Raises KeyError for an unknown rule."""
        return self._versions[key][-1]

    def cite(self, rule: Rule) -> str:
        """Where the rule stands; a town's own decision goes before the default's source."""
        return rule.cited or self.sources.cite(rule.sources)

    def keys(self) -> frozenset[str]:
        return frozenset(self._versions)

    def versions(self, key: str) -> tuple[Rule, ...]:
        return tuple(self._versions[key])

    def on(self, key: str, day: date) -> Rule:
        """The version of this day; where none holds, the one nearest before it."""
        versions = self._versions[key]
        begun = [rule for rule in versions if rule.valid_from <= day]
        return begun[-1] if begun else versions[0]

    def told(self, day: date, local: Mapping[str, Rule] | None = None) -> dict[str, Rule]:
        """What texts may say on this day; a town's own rule goes before the default."""
        today = {key: self.on(key, day) for key in self._versions}
        today.update(local or {})
        return {key: rule for key, rule in today.items() if rule.told_on(day)}

    def overdue(self, day: date) -> list[Rule]:
        """Rules that somebody has to look at again: past their review or their last day."""
        today = (self.on(key, day) for key in self._versions)
        return [rule for rule in today if rule.review_is_due(day) or not rule.told_on(day)]


def load_rules(path: Path = RULES_FILE, sources: Sources | None = None) -> Rules:
    """Read the rules. Raises ValueError that names the rule and what is wrong with it."""
    sources = sources or load_sources()
    rules = Rules(read_tables(path, Rule), sources)
    for key in sorted(rules.keys()):
        for rule in rules.versions(key):
            if unknown := [name for name in rule.sources if name not in sources]:
                raise ValueError(f"{path.name}: [{key}] sources.toml has no {', '.join(unknown)}")
        for earlier, later in pairwise(rules.versions(key)):
            if earlier.valid_until is None or earlier.valid_until >= later.valid_from:
                raise ValueError(f"{path.name}: [{key}] has two versions on {later.valid_from}")
    return rules
