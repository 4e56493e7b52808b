"""The address of a database: what libpq cannot read is a complaint that tells no password."""

import pytest

from daemon import cli
from procs import config
from procs.config import address_values

#: Addresses that ended commands with a trace, in which the password was.
UNREADABLE = (
    *("postgresql:", "postgresql:d1", "postgresql://chapar:secretpw@[::1/d1"),
    *("postgresql://chapar:secretpw@h/d%zz", "postgresql://chapar:secretpw@h/d%00"),
    *("postgresql://chapar:se/cretpw@h/d", "postgresql://chapar:pass@cretpw@h/d"),
    *("postgresql://chapar:secretpw@h:99x/d", "postgresql://chapar:secretpw@[]/d"),
    *("postgresql://chapar:secretpw@h/d?sslmode", "postgresql://chapar:secretpw@h/d?a=b=c"),
    *("POSTGRESQL://chapar:secretpw@h/d", "mysql://chapar:secretpw@h/d"),
)
#: libpq reads this form, but knows no such parameter.
UNKNOWN_WORD = "postgresql://chapar:secretpw@h/d1?foo=bar"


@pytest.fixture
def home(short_home, monkeypatch):
    for name in config.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    (short_home / "settings").touch(mode=0o600)
    monkeypatch.setenv("CHAPAR_ENV_FILE", str(short_home / "settings"))
    return short_home


@pytest.mark.parametrize(
    "text",
    [
        "postgresql:///name?host=/run/postgresql",
        "postgresql://u:p%40w@h:5432,h2:5433/d?target_session_attrs=read-write",
        *("postgresql://u@[::1]:5432/d", "postgresql://u@[fe80::1%25eth0]/d"),
        *("postgresql://u:p[w]:x@h/d", "postgresql://%2Frun%2Fpostgresql/d", "postgresql://h/d?"),
        "postgresql://u@h/d?options=-csearch_path%3Dx%20-cjit%3Doff",
    ],
)
def test_what_libpq_reads_is_taken(text):
    assert address_values.database(text) == text


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_libpq_cannot_read_is_a_complaint_without_the_address(text):
    with pytest.raises(ValueError, match="use .*postgresql://user@host/name") as told:
        address_values.database(text)
    assert "cret" not in str(told.value)


@pytest.mark.parametrize("text", [UNREADABLE[2], UNREADABLE[3], UNKNOWN_WORD])
@pytest.mark.parametrize("line", ["status", "doctor --offline", "move --dry-run --to"])
def test_every_command_says_so_in_a_sentence(home, capsys, monkeypatch, line, text):
    words = line.split()
    if "--to" in words:
        words.append(text)
    else:
        monkeypatch.setenv("CHAPAR_DATABASE_URL", text)

    assert cli.main(words) == 1
    said = "".join(capsys.readouterr())

    assert "ostgreSQL address" in said
    assert "secretpw" not in said
    assert "Traceback" not in said
