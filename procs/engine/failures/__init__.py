"""From an exception or a death to one class of failure.

The child imports `exception_chain`, the client `classify`.
"""
