"""Follows: a list is followed by a button or by /follow, and /follows shows, pauses and ends.

The intake imports `follow_actions`, the bot's start `follow_notifier`.
"""
