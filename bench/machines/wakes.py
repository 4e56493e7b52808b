"""From a word on one machine to the process that it wakes on another, through a relay on each; and
beside each such trip a bare one: NOTIFY on one connection, LISTEN on another, and nothing else."""

import select
import time
from pathlib import Path
from typing import Any

from bench.machines.amounts import Amounts
from bench.machines.lease_table import LeaseTable
from procs.keeper.machines.wake_relay import WakeRelay
from procs.store import wake
from procs.store.wake import WakeSocket

PATIENCE = 2.0


def measure(conninfo: str, folder: Path, amounts: Amounts) -> dict[str, Any]:
    """Milliseconds of a wake-up between two machines, and how many were lost."""
    place = LeaseTable(conninfo, "wakes", folder)
    here, there = place.open(), place.open()
    (folder / "other").mkdir(mode=0o700)
    channel, other = here.channel(), there.channel()
    assert channel is not None
    assert other is not None
    relays = [WakeRelay(run, channel) for run in (place.run, folder / "other")]
    for relay in relays:
        relay.start()
    sleeper = WakeSocket(folder / "other", "w00-1")
    time.sleep(1)
    words, ears = channel(), other()
    trips, bare = [], []
    for _ in range(amounts.wakes):
        trips.append(trip(place.run, sleeper))
        bare.append(bare_trip(words, ears))
    times, bare_times = sorted(one for one in trips if one), sorted(bare)
    for relay in relays:
        relay.leave()
    for one in (words, ears):
        one.close()
    for db in (here, there):
        db.close()
    return {
        "wake_p50_ms": round(times[len(times) // 2] * 1000, 2),
        "wake_p99_ms": round(times[int(len(times) * 0.99)] * 1000, 2),
        "bare_notify_p50_ms": round(bare_times[len(bare) // 2] * 1000, 2),
        "bare_notify_p99_ms": round(bare_times[int(len(bare) * 0.99)] * 1000, 2),
        "wakes_lost": amounts.wakes - len(times),
    }


def trip(run: Path, sleeper: WakeSocket) -> float | None:
    """Seconds, None where the word did not come."""
    began = time.perf_counter()
    wake.notify(run, "w00-1", b"stop 1")
    ready, _, _ = select.select([sleeper.socket], [], [], PATIENCE)
    took = time.perf_counter() - began
    sleeper.heard()
    time.sleep(0.01)
    return took if ready else None


def bare_trip(words: Any, ears: Any) -> float:
    """Seconds of a word by LISTEN and NOTIFY alone, without relays."""
    ears.heard()
    began = time.perf_counter()
    words.say({b"bare"})
    while b"bare" not in ears.heard():
        select.select([ears], [], [], PATIENCE)
    took = time.perf_counter() - began
    time.sleep(0.01)
    return took
