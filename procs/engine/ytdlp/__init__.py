"""yt-dlp as the child uses it: options, media facts, playlists, the download.

Only the child imports it; workers import `look_cache` and `playlists`.
"""
