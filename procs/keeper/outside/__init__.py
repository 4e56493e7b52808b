"""The ways out besides the chat: a webhook, a mail server, systemd's journal, a heartbeat.

The monitor imports `channel_queue`, `heartbeat` and the words of messages.
"""
