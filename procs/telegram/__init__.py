"""Telegram: the one home of pyrogram. Everything that leaves here is plain data and our errors."""
