"""Lets every Python process of a machine go by a wall clock that is wrong by what a file says.

The file holds one double, seconds, and is mapped: whoever writes it sets the clocks of all
processes of that machine at once. What counts steadily (`time.monotonic`) is not touched.
"""

import mmap
import os
import struct
import time

if path := os.environ.get("SKEWED_CLOCK"):
    with open(path, "rb") as file:
        wrong_by = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
    right, right_ns, read = time.time, time.time_ns, struct.Struct("d").unpack_from
    time.time = lambda: right() + read(wrong_by)[0]
    time.time_ns = lambda: right_ns() + int(read(wrong_by)[0] * 1e9)
