"""What goes back when an upgrade fails, and what the operator does for the rest.

The database goes back by itself while no process of the new version works with it. So do the
program's files that Chapar put there itself (`whole_upgrade`). Those of somebody else are the
package manager's, or git's: they are named, with the command that puts those before in their place.
"""

import sys
from pathlib import Path

import daemon
from procs.backups import backup_store
from procs.config import Settings
from procs.errors import StoreError
from procs.store.database import SchemaMark, take_back

#: Where the Debian package has its environment.
PACKAGE = Path("/usr/lib/chapar")
#: Where this program lies, and its environment.
PROGRAM_FOLDER, ENVIRONMENT_FOLDER = Path(daemon.__file__).resolve().parent.parent, Path(sys.prefix)
RETRY_ADVICE = "then run: chapar rolling-restart"


class Fallback:
    """The way back of one upgrade; `before` is None for a database of a server."""

    def __init__(self, settings: Settings, before: SchemaMark | None) -> None:
        self.settings = settings
        self.before = before
        newest = backup_store.newest_ok(settings.backup_folder)
        known = newest.version if newest else ""
        #: The version before, where a backup of its time says it.
        self.version = known if known != daemon.__version__ else ""
        self.backup = ""

    def database(self) -> str:
        """Put the database back. A sentence that says what became of it."""
        if self.before is None:
            return "The database is a server's and stays changed"
        try:
            steps = take_back(self.settings.database_url, self.before, run=self.settings.run)
        except StoreError as error:
            return f"The database stays changed, since {error}; {self.whole()}"
        undone = ": what was added to it is dropped, and no request is lost" if steps else ""
        return f"The database is as before{undone}"

    def whole(self) -> str:
        """How everything goes back by the backup, and what that costs."""
        if not self.backup:
            return "there is no backup of it here"
        return (
            "the version before does not open it: to go back wholly put that program back "
            f"({program(self.version)}), then run: chapar stop; chapar restore {self.backup}; "
            "chapar up -d. That loses what was asked since the backup"
        )

    def after_no_start(self, renewed: int) -> str:
        """What follows when a process of this version does not start, after `renewed` others did:
        those need the database as it is."""
        if renewed:
            return (
                f"{renewed} processes run {daemon.__version__} and need the database as it is, so "
                f"it stays changed; mend what the log names, {RETRY_ADVICE}; or {self.whole()}"
            )
        return (
            f"{self.database()}. The processes of the version before go on; put that program back "
            f"({program(self.version)}), {RETRY_ADVICE}; or mend what the log names, then run: "
            "chapar upgrade"
        )


def program(version: str, *, code: Path = PROGRAM_FOLDER, prefix: Path = ENVIRONMENT_FOLDER) -> str:
    """The command that puts the program of a version back, by how this one is installed."""
    wheel = f"the wheel of {version or 'the version before'}"
    if code.is_relative_to(PACKAGE):
        return f"apt-get install --allow-downgrades ./chapar_{version or 'VERSION'}_*.deb"
    if (code / ".git").exists():
        return f"git -C {code} checkout HEAD@{{1}}, and make as for the upgrade"
    if (prefix / "pipx_metadata.json").exists():
        return f"pipx install --force {wheel}"
    if (prefix / "uv-receipt.toml").exists():
        return f"uv tool install --force {wheel}"
    return f"{prefix / 'bin/python'} -m pip install {wheel}"
