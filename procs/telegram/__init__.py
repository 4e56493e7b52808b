"""Telegram over MTProto: sessions, updates, chats, uploads, deliveries, limits.

Others import `pace`, `rpc_errors` and the modules of its rooms.
"""
