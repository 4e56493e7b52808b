"""What a child and its programs can reach: files, addresses, system calls, resources.

The child imports it; `chapar check` asks what the kernel has.
"""
