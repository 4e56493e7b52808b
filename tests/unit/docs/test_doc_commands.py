"""Every command that README.md and docs/ name is run: here, at a home whose processes do not run,
or by a test or a script that is named here. A new one fails until it has its place."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests import ROOT, doc_commands
from tests.doc_commands import words_of
from tests.sandbox.house import House, house

__all__ = ["house"]

COMMANDS = doc_commands.found()
#: Exit codes of chapar's commands at a home with a database where nothing runs.
HERE = {
    **dict.fromkeys(("audit", "backup [now|list|verify|prune]", "backup list", "backup now"), 0),
    **dict.fromkeys(("backup prune", "backup verify", "breakers"), 0),
    **dict.fromkeys(("cancel JOB", "cap", "cap --all 3", "cap --all N", "cap ID 5"), 0),
    **dict.fromkeys(("cap ID default", "cap USER N", "cap USER default", "engine list"), 0),
    **dict.fromkeys(("completion bash > /etc/bash_completion.d/chapar", "errors"), 0),
    **dict.fromkeys(("completion bash|zsh|fish", "drain [MACHINE]", "drain --timeout 60"), 0),
    **dict.fromkeys(("errors --since 2h", "files"), 0),
    **dict.fromkeys(("files chapar.service", "files sites.example.toml", "forget URL"), 0),
    **dict.fromkeys(("jobs", "jobs --all", "logs", "logs --code E-7K2Q", "logs --since 10m"), 0),
    **dict.fromkeys(("logs --worker", "logs -n 50", "man", "man | man -l -", "mode"), 0),
    **dict.fromkeys(("mode auto", "mode light 2h", "pause", "pause --user ID"), 0),
    'pause --site youtube --why "their outage"': 0,
    'pause --why "the disk is changed"': 0,
    **dict.fromkeys(("resume", "resume --site youtube", "resume --user ID"), 0),
    **dict.fromkeys(("retry E-7K2Q", "retry JOB", "sites", "top", "top --once", "use"), 0),
    **dict.fromkeys(("use --days 7", "why E-7K2Q", "why JOB"), 0),
    # No token, which `check` and `doctor` say; and no breaker is open.
    **dict.fromkeys(("breakers --close youtube", "check", "doctor --offline"), 1),
    **dict.fromkeys(("drain m2", "rolling-restart m2", "resume --machine m2"), 1),
    **dict.fromkeys(("reload", "rolling-restart", "status", "stop"), 4),
    "rolling-restart --all": 4,
}
#: Where the others are run, and the words by which one finds it there.
PROCESS, UNIT = "tests/process/test_", "tests/unit/daemon/test_"
ELSEWHERE = {
    "chapar doctor": (f"{PROCESS}doctor.py", 'says("doctor"'),
    "chapar doctor --fix": (f"{PROCESS}doctor.py", '"--fix"'),
    "chapar engine rollback": (f"{PROCESS}engine_update.py", '["rollback"]'),
    "chapar engine update": (f"{PROCESS}engine_update.py", '["update"]'),
    "chapar fetch": (f"{PROCESS}wheel.py", '"fetch"'),
    "chapar fetch URL": (f"{PROCESS}wheel.py", '"fetch"'),
    "chapar init": (f"{PROCESS}init.py", '"init"'),
    "chapar init --token-file token.txt": (f"{UNIT}install_page.py", "--no-live"),
    "chapar move": (f"{PROCESS}move.py", '"move"'),
    "chapar load": ("tests/unit/load", "burst"),
    "chapar restore": (f"{PROCESS}backup.py", 'says("restore"'),
    "chapar restore latest": ("tests/unit/backups/test_backup_page.py", "chapar restore latest"),
    "chapar up": (f"{PROCESS}up.py", '"up"'),
    "chapar upgrade": (f"{PROCESS}reload.py", '"upgrade"'),
    ".venv/bin/chapar check": (f"{UNIT}readme.py", "README"),
    ".venv/bin/chapar init": (f"{PROCESS}init.py", '"init"'),
    ".venv/bin/chapar up -d": (f"{PROCESS}up.py", '"-d"'),
    ".venv/bin/python -m pip install": ("packaging/build_deb", "pip install --constraint"),
    "CHAPAR_HOME=": (f"{PROCESS}up.py", "supervisorctl"),
    "pip install": ("packaging/build_deb", "pip install --constraint"),
    "python3 -m pip wheel": ("tests/sandbox/own_wheel.py", '"wheel"'),
    "python3 -m venv": ("packaging/build_deb", "-m venv"),
    "promtool test rules": ("tests/unit/monitoring/test_rules.py", '"rules"'),
    "apt-get update": ("packaging/try_service", 'blocks install README.md "## As a service"'),
    "systemctl disable": (
        "packaging/try_service",
        'blocks remove docs/install.md "## Removing it"',
    ),
    "pipx uninstall": ("packaging/try_tools", "pipx uninstall"),
    "uv tool uninstall": ("packaging/try_tools", "uv tool uninstall"),
    "apt-get install": ("packaging/try_deb", "apt install"),
    "apt-get remove": ("packaging/try_deb", "apt remove"),
    "apt-get purge": ("packaging/try_deb", "apt purge"),
    "packaging/clean_root": ("packaging/try_deb", "root_functions"),
    "pipx install": ("packaging/try_tools", "pipx install --python"),
    "uv tool install": ("packaging/try_tools", "uv tool install"),
    "podman build": ("packaging/try_container", "podman build --network=host --format docker"),
    "podman exec": ("packaging/try_container", 'podman exec "$name" chapar'),
    "podman rm chapar": ("packaging/try_container", "podman rm $name"),
    "podman run": ("packaging/try_container", "--stop-timeout 150"),
    "podman stop": ("packaging/try_container", "podman stop --time 150"),
    "journalctl -u chapar": ("packaging/boot_steps", "journalctl -u chapar"),
    "journalctl -u chapar -p err": ("packaging/boot_steps", "journalctl -u chapar -p err"),
    "systemctl daemon-reload": ("packaging/debian/postinst", "systemctl daemon-reload"),
    "systemctl enable --now": ("packaging/boot_steps", "systemctl enable --now chapar"),
    "systemctl reload": ("packaging/boot_steps", "systemctl reload chapar"),
    "systemctl restart": ("packaging/boot_steps", "systemctl restart chapar"),
    "systemctl status": ("packaging/boot_steps", "systemctl status chapar"),
    "systemctl start": ("packaging/boot_steps", "systemctl start chapar"),
    "systemctl stop": ("packaging/boot_steps", "systemctl stop chapar"),
    "systemd-analyze security": ("bench/ops/operator_figures.py", "security"),
    "age -d": ("tests/unit/backups", "age"),
    "cp .env.example .env": ("tests/unit/config", ".env.example"),
}
#: Those of the system and of git, whose own business they are; and
#: targets of the Makefile, which `test_readme` and `test_install_page` look up.
OTHERS = re.compile(
    r"(make|git|install|mkdir|cp /opt|curl|du|fuser|rclone|timedatectl|systemctl edit"
    r"|packaging/try_|python -m bench)"
)


def place_of(line: str) -> str:
    """Where a command is run: here, elsewhere, or by others; "" for nowhere."""
    if line.removeprefix("chapar ") in HERE:
        return "here"
    if any(line.startswith(known) for known in ELSEWHERE):
        return "elsewhere"
    return "others" if OTHERS.match(line) else ""


def test_every_command_of_the_pages_is_run_somewhere() -> None:
    nowhere = {line: pages for line, pages in COMMANDS.items() if not place_of(line)}

    assert len(COMMANDS) > 100
    assert nowhere == {}


def test_what_is_run_stands_on_a_page() -> None:
    ours = {line.removeprefix("chapar ") for line in COMMANDS if line.startswith("chapar ")}

    assert [line for line in HERE if line not in ours] == []
    assert [k for k in ELSEWHERE if not any(line.startswith(k) for line in COMMANDS)] == []


@pytest.mark.parametrize("known", ELSEWHERE)
def test_what_is_run_elsewhere_is_run_there(known: str) -> None:
    place, words = ELSEWHERE[known]
    path = ROOT / place
    files = sorted(path.rglob("*.py")) if path.is_dir() else [path]

    assert any(words in file.read_text(encoding="utf-8") for file in files)


@pytest.mark.parametrize("line", HERE)
def test_a_command_ends_as_the_pages_say(
    line: str, house: House, short_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = failed_job(house, short_home)
    if line.startswith("backup"):
        house.says("backup", "now")
    if line.startswith("cancel"):
        house.asks(5, "other")
    if line.startswith("resume"):
        house.says("pause", *said_in(line, code)[1:])
    monkeypatch.chdir(short_home)

    ended, said, error = house.says(*said_in(line, code))

    assert ended == HERE[line], (said, error)
    assert said or error


def said_in(line: str, code: str) -> list[str]:
    """The words of a command, with what this home has where a page has a name for it."""
    facts = {"E-7K2Q": code, "JOB": "2" if line.startswith("cancel") else "1", "ID": "5"}
    facts |= {"USER": "5", "N": "3", "URL": "https://site.test/film", "bash|zsh|fish": "zsh"}
    return [facts.get(word, word) for word in words_of(f"chapar {line}")[1:]]


def failed_job(house: House, home: Path) -> str:
    """A home with a job that ended badly, and a log that tells of it; the job's code."""
    (home / "database").write_text(f"{home}/chapar.db\n")
    (home / "logs").mkdir()
    (job,) = house.asks(5, "film")
    code: str = house.fails()
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    line = f"{at} WARNING job.failed job={job} code={code}\n"
    (home / "logs" / "worker-00.log").write_text(line)
    return code
