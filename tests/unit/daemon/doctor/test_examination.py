"""What the doctor finds in an empty folder, at a stopped home, and where something is broken."""

import json
import os

import pytest

from daemon import cli
from daemon.doctor import mends, report
from daemon.doctor.diagnosis import Finding, Severity
from daemon.doctor.doctor_facts import DoctorFacts
from daemon.supervisor.control import ProcessState
from procs import config
from procs.backups import backup_taker, offsite_copy
from procs.backups.backup_errors import BackupFailed
from procs.config import rulebook
from procs.core import clock
from procs.records.job import Person
from procs.store.database import open_database
from procs.store.health import alerts, runtime_settings
from procs.store.people import users
from tests.unit.daemon.doctor.conftest import of
from tests.unit.daemon.test_damage import DAMAGES


def test_an_empty_folder_is_examined_and_stays_empty(visit, short_home):
    home = short_home / "new"
    findings = visit(home=str(home), api_id="")

    assert not home.exists()
    assert of(findings, "settings")[0].says == "CHAPAR_API_ID: not set"
    assert "api_id" in of(findings, "settings")[0].fix
    assert of(findings, "service")[0].severity is Severity.HINT
    assert of(findings, "service")[0].fix == "chapar init, then chapar up -d"
    assert of(findings, "backup") == []


@pytest.mark.parametrize(
    ("damage", "says"), DAMAGES.items(), ids=lambda it: getattr(it, "__name__", " ")
)
def test_a_damaged_database_is_one_finding_and_all_else_is_examined(visit, home, damage, says):
    damage(home / "chapar.db")

    findings = visit(admins="5")

    (wrong,) = of(findings, "database")
    assert (says in f"{wrong.says}; {wrong.fix}", bool(wrong.fix)) == (True, True)
    assert {"disk", "javascript", "admins", "engine", "service"} <= {one.check for one in findings}


def test_settings_that_do_not_say_where_everything_lies_leave_what_needs_none(visit):
    findings = visit(database_url="mysql://somewhere")

    assert "CHAPAR_DATABASE_URL" in of(findings, "settings")[0].says
    assert {one.check for one in findings} == {"settings", "tools", "memory"}


@pytest.mark.parametrize("wrong", [{"workers": "many"}, {"sites": "sites.toml"}])
def test_a_wrong_setting_is_one_finding_and_all_else_is_examined(visit, home, wrong, monkeypatch):
    monkeypatch.chdir(home)
    (home / "sites.toml").write_text("[youtube\n")

    findings = visit(admins="5", **wrong)

    assert of(findings, "settings")[0].severity is Severity.ERROR
    assert {"disk", "database", "service", "admins", "engine"} <= {one.check for one in findings}


def test_a_file_where_a_folder_should_be_by_default_is_named_with_its_setting(visit, home):
    """There is no usual value to go on with: the usual one is what is wrong."""
    (home / "backups").touch()

    findings = visit()

    assert "CHAPAR_BACKUP_FOLDER" in of(findings, "settings")[0].says
    assert {one.check for one in findings} == {"settings", "tools", "memory"}


@pytest.mark.parametrize(("up", "severity"), [(24.0, Severity.HINT), (900.0, Severity.ERROR)])
def test_a_keeper_that_began_just_now_is_given_time_for_the_first_backup(
    visit, home, monkeypatch, up, severity
):
    keeper = ProcessState("keeper", "keeper", "RUNNING", 77, 1000.0, 1000.0 + up)
    monkeypatch.setattr(DoctorFacts, "processes", [keeper])

    assert of(visit(), "backup")[0].severity is severity


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user")
def test_another_users_home_is_named_and_nothing_is_opened_in_it(visit, home):
    os.chown(home, 65533, 65533)
    before = sorted(path.name for path in home.rglob("*"))

    findings = visit()

    (wrong,) = of(findings, "home")
    assert wrong.fix == "run it as that user: sudo -u '#65533' chapar doctor"
    assert of(findings, "service") == []
    assert sorted(path.name for path in home.rglob("*")) == before


def test_what_was_started_once_and_is_not_running_is_a_warning(visit, home):
    (found,) = of(visit(), "service")

    assert (found.severity, found.fix) == (Severity.WARNING, "chapar up -d")


def test_a_home_without_a_backup_is_an_error_and_says_how_to_take_one(visit, home):
    (found,) = of(visit(), "backup")

    assert (found.severity, found.fix) == (Severity.ERROR, "chapar backup now")


def test_a_backup_that_was_not_copied_to_its_other_place_is_named_while_that_is_wanted(visit, home):
    where = {"backup_command": 'false "$CHAPAR_BACKUP_FILE"'}
    visit(**where)
    backup = backup_taker.take(config.load(need_telegram=False), lambda line: None)
    with pytest.raises(BackupFailed):
        offsite_copy.carry(config.load(need_telegram=False), backup)

    said = [one.says for one in of(visit(**where), "backup")]

    assert said == ["fresh and verified", "the last backup was not copied to its other place"]


def test_an_admin_who_never_wrote_to_the_bot_is_named(visit, home):
    db = open_database(f"sqlite:///{home}/chapar.db", run=home / "run")
    users.remember(db, Person(5, "en", "Ann", 1), now=clock.now())
    db.close()

    (found,) = of(visit(admins="5,6"), "admins")

    assert "admin 6" in found.says
    assert "/start" in found.fix


def test_a_support_chat_is_as_good_as_a_contact(visit, home):
    assert of(visit(), "support")[0].severity is Severity.WARNING
    db = open_database(f"sqlite:///{home}/chapar.db", run=home / "run")
    runtime_settings.write(db, "support_chat", "-100 7", now=clock.now())
    db.close()

    assert of(visit(), "support")[0].severity is Severity.OK


def test_an_alert_that_stands_is_a_finding_with_its_remedy(visit, home):
    db = open_database(f"sqlite:///{home}/chapar.db", run=home / "run")
    alerts.note(db, "bot-check", "youtube", now=clock.now(), detail="Sign in")
    db.close()

    (found,) = of(visit(), "alerts")

    assert (found.severity, "egress" in found.fix) == (Severity.WARNING, True)


def test_a_disk_below_the_floor_is_an_error_and_one_that_is_merely_small_a_warning(visit):
    assert of(visit(disk_floor="100TiB"), "disk")[0].severity is Severity.ERROR


def test_cookies_that_are_not_there_are_named_with_their_site(visit, short_home):
    rules = short_home / "sites.toml"
    rules.write_text('[youtube]\ncookies = ["/nowhere/c.txt"]\n')

    said = " ".join(one.says for one in visit() if one.severity is Severity.ERROR)

    assert "/nowhere/c.txt" in said


def test_open_files_are_closed_by_the_fix_and_are_fine_afterwards(visit, home):
    home.chmod(0o755)
    (home / "chapar.db").chmod(0o644)
    said: list[str] = []

    mends.carry_out(visit(), said.append)

    assert said == ["modes: closed to other users: 2 files"]
    assert of(visit(), "modes")[0].severity is Severity.OK


def test_the_exit_code_after_a_fix_is_that_of_what_is_left():
    def fails() -> str:
        raise OSError("read-only file system")

    mended = Finding("modes", Severity.ERROR, "open", mend=lambda: "closed")
    alike = Finding("modes", Severity.ERROR, "open too", mend=lambda: "closed twice")
    stuck = Finding("logs", Severity.ERROR, "lost", mend=fails)
    other = Finding("memory", Severity.WARNING, "hardly any is free")
    said: list[str] = []

    left = mends.carry_out([mended, alike, stuck, other], said.append)

    assert said == ["modes: closed", "logs: could not be mended (read-only file system)"]
    assert left == [stuck, other]
    assert report.exit_code(mends.carry_out([mended, other], said.append)) == report.ONLY_WARNINGS


def test_where_nothing_can_be_mended_that_is_said(visit, home):
    said = []
    mends.carry_out(visit(), said.append)

    assert said == ["nothing here can be mended safely without you"]


def test_programs_read_the_same_and_the_exit_code_tells_the_worst(visit, home, capsys):
    code = cli.main(["doctor", "--offline", "--json"])
    said = json.loads(capsys.readouterr().out)

    assert code == 1
    assert {"check", "severity", "says", "evidence", "fix", "mendable"} == set(said[0])
    assert {one["check"] for one in said} == {one.check for one in visit()}


@pytest.mark.parametrize(("worst", "code"), [("OK", 0), ("HINT", 0), ("WARNING", 5), ("ERROR", 1)])
def test_the_exit_code_is_that_of_the_worst_finding(worst, code):
    found = [Finding("a", severity, "") for severity in Severity if severity <= Severity[worst]]

    assert report.exit_code(found) == code


def test_a_log_without_colours_where_no_terminal_reads(visit, home, capsys):
    cli.main(["doctor", "--offline"])

    assert "\x1b" not in capsys.readouterr().out


@pytest.mark.parametrize("name", rulebook.BROWSERS)
def test_a_browser_that_sites_toml_may_name_can_be_imitated(visit, short_home, name):
    (short_home / "sites.toml").write_text(f'[youtube]\nimpersonate = "{name}"\n')

    assert [one.severity for one in of(visit(), "browsers")] == [Severity.OK]


def test_a_player_that_this_ytdlp_has_no_longer_is_named(visit, short_home, monkeypatch):
    players = ", ".join(f'"{name}"' for name in rulebook.CLIENTS)
    (short_home / "sites.toml").write_text(f"[youtube]\nclients = [{players}]\n")
    all_there = of(visit(), "players")

    monkeypatch.setattr(rulebook, "CLIENTS", (*rulebook.CLIENTS, "tv_of_old"))
    (short_home / "sites.toml").write_text('[youtube]\nclients = ["default", "tv,tv_of_old"]\n')
    (lost,) = of(visit(), "players")

    assert [one.severity for one in all_there] == [Severity.OK]
    assert (lost.severity, lost.says) == (Severity.WARNING, "this yt-dlp has no player tv_of_old")


def test_no_evidence_tells_a_secret():
    seen = "503 from https://me:hidden@x.example/a?sig=hidden"
    one = Finding("download", Severity.ERROR, "cannot be read", seen, "see chapar breakers")

    told = json.dumps(report.facts([one])) + "".join(report.lines(one))

    assert ("hidden" in told, "x.example" in told) == (False, True)
