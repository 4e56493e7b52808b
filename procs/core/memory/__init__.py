"""The memory of a process: what its forks share of it, and what it gives back.

Both warm processes, supervisord and the nursery, settle their heap here once before the first fork.
"""
