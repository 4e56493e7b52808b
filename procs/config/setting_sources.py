"""The sources of settings: the environment, systemd's credentials for secrets, a `.env` file, or
the default."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dotenv.parser import Binding, parse_stream

from procs.config import setting_checks
from procs.core import log

ENV_FILE = "CHAPAR_ENV_FILE"
#: Where systemd puts what LoadCredential= names (systemd.exec(5)): files named as the settings.
CREDENTIALS = "CREDENTIALS_DIRECTORY"
#: Its address may have a password in it, which is all that is hidden of it.
DATABASE = "CHAPAR_DATABASE_URL"
#: Settings that may have a password in the midst of what is to be seen.
WITH_PASSWORDS = (DATABASE, "CHAPAR_DATABASE_DIRECT_URL", "CHAPAR_BACKUP_COMMAND")
#: What supervisord tells its processes; they got their names from a start that judged them.
SUPERVISED = "SUPERVISOR_ENABLED"
#: What `chapar up` sets for supervisord.conf, and the tests for themselves.
OUR_OWN = (
    *("CHAPAR_PYTHON", "CHAPAR_PROCS", "CHAPAR_STOP_WAIT", "CHAPAR_WITH_BOT"),
    *("CHAPAR_STORM", "CHAPAR_TEST_DATABASE", "CHAPAR_TEST_POOLER", "CHAPAR_WALKS"),
)


@dataclass(frozen=True, slots=True)
class SettingText:
    """One setting as it stands: its text and where it came from, which is `environment`,
    `credential`, the name of the `.env` file, `default` or `not set`."""

    name: str
    text: str
    source: str
    secret: bool = False

    @property
    def shown(self) -> str:
        """The text as a terminal may show it."""
        if self.secret and self.text:
            return f"{self.text[:4]}… (hidden)"
        text = log.mask(self.text) if self.name in WITH_PASSWORDS else self.text
        return text.splitlines()[0] + " …" if "\n" in text else text


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table: how a text becomes a field, and what holds when there is none.

    `default` is a text like any other, given the texts above it; "" leaves `absent`. `wanted` says
    where to get a value that Telegram needs. `live` is the page of the panel on which admins change
    it at run time, "" where that needs a restart.
    """

    name: str
    parse: Callable[[str], Any]
    default: Callable[[Mapping[str, str]], str] = lambda texts: ""
    absent: Any = None
    wanted: str = ""
    secret: bool = False
    live: str = ""

    @property
    def field(self) -> str:
        """The field of `Settings` that the line fills."""
        return self.name.removeprefix("CHAPAR_").lower()

    def value(self, text: str) -> Any:
        """What a text means as this setting. Raises ValueError with what is wrong with it."""
        return self.parse(text) if text else self.absent


def env_path(environ: Mapping[str, str], env_file: Path | None) -> Path:
    """Where the `.env` file is: as the caller says, else as CHAPAR_ENV_FILE does, else in the
    current folder."""
    return env_file or Path(environ.get(ENV_FILE) or ".env")


def env_texts(
    environ: Mapping[str, str], env_file: Path | None, known: tuple[str, ...]
) -> tuple[dict[str, str], list[str]]:
    """The texts of `.env`, and complaints about the file itself: a line that gives nothing, or a
    misspelt name."""
    path = env_path(environ, env_file)
    asked = env_file is not None or bool(environ.get(ENV_FILE))
    try:
        with open(path, encoding="utf-8-sig") as stream:
            lines = list(parse_stream(stream))
    except FileNotFoundError:
        return {}, [f"{ENV_FILE}: {path} does not exist; name your .env file"] if asked else []
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "not text"
        return {}, [f"{path}: cannot be read ({why}); make it a text file this user may read"]
    found = {one.key: one.value.strip() for one in lines if one.key and one.value is not None}
    wrong = unread(lines, str(path)) + setting_checks.misspelt(found, (*known, ENV_FILE), str(path))
    return {name: text for name, text in found.items() if text}, wrong


def unread(lines: Iterable[Binding], where: str) -> list[str]:
    """A complaint about each line that is meant as a setting and gives none. It is named by its
    number: it may have a secret in it."""
    return [
        f"{where}: line {number(one)} is not read; write NAME=value, with quotes that close"
        for one in lines
        if one.error or (one.value is None and setting_checks.MEANT.match(one.key or ""))
    ]


def number(line: Binding) -> int:
    """The number of a line, before which there may be empty ones."""
    text = line.original.string
    return line.original.line + text[: len(text) - len(text.lstrip())].count("\n")


def credentials(
    environ: Mapping[str, str], secrets: tuple[str, ...]
) -> tuple[dict[str, str], list[str]]:
    """The secrets that systemd gave this service, and complaints about unreadable ones."""
    if not (folder := environ.get(CREDENTIALS)) or is_hidden(Path(folder)):
        return {}, []
    found: dict[str, str] = {}
    complaints = []
    for name in secrets:
        path = Path(folder, name)
        try:
            found[name] = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "not text"
            complaints.append(f"{name}: the credential {path} cannot be read ({why})")
    return found, complaints


def is_hidden(folder: Path) -> bool:
    """Whether the folder of credentials is none: a reload names it also for a service without any,
    from which systemd hides the folders of all (systemd.exec(5))."""
    try:
        folder.stat()
    except (FileNotFoundError, PermissionError):
        return True
    return False
