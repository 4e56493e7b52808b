"""Modes of the bot that the system goes into by itself: the rules, and what they look at.

`schedule` imports `mode_watch` (of the whole system) and `memory_watch` (of one machine).
"""
