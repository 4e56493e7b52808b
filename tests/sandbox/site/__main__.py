"""`python -m tests.sandbox.site [--port N]`"""

import argparse
import asyncio
import signal
from contextlib import suppress

from procs.core import process
from tests.sandbox.site.server import serve

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--host", default="127.0.0.1")
process.end_with_parent(signal.SIGTERM)
with suppress(KeyboardInterrupt):
    asked = parser.parse_args()
    asyncio.run(serve(asked.port, asked.host))
