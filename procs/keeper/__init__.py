"""The keeper: one process that maintains the rows, files, disks and engines of all.

Run as a program (`python -m procs.keeper`); commands import nothing of it.
"""
