"""Telegram over MTProto: sessions, updates, chats, uploads, deliveries, limits.

Others import `pace`, `rpc_errors` and the modules of its rooms.
"""

from procs.telegram import raw_classes

raw_classes.load_when_asked_for()
