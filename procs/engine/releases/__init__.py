"""Versions of yt-dlp: which one is in use, and how one is installed.

The nursery, the client and the updater import it.
"""
