"""Requests of people, with their status messages, buttons and link groups.

The bot and the worker import its modules.
"""
