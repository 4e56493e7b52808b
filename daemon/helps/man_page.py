"""The manual page chapar(1), from the same words as `--help` (man(7))."""

from collections.abc import Iterator

import daemon
from daemon.helps import exit_codes
from daemon.helps.command_tree import CommandHelp, Word

MANUAL_FILES = (
    (".env", "the settings; CHAPAR_ENV_FILE names another file"),
    ("sites.toml", "under CHAPAR_HOME: the rules of single sites"),
    ("chapar.db", "under CHAPAR_HOME: the database; chapar backup copies it"),
    ("logs/", "under CHAPAR_HOME: the logs of all processes; chapar logs reads them"),
)


def page(top: CommandHelp) -> str:
    """The whole page as roff."""
    return "\n".join(lines(top)) + "\n"


def lines(top: CommandHelp) -> Iterator[str]:
    """The page, line by line."""
    yield f'.TH CHAPAR 1 "" "chapar {daemon.__version__}" "User Commands"'
    yield from (".SH NAME", r"chapar \- runs a Telegram bot that fetches media")
    yield from (".SH SYNOPSIS", ".B chapar", r"[\-\-version] \fIcommand\fR [\fIoption\fR ...]")
    yield from (".SH DESCRIPTION", text(DESCRIPTION), ".SH COMMANDS")
    for one in top.walk():
        if one.path:
            yield from command(one)
    yield from (".SH EXIT STATUS", "Of every command:")
    yield from codes(exit_codes.EVERY_CODE)
    yield ".SH FILES"
    for name, meaning in MANUAL_FILES:
        yield from (".TP", f".I {text(name)}", text(meaning))
    yield from (".SH SEE ALSO", r"\fBsystemctl\fR(1), \fBjournalctl\fR(1), \fBsupervisorctl\fR(1)")


DESCRIPTION = (
    "Chapar is a supervisor daemon with one worker for each core and a bot. Settings come from the "
    "environment and from .env; chapar check shows them, chapar doctor what is wrong."
)


def command(one: CommandHelp) -> Iterator[str]:
    """A command's head, its meaning, its options, and the codes that are its own."""
    words = " ".join(usage(word) for word in one.words if not word.flags)
    yield from (f".SS chapar {text(one.path)} {words}".rstrip(), sentence(one.help))
    for word in one.words:
        if word.flags and word.flags != ("-h", "--help"):
            flags = ", ".join(rf"\fB{text(flag)}\fR" for flag in word.flags)
            yield from (".TP", f"{flags} {usage(word)}".rstrip(), sentence(word.help))
        elif word.takes and word.help:
            yield from (".TP", usage(word), sentence(word.help))
    if one.path in exit_codes.OWN_CODES:
        yield from (".PP", "Exit status:")
        yield from codes(exit_codes.OWN_CODES[one.path])


def usage(word: Word) -> str:
    """What follows an option; nothing for one without a value."""
    return rf"\fI{text(word.takes)}\fR" if word.takes else ""


def codes(meanings: dict[int, str]) -> Iterator[str]:
    """Exit codes with their meanings."""
    for code, meaning in sorted(meanings.items()):
        yield from (".TP", rf"\fB{code}\fR", sentence(meaning))


def sentence(words: str) -> str:
    """Words that end as a sentence."""
    said = text(words)
    return said if said.endswith((".", "?")) else f"{said}."


def text(words: str) -> str:
    """Words as roff reads them: hyphens and backslashes as they are, and no line begins with a
    control character."""
    said = " ".join(words.split()).replace("\\", r"\e").replace("-", r"\-").replace("%%", "%")
    said = "".join(one if one.isascii() else rf"\[u{ord(one):04X}]" for one in said)
    return rf"\&{said}" if said.startswith((".", "'")) else said
