"""The records that travel between the parts: jobs, what they carry, media, what people chose.

Plain data that imports nothing but the ground; every part may import any of its modules.
"""
