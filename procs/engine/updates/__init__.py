"""Updates of yt-dlp: another version is installed apart, tested, then used.

The keeper and `chapar engine` import it.
"""
