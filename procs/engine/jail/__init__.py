"""Limits what a child and its programs can reach: files, addresses, calls, memory.

The child imports it; `chapar check` asks what the kernel has.
"""
