"""A process that starts programs as supervisord does, warm: `PROGRAM LINE…`, of which each line is
an end (`tests.sandbox.warm_program`). Prints their exit codes."""

import os
import signal
import sys

from daemon.supervisor import warm_start
from daemon.supervisor.warm_start import WarmStart


def main() -> None:
    program, *ends = sys.argv[1:]
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGUSR2):
        signal.signal(number, lambda *_: None)
    os.set_blocking(bell := os.pipe()[1], False)
    signal.set_wakeup_fd(bell, warn_on_full_buffer=False)
    warm = WarmStart([program])
    warm.warm_up()
    argv, codes = [sys.executable, "-m", program], []
    for end in ends:
        env = {**os.environ, "WARM_END": end}
        if not os.fork():
            if not warm.can(argv, env):
                os.execve(argv[0], argv, env)
            warm_start.become(argv, env)
        codes.append(os.waitstatus_to_exitcode(os.wait()[1]))
    print(codes)


if __name__ == "__main__":
    main()
