"""The lease table: who may work on which job until when, and what a job's end means.

Workers, the keeper and commands import its modules; only here is a job's state written.
"""
