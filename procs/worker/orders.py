"""What the engine is told of a job, and the names of what it finds."""

from pathlib import Path

from procs.engine.client import Found, Order
from procs.job import Lease
from procs.worker.tools import Tools
from procs.worker.visiting import Visit


def order(tools: Tools, lease: Lease, visit: Visit, folder: Path) -> Order:
    return Order(
        url=lease.payload["url"],
        variant=lease.payload["variant"],
        max_file_size=tools.settings.max_file_size,
        parts=tools.settings.max_parts,
        entries=tools.settings.max_playlist,
        allowed_networks=tuple(str(network) for network in tools.settings.allowed_networks),
        cookies=visit.bring_cookies(folder),
        clients=visit.identity.clients,
        impersonate=visit.rules.impersonate,
    )


def keys(lease: Lease, found: Found) -> set[str]:
    return {lease.payload["key"], found.key} - {""}
