"""A connection to Telegram: client, sign-in, calls, session state.

The rooms of `procs.telegram` and the tops of processes import it.
"""
