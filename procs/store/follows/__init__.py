"""Follows: lists that people want to hear news of, looked at once for all who follow them.

The bot's `follows` room, the worker's looks at sources and the keeper import all modules.
"""
