"""How many messages a file over the limit becomes."""

import math

#: Of the limit, what a part should be: rates vary, and each part has an index of its own.
FILL = 0.95


def count(size: int, limit: int) -> int:
    """Into how many parts a film of this size (bytes) goes; 1 when it fits as it is."""
    return 1 if size <= limit else math.ceil(size / (limit * FILL))
