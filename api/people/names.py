"""Finding people by name, however it is typed."""

from sqlalchemy import ColumnElement, and_, false, or_

from api.people.models import Person, name_key

_AFTER_EVERY_LETTER = "\U0010ffff"


def name_begins(typed: str) -> ColumnElement[bool]:
    """The first or the last name begins like this, or each of the typed words begins one of them.

    Ranges, not LIKE: both databases answer them from the index.
    """
    key = name_key(typed)
    if not key:  # a lone sign that no name is made of
        return false()
    words = and_(*(_one_begins(word) for word in key.split()))
    return or_(_one_begins(key), words) if " " in key else _one_begins(key)


def _one_begins(key: str) -> ColumnElement[bool]:
    last = key + _AFTER_EVERY_LETTER
    return or_(Person.first_key.between(key, last), Person.last_key.between(key, last))
