"""Completion, asked in the shells themselves, and the manual page."""

import shutil
import subprocess

import pytest

from daemon import cli
from daemon.helps import command_tree, exit_codes, man_page
from daemon.helps.completion import SHELLS

TREE = command_tree.read(cli.parser())
#: What is written, and what has to be offered for it.
CASES = [
    ("chapar ", {"status", "doctor", "engine", "rolling-restart"}),
    ("chapar st", {"status", "stop"}),
    ("chapar engine ", {"list", "update", "use", "rollback"}),
    ("chapar engine update --", {"--pre"}),
    ("chapar backup ver", {"verify"}),
    ("chapar doctor --", {"--json", "--offline", "--fix"}),
    ("chapar use --days ", {"1", "7", "30"}),
    ("chapar completion ", {"bash", "zsh", "fish"}),
]


def script(shell, tmp_path):
    path = tmp_path / f"chapar.{shell}"
    path.write_text(SHELLS[shell](TREE))
    return path


@pytest.mark.parametrize(("line", "wanted"), CASES)
def test_bash_offers_what_may_be_written(tmp_path, line, wanted):
    words = line.split(" ")
    ask = (
        f"source {script('bash', tmp_path)}; COMP_WORDS=({' '.join(words[:-1])} '{words[-1]}'); "
        f"COMP_CWORD={len(words) - 1}; _chapar; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    )
    offered = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True)

    found = set(offered.stdout.split())
    assert (wanted <= found, all(one.startswith(words[-1]) for one in found)) == (True, True)


@pytest.mark.skipif(not shutil.which("fish"), reason="needs fish")
@pytest.mark.parametrize(("line", "wanted"), CASES)
def test_fish_offers_the_same(tmp_path, line, wanted):
    ask = f'source {script("fish", tmp_path)}; complete -C "{line}"'
    offered = subprocess.run(["fish", "-c", ask], capture_output=True, text=True, check=True)

    assert wanted <= {one.split("\t")[0] for one in offered.stdout.splitlines()}


@pytest.mark.skipif(not shutil.which("zsh"), reason="needs zsh")
@pytest.mark.parametrize(("line", "wanted"), CASES)
def test_zsh_offers_the_same(tmp_path, line, wanted):
    words = " ".join(f"'{word}'" for word in line.split(" "))
    ask = (
        "compdef() { }; _describe() { print -l -- ${found%%:*} }; "
        "compadd() { shift; print -l -- $@ }; _files() { }; "
        f"source {script('zsh', tmp_path)}; words=({words}); CURRENT=$#words; _chapar"
    )
    offered = subprocess.run(["zsh", "-f", "-c", ask], capture_output=True, text=True, check=True)

    assert wanted <= set(offered.stdout.split()), offered.stdout + offered.stderr


def test_the_manual_page_has_every_command_option_and_code_and_is_sound_roff(tmp_path):
    page = man_page.page(TREE)
    for one in TREE.walk():
        assert one.path.replace("-", r"\-") in page
        for word in one.words:
            assert all(
                f.replace("-", r"\-") in page for f in word.flags if f not in ("-h", "--help")
            )
    assert not [line for line in page.splitlines() if line.startswith("'")]
    # man-pages(7)
    assert {line for line in page.splitlines() if line.startswith(".SH ")} == {
        f".SH {name}"
        for name in (
            *("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "EXIT STATUS", "FILES", "SEE ALSO"),
        )
    }
    if shutil.which("groff"):
        judged = subprocess.run(
            ["groff", "-man", "-Tutf8", "-ww", "-z"], input=page, capture_output=True, text=True
        )
        assert (judged.returncode, judged.stderr) == (0, "")


def test_exit_codes_are_of_commands_that_there_are():
    assert set(exit_codes.OWN_CODES) <= {one.path for one in TREE.walk()}
