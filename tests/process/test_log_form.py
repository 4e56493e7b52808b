"""`chapar up` under the journal: standard error is a socket, lines have priorities, no file is."""

import json
import os
import re
import signal
import socket
import subprocess
import sys

from tests import ROOT

#: What each of these says when it is up.
UP = {"keeper.started", "watch.started", "worker.serving"}


def test_json_lines_of_all_processes_come_on_a_socket_with_their_priorities(short_home):
    around = {k: v for k, v in os.environ.items() if not k.startswith("CHAPAR_")}
    ours, theirs = socket.socketpair()
    up = subprocess.Popen(
        [sys.executable, "-m", "daemon.cli", "up", "--no-bot"],
        cwd=ROOT,
        env=around
        | {"CHAPAR_HOME": str(short_home), "CHAPAR_WORKERS": "1", "CHAPAR_ENV_FILE": os.devnull}
        | {"CHAPAR_LOG_FORM": "json stderr", "CHAPAR_DRAIN_GRACE": "5"},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    theirs.close()
    said, events = [], set()
    ours.settimeout(60)
    try:
        with ours, ours.makefile(errors="replace") as lines:
            while not events >= UP:
                said.append(lines.readline())
                if found := re.fullmatch(r"<\d>(\{.*\})\n", said[-1]):
                    events.add(json.loads(found[1])["event"])
            up.send_signal(signal.SIGTERM)
            said += lines.readlines()
    finally:
        up.send_signal(signal.SIGTERM)
        assert up.wait(60) == 0
    assert any("spawned: 'keeper'" in line for line in said)
    assert not list((short_home / "logs").glob("bot*"))
    assert not list((short_home / "logs").glob("worker*"))
