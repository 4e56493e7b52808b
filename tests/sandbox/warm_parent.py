"""A process that starts programs as supervisord does, warm: `PROGRAM LINE…`, of which each line is
an end (`tests.sandbox.warm_program`). Prints their exit codes."""

import asyncio
import gc
import os
import signal
import sys

from daemon.supervisor import warm_start
from daemon.supervisor.warm_start import WarmStart


class Knot:
    """Garbage that only the collector finds, with something open."""

    def __init__(self) -> None:
        self.me, self.file = self, open(os.devnull)  # noqa: SIM115


def main() -> None:
    program, *ends = sys.argv[1:]
    asyncio.set_event_loop(asyncio.new_event_loop())  # as a library does when it is imported
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR2):
        signal.signal(number, lambda *_: None)
    os.set_blocking(bell := os.pipe()[1], False)
    signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
    warm = WarmStart(os.environ, [program])
    warm.warm_up()
    gc.disable()
    Knot()
    argv, codes = [sys.executable, "-m", program], []
    for end in ends:
        env = {**os.environ, "WARM_END": end}
        if not os.fork():
            os.closerange(3, 64)
            gc.enable()
            if not warm.can(argv, env):
                os.execve(argv[0], argv, env)
            warm_start.become(argv, env)
        codes.append(os.waitstatus_to_exitcode(os.wait()[1]))
    print(codes)


if __name__ == "__main__":
    main()
