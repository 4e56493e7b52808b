"""Links that try to get inside: CASES by name, with the PAGES and NAMES that they need.

CANARY stands for the port of a canary on loopback. Most cases come once for each place inside.
"""

from tests.sandbox.hostile import links, manifests, pages
from tests.sandbox.hostile.places import BOARDS, CASES, NAMES, PAGES

__all__ = ["BOARDS", "CASES", "NAMES", "PAGES"]

for build in (
    *(links.literals, links.redirects),
    *(pages.pages, manifests.manifests, pages.boards, links.smuggled),
):
    build()
