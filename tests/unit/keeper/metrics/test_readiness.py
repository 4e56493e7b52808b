"""Whether one machine of several may serve is a matter of its own sign-ins."""

from dataclasses import replace

from procs.config import Settings
from procs.core import clock
from procs.keeper.metrics.readiness import Readiness
from procs.store import wake
from procs.store.database import Database
from procs.store.health import workers
from procs.store.limits import revoked_sessions


def test_a_sign_in_that_another_machine_lost_keeps_only_that_one_from_serving(
    settings: Settings, db: Database
) -> None:
    workers.serve(db, workers.enter(db, "w00-1", now=clock.now()), slot=0, now=clock.now())
    server = {"database_url": "postgresql://db.example/chapar", "bot_token": "777:x"}
    first, second = (
        Readiness(db, replace(settings, machine=name, **server), lambda: clock.now().boot)
        for name in ("m1", "m2")
    )
    for name in ("slot-1-m2", "bot-m2"):
        revoked_sessions.note_lost(db, name, mark="1:a", why="revoked", now=clock.now())
    bot = wake.WakeSocket(settings.run, wake.BOT)
    ready, lost = first.missing(""), second.missing("")
    bot.close()

    assert ready == []
    assert lost == [f"telegram: the sign-in of {one} is revoked" for one in ("bot-m2", "slot-1-m2")]
