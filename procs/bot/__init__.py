"""The bot: turns messages into requests and reports on them in status messages.

Run as a program (`python -m procs.bot`); nobody imports it.
"""
