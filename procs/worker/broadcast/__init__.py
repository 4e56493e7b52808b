"""Broadcasts in a worker: a shift of one, and the messages that it sends.

`running_jobs` imports `broadcast_shift`.
"""
