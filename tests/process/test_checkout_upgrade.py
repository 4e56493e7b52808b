"""`chapar upgrade COMMIT` of a checkout: a version that does not start goes back by itself, a good
one stays."""

import os
import subprocess
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT
from tests.process.test_wheel import BROKEN

PATIENCE = 180
WHO = ("-c", "user.name=x", "-c", "user.email=x@localhost", "-c", "commit.gpgsign=false")
pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="clones the checkout")


class ClonedCheckout:
    """A clone of this checkout in an environment of its own that sees our libraries."""

    def __init__(self, folder: Path) -> None:
        self.code, self.home = folder / "code", folder / "home"
        subprocess.run(["git", "clone", "--quiet", "--shared", ROOT, self.code], check=True)
        venv.create(self.code / ".venv", with_pip=False, symlinks=True)
        place = next((self.code / ".venv").glob("lib/python*/site-packages"))
        (place / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.around = kept | {
            "CHAPAR_HOME": str(self.home),
            "CHAPAR_ENV_FILE": os.devnull,
            "CHAPAR_WORKERS": "1",
            "CHAPAR_DRAIN_GRACE": "5",
            "PYTHONPATH": str(self.code),
        }

    def git(self, *words: str) -> str:
        argv = ["git", "-C", self.code, *WHO, *words]
        return subprocess.run(argv, check=True, capture_output=True, text=True).stdout.strip()

    def makes(self, name: str, *changed: str) -> None:
        """A commit of that name, with these files of the broken version."""
        self.git("checkout", "--quiet", "-b", name)
        for path in changed:
            (file := self.code / path).write_text(BROKEN[path](file.read_text()))
        self.git("commit", "--quiet", "--all", "-m", name)
        self.git("checkout", "--quiet", "-")

    def says(self, *words: str) -> tuple[int, str]:
        argv = [self.code / ".venv/bin/python", "-P", "-m", "daemon.cli", *words]
        done = subprocess.run(
            argv,
            cwd=self.code.parent,
            env=self.around,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        return done.returncode, done.stdout


@pytest.fixture
def checkout(short_home: Path) -> Iterator[ClonedCheckout]:
    one = ClonedCheckout(short_home)
    yield one
    one.says("stop", "--now")


@pytest.mark.long
def test_a_commit_that_does_not_start_goes_back_by_itself_and_the_next_one_stays(
    checkout: ClonedCheckout,
) -> None:
    checkout.makes("broken", *BROKEN)
    checkout.makes("good", "daemon/__init__.py")
    before = checkout.git("rev-parse", "HEAD")
    code, said = checkout.says("up", "-d", "--no-bot")
    assert code == 0, said

    code, said = checkout.says("upgrade", "broken")

    assert code == 1, said
    assert "The database is as before" in said
    assert "are back, and every process runs them" in said, said
    assert checkout.git("rev-parse", "HEAD") == before
    assert checkout.says("status")[0] == 0
    code, said = checkout.says("upgrade", "good")
    assert code == 0, said
    assert checkout.says("--version")[1] == "chapar 9.9.9\n"
    assert checkout.git("status", "--porcelain", "--untracked-files=no") == ""
