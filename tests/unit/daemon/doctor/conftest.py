"""A visit of the doctor at a home, in this process; nothing outside is asked."""

from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.doctor import examination
from daemon.doctor.diagnosis import Finding
from daemon.doctor.doctor_facts import DoctorFacts
from tests.fresh_database import fresh

TOKEN = "777000001:AAsandboxsandboxsandboxsandboxsandb"
Visit = Callable[..., list[Finding]]


@pytest.fixture
def visit(short_home: Path, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """The findings at `short_home` with these settings (`admins="5"`)."""
    for name, value in (
        *(("HOME", str(short_home)), ("ENV_FILE", "/dev/null"), ("API_ID", "12345")),
        *(("API_HASH", "0" * 32), ("BOT_TOKEN", TOKEN), ("WORKERS", "1")),
    ):
        monkeypatch.setenv(f"CHAPAR_{name}", value)

    def look(*, live: bool = False, **settings: str) -> list[Finding]:
        for name, value in settings.items():
            monkeypatch.setenv(f"CHAPAR_{name.upper()}", value)
        with DoctorFacts(live=live) as facts:
            return list(examination.examined(facts))

    return look


@pytest.fixture
def home(short_home: Path) -> Path:
    """A home on which Chapar was started once."""
    short_home.chmod(0o700)
    fresh(f"sqlite:///{short_home}/chapar.db", run=short_home / "run")
    (short_home / "database").write_text(f"{short_home}/chapar.db\n")
    (short_home / "database").chmod(0o600)
    return short_home


def of(findings: list[Finding], check: str) -> list[Finding]:
    return [one for one in findings if one.check == check]
