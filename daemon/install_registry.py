"""The subcommands that install Chapar and keep it installed, as `registry` has the others."""

import argparse
import os

from daemon.command_error import Refusal
from daemon.console import step_bar
from daemon.registry import home_settings, say, store
from procs import config
from procs.config import address_values


def files(options: argparse.Namespace) -> int:
    """Name the files that come with Chapar: the systemd unit, examples, rules; or print one."""
    from daemon.answers import json_text
    from daemon.console import package_files

    if options.name:
        text = package_files.text(options.name)
        facts = {"path": package_files.path(options.name), "text": text}
        json_text.show(options, lambda: [text.removesuffix("\n")], lambda: facts)
    else:
        json_text.show(options, package_files.listed, package_files.listed)
    return 0


def init(options: argparse.Namespace) -> int:
    """Ask for the token, api_id, api_hash and admins, try them, and write the settings file."""
    from daemon.install import first_settings

    texts = {
        "CHAPAR_BOT_TOKEN": first_settings.token_of(options.token, options.token_file),
        "CHAPAR_API_ID": options.api_id,
        "CHAPAR_API_HASH": options.api_hash,
        "CHAPAR_ADMINS": options.admins,
    }
    given = {name: text for name, text in texts.items() if text is not None}
    path = options.file or config.file_in_use()
    return first_settings.init(given, path, live=not options.no_live, environ=os.environ)


def reload(options: argparse.Namespace) -> int:
    """Take the settings as they are written now, by a rolling restart; go back if that fails."""
    from daemon.install import reload_settings

    return reload_settings.reload(say)


def rolling_restart(options: argparse.Namespace) -> int:
    """Replace every process by a fresh one, one after the other, while the others serve: here, on
    another machine of several, or on all."""
    from daemon.commands.restart import RollingRestart, run_order
    from daemon.machines import restart_elsewhere

    settings = home_settings()
    with store() as db:
        rolling, machine = RollingRestart(settings, db, say), options.machine
        if options.order:
            return run_order(rolling, options.order)
        if options.machine_order:
            return restart_elsewhere.obey(db, options.machine_order, rolling)
        if options.all:
            return restart_elsewhere.restart_all(db, say, rolling.run)
        if machine is not None and not (settings.has_server and machine == settings.machine):
            return restart_elsewhere.restart(db, machine, say)
        return rolling.run()


def move(options: argparse.Namespace) -> int:
    """Move the database to a server or back: copy while all runs, pause, compare, switch."""
    from daemon.answers import json_text
    from daemon.move import move_command

    if options.json and not options.dry_run:
        raise Refusal("--json tells what --dry-run finds; a move itself tells its steps as it goes")
    if options.dry_run and options.to is None:
        raise Refusal("--dry-run tells what a move would do; name the database by --to")
    to = goal_of(options.to)
    if options.dry_run:
        plan = move_command.try_out(home_settings(), to)
        json_text.show(options, lambda: move_command.spoken(plan), lambda: plan)
        return 0
    with step_bar.shown(say) as told:
        if options.undo:
            move_command.undo(home_settings(), told)
        elif options.cancel:
            move_command.cancel(home_settings(), told)
        else:
            move_command.move(home_settings(), to, told)
    return 0


def goal_of(text: str | None) -> str:
    """The address that `--to` names, as a setting has it; "" for none. Raises Refusal."""
    try:
        return "" if text is None else address_values.database(text)
    except ValueError as error:
        raise Refusal(f"--to: {error}") from None


def upgrade(options: argparse.Namespace) -> int:
    """Take an installed version into use: backup, try it, change the database, rolling restart."""
    from daemon.install import upgrade, whole_upgrade

    if options.source is not None:
        return whole_upgrade.upgrade_to(options.source, home_settings(), say)
    with step_bar.shown(say) as told:
        return upgrade.upgrade(home_settings(), told)
