"""The site's record of every ask."""

import time
from typing import Any

from aiohttp import web

#: Where an ask keeps its line.
VISIT: web.RequestKey[dict[str, Any]] = web.RequestKey("visit", dict)


def visit_of(request: web.Request) -> dict[str, Any]:
    """A fresh line of the record: when it came, by which method and for which path, with its
    query; and, written as it is answered, the first byte that was wanted, the bytes of the answer
    and those that were sent, and when it was over (0.0 while it lasts)."""
    facts = {"at": time.time(), "method": request.method, "path": request.path_qs}
    return {**facts, "first": 0, "length": 0, "sent": 0, "end": 0.0}
