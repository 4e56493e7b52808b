"""The commands of `chapar`, one module for each subject.

`daemon.registry` imports them.
"""
