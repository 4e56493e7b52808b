"""`python -m tests.sandbox.ending_child PROGRAM ...`: become that program, which ends when whoever
started it is gone. A test or a load that is killed leaves nothing running."""

import os
import signal
import sys

from procs.core import process

process.end_with_parent(signal.SIGTERM)
os.execv(sys.argv[1], sys.argv[1:])
