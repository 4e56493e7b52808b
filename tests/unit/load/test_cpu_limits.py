"""How many cores the product may use: real processes, held to them."""

import os
import subprocess
import sys

import psutil
import pytest

from bench.load import cpu_limits


def test_a_process_that_is_held_to_one_core_stays_there_with_what_it_starts():
    code = "import subprocess, sys; sys.stdin.readline();"
    code += "subprocess.run([sys.executable, '-c', 'import os; print(os.sched_getaffinity(0))'])"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    words = [sys.executable, "-c", code]
    with (
        subprocess.Popen(words, **pipes) as started,
        cpu_limits.held([psutil.Process(started.pid)], 1.0),
    ):
        said, _ = started.communicate("go\n")

    assert len(said.split(",")) == 1


def test_a_core_and_a_half_is_not_one_core():
    with subprocess.Popen(["sleep", "600"]) as started:
        try:
            with cpu_limits.held([psutil.Process(started.pid)], 1.5):
                allowed = os.sched_getaffinity(started.pid)
        except cpu_limits.Unlimited as error:
            pytest.skip(str(error))
        finally:
            started.kill()

    assert allowed == os.sched_getaffinity(0)


@pytest.mark.parametrize("cores", [1.0, 0.5])
def test_a_process_that_ended_meanwhile_needs_no_limit(cores):
    with subprocess.Popen(["sleep", "600"]) as started:
        ended = psutil.Process(started.pid)
        started.kill()
    try:
        with cpu_limits.held([ended], cores):
            assert not ended.is_running()
    except cpu_limits.Unlimited as error:
        pytest.skip(str(error))


def test_more_cores_than_there_are_is_refused():
    with pytest.raises(cpu_limits.Unlimited), cpu_limits.held([psutil.Process()], 10_000.5):
        pytest.fail("was held")
    with pytest.raises(cpu_limits.Unlimited), cpu_limits.held([psutil.Process()], 10_000):
        pytest.fail("was held")
