"""Classifies an exception of yt-dlp, or a child's death, as one class of failure.

The child imports `exception_chain`, the client `classify`.
"""
