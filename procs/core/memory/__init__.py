"""The memory of a process that others are forked from.

Both warm processes, supervisord and the nursery, settle theirs here once, before the first fork.
"""
