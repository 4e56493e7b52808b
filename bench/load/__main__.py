"""`chapar load` and `make load`: play a scenario over the whole product on this machine.

Prints how it goes, writes the result as JSON and as one page, and says how it ended. Exits 1 when
something was lost, came twice, or in wrong bytes, or when a goal was missed.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.load import failures, remote_people, report_page, scenario, summary
from bench.load.remote_people import BadServer
from bench.load.scenario import Scenario
from bench.load.server_trial import ServerTrial
from bench.load.trial import Trial
from daemon.console.command_words import amount

#: Seconds of a load that is not shortened.
WHOLE = 1e9
#: As a shell reports a command that ended by Ctrl-C.
INTERRUPTED = 130
#: Seconds between two lines where nobody looks at a terminal.
PAUSE = 10.0


def arguments() -> argparse.Namespace:
    """What the command line asks for."""
    parser = argparse.ArgumentParser(prog="chapar load", description=__doc__)
    kept = ", ".join(scenario.names())
    parser.add_argument("scenario", nargs="?", default="advert", help=f"{kept}, or a file")
    seconds, times = "play only the first seconds", "so many times the arrivals"
    parser.add_argument("--seconds", type=amount, default=WHOLE, help=seconds)
    parser.add_argument("--scale", type=amount, default=1.0, help=times)
    parser.add_argument(
        "--server", type=Path, help="a file about a test server, to be used for a loopback Telegram"
    )
    parser.add_argument("--out", type=Path, default=Path("load"), help="folder of the results")
    return parser.parse_args()


class Progress:
    """One line that moves on a terminal; elsewhere a line now and then."""

    def __init__(self) -> None:
        self.last = 0.0

    def __call__(self, row: dict[str, Any]) -> None:
        moving, now = sys.stderr.isatty(), time.monotonic()
        if not moving and now - self.last < PAUSE:
            return
        self.last = now
        print(f"\r{summary.progress(row)}", end="\033[K" if moving else "\n", file=sys.stderr)


def made(played: Scenario, server: Path | None) -> Trial:
    """Raises BadServer."""
    if server is None:
        return Trial(played, Progress())
    return ServerTrial(played, Progress(), remote_people.read(server))


def main() -> int:
    options = arguments()
    try:
        whole = scenario.read(options.scenario)
    except scenario.BadScenario as error:
        print(f"chapar load: {error}", file=sys.stderr)
        return 1
    played = whole.shortened(options.seconds, options.scale)
    try:
        scenario.judge_size(played)
        scenario.judge_room(Path(tempfile.gettempdir()), played)
        options.out.mkdir(parents=True, exist_ok=True)
        trial = made(played, options.server)
    except (scenario.BadScenario, BadServer, OSError) as error:
        print(f"chapar load: {error}", file=sys.stderr)
        return 1
    if not trial.plan:
        print("chapar load: nobody comes in so short a time; give more seconds", file=sys.stderr)
        return 1
    measured = run(trial)
    if isinstance(measured, int):
        return measured
    result = summary.result(options.scenario, played, measured)
    print(*summary.lines(result), sep="\n")
    try:
        print(*written(result, options.out, Path(options.scenario).stem), sep="\n")
    except OSError as error:
        print(f"chapar load: the result is not kept: {error}", file=sys.stderr)
        return 1
    if result["interrupted"]:
        return INTERRUPTED
    return 0 if result["good"] else 1


def run(trial: Trial) -> dict[str, Any] | int:
    """What was measured, or the exit code where nothing was, which is told."""
    try:
        return asyncio.run(interruptible(trial))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("\nchapar load: interrupted, and nothing is told", file=sys.stderr)
        return INTERRUPTED
    except (*failures.PLAIN, ExceptionGroup) as error:
        if not (told := failures.sentence(error)):
            raise
        print(f"chapar load: {told}", file=sys.stderr)
        return 1


async def interruptible(trial: Trial) -> dict[str, Any]:
    """Run it. A first signal ends the load, and what was asked so far is judged; a second one, or
    one before anybody wrote, ends everything. In each case the stack ends with the test, and more
    signals do not disturb it at that. Raises CancelledError."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None

    def end() -> None:
        if trial.interrupt():
            print("\ninterrupted: what was asked so far is judged", file=sys.stderr)
        elif not task.cancelling():
            task.cancel()

    for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(one, end)
    return await trial.run()


def written(result: dict[str, Any], folder: Path, name: str) -> tuple[Path, Path]:
    """Keep a result as JSON and as a page: their paths. Raises OSError."""
    base = f"{name}-{time.strftime('%Y%m%d-%H%M%S')}"
    told, page = folder / f"{base}.json", folder / f"{base}.html"
    if told.exists():  # of another run that ended in the same second
        told, page = (path.with_stem(f"{base}-{os.getpid()}") for path in (told, page))
    told.write_text(json.dumps(result, indent=1), encoding="utf-8")
    page.write_text(report_page.page(result), encoding="utf-8")
    return told, page


if __name__ == "__main__":
    sys.exit(main())
