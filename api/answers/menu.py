"""The topics by picture and number, at most six choices at a time, for who reads little."""

from collections.abc import Mapping

from api.answers.reply import PERSON, Offer, Reply, ask, numbered
from api.answers.topics import Topic

PAGES = (
    ("start", "lessons", "family", "money", "work"),
    ("plan", "routes", "modules", "help", "home"),
    ("letters", "mine"),
)
"""The groups as the pictures show them; a page ends with the way to the next."""
OWN = ("mijn_afspraken", "mijn_voortgang", "mijn_regisseur", "afspraak_maken", "taal_wijzigen")
DANGER = "nood"


def menu_page(page: int) -> Reply:
    """The groups of topics: page 1, 2 or 3; after the last comes the first again."""
    page = page if 1 <= page <= len(PAGES) else 1
    groups = tuple(_open(group) for group in PAGES[page - 1])
    last = page == len(PAGES)
    onward = Offer(
        "menu",
        "button.back" if last else "button.more",
        {"page": page % len(PAGES) + 1},
        picture="back" if last else "more",
    )
    offers = numbered((*groups, onward))
    return Reply("menu.ask", offers=offers, media=f"pictures/menu-{page}.png")


def menu_group(group: str, topics: Mapping[str, Topic]) -> Reply:
    """The topics of one group."""
    offers = tuple(ask(intent) for intent in members(group, topics))
    return Reply("menu.choose", offers=(*numbered(offers), PERSON))


def members(group: str, topics: Mapping[str, Topic]) -> tuple[str, ...]:
    """The intents behind a picture, at most six."""
    if group == "mine":
        return OWN
    found = tuple(topic.key for topic in topics.values() if topic.group == group)
    return (*found, DANGER) if group == "help" else found


def _open(group: str) -> Offer:
    return Offer("menu", f"menu.{group}", {"group": group}, picture=group)
