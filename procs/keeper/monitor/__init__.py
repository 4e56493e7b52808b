"""The monitor: judges the figures of the system by a table of rules, and tells what is wrong.

The keeper's `__main__` starts `alert_watch`; metrics read `alert_file`. It works while the database
is locked or lost: what it knows stands in a file of its own.
"""
