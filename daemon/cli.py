"""The `chapar` command: one short function per subcommand."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import daemon
from daemon.errors import NotUp
from procs import config
from procs.errors import ChaparError

#: Exit codes of `chapar status`, as supervisorctl has them.
SOMETHING_DOWN = 3
NOT_UP = 4
#: As a shell reports a command that ended by Ctrl-C.
INTERRUPTED = 130

Command = Callable[[argparse.Namespace], int]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand. Whatever it refuses is one sentence on standard error and exit code 1."""
    options = parser().parse_args(argv)
    command: Command = options.command
    try:
        return command(options)
    except config.BadSettings as error:
        for complaint in error.complaints:
            print(f"chapar: {complaint}", file=sys.stderr)
    except ChaparError as error:
        print(f"chapar: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        return INTERRUPTED
    return 1


def up(options: argparse.Namespace) -> int:
    """Start the bot, the workers and what looks after them; stays in the foreground without -d."""
    from daemon import launch

    launch.up(detach=options.detach, bot=not options.no_bot)
    return 0


def stop(options: argparse.Namespace) -> int:
    """Let running jobs finish, then stop everything; says who is still waited for."""
    from daemon import control

    try:
        control.stop(home_settings().run, lambda line: print(line, flush=True), now=options.now)
    except NotUp:
        print("not running", file=sys.stderr)
        return 1
    return 0


def status(options: argparse.Namespace) -> int:
    """Show processes, workers, queue; exit code 0 all runs, 3 something does not, 4 not started."""
    from daemon import status

    now = status.look(home_settings())
    print(status.render(now))
    if now.processes is None:
        return NOT_UP
    return 0 if now.all_run else SOMETHING_DOWN


def check(options: argparse.Namespace) -> int:
    """Print every setting and where it came from, the tools, and all that is wrong."""
    from daemon import check

    findings = check.look(need_telegram=not options.no_bot)
    print(check.render(findings))
    return 1 if findings.complaints else 0


def fetch(options: argparse.Namespace) -> int:
    """Download one link into a folder, through the same queue and workers as the bot's users."""
    from daemon import fetch

    wish = fetch.wish_of(options.variant)
    for path in fetch.fetch(home_settings(), options.url, wish=wish, folder=options.to):
        print(path)
    return 0


def commands() -> dict[str, Command]:
    """Every subcommand by its name."""
    return {one.__name__: one for one in (up, stop, status, check, fetch)}


def home_settings() -> config.Settings:
    """The settings, for commands that need no sign-in with Telegram."""
    return config.load(need_telegram=False)


def parser() -> argparse.ArgumentParser:
    """The command line; a subcommand's help is its docstring."""
    top = argparse.ArgumentParser(prog="chapar", description="Chapar: a link in, media out.")
    top.add_argument("--version", action="version", version=f"chapar {daemon.__version__}")
    below = top.add_subparsers(metavar="command", required=True)
    of = {}
    for name, command in commands().items():
        of[name] = below.add_parser(name, help=command.__doc__, description=command.__doc__)
        of[name].set_defaults(command=command)
    of["up"].add_argument("-d", "--detach", action="store_true", help="return when it runs")
    of["stop"].add_argument("--now", action="store_true", help="jobs go back into the queue")
    for name in ("up", "check"):
        of[name].add_argument("--no-bot", action="store_true", help="without a sign-in to Telegram")
    of["fetch"].add_argument("url", help="the link")
    of["fetch"].add_argument(
        "--as", dest="variant", default="best", metavar="720p|mp3", help="the form; default: best"
    )
    of["fetch"].add_argument(
        "--to", type=Path, default=Path(), metavar="DIR", help="the folder; default: this one"
    )
    return top


if __name__ == "__main__":
    sys.exit(main())
