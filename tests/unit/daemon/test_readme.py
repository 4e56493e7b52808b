"""README's commands are those that there are: every line of every block one would copy."""

import re
import shlex
import subprocess

import pytest

from daemon import cli
from tests import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
UNIT = (ROOT / "systemd" / "chapar.service").read_text(encoding="utf-8")
ADMIN = ROOT / "systemd" / "chapar-admin"
LINES = [
    line.partition("  #")[0].strip()
    for block in re.findall(r"^```\n(.*?)^```", README, re.S | re.M)
    for line in block.splitlines()
]
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
#: Where README has the checkout of the service, its settings and its state.
OPT, SETTINGS, STATE = "/opt/chapar", "/etc/chapar/chapar.env", "/var/lib/chapar"
#: Programs of the system that README may count on, after its first line.
PROGRAMS = ("apt-get", "git", "install", "cp", "systemctl", "systemd-sysusers")


def chapar(words: list[str]) -> bool:
    try:
        cli.parser().parse_args(words)
    except SystemExit as left:
        return left.code == 0
    return True


@pytest.mark.parametrize("line", LINES)
def test_a_command_of_the_readme_is_one_that_there_is(line: str) -> None:
    words = [word for word in shlex.split(line) if not re.match(r"CHAPAR_\w+=", word)]
    program, rest = words[0], words[1:]
    if program == "make":
        assert rest[0] in TARGETS or (rest[:2] == ["-C", OPT] and rest[2] in TARGETS)
    elif program == "chapar":
        assert chapar(rest)
    elif program == ".venv/bin/supervisorctl":
        assert rest[:2] == ["-c", "supervisord.conf"]
        assert (ROOT / "supervisord.conf").exists()
    else:
        assert program in PROGRAMS


def test_files_that_are_copied_exist() -> None:
    named = re.findall(rf"{OPT}/([\w./-]+)", "\n".join(LINES))
    assert len(named) == 6
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_service_and_its_command_read_the_file_that_the_readme_installs() -> None:
    said = ADMIN.read_text(encoding="utf-8")
    for name, value in (("CHAPAR_ENV_FILE", SETTINGS), ("CHAPAR_HOME", STATE)):
        assert f"\nEnvironment={name}={value}\n" in UNIT
        assert f"{name}={value} " in said
    assert f"install -D -m 640 -g chapar {OPT}/.env.example {SETTINGS}" in LINES
    assert f"install -d -m 700 -o chapar -g chapar {STATE}" in LINES
    assert f"{OPT}/.venv/bin" in UNIT
    assert f"{OPT}/.venv/bin/chapar " in said


def test_the_command_of_the_service_is_sound_and_may_be_run() -> None:
    subprocess.run(["sh", "-n", ADMIN], check=True)
    assert ADMIN.stat().st_mode & 0o111


def test_a_service_gets_the_javascript_runtime_and_no_tools_of_development() -> None:
    said = subprocess.run(
        ["make", "-n", "--always-make", "install-service"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "'.[fast,js]'" in said
    assert re.findall(r"\.\[(.*?)\]", said) == ["fast,js"]


def test_what_is_always_installed_is_no_program_under_the_gpl() -> None:
    setup = (ROOT / "setup.cfg").read_text(encoding="utf-8")
    always = setup.partition("install_requires =")[2].partition("[options.extras_require]")[0]
    assert [
        name for name in ("gallery-dl", "imageio-ffmpeg", "av ") if f"\n    {name}" in always
    ] == []


@pytest.mark.parametrize("command", sorted(cli.commands()))
def test_every_command_has_a_help(command: str) -> None:
    assert chapar([command, "--help"])


@pytest.mark.parametrize("word", sorted(cli.ENGINE_WORDS))
def test_every_word_of_engine_has_a_help_of_its_own(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert chapar(["engine", word, "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert cli.ENGINE_WORDS[word] in said
    assert said.startswith(f"usage: chapar engine {word} ")
