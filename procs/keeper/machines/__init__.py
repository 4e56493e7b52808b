"""Machines that share a database: what passes between them.

The keeper's main module imports `wake_relay`.
"""
