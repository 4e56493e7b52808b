"""The program's files: another version's put in place, and those before put back.

The environment is kept beside itself as hard links, which is quick and takes no room: who installs
a package makes new files and changes none. To put it back is one exchange of two names, so that a
process which imports at that instant finds the one or the other. A checkout goes forward and back
by git besides.
"""

import ctypes
import os
import shutil
import stat
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from daemon.command_error import Refusal
from daemon.install.fallback import ENVIRONMENT_FOLDER, PACKAGE, PROGRAM_FOLDER

#: renameat2(2)
AT_FDCWD, RENAME_EXCHANGE = -100, 2
#: What, changed between two commits, asks for the environment to be installed again.
REQUIREMENTS = ("setup.cfg", "pyproject.toml", "constraints.txt")
#: Of an environment that `make install-service` made.
SERVICE_MARK = ".ready-service"
#: How the name of a wheel of this program begins.
OUR_WHEEL = "chapar_bot-"
#: Lets others read what is made, and the umask of whoever runs this (-1: as it is).
READABLE_UMASK, OWN_UMASK = 0o022, -1
#: Others may read and enter.
OTHERS = stat.S_IROTH | stat.S_IXOTH
#: Characters of a failed installer's words that are shown.
INSTALLER_WORDS = 300


class ProgramFiles:
    """The files of an installation: `install` another version's, then `put_back` or `forget`."""

    def __init__(self, source: str, *, prefix: Path, code: Path) -> None:
        self.source = source
        self.prefix = prefix
        self.code = code

    @property
    def kept(self) -> Path:
        """Where the files before lie until the new ones are known to work."""
        return self.prefix.with_name(f".{self.prefix.name}.before")

    @property
    def umask(self) -> int:
        """That of what is made: where others may read what is there, as the user of a service must,
        they may read what comes, however strict the administrator's own umask is."""
        is_readable = self.prefix.stat().st_mode & OTHERS == OTHERS
        return READABLE_UMASK if is_readable else OWN_UMASK

    def called(self, why: str, *argv: str) -> str:
        """What a program says that changes the files. Raises Refusal."""
        return called(why, *argv, umask=self.umask)

    def install(self) -> None:
        """Raises Refusal, with everything as it was; so it is also after a Ctrl-C."""
        try:
            self.forget()
            shutil.copytree(self.prefix, self.kept, symlinks=True, copy_function=os.link)
        except OSError as error:
            # copytree gathers the errors of all files.
            why = error.args[0][0][2] if isinstance(error, shutil.Error) else error.strerror
            raise Refusal(
                f"{self.prefix} cannot be kept ({why}), so nothing was installed; run this as its "
                "owner, with room on its disk"
            ) from error
        try:
            self.bring()
        except (Refusal, OSError) as error:
            self.put_back()
            raise Refusal(f"{error}; the files before are back, nothing else was touched") from None
        except BaseException:
            self.put_back()
            raise

    def bring(self) -> None:
        """Install the files. Raises Refusal."""
        wheel = str(Path(self.source).absolute())
        self.called("wheel is not installed", *pip(self.prefix), wheel)
        # Also one of the same number, which is there already as its installer sees it.
        self.called(
            "wheel is not installed", *pip(self.prefix), "--no-deps", "--force-reinstall", wheel
        )

    def put_back(self) -> None:
        """Have the files before again. Raises OSError."""
        exchange(self.prefix, self.kept)
        self.forget()

    def forget(self) -> None:
        """Keep no files before any more."""
        if self.kept.exists():
            shutil.rmtree(self.kept)


class CheckoutFiles(ProgramFiles):
    """The same for a checkout, which goes forward to a commit."""

    def __init__(self, source: str, *, prefix: Path, code: Path) -> None:
        super().__init__(source, prefix=prefix, code=code)
        self.commit = self.git("rev-parse", "HEAD")

    def git(self, *words: str) -> str:
        """What git says in the checkout. Raises Refusal with its last words when it fails."""
        return self.called("git refuses", "git", "-C", str(self.code), *words)

    def bring(self) -> None:
        self.git("merge", "--quiet", "--ff-only", self.source)
        if self.git("rev-parse", f"{self.source}^{{commit}}") != self.git("rev-parse", "HEAD"):
            raise Refusal(
                f"{self.source} comes before what is checked out, so nothing would change; an "
                "older version is taken by git checkout, then chapar upgrade"
            )
        if not self.git("diff", "--name-only", self.commit, "--", *REQUIREMENTS):
            return
        if (self.prefix / SERVICE_MARK).exists():
            self.called("make fails", "make", "-C", str(self.code), "install-service")
            return
        by = ("--constraint", str(self.code / "constraints.txt"), "--no-build-isolation")
        self.called("pip fails", *pip(self.prefix), *by, "--editable", str(self.code))

    def put_back(self) -> None:
        self.git("reset", "--quiet", "--keep", self.commit)
        super().put_back()


def program_files(
    source: str, *, prefix: Path = ENVIRONMENT_FOLDER, code: Path = PROGRAM_FOLDER
) -> ProgramFiles:
    """The files of this installation, to become those of a source. Raises Refusal for one that is
    none for it."""
    if code.is_relative_to(PACKAGE):
        raise Refusal(
            "the Debian package is upgraded by apt-get install ./FILE.deb, which puts the files "
            "before back when it fails"
        )
    if (code / ".git").exists():
        return CheckoutFiles(source, prefix=prefix, code=code)
    if not source.endswith(".whl") or not Path(source).is_file():
        raise Refusal(f"{source} is no wheel; build one, or name the file of one")
    if not Path(source).name.startswith(OUR_WHEEL):
        raise Refusal(f"{source} is a wheel of another program; name a {OUR_WHEEL}*.whl")
    return ProgramFiles(source, prefix=prefix, code=code)


def pip(prefix: Path) -> list[str]:
    """The command that installs into an environment; uv's tools have no pip. Raises Refusal."""
    python = str(prefix / "bin" / "python")
    if find_spec("pip"):
        return [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if uv := shutil.which("uv"):
        return [uv, "pip", "install", "--quiet", "--python", python]
    raise Refusal(f"there is neither pip in {prefix} nor uv; run: {sys.executable} -m ensurepip")


def called(why: str, *argv: str, umask: int = OWN_UMASK) -> str:
    """What a program says. Raises Refusal with its last words."""
    done = subprocess.run(
        argv, capture_output=True, text=True, errors="replace", cwd="/", umask=umask
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["no word"]
        raise Refusal(f"{why} ({lines[-1][-INSTALLER_WORDS:]})")
    return done.stdout.strip()


def exchange(one: Path, other: Path) -> None:
    """Exchange two folders' names in one step. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(one), os.fsencode(other)
    if libc.renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(one))
