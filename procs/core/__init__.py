"""What every part stands on: clock, log, processes, disk, paths.

Imports nothing of ours but `procs.errors`; every part may import any of its modules.
"""
