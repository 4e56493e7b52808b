"""The lease table: who may work on which job until when, and how a job ends.

Workers, the keeper and commands import its modules; only here is a job's state written.
"""
