"""A loopback media site with real files, so that the real engine has real work.

    async with Site() as site:
        site.url("/clip.mp4"), site.hits("/clip.mp4"), site.bytes("/clip.mp4")

Standalone: `python -m tests.sandbox.site` prints one JSON line with its address; the counters are
at `/_hits`, the list of all paths is at `/`.
"""

from tests.sandbox.site.server import Site

__all__ = ["Site"]
