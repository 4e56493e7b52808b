"""Commands about admins: what they did from the chat.

`daemon/registry.py` imports them when they run.
"""
