"""Moves everything from a database of one kind into one of the other, while its processes run.

A copy in the order of the keys goes on where it was ended; what changes meanwhile is noted by
triggers of the old database and brought after, until little is left. The old one is only read and
noted in, so that it is in charge until the caller decides otherwise. Others import `store_move`.
"""
