"""A child's only way out: a filtering proxy in the worker's event loop.

`client` imports `proxy` and `dial`.
"""
