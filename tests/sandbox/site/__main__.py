"""`python -m tests.sandbox.site [--port N]`"""

import argparse
import asyncio
from contextlib import suppress

from tests.sandbox.site.server import serve

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--port", type=int, default=0)
with suppress(KeyboardInterrupt):
    asyncio.run(serve(parser.parse_args().port))
