"""How a case, its history and what is worked out for it look to who reads them over /v1."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from pydantic import Field
from pydantic.alias_generators import to_camel

from api.cases.findings import Finding, State
from api.cases.findings import Key as FindingKey
from api.cases.history import Change, Deed, Wired
from api.cases.listing import CasePage
from api.cases.models import Case, Group, Participant
from api.cases.rules import Rule, Rules
from api.cases.wire import CaseFields, ContactFields, PersonFields, RecordRead
from api.paging import Page
from api.people.models import Person
from api.wire import Amount, Wire


class CaseRead(CaseFields, RecordRead):
    """A case: everything that its version counts for. Names and deadlines stand beside it."""

    municipality: str
    participant_id: UUID
    transferred_from_id: UUID | None


class CaseRow(CaseRead):
    """A case in a list: also who it is about, and what has to be done first."""

    first_name: str
    last_name: str | None
    next_due: FindingKey | None
    next_due_on: date | None


class CaseList(Page):
    results: list[CaseRow]


class ParticipantRead(PersonFields):
    """Who a case is about. The ETag stands for just these fields."""

    id: UUID
    household_id: UUID | None


class ContactRead(ContactFields):
    """How somebody is reached besides the chat, and whether they want messages at all."""

    paused_until: date | None
    stopped_at: datetime | None
    """No messages any more; read only, like the pause: the participant says it in the chat."""


class RuleRead(Wire):
    """A rule as it holds today."""

    key: str
    value: int | float | str
    unit: str
    """What the value counts."""
    groups: list[Group]
    scope: str
    """National law, or policy that a municipality may set itself."""
    sources: str
    status: str
    """`confirmed`, `changed` by a newer law, `unclear`, or the municipality's own: `local`."""
    told: bool
    """False: past its last day or its review, and told to nobody until somebody looked."""
    checked_on: date
    valid_from: date
    valid_until: date | None
    review_by: date | None


class RuleList(Wire):
    results: list[RuleRead]


class RuleUsed(Wire):
    """A rule that a finding rests on."""

    key: str
    value: int | float | str
    unit: str
    sources: str
    status: str
    checked_on: date


class FindingRead(Wire):
    """One thing worked out for a case; `on` is the last day for it, or the first for a request."""

    key: FindingKey
    state: State
    on: date | None
    done: Amount | None
    total: Amount | None
    left: Amount | None
    status: str
    """As certain as the least certain of its rules."""
    rules: list[RuleUsed]


class FindingList(Wire):
    """Empty where nothing can be worked out: under the law of 2013, or an unknown one."""

    results: list[FindingRead]


class FieldChanged(Wire):
    field: str
    before: Wired
    after: Wired


class ChangeRead(Wire):
    """Who changed what, and when; `byId` is empty for the program itself."""

    id: int
    at: datetime
    by_id: UUID | None
    by_name: str | None
    kind: str
    """The table of the row."""
    row_id: str
    deed: Deed
    fields: list[FieldChanged] = Field(description="Every field that became another")


class ChangeList(Wire):
    results: list[ChangeRead]


def shown[W: Wire](schema: type[W], row: Any, **more: Any) -> W:
    """What a row holds, as this schema; taken over as it is."""
    own = {name: getattr(row, name) for name in schema.model_fields if name not in more}
    return cast(W, schema.model_construct(**own, **more))


def read_case(case: Case) -> CaseRead:
    return shown(CaseRead, case, municipality=case.municipality_id)


def read_page(page: CasePage) -> CaseList:
    rows = [
        shown(
            CaseRow,
            case,
            municipality=case.municipality_id,
            first_name=case.participant.person.first_name,
            last_name=case.participant.person.last_name or None,
            next_due=case.next_due and FindingKey(case.next_due),
        )
        for case in page.rows
    ]
    return CaseList.model_construct(
        results=rows, total=page.total, page=page.page, page_size=page.size, pages=page.pages
    )


def read_participant(case: Case) -> ParticipantRead:
    person: Person = case.participant.person
    household, last_name = case.participant.household_id, person.last_name or None
    return shown(ParticipantRead, person, household_id=household, last_name=last_name)


def read_contact(participant: Participant) -> ContactRead:
    return shown(ContactRead, participant)


def read_findings(findings: Iterable[Finding], rules: Rules) -> FindingList:
    return FindingList(
        results=[
            shown(
                FindingRead,
                finding,
                rules=[shown(RuleUsed, rule, **_in_words(rule, rules)) for rule in finding.rules],
            )
            for finding in findings
        ]
    )


def read_rules(keys: Iterable[str], rules: Rules, own: dict[str, Rule], today: date) -> RuleList:
    """All rules of this day, a town's own before the default."""
    of_today = [own.get(key) or rules.on(key, today) for key in sorted(keys)]
    return RuleList(
        results=[
            shown(
                RuleRead,
                rule,
                groups=sorted(rule.groups),
                told=rule.told_on(today),
                **_in_words(rule, rules),
            )
            for rule in of_today
        ]
    )


def read_history(changes: Iterable[Change]) -> ChangeList:
    return ChangeList(
        results=[
            shown(
                ChangeRead,
                change,
                by_name=change.by.name if change.by else None,
                fields=[
                    FieldChanged(field=to_camel(name), before=before, after=after)
                    for name, (before, after) in change.fields.items()
                ],
            )
            for change in changes
        ]
    )


def _in_words(rule: Rule, rules: Rules) -> dict[str, Any]:
    value = rule.value if isinstance(rule.value, int | str) else float(rule.value)
    return {"value": value, "sources": rules.cite(rule)}
