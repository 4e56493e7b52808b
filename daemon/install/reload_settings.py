"""`chapar reload`: takes the settings as they are written now, by a rolling restart. When the first
process does not start with them, or does not reach Telegram with them where it did before, those
before hold again."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from daemon.command_error import NotServing, NotUp, Refusal
from daemon.commands import launch
from daemon.commands.restart import RollingRestart
from daemon.console import open_store
from daemon.supervisor import child_environment, process_tree
from daemon.supervisor.control import Supervisor
from procs import config
from procs.errors import StoreError

#: What supervisord itself was started with: how many processes there are, where, and how long it
#: waits for them.
FIXED = (
    *("CHAPAR_HOME", "CHAPAR_DATABASE_URL", "CHAPAR_WORKERS", "CHAPAR_DRAIN_GRACE"),
    *("CHAPAR_MACHINE", "CHAPAR_ROLES", "CHAPAR_PYTHON"),
)
#: Where nothing was restarted, since it was not whole before.
ANEW = "to take the new ones all the same: chapar stop, chapar up -d (systemctl restart chapar)"


def reload(say: Callable[[str], None]) -> int:
    """Returns 0 when every process runs with the new settings. Raises BadSettings, NotUp, Refusal,
    StoreError, NotServing: then all run with the ones before, or go back to them."""
    run = config.home().run
    if not Supervisor(run).is_up():
        process_tree.require_seen(run)
        raise NotUp("supervisord does not answer")
    before = child_environment.read(run)
    reading = config.read(need_telegram=before.get("CHAPAR_WITH_BOT") == "true")
    if reading.settings is None:
        raise config.BadSettings(reading.complaints)
    bot = before.get("CHAPAR_WITH_BOT") == "true"
    after = launch.environment(reading.settings, reading, bot=bot)
    fixed = [name for name in FIXED if before.get(name) != after.get(name)]
    if fixed:
        raise Refusal(
            f"{' and '.join(fixed)} cannot change while Chapar runs; "
            "nothing was changed: chapar stop, chapar up -d (systemctl restart chapar)"
        )
    names = sorted(name for name in after if before.get(name, "") != after[name])
    say(f"new: {', '.join(one for one in names if one in config.NAMES) or 'nothing'}")
    with open_store.opened(reading.settings) as db:
        return replace_all(RollingRestart(reading.settings, db, say), run, before, after)


def replace_all(
    rolling: RollingRestart, run: Path, before: Mapping[str, str], after: Mapping[str, str]
) -> int:
    """Replace every process by one with the settings `after`. What ends that, Ctrl-C too, has those
    `before` hold again, and the processes that have others go back to them."""
    child_environment.write(run, after)
    try:
        return rolling.run()
    except (Refusal, NotServing, NotUp, StoreError, KeyboardInterrupt):
        child_environment.write(run, before)
        rolling.say("the settings before hold again" + f"; {ANEW}" * (not rolling.told))
        with suppress(NotUp, StoreError):
            rolling.go_back()
        raise
