"""One job in a forked child, with yt-dlp or gallery-dl.

Only the nursery imports it.
"""
