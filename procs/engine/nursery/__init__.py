"""The warm process that forks a child for each job: its loop, socket and start.

`client` imports `listener` and `launcher`; `main` is run as a program.
"""
