"""The subcommands about backups, as `registry` has the others."""

import argparse
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from daemon.console import step_bar
from daemon.registry import home_settings, present_settings, say


def backup(options: argparse.Namespace) -> int:
    """Take a backup now, list them, verify them by restoring to a scratch folder, or prune them."""
    from daemon.commands.backups import backup_commands
    from daemon.console import open_store
    from daemon.supervisor import process_tree

    if options.what == "verify":
        return verify(options)
    settings = present_settings() if options.what == "list" else home_settings()
    process_tree.require_unmoved(settings.run)
    open_store.follow_clock(settings)
    if options.what == "list":
        if options.json:
            print(json.dumps(backup_commands.facts(settings), indent=2))
        else:
            print(*backup_commands.listed(settings), sep="\n")
    elif options.what == "prune":
        print(*backup_commands.prune(settings), sep="\n")
    else:
        with step_bar.shown(say) as told:
            backup_commands.now_or_why(settings, told)
    return 0


def verify(options: argparse.Namespace) -> int:
    """`chapar backup verify`."""
    from daemon.answers import json_text
    from daemon.commands.backups import backup_commands
    from daemon.console import open_store

    settings = present_settings()
    open_store.follow_clock(settings)
    with told_of(options) as told:
        wanted = (settings, options.name or "", options.key)
        judged = list(backup_commands.verify(*wanted, told))
    if options.json:
        json_text.show(options, list, lambda: judged)
    return 0 if all(one.ok for one in judged) else 1


def restore(options: argparse.Namespace) -> int:
    """Put a backup in the place of what is there, which stays beside; refuses while Chapar runs."""
    from daemon.answers import json_text
    from daemon.commands.backups import restore_command
    from daemon.console import open_store
    from daemon.supervisor import process_tree

    process_tree.require_unmoved(home_settings().run)
    open_store.follow_clock(home_settings())
    with told_of(options) as told:
        wanted = (home_settings(), options.file, options.key)
        outcome = restore_command.restore(*wanted, told, dry=options.dry_run)
    if options.json:
        json_text.show(options, list, lambda: outcome)
    return 0


@contextmanager
def told_of(options: argparse.Namespace) -> Iterator[Callable[[str], None]]:
    """What is told of each step: people see the lines and a bar, programs only the answer."""
    if options.json:
        yield lambda line: None
    else:
        with step_bar.shown(say) as told:
            yield told
