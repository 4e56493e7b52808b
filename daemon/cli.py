"""The `chapar` command: its arguments, and its exit codes."""

import argparse
import errno
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import daemon
from daemon import backup_registry, install_registry, operator_registry
from daemon import registry as below
from daemon.answers import json_option
from daemon.command_error import NotServing, NotUp
from daemon.console import answer_stream
from daemon.console.answer_stream import AnswerUnwritten
from daemon.console.command_words import plain_text, row_count, some_name
from daemon.helps import exit_codes
from daemon.registry import NOT_UP, SOMETHING_DOWN, Command
from procs import config
from procs.core import disk, process
from procs.errors import ChaparError

#: The subcommands of `chapar engine`, and what each does.
ENGINE_WORDS = {
    "list": "Show the versions of yt-dlp: in use, before, kept; and how the present one does",
    "update": "Install a version apart, try it, and use it; running jobs finish on the one before",
    "use": "Use a version that is kept",
    "rollback": "Go back to the version before; the one that is left is not taken by itself",
}
#: Those of `chapar backup`; alone, it takes one.
BACKUP_WORDS = {
    "now": "Take one, verify it, and have CHAPAR_BACKUP_COMMAND copy it",
    "list": "Show the backups: when, how large, verified or not",
    "verify": "Restore one to a scratch folder and audit it; exit code 1 when it is bad",
    "prune": "Delete those that CHAPAR_BACKUP_KEEP does not keep",
}
#: As a shell reports a command that ended by Ctrl-C, or because nobody reads on (`jobs | head`).
INTERRUPTED, UNREAD = 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand. Whatever it refuses is one sentence on standard error and exit code 1;
    4 when Chapar is not started."""
    process.keep_private()
    process.keep_streams()
    answer_stream.install()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names of files need not be text
    try:
        try:
            return carry_out(argv)
        finally:
            sys.stdout.flush()
    except AnswerUnwritten as error:
        if error.errno == errno.EPIPE:
            return UNREAD
        say_why(f"the answer cannot be written ({error.strerror})")
        return 1


def carry_out(argv: Sequence[str] | None) -> int:
    """Run a command, and turn each failure into a sentence and an exit code."""
    options = parser().parse_args(argv)
    command: Command = options.command
    try:
        return command(options)
    except config.BadSettings as error:
        for complaint in error.complaints:
            say_why(complaint)
    except NotUp:
        say_why(silence())
        return NOT_UP
    except NotServing as error:
        say_why(str(error))
        return SOMETHING_DOWN
    except ChaparError as error:
        say_why(str(error))
    except AnswerUnwritten:
        raise
    except OSError as error:
        files = " -> ".join(str(one) for one in (error.filename, error.filename2) if one)
        where = f"{files}: " if files else ""
        say_why(f"{where}{error.strerror or error}; {disk.help_of(error)}")
    except KeyboardInterrupt:
        return INTERRUPTED
    return 1


def silence() -> str:
    """Why no supervisord answers."""
    from daemon.supervisor import process_tree

    try:
        process_tree.require_unmoved(config.home().run)
    except ChaparError as error:
        return str(error)
    return "not running; start it with: chapar up -d"


def say_why(sentence: str) -> None:
    """Print a sentence to standard error."""
    print(f"chapar: {sentence}", file=sys.stderr)


def commands() -> dict[str, Command]:
    """Every subcommand by its name."""
    all_of_them = (
        *(below.up, below.stop, below.status, below.check, below.fetch),
        *(
            below.jobs,
            below.why,
            below.retry,
            below.cancel,
            below.forget,
            below.cap,
            below.mode,
            below.errors,
            below.engine,
        ),
        *(below.breakers, below.use, below.audit),
        *(backup_registry.backup, backup_registry.restore),
        *(operator_registry.doctor, operator_registry.logs, operator_registry.top),
        *(operator_registry.sites, operator_registry.load),
        *(operator_registry.completion, operator_registry.man),
        *(install_registry.init, install_registry.files),
        *(install_registry.reload, install_registry.upgrade, install_registry.move),
        *(below.pause, below.resume, below.drain, install_registry.rolling_restart),
    )
    return {one.__name__.replace("_", "-"): one for one in all_of_them}


def parser() -> argparse.ArgumentParser:
    """The command line; a subcommand's help is its docstring."""
    top = argparse.ArgumentParser(prog="chapar", description="Chapar: a link in, media out.")
    top.add_argument("--version", action="version", version=f"chapar {daemon.__version__}")
    subcommands = top.add_subparsers(metavar="command", required=True)
    of = {}
    for name, command in commands().items():
        said, codes = command.__doc__, exit_codes.epilog(name)
        of[name] = subcommands.add_parser(name, help=said, description=said, epilog=codes)
        of[name].set_defaults(command=command)
    words_about_processes(of)
    words_about_jobs(of)
    words_about_pauses(of)
    words_about_engines(of["engine"])
    words_about_backups(of)
    operator_registry.words(of)
    words_about_installs(of)
    json_option.offer(top)
    return top


def words_about_processes(of: dict[str, argparse.ArgumentParser]) -> None:
    """The options of commands about processes."""
    of["up"].add_argument("-d", "--detach", action="store_true", help="return when all serve")
    of["up"].add_argument(
        "--new-database", action="store_true", help="begin with an empty one, where one was lost"
    )
    words_about_restarts(of["rolling-restart"])
    source = "a wheel, or of a checkout a commit: install it, put the files before back if it fails"
    of["upgrade"].add_argument("source", type=some_name, nargs="?", help=source)
    of["stop"].add_argument("--now", action="store_true", help="jobs go back into the queue")
    for name in ("up", "check"):
        of[name].add_argument("--no-bot", action="store_true", help="without a sign-in to Telegram")


def words_about_restarts(of: argparse.ArgumentParser) -> None:
    """The options of a rolling restart, here or on other machines."""
    whose = of.add_mutually_exclusive_group()
    which = "another machine of several; default: this one"
    whose.add_argument("machine", type=some_name, nargs="?", help=which)
    whose.add_argument("--all", action="store_true", help="all machines, one after the other")
    order = "tell the admin who ordered it in the chat (the keeper's word)"
    of.add_argument("--order", type=int, default=0, metavar="N", help=order)
    order = "tell the machine that ordered it (the keeper's word)"
    of.add_argument("--machine-order", type=int, default=0, metavar="N", help=order)


def words_about_jobs(of: dict[str, argparse.ArgumentParser]) -> None:
    """The options of commands about jobs."""
    of["fetch"].add_argument("url", help="the link")
    of["fetch"].add_argument(
        "--as", dest="variant", default="", metavar="720p|mp3", help="the form; default: best"
    )
    of["fetch"].add_argument("--to", type=Path, metavar="DIR", help="the folder; default: this one")
    of["fetch"].add_argument(
        "--list", action="store_true", help="show the qualities, or the entries of a list, only"
    )
    of["fetch"].add_argument("--page", metavar="N", help="with --list: that page of a long list")
    of["jobs"].add_argument("--all", action="store_true", help="the latest, over or not")
    for name in ("why", "retry", "cancel"):
        of[name].add_argument("job", help="its number, or the code that a person was given")
    of["forget"].add_argument("url", help="the link")
    of["errors"].add_argument("--since", default="", metavar="2h|7d", help="seen since then only")
    of["use"].add_argument("--days", default="1", metavar="1|7|30", help="default: 24 hours")
    of["use"].add_argument("--png", type=Path, metavar="FILE", help="draw it into this file")
    of["use"].add_argument("--server", action="store_true", help="draw the server, not the use")
    of["use"].add_argument("--language", default="en", metavar="fa|en", help="default: en")
    of["breakers"].add_argument(
        "--close", type=some_name, metavar="SITE", help="let its jobs in now"
    )
    of["audit"].add_argument("--person", type=int, metavar="ID", help="what was done to one person")
    of["audit"].add_argument("--most", type=row_count, default=50, metavar="N", help="the newest N")
    of["cap"].add_argument("words", nargs="*", metavar="USER N|default", help="one user's own cap")
    of["mode"].add_argument(
        "words", type=plain_text, nargs="*", metavar="MODE [SPAN] [REASON]", help="the mode to set"
    )
    of["cap"].add_argument("--all", metavar="N", help="the cap of all who have none of their own")


def words_about_pauses(of: dict[str, argparse.ArgumentParser]) -> None:
    """The options of commands about pauses."""
    for name in ("pause", "resume"):
        one = of[name].add_mutually_exclusive_group()
        one.add_argument("--user", type=some_name, metavar="ID", help="one user only")
        one.add_argument("--site", type=some_name, metavar="NAME", help="one site only")
        which = "the workers of one machine only"
        one.add_argument("--machine", type=some_name, metavar="NAME", help=which)
    which = "one machine of several; default: all"
    of["drain"].add_argument("machine", type=some_name, nargs="?", help=which)
    for name, usual in (("pause", ""), ("drain", "drain")):
        why = "shown by chapar status"
        of[name].add_argument("--why", type=plain_text, default=usual, metavar="TEXT", help=why)
    of["drain"].add_argument(
        "--timeout", metavar="S", help="seconds to wait at most; the pause stays"
    )


def words_about_engines(engine: argparse.ArgumentParser) -> None:
    """Each word with a help of its own: `chapar engine update --help`."""
    of = engine.add_subparsers(dest="what", metavar="what", required=True)
    words = {}
    for name, meaning in ENGINE_WORDS.items():
        codes = exit_codes.epilog(f"engine {name}")
        words[name] = of.add_parser(name, help=meaning, description=f"{meaning}.", epilog=codes)
    words["update"].add_argument("version", type=some_name, nargs="?", help="default: the newest")
    words["update"].add_argument("--pre", action="store_true", help="take nightly versions too")
    words["use"].add_argument("version", type=some_name, help="one that chapar engine list shows")


def words_about_backups(of: dict[str, argparse.ArgumentParser]) -> None:
    """The options of commands about backups."""
    below_backup = of["backup"].add_subparsers(dest="what", metavar="what")
    words = {}
    for name, meaning in BACKUP_WORDS.items():
        words[name] = below_backup.add_parser(
            name,
            help=meaning,
            description=f"{meaning}.",
            epilog=exit_codes.epilog(f"backup {name}"),
        )
    words["verify"].add_argument(
        "name", type=some_name, nargs="?", metavar="FILE|all", help="default: the newest"
    )
    of["restore"].add_argument(
        "file", type=some_name, metavar="FILE|latest", help="its path, or its name in a list"
    )
    of["restore"].add_argument(
        "--dry-run", action="store_true", help="verify it, and change nothing"
    )
    for one in (words["verify"], of["restore"]):
        one.add_argument("--key", type=Path, metavar="FILE", help="its age key, or passphrase")


def words_about_installs(of: dict[str, argparse.ArgumentParser]) -> None:
    """The options of commands about installing and moving."""
    of["files"].add_argument("name", nargs="?", default="", help="print this one")
    token = of["init"].add_mutually_exclusive_group()
    token.add_argument("--token", help="the bot's token, from @BotFather; `ps` shows it")
    token.add_argument("--token-file", type=Path, metavar="FILE", help="… the first word of a file")
    of["init"].add_argument("--api-id", metavar="N", help="from https://my.telegram.org/apps")
    of["init"].add_argument("--api-hash", metavar="HASH", help="from the same page")
    of["init"].add_argument("--admins", metavar="ID,ID", help="Telegram user ids of the admins")
    where = "the file; default: $CHAPAR_ENV_FILE, or .env in this folder"
    of["init"].add_argument("--file", type=Path, metavar="FILE", help=where)
    way = of["move"].add_mutually_exclusive_group(required=True)
    way.add_argument(
        "--to", type=some_name, metavar="URL", help="the address of the other database"
    )
    way.add_argument("--undo", action="store_true", help="back, until people used the new one")
    way.add_argument("--cancel", action="store_true", help="give up a move that has not ended")
    of["move"].add_argument("--dry-run", action="store_true", help="count, and change nothing")
    of["init"].add_argument("--no-live", action="store_true", help="do not try them with Telegram")


if __name__ == "__main__":
    sys.exit(main())
