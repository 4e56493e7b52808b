"""What others can read: found, named with its fix, and mended in the home."""

import os
from pathlib import Path

import pytest

from daemon.checks import check
from daemon.supervisor import file_modes
from procs import config
from procs.core import process

COOKIE = ".example.com\tTRUE\t/\tTRUE\t2000000000\tname\tvalue\n"
FILES = ("chapar.db", "chapar.db-wal", "chapar.db-shm", "sessions/s0.session", "logs/b.log")


@pytest.fixture
def home(short_home):
    """A home as an older version left it."""
    for name in ("sessions", "logs", "run", "jobs", "outbox", "cache"):
        (short_home / name).mkdir(exist_ok=True, mode=0o700)
    for name in (
        "chapar.db",
        "chapar.db-wal",
        "chapar.db-shm",
        "sessions/s0.session",
        "logs/b.log",
    ):
        (short_home / name).touch()
        (short_home / name).chmod(0o600)
    short_home.chmod(0o700)
    return short_home


def settings_of(home, **more):
    around = {"CHAPAR_HOME": str(home), **more}
    return config.load(around, Path(os.devnull), need_telegram=False)


def test_a_closed_home_is_well(home):
    assert file_modes.complaints(settings_of(home)) == []


@pytest.mark.parametrize(
    "name",
    ["", "sessions", "logs", "run", "jobs", *FILES],
)
@pytest.mark.parametrize(
    ("bits", "can"), [(0o004, "others can read"), (0o020, "its group can change")]
)
def test_what_is_open_is_named_with_its_fix_and_mended(home, name, bits, can):
    path = home / name
    before = path.stat().st_mode & 0o7777
    path.chmod(before | bits)
    settings = settings_of(home)

    (said,) = file_modes.complaints(settings)

    assert said.startswith(f"{path}: {can}")
    assert said.endswith(f"run: chmod go= {path}")
    assert file_modes.mend(settings) == [path]
    assert path.stat().st_mode & 0o7777 == before
    assert file_modes.complaints(settings) == []


def test_many_files_of_a_folder_are_one_complaint(home):
    for number in range(20):
        (home / "logs" / f"{number}.log").touch()
        (home / "logs" / f"{number}.log").chmod(0o644)
    (said,) = file_modes.complaints(settings_of(home))
    assert said == f"20 files in {home}/logs are open to others; run: chmod -R go= {home}/logs"


def test_the_operators_own_files_are_named_too(home, tmp_path):
    (cookies := tmp_path / "cookies.txt").write_text(COOKIE)
    (sites := tmp_path / "sites.toml").write_text('[youtube]\ncookies = ["cookies.txt"]\n')
    (env := tmp_path / ".env").write_text("")
    for path in (cookies, sites, env):
        path.chmod(0o604)
    said = file_modes.complaints(settings_of(home, CHAPAR_SITES=str(sites)), env)
    assert [line.split(":")[0] for line in said] == sorted(map(str, (cookies, sites, env)))
    for path in (cookies, sites, env):
        path.chmod(0o600)
    assert file_modes.complaints(settings_of(home, CHAPAR_SITES=str(sites)), env) == []


@pytest.mark.parametrize(
    ("text", "is_secret"),
    [
        ("correct horse battery", True),
        ("# public key: age1abc\nAGE-SECRET-KEY-1ABC\n", True),
        ("# of the safe\nage1abc\n", False),
    ],
)
def test_the_key_of_backups_is_named_where_it_opens_them(home, tmp_path, text, is_secret):
    (key := tmp_path / "key.txt").write_text(text)
    key.chmod(0o644)

    said = file_modes.complaints(settings_of(home, CHAPAR_BACKUP_KEY_FILE=str(key)))

    assert [line.startswith(f"{key}: others can read it") for line in said] == [True] * is_secret


def test_a_group_in_which_nobody_else_is_may_read_what_the_operator_wrote(home, tmp_path):
    (env := tmp_path / ".env").write_text("")
    env.chmod(0o640)
    os.chown(env, -1, os.getgid())
    members = file_modes.shared_group(env)
    assert bool(file_modes.complaints(settings_of(home), env)) is bool(members)


def test_check_says_it(home, monkeypatch):
    (home / "sessions" / "s0.session").chmod(0o644)
    monkeypatch.setenv("CHAPAR_HOME", str(home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    said = check.look(need_telegram=False).complaints
    assert any("s0.session: others can read it (mode 0644)" in line for line in said)


def owner_of(work):
    """To whom /proc says that a process belongs which did this, as an ordinary user."""
    ready, done = os.pipe(), os.pipe()
    if (pid := os.fork()) == 0:
        try:
            if os.getuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            work()
            os.write(ready[1], b"!")
            os.read(done[0], 1)
        finally:
            os._exit(0)
    os.read(ready[0], 1)
    try:
        return os.stat(f"/proc/{pid}/environ").st_uid
    finally:
        os.write(done[1], b"!")
        os.waitpid(pid, 0)
        for end in (*ready, *done):
            os.close(end)


def test_a_process_of_ours_cannot_be_looked_into_by_others_of_its_user():
    user = os.getuid() or 65534
    assert owner_of(lambda: process.be_readable(True)) == user
    assert owner_of(process.keep_private) == 0
