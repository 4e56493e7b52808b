"""The keeper: one process that looks after the others' rows, files, disks and engines.

Run as a program (`python -m procs.keeper`); commands import nothing of it.
"""
