"""The nursery: one warm process for the whole machine that forks a child for each job.

    python -m procs.engine.nursery.main --run DIR [--linger SECONDS]

It imports yt-dlp once (a second of CPU, 60 MiB); a fork of it costs a few milliseconds and shares
that memory. Single-threaded, so that forking is safe.

One connection is one job. Its first line is a request, `{"do": "fetch" | "run" | "stay", …}`; after
that the connection belongs to the forked child, and the nursery only watches for its end:

- the client hangs up (or dies): the child's whole process group is killed;
- the child ends: what is left of its group is killed, all of it is waited for, and the nursery
  writes the last line, `{"ended": …}`, and closes. So the end of the stream means: nothing runs.

`stay` is answered once and then only keeps the nursery alive. It ends by itself when nobody has
been connected for a while. A worker that came with another version says so in `stay`: then the
nursery closes its door, so that a new one can open, and ends when its last job has ended.
"""

import argparse
import os
import resource
import sys
from pathlib import Path

from procs.core import log, process
from procs.core.memory import shared_heap
from procs.engine.jail import resource_limits
from procs.engine.nursery.listener import FolderTaken, NurserySocket, likeness
from procs.engine.nursery.server import Foresee, Nursery, Serve
from procs.engine.releases.versions import EngineRefused, check_floor, installed

#: How the lines of all our processes look; a worker passes it on.
LOG_SETTING = "CHAPAR_LOG_FORM"
#: Exit codes of the process that was started: another nursery lives; this one would be no good.
TAKEN, UNFIT = 3, 4


def leave_parent() -> None:
    """Let the process that started us go on: it waits for this exit only."""
    if os.fork():
        os._exit(0)


def main() -> None:
    """Start: lock, door, detach, warm up, serve."""
    parser = argparse.ArgumentParser(prog="python -m procs.engine.nursery.main")
    parser.add_argument("--run", type=Path, required=True)
    parser.add_argument("--linger", type=float, default=5.0)
    options = parser.parse_args()
    process.keep_private()
    log.start(form=log.form(process.environment((LOG_SETTING,)).get(LOG_SETTING, "")))
    mine = installed()  # the first on the path: the folder of the version in use, or ours
    try:
        check_floor(mine)
        door = NurserySocket(options.run)
    except EngineRefused as error:
        log.error("nursery.unfit", yt_dlp=mine.name, why=error)
        sys.exit(UNFIT)
    except FolderTaken:
        sys.exit(TAKEN)
    leave_parent()
    resource_limits.adopt()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # one descriptor for each job
    known_by = likeness(mine.name)
    (serve, foresee), rehearsed = warm_up()
    log.info("nursery.started", pid=os.getpid(), rehearsed=rehearsed, yt_dlp=mine.name)
    why = Nursery(door, serve, known_by, linger=options.linger, foresee=foresee).run()
    door.close()
    log.info("nursery.ended", pid=os.getpid(), why=why)


def warm_up() -> tuple[tuple[Serve, Foresee], bool]:
    """Import what children need, and have them share as much of it as they can. Returns what serves
    a request in a child and what is done for it before, and whether a download could be
    rehearsed."""
    from procs.engine.child import child

    rehearsed = child.warm_up()
    shared_heap.settle()
    return (child.serve, child.foresee), rehearsed


if __name__ == "__main__":
    main()
