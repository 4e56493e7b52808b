"""Follows: a list is followed by a button or by /follow, and /follows shows, pauses and ends.

The command set imports `follow_actions`, the bot's start `follow_notifier`.
"""
