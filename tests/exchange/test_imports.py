"""Taking over cases from the spreadsheets of a town."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from api.cases.history import Change
from api.cases.models import Case, Group, Law, Leerroute, Participant
from api.cases.records import Hours, LeerrouteChoice
from api.cases.rules import load_rules
from api.db import Database
from api.errors import Invalid, NotAllowed, NotFound
from api.exchange.columns import Refusal, armed, disarmed, load_columns, read_day
from api.exchange.imports import ImportReport, LineReport, Outcome, import_cases, plan_import
from api.exchange.spreadsheets import MOST_LINES
from api.people.models import Person, Role
from tests.factories import person, regisseur, town
from tests.terminal import accepted, refused, wegwijs
from translations.catalogue import SOURCE, Catalogues

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
RULES = load_rules()
HEADINGS = "kenmerk;voornaam;groep"
SHEET = f"{HEADINGS};achternaam;datum PIP;leerroute\nW-1;Amina;asiel;Voorbeeld;22-11-2026;Z-route\n"


class Desk:
    """A regisseur with a store, and files to take over."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.sanne = regisseur(session, NOW)

    def take_over(self, sheet: str | bytes, town: str = "weert") -> ImportReport:
        report = import_cases(self.session, RULES, self.sanne, town, _bytes(sheet), NOW)
        self.session.flush()
        self.session.expire_all()
        return report

    def plan(self, sheet: str | bytes, town: str = "weert") -> ImportReport:
        return plan_import(self.session, self.sanne, town, _bytes(sheet), TODAY)

    def refuse(self, sheet: str) -> LineReport:
        """The one line that is refused."""
        (line,) = [line for line in self.take_over(sheet).lines if line.faults]
        assert line.outcome is Outcome.refused
        assert line.columns == []
        return line

    def case(self, reference: str = "W-1") -> Case:
        return self.session.scalars(select(Case).filter_by(reference=reference)).one()

    def count(self, model: type[Case] | type[Change] | type[Hours] | type[Person]) -> int:
        return self.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def desk(sqlite: Database) -> Iterator[Desk]:
    with sqlite.writing() as session:
        yield Desk(session)


def _bytes(sheet: str | bytes) -> bytes:
    return sheet if isinstance(sheet, bytes) else sheet.encode()


def outcomes(report: ImportReport) -> list[Outcome]:
    return [line.outcome for line in report.lines]


def reasons(line: LineReport) -> list[tuple[str | None, Refusal]]:
    return [(fault.column, fault.reason) for fault in line.faults]


def test_a_line_becomes_a_person_with_a_case(database: Database) -> None:
    with database.writing() as session:
        desk = Desk(session)
        report = desk.take_over(SHEET)
        case = desk.case()
        assert outcomes(report) == [Outcome.new]
        assert case.participant.person.name == "Amina Voorbeeld"
        assert case.participant.person.has_role(Role.participant)
        assert (case.municipality_id, case.group, case.law) == ("weert", Group.asiel, Law.wi2021)
        assert (case.leerroute, case.pip_date) == (Leerroute.z, date(2026, 11, 22))
        assert case.next_due is not None
        choice = session.scalars(select(LeerrouteChoice)).one()
        assert (choice.leerroute, choice.since) == (Leerroute.z, TODAY)


def test_a_dry_run_tells_the_same_and_writes_nothing(database: Database) -> None:
    with database.writing() as session:
        desk = Desk(session)
        planned = desk.plan(SHEET)
        assert desk.count(Case) == desk.count(Change) == 0
        done = desk.take_over(SHEET)
        assert planned.lines == done.lines
        assert (planned.dry_run, done.dry_run) == (True, False)


def test_the_same_file_twice_changes_nothing(database: Database) -> None:
    sheet = f"{SHEET.splitlines()[0]};uren_pvt\nW-1;Amina;asiel;Voorbeeld;22-11-2026;Z;8,5\n"
    with database.writing() as session:
        desk = Desk(session)
        desk.take_over(sheet)
        before = (desk.case().version, desk.count(Change), desk.count(Person))
        assert outcomes(desk.take_over(sheet)) == [Outcome.unchanged]
        assert (desk.case().version, desk.count(Change), desk.count(Person)) == before


def test_a_corrected_file_changes_only_what_differs(database: Database) -> None:
    with database.writing() as session:
        desk = Desk(session)
        desk.take_over(SHEET + "W-2;Yonas;asiel;;;B1\n")
        before = desk.count(Change)
        report = desk.take_over(
            SHEET.replace("22-11-2026", "20-11-2026") + "W-2;Yonas;asiel;;;B1\n"
        )
        assert outcomes(report) == [Outcome.changed, Outcome.unchanged]
        assert report.lines[0].columns == ["PIP"]
        (change,) = session.scalars(select(Change).order_by(Change.id).offset(before))
        assert change.fields == {"pip_date": ["2026-11-22", "2026-11-20"]}
        assert change.by_id == desk.sanne.id


def test_an_empty_cell_erases_nothing_and_a_hyphen_does(desk: Desk) -> None:
    desk.take_over(SHEET)
    desk.take_over(f"{HEADINGS};PIP;achternaam\nW-1;;;;\n")
    assert desk.case().pip_date == date(2026, 11, 22)
    report = desk.take_over(f"{HEADINGS};PIP;achternaam\nW-1;;;-;-\n")
    assert report.lines[0].columns == ["achternaam", "PIP"]
    assert desk.case().pip_date is None
    assert desk.case().participant.person.last_name == ""


def test_what_a_case_needs_cannot_be_erased(desk: Desk) -> None:
    desk.take_over(SHEET)
    assert reasons(desk.refuse(f"{HEADINGS}\nW-1;-;-\n")) == [
        ("voornaam", Refusal.cannot_erase),
        ("groep", Refusal.cannot_erase),
    ]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252", "utf-16"])
def test_whatever_program_wrote_the_file_it_is_read(
    desk: Desk, delimiter: str, encoding: str
) -> None:
    sheet = f'{HEADINGS};tolk\r\nW-1;Zoë;asiel;"Arabisch; Iraaks"\r\n'
    sheet = sheet.replace(";", delimiter).replace(f"{delimiter} Iraaks", "; Iraaks")
    desk.take_over(sheet.encode(encoding))
    assert desk.case().participant.person.first_name == "Zoë"
    assert desk.case().interpreter_language == "Arabisch; Iraaks"


def test_the_hint_of_excel_and_empty_lines_are_passed_over(desk: Desk) -> None:
    report = desk.take_over(f"sep=;\n{HEADINGS}\n;;\n\nW-1;Amina;asiel\n;;\n")
    assert [(line.number, line.outcome) for line in report.lines] == [(4, Outcome.new)]


@pytest.mark.parametrize(
    "written",
    [
        *("2026-11-02", "02-11-2026", "2-11-2026", "02/11/2026", "2.11.2026", "02-11-26"),
        *("02-11-2026 00:00:00", "2026-11-02T00:00:00", "02-11-2026 0:00"),
    ],
)
def test_a_date_may_be_written_in_the_ways_of_a_spreadsheet(written: str) -> None:
    assert read_day(written) == date(2026, 11, 2)


@pytest.mark.parametrize("written", ["31-02-2026", "46348", "morgen", "11-2026", "01-01-1889"])
def test_what_is_no_date_is_refused_with_its_line_and_column(desk: Desk, written: str) -> None:
    line = desk.refuse(f"{HEADINGS};PIP\nW-1;Amina;asiel;{written}\nW-2;Yonas;asiel;\n")
    assert (line.number, reasons(line)) == (2, [("PIP", Refusal.not_a_day)])
    assert desk.count(Case) == 1


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("leerroute", "C-route", Refusal.unknown_value),
        ("Turkse nationaliteit", "misschien", Refusal.not_yes_no),
        ("uren_pvt", "veel", Refusal.not_a_number),
        ("uren_pvt", "1601", Refusal.out_of_range),
        ("gesprekken in PIP", "99", Refusal.out_of_range),
        ("gesprekken in PIP", "2,5", Refusal.not_a_number),
        ("tolk", "x" * 41, Refusal.too_long),
        ("tolk", "a\x07b", Refusal.unreadable),
        ("regisseur", "niemand@wegwijs.example", Refusal.unknown_regisseur),
        ("gemeente", "Nederweert", Refusal.other_town),
    ],
)
def test_a_cell_that_cannot_be_is_refused(
    desk: Desk, column: str, cell: str, reason: Refusal
) -> None:
    line = desk.refuse(f"{HEADINGS};{column}\nW-1;Amina;asiel;{cell}\n")
    assert [found for _, found in reasons(line)] == [reason]
    assert line.faults[0].column == column
    assert desk.count(Case) == 0


def test_two_dates_that_do_not_fit_are_told_by_their_headings(desk: Desk) -> None:
    days = "02-02-2026;01-02-2026"
    line = desk.refuse(
        f"{HEADINGS};begeleiding vanaf;begeleiding tot en met\nW-1;Amina;asiel;{days}\n"
    )
    (fault,) = line.faults
    assert (fault.column, fault.reason) == ("begeleiding tot en met", Refusal.order)
    assert fault.facts == {"other": "begeleiding vanaf"}


def test_one_reference_on_two_lines_is_refused_on_both(desk: Desk) -> None:
    report = desk.take_over(f"{HEADINGS}\nW-1;Amina;asiel\nW-2;Yonas;asiel\nW-1;Selam;asiel\n")
    assert outcomes(report) == [Outcome.refused, Outcome.new, Outcome.refused]
    assert report.lines[0].faults[0].facts == {"lines": "2, 4"}
    assert desk.count(Case) == 1


def test_a_new_line_without_name_group_or_reference_is_refused(desk: Desk) -> None:
    report = desk.take_over(f"{HEADINGS}\nW-1;;\n;Amina;asiel\n")
    assert [reasons(line) for line in report.lines] == [
        [("voornaam", Refusal.missing), ("groep", Refusal.missing)],
        [("kenmerk", Refusal.missing)],
    ]


def test_a_delimiter_in_a_text_without_quotes_is_refused(desk: Desk) -> None:
    line = desk.refuse(f"{HEADINGS}\nW-1;Amina;asiel;en nog iets\n")
    assert reasons(line) == [(None, Refusal.too_many_cells)]


def test_columns_that_nobody_knows_are_named_and_not_read(desk: Desk) -> None:
    report = desk.take_over(f"{HEADINGS};BSN;Kleur\nW-1;Amina;asiel;iets;rood\n")
    assert report.ignored == ("BSN", "Kleur")
    assert outcomes(report) == [Outcome.new]


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "error.import_empty"),
        (b"\xef\xbb\xbf \r\n;;\r\n", "error.import_empty"),
        (b"PK\x03\x04 a workbook", "error.import_no_text"),
        (b"\xd0\xcf\x11\xe0 an old workbook", "error.import_no_text"),
        (b"kenmerk;voornaam\x00;groep", "error.import_no_text"),
        (b"kenmerk;voornaam\nW-1;Amina\n", "error.import_headings"),
        (b"kenmerk;voornaam;groep;zaaknummer\n", "error.import_twice"),
        (b'kenmerk;voornaam;groep\nW-1;"Amina;asiel\n', "error.import_quotes"),
        (
            b"kenmerk;voornaam;groep\n111222333;A;x\n123456782;A;x\n999999990;A;x\n",
            "error.import_bsn",
        ),
        (b"kenmerk;voornaam;groep\n" + b"W;A;asiel\n" * (MOST_LINES + 1), "error.import_too_long"),
    ],
)
def test_a_file_that_is_none_is_refused_as_a_whole(desk: Desk, content: bytes, key: str) -> None:
    with pytest.raises(Invalid) as refusal:
        desk.plan(content)
    assert refusal.value.key == key


def test_a_formula_stays_a_text(desk: Desk) -> None:
    desk.take_over(f"{HEADINGS};achternaam;tolk\nW-1;=1+1;asiel;@cmd;+31\n")
    case = desk.case()
    assert case.participant.person.name == "=1+1 @cmd"
    assert case.interpreter_language == "+31"


@pytest.mark.parametrize("text", ["=1+1", "-", "@x", "'=x", "''-", "'t Hof", "Ali", "+", ""])
def test_what_is_made_harmless_can_be_read_back(text: str) -> None:
    assert disarmed(armed(text)) == text
    assert not armed(text).startswith(("=", "+", "-", "@"))


def test_hours_are_totals_that_one_entry_makes_up_for(desk: Desk) -> None:
    desk.take_over(f"{HEADINGS};uren_pvt\nW-1;Amina;asiel;8\n")
    case = desk.case()
    desk.session.add(Hours(case_id=case.id, kind="pvt", hours=Decimal("2.5"), on=TODAY))
    desk.session.flush()
    desk.take_over(f"{HEADINGS};uren_pvt\nW-1;;;11\n")
    entry = desk.session.scalars(select(Hours).filter_by(reference="import:pvt")).one()
    assert (entry.hours, entry.version) == (Decimal("8.5"), 2)
    line = desk.refuse(f"{HEADINGS};uren_pvt\nW-1;;;2\n")
    assert reasons(line) == [("uren_pvt", Refusal.fewer_hours)]
    desk.take_over(f"{HEADINGS};uren_pvt\nW-1;;;2,5\n")
    assert desk.count(Hours) == 1


@pytest.mark.parametrize(
    ("cell", "hours"), [("12,5", "12.5"), ("12.5 uur", "12.5"), ("1.250,5", "1250.5")]
)
def test_a_number_may_have_a_comma_and_the_word_hours(desk: Desk, cell: str, hours: str) -> None:
    desk.take_over(f"{HEADINGS};uren_cursus\nW-1;Amina;asiel;{cell}\n")
    assert desk.session.scalars(select(Hours.hours)).one() == Decimal(hours)


def test_a_regisseur_is_named_by_address(desk: Desk) -> None:
    email = (desk.sanne.email or "").upper()
    sheet = f"{HEADINGS};regisseur\nW-1;Amina;asiel;{email}\n"
    desk.take_over(sheet)
    assert desk.case().regisseur_id == desk.sanne.id
    desk.sanne.roles[0].role = Role.coordinator  # left; what is there stays
    desk.session.flush()
    desk.sanne = regisseur(desk.session, NOW, "Bram")
    assert outcomes(desk.plan(sheet)) == [Outcome.unchanged]


def test_the_same_reference_in_another_town_is_another_case(desk: Desk) -> None:
    desk.take_over(SHEET)
    town(desk.session, "nederweert", "Nederweert")
    desk.sanne = regisseur(desk.session, NOW, "Bram", towns=("nederweert",))
    assert outcomes(desk.take_over(SHEET, "nederweert")) == [Outcome.new]
    assert desk.count(Case) == 2


def test_only_a_regisseur_of_the_town_takes_over_cases(desk: Desk) -> None:
    town(desk.session, "nederweert", "Nederweert")
    with pytest.raises(NotFound):
        desk.plan(SHEET, "nederweert")
    for role in Role:
        if role is not Role.regisseur:
            desk.sanne = person(desk.session, NOW, role)
            with pytest.raises(NotAllowed):
                desk.plan(SHEET)


def test_a_closed_case_is_not_opened_by_a_file(desk: Desk) -> None:
    desk.take_over(f"{HEADINGS};dossier gesloten\nW-1;Amina;asiel;01-11-2026\n")
    line = desk.refuse(f"{HEADINGS};dossier gesloten\nW-1;;;-\n")
    assert reasons(line) == [("dossier gesloten", Refusal.closed)]


def test_who_moved_is_not_renamed_by_the_old_town(desk: Desk) -> None:
    desk.take_over(f"{HEADINGS};dossier gesloten\nW-1;Amina;asiel;01-11-2026\n")
    town(desk.session, "nederweert", "Nederweert")
    moved = desk.session.get_one(Participant, desk.case().participant_id)
    moved.municipality_id = "nederweert"
    desk.session.flush()
    line = desk.refuse(f"{HEADINGS}\nW-1;Selam;\n")
    assert reasons(line) == [("voornaam", Refusal.moved)]


def test_a_large_file_takes_few_statements(desk: Desk) -> None:
    lines = "".join(f"W-{n};Amina;asiel;;22-11-2026;B1\n" for n in range(1200))
    headings = SHEET.splitlines()[0]
    assert desk.take_over(f"{headings}\n{lines}").count(Outcome.new) == 1200
    asked = _statements(desk.session, lambda: desk.plan(f"{headings}\n{lines}"))
    assert asked < 20


def _statements(session: Session, work: Callable[[], object]) -> int:
    engine = session.get_bind()
    asked: list[object] = []

    def count(*statement: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", count)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(asked)


def test_every_reason_says_what_to_do() -> None:
    console = Catalogues(Path("translations"), "console", (SOURCE,))
    gaps = {"values": "", "limit": 1, "other": "", "lines": "", "hours": ""}
    for reason in Refusal:
        assert console.text(SOURCE, f"import.fault.{reason}", gaps).text


def test_the_words_of_a_choice_are_those_of_the_store() -> None:
    columns = load_columns()
    for key, options in (("group", Group), ("law", Law), ("leerroute", Leerroute)):
        assert set(columns[key].values) == {*options}


# The command


@pytest.fixture
def address(sqlite: Database) -> str:
    with sqlite.writing() as session:
        return regisseur(session, NOW).email or ""


def run(database: Database, *words: str | Path) -> Sequence[str | Path]:
    url = database.engine.url.render_as_string(hide_password=False)
    return ("cases", *words, "--database-url", url)


def test_the_command_tries_first_and_then_takes_over(
    sqlite: Database, address: str, tmp_path: Path
) -> None:
    file = tmp_path / "weert.csv"
    file.write_text(SHEET + "W-2;Yonas;x;;;\n")
    words = ("import", file, "--municipality", "weert", "--email", address)
    tried = accepted(wegwijs(*run(sqlite, *words, "--dry-run")))
    assert tried.splitlines()[-1] == "would be 1 new, 0 changed, 0 unchanged, 1 refused"
    assert tried.startswith("line 3, groep: Kies een van deze woorden")
    assert "1 new" in accepted(wegwijs(*run(sqlite, *words)))
    assert "1 unchanged" in accepted(wegwijs(*run(sqlite, *words)))
    target = tmp_path / "cases.csv"
    accepted(wegwijs(*run(sqlite, "export", target, "--email", address)))
    assert target.read_bytes().startswith(b"\xef\xbb\xbfgemeente;kenmerk;voornaam")


def test_the_command_refuses_in_one_sentence(
    sqlite: Database, address: str, tmp_path: Path
) -> None:
    words = ("--municipality", "weert", "--email", address)
    assert "cannot be read" in refused(wegwijs(*run(sqlite, "import", tmp_path / "no.csv", *words)))
    file = tmp_path / "weert.csv"
    file.write_text(SHEET)
    nobody = ("import", file, "--municipality", "weert", "--email", "x@wegwijs.example")
    assert "nobody here" in refused(wegwijs(*run(sqlite, *nobody)))
