"""Tells the C library to keep the memory of file parts.

A part lives for a few milliseconds, in a buffer of half a megabyte. glibc gives such a buffer back
to the kernel when it is freed and asks for the next one anew, whose pages the kernel clears again:
measured, a third of an upload's CPU time. Source: mallopt(3).
"""

import ctypes
from functools import cache

#: glibc's numbers of the parameters (malloc.h).
TRIM_THRESHOLD, MMAP_THRESHOLD, ARENA_MAX = -1, -3, -8
#: Bytes of free memory that are kept for the next parts while an upload runs, and the size from
#: which a buffer is mapped by itself.
FREE_KEPT, MAPPED = 16 << 20, 8 << 20


@cache
def keep() -> None:
    """Keep freed memory in one arena for all threads. Does nothing without glibc."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(MMAP_THRESHOLD, MAPPED)
        mallopt(TRIM_THRESHOLD, FREE_KEPT)
        mallopt(ARENA_MAX, 1)
