"""`python -m daemon.supervisor.supervisord`: supervisord, awake as soon as something happens.

Unchanged it looks for dead children when something else wakes it, or once a second: a child's
signal is noted, but no longer ends its poll(2), since Python takes up interrupted calls again (PEP
475). So a killed worker kept its leases, and a killed bot was missed, for up to a second each, and
a stop took one for each step. Here signals ring a bell that it listens to beside its sockets, and
so does each change of a process's state, because supervisord acts on it in its next round only.
"""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from supervisor import events, loggers, supervisord
from supervisor.medusa.asyncore_25 import file_dispatcher
from supervisor.options import ServerOptions
from supervisor.states import SupervisorStates

from daemon.supervisor import child_environment, warm_start
from daemon.supervisor.log_poller import LogPoller, LogSupervisor
from daemon.supervisor.service_manager import ServiceManager
from daemon.supervisor.warm_start import WarmStart
from procs.core import clock, log, process
from procs.core.files import boot_identity
from procs.keeper.metrics import service_report

#: The setting that says how and where log lines are written, which `chapar up` passes on.
LOG_FORM = "CHAPAR_LOG_FORM"
#: Seconds after which the service counts as started although not all serves: it may wait for
#: Telegram for an hour. And until which it need not have reported.
READY_LATEST, FIRST_REPORT = 60.0, 120.0


class WakePipe(file_dispatcher):
    """A pipe among what supervisord polls, written to by signals and by `ring`."""

    def __init__(self) -> None:
        ears, self.hand = os.pipe()
        super().__init__(ears)
        os.set_blocking(self.hand, False)
        signal.set_wakeup_fd(self.hand, warn_on_full_buffer=False)

    def ring(self, _event: events.ProcessStateEvent | None = None) -> None:
        """Have supervisord's poll return at once; also a subscriber of events."""
        with suppress(BlockingIOError):  # it rings already
            os.write(self.hand, b"!")

    def writable(self) -> bool:
        return False

    def handle_read(self) -> None:
        self.recv(1024)

    def take_down(self) -> None:
        signal.set_wakeup_fd(-1)
        self.del_channel()
        self.socket.close()
        os.close(self.hand)


class SupervisordOptions(ServerOptions):
    """supervisord's settings and its hold on the system, with a bell beside its signals."""

    bell: WakePipe | None = None

    def __init__(self, voice: "ServiceVoice", run: Path, warm: WarmStart | None = None) -> None:
        super().__init__()
        self.poller = LogPoller(self)
        self.voice, self.run, self.warm = voice, run, warm or WarmStart(os.environ)

    def setsignals(self) -> None:
        super().setsignals()
        self.bell = WakePipe()
        events.subscribe(events.ProcessStateEvent, self.bell.ring)
        events.subscribe(events.ProcessStateStartingEvent, self.renew_settings)
        events.subscribe(events.Tick5Event, self.voice.tick)

    def renew_settings(self, _event: events.ProcessStateStartingEvent) -> None:
        """A process that is about to start gets the settings of the latest reload."""
        child_environment.take(self.run, os.environ)

    def execve(self, filename: str, argv: Sequence[str], env: dict[str, str]) -> None:
        """In the process that was forked for it: become a program."""
        if self.warm.can(argv, env):
            warm_start.become(argv, env)
        super().execve(filename, argv, env)


class ServiceVoice:
    """Tells the service manager every five seconds how the service is, as the keeper reports it.
    supervisord does it itself: one that hangs says nothing, and the manager starts all anew."""

    def __init__(self, manager: ServiceManager, run: Path) -> None:
        self.manager, self.run = manager, run
        self.began, self.is_ready = clock.now().boot, False

    def tick(self, _event: events.Tick5Event | None = None) -> None:
        """Tell the service manager how the service is; a subscriber of events."""
        report = service_report.read(self.run)
        waited = clock.now().boot - self.began
        words = [f"STATUS={report.line}"] if report else []
        if not self.is_ready and ((report and report.serves) or waited > READY_LATEST):
            self.is_ready = True
            words.append("READY=1")
        if self.is_ready and (waited < FIRST_REPORT or (report and not report.stale)):
            words.append("WATCHDOG=1")
        if words:
            self.manager.send(*words)


def keep_owner() -> None:
    """supervisord gives its socket the owner that it has. The service's filter of system calls
    refuses that call whatever it asks for, and supervisord would end."""
    change = os.chown

    def chown(path: str, user: int, group: int) -> None:
        if (user, group) != (-1, -1):
            change(path, user, group)

    setattr(os, "chown", chown)  # noqa: B010


def log_to_stderr(logger: loggers.Logger, filename: str, fmt: str, **_: object) -> None:
    """Have a logger of supervisord write into our standard error, whatever file it was meant for:
    systemd's is a socket, which cannot be opened by a name."""
    handler = StandardError(sys.stderr)
    handler.setFormat(fmt)
    handler.setLevel(logger.level)
    logger.addHandler(handler)


class StandardError(loggers.StreamHandler):
    """One that writes what a process said as it is."""

    def emit(self, record: loggers.LogRecord) -> None:
        message = record.msg
        if self.fmt == "%(message)s" and isinstance(message, bytes):
            self.stream.buffer.write(message)
            self.stream.buffer.flush()
        else:
            super().emit(record)


def main() -> None:
    """Serve until a signal stops it; a HUP starts again, as supervisord's own `main` does."""
    if log.form(process.environment((LOG_FORM,)).get(LOG_FORM, "")).stderr:
        loggers.handle_file = log_to_stderr
    process.keep_private()  # its setting `umask` is only for when it detaches itself
    keep_owner()
    run = Path(os.environ["CHAPAR_HOME"], "run")
    boot_identity.follow(run)
    vars(supervisord)["Supervisor"] = LogSupervisor
    voice = ServiceVoice(ServiceManager(os.environ), run)
    warm = WarmStart(os.environ)
    warm.warm_up()
    first, mood = True, SupervisorStates.RESTARTING
    while mood == SupervisorStates.RESTARTING:
        options = SupervisordOptions(voice, run, warm)
        options.realize(sys.argv[1:], doc=supervisord.__doc__)
        options.first, options.test = first, False
        supervisord.go(options)
        if options.bell:
            options.bell.take_down()
        options.close_httpservers()
        options.close_logger()
        first, mood = False, options.mood


if __name__ == "__main__":
    main()
