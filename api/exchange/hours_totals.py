"""Hours that a spreadsheet gives as a total, beside those that were written down one by one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.records import Hours, HoursKind

TOTAL = "import:"
"""Before the kind: the reference of the entry that makes the hours up to the total of a file."""
MOST_HOURS = 1600
"""In one entry, as the store holds it."""


@dataclass
class Written:
    """The hours of a case: those of an import, and all others together."""

    ours: dict[HoursKind, Decimal] = field(default_factory=dict)
    others: dict[HoursKind, Decimal] = field(default_factory=lambda: defaultdict(Decimal))


def hours_of(session: Session, case_ids: Sequence[UUID]) -> Mapping[UUID, Written]:
    query = select(Hours.case_id, Hours.kind, Hours.reference, Hours.hours)
    found: dict[UUID, Written] = defaultdict(Written)
    for id, kind, reference, hours in session.execute(query.where(Hours.case_id.in_(case_ids))):
        if reference == f"{TOTAL}{kind}":
            found[id].ours[kind] = hours
        else:
            found[id].others[kind] += hours
    return found
