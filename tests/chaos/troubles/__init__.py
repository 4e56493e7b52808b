"""What goes wrong, by its kind: each trouble happens, and says by what it is seen to be over.

Others import `kinds`. A module has the troubles of one place: processes, the network, Telegram, the
machine below, and what an operator does.
"""
