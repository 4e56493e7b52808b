"""The ways out: what a webhook, a mail server, the journal and a heartbeat get."""

import socket
from email import message_from_string
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from procs import config
from procs.config import Settings
from procs.core import clock
from procs.core.clock import Now
from procs.errors import alert_kinds
from procs.keeper.outside import certificates, outside_channels, outside_message
from procs.keeper.outside.heartbeat import Heartbeat
from procs.keeper.outside.outside_channels import UNDELIVERED
from procs.keeper.outside.outside_message import OutsideMessage, ToldAlert
from procs.store.database import migrate, open_database
from procs.store.health import workers
from tests.unit.keeper.monitor.conftest import Hook, MailServer

NOW = Now(1_790_000_000.0, 1000.0)


def message(*kinds: str, state: str = "new") -> OutsideMessage:
    told = {}
    found = [(state, ToldAlert(kind, "", NOW.wall, 0.0, "0 of 2 serve")) for kind in kinds]
    if state == outside_message.OVER:
        told = {one.key: one for _, one in found}
    return outside_message.tell(told, found, ("webhook",), now=NOW)


def test_a_webhook_gets_what_where_how_bad_and_what_to_do(hook: Hook) -> None:
    outside_channels.post(hook.url, message(alert_kinds.WORKERS_DOWN))

    (body,) = hook.bodies
    (alert,) = body["alerts"]
    assert (alert["state"], alert["severity"]) == ("new", "critical")
    assert alert["fix"].startswith("see chapar status")
    assert "fewer workers serve" in body["text"]
    assert "0 of 2 serve" in body["text"]


def test_no_way_out_tells_a_password_that_a_command_or_a_server_said() -> None:
    said = "curl: (6) https://ops:hidden@backup.example/put?sig=hidden refused"
    alert = ToldAlert(alert_kinds.UNCOPIED, "", NOW.wall, 0.0, said)

    one = outside_message.tell({}, [("new", alert)], ("webhook",), now=NOW)

    told = f"{one.body} {outside_channels.entry(one.alerts[0])!r}"
    assert ("hidden" in told, "backup.example" in told) == (False, True)


def test_a_webhook_that_refuses_or_leads_elsewhere_did_not_take_it(hook: Hook) -> None:
    for status in (302, 404, 500):
        hook.status = status
        with pytest.raises(UNDELIVERED):
            outside_channels.post(hook.url, message(alert_kinds.WORKERS_DOWN))

    assert hook.called == []


def test_a_letter_names_the_first_alert_and_holds_all(mail_server: MailServer) -> None:
    outside_channels.mail(mail_server.url, message(alert_kinds.WORKERS_DOWN, alert_kinds.MEMORY))

    (letter,) = mail_server.letters
    assert mail_server.receivers == ["me+ops@example.org"]
    head = message_from_string(letter)
    assert parsedate_to_datetime(head["Date"]).timestamp() == NOW.wall
    assert head["Auto-Submitted"] == "auto-generated"
    assert "2 new: fewer workers serve" in letter.replace("\r\n ", " ")
    assert "the memory is nearly used up" in letter


def test_the_journal_gets_each_alert_by_its_priority(tmp_path: Path) -> None:
    unit = tmp_path / "cgroup"
    unit.write_text("0::/system.slice/chapar.service\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(tmp_path / "journal"))
        for one in (
            message(alert_kinds.WORKERS_DOWN),
            message(alert_kinds.MEMORY),
            message(alert_kinds.MEMORY, state="over"),
        ):
            outside_channels.journal(one, path=tmp_path / "journal", unit=unit)
        entries = [journal.recv(4096).decode() for _ in range(3)]

    assert [one.splitlines()[0] for one in entries] == ["PRIORITY=3", "PRIORITY=4", "PRIORITY=5"]
    assert "MESSAGE=alert new: fewer workers serve" in entries[0]


def test_outside_of_a_unit_the_journal_of_the_machine_is_left_alone(tmp_path: Path) -> None:
    unit = tmp_path / "cgroup"
    unit.write_text("0::/user.slice/session-1.scope\n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.bind(str(tmp_path / "journal"))
        journal.setblocking(False)

        outside_channels.journal(message("x"), path=tmp_path / "journal", unit=unit)

        with pytest.raises(BlockingIOError):
            journal.recv(4096)


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("127.0.0.1:80", True),
        ("10.1.2.3", True),
        ("[::1]:8080", True),
        ("alertmanager:9093", True),
        ("hooks.example.org", False),
        ("8.8.8.8:443", False),
    ],
)
def test_only_what_is_far_goes_through_the_upstream_proxy(host: str, near: bool) -> None:
    assert outside_channels.is_near(host) is near


def home(short_home: Path, hook: Hook) -> Settings:
    environ = {
        "CHAPAR_HOME": str(short_home),
        "CHAPAR_WORKERS": "1",
        "CHAPAR_HEARTBEAT_URL": hook.url,
    }
    return config.load(environ, env_file=Path("/dev/null"), need_telegram=False)


def test_the_heart_beats_each_minute_while_chapar_may_serve(short_home: Path, hook: Hook) -> None:
    settings = home(short_home, hook)
    migrate(settings.database_url, run=settings.run)
    db = open_database(settings.database_url, run=settings.run)
    turned = clock.now().boot
    heartbeat = Heartbeat(db, settings, lambda: turned)
    heartbeat.beat(Now(0.0, 100.0))
    silent = list(hook.called)
    number = workers.enter(db, "w00-1", now=clock.now())
    workers.serve(db, number, slot=0, now=clock.now())

    for second in range(160, 340, 5):
        heartbeat.beat(Now(0.0, float(second)))
    turned -= 60  # the keeper's loop stands still
    heartbeat.beat(Now(0.0, 900.0))
    db.close()

    assert silent == []
    assert hook.called == ["/hook?token=abc"] * 3


def test_a_server_that_cannot_be_reached_is_no_fault_of_its_certificate() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))

        assert certificates.due([taken.getsockname()], now=NOW) == (None, "")
