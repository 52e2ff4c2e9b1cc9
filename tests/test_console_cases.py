"""The pages of the cases over HTTP: who sees what, what is written, and what is said when not."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from httpx import Response

import api.app
from api.answers.words import Words
from api.app import create_app
from api.appointments.models import Appointment
from api.cases import wire
from api.cases.access import get_case
from api.cases.findings import Key
from api.cases.listing import Due
from api.cases.models import Case, Group, Law, Leerroute
from api.cases.records import Dimension, Score
from api.cases.service import KINDS, records_of
from api.cases.wire import FIELDS, CaseFields, PersonFields
from api.console import faults, radar
from api.console.case_form import SECTIONS
from api.console.forms import Shape, asked
from api.db import Database
from api.people.models import Person, Role
from api.people.signin import STAFF
from api.wire import Wire
from tests.factories import PASSWORD, FixedClock, person, regisseur
from tests.full_case import ARABIC, full_case, some_case
from tests.test_web import settings, url_of

LIST = "/console/cases"
FAR = date(2027, 6, 1)


@pytest.fixture(autouse=True)
def words_are_read_once(words: Words, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.app, "Words", lambda *_: words)


class Desk:
    """A regisseur of Weert in a browser, and the store behind it."""

    def __init__(self, client: TestClient, database: Database, clock: FixedClock) -> None:
        self.client, self.database, self.clock = client, database, clock
        self.rules = client.app.state.words.rules  # type: ignore[attr-defined]
        with database.writing() as session:
            self.me = regisseur(session, clock())
        self.sign_in(self.me)

    def sign_in(self, who: Person) -> None:
        form = {"email": who.email or "", "password": PASSWORD}
        form["csrf"] = self.csrf("/console/login")
        assert self.client.post("/console/login", data=form).status_code == 303

    def add(self, name: tuple[str, str] = ("Amina", "Alvoorbeeld"), **fields: Any) -> UUID:
        with self.database.writing() as session:
            return some_case(session, self.clock(), self.rules, name, **fields).id

    def full(self) -> UUID:
        with self.database.writing() as session:
            return full_case(session, self.clock(), self.rules, self.me, ARABIC).id

    def get(self, path: str = LIST) -> Response:
        answer = self.client.get(path)
        assert isinstance(answer, Response)
        return answer

    def page(self, path: str = LIST) -> str:
        answer = self.get(path)
        assert answer.status_code == 200, path
        return unescape(answer.text)

    def csrf(self, path: str = LIST) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.get(path).text)
        assert found, path
        return found[1]

    def form(self, path: str) -> dict[str, str]:
        """What stands in the form of a page, as a browser would send it."""
        return typed(self.get(path).text)

    def post(self, path: str, form: dict[str, str]) -> Response:
        answer = self.client.post(path, data=form)
        assert isinstance(answer, Response)
        return answer

    def save(self, path: str, to: str | None = None, **changes: str) -> Response:
        """Open the form, fill in some of it and send it."""
        return self.post(to or path, {**self.form(path), **changes})

    def case(self, id: UUID) -> Case:
        with self.database.reading() as session:
            return get_case(session, self.me, id)

    def records(self, id: UUID, kind: str) -> list[Any]:
        with self.database.reading() as session:
            return list(records_of(session, id, kind))


def typed(page: str) -> dict[str, str]:
    form = page[page.rindex("<form") :]
    found = dict(
        re.findall(r'<input(?![^>]*checkbox)[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', form)
    )
    for name in re.findall(r'<input[^>]*type="checkbox"[^>]*name="(\w+)"[^>]* checked', form):
        found[name] = "true"
    for name, options in re.findall(
        r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    found |= dict(
        re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL)
    )
    return {name: unescape(value) for name, value in found.items()}


@pytest.fixture
def desk(sqlite: Database, clock: FixedClock) -> Iterator[Desk]:
    with TestClient(create_app(settings(url_of(sqlite)), clock), follow_redirects=False) as client:
        yield Desk(client, sqlite, clock)


@pytest.fixture
def either(database: Database, clock: FixedClock) -> Iterator[Desk]:
    """The same on both databases."""
    app = create_app(settings(url_of(database)), clock)
    with TestClient(app, follow_redirects=False) as client:
        yield Desk(client, database, clock)


# Words


def test_every_field_and_option_of_every_form_has_its_words(words: Words) -> None:
    kinds: dict[str, type[Wire]] = {"case": CaseFields, "person": PersonFields, **FIELDS}
    missing = []
    for kind, schema in kinds.items():
        for each in asked(schema):
            missing.append(f"field.{kind}.{each.name}")
            missing += [f"option.{type(m).__name__}.{m}" for m in each.choices or ()]
        missing.append(f"case.one.{kind}")
    missing += [f"case.many.{kind}" for kind in KINDS]
    missing += [f"case.finding.{key}" for key in Key] + [f"option.Due.{due}" for due in Due]
    assert [key for key in missing if key not in words.console] == []


def test_every_reason_of_the_schemas_has_its_words_in_dutch(words: Words) -> None:
    source = open(wire.__file__, encoding="utf-8").read()  # noqa: SIM115
    reasons = re.findall(r'ValueError\("\w+: ([^"]+)"\)', source)
    assert reasons
    for reason in reasons:
        assert faults.by_message(words, "case", reason) != faults.by_message(words, "case", "?")


def test_every_field_of_a_case_stands_in_a_section() -> None:
    assert {name for names in SECTIONS.values() for name in names} == set(CaseFields.model_fields)


def test_long_texts_get_room_and_short_ones_a_limit() -> None:
    shapes = {each.name: (each.shape, each.longest) for each in asked(wire.GoalFields)}
    assert shapes["goal"] == (Shape.long, 400)
    assert {e.name: e.longest for e in asked(CaseFields)}["interpreter_language"] == 40


# Who sees what


@pytest.mark.parametrize("rest", ["", "/edit", "/person", "/goals/new"])
def test_a_case_of_another_town_does_not_exist(desk: Desk, rest: str) -> None:
    id = desk.add(town="cranendonck")
    assert desk.get(f"{LIST}/{id}{rest}").status_code == 404
    assert "Alvoorbeeld" not in desk.page()


@pytest.mark.parametrize("rest", ["/edit", "/person", "/notes", f"/notes/{uuid4()}/edit"])
def test_nobody_writes_in_a_case_of_another_town(desk: Desk, rest: str) -> None:
    id = desk.add(town="cranendonck")
    form = {"csrf": desk.csrf(), "version": "1", "text": "Hallo", "on": "2026-11-20"}
    assert desk.post(f"{LIST}/{id}{rest}", form).status_code == 404


@pytest.mark.parametrize("role", sorted(set(STAFF) - {Role.regisseur}))
def test_other_staff_see_no_case_and_no_way_to_them(desk: Desk, role: Role) -> None:
    id = desk.full()
    with desk.database.writing() as session:
        who = person(session, desk.clock(), role, name="Petra", email="petra@wegwijs.example")
    desk.client.cookies.clear()
    desk.sign_in(who)
    for path in (LIST, f"{LIST}/new", f"{LIST}/import", f"{LIST}/{id}", f"{LIST}/{id}/edit"):
        assert desk.get(path).status_code == 403, path
    assert LIST not in desk.get("/console/texts").text


@pytest.mark.parametrize("path", [LIST, f"{LIST}/new", f"{LIST}/{uuid4()}"])
def test_who_is_not_signed_in_is_sent_to_the_sign_in(desk: Desk, path: str) -> None:
    desk.client.cookies.clear()
    assert desk.get(path).headers["Location"] == "/console/login"


def test_a_form_that_our_page_did_not_make_writes_nothing(desk: Desk) -> None:
    id = desk.add()
    form = {**desk.form(f"{LIST}/{id}/notes/new"), "text": "Hallo", "csrf": "anders"}
    assert desk.post(f"{LIST}/{id}/notes", form).status_code == 403
    assert desk.records(id, "notes") == []


@pytest.mark.parametrize("rest", ["/nothing/new", f"/notes/{uuid4()}/edit", "/nothing"])
def test_what_does_not_exist_is_a_page_that_says_so(desk: Desk, rest: str) -> None:
    assert desk.get(f"{LIST}/{desk.add()}{rest}").status_code in (404, 405)


# The list


def test_what_is_due_first_stands_first_and_late_and_soon_are_told(either: Desk) -> None:
    today = either.clock().date()
    either.add(("Laat", "Proef"), registered_on=today - timedelta(weeks=20))
    either.add(("Straks", "Proef"), registered_on=today - timedelta(weeks=8))
    either.add(("Later", "Proef"), registered_on=today)
    page = either.page()
    assert page.index("Laat Proef") < page.index("Straks Proef") < page.index("Later Proef")
    rows = re.findall(r"<bdi>(\w+) Proef</bdi>.*?</tr>", page, re.DOTALL)
    assert rows == ["Laat", "Straks", "Later"]
    tags = re.findall(r'<strong class="tag[^>]*>([^<]+)<', page)
    assert tags == ["Te laat", "Binnenkort"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("leerroute=z", "Amina"),
        ("group=overig", "Bas"),
        ("law=wi2013", "Bas"),
        ("due=late", "Amina"),
        ("due_key=pip", "Amina"),
        ("closed=yes", "Cem"),
        ("town=weert&group=overig", "Bas"),
    ],
)
def test_the_list_is_narrowed_by_each_filter(either: Desk, query: str, found: str) -> None:
    long_ago = either.clock().date() - timedelta(weeks=20)
    either.add(("Amina", "Proef"), leerroute=Leerroute.z, registered_on=long_ago)
    either.add(("Bas", "Proef"), group=Group.overig, law=Law.wi2013)
    either.add(("Cem", "Proef"), closed_on=long_ago)
    assert re.findall(r"<bdi>(\w+) Proef</bdi>", either.page(f"{LIST}?{query}")) == [found]


def test_odd_filters_and_pages_do_not_matter(either: Desk) -> None:
    either.add()
    for query in ("group=&page=", "group=alles&due=ooit&page=-1", "page=99999999", "name=niemand"):
        assert "Amina" in either.page(f"{LIST}?{query}")


def test_the_way_to_a_case_and_back_keeps_the_filters(desk: Desk) -> None:
    desk.add()
    path = re.search(
        r'href="(/console/cases/[-0-9a-f]{36}\?[^"]+)"', desk.page(f"{LIST}?town=weert&group=asiel")
    )
    assert path
    assert 'href="/console/cases?town=weert&group=asiel"' in desk.page(path[1])


def test_a_list_without_cases_says_so(desk: Desk) -> None:
    assert "Er zijn nog geen open dossiers" in desk.page()
    assert "Wis een filter" in desk.page(f"{LIST}?law=wi2013")


def test_the_pages_of_a_long_list_lead_to_each_other(desk: Desk) -> None:
    with desk.database.writing() as session:
        for _ in range(51):
            some_case(session, desk.clock(), desk.rules)
    assert 'rel="next" href="/console/cases?group=asiel&page=2"' in desk.page(f"{LIST}?group=asiel")
    assert 'rel="prev"' in desk.page(f"{LIST}?page=2")


# A case


def test_a_case_page_shows_everything_in_it(either: Desk) -> None:
    page = either.page(f"{LIST}/{either.full()}")
    for words in (
        *(" ".join(ARABIC), "Tigrinya", "Z-2025-0417", "8 van 12, nog 4", "Taalhuis Voorbeeld"),
        *("Stadhuis, balie 2", "Lichaamsfuncties", "Wil graag in de zorg", "Werkplaats Bedacht"),
        *("Workshop geld", "Via het portaal", "Belt liever", "Besluit inburgering 2021"),
        *("Eigen regel van de gemeente", "<svg viewBox", "Sportclub Proef"),
    ):
        assert words in page, words
    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []


@pytest.mark.parametrize(
    ("law", "note"),
    [(Law.wi2013, "Wet inburgering 2013. Wegwijs rekent"), (None, "nog niet bekend")],
)
def test_of_another_law_no_deadline_is_told_and_the_page_says_why(
    either: Desk, law: Law | None, note: str
) -> None:
    id = either.add(law=law, pip_date=date(2026, 1, 1), leerroute=Leerroute.z)
    page = either.page(f"{LIST}/{id}")
    assert note in page
    assert "finding-" not in page
    assert "uiterlijk" not in page


def test_hours_of_the_map_count_for_the_participation(desk: Desk) -> None:
    page = desk.page(f"{LIST}/{desk.full()}")
    assert "Participatie: 108 van 800 uur" in page


def test_the_radar_shows_the_first_the_previous_and_the_latest_scores() -> None:
    days = [date(2026, month, 1) for month in (1, 3, 5, 7)]
    scores = [Score(dimension=Dimension.body, on=day, score=n) for n, day in enumerate(days)]
    scores.append(Score(dimension=Dimension.mind, on=days[0], score=9))
    series = radar.series_of(scores)
    assert [(one.which, one.on) for one in series] == [
        *(("first", days[0]), ("previous", days[2]), ("latest", days[3]))
    ]
    assert series[-1].scores == {Dimension.body: 3, Dimension.mind: 9}
    assert [one.which for one in radar.series_of(scores[:1])] == ["first"]
    assert radar.place(Dimension.body, 10) == (radar.WIDTH / 2, radar.HEIGHT / 2 - radar.RADIUS)


def test_the_history_says_who_changed_what_in_words(desk: Desk) -> None:
    id = desk.add(pip_date=date(2026, 1, 1))
    desk.save(f"{LIST}/{id}/edit", pip_date="2026-02-01", leerroute="z")
    page = desk.page(f"{LIST}/{id}")
    history = re.sub(r"<[^>]+>|\s+", " ", page[page.index('id="history"') :])
    for words in ("Sanne Voorbeeld", "01-01-2026", "01-02-2026", "Leerroute: Z-route"):
        assert words in re.sub(r"\s+", " ", history), words


# Forms


def test_a_new_case_is_opened_with_a_person(either: Desk) -> None:
    answer = either.save(f"{LIST}/new", LIST, first_name="Elif", group="gezin_overig")
    assert answer.status_code == 303
    page = either.page(answer.headers["Location"])
    assert "Elif" in page
    assert "Gezin, overig" in page


def test_a_law_that_is_unknown_stays_unknown(either: Desk) -> None:
    answer = either.save(f"{LIST}/new", LIST, first_name="Elif", group="asiel", law="")
    assert either.case(UUID(answer.headers["Location"].rpartition("/")[2])).law is None


def test_a_new_case_without_what_is_needed_is_shown_again(desk: Desk) -> None:
    answer = desk.save(f"{LIST}/new", LIST, interpreter_language="Tigrinya", town="cranendonck")
    assert answer.status_code == 400
    for id in ("f-first_name", "f-group", "f-town"):
        assert f'href="#{id}"' in answer.text
        assert f'id="{id}-fault"' in answer.text
    assert 'value="Tigrinya"' in answer.text


def test_faults_stand_beside_their_fields_in_dutch(desk: Desk) -> None:
    id = desk.add()
    answer = desk.save(
        f"{LIST}/{id}/edit",
        pip_date="2026-02-30",
        pip_talks="veel",
        intake_on="1066-10-14",
        interpreter_language="x" * 41,
        regisseur_id="nobody",
        group="",
    )
    assert answer.status_code == 400
    told = dict(re.findall(r'id="f-(\w+)-fault">([^<]+)<', unescape(answer.text)))
    assert told == {
        "group": "Vul dit in.",
        "regisseur_id": "Kies een mogelijkheid uit de lijst.",
        "interpreter_language": "Maak de tekst korter. Er passen 40 tekens.",
        "intake_on": "Vul een jaar in van 1990 tot en met 2100.",
        "pip_date": "Vul een dag in die bestaat, zoals 22-11-2026.",
        "pip_talks": "Vul een heel getal in, zoals 12.",
    }
    assert 'aria-describedby="f-pip_talks-hint f-pip_talks-fault"' in answer.text


@pytest.mark.parametrize(
    ("changes", "name", "told"),
    [
        ({"guidance_from": "2026-05-01", "guidance_until": "2026-04-01"}, "guidance_until", "vóór"),
        ({"exemption": "asked"}, "exemption_on", "allebei leeg"),
        ({"z_talk_on": "2026-04-01"}, "z_talk_on", "Z-route"),
    ],
)
def test_fields_that_do_not_fit_each_other_are_told(
    desk: Desk, changes: dict[str, str], name: str, told: str
) -> None:
    answer = desk.save(f"{LIST}/{desk.add()}/edit", **changes)
    assert re.search(rf'id="f-{name}-fault">[^<]*{told}', unescape(answer.text))


def test_a_regisseur_of_another_town_cannot_be_chosen(desk: Desk) -> None:
    with desk.database.writing() as session:
        other = regisseur(session, desk.clock(), "Bram", towns=("cranendonck",))
    id = desk.add()
    answer = desk.save(f"{LIST}/{id}/edit", regisseur_id=str(other.id))
    assert "Kies een regisseur van deze gemeente." in answer.text
    assert desk.case(id).regisseur_id is None


def test_a_day_can_be_typed_as_the_dutch_write_it(desk: Desk) -> None:
    id = desk.add()
    assert desk.save(f"{LIST}/{id}/edit", pip_date="1-2-2026").status_code == 303
    assert desk.case(id).pip_date == date(2026, 2, 1)


def test_a_form_saved_as_it_is_changes_nothing(either: Desk) -> None:
    id = either.full()
    before = either.page(f"{LIST}/{id}")
    assert either.save(f"{LIST}/{id}/edit").status_code == 303
    for kind in KINDS:
        record = either.records(id, kind)[0]
        assert either.save(f"{LIST}/{id}/{kind}/{record.id}/edit").status_code == 303, kind
        assert either.records(id, kind)[0].version == 1, kind
    assert either.page(f"{LIST}/{id}") == before


def test_a_colleague_who_was_first_is_told_and_a_second_save_is_a_choice(either: Desk) -> None:
    path = f"{LIST}/{either.add(interpreter_language='Tigrinya')}/edit"
    mine = either.form(path)
    either.save(path, interpreter_language="Arabisch")
    answer = either.post(path, {**mine, "pip_talks": "9"})
    assert answer.status_code == 412
    assert "Uw collega vulde in: Arabisch" in answer.text
    again = typed(answer.text)
    assert (again["pip_talks"], again["interpreter_language"]) == ("9", "Tigrinya")
    assert either.post(path, again).status_code == 303
    case = either.case(UUID(path.split("/")[3]))
    assert (case.pip_talks, case.interpreter_language) == (9, "Tigrinya")


def test_a_record_that_a_colleague_changed_is_not_overwritten_or_removed(either: Desk) -> None:
    id = either.full()
    [note] = either.records(id, "notes")
    path = f"{LIST}/{id}/notes/{note.id}"
    mine, removal = either.form(f"{path}/edit"), either.form(f"{path}/remove")
    either.save(f"{path}/edit", text="Van een collega")
    answer = either.post(f"{path}/edit", {**mine, "text": "Van mij"})
    assert answer.status_code == 412
    assert "Van een collega" in answer.text
    assert typed(answer.text)["text"] == "Van mij"
    assert either.post(f"{path}/remove", removal).status_code == 412
    assert [one.text for one in either.records(id, "notes")] == ["Van een collega"]


def test_the_same_score_twice_is_explained_and_nothing_is_lost(either: Desk) -> None:
    id = either.add()
    path = f"{LIST}/{id}/scores"
    fields = {"dimension": "body", "score": "7", "on": "2026-11-01"}
    assert either.save(f"{path}/new", path, **fields).status_code == 303
    answer = either.save(f"{path}/new", path, **{**fields, "score": "8"})
    assert answer.status_code == 409
    assert "Dit staat er al" in answer.text
    assert typed(answer.text)["score"] == "8"
    assert [one.score for one in either.records(id, "scores")] == [7]


def test_hours_take_a_comma_and_lines_keep_their_ends(desk: Desk) -> None:
    id = desk.add()
    path = f"{LIST}/{id}"
    fields = {"kind": "pvt", "on": "2026-11-01", "hours": "1,5"}
    assert desk.save(f"{path}/hours/new", f"{path}/hours", **fields).status_code == 303
    assert [str(one.hours) for one in desk.records(id, "hours")] == ["1.50"]
    desk.save(f"{path}/notes/new", f"{path}/notes", text="Een\r\ntwee\x07")
    assert [one.text for one in desk.records(id, "notes")] == ["Een\ntwee"]


def test_a_new_record_is_planned_and_a_removed_one_stays_in_the_history(either: Desk) -> None:
    id = either.add(pip_date=FAR - timedelta(days=400), leerroute=Leerroute.z)
    path = f"{LIST}/{id}/work-periods"
    made = either.save(f"{path}/new", path, employer="Bakker Bedacht", starts_on="2026-11-02")
    assert made.status_code == 303
    [record] = either.records(id, "work-periods")
    removed = either.save(f"{path}/{record.id}/remove")
    assert removed.headers["Location"] == f"{LIST}/{id}#work-periods"
    assert either.records(id, "work-periods") == []
    assert "Werkervaringsplek verwijderd" in either.page(f"{LIST}/{id}")


@pytest.mark.parametrize(
    ("day", "time", "moment"),
    [
        ("2026-12-01", "09:30", datetime(2026, 12, 1, 8, 30, tzinfo=UTC)),
        ("2026-07-01", "09:30", datetime(2026, 7, 1, 7, 30, tzinfo=UTC)),
        ("2026-10-25", "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2027-03-28", "02:30", None),
    ],
)
def test_a_talk_is_planned_by_the_clocks_of_amsterdam(
    desk: Desk, day: str, time: str, moment: datetime | None
) -> None:
    id = desk.add()
    path = f"{LIST}/{id}/appointments"
    fields = {"kind": "intake", "starts_at_day": day, "starts_at_time": time, "place": "Balie"}
    answer = desk.save(f"{path}/new", path, **fields)
    made: list[Appointment] = desk.records(id, "appointments")
    assert [one.starts_at for one in made] == ([moment] if moment else [])
    assert moment is not None or "Deze tijd bestaat niet" in answer.text


@pytest.mark.parametrize(("day", "time"), [("", ""), ("2026-12-01", ""), ("morgen", "laat")])
def test_a_talk_needs_a_day_and_a_time(desk: Desk, day: str, time: str) -> None:
    path = f"{LIST}/{desk.add()}/appointments"
    fields = {"kind": "intake", "starts_at_day": day, "starts_at_time": time, "place": "Balie"}
    answer = desk.save(f"{path}/new", path, **fields)
    assert answer.status_code == 400
    assert 'id="f-starts_at-fault"' in answer.text


def test_the_name_and_the_language_of_a_participant_are_corrected(desk: Desk) -> None:
    id = desk.add()
    path = f"{LIST}/{id}/person"
    assert desk.save(path, first_name="").status_code == 400
    assert desk.save(path, first_name="Ayşe", language="tr").status_code == 303
    assert "Ayşe Alvoorbeeld" in desk.page(f"{LIST}/{id}")


# Import

SHEET = "kenmerk;voornaam;groep\nW-1;Amina;asiel\nW-2;;asiel\n"


def upload(desk: Desk, content: str, town: str = "weert") -> Response:
    form = {"csrf": desk.csrf(f"{LIST}/import"), "town": town}
    answer = desk.client.post(
        f"{LIST}/import", data=form, files={"file": ("cases.csv", content.encode(), "text/csv")}
    )
    assert isinstance(answer, Response)
    return answer


def test_a_file_is_looked_at_first_and_written_when_somebody_says_so(either: Desk) -> None:
    looked = upload(either, SHEET)
    assert looked.status_code == 200
    assert "1 nieuw dossier" in looked.text
    assert "1 regel kan niet" in looked.text
    assert "Amina" not in either.page()
    hidden = dict(re.findall(r'name="(\w+)" value="([^"]*)"', looked.text.partition("/apply")[2]))
    done = either.post(f"{LIST}/import/apply", {**hidden, "packed": unescape(hidden["packed"])})
    assert done.status_code == 200
    assert "De import is uitgevoerd." in done.text
    assert "Amina" in either.page()


def test_a_file_that_cannot_be_read_says_what_to_do(desk: Desk) -> None:
    assert upload(desk, "").status_code == 400
    answer = upload(desk, "PK\x03\x04")
    assert answer.status_code == 400
    assert "geen CSV-bestand" in answer.text
    form = {"csrf": desk.csrf(), "town": "weert", "packed": "geen bestand"}
    assert desk.post(f"{LIST}/import/apply", form).status_code == 400


def test_a_file_for_another_town_is_not_taken(desk: Desk) -> None:
    assert upload(desk, SHEET, "cranendonck").status_code == 404
