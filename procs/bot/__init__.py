"""The bot: what people write becomes requests, and status messages tell what becomes of them.

Run as a program (`python -m procs.bot`); nobody imports it.
"""
