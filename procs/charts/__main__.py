"""`python -m procs.charts`: reads a plan from standard input, writes its PNG to standard output,
and ends. It bounds itself before it loads the library."""

import resource
import signal
import sys

from procs.charts import chart_plan
from procs.core import process

#: Bytes of memory, seconds of the processor, niceness, and the exit code for input that
#: is no plan.
MEMORY, SECONDS, NICE, NO_PLAN = 768 * 1024 * 1024, 20, 10, 2


def main() -> int:
    set_limits()
    try:
        plan = chart_plan.decode(sys.stdin.buffer.read())
    except (ValueError, TypeError, KeyError) as error:
        print(f"this is no plan of a chart: {error!r}", file=sys.stderr)
        return NO_PLAN
    from procs.charts import renderer

    sys.stdout.buffer.write(renderer.picture(plan))
    return 0


def set_limits() -> None:
    """Die with the parent process, and limit memory, time and priority of this one."""
    process.keep_private()
    process.end_with_parent(signal.SIGKILL)
    process.be_nice(NICE)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


if __name__ == "__main__":
    sys.exit(main())
