"""A connection to Telegram: client, sign-in, calls, the stream of updates.

The rooms of `procs.telegram` and the tops of processes import it.
"""
