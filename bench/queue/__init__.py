"""The lease table at its limit, beside other queues and beside bare SQLite, in one run.

Nothing here is compared with a figure of another run: every ratio has both of its sides measured
in turn, round by round, and the median of the rounds is taken, so a noisy machine moves both.
"""
