"""Every subcommand of `chapar`: one short function each, its docstring the help.

What a command needs is imported when it runs, so that each starts fast.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from daemon.command_error import NotUp, Refusal
from daemon.console import step_bar
from procs import config
from procs.store.database import Database

#: Exit codes of `chapar status`, as supervisorctl has them.
SOMETHING_DOWN = 3
NOT_UP = 4

Command = Callable[[argparse.Namespace], int]


def up(options: argparse.Namespace) -> int:
    """Start the bot, the workers and what looks after them; stays in the foreground without -d."""
    from daemon.commands import launch

    launch.up(detach=options.detach, bot=not options.no_bot, new=options.new_database)
    return 0


def stop(options: argparse.Namespace) -> int:
    """Let running jobs finish, then stop everything; says who is still waited for."""
    from daemon.supervisor import control

    try:
        control.stop(config.home().run, say, now=options.now)
    except NotUp:
        print("not running", file=sys.stderr)
        return NOT_UP
    return 0


def status(options: argparse.Namespace) -> int:
    """Show processes, workers, queue; exit code 0 all runs, 3 something does not, 4 not started."""
    from daemon.answers import json_text, status_facts
    from daemon.commands import status

    now = status.look(present_settings())
    json_text.show(options, lambda: [status.render(now)], lambda: status_facts.facts(now))
    if now.processes is None and now.mute is None:
        return NOT_UP
    return 0 if now.all_run else SOMETHING_DOWN


def check(options: argparse.Namespace) -> int:
    """Print every setting and where it came from, the tools, and all that is wrong."""
    from daemon.answers import json_text, setting_facts
    from daemon.checks import check

    findings = check.look(need_telegram=not options.no_bot)
    json_text.show(options, lambda: [check.render(findings)], lambda: setting_facts.check(findings))
    return 1 if findings.complaints else 0


def fetch(options: argparse.Namespace) -> int:
    """Download one link into a folder, through the same queue and workers as the bot's users."""
    from daemon.answers import json_text
    from daemon.commands import fetch_command

    if options.list:
        if options.variant or options.to:
            raise Refusal("--list only shows what is there; leave --as and --to out")
        page = fetch_command.page_of(options.page)
        found = fetch_command.look(home_settings(), options.url, page=page)
        json_text.show(
            options, partial(fetch_command.shown, found), partial(fetch_command.facts, found)
        )
    else:
        if options.page is not None:
            raise Refusal("--page N turns the pages of a list; write --list too")
        wish, folder = fetch_command.wish_of(options.variant or "best"), options.to or Path()
        files = fetch_command.fetch(home_settings(), options.url, wish=wish, folder=folder)
        json_text.show(options, lambda: map(str, files), lambda: {"files": files})
    return 0


def jobs(options: argparse.Namespace) -> int:
    """List the jobs that are not over, and the totals; with --all the latest, whatever became."""
    from daemon.answers import json_text, record_facts
    from daemon.commands import job_commands

    shown = job_commands.latest if options.all else job_commands.living
    with store() as db:
        json_text.show(options, lambda: shown(db), lambda: record_facts.jobs(db, every=options.all))
    return 0


def engine(options: argparse.Namespace) -> int:
    """List the versions of yt-dlp, update to another one, use one that is kept, or roll back."""
    from daemon.answers import json_text, setting_facts
    from daemon.commands.engine_commands import EngineManager

    with store() as db, step_bar.shown(say) as told:
        desk = EngineManager(db, home_settings(), told)
        if options.what == "list":
            json_text.show(options, desk.listed, lambda: setting_facts.engine(desk))
        elif options.what == "update":
            desk.update(options.version or "", pre=options.pre)
        elif options.what == "use":
            desk.use(options.version)
        else:
            desk.rollback()
    return 0


def errors(options: argparse.Namespace) -> int:
    """List what failed, attempts that failed alike as one line, the latest first."""
    from daemon.answers import json_text, record_facts
    from daemon.commands import error_groups

    with store() as db:
        shown = partial(error_groups.listed, db, options.since)
        json_text.show(options, shown, lambda: record_facts.errors(db, options.since))
    return 0


def use(options: argparse.Namespace) -> int:
    """Show what people used and how the server did, over 1, 7 or 30 days; --png draws it."""
    from daemon.answers import json_text
    from daemon.reports import use_command

    with store() as db:
        drawn = {"png": options.png, "server": options.server, "language": options.language}
        shown = partial(use_command.shown, db, options.days, **drawn)
        json_text.show(options, shown, partial(use_command.facts, db, options.days, **drawn))
    return 0


def audit(options: argparse.Namespace) -> int:
    """List what admins did: who, what, to whom, before and after; the latest first."""
    from daemon.answers import json_text, record_facts
    from daemon.commands.admins import audit_rows

    which = {"person": options.person, "most": options.most}
    with store() as db:
        shown = partial(audit_rows.listed, db, **which)
        json_text.show(options, shown, lambda: record_facts.audit(db, **which))
    return 0


def breakers(options: argparse.Namespace) -> int:
    """List the sites that keep failing and are left alone for a while; --close ends that."""
    from daemon.answers import json_text, record_facts
    from daemon.commands import breaker_commands

    with store() as db:
        shown = partial(breaker_commands.listed, db)
        if options.close is not None:
            closed = breaker_commands.close(db, options.close)
            shown = partial(list, [closed])
        json_text.show(options, shown, lambda: record_facts.sites(db))
    return 0


def why(options: argparse.Namespace) -> int:
    """Tell everything that happened to one job, in order, and who waits for it."""
    from daemon.answers import json_text, record_facts
    from daemon.commands import job_commands

    with store() as db:
        shown = partial(job_commands.why, db, options.job)
        json_text.show(options, shown, lambda: record_facts.why(db, options.job))
    return 0


def retry(options: argparse.Namespace) -> int:
    """Do a job that ended badly once more; the people who waited for it wait again."""
    from daemon.commands import job_commands

    with store() as db:
        print(job_commands.retry(db, options.job))
    return 0


def cancel(options: argparse.Namespace) -> int:
    """End a job for everybody who waits for it."""
    from daemon.commands import job_commands

    with store() as db:
        print(job_commands.cancel(db, options.job))
    return 0


def forget(options: argparse.Namespace) -> int:
    """Drop what is kept of one link, so that it is fetched anew for who asks next."""
    from daemon.commands import forget_link

    with store() as db:
        print(forget_link.forget(db, options.url))
    return 0


def pause(options: argparse.Namespace) -> int:
    """Start nothing new: in the whole system, for one user or site, or on one machine. What runs
    goes on."""
    from daemon.commands import pause_commands
    from daemon.console import machine_table

    facts = {"user": options.user, "site": options.site, "machine": options.machine}
    scope = pause_commands.scope_of(**facts)
    with store() as db:
        if options.machine is not None:
            machine_table.named(db, options.machine)
        print(pause_commands.pause(db, scope, why=options.why))
    return 0


def resume(options: argparse.Namespace) -> int:
    """End the pause of the whole system (a drain too), of one user or site, or of one machine."""
    from daemon.commands import pause_commands

    facts = {"user": options.user, "site": options.site, "machine": options.machine}
    scope = pause_commands.scope_of(**facts)
    with store() as db:
        print(pause_commands.resume(db, scope))
    return 0


def drain(options: argparse.Namespace) -> int:
    """Pause the whole system, or one machine of several, and wait until no job runs there; says who
    is waited for."""
    from daemon.commands import pause_commands

    timeout = pause_commands.timeout_of(options.timeout)
    with store() as db:
        which = {"timeout": timeout, "only": options.machine}
        pause_commands.drain(db, say, why=options.why, **which)
    return 0


def cap(options: argparse.Namespace) -> int:
    """Set how many downloads a user may have at once, or everybody with --all; alone, list that."""
    from daemon.answers import json_text, record_facts
    from daemon.commands import caps

    with store() as db:
        shown = partial(caps.listed, db)
        if options.words or options.all is not None:
            changed = caps.change(db, options.words, everybody=options.all)
            shown = partial(list, [changed])
        json_text.show(options, shown, lambda: record_facts.caps(db))
    return 0


def mode(options: argparse.Namespace) -> int:
    """Show the mode of the bot, set one (`light 2h`), or leave it to the system (`auto`)."""
    from daemon.answers import json_text
    from daemon.commands.admins import mode_command

    with store() as db:
        row = mode_command.change(db, options.words)
    json_text.show(options, lambda: [mode_command.spoken(row)], lambda: row)
    return 0


def say(line: str) -> None:
    """A line of progress, at once."""
    print(line, flush=True)


@contextmanager
def store() -> Iterator[Database]:
    """The database of this home, for one command."""
    from daemon.console.open_store import opened

    with opened(present_settings()) as db:
        yield db


def present_settings() -> config.Settings:
    """The settings for commands that look at what is there; what is wrong of them is said."""
    settings, complaints = config.usable()
    for one in complaints:
        print(f"chapar: {one}", file=sys.stderr)
    return settings


def home_settings() -> config.Settings:
    """The settings, for commands that need no sign-in with Telegram."""
    return config.load(need_telegram=False)
