"""The server's memory on disk, so that a restart on the same folder forgets nothing.

Authorisations are written at once; the rest a moment after it changed, and at the end.
"""

import os
import pickle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.sandbox.telegram.server import Telegram


def load(server: "Telegram") -> None:
    path = server.home / "world.pickle"
    if not path.exists():
        return
    with path.open("rb") as file:
        server.world, keys, stored, references = pickle.load(file)
    server.keys = {key.id: key for key in keys}
    server.vault.stored = stored
    server.vault.references = references


def save(server: "Telegram") -> None:
    """Replace the file in one step: a kill in between leaves the old one."""
    vault = server.vault
    data = server.world, list(server.keys.values()), vault.stored, vault.references
    fresh = server.home / "world.fresh"
    with fresh.open("wb") as file:
        pickle.dump(data, file)
    os.replace(fresh, server.home / "world.pickle")


def save_beside(server: "Telegram") -> int:
    """The same by a child, which has the world as it is now: a large one takes seconds, and nobody
    who speaks with the server shall wait for them. It keeps no connection open that the server
    closes meanwhile. Returns its pid."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        os.nice(19)
        save(server)
        code = 0
    finally:
        os._exit(code)
