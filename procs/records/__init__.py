"""Records that the parts exchange: jobs, payloads, progress, media, preferences.

Plain data that imports nothing but the ground; every part may import any of its modules.
"""
