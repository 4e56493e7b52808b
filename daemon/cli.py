"""The `chapar` command: its words, and how it ends."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import daemon
from daemon import commands as below
from daemon.commands import NOT_UP, Command
from daemon.errors import NotUp
from procs import config, process
from procs.errors import ChaparError

#: As a shell reports a command that ended by Ctrl-C.
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand. Whatever it refuses is one sentence on standard error and exit code 1;
    4 when Chapar is not started."""
    process.keep_private()
    options = parser().parse_args(argv)
    command: Command = options.command
    try:
        return command(options)
    except config.BadSettings as error:
        for complaint in error.complaints:
            print(f"chapar: {complaint}", file=sys.stderr)
    except NotUp:
        print("chapar: not running; start it with: chapar up -d", file=sys.stderr)
        return NOT_UP
    except ChaparError as error:
        print(f"chapar: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 1


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
            below.errors,
            below.engine,
        ),
        *(below.breakers,),
        *(below.pause, below.resume, below.drain, below.rolling_restart),
    )
    return {one.__name__.replace("_", "-"): one for one in all_of_them}


def parser() -> argparse.ArgumentParser:
    """The command line; a subcommand's help is its docstring."""
    top = argparse.ArgumentParser(prog="chapar", description="Chapar: a link in, media out.")
    top.add_argument("--version", action="version", version=f"chapar {daemon.__version__}")
    subcommands = top.add_subparsers(metavar="command", required=True)
    of = {}
    for name, command in commands().items():
        of[name] = subcommands.add_parser(name, help=command.__doc__, description=command.__doc__)
        of[name].set_defaults(command=command)
    words_about_processes(of)
    words_about_jobs(of)
    words_about_pauses(of)
    return top


def words_about_processes(of: dict[str, argparse.ArgumentParser]) -> None:
    of["up"].add_argument("-d", "--detach", action="store_true", help="return when all serve")
    of["stop"].add_argument("--now", action="store_true", help="jobs go back into the queue")
    for name in ("up", "check"):
        of[name].add_argument("--no-bot", action="store_true", help="without a sign-in to Telegram")


def words_about_jobs(of: dict[str, argparse.ArgumentParser]) -> None:
    of["fetch"].add_argument("url", help="the link")
    of["fetch"].add_argument(
        "--as", dest="variant", default="best", metavar="720p|mp3", help="the form; default: best"
    )
    of["fetch"].add_argument(
        "--to", type=Path, default=Path(), metavar="DIR", help="the folder; default: this one"
    )
    of["fetch"].add_argument(
        "--list", action="store_true", help="show the qualities, or the entries of a list, only"
    )
    of["fetch"].add_argument("--page", type=int, default=1, metavar="N", help="of a list")
    of["jobs"].add_argument("--all", action="store_true", help="the latest, over or not")
    for name in ("why", "retry", "cancel"):
        of[name].add_argument("job", help="its number, or the code that a person was given")
    of["forget"].add_argument("url", help="the link")
    of["errors"].add_argument("--since", default="", metavar="2h|7d", help="seen since then only")
    of["breakers"].add_argument("--close", default="", metavar="SITE", help="let its jobs in now")
    of["engine"].add_argument("what", choices=("list", "update", "use", "rollback"))
    of["engine"].add_argument("version", nargs="?", default="", help="default: the newest")
    of["engine"].add_argument("--pre", action="store_true", help="nightly versions too")
    of["cap"].add_argument("words", nargs="*", metavar="USER N|default", help="one user's own cap")
    of["cap"].add_argument("--all", metavar="N", help="the cap of all who have none of their own")


def words_about_pauses(of: dict[str, argparse.ArgumentParser]) -> None:
    for name in ("pause", "resume"):
        one = of[name].add_mutually_exclusive_group()
        one.add_argument("--user", type=int, metavar="ID", help="one user only")
        one.add_argument("--site", metavar="NAME", help="one site only")
    for name, usual in (("pause", ""), ("drain", "drain")):
        of[name].add_argument("--why", default=usual, metavar="TEXT", help="shown by chapar status")
    of["drain"].add_argument(
        "--timeout", type=float, metavar="S", help="seconds to wait at most; the pause stays"
    )


if __name__ == "__main__":
    sys.exit(main())
