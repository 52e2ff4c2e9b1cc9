"""What a town rules for itself; what is law, no town can change."""

from datetime import date
from decimal import Decimal, InvalidOperation

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.cases.models import LocalRule
from api.cases.rules import Rule, Rules, Value
from api.errors import Invalid
from api.people.models import Municipality

MUNICIPALITY = "municipality"
LONGEST_SOURCE, LONGEST_VALUE = 200, 40


def set_local_rule(
    session: Session,
    rules: Rules,
    town: str,
    key: str,
    value: str,
    source: str,
    today: date,
    review_by: date,
) -> LocalRule:
    """From today on the town has its own value. Invalid where it may not, or the value cannot be.

    The value before it ends yesterday; a second one on the same day replaces the first.
    """
    if session.get(Municipality, town) is None:
        raise Invalid(f"no such town: {town}; add it with `wegwijs add-town`")
    if key not in rules:
        raise Invalid(f"there is no rule {key}; the names stand in api/cases/rules.toml")
    if rules[key].scope != MUNICIPALITY:
        raise Invalid(f"{key} is national law; a town cannot have a value of its own")
    if not 0 < len(source.strip()) <= LONGEST_SOURCE:
        raise Invalid(f"name the source in at most {LONGEST_SOURCE} characters, with its date")
    if review_by <= today:
        raise Invalid("the review must be in the future")
    _value(rules[key], value)
    query = select(LocalRule).filter_by(municipality_id=town, key=key)
    latest = session.scalars(query.order_by(LocalRule.valid_from.desc())).first()
    if latest is None or latest.valid_from < today:
        if latest is not None:
            latest.valid_until = date.fromordinal(today.toordinal() - 1)
        latest = LocalRule(municipality_id=town, key=key, valid_from=today)
        session.add(latest)
    latest.value, latest.source = value, source.strip()
    latest.checked_on, latest.review_by = today, review_by
    session.flush()
    return latest


def local_rules(session: Session, rules: Rules, town: str | None, day: date) -> dict[str, Rule]:
    """The rules of this town on this day, which go before the national defaults."""
    if town is None:
        return {}
    rows = session.scalars(select(LocalRule).filter_by(municipality_id=town))
    own = (_rule(rules[row.key], row) for row in rows if row.key in rules)
    return {rule.key: rule for rule in own if rule.holds_on(day)}


def _rule(default: Rule, row: LocalRule) -> Rule:
    return Rule(
        key=row.key,
        value=_value(default, row.value),
        unit=default.unit,
        groups=default.groups,
        scope=MUNICIPALITY,
        sources=default.sources,
        cited=row.source,
        checked_on=row.checked_on,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        review_by=row.review_by,
        status="local",
        ask=default.ask,
    )


def _value(default: Rule, text: str) -> Value:
    """The text as a number, where the rule is one."""
    if isinstance(default.value, str):
        return text
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise Invalid(f"{text!r} is not a number of {default.unit}") from error
    if not number.is_finite() or number < 0 or len(text) > LONGEST_VALUE:
        raise Invalid(f"{text!r} is not a number of {default.unit}")
    return int(number) if number == number.to_integral_value() else number
